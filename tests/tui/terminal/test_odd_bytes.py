"""Keys keep working whatever a terminal sends: a hundred thousand odd bytes, split anywhere."""

from __future__ import annotations

import secrets
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from random_terminal_input import SEQUENCES, random_input, split_randomly
from textual import events
from textual.message import Message
from tui_driver import TuiDriver, demo_app, running_app

from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.terminal.input_filter import SAME_BURST_S, UNFINISHED_S, Ack, BackgroundReply, InputFilter
from emtui.tui.terminal.key_reader import KeyReader, ResizeReport

SHORT_DELAY_S = 0.001


class InputPipeline:
    """The events that a reader makes of bytes, piece by piece."""

    def __init__(self) -> None:
        self.input_filter = InputFilter()
        self.now = 100.0
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._reader = KeyReader()

    def feed(self, piece: bytes) -> Iterator[Message | ResizeReport]:
        for token in (
            *self.input_filter.flush_overdue(self.now),
            *self.input_filter.feed(self._decode(piece), self.now),
        ):
            if not isinstance(token, Ack | BackgroundReply):
                yield from self._reader.read(token) or ()

    def advance(self, seconds: float) -> list[Message | ResizeReport]:
        self.now += seconds
        tokens = [
            one
            for one in self.input_filter.flush_overdue(self.now)
            if not isinstance(one, Ack | BackgroundReply)
        ]
        return [event for one in tokens for event in self._reader.read(one) or ()]


def ends_with_plain_key(received: Iterable[Message | ResizeReport]) -> bool:
    """Whether these events end with the plain key, after ignored ones only."""
    keys = [one.key for one in received if isinstance(one, events.Key)]
    return keys[-1:] == ["j"] and all(key.startswith(("alt+", "replacement")) for key in keys[:-1])


@pytest.mark.parametrize("sequence", SEQUENCES, ids=repr)
def test_the_next_key_is_recognized_wherever_a_sequence_is_cut(sequence: bytes) -> None:
    for cut in range(1, len(sequence) + 1):
        line = InputPipeline()
        list(line.feed(sequence[:cut]))
        line.now += SHORT_DELAY_S
        list(line.feed(sequence[cut:]))
        line.advance(2 * UNFINISHED_S)
        assert ends_with_plain_key(line.feed(b"j"))


@pytest.mark.parametrize(
    "sequence", [one for one in SEQUENCES if one.startswith((b"\x1b[", b"\x1bO"))], ids=repr
)
def test_a_key_is_recognized_shortly_after_an_unfinished_sequence(sequence: bytes) -> None:
    for end in range(2, len(sequence)):
        begun = sequence[:end]
        if not begun.startswith(b"\x1b[200~"):
            line = InputPipeline()
            list(line.feed(begun))
            line.advance(2 * SAME_BURST_S)
            assert ends_with_plain_key(line.feed(b"j")), begun


@pytest.mark.parametrize("begun", [b"\x1b]11;rgb:1e", b"\x1bP>|tm", b"\x1b_Gi=1", b"\x1b]52;c;Zm9v"])
def test_an_unfinished_reply_delays_no_key(begun: bytes) -> None:
    line = InputPipeline()
    list(line.feed(begun))
    line.advance(2 * SAME_BURST_S)
    assert ends_with_plain_key(line.feed(b"j"))


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.5, 4.0])
def test_a_paste_without_an_end_swallows_keys_for_seconds_only(seconds: float) -> None:
    line, came = InputPipeline(), list[Message | ResizeReport]()
    list(line.feed(b"\x1b[200~abc"))
    for _ in range(int(UNFINISHED_S / seconds) + 1):
        came += line.advance(seconds)
        came += line.feed(b"j")
    pasted = [one.text for one in came if isinstance(one, events.Paste)]
    assert len(pasted) == 1
    assert pasted[0].startswith("abcj")
    assert {one.key for one in came if isinstance(one, events.Key)} == {"j"}


def test_a_paste_that_arrives_letter_by_letter_is_one_paste() -> None:
    line, came = InputPipeline(), list[Message | ResizeReport]()
    for letter in "\x1b[200~" + 200 * "quit\r" + "\x1b[201~":
        came += line.advance(0.05)
        came += line.feed(letter.encode())
    assert [one.text for one in came if isinstance(one, events.Paste)] == [200 * "quit\r"]
    assert len(came) == 1


def test_ctrl_c_ends_a_paste_without_an_end() -> None:
    line = InputPipeline()
    list(line.feed(b"\x1b[200~abc"))
    came = list(line.feed(b"\x03"))
    assert [one.text for one in came if isinstance(one, events.Paste)] == ["abc"]
    assert [one.key for one in came if isinstance(one, events.Key)] == ["ctrl+c"]


def test_the_next_key_is_recognized_after_a_hundred_thousand_random_bytes() -> None:
    seed = secrets.randbits(32)
    line, sent = InputPipeline(), random_input(seed, 120_000)
    for number, piece in enumerate(split_randomly(seed, sent)):
        for event in line.feed(piece):
            assert isinstance(event, Message | ResizeReport), seed
        line.now += SHORT_DELAY_S if number % 3 else 2 * SAME_BURST_S
        if number % 20 == 0:
            line.advance(2 * UNFINISHED_S)
            assert ends_with_plain_key(line.feed(b"j")), (seed, number)


async def send_random_bytes(ui: TuiDriver, seed: int) -> None:
    """Feed odd bytes to this app in pieces, as its driver would."""
    line = InputPipeline()
    for number, piece in enumerate(split_randomly(seed, random_input(seed, 4_000))):
        for event in [*line.feed(piece), *line.advance(SHORT_DELAY_S if number % 9 else 2 * UNFINISHED_S)]:
            if isinstance(event, Message):
                ui.send(event)
        if number % 50 == 0:
            await ui.pause()
    await ui.pause()
    assert ui.runs_without_fault()


@pytest.mark.parametrize("place", ["list", "query", "search"])
async def test_random_bytes_do_not_end_the_list_or_its_fields(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = secrets.randbits(32)
    monkeypatch.chdir(tmp_path)  # some key may write a file
    async with demo_app() as ui:
        await ui.press(*{"list": (), "query": ("slash",), "search": ("enter", "slash")}[place])
        await send_random_bytes(ui, seed)
        for _ in range(20):
            if ui.screen_name() == "session_list" and not ui.is_prompting():
                break
            await ui.press("escape")
        await ui.press("slash", "ctrl+u", "x")
        assert ui.typed() == "x", seed


async def test_random_bytes_do_not_end_the_login_and_its_fields_stay_usable() -> None:
    seed = secrets.randbits(32)
    async with running_app(LaunchOptions(Connection(), remember=False), (80, 24)) as ui:
        await send_random_bytes(ui, seed)
        while ui.screen_name() != "login":
            await ui.press("escape")
        await ui.focus_field("server")
        await ui.press("home", "x")
        assert (ui.typed() or "").startswith("x"), seed
