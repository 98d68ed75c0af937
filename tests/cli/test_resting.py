"""A query of the command line rests on the list that came last."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from looks import NOON, run

from emtui.cli.resting import Followed, beyond, check
from emtui.em.address import Server
from emtui.lookup import BadQuery, parse

SERVER = Server("em01.example.net")


def test_nothing_is_thought_about_that_is_not_asked_for() -> None:
    sessions = [run(number) for number in range(1, 9)]
    plain, slow = (parse(text, now=NOON, zone=UTC) for text in ("collect took:>1m", "ratio:1"))
    assert beyond(plain, sessions, NOON, SERVER).usual is None
    usual = beyond(slow, sessions, NOON, SERVER).usual
    assert usual is not None
    assert usual.times(sessions[0], timedelta(minutes=3)) == 3


def test_a_followed_query_finds_what_the_latest_list_says_is_unusual() -> None:
    good = [run(number) for number in range(2, 9)]
    going = run(1, "InProgress")
    followed = Followed("is:stuck", UTC)
    assert not followed.matches(going)
    followed.look([going, *good], NOON - timedelta(minutes=14), SERVER)
    assert not followed.matches(going)
    followed.look([going, *good], NOON, SERVER)
    assert followed.matches(going)


BERLIN = ZoneInfo("Europe/Berlin")


def test_a_letter_waits_for_the_clock_that_it_is_read_by() -> None:
    for text in ("since:02:10A", 'until:"Su 02:10B"', "-before:02:10A"):
        check(text, BERLIN)
    followed = Followed("since:02:10A", BERLIN)
    followed.look([], datetime(2026, 10, 25, 12, tzinfo=UTC), SERVER)
    assert followed.query is not None
    assert followed.query.terms[0].at == datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    with pytest.raises(BadQuery, match="does not show 02:10 twice"):
        Followed("since:02:10A", BERLIN).look([], NOON, SERVER)


@pytest.mark.parametrize("text", ["since:2026-10-24T02:10A", "since:25:10A", "since:02:10A took:long"])
def test_what_no_clock_makes_right_does_not_wait(text: str) -> None:
    with pytest.raises(BadQuery):
        check(text, BERLIN)
