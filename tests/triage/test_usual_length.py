"""One usual length: wherever a run is shown or judged, it is held against the same runs before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_runs import HOUR, NOON, SECOND, run

from emtui import text_format
from emtui.chunked_work import drain
from emtui.cli.check_rules import Level, Limit, Limits, verdicts
from emtui.cli.list_evidence import query_context
from emtui.demo.world import World
from emtui.em.model import LONG_AGO, Outcome, Session, Uid
from emtui.em.server_address import Server
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.query import Query, parse
from emtui.triage.acknowledged import key_for
from emtui.triage.explanation import explain
from emtui.triage.finding_text import Teller
from emtui.triage.findings import Hanging, Slowing
from emtui.triage.grouping import RunGroup, find_groups, lay_out
from emtui.tui.formatting.session_columns import Clock, session_columns

ROWS = st.lists(
    st.tuples(
        st.sampled_from([*[Outcome.SUCCESS] * 7, *Outcome]),
        st.sampled_from(["CollectJob", "CollectJob", "LogExport"]),
        st.integers(0, 40),  # so that some begin at once
        st.sampled_from([1, 59, 60, 61, 90, 91, 150, 3_000]),
    ),
    max_size=60,
)


@given(ROWS)
def test_each_place_says_the_same_of_a_run(rows: list[tuple[Outcome, str, int, int]]) -> None:
    made = [
        run(NOON - at * HOUR, kind, took=took * SECOND, outcome=outcome) for outcome, kind, at, took in rows
    ]
    compare([replace(one, uid=Uid(f"{one.uid}-{place}")) for place, one in enumerate(made)], NOON)


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_each_place_says_the_same_of_a_run_of_the_demo(seed: int) -> None:
    now = NOON - 10 * HOUR
    compare(World(seed, now).sessions(now), now, every=41)


def compare(sessions: Sequence[Session], now: datetime, every: int = 1) -> None:
    """List and query, run by run, against what opening the run says; then what is said type by type."""
    ordered = tuple(sorted(sessions, key=lambda one: (one.started or LONG_AGO, one.uid), reverse=True))
    assessment = assess(Snapshot(ordered, now), Knowledge())
    board = assessment.statuses
    groups = drain(find_groups(ordered))
    assert board.baselines == groups.baselines
    unusual, stuck = asked("is:unusual", ordered, now), asked("is:stuck", ordered, now)
    columns = {column.title: column.cell for column in session_columns(120, groups.baselines)}
    hanging = {one.overrun.session.uid for one in assessment.findings if isinstance(one, Hanging)}
    looked_at = {one.uid: one for one in (*ordered[::every], *(row.newest for row in board.types))}
    for one in looked_at.values():
        found = explain(board, ordered, one, (), ())
        usual = text_format.duration(found.baseline.usual) if found.baseline else ""
        assert columns["Usual"](one, Clock(now, UTC))[0] == usual
        assert columns["×"](one, Clock(now, UTC))[0] == (
            text_format.ratio(found.ratio) if found.ratio else ""
        )
        assert unusual.matches(one) is (found.ratio is not None)
        assert stuck.matches(one) is (one.uid in hanging)
        if found.ratio:
            assert key_for(one, board) is not None
    grouped = [one for row in drain(lay_out(groups)).rows if isinstance(row, RunGroup) for one in row.runs]
    assert not any(unusual.matches(one) for one in grouped)
    by_type(assessment, ordered, now)


def by_type(assessment: Assessment, ordered: Sequence[Session], now: datetime) -> None:
    """Overview, attention and check."""
    board = assessment.statuses
    for row in board.types:
        assert row.baseline == explain(board, ordered, row.newest, (), ()).baseline
        for overrun in row.overruns:
            found = explain(board, ordered, overrun.session, (), ())
            assert (overrun.baseline, overrun.ratio) == (found.baseline, found.ratio)
        for finding in assessment.findings:
            if isinstance(finding, Slowing) and finding.type == row.type:
                newest = next(one for one in row.runs if one.outcome in {Outcome.SUCCESS, Outcome.WARNING})
                found = explain(board, ordered, newest, (), ())
                assert found.baseline
                assert (finding.slower.usual, finding.slower.took / finding.slower.usual) == (
                    found.baseline.usual,
                    found.ratio,
                )
        checked(row.type, assessment, ordered, now)


def checked(kind: str, assessment: Assessment, ordered: Sequence[Session], now: datetime) -> None:
    """Check finds what `is:stuck` finds, and the ratio of the run that a person opens."""
    board, tell = assessment.statuses, Teller(now, UTC)
    found = verdicts(assessment, kind.__eq__, Limits(stuck=True, overdue=False), tell)
    query = asked(f"type:{kind} is:stuck", ordered, now)
    stuck = any(query.matches(one) for one in ordered)
    assert any("has run for" in verdict.sentence for verdict in found) is stuck
    found = verdicts(assessment, kind.__eq__, Limits(False, False, ratio=Limit(None, 1.5)), tell)
    said = [verdict.sentence for verdict in found if "times the usual" in verdict.sentence]
    row = next(row for row in board.types if row.type == kind)
    told = {Outcome.SUCCESS, Outcome.WARNING, Outcome.FAILED}
    ended = next((one for one in row.runs if one.outcome in told), None)
    ratios = [
        ratio
        for one in row.runs
        if (one.running or one is ended) and (ratio := explain(board, ordered, one, (), ()).ratio)
    ]
    worst = max(ratios, default=0)
    assert [sentence.endswith(f", {worst:.1f} times the usual") for sentence in said] == [True] * (
        worst > 1.5
    )
    assert any(verdict.level is Level.CRITICAL for verdict in found) >= (worst > 1.5)


def asked(text: str, sessions: Sequence[Session], now: datetime) -> Query:
    """This query, resting on this list as on the command line."""
    query = parse(text, now=now, zone=UTC)
    return query.upon(query_context(query, sessions, now, Server("em01.example.net"), UTC))
