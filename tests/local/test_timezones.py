"""Time zones: exact names, and the system's zone across daylight-saving changes."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui.em.server_address import Server
from emtui.local.config_writer import save_profile
from emtui.local.configuration import load_config
from emtui.local.connection import Connection
from emtui.local.profiles import InvalidConfigError, Profile
from emtui.local.timezones import SystemZone, UnknownTimeZoneError, find_time_zone

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module", autouse=True)
def local_zone_berlin() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@given(st.timedeltas(timedelta(), timedelta(days=47 * 365)))
def test_this_computers_zone_is_the_one_of_that_name_at_every_moment(since: timedelta) -> None:
    when = datetime(1990, 1, 1, tzinfo=UTC) + since
    current, named = when.astimezone(SystemZone()), when.astimezone(BERLIN)
    assert (current.replace(tzinfo=None), current.fold) == (named.replace(tzinfo=None), named.fold)
    assert (current.utcoffset(), current.tzname()) == (named.utcoffset(), named.tzname())


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)])
@given(st.timedeltas(timedelta(hours=-3), timedelta(hours=3)))
def test_a_round_trip_keeps_the_moment_around_both_changes(month: int, day: int, away: timedelta) -> None:
    when = datetime(2026, month, day, 1, tzinfo=UTC) + away
    for zone in (SystemZone(), BERLIN):
        assert when.astimezone(zone).astimezone(UTC) == when


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("europe/berlin", "did you mean Europe/Berlin?"),
        ("Berlin", "did you mean Europe/Berlin?"),
        ("New York", "did you mean America/New_York?"),
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("Europe", "did you mean"),
        ("+01:00", "use a name such as"),
        ("", "use a name such as"),
        ("../../etc/passwd", "is not a time zone"),
        ("/etc/localtime", "is not a time zone"),
        ("right/Europe/Berlin", "is not a time zone"),
        ("a\0b", "is not a time zone"),
    ],
)
def test_a_name_of_no_zone_is_one_sentence_with_the_nearest(name: str, hint: str) -> None:
    with pytest.raises(UnknownTimeZoneError) as caught:
        find_time_zone(name)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_zone_of_a_profile_is_written_and_read_and_a_wrong_one_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    profile = Profile("prod", Server("em01.example.net"), time_zone="Europe/Berlin")
    save_profile(path, profile)
    assert load_config(path).profiles == (profile,)
    path.write_text(path.read_text().replace("Europe/Berlin", "Berlin"))
    with pytest.raises(
        InvalidConfigError, match=r"profile prod: time_zone 'Berlin' .*did you mean Europe/Berlin\?"
    ) as caught:
        load_config(path)
    assert str(path) in str(caught.value)


def test_times_use_the_zone_of_the_profile_or_the_local_one() -> None:
    profile = Profile("prod", Server("em01.example.net"), time_zone="Asia/Tokyo")
    assert str(Connection(profile).display_time_zone) == "Asia/Tokyo"
    assert isinstance(Connection().display_time_zone, SystemZone)
    assert Connection().server_time_zone is None
