"""`emtui schema`: the schemas are listed and printed as they are in the package."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import CommandRunner

FOLDER = Path(__file__).parents[2] / "emtui" / "docs" / "schemas"
NAMES = sorted(path.stem for path in FOLDER.iterdir())


def test_every_schema_is_listed_with_what_it_describes(shell: CommandRunner) -> None:
    header, *lines = shell("schema").stdout.splitlines()
    assert header.split() == ["Name", "Describes"]
    assert [line.split()[0] for line in lines] == NAMES
    assert "Printed by emtui sessions" in lines[NAMES.index("session")]


@pytest.mark.parametrize("name", ["session", "tail-flat.json"])
def test_a_schema_is_printed_as_it_is(shell: CommandRunner, name: str) -> None:
    done = shell("schema", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (FOLDER / name).with_suffix(".json").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("sesion", "did you mean session?"), ("../changes", "emtui schema lists them.")],
)
def test_another_name_is_wrong_usage(shell: CommandRunner, name: str, hint: str) -> None:
    done = shell("schema", name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"emtui: No schema {name!r}: {hint}\n"
