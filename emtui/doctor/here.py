"""Of this computer: versions, files and their modes, the terminal, the keyrings."""

from __future__ import annotations

import os
import platform
import ssl
import stat
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from emtui import __version__
from emtui.doctor.check import Check, ok, warn
from emtui.local import credentials, paths
from emtui.local.profiles import Profile
from emtui.local.terminal import draws, locale, writes_utf8

_LIBRARIES = ("textual", "httpx", "httpcore", "lxml", "keyring", "cryptography", "tomlkit")
_TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_TTY")


def versions() -> Iterator[Check]:
    """emtui, Python, OpenSSL, the libraries, the system."""
    yield ok("emtui", f"{__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}")
    found = ", ".join(f"{name} {_version(name)}" for name in _LIBRARIES)
    yield ok("libraries", found)
    yield ok("system", f"{platform.system()} {platform.release()}, {platform.machine()}")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "(missing)"


def files(profile: Profile | None) -> Iterator[Check]:
    """The configuration, the CA file, the state folder: where they are, and who may look in."""
    for file in paths.config_files():
        yield _file("configuration", file, private=file == paths.config_files()[0])
    if profile and profile.ca_file:
        yield _file("CA file", profile.ca_file, private=False)
    folder = paths.state_dir(os.environ, paths.home(), sys.platform)
    yield _file("state folder", folder, private=True)
    if folder.is_dir() and os.access(folder, os.R_OK):
        for file in sorted(folder.iterdir()):
            if file.suffix in {".log", ".1"}:
                yield _file("log", file, private=True)


def _file(name: str, path: Path, *, private: bool) -> Check:
    if path.is_relative_to(paths.NOWHERE):
        return warn(name, "this user has no home folder", "set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")
    try:
        status = path.stat()
    except FileNotFoundError:
        return ok(name, f"{path}: there is none")
    except OSError as problem:
        return warn(name, f"{path}: {problem.strerror}", "see who may look there")
    mode = stat.S_IMODE(status.st_mode)
    found = f"{path}: {mode:04o}, {'yours' if status.st_uid == os.geteuid() else f'of user {status.st_uid}'}"
    if private and mode & 0o077:
        return warn(name, found, f"chmod go= {path}")
    return ok(name, found)


def terminal(environ: Mapping[str, str], *, is_terminal: bool) -> Iterator[Check]:
    """What the screens would be drawn on."""
    told = ", ".join(f"{name}={environ[name]}" for name in _TERMINAL if environ.get(name))
    if not is_terminal:
        yield ok("terminal", f"none on standard input and error ({told or 'nothing set'})")
        return
    size = os.get_terminal_size(sys.__stderr__.fileno() if sys.__stderr__ else 2)
    found = f"{size.columns}×{size.lines}, {told or 'nothing set'}, clipboard (OSC 52) not tried"
    if not draws(environ):
        yield warn("terminal", found, "set TERM to what your terminal is")
    elif size.columns < 58 or size.lines < 16:
        yield warn("terminal", found, "emtui wants 58×16 at least")
    else:
        yield ok("terminal", found)
    yield _encoding(environ)


def _encoding(environ: Mapping[str, str]) -> Check:
    """As the person set it."""
    told = locale(environ) or "no locale is set"
    if writes_utf8(environ):
        return ok("encoding", told)
    return warn("encoding", f"{told}: only ASCII is drawn", "set LANG to a UTF-8 locale, such as C.UTF-8")


async def keyrings() -> AsyncIterator[Check]:
    """Every keyring that emtui knows, with how long it took to say whether it can be used."""
    for tried in await credentials.tried():
        found = f"{tried.name}: {tried.verdict}"
        slow = tried.seconds >= credentials.PATIENCE
        yield (
            warn("keyring", found, 'keyring = "off" in the profile passes it over', tried.seconds)
            if slow
            else ok("keyring", found, tried.seconds)
        )
