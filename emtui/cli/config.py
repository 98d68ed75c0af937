"""`emtui config show`: what the configuration says here, and where each value comes from."""

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
    """Show it."""
    if given.operands != ("show",):
        raise BadUsage("config is only shown: emtui config show. The file is yours to edit.")
    rows = [*_environment(os.environ), *_files(configuration())]
    if given.one("--output") == "json":
        records: list[Record] = [dict(zip(_KEYS, row, strict=True)) for row in rows]
        stdio.say(output.as_json(records))
        return 0
    if rows:
        stdio.say(output.as_table(_COLUMNS, rows, stdio.width()))
    for file in config_files():
        if file.is_relative_to(NOWHERE):
            stdio.narrate("this user has no home folder: HOME or XDG_CONFIG_HOME gives a configuration")
        elif not file.exists():
            stdio.narrate(f"there is no {file}")
    return 0


def _environment(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """What stands above every file."""
    for name in VARIABLES:
        if value := environ.get(f"EMTUI_{name}"):
            yield name.lower(), _harmless(name.lower(), value), f"EMTUI_{name}"
    if environ.get(VARIABLE):
        yield "password", HIDDEN, VARIABLE


def _files(config: Config) -> Iterator[tuple[str, str, str]]:
    """Each value that counts, and its file; of a command only the program: its arguments may tell."""
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
    """A part of a key as TOML writes it: quoted where it holds more than letters, digits, `-` and `_`."""
    return key if _BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _harmless(key: str, text: str) -> str:
    """An address may hold a password that should not be there."""
    return without_user(text) if key == "server" else text


def _word(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return str(value[0])
        case _:
            return str(value)
