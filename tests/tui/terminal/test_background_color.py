"""The terminal's background: what it answers, what it keeps to itself, and what is typed meanwhile."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from emtui.tui.terminal.background_color import QUESTION, BackgroundQuery, Reply, parse_replies

DEVICE = b"\x1b[?62;22c"
WHITE, BLACK = b"\x1b]11;rgb:ffff/ffff/ffff\x1b\\", b"\x1b]11;rgb:0000/0000/0000\x07"


@pytest.mark.parametrize(
    ("said", "light"),
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
def test_a_background_is_light_or_dark_by_what_an_eye_makes_of_it(said: bytes, light: bool | None) -> None:
    assert parse_replies(said + DEVICE) == Reply(light, is_complete=True)


def test_keys_between_the_answers_are_kept_in_their_order() -> None:
    assert parse_replies(b"j" + WHITE + b"\x1b[B" + DEVICE + b"q").typed == b"j\x1b[Bq"


def test_an_answer_that_has_only_begun_is_left_for_who_reads_on() -> None:
    assert parse_replies(b"j\x1b]11;rgb:ff") == Reply(typed=b"j\x1b]11;rgb:ff")


class Line:
    """A terminal and its two ends."""

    def __init__(self) -> None:
        self.person, inside = pty.openpty()
        self.inside = os.fdopen(inside, "r+b", buffering=0)
        self.before = termios.tcgetattr(inside)
        keys, screen = os.fdopen(os.dup(inside)), os.fdopen(os.dup(inside), "w")
        self.streams = keys, screen
        self.query = BackgroundQuery(keys, screen)

    @property
    def modes(self) -> list[object]:
        return list(termios.tcgetattr(self.inside.fileno()))

    def close(self) -> None:
        self.query.restore_modes()
        for stream in (self.inside, *self.streams):
            stream.close()
        os.close(self.person)


@pytest.fixture
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


def test_a_terminal_that_answers_is_not_waited_for_and_gets_its_modes_back(line: Line) -> None:
    line.query.send()
    assert os.read(line.person, 100) == QUESTION.encode()
    os.write(line.person, WHITE + b"j" + DEVICE)
    assert line.query.read_reply() == Reply(light=True, is_complete=True, typed=b"j")
    assert line.query.saved_modes is None
    assert line.modes == line.before


def test_what_comes_before_anybody_reads_is_not_echoed(line: Line) -> None:
    line.query.send()
    os.read(line.person, 100)
    os.write(line.person, b"late\r")
    line.query.read_reply()
    os.write(line.inside.fileno(), b"end")
    assert os.read(line.person, 100) == b"end"


def test_a_mute_terminal_keeps_our_modes_until_it_is_left(line: Line) -> None:
    line.query.send()
    os.write(line.person, b"jj")
    assert line.query.read_reply() == Reply(typed=b"jj")
    assert line.query.saved_modes == line.before
    assert line.modes != line.before
    line.query.restore_modes()
    assert line.modes == line.before


def test_nothing_is_asked_where_there_is_no_terminal(line: Line) -> None:
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as keys, os.fdopen(write_end, "w") as nowhere:
        streams = (keys, line.streams[1]), (line.streams[0], nowhere), (None, None)
        for query in (BackgroundQuery(*pair) for pair in streams):
            query.send()
            assert query.read_reply() == Reply()
    assert line.modes == line.before
