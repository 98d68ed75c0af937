"""`emtui profiles`: the configured servers, without secrets."""

from __future__ import annotations

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.client_session import load_configuration
from emtui.handover.json_records import JsonRecord
from emtui.local.configuration import Config
from emtui.local.profiles import KEYRING_OFF, Profile

PIN_DIGITS_SHOWN = 16
"""Hex digits of a pin that are enough to recognize it."""

PASSWORD_IS_ASKED = "asked"  # noqa: S105 - not a password
"""The password source if the password is in no keyring: a prompt."""

_COLUMNS = tuple(output.OutputColumn(title) for title in ("Name", "Server", "User", "Password", "Pin", ""))


def run(args: ParsedArguments) -> int:
    """List the profiles."""
    config = load_configuration()
    records = [_profile_record(profile, config) for profile in config.profiles]
    if args.value_of("--output") == "json":
        stdio.print_output(output.format_json(records))
    else:
        rows = [_profile_row(profile, config) for profile in config.profiles]
        stdio.print_output(output.format_table(_COLUMNS, rows, stdio.output_width()))
    if not records:
        stdio.print_message("No profiles yet. Create one with emtui login.")
    return 0


def _profile_record(profile: Profile, config: Config) -> JsonRecord:
    return {
        "name": profile.name,
        "server": profile.server.authority,
        "user": profile.user,
        "password": _password_location(profile),
        "pin": profile.pin,
        "default": profile.name == config.default_profile,
    }


def _password_location(profile: Profile) -> str:
    """The source of the password, never the password."""
    if profile.password_command:
        return "password_command"
    return profile.keyring if profile.keyring not in {None, KEYRING_OFF} else PASSWORD_IS_ASKED


def _profile_row(profile: Profile, config: Config) -> tuple[str, ...]:
    return (
        profile.name,
        profile.server.authority,
        profile.user or "",
        _password_location(profile),
        (profile.pin or "")[:PIN_DIGITS_SHOWN],
        "default" if profile.name == config.default_profile else "",
    )
