"""Whatever a server lists, thinking about it ends, and what it says can be said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from made_runs import HOUR, NOON

from emtui.em.model import Event, Result, Session, Uid
from emtui.triage import finding_text
from emtui.triage.explanation import explain
from emtui.triage.prioritization import attention, judged
from emtui.triage.type_status import standings

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
    result=st.builds(Result, word=states, message=texts, canceled=st.booleans()),
    complete=st.booleans() | st.just(True),
)
events = st.builds(Event, order=st.none() | st.integers(), time=instants, message=texts)
nows = instants.filter(lambda when: when is not None).map(lambda when: when or NOON)


@given(st.lists(sessions, max_size=40), nows)
def test_every_finding_has_a_sentence_and_a_ground_and_the_worst_come_first(
    listed: list[Session], now: datetime
) -> None:
    seen = attention(listed, now)
    tell = finding_text.Teller(now, ZoneInfo("Europe/Berlin"))
    for finding in seen.findings:
        assert "\n" not in tell.finding(finding)
        assert finding_text.ground(finding)
        assert finding.rests_on > 0
    assert 0 <= seen.calm.on_time <= seen.calm.types <= 3
    assert [one.grade for one in seen.findings] == sorted(one.grade for one in seen.findings)


@given(st.lists(sessions, min_size=1, max_size=20), st.lists(events, max_size=10), nows)
def test_every_run_can_be_explained(listed: list[Session], log: list[Event], now: datetime) -> None:
    tell = finding_text.Teller(now, ZoneInfo("UTC"))
    found = explain(standings(listed, now), listed, listed[0], log, [log] * 3)
    labels = [label for label, text in tell.explained(found) if text]
    assert len(labels) == len(set(labels))


@given(st.lists(sessions, max_size=30))
def test_the_order_of_the_list_means_nothing(listed: list[Session]) -> None:
    unique = list({one.uid: one for one in listed if one.started}.values())
    distinct = list({(one.type, one.started): one for one in unique}.values())
    there, back = (standings(rows, NOON) for rows in (distinct, distinct[::-1]))
    assert set(map(str, judged(there).findings)) == set(map(str, judged(back).findings))
