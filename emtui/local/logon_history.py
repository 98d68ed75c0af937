"""Results of the logons of one account: rejected ones, and the one without a response.

Each logon is saved as a keyed hash (HMAC-SHA-256 of server, user and password under the
storage's random key) with its time; the password cannot be read or guessed from it. Callers
hold the lock of the account's storage while they read or write.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from emtui.em.secret import Secret
from emtui.em.server_address import Server

MAX_ENTRIES = 20
"""Maximum number of rejected passwords recorded per account."""
REJECTED, UNANSWERED = "refused", "doubt"


class AccountStorage(Protocol):
    """Storage for the entries of one account. Everything may raise `OSError`."""

    def try_lock(self) -> bool:
        """Try to lock it until `close`, without waiting."""
        ...

    def read(self) -> bytes:
        """Return the content; empty at first."""
        ...

    def replace(self, content: bytes) -> None:
        """Replace the content."""
        ...

    def close(self) -> None:
        """Release the lock."""
        ...


@dataclass(frozen=True, slots=True)
class LogonHistory:
    """The locked storage of one account, and the hash of the logon about to be sent."""

    storage: AccountStorage
    logon_hash: str

    def last_result(self) -> tuple[str, str]:
        """When this logon was recorded (ISO 8601) and with which result; empty texts if it was not."""
        return _read_results(self.storage).get(self.logon_hash, ("", ""))

    def record(self, result: str | None) -> OSError | None:
        """Record the result of this logon, or remove it; return the error if writing fails."""
        try:
            results = _read_results(self.storage)
            if results.pop(self.logon_hash, None) is None and result is None:
                return None
            if result:
                results[self.logon_hash] = (datetime.now(UTC).isoformat(timespec="seconds"), result)
            newest = list(results.items())[-MAX_ENTRIES:]
            self.storage.replace(
                "".join(f"{logon_hash} {time} {result}\n" for logon_hash, (time, result) in newest).encode()
            )
        except OSError as problem:
            return problem
        return None


def hash_account_and_logon(key: bytes, server: Server, user: str, password: Secret) -> tuple[str, str]:
    """Return the hashes of account and logon; directories ignore the case of user names."""
    account = (server.key, user.casefold())
    return _hash_parts(key, *account)[:32], _hash_parts(key, *account, password.reveal())


def _hash_parts(key: bytes, *parts: str) -> str:
    message = b"".join(len(part.encode()).to_bytes(4) + part.encode() for part in parts)
    return hmac.digest(key, message, "sha256").hex()


def _read_results(storage: AccountStorage) -> dict[str, tuple[str, str]]:
    """Return time and result by logon hash, oldest first."""
    lines = storage.read().decode("ascii", "replace").splitlines()
    results: dict[str, tuple[str, str]] = {}
    for line in lines:
        logon_hash, time, *result = line.split(" ")[:3] if " " in line else (line, "")
        if time:
            results[logon_hash] = (time, result[0] if result else REJECTED)
    return results
