"""What `--help` shows, from the declared commands and options."""

from __future__ import annotations

from collections.abc import Iterable

from emtui import text_format
from emtui.cli.command_table import BROWSE, COMMANDS, Command, Option

_ABOUT = (
    "emtui shows the system sessions of Veeam Backup Enterprise Manager: the server's own runs, "
    "not backup jobs."
)
_ID = "ID is a GUID, its URN or URL, 4 or more of its first digits, latest, or latest:TYPE."
_QUERY = "QUERY is words and key:value, all of which must hold: state: type: since: until: message: name: id:"


def manual(command: Command) -> str:
    """The whole text, ending in a line end."""
    parts = [f"usage: emtui {' '.join(filter(None, (command.name, '[options]', command.operands)))}", ""]
    parts += (
        [_ABOUT, ""] if command is BROWSE else [f"{command.purpose[0].upper()}{command.purpose[1:]}.", ""]
    )
    parts += [text for name, text in (("ID", _ID), ("QUERY", _QUERY)) if name in command.operands]
    if command is BROWSE:
        parts += ["commands:", *_rows((f"{c.name} {c.operands}".strip(), c.purpose) for c in COMMANDS), ""]
    parts += ["options:" if not command.operands else "\noptions:"]
    parts += _rows((_title(option), option.purpose) for option in command.taken)
    return "\n".join(parts) + "\n"


def _title(option: Option) -> str:
    names = f"{option.short}, {option.name}" if option.short else f"    {option.name}"
    return f"{names} {option.value}".rstrip()


def _rows(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [f"  {text_format.fit(left, 26)}  {right}" for left, right in pairs]
