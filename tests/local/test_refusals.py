"""A refused logon is remembered: by every process of the user, and without giving anything away."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from emtui.em.address import Server
from emtui.em.errors import LogonRefused, Unreachable
from emtui.em.secret import Secret
from emtui.local.refusals import Refusals

SERVER = Server("em01.example.net")
USER = "EXAMPLE\\ops"
WRONG = Secret("wrong-horse")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "emtui"


class Directory:
    """What the server checks passwords against: refuses all but one, and counts."""

    def __init__(self, good: str = "right") -> None:
        self.good = good
        self.asked: list[str] = []

    async def log_on(
        self, password: Secret = WRONG, *, server: Server = SERVER, user: str = USER, insist: bool = False
    ) -> None:
        async with Refusals(insist).passing(server, user, password):
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
    assert "accounts lock" in said
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


async def test_every_refused_password_of_an_account_is_remembered_not_only_the_last() -> None:
    there = Directory()
    for word in ("first", "second"):
        await refused(lambda word=word: there.log_on(Secret(word)))  # type: ignore[misc]
    await refused(lambda: there.log_on(Secret("first")))
    assert there.asked == ["first", "second"]


async def test_who_insists_is_let_through_and_a_success_forgets_the_refusal() -> None:
    there = Directory()
    await refused(there.log_on)
    there.good = "wrong-horse"
    await refused(there.log_on)
    await there.log_on(insist=True)
    await there.log_on()
    assert len(there.asked) == 3


async def test_what_is_no_refusal_is_not_remembered() -> None:
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
    there = Directory()
    said = await refused(there.log_on)
    assert said.startswith("em01.example.net:9398 refused")
    assert "could not be remembered" in said
    await there.log_on(Secret("right"))


async def test_a_link_in_place_of_the_file_is_not_followed(state: Path, tmp_path: Path) -> None:
    state.mkdir()
    (tmp_path / "victim").write_text("theirs")
    (state / "key").symlink_to(tmp_path / "victim")
    assert "could not be remembered" in await refused(Directory().log_on)
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
