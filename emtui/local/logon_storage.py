"""Storage for logon results: the state folder, else the kernel keyring, else XDG_RUNTIME_DIR.

Each storage has its own random key, and its content is accessible to this user only.
"""

from __future__ import annotations

import errno
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import file_lock, state_files
from emtui.local.keyctl import Keys
from emtui.local.logon_history import Book, Page, names

_KEY_BYTES = 32
_MOST_BYTES = 64 * 1024
_KEPT = 30 * 24 * 60 * 60
"""Retention in the kernel in seconds; an unused keyring expires earlier, and all at a restart."""
_PAUSE = 0.02


class Place(Protocol):
    """One storage. Everything may raise `NoState` or `OSError`."""

    def key(self, *, make: bool) -> bytes | None:
        """Return its random key, created if `make`; else `None` if it does not exist."""
        ...

    def page(self, account: str) -> Page:
        """Return the page of one account, created if missing."""
        ...


def book(place: Place, server: Server, user: str, password: Secret, *, make: bool = True) -> Book | None:
    """Open the account's history in a storage; without `make`, `None` if nothing was ever recorded."""
    key = place.key(make=make)
    if key is None:
        return None
    account, this = names(key, server, user, password)
    return Book(place.page(account), this)


@dataclass(frozen=True, slots=True)
class Folder:
    """Files in a folder of this user; read-only files are still read."""

    find: Callable[[], Path]

    def key(self, *, make: bool) -> bytes | None:
        """Return the key; the first process creates it under a lock."""
        path = self.find() / "key"
        if not make and not path.exists():
            return None
        page = _File(_opened(path))
        try:
            file_lock.wait(page.handle)
            key = page.read()[:_KEY_BYTES]
            if len(key) < _KEY_BYTES:
                key = os.urandom(_KEY_BYTES)
                page.replace(key)
            return key
        finally:
            page.close()

    def page(self, account: str) -> Page:
        """Return the file of one account."""
        return _File(_opened(self.find() / f"logon-{account}"))


def _opened(path: Path) -> int:
    try:
        return state_files.opened(path, os.O_RDWR)
    except OSError:
        with suppress(OSError):
            return state_files.opened(path, os.O_RDONLY)
        raise


@dataclass(frozen=True, slots=True)
class _File:
    handle: int

    def ours(self) -> bool:
        return file_lock.ours(self.handle)

    def read(self) -> bytes:
        os.lseek(self.handle, 0, os.SEEK_SET)
        return os.read(self.handle, _MOST_BYTES)

    def replace(self, content: bytes) -> None:
        os.lseek(self.handle, 0, os.SEEK_SET)
        if os.write(self.handle, content) < len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.ftruncate(self.handle, len(content))
        os.fsync(self.handle)

    def close(self) -> None:
        os.close(self.handle)


def runtime_folder() -> Path:
    """Return the folder in XDG_RUNTIME_DIR, removed when the user's last login ends."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "")
    if not runtime.is_absolute():
        raise state_files.NoState("there is no XDG_RUNTIME_DIR.")
    return state_files.private(runtime / "emtui")


class Kernel:
    """Keys of type `user` in the user's persistent keyring: in memory, readable only by this user."""

    def key(self, *, make: bool) -> bytes | None:
        """Return the key; the first process creates it."""
        with _Turn(f"emtui-key-{os.geteuid()}") as turn:
            page = _KernelKey("emtui:key")
            if len(page.read()) < _KEY_BYTES and make:
                turn.wait(state_files.PATIENCE)
                if len(page.read()) < _KEY_BYTES:
                    page.replace(os.urandom(_KEY_BYTES))
            return page.read() or None

    def page(self, account: str) -> Page:
        """Return the key of one account."""
        return _KernelKey(f"emtui:logon-{account}")


class _KernelKey:
    def __init__(self, description: str) -> None:
        self._keys = Keys()
        self._description = description
        self._turn = _Turn(description)

    def ours(self) -> bool:
        return self._turn.ours()

    def read(self) -> bytes:
        return self._keys.get(self._description) or b""

    def replace(self, content: bytes) -> None:
        if content:
            self._keys.put(self._description, content, _KEPT)
        else:
            self._keys.drop(self._description)

    def close(self) -> None:
        self._turn.close()


class _Turn:
    """A lock between processes by an abstract socket, released when its owner ends.

    No folder is needed. On systems without abstract sockets every attempt succeeds.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._socket: socket.socket | None = None

    def ours(self) -> bool:
        """Try to lock without waiting."""
        if self._socket is None:
            try:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.bind(f"\0{self._name}")
            except OSError as problem:
                self.close()
                return problem.errno != errno.EADDRINUSE
        return True

    def wait(self, patience: float) -> None:
        """Wait for the lock for up to `patience` seconds. Blocks."""
        end = time.monotonic() + patience
        while not self.ours() and time.monotonic() < end:
            time.sleep(_PAUSE)

    def close(self) -> None:
        """Release the lock."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


PLACES: tuple[Place, ...] = (Folder(state_files.folder), Kernel(), Folder(runtime_folder))
"""Results are written to the first writable storage; those before it are read, too."""
