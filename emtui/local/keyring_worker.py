"""Child process that accesses the operating system's keyring, so that it can be killed.

Keyring libraries unlock without a time-out, raise arbitrary exceptions and may hang
indefinitely. Reads one JSON object from standard input (`do`: recall, store, forget or probe;
`keyring`: name or null; `service`, `user`, `password`). Writes JSON lines to standard output:
any number of `note`, then `backend` with `password`, or `trouble`. Run as a file; of emtui only
the kernel keyring is imported, if used.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing, redirect_stdout, suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

ALLOWED = {
    "Secret Service": "keyring.backends.SecretService.Keyring",
    "libsecret": "keyring.backends.libsecret.Keyring",
    "KWallet": "keyring.backends.kwallet.DBusKeyring",
    "macOS Keychain": "keyring.backends.macOS.Keyring",
    "Windows Credential Locker": "keyring.backends.Windows.WinVaultKeyring",
    "kernel keyring": "emtui.local.kernel_keyring.KernelKeyring",
}
"""Keyrings that store passwords securely; others are used only if the profile names the class."""

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4


class Refused(Exception):
    """No keyring can be used; the message is the end of a sentence that says why."""


def _load(path: str) -> type[Any]:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)  # type: ignore[no-any-return] # keyring's own type


def _chosen(named: str | None) -> tuple[str, Any]:
    """Return name and instance of the requested keyring, or of the preferred one."""
    if named:
        return _named(named)
    path = _set_for_keyring()
    if path:
        label = next((label for label, allowed in ALLOWED.items() if allowed == path), None)
        if label is None:
            raise Refused(_why(path))
        return label, _load(path)()
    viable = sorted(_viable(), key=lambda found: found[0], reverse=True)
    if not viable:
        raise Refused("no keyring responds" + _in_clear())
    _, label, keyring = viable[0]
    return label, keyring()


def _named(named: str) -> tuple[str, Any]:
    for label, path in ALLOWED.items():
        if label.casefold() == named.casefold() or path == named:
            return label, _load(path)()
    if "." not in named:
        raise Refused(f"unknown keyring {named!r}; available: {', '.join(ALLOWED)}")
    return named, _load(named)()


def _viable() -> Iterator[tuple[float, str, type[Any]]]:
    for label, path in ALLOWED.items():
        with suppress(Exception):  # a backend for another platform may raise anything
            found = _load(path)
            yield float(found.priority), label, found


def _set_for_keyring() -> str | None:
    """Return the backend configured for the keyring library itself."""
    if path := os.environ.get("PYTHON_KEYRING_BACKEND"):
        return path
    import configparser  # imported late: the parent process imports this module, too

    from keyring.util import platform_

    settings = configparser.RawConfigParser()
    settings.read(os.path.join(platform_.config_root(), "keyringrc.cfg"))  # noqa: PTH118 - a str, as in keyring
    return settings.get("backend", "default-keyring", fallback=None)


def _why(path: str) -> str:
    """Say why a backend that is not allowed is rejected."""
    if path.startswith("keyring.backends.fail"):
        return "no keyring responds"
    if path.startswith("keyring.backends.null"):
        return f"the keyring backend {path} stores nothing"
    if path.startswith("keyrings.alt"):
        return f"the keyring backend {path} stores passwords in clear text" + _if_meant(path)
    return f"emtui does not support the keyring backend {path}" + _if_meant(path)


def _in_clear() -> str:
    """Mention keyrings.alt if installed: it stores clear text and is never selected automatically."""
    with suppress(ModuleNotFoundError):
        if find_spec("keyrings.alt"):
            return ", except keyrings.alt, which stores passwords in clear text"
    return ""


def _if_meant(path: str) -> str:
    return f'; to use it, set keyring = "{path}" in the profile'


def _locked(label: str) -> bool:
    """Whether the keyring is locked; a request may then wait for the user on another display."""
    if label != "Secret Service":
        return False
    with suppress(Exception):  # D-Bus may raise anything; the request itself follows in any case
        import secretstorage

        with closing(secretstorage.dbus_init()) as connection:
            return bool(secretstorage.get_default_collection(connection).is_locked())
    return False


def _answer(asked: dict[str, str], note: Any) -> dict[str, Any]:  # noqa: ANN401 - a function
    label, keyring = _chosen(asked["keyring"])
    if _locked(label):
        note({"note": "locked"})
        if asked["do"] == "probe":
            return {"backend": label, "password": None, "locked": True}
    service, user = asked["service"], asked["user"]
    match asked["do"]:
        case "recall":
            return {"backend": label, "password": keyring.get_password(service, user)}
        case "store":
            keyring.set_password(service, user, asked["password"])
        case "forget" if keyring.get_password(service, user) is not None:
            keyring.delete_password(service, user)
            return {"backend": label, "password": "***"}
        case "probe":
            _ = keyring.priority
    return {"backend": label, "password": None}


def _trouble(error: Exception) -> str:
    """Describe an error by its type only: its text could contain anything."""
    kind = type(error).__name__
    return "the keyring is locked" if kind == "KeyringLocked" else f"the keyring failed ({kind})"


def _close_to_others() -> None:
    """Protect the password: no debugger, no core dump, and end with the parent process."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main() -> int:
    """Process one request; output printed by a backend goes to stderr."""
    _close_to_others()
    asked = json.load(sys.stdin)
    out = sys.stdout

    def say(answer: dict[str, Any]) -> None:
        out.write(json.dumps(answer) + "\n")
        out.flush()

    try:
        with redirect_stdout(sys.stderr):
            answer = _answer(asked, say)
    except Refused as refused:
        answer = {"trouble": str(refused)}
    except Exception as error:  # noqa: BLE001 - backends raise anything
        # a probe involves no password, so the backend's own message is safe
        answer = {"trouble": f"not available: {error}" if asked["do"] == "probe" else _trouble(error)}
    say(answer)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
