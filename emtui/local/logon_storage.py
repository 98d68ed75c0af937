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
from emtui.local.keyctl import KernelKeys
from emtui.local.logon_history import AccountStorage, LogonHistory, hash_account_and_logon

_KEY_BYTES = 32
_MAX_BYTES = 64 * 1024
_RETENTION_S = 30 * 24 * 60 * 60
"""Retention in the kernel in seconds; an unused keyring expires earlier, and all at a restart."""
_RETRY_INTERVAL_S = 0.02


class LogonStorage(Protocol):
    """One storage. Everything may raise `StateUnavailableError` or `OSError`."""

    def load_key(self, *, create: bool) -> bytes | None:
        """Return its random key, created if `create`; else `None` if it does not exist."""
        ...

    def open_account(self, account: str) -> AccountStorage:
        """Return the storage of one account, created if missing."""
        ...


def open_history(
    storage: LogonStorage, server: Server, user: str, password: Secret, *, create: bool = True
) -> LogonHistory | None:
    """Open the account's history in a storage; without `create`, `None` if nothing was ever recorded."""
    key = storage.load_key(create=create)
    if key is None:
        return None
    account, logon_hash = hash_account_and_logon(key, server, user, password)
    return LogonHistory(storage.open_account(account), logon_hash)


@dataclass(frozen=True, slots=True)
class FolderStorage:
    """Files in a folder of this user; read-only files are still read."""

    find_folder: Callable[[], Path]

    def load_key(self, *, create: bool) -> bytes | None:
        """Return the key; the first process creates it under a lock."""
        path = self.find_folder() / "key"
        if not create and not path.exists():
            return None
        file = _AccountFile(_open_file(path))
        try:
            file_lock.wait_for_lock(file.handle)
            key = file.read()[:_KEY_BYTES]
            if len(key) < _KEY_BYTES:
                key = os.urandom(_KEY_BYTES)
                file.replace(key)
            return key
        finally:
            file.close()

    def open_account(self, account: str) -> AccountStorage:
        """Return the file of one account."""
        return _AccountFile(_open_file(self.find_folder() / f"logon-{account}"))


def _open_file(path: Path) -> int:
    try:
        return state_files.open_state_file(path, os.O_RDWR)
    except OSError:
        with suppress(OSError):
            return state_files.open_state_file(path, os.O_RDONLY)
        raise


@dataclass(frozen=True, slots=True)
class _AccountFile:
    handle: int

    def try_lock(self) -> bool:
        return file_lock.try_lock(self.handle)

    def read(self) -> bytes:
        os.lseek(self.handle, 0, os.SEEK_SET)
        return os.read(self.handle, _MAX_BYTES)

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
        raise state_files.StateUnavailableError("there is no XDG_RUNTIME_DIR.")
    return state_files.ensure_private_folder(runtime / "emtui")


class KernelStorage:
    """Keys of type `user` in the user's persistent keyring: in memory, readable only by this user."""

    def load_key(self, *, create: bool) -> bytes | None:
        """Return the key; the first process creates it."""
        with _SocketLock(f"emtui-key-{os.geteuid()}") as lock:
            kernel_key = _AccountKernelKey("emtui:key")
            if len(kernel_key.read()) < _KEY_BYTES and create:
                lock.wait_for_lock(state_files.LOCK_TIMEOUT_S)
                if len(kernel_key.read()) < _KEY_BYTES:
                    kernel_key.replace(os.urandom(_KEY_BYTES))
            return kernel_key.read() or None

    def open_account(self, account: str) -> AccountStorage:
        """Return the key of one account."""
        return _AccountKernelKey(f"emtui:logon-{account}")


class _AccountKernelKey:
    def __init__(self, description: str) -> None:
        self._keys = KernelKeys()
        self._description = description
        self._lock = _SocketLock(description)

    def try_lock(self) -> bool:
        return self._lock.try_lock()

    def read(self) -> bytes:
        return self._keys.get(self._description) or b""

    def replace(self, content: bytes) -> None:
        if content:
            self._keys.put(self._description, content, _RETENTION_S)
        else:
            self._keys.delete(self._description)

    def close(self) -> None:
        self._lock.close()


class _SocketLock:
    """A lock between processes by an abstract socket, released when its owner ends.

    No folder is needed. On systems without abstract sockets every attempt succeeds.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._socket: socket.socket | None = None

    def try_lock(self) -> bool:
        """Try to lock without waiting."""
        if self._socket is None:
            try:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.bind(f"\0{self._name}")
            except OSError as problem:
                self.close()
                return problem.errno != errno.EADDRINUSE
        return True

    def wait_for_lock(self, timeout: float) -> None:
        """Wait for the lock for up to `timeout` seconds. Blocks."""
        deadline = time.monotonic() + timeout
        while not self.try_lock() and time.monotonic() < deadline:
            time.sleep(_RETRY_INTERVAL_S)

    def close(self) -> None:
        """Release the lock."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


LOGON_STORAGES: tuple[LogonStorage, ...] = (
    FolderStorage(state_files.ensure_state_folder),
    KernelStorage(),
    FolderStorage(runtime_folder),
)
"""Results are written to the first writable storage; those before it are read, too."""
