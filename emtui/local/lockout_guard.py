"""Prevent account lockouts: rejected logons are recorded for all processes of this user and not resent.

Enterprise Manager checks passwords against Windows or a directory, which lock an account
after a few wrong ones. Results are saved in the account's `logon_history`. One logon at a time is
sent per account, so that twenty processes that start together learn from the first. A logon
without a response is retried only after a delay.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from emtui.em.errors import ConnectionFailedError, EmError, LogonRefusedError, ServerTimeoutError
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.em.text_sanitizer import clean
from emtui.local.logon_history import REJECTED, UNANSWERED, AccountStorage, LogonHistory
from emtui.local.logon_storage import LOGON_STORAGES, LogonStorage, open_history
from emtui.local.state_files import STATE_FOLDER_HINT, StateUnavailableError

LOCK_TIMEOUT_S = 90.0
"""Seconds to wait for another process's logon of the same account; longer than a logon can take."""
UNCERTAIN_ERRORS = (ServerTimeoutError, ConnectionFailedError)
"""Errors after which the server may or may not have counted the logon."""
RETRY_DELAY_S = 600.0
"""Seconds between two unattended logons without a response."""
_RETRY_INTERVAL_S = 0.05


@dataclass(slots=True)
class LockoutGuard:
    """Checks every logon before it is sent.

    `override_lockout`: send it although it was rejected before. `is_attended`: a user waits for the first
    logon and may retry one that got no response. `warn` receives a warning if rejections
    cannot be recorded in any of the `storages`.
    """

    override_lockout: bool = False
    is_attended: bool = False
    warn: Callable[[str], object] | None = None
    storages: tuple[LogonStorage, ...] = LOGON_STORAGES

    @asynccontextmanager
    async def attempt(self, server: Server, user: str, password: Secret) -> AsyncIterator[None]:
        """Guard one logon: raise if it was rejected before, record it if it is rejected now.

        It is recorded as unanswered before it is sent, so that a logon that is canceled or whose
        process is killed is not sent repeatedly.
        """
        is_attended, self.is_attended = self.is_attended, False
        histories: list[LogonHistory] = []
        problem: Exception | None = None
        is_recorded = False
        with ExitStack() as stack:
            for storage in self.storages:
                try:
                    history = open_history(storage, server, user, password, create=not is_recorded)
                    if history is None:
                        continue
                    stack.callback(history.storage.close)
                    await _wait_for_lock(history.storage, server)
                    time, result = history.last_result()
                    if not self.override_lockout:
                        check_last_result(time, result, server, user, is_attended=is_attended)
                except (StateUnavailableError, OSError) as error:
                    problem = problem or error
                    continue
                histories.append(history)
                if not is_recorded:
                    write_error = None if result == REJECTED else history.record(UNANSWERED)
                    is_recorded, problem = write_error is None, problem or write_error
                if is_recorded and not self.override_lockout:
                    break
            if not is_recorded and problem and self.warn:
                self.warn(
                    f"rejected passwords cannot be recorded on this computer: {_format_problem(problem)}"
                )
            async with _record_result(histories, problem):
                yield


def check_last_result(time: str, result: str, server: Server, user: str, *, is_attended: bool) -> None:
    """Raise if the same logon could lock the account out: it was rejected, or got no response just now."""
    shown_time = time.replace("T", " ")
    if result == REJECTED:
        raise LogonRefusedError(
            f"{server.authority} rejected this password of {clean(user)} on {shown_time}."
            " To prevent a lockout it is not sent again: enter another one,"
            " or resend it with emtui login.",
            user,
        )
    if result == UNANSWERED and not is_attended and _age_seconds(time) < RETRY_DELAY_S:
        raise ServerTimeoutError(
            f"The last logon of {clean(user)} to {server.authority} got no response"
            f" ({shown_time}). To prevent a lockout it is retried after"
            f" {RETRY_DELAY_S // 60:g} minutes, or now from an interactive terminal."
        )


def _age_seconds(time: str) -> float:
    """Return the seconds since then; infinity for an invalid time."""
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(time)).total_seconds()
    except (ValueError, TypeError):
        return float("inf")


@asynccontextmanager
async def _record_result(histories: Sequence[LogonHistory], problem: Exception | None) -> AsyncIterator[None]:
    """Record the result of a logon; a canceled one stays unanswered."""
    try:
        yield
    except LogonRefusedError as error:
        for history in histories:
            write_error = history.record(REJECTED)
            if write_error is None:
                raise
            problem = problem or write_error
        raise _not_recorded_error(error, problem) from None
    except EmError as error:
        if not isinstance(error, UNCERTAIN_ERRORS):
            _clear_results(histories)
        raise
    _clear_results(histories)


def _clear_results(histories: Sequence[LogonHistory]) -> None:
    for history in histories:
        history.record(None)


def _not_recorded_error(error: LogonRefusedError, problem: Exception | None) -> LogonRefusedError:
    reason = _format_problem(problem) if problem else f"{STATE_FOLDER_HINT}."
    return LogonRefusedError(
        f"{error} The rejection could not be recorded, so do not enter this password again: {reason}",
        error.user,
    )


def _format_problem(problem: Exception) -> str:
    """Return the sentence of `StateUnavailableError`, or one about the state folder."""
    if isinstance(problem, StateUnavailableError):
        return str(problem)
    reason = problem.strerror if isinstance(problem, OSError) else None
    return f"the state folder cannot be used ({reason or type(problem).__name__}): {STATE_FOLDER_HINT}."


async def _wait_for_lock(entry_storage: AccountStorage, server: Server) -> None:
    """Wait for the lock without blocking the loop; closing the storage releases it."""
    try:
        async with asyncio.timeout(LOCK_TIMEOUT_S):
            while not entry_storage.try_lock():  # noqa: ASYNC110 - other processes send no events
                await asyncio.sleep(_RETRY_INTERVAL_S)
    except TimeoutError:
        raise ServerTimeoutError(
            f"Another emtui process has waited {LOCK_TIMEOUT_S:g} s for its logon to {server.authority}:"
            " check whether the server is overloaded."
        ) from None
