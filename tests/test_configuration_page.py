"""The page about the configuration: its tables have every setting, with its default."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from emtui.cli.setting_table import GENERAL_SETTINGS, PROFILE_SETTINGS, SettingSpec
from emtui.local.configuration import merge_documents
from emtui.local.profiles import PROFILE_KEYS, TOP_LEVEL_SETTINGS
from emtui.local.terminal import THEME_NAMES

DOCS = Path(__file__).parents[1] / "emtui" / "docs"
PAGE = (DOCS / "configuration.md").read_text("utf-8")


def table_below(heading: str) -> list[tuple[str, str]]:
    """Key and default of each setting in the table of a section."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|(?: (.*?))? \| [^|]+ \|$", section, re.MULTILINE)


@pytest.mark.parametrize(
    ("heading", "settings"), [("General settings", GENERAL_SETTINGS), ("Profiles", PROFILE_SETTINGS)]
)
def test_the_tables_have_every_setting_with_its_default(
    heading: str, settings: tuple[SettingSpec, ...]
) -> None:
    assert table_below(heading) == [(setting.key, setting.default) for setting in settings]


def test_the_tables_have_every_key_that_is_read() -> None:
    assert {key for key, _ in table_below("General settings")} == {*TOP_LEVEL_SETTINGS}
    assert {key for key, _ in table_below("Profiles")} == {*PROFILE_KEYS}


def test_the_themes_are_named() -> None:
    row = re.search(r"^\| `theme` .*$", PAGE, re.MULTILINE)
    assert row
    assert tuple(re.findall(r"`([\w-]+)`", row[0])[1:]) == THEME_NAMES


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_every_configuration_that_is_shown_is_accepted(page: Path) -> None:
    for block in re.findall(r"^```toml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        document = tomllib.loads(block)
        if document.keys() & {"profiles", "queries", "keys", *TOP_LEVEL_SETTINGS}:
            for profile in document.get("profiles", {}).values():
                profile.setdefault("server", "em01.example.net")
            merge_documents([(page, document)])
