"""Linux kernel keyrings by system call: keys(7), keyctl(2), persistent-keyring(7).

Reading a key requires possession: it must be reachable from a keyring of the process. So the
user's persistent keyring (else the user keyring) is linked into the process keyring first; keys
of one login can then be read in another. Nothing is written to disk.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from pathlib import Path

_SYSTEM_CALLS = {
    "x86_64": (248, 250),
    "i686": (286, 288),
    "aarch64": (217, 219),
    "riscv64": (217, 219),
    "loongarch64": (217, 219),
    "armv7l": (309, 311),
    "ppc64le": (269, 271),
    "s390x": (278, 280),
}
"""System calls add_key and keyctl, by machine (the kernel's tables of system calls)."""

_PROCESS_KEYRING = -2
_USER_KEYRING = -4
_SETPERM, _LINK, _UNLINK, _SEARCH, _READ, _SET_TIMEOUT, _GET_PERSISTENT = 5, 8, 9, 10, 11, 15, 22
_POSSESSOR_ALL_USER_VIEW = 0x3F01_0000
_KEY_MISSING = {errno.ENOKEY, errno.EKEYEXPIRED, errno.EKEYREVOKED}
_NO_PERSISTENT_KEYRING = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_EXPIRY_FILE = Path("/proc/sys/kernel/keys/persistent_keyring_expiry")
DEFAULT_RETENTION_S = 12 * 60 * 60
"""Default retention of a password in seconds."""
MAX_PAYLOAD_BYTES = 32767
"""Maximum payload of a key in bytes (add_key(2))."""


class KernelKeys:
    """Keys of this user that the process can access. Raises `OSError`."""

    def __init__(self) -> None:
        if sys.platform != "linux" or platform.machine() not in _SYSTEM_CALLS:
            raise OSError(errno.ENOSYS, "no kernel keyring on this computer")
        self._add_key, self._keyctl = _SYSTEM_CALLS[platform.machine()]
        self._library = ctypes.CDLL(None, use_errno=True)
        self._library.syscall.restype = ctypes.c_long
        self._keyring = self._link_keyring()

    def put(self, description: str, payload: bytes, seconds: int) -> None:
        """Add or replace a key that expires after `seconds`."""
        data = ctypes.create_string_buffer(payload, len(payload))
        name = description.encode()
        size = ctypes.c_size_t(len(payload))
        key = self._call(self._add_key, b"user", name, data, size, ctypes.c_int(self._keyring))
        self._control(_SETPERM, key, _POSSESSOR_ALL_USER_VIEW)
        self._control(_SET_TIMEOUT, key, seconds)

    def get(self, description: str) -> bytes | None:
        """Return the payload; `None` if the key is missing or expired."""
        key = self._search(description)
        if key is None:
            return None
        buffer = ctypes.create_string_buffer(MAX_PAYLOAD_BYTES)
        try:
            size = self._control(_READ, key, buffer, ctypes.c_size_t(len(buffer)))
        except OSError as problem:
            if problem.errno in _KEY_MISSING:
                return None
            raise
        return buffer.raw[:size]

    def delete(self, description: str) -> bool:
        """Delete the key; return whether it existed."""
        key = self._search(description)
        if key is None:
            return False
        self._control(_UNLINK, key, self._keyring)
        return True

    def _search(self, description: str) -> int | None:
        try:
            return self._control(_SEARCH, self._keyring, b"user", description.encode(), 0)
        except OSError as problem:
            if problem.errno in _KEY_MISSING:
                return None
            raise

    def _link_keyring(self) -> int:
        """Link a keyring that outlives logins into the process keyring and return its ID."""
        try:
            return self._control(_GET_PERSISTENT, -1, _PROCESS_KEYRING)
        except OSError as problem:
            if problem.errno not in _NO_PERSISTENT_KEYRING:
                raise
        self._control(_LINK, _USER_KEYRING, _PROCESS_KEYRING)
        return _USER_KEYRING

    def _control(
        self, operation: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | ctypes.c_size_t
    ) -> int:
        return self._call(self._keyctl, ctypes.c_int(operation), *arguments)

    def _call(self, number: int, *arguments: object) -> int:
        converted = [
            ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments
        ]
        result = int(self._library.syscall(ctypes.c_long(number), *converted))
        if result < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return result


def max_retention() -> int | None:
    """Return the kernel's limit for an unused keyring in seconds; `None` if unknown."""
    try:
        return int(_EXPIRY_FILE.read_text("ascii"))
    except (OSError, ValueError):
        return None


def effective_retention(requested: int | str = DEFAULT_RETENTION_S) -> int:
    """Return the effective retention in seconds for a requested one; raises `ValueError` if not a number."""
    seconds = int(requested)
    return min(seconds, max_retention() or seconds)
