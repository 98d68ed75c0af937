"""Any list can be analyzed, and any finding formatted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from session_factory import HOUR, NOON

from emtui.em.model import Event, Result, Session, Uid
from emtui.triage import finding_text
from emtui.triage.explanation import explain
from emtui.triage.prioritization import prioritize_findings, prioritize_sessions
from emtui.triage.type_status import compute_type_statuses

instants = st.none() | st.one_of(
    st.integers(-60 * 24, 60 * 24).map(lambda minutes: NOON + minutes * timedelta(minutes=1)),
    st.integers(-8, 8).map(lambda hours: NOON + hours * HOUR),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), NOON]),
)
texts = st.none() | st.sampled_from(["bs02 failed after 3 s", "", "x|y\n", "Retrieving data from bs1..."])
states = st.none() | st.sampled_from(
    ["InProgress", "Failed", "CompletedSuccessfully", "CompletedWarning", "?"]
)
sessions = st.builds(
    Session,
    uid=st.integers(0, 10**6).map(lambda number: Uid(f"urn:veeam:SystemSession:{number}")),
    name=texts,
    type=st.none() | st.sampled_from(["CollectJob", "LicAutoUpdate", "X", ""]),
    started=instants,
    ended=instants,
    state=states,
    result=st.builds(Result, value=states, message=texts, is_canceled=st.booleans()),
    is_complete=st.booleans() | st.just(True),
)
events = st.builds(Event, order=st.none() | st.integers(), time=instants, message=texts)
current_times = instants.filter(lambda when: when is not None).map(lambda when: when or NOON)


@given(st.lists(sessions, max_size=40), current_times)
def test_every_finding_has_a_sentence_and_evidence_and_the_worst_come_first(
    listed: list[Session], now: datetime
) -> None:
    seen = prioritize_sessions(listed, now)
    tell = finding_text.FindingFormatter(now, ZoneInfo("Europe/Berlin"))
    for finding in seen.findings:
        assert "\n" not in tell.format_finding(finding)
        assert finding_text.format_evidence(finding)
        assert finding.sample_size > 0
    assert 0 <= seen.on_time_counts.on_time <= seen.on_time_counts.type_count <= 3
    assert [one.urgency for one in seen.findings] == sorted(one.urgency for one in seen.findings)


@given(st.lists(sessions, min_size=1, max_size=20), st.lists(events, max_size=10), current_times)
def test_every_run_can_be_explained(listed: list[Session], log: list[Event], now: datetime) -> None:
    tell = finding_text.FindingFormatter(now, ZoneInfo("UTC"))
    found = explain(compute_type_statuses(listed, now), listed, listed[0], log, [log] * 3)
    labels = [label for label, text in tell.explanation_rows(found) if text]
    assert len(labels) == len(set(labels))


@given(st.lists(sessions, max_size=30))
def test_the_order_of_the_list_means_nothing(listed: list[Session]) -> None:
    unique = list({one.uid: one for one in listed if one.started}.values())
    distinct = list({(one.type, one.started): one for one in unique}.values())
    in_order, reversed_order = (compute_type_statuses(rows, NOON) for rows in (distinct, distinct[::-1]))
    assert set(map(str, prioritize_findings(in_order).findings)) == set(
        map(str, prioritize_findings(reversed_order).findings)
    )
