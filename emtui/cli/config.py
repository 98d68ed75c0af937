"""`emtui config show`: the effective configuration and the source of each value."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import load_configuration
from emtui.cli.password_sources import PASSWORD_VARIABLE
from emtui.em.server_address import mask_credentials
from emtui.handover.json_records import JsonRecord
from emtui.local.configuration import Config
from emtui.local.connection import ENVIRONMENT_VARIABLES
from emtui.local.paths import NO_HOME, config_files

MASK = "***"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_COLUMNS = tuple(output.OutputColumn(title) for title in ("Key", "Value", "From"))
_KEYS = ("key", "value", "from")


def run(args: ParsedArguments) -> int:
    """Print the configuration."""
    if args.operands != ("show",):
        raise UsageError(
            "Unknown subcommand: use emtui config show. To change the configuration, edit the file."
        )
    rows = [*_environment_rows(os.environ), *_file_rows(load_configuration())]
    if args.value_of("--output") == "json":
        records: list[JsonRecord] = [dict(zip(_KEYS, row, strict=True)) for row in rows]
        stdio.print_output(output.format_json(records))
        return 0
    if rows:
        stdio.print_output(output.format_table(_COLUMNS, rows, stdio.output_width()))
    for file in config_files():
        if file.is_relative_to(NO_HOME):
            stdio.print_message("No home directory: set HOME or XDG_CONFIG_HOME to use a configuration.")
        elif not file.exists():
            stdio.print_message(f"File not found: {file}")
    return 0


def _environment_rows(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Environment variables, which override every file."""
    for name in ENVIRONMENT_VARIABLES:
        if value := environ.get(f"EMTUI_{name}"):
            yield name.lower(), _strip_credentials(name.lower(), value), f"EMTUI_{name}"
    if environ.get(PASSWORD_VARIABLE):
        yield "password", MASK, PASSWORD_VARIABLE


def _file_rows(config: Config) -> Iterator[tuple[str, str, str]]:
    """Each effective value with its file; of a command only the program, as arguments may be secret."""
    if config.default_profile is not None:
        yield "default_profile", config.default_profile, str(config.default_profile_file)
    if config.theme is not None:
        yield "theme", str(config.theme), str(config.theme_file)
    for digit, setting in config.queries.items():
        yield f"queries.{_quote_key(digit)}", str(setting.value), str(setting.file)
    for profile in config.profiles:
        for key, setting in config.profile_values[profile.name].items():
            value = setting.value
            text = f"{value[0]} …" if isinstance(value, list) and len(value) > 1 else _format_value(value)
            yield (
                f"profiles.{_quote_key(profile.name)}.{key}",
                _strip_credentials(key, text),
                str(setting.file),
            )


def _quote_key(key: str) -> str:
    """A part of a key in TOML syntax: quoted unless it has only letters, digits, `-` and `_`."""
    return key if _BARE_KEY.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _strip_credentials(key: str, text: str) -> str:
    """Remove user and password from a server URL."""
    return mask_credentials(text) if key == "server" else text


def _format_value(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case list():
            return str(value[0])
        case _:
            return str(value)
