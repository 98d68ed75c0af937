"""The Linux kernel's own keyrings, asked by system calls: keys(7), keyctl(2), persistent-keyring(7).

A key is found in a keyring of the user by everybody, but read only by who possesses it,
that is who reaches it from a keyring of his own process. So the user's persistent keyring
(else the user keyring) is linked into the process keyring first: what one login stored is
then read in another, whose session is a new one. Nothing here ever touches a disk.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import sys
from pathlib import Path

_NUMBERS = {
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

_PROCESS = -2
_USER = -4
_SETPERM, _LINK, _UNLINK, _SEARCH, _READ, _SET_TIMEOUT, _GET_PERSISTENT = 5, 8, 9, 10, 11, 15, 22
_POSSESSOR_ALL_USER_VIEW = 0x3F01_0000
_GONE = {errno.ENOKEY, errno.EKEYEXPIRED, errno.EKEYREVOKED}
_NO_PERSISTENT = {errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL}
_EXPIRY = Path("/proc/sys/kernel/keys/persistent_keyring_expiry")
TWELVE_HOURS = 12 * 60 * 60
"""Seconds for which a password is kept, unless another time is wished for."""
MOST_BYTES = 32767
"""How long the payload of a key may be (add_key(2))."""


class Keys:
    """The keys of this user, as far as the kernel lets this process at them. Raises `OSError`."""

    def __init__(self) -> None:
        if sys.platform != "linux" or platform.machine() not in _NUMBERS:
            raise OSError(errno.ENOSYS, "no kernel keyring on this computer")
        self._add_key, self._keyctl = _NUMBERS[platform.machine()]
        self._library = ctypes.CDLL(None, use_errno=True)
        self._library.syscall.restype = ctypes.c_long
        self._ring = self._linked()

    def put(self, description: str, payload: bytes, seconds: int) -> None:
        """Keep it for so long from now on, in place of what there was."""
        data = ctypes.create_string_buffer(payload, len(payload))
        name = description.encode()
        size = ctypes.c_size_t(len(payload))
        key = self._call(self._add_key, b"user", name, data, size, ctypes.c_int(self._ring))
        self._control(_SETPERM, key, _POSSESSOR_ALL_USER_VIEW)
        self._control(_SET_TIMEOUT, key, seconds)

    def get(self, description: str) -> bytes | None:
        """What is kept; nothing if nothing is, or no longer."""
        key = self._found(description)
        if key is None:
            return None
        buffer = ctypes.create_string_buffer(MOST_BYTES)
        try:
            size = self._control(_READ, key, buffer, ctypes.c_size_t(len(buffer)))
        except OSError as problem:
            if problem.errno in _GONE:
                return None
            raise
        return buffer.raw[:size]

    def drop(self, description: str) -> bool:
        """Forget it; whether there was anything."""
        key = self._found(description)
        if key is None:
            return False
        self._control(_UNLINK, key, self._ring)
        return True

    def _found(self, description: str) -> int | None:
        try:
            return self._control(_SEARCH, self._ring, b"user", description.encode(), 0)
        except OSError as problem:
            if problem.errno in _GONE:
                return None
            raise

    def _linked(self) -> int:
        """The keyring that outlives logins, possessed by this process."""
        try:
            return self._control(_GET_PERSISTENT, -1, _PROCESS)
        except OSError as problem:
            if problem.errno not in _NO_PERSISTENT:
                raise
        self._control(_LINK, _USER, _PROCESS)
        return _USER

    def _control(
        self, operation: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | ctypes.c_size_t
    ) -> int:
        return self._call(self._keyctl, ctypes.c_int(operation), *arguments)

    def _call(self, number: int, *arguments: object) -> int:
        plain = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
        answer = int(self._library.syscall(ctypes.c_long(number), *plain))
        if answer < 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
        return answer


def longest() -> int | None:
    """For how many seconds the kernel keeps a keyring that nobody asks for; nothing if it does not say."""
    try:
        return int(_EXPIRY.read_text("ascii"))
    except (OSError, ValueError):
        return None


def seconds_kept(wished: int | str = TWELVE_HOURS) -> int:
    """How long a password is kept that is to be kept for so long; raises `ValueError` for no number."""
    seconds = int(wished)
    return min(seconds, longest() or seconds)
