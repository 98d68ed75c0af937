"""Rejected logons are recorded for all processes of the user, without revealing passwords."""

from __future__ import annotations

import asyncio
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from emtui.em.errors import ForbiddenError, LogonRefusedError, ServerTimeoutError, ServerUnreachableError
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import state_files as state_folder
from emtui.local.lockout_guard import LockoutGuard
from emtui.local.logon_storage import LOGON_STORAGES, FolderStorage, LogonStorage

SERVER = Server("em01.example.net")
USER = "EXAMPLE\\ops"
STATE_FOLDER_ONLY = (FolderStorage(state_folder.ensure_state_folder),)
"""The state folder only: other storages would persist into the next test."""
RIGHT = "right"
WRONG_PASSWORD = Secret("wrong-horse")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


class UserDirectory:
    """A user directory: rejects all passwords but one, and counts."""

    def __init__(
        self, valid_password: str = RIGHT, storages: tuple[LogonStorage, ...] = LOGON_STORAGES
    ) -> None:
        self.valid_password = valid_password
        self.storages = storages
        self.attempts: list[str] = []

    async def log_on(
        self,
        password: Secret = WRONG_PASSWORD,
        *,
        server: Server = SERVER,
        user: str = USER,
        override_lockout: bool = False,
    ) -> None:
        async with LockoutGuard(override_lockout, storages=self.storages).attempt(server, user, password):
            self.attempts.append(password.reveal())
            await asyncio.sleep(0)
            if password.reveal() != self.valid_password:
                raise LogonRefusedError(f"{server.authority} refused the logon of {user}.", user)


async def rejection_message(attempt_logon: Callable[[], object]) -> str:
    with pytest.raises(LogonRefusedError) as caught:
        await attempt_logon()  # type: ignore[misc]
    return str(caught.value)


async def test_the_same_password_is_not_sent_twice() -> None:
    directory = UserDirectory()
    await rejection_message(directory.log_on)
    message = await rejection_message(UserDirectory().log_on)
    assert "To prevent a lockout" in message
    assert "emtui login" in message
    assert directory.attempts == ["wrong-horse"]


async def test_twenty_concurrent_logons_send_one() -> None:
    directory = UserDirectory()
    responses = await asyncio.gather(
        *(directory.log_on(Secret("wrong")) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(response, LogonRefusedError) for response in responses)
    assert directory.attempts == ["wrong"]


async def test_another_password_user_or_server_is_not_blocked() -> None:
    directory = UserDirectory()
    await rejection_message(directory.log_on)
    await rejection_message(lambda: directory.log_on(Secret("other")))
    await rejection_message(lambda: directory.log_on(user="ops"))
    await rejection_message(lambda: directory.log_on(server=Server("em02.example.net")))
    await directory.log_on(Secret("right"))
    assert len(directory.attempts) == 5


async def test_every_rejected_password_of_an_account_is_recorded_not_only_the_last() -> None:
    directory = UserDirectory()
    for word in ("first", "second"):
        await rejection_message(lambda word=word: directory.log_on(Secret(word)))  # type: ignore[misc]
    await rejection_message(lambda: directory.log_on(Secret("first")))
    assert directory.attempts == ["first", "second"]


async def test_a_forced_logon_is_sent_and_a_success_clears_the_rejection() -> None:
    directory = UserDirectory()
    await rejection_message(directory.log_on)
    directory.valid_password = "wrong-horse"
    await rejection_message(directory.log_on)
    await directory.log_on(override_lockout=True)
    await directory.log_on()
    assert len(directory.attempts) == 3


async def test_other_errors_are_not_recorded_as_rejections() -> None:
    for _ in range(2):
        with pytest.raises(ServerUnreachableError):
            async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
                raise ServerUnreachableError("away")
    directory = UserDirectory()
    await rejection_message(directory.log_on)
    assert directory.attempts


async def test_the_files_reveal_neither_server_user_nor_password(state: Path) -> None:
    await rejection_message(UserDirectory().log_on)
    contents = b"".join(path.name.encode() + path.read_bytes() for path in state.iterdir())
    for word in ("em01", "example", "ops", "wrong-horse"):
        assert word.encode() not in contents.lower()
    for path in state.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_the_key_is_random_for_every_computer(state: Path) -> None:
    await rejection_message(UserDirectory().log_on)
    names = {path.name for path in state.iterdir()}
    (state / "key").unlink()
    await rejection_message(UserDirectory().log_on)
    assert len({path.name for path in state.iterdir()} - names) == 1


async def test_a_read_only_state_folder_is_one_sentence_and_does_not_prevent_logons(state: Path) -> None:
    state.write_text("in the way")
    directory = UserDirectory(storages=STATE_FOLDER_ONLY)
    message = await rejection_message(directory.log_on)
    assert message.startswith("em01.example.net:9398 refused")
    assert "could not be recorded" in message
    assert "set XDG_STATE_HOME" in message
    await directory.log_on(Secret("right"))


async def test_a_link_in_place_of_the_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    (tmp_path / "victim").write_text("theirs")
    (state / "key").symlink_to(tmp_path / "victim")
    assert "could not be recorded" in await rejection_message(
        UserDirectory(storages=STATE_FOLDER_ONLY).log_on
    )
    assert (tmp_path / "victim").read_text() == "theirs"


async def test_access_by_others_to_the_folder_is_removed(state: Path) -> None:
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    await rejection_message(UserDirectory().log_on)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_waiting_for_another_process_can_be_stopped() -> None:
    entered, done = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
            entered.set()
            await done.wait()

    async def second() -> None:
        async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
            raise AssertionError("two logons of one account at once")

    holding = asyncio.create_task(first())
    await entered.wait()
    waiting = asyncio.create_task(second())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    waiting.cancel()
    done.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await holding


# --- logons without a response -------------------------------------------


async def cancel_logon(*, attended: bool = False) -> None:
    """A logon that got no response."""
    with pytest.raises(ServerTimeoutError, match="never answered"):
        async with LockoutGuard(is_attended=attended).attempt(SERVER, USER, WRONG_PASSWORD):
            raise ServerTimeoutError("never answered")


async def test_an_unanswered_logon_is_not_retried_automatically() -> None:
    await cancel_logon()
    with pytest.raises(ServerTimeoutError, match="To prevent a lockout"):
        async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
            raise AssertionError("sent again")


async def test_a_canceled_logon_counts_as_unanswered() -> None:
    async def hanging() -> None:
        async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
            await asyncio.sleep(60)

    task = asyncio.create_task(hanging())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(ServerTimeoutError, match="got no response"):
        async with LockoutGuard().attempt(SERVER, USER, WRONG_PASSWORD):
            raise AssertionError("sent again")


async def test_an_attended_logon_may_be_retried_once_each_time() -> None:
    await cancel_logon()
    gate = LockoutGuard(is_attended=True)
    with pytest.raises(ServerTimeoutError, match="never answered"):
        async with gate.attempt(SERVER, USER, WRONG_PASSWORD):
            raise ServerTimeoutError("never answered")
    with pytest.raises(ServerTimeoutError, match="got no response"):
        async with gate.attempt(SERVER, USER, WRONG_PASSWORD):
            raise AssertionError("sent again without a user")


async def test_an_unanswered_logon_may_be_retried_after_ten_minutes(state: Path) -> None:
    await cancel_logon()
    (book,) = (path for path in state.iterdir() if path.name.startswith("logon-"))
    this, *_ = book.read_text().split()
    book.write_text(f"{this} 2026-01-02T03:04:05+00:00 doubt\n")
    await rejection_message(UserDirectory().log_on)


async def test_a_response_clears_the_unanswered_state() -> None:
    await cancel_logon()
    with pytest.raises(ForbiddenError):
        async with LockoutGuard(is_attended=True).attempt(SERVER, USER, WRONG_PASSWORD):
            raise ForbiddenError("the password was right")
    directory = UserDirectory(valid_password="wrong-horse")
    await directory.log_on()
    assert directory.attempts


async def test_a_rejection_remains_when_a_later_response_is_missing() -> None:
    await rejection_message(UserDirectory().log_on)
    with pytest.raises(ServerTimeoutError):
        async with LockoutGuard(override_lockout=True).attempt(SERVER, USER, WRONG_PASSWORD):
            raise ServerTimeoutError("never answered")
    await rejection_message(UserDirectory().log_on)


async def test_a_name_in_another_case_is_the_same_account() -> None:
    directory = UserDirectory()
    await rejection_message(directory.log_on)
    await rejection_message(lambda: directory.log_on(user=USER.casefold()))
    assert directory.attempts == ["wrong-horse"]


async def test_an_unusable_file_does_not_prevent_logons(state: Path) -> None:
    await rejection_message(UserDirectory().log_on)
    (book,) = (path for path in state.iterdir() if path.name.startswith("logon-"))
    book.unlink()
    book.mkdir()
    directory = UserDirectory(storages=STATE_FOLDER_ONLY)
    assert "could not be recorded" in await rejection_message(directory.log_on)
    await directory.log_on(Secret("right"))


async def test_a_full_disk_is_reported_and_the_rejection_remains() -> None:
    await rejection_message(UserDirectory().log_on)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        message = await rejection_message(
            lambda: UserDirectory(storages=STATE_FOLDER_ONLY).log_on(Secret("other"))
        )
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "could not be recorded" in message
