"""The page about keys: its example works, and it lists every command that can be changed."""

from __future__ import annotations

import tomllib
from pathlib import Path

import emtui
from emtui.keys.key_settings import FIELD_SCOPES, VIEW_TABLES, build_keymap, changeable_commands
from emtui.keys.keymap import DEFAULT_KEYMAP, SHARED_SCOPES
from emtui.keys.tui_commands import CommandScope
from emtui.local.configuration import load_config

SECTION = (Path(emtui.__file__).parent / "docs" / "keys.md").read_text("utf-8")


def documented_commands() -> str:
    """The rows of the table: the commands of all views, and those that only one view has."""
    tables: list[tuple[str, tuple[CommandScope, ...]]] = [("`[keys]`", SHARED_SCOPES)]
    tables += [(f"`[keys.{name}]`", (scope,)) for name, scope in VIEW_TABLES.items()]
    changeable = changeable_commands()
    rows = []
    for title, scopes in tables:
        names = [one.name for one in DEFAULT_KEYMAP.commands_in(*scopes) if one.name in changeable]
        rows.append(f"| {title} | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(rows)


def test_the_commands_are_those_of_the_table() -> None:
    assert documented_commands() in SECTION, f"the table should be:\n{documented_commands()}"


def test_every_command_that_can_be_changed_is_listed() -> None:
    missing = [name for name in changeable_commands() if f"`{name}`" not in SECTION]
    assert missing == ["keep"], "it has only Enter"
    assert not {command.scope for command in changeable_commands().values()} & {*FIELD_SCOPES}


def test_the_example_is_a_valid_configuration(tmp_path: Path) -> None:
    example = SECTION.partition("```toml\n")[2].partition("```")[0]
    file = tmp_path / "config.toml"
    file.write_text(example)
    file.chmod(0o600)
    keymap = load_config(file).keymap
    assert keymap is not None
    assert keymap != build_keymap({})
    assert keymap.label("timeline", CommandScope.SESSION_LIST) == "F7"
    assert keymap.label("next_failed", CommandScope.OVERVIEW) == "n"
    assert keymap.label("next_failed", CommandScope.TIMELINE) == "e"
    assert keymap.label("quit") == ":quit"
    assert tomllib.loads(example)["keys"]["quit"] == []
