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
from emtui.doctor.check_result import Check, ok, skip, warn
from emtui.local import credentials, paths
from emtui.local.profiles import Profile
from emtui.local.terminal import draws, locale, size, writes_utf8

_LIBRARIES = ("textual", "httpx", "httpcore", "lxml", "keyring", "cryptography", "tomlkit")
_MISSING = "(missing)"
_TERMINAL = ("TERM", "COLORTERM", "NO_COLOR", "TMUX", "STY", "SSH_TTY")


def versions() -> Iterator[Check]:
    """Report emtui, Python, OpenSSL, libraries and system."""
    yield ok("emtui", f"{__version__}, Python {platform.python_version()}, {ssl.OPENSSL_VERSION}")
    versions = {name: _version(name) for name in _LIBRARIES}
    found = ", ".join(f"{name} {version}" for name, version in versions.items())
    missing = [name for name, version in versions.items() if version == _MISSING]
    yield warn("libraries", found, f"install {', '.join(missing)}") if missing else ok("libraries", found)
    yield ok("system", f"{platform.system()} {platform.release()}, {platform.machine()}")


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return _MISSING


def files(profile: Profile | None) -> Iterator[Check]:
    """Check location, owner and mode of configuration, CA file, state folder and logs."""
    for file in paths.config_files():
        yield _file("configuration", file, private=file == paths.config_files()[0])
    if profile and profile.ca_file:
        yield _file("CA file", profile.ca_file, private=False, wanted=True)
    folder = paths.state_dir(os.environ, paths.home(), sys.platform)
    yield _file("state folder", folder, private=True)
    if folder.is_dir() and os.access(folder, os.R_OK):
        for file in sorted(folder.iterdir()):
            if file.suffix in {".log", ".1"}:
                yield _file("log", file, private=True)


def _file(name: str, path: Path, *, private: bool, wanted: bool = False) -> Check:
    """Check owner and mode of a file; `wanted` if it must exist."""
    if path.is_relative_to(paths.NOWHERE):
        return warn(name, "this user has no home folder", "set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")
    try:
        status = path.stat()
    except FileNotFoundError:
        none = f"{path}: not found"
        return warn(name, none, "correct ca_file or create the file") if wanted else skip(name, none)
    except OSError as problem:
        return warn(name, f"{path}: {problem.strerror}", "check the permissions")
    mode = stat.S_IMODE(status.st_mode)
    owner = "you" if status.st_uid == os.geteuid() else f"user {status.st_uid}"
    found = f"{path}: {mode:04o}, owned by {owner}"
    if status.st_uid not in {os.geteuid(), 0}:
        return warn(name, found, "must be owned by you or root")
    if private and mode & 0o077:
        return warn(name, found, f"chmod go= {path}")
    if mode & 0o022:
        return warn(name, found, f"chmod go-w {path}")
    if not os.access(path, os.R_OK | os.W_OK if path.is_dir() else os.R_OK):
        what = "written" if path.is_dir() else "read"
        return warn(name, f"{found}, cannot be {what}", f"chmod u+rw {path}")
    return ok(name, found)


def terminal(environ: Mapping[str, str], *, is_terminal: bool) -> Iterator[Check]:
    """Check terminal type, size and encoding."""
    told = ", ".join(f"{name}={environ[name]}" for name in _TERMINAL if environ.get(name))
    if not is_terminal:
        yield skip("terminal", f"none on standard input and error ({told or 'nothing set'})")
        return
    columns, lines = size(sys.__stderr__.fileno() if sys.__stderr__ else 2, environ)
    found = f"{columns}×{lines}, {told or 'nothing set'}"
    if not draws(environ):
        yield warn("terminal", found, "set TERM to your terminal type")
    elif columns < 58 or lines < 16:
        yield warn("terminal", found, "emtui needs at least 58×16")
    else:
        yield ok("terminal", found)
    yield skip("clipboard", "not tested: press y on a row of the list to test it")
    yield _encoding(environ)


def _encoding(environ: Mapping[str, str]) -> Check:
    """Check the user's locale."""
    told = locale(environ) or "no locale set"
    if writes_utf8(environ):
        return ok("encoding", told)
    return warn("encoding", f"{told}: only ASCII is drawn", "set LANG to a UTF-8 locale, such as C.UTF-8")


async def keyrings() -> AsyncIterator[Check]:
    """Check every supported keyring, with its response time."""
    for tried in await credentials.tried():
        found = f"{tried.name}: {tried.verdict}"
        if tried.seconds >= credentials.PATIENCE:
            yield warn("keyring", found, 'set keyring = "off" in the profile to skip it', tried.seconds)
        elif tried.verdict == credentials.READY:
            yield ok("keyring", found, tried.seconds)
        elif tried.verdict == credentials.LOCKED:
            yield warn("keyring", found, "unlock it or type the password at logon", tried.seconds)
        else:
            yield replace(skip("keyring", found), seconds=tried.seconds)
