"""Queries of the command line are evaluated with the list received last."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from session_factory import DAY
from session_factory import make_run as made_run
from snapshot_factory import NOON, numbered_run

from emtui.cli.list_context import FollowedQuery, acknowledged_in_list, check_query, query_context
from emtui.em.model import Outcome
from emtui.em.server_address import Server
from emtui.local.knowledge_base import Knowledge, KnowledgeBase
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.query import InvalidQueryError, parse
from emtui.triage.acknowledgement_matching import Acknowledgement
from emtui.triage.message_fingerprint import fingerprint

SERVER = Server("em01.example.net")


def test_only_what_the_query_depends_on_is_analyzed() -> None:
    sessions = [numbered_run(number) for number in range(1, 9)]
    plain, slow = (parse(text, now=NOON, zone=UTC) for text in ("collect took:>1m", "ratio:1"))
    assert query_context(plain, sessions, NOON, SERVER, UTC).baselines is None
    usual = query_context(slow, sessions, NOON, SERVER, UTC).baselines
    assert usual is not None
    assert usual.ratio_to_usual(sessions[0], timedelta(minutes=3)) == 3


def test_a_followed_query_matches_runs_unusual_in_the_latest_list() -> None:
    good = [numbered_run(number) for number in range(2, 9)]
    going = numbered_run(1, "InProgress")
    followed = FollowedQuery("is:stuck", UTC)
    assert not followed.matches(going)
    followed.update([going, *good], NOON - timedelta(minutes=14), SERVER)
    assert not followed.matches(going)
    followed.update([going, *good], NOON, SERVER)
    assert followed.matches(going)


BERLIN = ZoneInfo("Europe/Berlin")


def test_a_letter_is_checked_once_the_servers_clock_is_available() -> None:
    for text in ("since:02:10A", 'until:"Su 02:10B"', "-before:02:10A"):
        check_query(text, BERLIN)
    followed = FollowedQuery("since:02:10A", BERLIN)
    followed.update([], datetime(2026, 10, 25, 12, tzinfo=UTC), SERVER)
    assert followed.query is not None
    assert followed.query.terms[0].moment == datetime(2026, 10, 25, 0, 10, tzinfo=UTC)
    with pytest.raises(InvalidQueryError, match="02:10 does not occur twice"):
        FollowedQuery("since:02:10A", BERLIN).update([], NOON, SERVER)


def test_an_overdue_type_is_acknowledged_by_the_time_of_day_in_the_servers_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    back = datetime(2026, 10, 25, tzinfo=BERLIN)
    nights = [(back - number * DAY).replace(hour=4).astimezone(UTC) for number in range(1, 20)]
    failed = made_run(nights[0], outcome=Outcome.FAILED, message="disk full")
    sessions = [failed, *map(made_run, nights[1:])]
    made = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # 04:00 there is 03:00Z after the change, 02:00Z before
    mark = Acknowledgement(fingerprint(failed), failed.type, "INC0012345", made)
    base = KnowledgeBase(SERVER.ascii_authority)
    base.acknowledge(mark.key, mark.to_strings)
    base.save()
    now = datetime(2026, 10, 25, 8, tzinfo=UTC)
    known = acknowledged_in_list(sessions, now, SERVER, BERLIN)
    assert known.overdue_since == {"CollectJob": datetime(2026, 10, 25, 3, tzinfo=UTC)}
    (finding,) = assess(Snapshot(tuple(sessions), now), Knowledge(), BERLIN).findings
    assert known.for_run(failed) == mark
    assert known.for_finding(finding) is None, "it is late since it was acknowledged"


@pytest.mark.parametrize("text", ["since:2026-10-24T02:10A", "since:25:10A", "since:02:10A took:long"])
def test_an_invalid_time_is_an_error_without_waiting_for_the_clock(text: str) -> None:
    with pytest.raises(InvalidQueryError):
        check_query(text, BERLIN)
