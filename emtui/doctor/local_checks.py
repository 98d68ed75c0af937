"""Checks of this computer: versions, files and their modes, terminal, keyrings."""

from __future__ import annotations

import os
import platform
import ssl
import stat
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from emtui import __version__
from emtui.doctor.check_result import CheckResult, passed, skipped, warning
from emtui.local import credentials, paths
from emtui.local.profiles import KEYRING_OFF, Profile
from emtui.local.terminal import can_draw, is_utf8, locale_setting, terminal_size

_LIBRARIES = ("textual", "httpx", "httpcore", "lxml", "keyring", "cryptography", "tomlkit")
_NOT_INSTALLED = "(missing)"
_TERMINAL_VARIABLES = ("TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_TTY")


def check_versions() -> Iterator[CheckResult]:
    """Report emtui, Python, OpenSSL, libraries and system."""
    yield passed("emtui", f"{__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}")
    versions_by_name = {name: _installed_version(name) for name in _LIBRARIES}
    message = ", ".join(f"{name} {version}" for name, version in versions_by_name.items())
    missing = [name for name, version in versions_by_name.items() if version == _NOT_INSTALLED]
    yield (
        warning("libraries", message, f"install {', '.join(missing)}")
        if missing
        else passed("libraries", message)
    )
    yield passed("system", f"{platform.system()} {platform.release()}, {platform.machine()}")


def _installed_version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return _NOT_INSTALLED


def check_files(profile: Profile | None) -> Iterator[CheckResult]:
    """Check location, owner and mode of configuration, CA file, state folder and logs."""
    for file in paths.config_files():
        yield _check_file("configuration", file, is_private=file == paths.config_files()[0])
    if profile and profile.ca_file:
        yield _check_file("CA file", profile.ca_file, is_private=False, is_required=True)
    folder = paths.state_folder(os.environ, paths.home_folder(), sys.platform)
    yield _check_file("state folder", folder, is_private=True)
    if folder.is_dir() and os.access(folder, os.R_OK):
        for file in sorted(folder.iterdir()):
            if file.suffix in {".log", ".1"}:
                yield _check_file("log", file, is_private=True)


def _check_file(name: str, path: Path, *, is_private: bool, is_required: bool = False) -> CheckResult:
    """Check owner and mode of a file; `is_required` if it must exist."""
    if path.is_relative_to(paths.NO_HOME):
        return warning(
            name, "this user has no home directory", "set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME"
        )
    try:
        status = path.stat()
    except FileNotFoundError:
        message_not_found = f"{path}: not found"
        return (
            warning(name, message_not_found, "correct ca_file or create the file")
            if is_required
            else skipped(name, message_not_found)
        )
    except OSError as problem:
        return warning(name, f"{path}: {problem.strerror}", "check the permissions")
    mode = stat.S_IMODE(status.st_mode)
    owner = "you" if status.st_uid == os.geteuid() else f"user {status.st_uid}"
    message = f"{path}: {mode:04o}, owned by {owner}"
    if status.st_uid not in {os.geteuid(), 0}:
        return warning(name, message, "must be owned by you or root")
    if is_private and mode & 0o077:
        return warning(name, message, f"chmod go= {path}")
    if mode & 0o022:
        return warning(name, message, f"chmod go-w {path}")
    if not os.access(path, os.R_OK | os.W_OK if path.is_dir() else os.R_OK):
        access = "written" if path.is_dir() else "read"
        return warning(name, f"{message}, cannot be {access}", f"chmod u+rw {path}")
    return passed(name, message)


def check_terminal(environ: Mapping[str, str], *, is_terminal: bool) -> Iterator[CheckResult]:
    """Check terminal type, size and encoding."""
    variables = ", ".join(f"{name}={environ[name]}" for name in _TERMINAL_VARIABLES if environ.get(name))
    if not is_terminal:
        yield skipped("terminal", f"none on standard input and error ({variables or 'nothing set'})")
        return
    columns, lines = terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else 2, environ)
    message = f"{columns}×{lines}, {variables or 'nothing set'}"
    if not can_draw(environ):
        yield warning("terminal", message, "set TERM to your terminal type")
    elif columns < 58 or lines < 16:
        yield warning("terminal", message, "emtui needs at least 58×16")
    else:
        yield passed("terminal", message)
    yield skipped("clipboard", "not tested: press y on a row of the list to test it")
    yield _check_encoding(environ)


def _check_encoding(environ: Mapping[str, str]) -> CheckResult:
    """Check the user's locale."""
    setting = locale_setting(environ) or "no locale set"
    if is_utf8(environ):
        return passed("encoding", setting)
    return warning(
        "encoding", f"{setting}: only ASCII is drawn", "set LANG to a UTF-8 locale, such as C.UTF-8"
    )


async def check_keyrings(profile: Profile | None) -> AsyncIterator[CheckResult]:
    """Check every supported keyring, with its response time; none if the profile turns them off."""
    if profile is not None and profile.keyring == KEYRING_OFF:
        yield skipped("keyring", f'keyring = "{KEYRING_OFF}" in the profile {profile.name}')
        return
    for keyring in await credentials.check_keyrings():
        message = f"{keyring.name}: {keyring.state}"
        if keyring.seconds >= credentials.KEYRING_TIMEOUT_S:
            yield warning(
                "keyring", message, 'set keyring = "off" in the profile to skip it', keyring.seconds
            )
        elif keyring.state == credentials.READY:
            yield passed("keyring", message, keyring.seconds)
        elif keyring.state == credentials.LOCKED:
            yield warning("keyring", message, "unlock it or type the password at logon", keyring.seconds)
        else:
            yield replace(skipped("keyring", message), seconds=keyring.seconds)
