"""Rejected logons are recorded for all processes of the user, without revealing passwords."""

from __future__ import annotations

import asyncio
import resource
import signal
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from emtui.em.errors import Forbidden, LogonRefused, TimedOut, Unreachable
from emtui.em.secret import Secret
from emtui.em.server_address import Server
from emtui.local import state_files as state_folder
from emtui.local.lockout_guard import Refusals
from emtui.local.logon_storage import PLACES, Folder, Place

SERVER = Server("em01.example.net")
USER = "EXAMPLE\\ops"
ALONE = (Folder(state_folder.folder),)
"""The state folder only: other storages would persist into the next test."""
WRONG = Secret("wrong-horse")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


class Directory:
    """A user directory: rejects all passwords but one, and counts."""

    def __init__(self, good: str = "right", places: tuple[Place, ...] = PLACES) -> None:
        self.good = good
        self.places = places
        self.asked: list[str] = []

    async def log_on(
        self, password: Secret = WRONG, *, server: Server = SERVER, user: str = USER, insist: bool = False
    ) -> None:
        async with Refusals(insist, places=self.places).passing(server, user, password):
            self.asked.append(password.reveal())
            await asyncio.sleep(0)
            if password.reveal() != self.good:
                raise LogonRefused(f"{server.authority} refused the logon of {user}.", user)


async def refused(ask: Callable[[], object]) -> str:
    with pytest.raises(LogonRefused) as caught:
        await ask()  # type: ignore[misc]
    return str(caught.value)


async def test_the_same_password_is_not_sent_twice() -> None:
    there = Directory()
    await refused(there.log_on)
    said = await refused(Directory().log_on)
    assert "To prevent a lockout" in said
    assert "emtui login" in said
    assert there.asked == ["wrong-horse"]


async def test_twenty_that_come_at_once_cost_one_attempt() -> None:
    there = Directory()
    answers = await asyncio.gather(
        *(there.log_on(Secret("wrong")) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(answer, LogonRefused) for answer in answers)
    assert there.asked == ["wrong"]


async def test_another_password_user_or_server_is_another_matter() -> None:
    there = Directory()
    await refused(there.log_on)
    await refused(lambda: there.log_on(Secret("other")))
    await refused(lambda: there.log_on(user="ops"))
    await refused(lambda: there.log_on(server=Server("em02.example.net")))
    await there.log_on(Secret("right"))
    assert len(there.asked) == 5


async def test_every_rejected_password_of_an_account_is_recorded_not_only_the_last() -> None:
    there = Directory()
    for word in ("first", "second"):
        await refused(lambda word=word: there.log_on(Secret(word)))  # type: ignore[misc]
    await refused(lambda: there.log_on(Secret("first")))
    assert there.asked == ["first", "second"]


async def test_a_forced_logon_is_sent_and_a_success_clears_the_rejection() -> None:
    there = Directory()
    await refused(there.log_on)
    there.good = "wrong-horse"
    await refused(there.log_on)
    await there.log_on(insist=True)
    await there.log_on()
    assert len(there.asked) == 3


async def test_other_errors_are_not_recorded_as_rejections() -> None:
    for _ in range(2):
        with pytest.raises(Unreachable):
            async with Refusals().passing(SERVER, USER, WRONG):
                raise Unreachable("away")
    there = Directory()
    await refused(there.log_on)
    assert there.asked


async def test_nothing_in_the_files_tells_server_user_or_password(state: Path) -> None:
    await refused(Directory().log_on)
    told = b"".join(path.name.encode() + path.read_bytes() for path in state.iterdir())
    for word in ("em01", "example", "ops", "wrong-horse"):
        assert word.encode() not in told.lower()
    for path in state.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_the_key_is_random_for_every_computer(state: Path) -> None:
    await refused(Directory().log_on)
    names = {path.name for path in state.iterdir()}
    (state / "key").unlink()
    await refused(Directory().log_on)
    assert len({path.name for path in state.iterdir()} - names) == 1


async def test_a_folder_that_cannot_be_written_is_one_sentence_and_stops_nothing(state: Path) -> None:
    state.write_text("in the way")
    there = Directory(places=ALONE)
    said = await refused(there.log_on)
    assert said.startswith("em01.example.net:9398 refused")
    assert "could not be recorded" in said
    assert "set XDG_STATE_HOME" in said
    await there.log_on(Secret("right"))


async def test_a_link_in_place_of_the_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    (tmp_path / "victim").write_text("theirs")
    (state / "key").symlink_to(tmp_path / "victim")
    assert "could not be recorded" in await refused(Directory(places=ALONE).log_on)
    assert (tmp_path / "victim").read_text() == "theirs"


async def test_a_folder_that_was_open_to_others_is_closed(state: Path) -> None:
    state.mkdir(mode=0o777)
    state.chmod(0o777)
    await refused(Directory().log_on)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


async def test_waiting_for_another_process_can_be_stopped() -> None:
    entered, done = asyncio.Event(), asyncio.Event()

    async def first() -> None:
        async with Refusals().passing(SERVER, USER, WRONG):
            entered.set()
            await done.wait()

    async def second() -> None:
        async with Refusals().passing(SERVER, USER, WRONG):
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


async def given_up(*, attended: bool = False) -> None:
    """A logon that got no response."""
    with pytest.raises(TimedOut, match="never answered"):
        async with Refusals(attended=attended).passing(SERVER, USER, WRONG):
            raise TimedOut("never answered")


async def test_an_unanswered_logon_is_not_retried_automatically() -> None:
    await given_up()
    with pytest.raises(TimedOut, match="To prevent a lockout"):
        async with Refusals().passing(SERVER, USER, WRONG):
            raise AssertionError("sent again")


async def test_a_canceled_logon_counts_as_unanswered() -> None:
    async def hanging() -> None:
        async with Refusals().passing(SERVER, USER, WRONG):
            await asyncio.sleep(60)

    task = asyncio.create_task(hanging())
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    with pytest.raises(TimedOut, match="got no response"):
        async with Refusals().passing(SERVER, USER, WRONG):
            raise AssertionError("sent again")


async def test_a_person_who_waits_may_send_it_again_once_each_time() -> None:
    await given_up()
    gate = Refusals(attended=True)
    with pytest.raises(TimedOut, match="never answered"):
        async with gate.passing(SERVER, USER, WRONG):
            raise TimedOut("never answered")
    with pytest.raises(TimedOut, match="got no response"):
        async with gate.passing(SERVER, USER, WRONG):
            raise AssertionError("sent again without anybody")


async def test_an_unanswered_logon_may_be_retried_after_ten_minutes(state: Path) -> None:
    await given_up()
    (book,) = (path for path in state.iterdir() if path.name.startswith("logon-"))
    this, *_ = book.read_text().split()
    book.write_text(f"{this} 2026-01-02T03:04:05+00:00 doubt\n")
    await refused(Directory().log_on)


async def test_a_response_clears_the_unanswered_state() -> None:
    await given_up()
    with pytest.raises(Forbidden):
        async with Refusals(attended=True).passing(SERVER, USER, WRONG):
            raise Forbidden("the password was right")
    there = Directory(good="wrong-horse")
    await there.log_on()
    assert there.asked


async def test_a_rejection_remains_when_a_later_response_is_missing() -> None:
    await refused(Directory().log_on)
    with pytest.raises(TimedOut):
        async with Refusals(insist=True).passing(SERVER, USER, WRONG):
            raise TimedOut("never answered")
    await refused(Directory().log_on)


async def test_a_name_in_another_case_is_the_same_account() -> None:
    there = Directory()
    await refused(there.log_on)
    await refused(lambda: there.log_on(user=USER.casefold()))
    assert there.asked == ["wrong-horse"]


async def test_a_file_that_cannot_be_used_stops_nothing(state: Path) -> None:
    await refused(Directory().log_on)
    (book,) = (path for path in state.iterdir() if path.name.startswith("logon-"))
    book.unlink()
    book.mkdir()
    there = Directory(places=ALONE)
    assert "could not be recorded" in await refused(there.log_on)
    await there.log_on(Secret("right"))


async def test_a_full_disk_is_reported_and_the_rejection_remains() -> None:
    await refused(Directory().log_on)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        said = await refused(lambda: Directory(places=ALONE).log_on(Secret("other")))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert "could not be recorded" in said
