"""The output for a frame turns the previous frame on the terminal into exactly this one."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from emtui.text_format import cell_width
from emtui.tui.terminal.capabilities import Capabilities
from emtui.tui.terminal.frame_diff import FrameDiff
from emtui.tui.widgets.virtual_list import render_strip

WIDTH, HEIGHT = 24, 4
PLAIN, RED, CURSOR_BAR = Style(), Style(color="red", bold=True), Style(color="default", reverse=True)

words = st.lists(st.sampled_from(["a", "b", " ", "■", "あ", "e\u0301"]), max_size=8).map("".join)
lines = st.lists(st.tuples(words, st.sampled_from([PLAIN, RED, CURSOR_BAR])), max_size=5)
frames = st.lists(st.dictionaries(st.integers(0, HEIGHT - 1), lines, min_size=1), min_size=1, max_size=5)


def make_strip(line: list[tuple[str, Style]]) -> Strip:
    return Strip([Segment(text, style) for text, style in line]).adjust_cell_length(WIDTH, PLAIN)


class TerminalScreen:
    """A terminal with its frame diff."""

    def __init__(self) -> None:
        self.diff = FrameDiff()
        self.screen = pyte.Screen(WIDTH, HEIGHT)
        self.screen.reset_mode(
            7, private=True
        )  # it wraps before a mark of no width at the edge; no terminal does
        self._stream = pyte.Stream(self.screen)

    def show(self, frame: dict[int, Strip]) -> str:
        painted = [(y, 0, line) for y, line in frame.items()]
        self.diff.paint(painted, WIDTH, Capabilities())
        sent = self.diff.render_diff()
        self._stream.feed(sent)
        return sent

    def line(self, y: int) -> list[tuple[str, bool, bool]]:
        """Each character of a line, whether it is bold, and whether it is reversed."""
        cells = (self.screen.buffer[y][x] for x in range(WIDTH))
        return [(cell.data, cell.bold, cell.reverse) for cell in cells]


@given(frames)
@example([{0: [], 3: [("a" * 8, PLAIN), ("a" * 7 + "あ", PLAIN), ("a" * 6 + "e\u0301", PLAIN)]}, {0: []}])
def test_the_terminal_shows_what_was_painted_last(painted: list[dict[int, list[tuple[str, Style]]]]) -> None:
    seen, repainted = TerminalScreen(), TerminalScreen()
    for frame in painted:
        strips = {y: make_strip(line) for y, line in frame.items()}
        seen.show(strips)
        repainted.diff.invalidate()
        repainted.show(strips)
        assert all(seen.line(y) == repainted.line(y) for y in range(HEIGHT))


def test_an_unchanged_frame_is_not_sent() -> None:
    seen = TerminalScreen()
    frame = {0: make_strip([("a row", RED)]), 2: make_strip([("あ", PLAIN)])}
    assert seen.show(frame)
    assert seen.show(frame) == ""


def test_only_differences_are_sent_and_trailing_blanks_are_erased() -> None:
    seen = TerminalScreen()
    seen.show({1: make_strip([("row 1 of a long list", PLAIN)])})
    assert seen.show({1: make_strip([("row 2 of a long list", PLAIN)])}) == "\x1b[2;5H2"
    assert seen.show({1: make_strip([("row 2", PLAIN)])}) == "\x1b[2;7H\x1b[K"


def test_many_blanks_inside_a_line_are_erased_where_the_terminal_can() -> None:
    frame = {0: make_strip([("a" + " " * 15 + "b", PLAIN)])}
    seen = TerminalScreen()
    seen.show({0: make_strip([("x" * 17, PLAIN)])})
    assert seen.show(frame) == "\x1b[1;1Ha\x1b[15X\x1b[15Cb"
    assert seen.screen.display[0].rstrip() == "a" + " " * 15 + "b"
    simple = FrameDiff()
    simple.paint([(0, 0, frame[0])], WIDTH, Capabilities(ascii_only=True))
    assert "\x1b[15X" not in simple.render_diff()


def test_blanks_with_a_background_are_written() -> None:
    assert "X" not in TerminalScreen().show({0: make_strip([("a" + " " * 15 + "b", CURSOR_BAR)])})


def test_a_terminal_that_another_program_used_is_repainted() -> None:
    seen = TerminalScreen()
    frame = {0: make_strip([("a row", PLAIN)])}
    seen.show(frame)
    seen.diff.invalidate()
    assert "a row" in seen.show(frame)


def test_unpainted_cells_are_left_alone() -> None:
    seen = TerminalScreen()
    seen.diff.paint([(0, 10, Strip([Segment("ab")]))], WIDTH, Capabilities())
    assert seen.diff.render_diff() == "\x1b[1;11Hab"


def test_a_strip_wider_than_the_line_changes_nothing_beyond_it() -> None:
    seen = TerminalScreen()
    wide = Strip([Segment("x" * WIDTH)])
    assert seen.show({0: wide})
    assert seen.show({0: Strip([Segment("x" * (WIDTH + 3))])}) == ""


def test_text_after_characters_of_doubtful_width_is_placed_by_column() -> None:
    seen = TerminalScreen()
    sent = seen.show({1: make_strip([("日本e\u0301", CURSOR_BAR), ("end", RED)])})
    assert "\x1b[2;6H\x1b[1;31mend" in sent, "terminals disagree about what is before it"
    assert seen.screen.display[1].rstrip().endswith("end")


def test_a_row_with_wide_characters_keeps_its_columns_and_cursor_bar() -> None:
    row = [("▌ ■ failed  ", PLAIN), ("日本語のe\u0301  ", PLAIN), ("x", PLAIN)]
    seen = TerminalScreen()
    seen.show(
        {
            0: Strip([Segment(text, style + CURSOR_BAR) for text, style in row]).adjust_cell_length(
                WIDTH, CURSOR_BAR
            )
        }
    )
    assert all(reverse for _, _, reverse in seen.line(0))
    assert seen.line(0)[23][0] == "x"


@pytest.mark.parametrize("doubtful", ["का", "👍🏽", "🇩🇪", "\U0001faff"])
def test_text_after_characters_measured_differently_is_placed_by_column(doubtful: str) -> None:
    seen = TerminalScreen()
    width = cell_width(doubtful)
    sent = seen.show({0: render_strip([(doubtful, PLAIN), ("end", PLAIN)], WIDTH)})
    assert f"\x1b[1;{width + 1}Hend" in sent


def test_the_cursor_bar_has_no_gap_under_such_characters() -> None:
    sent = TerminalScreen().show({0: render_strip([("का", CURSOR_BAR), ("end", CURSOR_BAR)], WIDTH)})
    assert "\x1b[7m  \x1b[1;1Hका" in sent, "a terminal that gives it one cell leaves the other as it was"


def test_no_joiner_and_no_selector_reaches_the_terminal_from_any_widget() -> None:
    text = "⚠\ufe0f👨\u200d👧|"
    assert "⚠👨👧|" in TerminalScreen().show({0: make_strip([(text, PLAIN)])})
    assert "⚠👨👧|" in TerminalScreen().show({0: render_strip([(text, PLAIN)], WIDTH)})


def test_a_widget_of_textual_takes_no_more_columns_than_it_counts() -> None:
    seen = TerminalScreen()
    theirs = Strip([Segment("⚠\ufe0f का")])
    ours = render_strip([("|", PLAIN)], 1)
    seen.diff.paint([(0, 0, theirs), (0, theirs.cell_length, ours)], WIDTH, Capabilities())
    assert f"\x1b[1;{theirs.cell_length + 1}H|" in seen.diff.render_diff()


@given(st.lists(st.tuples(st.text() | words, st.just(PLAIN)), max_size=4), st.integers(0, 30))
def test_a_line_has_exactly_its_cells(pieces: list[tuple[str, Style]], width: int) -> None:
    line = render_strip(pieces, width)
    assert line.cell_length == width
    assert sum(cell_width(segment.text) for segment in line) == width
