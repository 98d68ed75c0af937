"""The console on a pipe and on a terminal: what it writes, and what it never writes."""

from __future__ import annotations

import asyncio
import os
import termios
from collections.abc import Callable, Coroutine, Iterator

import pytest

from emtui.line_mode.console import CANCELED, MAX_LINE_BYTES, QUIT_HINT, Console, InputEndedError


class Output:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text += text


@pytest.fixture
def output() -> Output:
    return Output()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """The read end and the write end of a pipe."""
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.fixture
def pty() -> Iterator[tuple[int, int]]:
    """The terminal, and the end at which a person types."""
    ours, terminal = os.openpty()
    yield terminal, ours
    for end in (ours, terminal):
        os.close(end)


def run(work: Callable[[], Coroutine[object, object, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 30))


def test_on_a_pipe_commands_are_repeated_after_their_prompts(output: Output, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], "l\r\nnöt\x1b[2J\n".encode())

    async def work() -> None:
        console = Console(output.write, handle=pipe[0])
        assert await console.ask_command("list> ") == "l"
        assert await console.ask_command("list> ") == "nöt␛[2J"

    run(work)
    assert output.text == "list> l\nlist> nöt␛[2J\n"


def test_the_last_line_counts_without_a_line_end_and_then_the_input_has_ended(output: Output) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"q")
    os.close(write_end)

    async def work() -> None:
        console = Console(output.write, handle=read_end)
        assert await console.ask_command("list> ") == "q"
        with pytest.raises(InputEndedError):
            await console.ask_command("list> ")

    run(work)
    os.close(read_end)


def test_a_line_is_cut_and_the_next_one_is_whole(output: Output) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, b"a" * (3 * MAX_LINE_BYTES) + b"\nnext\n" + b"b" * (2 * MAX_LINE_BYTES))
    os.close(write_end)

    async def work() -> None:
        console = Console(output.write, handle=read_end)
        assert await console.ask_command("") == "a" * MAX_LINE_BYTES
        assert await console.ask_command("") == "next"
        assert await console.ask_command("") == "b" * MAX_LINE_BYTES

    run(work)
    os.close(read_end)


def test_each_line_is_one_line_whatever_it_contains(output: Output) -> None:
    Console(output.write).say("two\nlines", "tab\there")
    assert output.text == "two ⏎ lines\ntab here\n"


def test_in_ascii_mode_every_line_and_every_prompt_is_ascii(output: Output, pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"x\n")

    async def work() -> None:
        console = Console(output.write, ascii_only=True, handle=pipe[0])
        console.say("43× “müller” – 1…")
        await console.ask("größer")

    run(work)
    assert output.text.isascii()
    assert output.text == '43x "muller" - 1~\ngro?er: x\n'


def test_on_a_terminal_an_announcement_repeats_the_waiting_prompt(
    output: Output, pty: tuple[int, int]
) -> None:
    async def work() -> None:
        console = Console(output.write, handle=pty[0])
        asking = asyncio.create_task(console.ask_command("list> "))
        await asyncio.sleep(0)
        os.write(pty[1], b"half")
        console.announce(["New: failed, CollectJob"])
        os.write(pty[1], b" a word\n")
        assert await asking == "half a word"

    run(work)
    assert output.text == "list> \nNew: failed, CollectJob\nlist> "


def test_an_announcement_waits_for_the_next_prompt_if_none_is_waiting_or_it_is_not_urgent(
    output: Output, pty: tuple[int, int]
) -> None:
    async def work() -> None:
        console = Console(output.write, handle=pty[0])
        console.announce(["first"])
        asking = asyncio.create_task(console.ask_command("list> "))
        await asyncio.sleep(0)
        console.announce(["second"], at_once=False)
        os.write(pty[1], b"a\n")
        await asking
        os.write(pty[1], b"b\n")
        await console.ask_command("list> ")

    run(work)
    assert output.text == "first\nlist> second\nlist> "


def test_a_secret_is_read_without_echo_and_not_from_what_was_typed_before(
    output: Output, pty: tuple[int, int]
) -> None:
    def has_echo() -> bool:
        return bool(termios.tcgetattr(pty[0])[3] & termios.ECHO)

    async def work() -> None:
        console = Console(output.write, handle=pty[0])
        os.write(pty[1], b"typed ahead\n")
        asking = asyncio.create_task(console.ask_secret("Password"))
        await asyncio.sleep(0)
        assert not has_echo()
        os.write(pty[1], b"correct horse\n")
        assert (await asking).reveal() == "correct horse"
        assert has_echo()

    run(work)
    assert output.text == "Password (not shown): \n"


def test_ctrl_c_cancels_work_and_at_the_prompt_quits_when_pressed_twice(
    output: Output, pty: tuple[int, int]
) -> None:
    async def work() -> None:
        console = Console(output.write, handle=pty[0])
        working = asyncio.create_task(console.run_interruptible(asyncio.Event().wait()))
        await asyncio.sleep(0)
        console.interrupt()
        assert await working is None
        asking = asyncio.create_task(console.ask_command("list> "))
        await asyncio.sleep(0)
        console.interrupt()
        console.interrupt()
        with pytest.raises(InputEndedError):
            await asking

    run(work)
    assert output.text == f"{CANCELED}\nlist> \n{QUIT_HINT}\nlist> \n"


def test_work_is_not_canceled_by_another_cancellation_in_silence(output: Output) -> None:
    async def work() -> None:
        console = Console(output.write)
        working = asyncio.create_task(console.run_interruptible(asyncio.Event().wait()))
        await asyncio.sleep(0)
        working.cancel()
        with pytest.raises(asyncio.CancelledError):
            await working

    run(work)
    assert output.text == ""
