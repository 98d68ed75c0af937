"""Whatever a terminal sends, keys go on: a hundred thousand odd bytes, cut everywhere."""

from __future__ import annotations

import secrets
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from odd_bytes import WHOLE, odd, pieces
from textual import events
from textual.message import Message
from tui_driver import TuiDriver, demo_app, running_app

from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.terminal.input_filter import SAME_BURST_S, UNFINISHED_S, Ack, BackgroundReply, InputFilter
from emtui.tui.terminal.key_reader import KeyReader, Resized

A_MOMENT = 0.001


class Line:
    """What one reader makes of bytes that come, piece after piece."""

    def __init__(self) -> None:
        self.input_filter = InputFilter()
        self.now = 100.0
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._reader = KeyReader()

    def brings(self, piece: bytes) -> Iterator[Message | Resized]:
        for heard in (
            *self.input_filter.flush_overdue(self.now),
            *self.input_filter.feed(self._decode(piece), self.now),
        ):
            if not isinstance(heard, Ack | BackgroundReply):
                yield from self._reader.read(heard) or ()

    def rests(self, seconds: float) -> list[Message | Resized]:
        self.now += seconds
        heard = [
            one
            for one in self.input_filter.flush_overdue(self.now)
            if not isinstance(one, Ack | BackgroundReply)
        ]
        return [event for one in heard for event in self._reader.read(one) or ()]


def is_plain(came: Iterable[Message | Resized]) -> bool:
    """Whether this is the plain key, after nothing but what means nothing."""
    keys = [one.key for one in came if isinstance(one, events.Key)]
    return keys[-1:] == ["j"] and all(key.startswith(("alt+", "replacement")) for key in keys[:-1])


@pytest.mark.parametrize("sequence", WHOLE, ids=repr)
def test_the_next_key_is_that_key_wherever_a_sequence_is_cut(sequence: bytes) -> None:
    for cut in range(1, len(sequence) + 1):
        line = Line()
        list(line.brings(sequence[:cut]))
        line.now += A_MOMENT
        list(line.brings(sequence[cut:]))
        line.rests(2 * UNFINISHED_S)
        assert is_plain(line.brings(b"j"))


@pytest.mark.parametrize("sequence", [one for one in WHOLE if one.startswith((b"\x1b[", b"\x1bO"))], ids=repr)
def test_a_key_is_a_key_a_moment_after_a_sequence_was_begun(sequence: bytes) -> None:
    for end in range(2, len(sequence)):
        begun = sequence[:end]
        if not begun.startswith(b"\x1b[200~"):
            line = Line()
            list(line.brings(begun))
            line.rests(2 * SAME_BURST_S)
            assert is_plain(line.brings(b"j")), begun


@pytest.mark.parametrize("begun", [b"\x1b]11;rgb:1e", b"\x1bP>|tm", b"\x1b_Gi=1", b"\x1b]52;c;Zm9v"])
def test_an_answer_without_an_end_holds_no_key_up(begun: bytes) -> None:
    line = Line()
    list(line.brings(begun))
    line.rests(2 * SAME_BURST_S)
    assert is_plain(line.brings(b"j"))


@pytest.mark.parametrize("seconds", [0.2, 0.5, 1.5, 4.0])
def test_a_paste_without_an_end_takes_keys_for_some_seconds_only(seconds: float) -> None:
    line, came = Line(), list[Message | Resized]()
    list(line.brings(b"\x1b[200~abc"))
    for _ in range(int(UNFINISHED_S / seconds) + 1):
        came += line.rests(seconds)
        came += line.brings(b"j")
    pasted = [one.text for one in came if isinstance(one, events.Paste)]
    assert len(pasted) == 1
    assert pasted[0].startswith("abcj")
    assert {one.key for one in came if isinstance(one, events.Key)} == {"j"}


def test_a_paste_that_comes_letter_by_letter_is_one_paste() -> None:
    line, came = Line(), list[Message | Resized]()
    for letter in "\x1b[200~" + 200 * "quit\r" + "\x1b[201~":
        came += line.rests(0.05)
        came += line.brings(letter.encode())
    assert [one.text for one in came if isinstance(one, events.Paste)] == [200 * "quit\r"]
    assert len(came) == 1


def test_ctrl_c_ends_a_paste_without_an_end() -> None:
    line = Line()
    list(line.brings(b"\x1b[200~abc"))
    came = list(line.brings(b"\x03"))
    assert [one.text for one in came if isinstance(one, events.Paste)] == ["abc"]
    assert [one.key for one in came if isinstance(one, events.Key)] == ["ctrl+c"]


def test_a_hundred_thousand_odd_bytes_end_nothing_and_the_next_key_is_that_key() -> None:
    seed = secrets.randbits(32)
    line, sent = Line(), odd(seed, 120_000)
    for number, piece in enumerate(pieces(seed, sent)):
        for event in line.brings(piece):
            assert isinstance(event, Message | Resized), seed
        line.now += A_MOMENT if number % 3 else 2 * SAME_BURST_S
        if number % 20 == 0:
            line.rests(2 * UNFINISHED_S)
            assert is_plain(line.brings(b"j")), (seed, number)


async def come(ui: TuiDriver, seed: int) -> None:
    """Odd bytes come to this app, in pieces, as its driver would tell it."""
    line = Line()
    for number, piece in enumerate(pieces(seed, odd(seed, 4_000))):
        for event in [*line.brings(piece), *line.rests(A_MOMENT if number % 9 else 2 * UNFINISHED_S)]:
            if isinstance(event, Message):
                ui.send(event)
        if number % 50 == 0:
            await ui.pause()
    await ui.pause()
    assert ui.runs_without_fault()


@pytest.mark.parametrize("place", ["list", "query", "search"])
async def test_odd_bytes_at_a_list_or_in_its_fields_end_nothing(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = secrets.randbits(32)
    monkeypatch.chdir(tmp_path)  # some key may write a file
    async with demo_app() as ui:
        await ui.press(*{"list": (), "query": ("slash",), "search": ("enter", "slash")}[place])
        await come(ui, seed)
        for _ in range(20):
            if ui.screen_name() == "session_list" and not ui.is_prompting():
                break
            await ui.press("escape")
        await ui.press("slash", "ctrl+u", "x")
        assert ui.typed() == "x", seed


async def test_odd_bytes_at_the_login_end_nothing_and_the_fields_can_be_typed_into() -> None:
    seed = secrets.randbits(32)
    async with running_app(LaunchOptions(Connection(), remember=False), (80, 24)) as ui:
        await come(ui, seed)
        while ui.screen_name() != "login":
            await ui.press("escape")
        await ui.focus_field("server")
        await ui.press("home", "x")
        assert (ui.typed() or "").startswith("x"), seed
