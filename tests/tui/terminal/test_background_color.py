"""The background query: complete, partial and missing replies, and keys typed meanwhile."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from emtui.tui.terminal.background_color import (
    BACKGROUND_QUERY,
    BackgroundQuery,
    TerminalReply,
    parse_replies,
)

DEVICE_REPLY = b"\x1b[?62;22c"
WHITE, BLACK = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:0000/0000/0000\x07"


@pytest.mark.parametrize(
    ("reply", "light"),
    [
        (WHITE, True),
        (BLACK, False),
        (b"\x1b]11;rgb:fd/f6/e3\x07", True),
        (b"\x1b]11;rgb:00/2b/36\x07", False),
        (b"\x1b]11;rgb:f/f/f\x07", True),
        (b"\x1b]11;rgba:ffff/ffff/ffff/8000\x07", True),
        (b"\x1b]11;rgb:ffff/ffff\x07", None),
        (b"\x1b]11;rgb:\x07", None),
        (b"", None),
    ],
)
def test_a_background_is_light_or_dark_by_its_luminance(reply: bytes, light: bool | None) -> None:
    assert parse_replies(reply + DEVICE_REPLY) == TerminalReply(light, is_complete=True)


def test_keys_between_the_replies_keep_their_order() -> None:
    assert parse_replies(b"j" + WHITE + b"\x1b[B" + DEVICE_REPLY + b"q").typed_ahead == b"j\x1b[Bq"


def test_an_incomplete_reply_is_left_for_the_input_filter() -> None:
    assert parse_replies(b"j\x1b]11;rgb:ff") == TerminalReply(typed_ahead=b"j\x1b]11;rgb:ff")


class PseudoTerminal:
    """A pseudo-terminal with its two ends."""

    def __init__(self) -> None:
        self.terminal_end, inside = pty.openpty()
        self.program_end = os.fdopen(inside, "r+b", buffering=0)
        self.original_modes = termios.tcgetattr(inside)
        keys, screen = os.fdopen(os.dup(inside)), os.fdopen(os.dup(inside), "w")
        self.streams = keys, screen
        self.query = BackgroundQuery(keys, screen)

    @property
    def modes(self) -> list[object]:
        return list(termios.tcgetattr(self.program_end.fileno()))

    def close(self) -> None:
        self.query.restore_modes()
        for stream in (self.program_end, *self.streams):
            stream.close()
        os.close(self.terminal_end)


@pytest.fixture
def line() -> Iterator[PseudoTerminal]:
    line = PseudoTerminal()
    yield line
    line.close()


def test_a_replying_terminal_costs_no_wait_and_gets_its_modes_back(line: PseudoTerminal) -> None:
    line.query.send()
    assert os.read(line.terminal_end, 100) == BACKGROUND_QUERY.encode()
    os.write(line.terminal_end, WHITE + b"j" + DEVICE_REPLY)
    assert line.query.read_reply() == TerminalReply(is_light=True, is_complete=True, typed_ahead=b"j")
    assert line.query.saved_modes is None
    assert line.modes == line.original_modes


def test_input_before_the_first_read_is_not_echoed(line: PseudoTerminal) -> None:
    line.query.send()
    os.read(line.terminal_end, 100)
    os.write(line.terminal_end, b"late\r")
    line.query.read_reply()
    os.write(line.program_end.fileno(), b"end")
    assert os.read(line.terminal_end, 100) == b"end"


def test_a_terminal_without_replies_keeps_our_modes_until_exit(line: PseudoTerminal) -> None:
    line.query.send()
    os.write(line.terminal_end, b"jj")
    assert line.query.read_reply() == TerminalReply(typed_ahead=b"jj")
    assert line.query.saved_modes == line.original_modes
    assert line.modes != line.original_modes
    line.query.restore_modes()
    assert line.modes == line.original_modes


def test_no_query_is_sent_without_a_terminal(line: PseudoTerminal) -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as keys, os.fdopen(write_end, "w") as nowhere:
        streams = (keys, line.streams[1]), (line.streams[0], nowhere), (None, None)
        for query in (BackgroundQuery(*pair) for pair in streams):
            query.send()
            assert query.read_reply() == TerminalReply()
    assert line.modes == line.original_modes
