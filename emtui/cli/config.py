"""`emtui config show`: the effective configuration and the source of each value."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping

from emtui.cli import output, stdio
from emtui.cli.arguments import BadUsage, Given
from emtui.cli.client_session import configuration
from emtui.cli.password_sources import VARIABLE
from emtui.em.server_address import without_user
from emtui.handover.json_schema import Record
from emtui.local.configuration import Config
from emtui.local.connection import VARIABLES
from emtui.local.paths import NOWHERE, config_files

HIDDEN = "***"
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_COLUMNS = tuple(output.Column(title) for title in ("Key", "Value", "From"))
_KEYS = ("key", "value", "from")


def run(given: Given) -> int:
    """Print the configuration."""
    if given.operands != ("show",):
        raise BadUsage(
            "Unknown subcommand: use emtui config show. To change the configuration, edit the file."
        )
    rows = [*_environment(os.environ), *_files(configuration())]
    if given.one("--output") == "json":
        records: list[Record] = [dict(zip(_KEYS, row, strict=True)) for row in rows]
        stdio.say(output.as_json(records))
        return 0
    if rows:
        stdio.say(output.as_table(_COLUMNS, rows, stdio.width()))
    for file in config_files():
        if file.is_relative_to(NOWHERE):
            stdio.narrate("No home directory: set HOME or XDG_CONFIG_HOME to use a configuration")
        elif not file.exists():
            stdio.narrate(f"File not found: {file}")
    return 0


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Environment variables, which override every file."""
    for name in VARIABLES:
        if value := environ.get(f"EMTUI_{name}"):
            yield name.lower(), _harmless(name.lower(), value), f"EMTUI_{name}"
    if environ.get(VARIABLE):
        yield "password", HIDDEN, VARIABLE


def _files(config: Config) -> Iterator[tuple[str, str, str]]:
    """Each effective value with its file; of a command only the program, as arguments may be secret."""
    if config.default is not None:
        yield "default_profile", config.default, str(config.default_from)
    for digit, stated in config.queries.items():
        yield f"queries.{_bare(digit)}", str(stated.value), str(stated.file)
    for profile in config.profiles:
        for key, stated in config.stated[profile.name].items():
            value = stated.value
            text = f"{value[0]} …" if isinstance(value, list) and len(value) > 1 else _word(value)
            yield f"profiles.{_bare(profile.name)}.{key}", _harmless(key, text), str(stated.file)


def _bare(key: str) -> str:
    """A part of a key in TOML syntax: quoted unless it has only letters, digits, `-` and `_`."""
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _harmless(key: str, text: str) -> str:
    """Remove user and password from a server URL."""
    return without_user(text) if key == "server" else text


def _word(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return str(value[0])
        case _:
            return str(value)
