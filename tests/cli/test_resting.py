"""A query of the command line rests on the list that came last."""

from datetime import UTC, timedelta

from looks import NOON, run

from emtui.cli.resting import Followed, beyond
from emtui.em.address import Server
from emtui.lookup import parse

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
