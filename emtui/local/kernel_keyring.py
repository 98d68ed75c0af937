"""A backend for the keyring library over the Linux kernel's keyring, for servers without a desktop.

A password is in the kernel's memory alone, for this user alone, and gone twelve hours
after it was stored or at a restart. Chosen by itself only where there is no D-Bus
session, hence no Secret Service. `timeout` (seconds; KEYRING_PROPERTY_TIMEOUT) changes
the twelve hours, up to what the kernel keeps at all.
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

from emtui.local.keyctl import MOST_BYTES, TWELVE_HOURS, Keys, seconds_kept

_PREFIX = b"\x01"  # a key may not be empty, a password may
_FORBIDDEN = {errno.ENOSYS, errno.EPERM, errno.EACCES}


class KernelKeyring(KeyringBackend):
    """Passwords as keys of type `user` in the persistent keyring."""

    timeout: int | str = TWELVE_HOURS

    @properties.classproperty
    def priority(self) -> float:
        """Usable by itself only where no desktop has a better one; raises `RuntimeError` elsewhere."""
        if sys.platform != "linux":
            raise RuntimeError("The kernel keyring is available on Linux only.")
        if desktop_session():
            raise RuntimeError("The desktop keyring is used in a D-Bus session.")
        try:
            Keys()
        except OSError as problem:
            raise RuntimeError(explained(problem)) from None
        return 2.0

    def get_password(self, service: str, username: str) -> str | None:
        """The password, unless there is none or its time is over."""
        try:
            payload = Keys().get(_description(service, username))
        except OSError as problem:
            raise InitError(explained(problem)) from None
        return None if payload is None else payload.removeprefix(_PREFIX).decode()

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep it from now on, for as long as `timeout` says."""
        payload = _PREFIX + password.encode()
        if len(payload) > MOST_BYTES:
            raise PasswordSetError("The password is too long for the kernel keyring.")
        try:
            Keys().put(_description(service, username), payload, self._seconds())
        except OSError as problem:
            raise PasswordSetError(explained(problem)) from None

    def delete_password(self, service: str, username: str) -> None:
        """Forget it at once."""
        try:
            if Keys().drop(_description(service, username)):
                return
        except OSError as problem:
            raise PasswordDeleteError(explained(problem)) from None
        raise PasswordDeleteError("The kernel keyring has no such password.")

    def _seconds(self) -> int:
        try:
            seconds = seconds_kept(self.timeout)
        except ValueError:
            raise KeyringError("The timeout of the kernel keyring must be a number of seconds.") from None
        if seconds < 1:
            raise KeyringError("The timeout of the kernel keyring must be at least one second.")
        return seconds


def desktop_session() -> bool:
    """Whether this login has a D-Bus session, named or at its usual place."""
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return bool(runtime) and (Path(str(runtime)) / "bus").exists()


def explained(problem: OSError) -> str:
    """What the kernel said, as a sentence."""
    if problem.errno in _FORBIDDEN:
        return "The kernel keyring cannot be used here, as in many containers."
    if problem.errno == errno.EDQUOT:
        return "The kernel keyring of this user is full."
    return f"The kernel keyring cannot be used: {problem.strerror}."


def _description(service: str, username: str) -> str:
    """The name of the key: no two services and users have the same."""
    return f"keyring:{quote(service, safe='')}:{quote(username, safe='')}"
