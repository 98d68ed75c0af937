"""`emtui profiles`: the configured servers, without secrets."""

from __future__ import annotations

from emtui.cli import output, stdio
from emtui.cli.arguments import Given
from emtui.cli.client_session import configuration
from emtui.handover.json_schema import Record
from emtui.local.configuration import Config
from emtui.local.profiles import OFF, Profile

SHORT_PIN = 16
"""Hex digits of a pin that are enough to recognize it."""

ASKED = "asked"
"""The password source if the password is in no keyring: a prompt."""

_COLUMNS = tuple(output.Column(title) for title in ("Name", "Server", "User", "Password", "Pin", ""))


def run(given: Given) -> int:
    """List the profiles."""
    config = configuration()
    records = [_record(profile, config) for profile in config.profiles]
    if given.one("--output") == "json":
        stdio.say(output.as_json(records))
    else:
        rows = [_row(profile, config) for profile in config.profiles]
        stdio.say(output.as_table(_COLUMNS, rows, stdio.width()))
    if not records:
        stdio.narrate("No profiles yet. Create one with emtui login.")
    return 0


def _record(profile: Profile, config: Config) -> Record:
    return {
        "name": profile.name,
        "server": profile.server.authority,
        "user": profile.user,
        "password": _password(profile),
        "pin": profile.pin,
        "default": profile.name == config.default,
    }


def _password(profile: Profile) -> str:
    """The source of the password, never the password."""
    if profile.password_command:
        return "password_command"
    return profile.keyring if profile.keyring not in {None, OFF} else ASKED


def _row(profile: Profile, config: Config) -> tuple[str, ...]:
    return (
        profile.name,
        profile.server.authority,
        profile.user or "",
        _password(profile),
        (profile.pin or "")[:SHORT_PIN],
        "default" if profile.name == config.default else "",
    )
