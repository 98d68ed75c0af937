"""The README and the first hour: the keys are those of the commands, pictures and pages exist."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from emtui.em.model import SESSION_TYPES
from emtui.keys.keymap import DEFAULT_KEYMAP as KEYMAP
from emtui.keys.keymap import key_label
from emtui.keys.tui_commands import CommandScope

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "screenshots"
README = (ROOT / "README.md").read_text("utf-8")
FIRST_HOUR = (ROOT / "emtui" / "docs" / "first-hour.md").read_text("utf-8")


def documented_keys() -> str:
    """The rows of the table of keys in the first hour: essential commands of all screens."""
    essential = [
        command
        for command in KEYMAP.commands_in(*CommandScope)
        if command.is_essential and command.scope is not CommandScope.LOGIN
    ]
    rows = dict.fromkeys(
        (" ".join(f"`{key_label(key)}`" for key in command.keys), command.description, command.scope)
        for command in essential
    )
    suffixes = {CommandScope.SESSION_LIST: " (list)", CommandScope.SESSION_DETAIL: " (events)"}
    return "\n".join(
        f"| {key_text} | {description}{suffixes.get(scope, '')} |" for key_text, description, scope in rows
    )


def test_the_keys_are_those_of_the_table_of_commands() -> None:
    assert documented_keys() in FIRST_HOUR, f"the table of keys should be:\n{documented_keys()}"


def test_every_linked_picture_and_page_exists() -> None:
    named = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(named) >= 5
    assert [path for path in named if not (ROOT / path).is_file()] == []


def linked_pictures() -> set[str]:
    """The pictures that the README or the gallery shows or links, by file name."""
    gallery = re.findall(r"\(([^/)]+\.svg)\)", (PICTURES / "README.md").read_text("utf-8"))
    return {*re.findall(r"\(screenshots/([^)]+\.svg)\)", README), *gallery}


def test_every_picture_is_linked_and_exists() -> None:
    assert {path.name for path in PICTURES.glob("*.svg")} == linked_pictures()


def test_the_pictures_are_small() -> None:
    assert (PICTURES / "demo.svg").stat().st_size <= 500_000
    assert sum(path.stat().st_size for path in PICTURES.glob("*.svg")) <= 4_000_000


@pytest.mark.parametrize("extra", ["demo", "dev"])
def test_both_commands_work_in_a_fresh_clone(extra: str) -> None:
    commands = [line for line in README.splitlines() if line.startswith("python3 -m venv .venv && ")]
    assert len(commands) == 2
    assert sum(f"'.[{extra}]'" in line for line in commands) == 1


def test_it_contains_no_local_path() -> None:
    assert not re.search(r"/(?:work|tmp|root|home)/", README)
    assert SESSION_TYPES[3] in README


def test_the_pictures_are_up_to_date(tmp_path: Path) -> None:
    make = [sys.executable, str(PICTURES / "make.py"), str(tmp_path)]
    subprocess.run(make, check=True, capture_output=True, timeout=300)
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    committed = {
        path.name: path.read_text("utf-8") for path in (*PICTURES.glob("*.svg"), PICTURES / "README.md")
    }
    assert made.keys() == committed.keys()
    stale = [name for name, text in made.items() if text != committed[name]]
    assert stale == [], "run python screenshots/make.py, and look at the pictures"
