"""Times as the screens show them: ambiguous times and weekdays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.em.model import Session, uid_from_guid
from emtui.query import InvalidQueryError, parse
from emtui.query.expiry_parser import parse_until
from emtui.query.time_parsing import TimeNotRepeatedError, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS_BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""03:00 becomes 02:00 in Berlin."""
AFTER_CHANGE = CLOCKS_BACK + timedelta(hours=6)
FIRST, SECOND = datetime(2026, 10, 25, 0, 10, tzinfo=UTC), datetime(2026, 10, 25, 1, 10, tzinfo=UTC)
ORDINARY = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)


def parse_time_text(text: str, now: datetime = AFTER_CHANGE, zone: tzinfo = BERLIN) -> datetime:
    return parse_moment(text, now=now, zone=zone)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("02:10A", FIRST),
        ("02:10B", SECOND),
        ("2:10b", SECOND),
        ("02:10:04A", FIRST + timedelta(seconds=4)),
        ("Su 02:10A", FIRST),
        ("Sun 02:10B", SECOND),
        ("2026-10-25T02:10A", FIRST),
        ("2026-10-25 02:10:04B", SECOND + timedelta(seconds=4)),
    ],
)
@pytest.mark.parametrize("away", [timedelta(), timedelta(hours=24)])
def test_the_letters_of_ambiguous_times_are_parsed(text: str, moment: datetime, away: timedelta) -> None:
    assert parse_time_text(text, AFTER_CHANGE + away) == moment


@pytest.mark.parametrize("key", ["since", "until", "before"])
@pytest.mark.parametrize(("letter", "moment"), [("A", FIRST), ("B", SECOND)])
def test_each_time_key_accepts_the_letters(key: str, letter: str, moment: datetime) -> None:
    query = parse(f"{key}:02:10{letter}", now=AFTER_CHANGE, zone=BERLIN)
    found = [
        started
        for started in (FIRST - text_format.DAY, FIRST, SECOND, SECOND + text_format.DAY)
        if query.matches(Session(uid_from_guid("0"), started=started, ended=started, state="Success"))
    ]
    expected = {
        "since": [when for when in (FIRST, SECOND, SECOND + text_format.DAY) if when >= moment],
        "until": [when for when in (FIRST - text_format.DAY, FIRST, SECOND) if when <= moment],
        "before": [when for when in (FIRST - text_format.DAY, FIRST, SECOND) if when < moment],
    }
    assert found == expected[key]
    assert [term.moment for term in query.terms] == [moment]


@pytest.mark.parametrize(
    ("text", "now", "message"),
    [
        ("02:10A", ORDINARY, "since:02:10A: 02:10 does not occur twice: remove the letter A."),
        ("01:10B", AFTER_CHANGE, "01:10 does not occur twice"),
        (
            "2026-10-24T02:10b",
            AFTER_CHANGE,
            "2026-10-24T02:10 does not occur twice: remove the letter B.",
        ),
        ("2026-03-29T02:10A", AFTER_CHANGE, "twice"),
        ("02:10B", CLOCKS_BACK + timedelta(minutes=5), "since:02:10B: 02:10B is in the future."),
        ("02:10A", FIRST - timedelta(minutes=5), "in the future"),
        ("02:10C", AFTER_CHANGE, "is not a time"),
        ("25:10A", AFTER_CHANGE, "is not a time"),
        ("Xy 02:10A", AFTER_CHANGE, "is not a time"),
        ("2026-10-25A", AFTER_CHANGE, "is not a time"),
        ("24hA", AFTER_CHANGE, "is not a time"),
        ("2026-10-25T02:10+01:00A", AFTER_CHANGE, "is not a time"),
    ],
)
def test_a_letter_after_an_unambiguous_time_is_rejected(text: str, now: datetime, message: str) -> None:
    with pytest.raises(InvalidQueryError) as caught:
        parse(f'since:"{text}"', now=now, zone=BERLIN)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_letter_that_is_invalid_only_now_is_accepted_until_the_clock_is_known() -> None:
    assert parse("since:02:10A", now=ORDINARY, zone=BERLIN, is_lenient=True).text == "since:02:10A"
    with pytest.raises(InvalidQueryError, match="2026-10-24T02:10 does not occur twice"):
        parse("since:2026-10-24T02:10A", now=ORDINARY, zone=BERLIN, is_lenient=True)


def test_a_zone_without_clock_changes_accepts_no_letter() -> None:
    with pytest.raises(TimeNotRepeatedError):
        parse_time_text("02:10A", zone=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Mon 02:10", datetime(2026, 11, 23, 1, 10, tzinfo=UTC)),
        ("Mon 03:30", datetime(2026, 11, 16, 2, 30, tzinfo=UTC)),
        ("sat 22:58", datetime(2026, 11, 21, 21, 58, tzinfo=UTC)),
        ("Saturday 22:58:07", datetime(2026, 11, 21, 21, 58, 7, tzinfo=UTC)),
        ("Tu 00:00", datetime(2026, 11, 16, 23, tzinfo=UTC)),
    ],
)
def test_a_weekday_is_the_last_one(text: str, moment: datetime) -> None:
    assert parse_time_text(text, ORDINARY) == moment


near_offsets = st.timedeltas(timedelta(hours=-30), timedelta(hours=30))


@given(near_offsets, near_offsets)
def test_a_time_copied_from_the_list_is_parsed_as_the_same_time(away: timedelta, later: timedelta) -> None:
    when = (CLOCKS_BACK + away).replace(microsecond=0)
    now = max(CLOCKS_BACK + later, when)
    shown = text_format.format_short_time(when, now, BERLIN)
    precision = timedelta(seconds=1) if shown.count(":") == 2 else timedelta(minutes=1)
    assert when - parse_time_text(shown, now) < precision
    assert parse_time_text(shown, now) <= when


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati"])
def test_a_date_at_the_calendar_limit_is_that_limit_in_each_zone(zone: str) -> None:
    first = parse_moment("0001-01-01", now=AFTER_CHANGE, zone=ZoneInfo(zone))
    last = parse_moment("9999-12-31", now=AFTER_CHANGE, zone=ZoneInfo(zone), prefer_latest=True)
    assert first - datetime.min.replace(tzinfo=UTC) < text_format.DAY
    assert datetime.max.replace(tzinfo=UTC) - last < text_format.DAY
    query = parse("until:9999-12-31 since:0001-01-01", now=AFTER_CHANGE, zone=ZoneInfo(zone))
    assert query.matches(Session(uid_from_guid("0"), started=FIRST, ended=FIRST, state="Success"))
    assert parse_until("9999-12-31 23:59", now=AFTER_CHANGE, zone=ZoneInfo(zone)) > AFTER_CHANGE
