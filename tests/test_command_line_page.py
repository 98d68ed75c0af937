"""The page about the command line: its tables are those of the command table."""

from __future__ import annotations

import re
from pathlib import Path

from emtui.cli.command_table import (
    COMMANDS,
    COMMANDS_BY_NAME,
    CONNECTION_OPTIONS,
    ENVIRONMENT,
    EXIT_CODES,
    GENERAL_OPTIONS,
    OptionSpec,
)
from emtui.cli.completion_scripts import SCRIPTS

PAGE = (Path(__file__).parents[1] / "emtui" / "docs" / "command-line.md").read_text("utf-8")


def cell(text: str) -> str:
    """A text in a table: a vertical bar would end the cell."""
    return text.replace("|", "\\|")


def option_row(option: OptionSpec) -> str:
    names = f"`{option.short}`, `{option.name}" if option.short else f"`{option.name}"
    value = f" {option.metavar}`" if option.metavar else "`"
    default = f" (default: {option.default})" if option.default else ""
    return f"| {names}{value} | {cell(option.purpose + default)} |"


def rows() -> dict[str, list[str]]:
    """The rows of the tables, by their titles."""
    usages = [(f"{command.title} {command.operands}".strip(), command.purpose) for command in COMMANDS]
    own_codes: dict[str, dict[str, str]] = {}
    for name in ("wait", "check"):
        for code, text in COMMANDS_BY_NAME[name].exits:
            own_codes.setdefault(code, {})[name] = text
    return {
        "Command": [f"| `{cell(usage)}` | {cell(purpose)} |" for usage, purpose in usages],
        "Option": [option_row(option) for option in (*GENERAL_OPTIONS, *CONNECTION_OPTIONS)],
        "Environment variable": [f"| `{name}` | {text} |" for name, text in ENVIRONMENT],
        "Exit code": [f"| {code} | {text} |" for code, text in EXIT_CODES],
        "Exit code | `emtui wait`": [
            f"| {code} | {texts.get('wait', '')} | {texts.get('check', '')} |".replace("|  |", "| |")
            for code, texts in sorted(own_codes.items(), key=lambda one: int(one[0]))
        ],
    }


def test_the_tables_are_those_of_the_command_table() -> None:
    for title, expected in rows().items():
        table = re.search(rf"^\| {re.escape(title)} \|.*\n\| ---.*\n((?:\|.*\n)*)", PAGE, re.MULTILINE)
        assert table, title
        assert table[1].splitlines() == expected, "the table should be:\n" + "\n".join(expected)


def test_every_shell_has_a_row() -> None:
    assert all(f"| {name} | " in PAGE and f"emtui completion {name}" in PAGE for name in SCRIPTS)
