"""Keyring backend for the Linux kernel keyring, for servers without a desktop.

A password is held in kernel memory, readable only by this user, until a restart or for
twelve hours. Selected automatically only without a D-Bus session, hence without Secret Service.
`timeout` (seconds; KEYRING_PROPERTY_TIMEOUT) changes the twelve hours, up to the kernel's limit.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from urllib.parse import quote

from keyring.backend import KeyringBackend
from keyring.compat import properties
from keyring.errors import InitError, KeyringError, PasswordDeleteError, PasswordSetError

from emtui.local.keyctl import DEFAULT_RETENTION_S, MAX_PAYLOAD_BYTES, KernelKeys, effective_retention

_PREFIX = b"\x01"  # a key may not be empty, a password may
_NOT_PERMITTED = {errno.ENOSYS, errno.EPERM, errno.EACCES}


class KernelKeyring(KeyringBackend):
    """Passwords as keys of type `user` in the persistent keyring."""

    timeout: int | str = DEFAULT_RETENTION_S

    @properties.classproperty
    def priority(self) -> float:
        """Priority without a desktop; raises `RuntimeError` if unusable or a desktop is present."""
        if sys.platform != "linux":
            raise RuntimeError("The kernel keyring is available on Linux only.")
        if has_desktop_session():
            raise RuntimeError(
                "This login has a D-Bus session, so the desktop keyring is used, not the kernel keyring."
            )
        try:
            KernelKeys()
        except OSError as problem:
            raise RuntimeError(format_kernel_error(problem)) from None
        return 2.0

    def get_password(self, service: str, username: str) -> str | None:
        """Return the password; `None` if there is none or it has expired."""
        try:
            payload = KernelKeys().get(_key_description(service, username))
        except OSError as problem:
            raise InitError(format_kernel_error(problem)) from None
        return None if payload is None else payload.removeprefix(_PREFIX).decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        """Save the password for `timeout` seconds."""
        payload = _PREFIX + password.encode()
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise PasswordSetError("The password is too long for the kernel keyring.")
        try:
            KernelKeys().put(_key_description(service, username), payload, self._retention_seconds())
        except OSError as problem:
            raise PasswordSetError(format_kernel_error(problem)) from None

    def delete_password(self, service: str, username: str) -> None:
        """Delete the password."""
        try:
            if KernelKeys().delete(_key_description(service, username)):
                return
        except OSError as problem:
            raise PasswordDeleteError(format_kernel_error(problem)) from None
        raise PasswordDeleteError("The kernel keyring has no such password.")

    def _retention_seconds(self) -> int:
        try:
            seconds = effective_retention(self.timeout)
        except ValueError:
            raise KeyringError("The timeout of the kernel keyring must be a number of seconds.") from None
        if seconds < 1:
            raise KeyringError("The timeout of the kernel keyring must be at least one second.")
        return seconds


def has_desktop_session() -> bool:
    """Whether this login has a D-Bus session, by variable or at the default path."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime_folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime_folder) and (Path(str(runtime_folder)) / "bus").exists()


def format_kernel_error(problem: OSError) -> str:
    """Return the kernel's error as a sentence."""
    if problem.errno in _NOT_PERMITTED:
        return "The kernel keyring cannot be used here; containers often block it."
    if problem.errno == errno.EDQUOT:
        return "The kernel keyring of this user is full."
    return f"The kernel keyring cannot be used: {problem.strerror}."


def _key_description(service: str, username: str) -> str:
    """Return the key's name, unique per service and user."""
    return f"keyring:{quote(service, safe='')}:{quote(username, safe='')}"
