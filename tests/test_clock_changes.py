"""Times around both changes of a year's clocks: told and read so that nothing is hidden or mistaken."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Session, uid_from_guid
from emtui.query import parse
from emtui.query.absolute_times import with_absolute_clock_times, with_absolute_times
from emtui.query.time_parsing import parse_moment
from emtui.triage.grouping import RunGroup
from emtui.tui.screens.session_list.row_format import format_start_range

BERLIN = ZoneInfo("Europe/Berlin")
CLOCKS_FORWARD = datetime(2026, 3, 29, 1, tzinfo=UTC)
"""02:00 becomes 03:00 in Berlin."""
CLOCKS_BACK = datetime(2026, 10, 25, 1, tzinfo=UTC)
"""03:00 becomes 02:00 in Berlin."""
CHANGES = {
    "Europe/Berlin": (CLOCKS_FORWARD, CLOCKS_BACK),
    "America/New_York": (datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    "Australia/Lord_Howe": (datetime(2026, 10, 3, 15, 30, tzinfo=UTC), datetime(2026, 4, 4, 15, tzinfo=UTC)),
    "America/Havana": (datetime(2026, 3, 8, 5, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC)),
    "Pacific/Apia": (datetime(2011, 12, 30, 10, tzinfo=UTC), datetime(2011, 4, 2, 14, tzinfo=UTC)),
}
"""Also half an hour, midnight itself, and a day that never was."""

TIMES = ("since:02:30", "-until:2:10", "since:2026-10-25", "until:2026-03-29", "since:9h", "until:1d")

times_near_changes = st.timedeltas(timedelta(hours=-30), timedelta(hours=30))
places = st.sampled_from(
    [(ZoneInfo(name), change) for name, changes in CHANGES.items() for change in changes]
)


def session_started(when: datetime) -> Session:
    return Session(
        uid_from_guid("0a1b2c3d-0000-4000-8000-000000000001"), started=when, ended=when, state="Succeeded"
    )


def wall_time(when: datetime, zone: tzinfo) -> datetime:
    return when.astimezone(zone).replace(tzinfo=None)


@given(places, times_near_changes, times_near_changes, times_near_changes)
def test_a_bare_time_of_the_last_day_is_never_taken_for_another_days(
    place: tuple[tzinfo, datetime], first: timedelta, second: timedelta, now: timedelta
) -> None:
    zone, change = place
    one, other = sorted((change + first, change + second))
    at = max(change + now, other)
    texts = [text_format.format_short_time(when, at, zone) for when in (one, other)]
    if texts[0] == texts[1] and texts[0].count(":") == 2:
        walls = [wall_time(when, zone).replace(microsecond=0) for when in (one, other)]
        assert walls[0] == walls[1], "the same time of two days"


@given(places, times_near_changes, times_near_changes)
def test_short_times_fit_their_column_and_days_are_those_of_the_wall(
    place: tuple[tzinfo, datetime], away: timedelta, now: timedelta
) -> None:
    zone, change = place
    when, at = change + away, change + now
    assert len(text_format.format_short_time(when, at, zone)) <= 9
    assert text_format.format_day_and_minute(when, at, zone).endswith(f"{wall_time(when, zone):%H:%M}")
    assert text_format.format_date_time_with_offset(when, zone).endswith(
        f"{wall_time(when, zone):%H:%M:%S} {text_format.format_zone_offset(when, zone)}"
    )


@given(places, times_near_changes)
def test_what_is_dated_is_read_back_as_the_same_second(
    place: tuple[tzinfo, datetime], away: timedelta
) -> None:
    zone, change = place
    when = (change + away).replace(microsecond=0)
    written = text_format.format_full_date_time(when, zone).replace(" ", "T", 1).replace(" ", "")
    assert parse_moment(written, now=change, zone=UTC) == when
    assert datetime.fromisoformat(text_format.format_iso(when)) == when


@given(places, times_near_changes, times_near_changes, st.booleans())
def test_since_and_until_hide_no_run_of_that_time_on_the_wall(
    place: tuple[tzinfo, datetime], away: timedelta, typed: timedelta, ambiguous: bool
) -> None:
    """Whatever the wall shows at the start of a run: `since:` that minute, or an earlier one, keeps it."""
    zone, change = place
    run = (change + away).replace(second=0, microsecond=0)
    now = change + timedelta(days=3)
    text = f"{wall_time(run if ambiguous else change + typed, zone):%Y-%m-%dT%H:%M}"
    named = datetime.fromisoformat(text)
    since = parse_moment(text, now=now, zone=zone)
    until = parse_moment(text, now=now, zone=zone, prefer_latest=True)
    assert since <= until
    if wall_time(run, zone) == named:
        assert since <= run <= until
    if since == until:  # a time that comes once: the wall and the moments agree
        assert (run >= since) == (wall_time(run, zone) >= named)


@pytest.mark.parametrize(
    ("text", "now", "since", "until"),
    [
        ("02:30", "2026-10-25T01:45", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("02:30", "2026-10-25T01:15", "2026-10-25T00:30", "2026-10-25T00:30"),
        ("02:30", "2026-10-25T00:15", "2026-10-24T00:30", "2026-10-24T00:30"),
        ("2026-10-25T02:30", "2026-10-26T00:00", "2026-10-25T00:30", "2026-10-25T01:30"),
        ("02:30", "2026-03-29T01:10", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("02:30", "2026-03-29T00:59", "2026-03-28T01:30", "2026-03-28T01:30"),
        ("03:00", "2026-03-29T01:10", "2026-03-29T01:00", "2026-03-29T01:00"),
        ("24h", "2026-10-25T12:00", "2026-10-24T12:00", "2026-10-24T12:00"),
    ],
)
def test_an_hour_that_comes_twice_and_one_that_never_comes(
    text: str, now: str, since: str, until: str
) -> None:
    at = datetime.fromisoformat(f"{now}Z")
    read = [parse_moment(text, now=at, zone=BERLIN, prefer_latest=last) for last in (False, True)]
    assert read == [datetime.fromisoformat(f"{one}Z") for one in (since, until)]


def test_yesterdays_half_past_eleven_is_not_todays_where_the_clocks_were_put_forward() -> None:
    noon = datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert text_format.format_short_time(noon - timedelta(hours=23, minutes=30), noon, BERLIN) == "Sat 11:30"
    assert text_format.format_short_time(noon - timedelta(minutes=30), noon, BERLIN) == "11:30:00"
    assert text_format.format_minute(noon - timedelta(hours=23, minutes=30), noon, BERLIN) == "Sat 11:30"


def test_the_hour_that_comes_twice_has_a_letter_in_the_list() -> None:
    first, second = CLOCKS_BACK - timedelta(minutes=50), CLOCKS_BACK + timedelta(minutes=10)
    now = CLOCKS_BACK + timedelta(hours=1, minutes=30)
    assert [text_format.format_short_time(when, now, BERLIN) for when in (first, second)] == [
        "02:10:00A",
        "02:10:00B",
    ]
    after = now + timedelta(days=2)
    assert [text_format.format_short_time(when, after, BERLIN) for when in (first, second)] == [
        "Su 02:10A",
        "Su 02:10B",
    ]
    assert [text_format.format_long_time(when, BERLIN) for when in (first, second)] == [
        "Su 25 02:10:00A",
        "Su 25 02:10:00B",
    ]
    neighbors = [
        CLOCKS_BACK - timedelta(hours=1, seconds=1),
        CLOCKS_BACK + timedelta(hours=1),
        CLOCKS_FORWARD,
        CLOCKS_FORWARD - timedelta(1),
    ]
    assert not any(text_format.format_short_time(when, when, BERLIN)[8:] for when in neighbors)


@given(places, times_near_changes, times_near_changes, times_near_changes)
def test_two_times_of_the_last_day_that_read_the_same_are_the_same(
    place: tuple[tzinfo, datetime], first: timedelta, second: timedelta, now: timedelta
) -> None:
    zone, change = place
    one, other = ((change + away).replace(microsecond=0) for away in (first, second))
    at = max(change + now, one, other)
    texts = [text_format.format_short_time(when, at, zone) for when in (one, other)]
    if texts[0] == texts[1] and texts[0].count(":") == 2:
        assert one == other


def test_the_fold_attribute_distinguishes_the_repeated_hour() -> None:
    hour = timedelta(hours=1)
    first, second = (
        replace(session_started(when), type="CollectJob") for when in (CLOCKS_BACK - hour, CLOCKS_BACK)
    )
    assert (
        format_start_range(RunGroup([second, first]), TimeContext(CLOCKS_BACK + 2 * hour, BERLIN))
        == "02:00A–02:00B"
    )


# --- a query that is handed over ------------------------------------------------------


@given(
    places,
    times_near_changes,
    times_near_changes,
    st.sampled_from(
        ["since:02:30", "-until:2:10", "since:2026-10-25", "until:2026-03-29", "since:9h", "until:1d"]
    ),
    st.sampled_from([UTC, ZoneInfo("Asia/Kolkata"), BERLIN]),
)
def test_a_pinned_query_means_the_same_to_everybody_at_any_time(
    place: tuple[tzinfo, datetime], now: timedelta, run: timedelta, text: str, other: tzinfo
) -> None:
    zone, change = place
    query = parse(f"{text} state:success", now=change + now, zone=zone)
    handed = parse(with_absolute_times(query).text, now=change + timedelta(days=400), zone=other)
    session = session_started(change + run)
    assert handed.matches(session) == query.matches(session) == with_absolute_times(query).matches(session)
    assert with_absolute_times(handed).text == handed.text


def test_another_zone_on_the_screen_leaves_what_is_reckoned_from_now_as_it_was_typed() -> None:
    query = parse("since:02:10 until:1h -since:2026-11-23 state:failed", now=CLOCKS_BACK, zone=BERLIN)
    assert (
        with_absolute_clock_times(query).text
        == "since:2026-10-25T00:10Z until:1h -since:2026-11-22T23:00Z state:failed"
    )
    assert with_absolute_times(query).text == (
        "since:2026-10-25T00:10Z until:2026-10-25T00:00Z -since:2026-11-22T23:00Z state:failed"
    )
    plain = parse("state:failed 24h", now=CLOCKS_BACK, zone=BERLIN)
    assert with_absolute_times(plain) is with_absolute_clock_times(plain) is plain


def test_a_sentence_tells_the_hour_that_comes_twice_apart_as_the_list_does() -> None:
    now = datetime(2026, 10, 25, 1, 40, tzinfo=UTC)
    first, second = (datetime(2026, 10, 25, hour, 10, tzinfo=UTC) for hour in (0, 1))
    assert [text_format.format_minute(when, now, BERLIN) for when in (first, second)] == ["02:10A", "02:10B"]
    assert text_format.format_minute(second, now + timedelta(days=2), BERLIN) == "Sun 02:10B"
    assert text_format.format_minute(first - timedelta(hours=1), now, BERLIN) == "01:10"
