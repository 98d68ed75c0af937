"""When the next frame may go: after the terminal has shown the last one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.tui.turns import ASKED, LITTLE, LOST, QUIET_GAP, RELAYED, SLOW, Turns

FRAME = 4000


def heard(*, quiet: bool = False) -> Turns:
    """A terminal that has answered at once, long ago."""
    turns = Turns(quiet=quiet)
    turns.sent(-100.0, FRAME)
    turns.answered(-100.0)
    return turns


def test_the_first_frame_waits_for_nobody() -> None:
    assert Turns().wait(0.0) == 0
    assert Turns(quiet=True).wait(0.0) == 0


def test_the_next_frame_waits_for_the_terminal() -> None:
    turns = heard()
    turns.sent(1.0, FRAME)
    assert turns.wait(1.5) > 0
    turns.answered(1.6)
    assert turns.wait(1.6) == 0


def test_next_to_nothing_is_not_waited_for_until_it_has_become_something() -> None:
    turns = heard()
    turns.sent(1.0, LITTLE // 2)
    assert turns.wait(1.0) == 0
    turns.sent(1.0, LITTLE // 2)
    assert turns.wait(1.0) > 0
    turns.answered(1.6)
    assert turns.wait(1.6) == 0


def test_behind_a_multiplexer_a_frame_has_the_time_that_a_slow_line_needs_for_it() -> None:
    turns = Turns(quiet=True, relayed=True)
    turns.sent(1.0, RELAYED)
    turns.answered(1.0)
    assert turns.wait(1.0) == pytest.approx(1)
    turns.sent(2.0, 60)
    turns.answered(2.0)
    assert turns.wait(2.0) == pytest.approx(QUIET_GAP)


def test_an_answer_that_got_lost_is_not_waited_for_for_ever() -> None:
    turns = heard()
    turns.sent(1.0, FRAME)
    assert turns.wait(1.0 + LOST) == 0


def test_a_terminal_that_never_answers_is_not_waited_for_and_soon_not_asked_again() -> None:
    turns = Turns()
    for number in range(ASKED):
        assert turns.asks
        assert turns.wait(number / 10) == 0
        turns.sent(number / 10, FRAME)
    assert not turns.asks
    assert turns.wait(1.0) == 0


def test_a_terminal_that_answers_no_more_is_soon_not_waited_for() -> None:
    turns, now = heard(), 0.0
    for _ in range(ASKED + 1):
        turns.sent(now, FRAME)
        now += LOST
    turns.sent(now, FRAME)
    assert turns.wait(now) == 0
    turns.answered(now)
    turns.sent(now, FRAME)
    assert turns.wait(now) > 0


def test_what_was_asked_before_somebody_else_had_the_terminal_is_not_waited_for() -> None:
    turns = heard()
    turns.sent(1.0, FRAME)
    turns.forget()
    assert turns.wait(1.0) == 0


def test_a_late_first_answer_is_an_answer_to_the_first_question() -> None:
    turns = Turns()
    for number in range(ASKED):
        turns.sent(number / 10, FRAME)
    turns.answered(1.7)
    assert turns.asks
    assert turns.wait(1.7) > 0
    for _ in range(ASKED - 1):
        turns.answered(1.8)
    assert turns.wait(1.8) == 0


def test_over_a_quiet_line_frames_keep_their_distance() -> None:
    turns = heard(quiet=True)
    turns.sent(1.0, FRAME)
    turns.answered(1.0)
    assert 0 < turns.wait(1.0) <= QUIET_GAP
    assert turns.wait(1.0 + QUIET_GAP) == 0


def test_a_line_that_answers_slowly_is_found_to_be_one_and_found_to_be_quick_again() -> None:
    turns = heard()
    for number in range(5):
        turns.sent(float(number), FRAME)
        turns.answered(number + 2 * SLOW)
    assert turns.quiet
    for number in range(10, 15):
        turns.sent(float(number), FRAME)
        turns.answered(number + SLOW / 10)
    assert not turns.quiet


steps = st.lists(st.tuples(st.sampled_from(["sent", "answered", "nothing"]), st.floats(0, 3)), max_size=40)


@given(steps, st.booleans())
def test_whatever_the_terminal_does_a_frame_goes_in_the_end(
    steps: list[tuple[str, float]], quiet: bool
) -> None:
    turns, now = Turns(quiet=quiet), 0.0
    for what, passed in steps:
        now += passed
        if what == "answered":
            turns.answered(now)
        elif what == "sent" and turns.wait(now) == 0:
            turns.sent(now, FRAME)
        assert 0 <= turns.wait(now) < LOST + 1
    assert turns.wait(now + LOST + 1) == 0
