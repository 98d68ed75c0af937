"""Child process that accesses the operating system's keyring, so that it can be killed.

Keyring libraries unlock without a time-out, raise arbitrary exceptions and may hang
indefinitely. Reads one JSON object from standard input (`do`: recall, store, forget or probe;
`keyring`: name or null; `service`, `user`, `password`). Writes JSON lines to standard output:
any number of `note`, then `backend` with `password`, or `trouble`. Of emtui only the kernel keyring
is imported, if used.
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

ALLOWED_KEYRINGS = {
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


class NoUsableKeyringError(Exception):
    """No keyring can be used; the message is the end of a sentence that says why."""


def _load_backend(path: str) -> type[Any]:
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)  # type: ignore[no-any-return] # keyring's own type


def _select_keyring(requested: str | None) -> tuple[str, Any]:
    """Return name and instance of the requested keyring, or of the preferred one."""
    if requested:
        return _find_requested(requested)
    path = _configured_backend()
    if path:
        label = next((label for label, allowed in ALLOWED_KEYRINGS.items() if allowed == path), None)
        if label is None:
            raise NoUsableKeyringError(_rejection_reason(path))
        return label, _load_backend(path)()
    viable = sorted(_find_viable(), key=lambda found: found[0], reverse=True)
    if not viable:
        raise NoUsableKeyringError("no keyring responds" + _clear_text_note())
    _, label, keyring = viable[0]
    return label, keyring()


def _find_requested(requested: str) -> tuple[str, Any]:
    for label, path in ALLOWED_KEYRINGS.items():
        if label.casefold() == requested.casefold() or path == requested:
            return label, _load_backend(path)()
    if "." not in requested:
        raise NoUsableKeyringError(f"unknown keyring {requested!r}; available: {', '.join(ALLOWED_KEYRINGS)}")
    return requested, _load_backend(requested)()


def _find_viable() -> Iterator[tuple[float, str, type[Any]]]:
    for label, path in ALLOWED_KEYRINGS.items():
        with suppress(Exception):  # a backend for another platform may raise anything
            backend = _load_backend(path)
            yield float(backend.priority), label, backend


def _configured_backend() -> str | None:
    """Return the backend configured for the keyring library itself."""
    if path := os.environ.get("PYTHON_KEYRING_BACKEND"):
        return path
    import configparser  # imported late: the parent process imports this module, too

    from keyring.util import platform_

    settings = configparser.RawConfigParser()
    settings.read(os.path.join(platform_.config_root(), "keyringrc.cfg"))  # noqa: PTH118 - a str, as in keyring
    return settings.get("backend", "default-keyring", fallback=None)


def _rejection_reason(path: str) -> str:
    """Say why a backend that is not allowed is rejected."""
    if path.startswith("keyring.backends.fail"):
        return "no keyring responds"
    if path.startswith("keyring.backends.null"):
        return f"the keyring backend {path} stores nothing"
    if path.startswith("keyrings.alt"):
        return f"the keyring backend {path} stores passwords in clear text" + _opt_in_hint(path)
    return f"emtui does not support the keyring backend {path}" + _opt_in_hint(path)


def _clear_text_note() -> str:
    """Mention keyrings.alt if installed: it stores clear text and is never selected automatically."""
    with suppress(ModuleNotFoundError):
        if find_spec("keyrings.alt"):
            return ", except keyrings.alt, which stores passwords in clear text"
    return ""


def _opt_in_hint(path: str) -> str:
    return f'; to use it, set keyring = "{path}" in the profile'


def _is_locked(label: str) -> bool:
    """Whether the keyring is locked; a request may then wait for the user on another display."""
    if label != "Secret Service":
        return False
    with suppress(Exception):  # D-Bus may raise anything; the request itself follows in any case
        import secretstorage

        with closing(secretstorage.dbus_init()) as connection:
            return bool(secretstorage.get_default_collection(connection).is_locked())
    return False


def _process_request(request: dict[str, str], write_note: Any) -> dict[str, Any]:  # noqa: ANN401 - a function
    label, keyring = _select_keyring(request["keyring"])
    if _is_locked(label):
        write_note({"note": "locked"})
        if request["do"] == "probe":
            return {"backend": label, "password": None, "locked": True}
    service, user = request["service"], request["user"]
    match request["do"]:
        case "recall":
            return {"backend": label, "password": keyring.get_password(service, user)}
        case "store":
            keyring.set_password(service, user, request["password"])
        case "forget" if keyring.get_password(service, user) is not None:
            keyring.delete_password(service, user)
            return {"backend": label, "password": "***"}
        case "probe":
            _ = keyring.priority
    return {"backend": label, "password": None}


def _describe_error(error: Exception) -> str:
    """Describe an error by its type only: its text could contain anything."""
    type_name = type(error).__name__
    return "the keyring is locked" if type_name == "KeyringLocked" else f"the keyring failed ({type_name})"


def _harden_process() -> None:
    """Protect the password: no debugger, no core dump, and end with the parent process."""
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            library = ctypes.CDLL(None)
            library.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def main() -> int:
    """Process one request; output printed by a backend goes to stderr."""
    _harden_process()
    request = json.load(sys.stdin)
    stdout = sys.stdout

    def write_response(response: dict[str, Any]) -> None:
        stdout.write(json.dumps(response) + "\n")
        stdout.flush()

    try:
        with redirect_stdout(sys.stderr):
            response = _process_request(request, write_response)
    except NoUsableKeyringError as error:
        response = {"trouble": str(error)}
    except Exception as error:  # noqa: BLE001 - backends raise anything
        # a probe involves no password, so the backend's own message is safe
        response = {
            "trouble": f"not available: {error}" if request["do"] == "probe" else _describe_error(error)
        }
    write_response(response)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
