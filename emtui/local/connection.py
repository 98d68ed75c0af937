"""Resolve server, user and trust from options, environment and profile, in that order.

The last server used is never a default. A pin belongs to the server that it was accepted for
and is dropped if another server is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from difflib import get_close_matches
from pathlib import Path

from emtui.em.errors import InvalidCaFileError
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust, parse_pin, parse_server
from emtui.local.configuration import Config
from emtui.local.profiles import InvalidConfigError, Profile, check_user
from emtui.local.timezones import SystemZone, find_time_zone

ENVIRONMENT_VARIABLES = ("SERVER", "USER", "CA_FILE", "PIN", "PROFILE")
"""Supported environment variables, each prefixed with `EMTUI_`."""


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Command line options; `None` if not given."""

    profile: str | None = None
    server: str | None = None
    user: str | None = None
    ca_file: str | None = None
    pin: str | None = None
    no_proxy: bool = False
    allow_http: bool = False


@dataclass(frozen=True, slots=True)
class Connection:
    """What a logon needs, as far as available; `profile` is the profile it is based on.

    `is_temporary` is true if the server comes from the command line or the environment: an
    accepted pin then lasts until emtui quits, unless the user chose a profile name, `save_as`.
    """

    profile: Profile | None = None
    server: Server | None = None
    user: str | None = None
    trust: Trust = field(default_factory=Trust)
    no_proxy: bool = False
    allow_http: bool = False
    password: Secret | None = None
    is_temporary: bool = False
    save_as: str | None = None

    @property
    def server_time_zone(self) -> tzinfo | None:
        """The server's time zone, if the profile sets it."""
        name = self.profile.time_zone if self.profile else None
        return find_time_zone(name) if name else None

    @property
    def display_time_zone(self) -> tzinfo:
        """The zone for displaying and parsing times: the server's if set, else the local one."""
        return self.server_time_zone or SystemZone()

    @property
    def password_command(self) -> tuple[str, ...]:
        """The profile's password command; empty for another server or user."""
        profile = self.profile
        if profile is None or profile.server != self.server or profile.user not in {None, self.user}:
            return ()
        return profile.password_command

    def update_profile(self, profile: Profile) -> Profile:
        """Return the profile updated with the trust and proxy settings of this connection."""
        return replace(
            profile,
            pin=self.trust.pin,
            pin_key=self.trust.pin_key,
            ca_file=self.trust.ca_file.absolute() if self.trust.ca_file else None,
            no_proxy=self.no_proxy,
            allow_http=self.allow_http,
        )


def resolve_connection(options: ConnectionOptions, environ: Mapping[str, str], config: Config) -> Connection:
    """Merge options, `EMTUI_*` variables and the configuration.

    Raises `InvalidConfigError` for an unknown profile, `InvalidAddressError` for an invalid server or pin.
    """
    profile = _find_profile(options, environ, config)
    server_text = options.server or _read_variable(environ, "SERVER")
    user = check_user(options.user or _read_variable(environ, "USER"))
    if server_text and not (profile and _is_server_of(profile, server_text)):
        profile = config.find_unique(parse_server(server_text, allow_http=True), user)
    allow_http = options.allow_http or bool(profile and profile.allow_http)
    server = parse_server(server_text, allow_http=allow_http) if server_text else None
    base = connection_from_profile(profile) if profile else Connection()
    pin = options.pin or _read_variable(environ, "PIN")
    ca_file = options.ca_file or _read_variable(environ, "CA_FILE")
    return Connection(
        profile=profile,
        server=server or base.server,
        user=user or base.user,
        trust=Trust(
            ca_file=_expand_path(ca_file) if ca_file else base.trust.ca_file,
            pin=parse_pin(pin) if pin else base.trust.pin,
            pin_key=None if pin else base.trust.pin_key,
        ),
        no_proxy=options.no_proxy or base.no_proxy,
        allow_http=allow_http,
        is_temporary=server is not None,
    )


def _expand_path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as problem:
        raise InvalidCaFileError(f"{text} cannot be found: {problem}") from None


def _is_server_of(profile: Profile, server_text: str) -> bool:
    """Whether this address is the profile's server; `http://` is checked later."""
    return parse_server(server_text, allow_http=True) == profile.server


def connection_from_profile(profile: Profile) -> Connection:
    """Return a connection based on this profile alone."""
    return Connection(
        profile=profile,
        server=profile.server,
        user=profile.user,
        trust=Trust(profile.ca_file, profile.pin, profile.pin_key),
        no_proxy=profile.no_proxy,
        allow_http=profile.allow_http,
    )


def _read_variable(environ: Mapping[str, str], name: str) -> str | None:
    return environ.get(f"EMTUI_{name}") or None


def _find_profile(options: ConnectionOptions, environ: Mapping[str, str], config: Config) -> Profile | None:
    """Return the given profile, else the default, else the only one."""
    name = options.profile or _read_variable(environ, "PROFILE")
    if name:
        return config.find(name) or _raise_unknown_profile(name, config)
    if config.default_profile:
        return config.find(config.default_profile)
    return config.profiles[0] if len(config.profiles) == 1 else None


def _raise_unknown_profile(name: str, config: Config) -> Profile:
    names = [profile.name for profile in config.profiles]
    matches = get_close_matches(name, names, n=1)
    if matches:
        hint = f"did you mean {matches[0]}?"
    elif names:
        hint = f"available profiles: {', '.join(names)}."
    else:
        hint = "no profiles yet; create one with emtui login."
    raise InvalidConfigError(f"Unknown profile {name!r}: {hint}")
