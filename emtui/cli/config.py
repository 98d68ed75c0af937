"""`emtui config`: the effective configuration with the source of each value, its mistakes, and a new file."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.cli.client_session import load_configuration
from emtui.cli.password_sources import PASSWORD_VARIABLE
from emtui.cli.setting_table import GENERAL_SETTINGS, PROFILE_SETTINGS, format_template
from emtui.em.server_address import mask_credentials
from emtui.em.text_sanitizer import clean
from emtui.handover.json_records import JsonRecord
from emtui.keys.key_names import parse_key
from emtui.keys.keymap import key_label
from emtui.local.config_check import ConfigMistake, find_mistakes
from emtui.local.configuration import Config
from emtui.local.connection import ENVIRONMENT_VARIABLES
from emtui.local.output_file import create_file
from emtui.local.paths import NO_HOME, config_file, config_files, home_folder, notes_files
from emtui.local.profiles import InvalidConfigError
from emtui.local.team_notes import load_notes
from emtui.query import InvalidQueryError, parse

MASK = "***"
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_COLUMNS = tuple(output.OutputColumn(title) for title in ("Key", "From", "Value"))
_KEYS = ("key", "value", "from")
_DEFAULT = "default"
_NO_HOME = "No home directory: set HOME or XDG_CONFIG_HOME to use a configuration."
_INVALID_EXIT_CODE = 2

Row = tuple[str, str, str]


def run(args: ParsedArguments) -> int:
    """Run the subcommand."""
    subcommand = args.operands[0]
    if subcommand != "show" and args.has("--defaults"):
        raise UsageError("--defaults is an option of emtui config show.")
    if subcommand == "init" and args.value_of("--output"):
        raise UsageError("emtui config init has no option --output: it prints the file that it has created.")
    return _SUBCOMMANDS[subcommand](args)


def _print_rows(args: ParsedArguments, records: list[JsonRecord], lines: Iterable[str]) -> None:
    """Print either form."""
    if args.value_of("--output") == "json":
        stdio.print_output(output.format_json(records))
    else:
        stdio.print_output("".join(f"{line}\n" for line in lines))


# --- show ------------------------------------------------------------------------------------


def _show(args: ParsedArguments) -> int:
    """Print each value and where it comes from."""
    config = load_configuration()
    rows = [*_environment_rows(os.environ), *_file_rows(config)]
    if args.has("--defaults"):
        rows += _default_rows(config, {key for key, _, _ in rows})
    if args.value_of("--output") == "json":
        records: list[JsonRecord] = [dict(zip(_KEYS, row, strict=True)) for row in rows]
        stdio.print_output(output.format_json(records))
        return 0
    if rows:
        stdio.print_output(
            output.format_table(
                _COLUMNS, [(key, source, value) for key, value, source in rows], stdio.output_width()
            )
        )
    _print_missing_files()
    return 0


def _print_missing_files() -> None:
    for file in config_files():
        if file.is_relative_to(NO_HOME):
            stdio.print_message(_NO_HOME)
        elif not file.exists():
            stdio.print_message(f"{file} does not exist; it is optional.")


def _environment_rows(environ: Mapping[str, str]) -> Iterator[Row]:
    """Environment variables, which override every file."""
    for name in ENVIRONMENT_VARIABLES:
        if value := environ.get(f"EMTUI_{name}"):
            yield name.lower(), _strip_credentials(name.lower(), value), f"EMTUI_{name}"
    if environ.get(PASSWORD_VARIABLE):
        yield "password", MASK, PASSWORD_VARIABLE


def _file_rows(config: Config) -> Iterator[Row]:
    """Each effective value with its file; of a command only the program, as arguments may be secret."""
    if config.default_profile is not None:
        yield "default_profile", config.default_profile, str(config.default_profile_file)
    if config.theme is not None:
        yield "theme", str(config.theme), str(config.theme_file)
    if config.plain is not None:
        yield "plain", _format_value(config.plain.value), str(config.plain.file)
    for digit, setting in config.queries.items():
        yield f"queries.{_quote_key(digit)}", str(setting.value), str(setting.file)
    for name, setting in config.keys.items():
        yield f"keys.{name}", _format_keys(setting.value), str(setting.file)
    for profile in config.profiles:
        for key, setting in config.profile_values[profile.name].items():
            value = setting.value
            text = f"{value[0]} …" if isinstance(value, list) and len(value) > 1 else _format_value(value)
            yield (
                f"profiles.{_quote_key(profile.name)}.{key}",
                _strip_credentials(key, text),
                str(setting.file),
            )


def _default_rows(config: Config, shown_keys: set[str]) -> Iterator[Row]:
    """The settings that are not set and have a default."""
    prefixes = [f"profiles.{_quote_key(profile.name)}." for profile in config.profiles]
    settings = [(setting.key, setting) for setting in GENERAL_SETTINGS]
    settings += [(prefix + setting.key, setting) for prefix in prefixes for setting in PROFILE_SETTINGS]
    for key, setting in settings:
        if setting.default and key not in shown_keys:
            yield key, setting.default, _DEFAULT


def _format_keys(keys: object) -> str:
    """Keys as the help shows them."""
    labels = [key_label(parse_key(key)) for key in keys] if isinstance(keys, tuple) else []
    return " ".join(labels) or "(none)"


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


# --- path, validate and init -------------------------------------------------------------------


def _print_paths(args: ParsedArguments) -> int:
    """Print the configuration files, highest priority first."""
    files = [file for file in config_files() if not file.is_relative_to(NO_HOME)]
    records: list[JsonRecord] = [{"file": str(file), "exists": file.exists()} for file in files]
    _print_rows(args, records, map(str, files))
    if args.value_of("--output") != "json":
        _print_missing_files()
    return 0


def _validate(args: ParsedArguments) -> int:
    """Check the configuration and the notes; print each mistake, or OK."""
    files = config_files()
    config, mistakes = find_mistakes(files)
    mistakes += [*_query_mistakes(config), *_note_mistakes()]
    records: list[JsonRecord] = [
        {
            "file": str(one.file) if one.file else None,
            "line": one.line,
            "key": ".".join(map(_quote_key, one.key)) or None,
            "message": one.sentence,
        }
        for one in mistakes
    ]
    _print_rows(args, records, map(_format_mistake, mistakes) if mistakes else ["OK"])
    if args.value_of("--output") != "json":
        _print_missing_files()
    return _INVALID_EXIT_CODE if mistakes else 0


def _format_mistake(mistake: ConfigMistake) -> str:
    position = f":{mistake.line}" if mistake.line else ""
    is_named = mistake.file is None or mistake.sentence.startswith(str(mistake.file))
    return clean(mistake.sentence if is_named else f"{mistake.file}{position}: {mistake.sentence}")


def _query_mistakes(config: Config | None) -> Iterator[ConfigMistake]:
    """Saved queries that could not be applied."""
    for digit, setting in config.queries.items() if config else ():
        try:
            parse(str(setting.value), now=datetime.now(UTC), zone=UTC)
        except InvalidQueryError as problem:
            yield ConfigMistake(setting.file, None, ("queries", digit), f"queries: {digit}: {problem}")


def _note_mistakes() -> Iterator[ConfigMistake]:
    """The first mistake of each file of notes."""
    own_file, *team_files = notes_files()
    for problem in load_notes(own_file, *team_files).problems:
        file = next((one for one in notes_files() if problem.startswith(f"{one}")), None)
        yield ConfigMistake(file, None, (), problem.removeprefix(f"{file}: "))


def _create_file(_args: ParsedArguments) -> int:
    """Create the user's file, readable only by the user; never overwrite one."""
    path = config_file(os.environ, home_folder(), sys.platform)
    if path.is_relative_to(NO_HOME):
        raise InvalidConfigError(_NO_HOME)
    try:
        _write_new_file(path)
    except FileExistsError:
        raise InvalidConfigError(
            f"{path} already exists: edit it, and check it with emtui config validate."
        ) from None
    except OSError as problem:
        raise InvalidConfigError(f"{path} cannot be written: {problem.strerror}.") from None
    stdio.print_output(f"{path}\n")
    stdio.print_message("File created. Edit it, then run emtui config validate.")
    return 0


def _write_new_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(create_file(path), "w", encoding="utf-8") as file:
        file.write(format_template())


_SUBCOMMANDS: dict[str, Callable[[ParsedArguments], int]] = {
    "show": _show,
    "path": _print_paths,
    "validate": _validate,
    "init": _create_file,
}
