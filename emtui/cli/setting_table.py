"""Settings of the configuration, each declared once: for `config init` and `config show --defaults`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from emtui.local.terminal import THEME_NAMES


class SettingSpec(NamedTuple):
    """One setting; `example` is a TOML value, `default` what applies without it, empty if nothing does."""

    key: str
    purpose: str
    example: str
    default: str = ""


GENERAL_SETTINGS = (
    SettingSpec(
        "default_profile",
        "the profile that is used without -p; not needed if there is only one",
        '"prod"',
        "the only profile",
    ),
    SettingSpec(
        "theme", f"color theme of the screens: {', '.join(THEME_NAMES)}", '"dark"', "depends on the terminal"
    ),
    SettingSpec(
        "plain", "true: browse in line mode, without a screen, like --plain", "true", "depends on TERM"
    ),
)
PROFILE_SETTINGS = (
    SettingSpec("server", "host, host:port or URL; port 9398 unless given", '"em01.example.net"'),
    SettingSpec("user", "single quotes: in double quotes a backslash is an escape", r"'EXAMPLE\ops'"),
    SettingSpec(
        "password_command",
        "a program and its arguments that print the password; without it the keyring or a prompt",
        '["pass", "show", "em/prod"]',
    ),
    SettingSpec("unattended", "true if password_command may also run while you are away", "true", "false"),
    SettingSpec("keyring", 'the keyring that has the password, or "off"', '"off"'),
    SettingSpec(
        "ca_file", "PEM file of CA certificates to trust", '"ca.pem"', "the system's certificate store"
    ),
    SettingSpec("pin", "SHA-256 fingerprint of the only trusted certificate", f'"{"00" * 32}"'),
    SettingSpec("pin_key", "SHA-256 of its public key, to recognize a renewal", f'"{"00" * 32}"'),
    SettingSpec("time_zone", "the server's time zone", '"Europe/Berlin"', "time zone of this computer"),
    SettingSpec("interval", "seconds between two requests for the list, 10 or more", "60", "60"),
    SettingSpec("silent", "true: no bell for a new alert", "true", "false"),
    SettingSpec("title", "true: name the profile in the title of the terminal", "true", "false"),
    SettingSpec("notify_command", "a program that is run for each new alert", '["notify-send", "emtui"]', ""),
    SettingSpec("no_second_logon", "true: do not retry a logon rejected after an outage", "true", "false"),
    SettingSpec("no_proxy", "true: connect without a proxy", "true", "false"),
    SettingSpec("allow_http", "true: allow plain HTTP; the password is sent unencrypted", "true", "false"),
)
TABLES = (
    (
        "queries",
        "saved queries on the digits 5 to 9 of the session list",
        ('5 = "type:CollectJob took:>5m"',),
    ),
    ("keys", "other keys for commands of the screens", ('timeline = ["F7", "C"]', "quit = []")),
)
"""Other tables of the configuration: name, purpose, and examples."""


def format_template() -> str:
    """A configuration file with every setting as a comment."""
    lines = [
        "# Configuration of emtui. To use a setting, remove the # directly before it.",
        "# Then check the file: emtui config validate",
    ]
    lines += _setting_lines(GENERAL_SETTINGS)
    lines += ["", "# One table for each server. Passwords are not allowed in this file.", "#[profiles.prod]"]
    lines += _setting_lines(PROFILE_SETTINGS)
    for name, purpose, examples in TABLES:
        lines += ["", f"# {_capitalize(purpose)}", f"#[{name}]", *(f"#{one}" for one in examples)]
    return "\n".join(lines) + "\n"


def _setting_lines(settings: Iterable[SettingSpec]) -> Iterator[str]:
    """Each setting with its purpose above it."""
    for setting in settings:
        default = f" (default: {setting.default})" if setting.default else ""
        yield from ("", f"# {_capitalize(setting.purpose)}{default}", f"#{setting.key} = {setting.example}")


def _capitalize(text: str) -> str:
    return text[0].upper() + text[1:]
