"""All views compare a run with the same earlier runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import HOUR, NOON, SECOND, make_run

from emtui import text_format
from emtui.chunked_work import run_to_end
from emtui.cli.check_rules import CheckLevel, CheckThresholds, Threshold, collect_verdicts
from emtui.cli.list_context import query_context
from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import DISTANT_PAST, Outcome, Session, Uid
from emtui.em.server_address import Server
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.query import Query, parse
from emtui.triage.acknowledgement_matching import acknowledgement_key
from emtui.triage.explanation import explain
from emtui.triage.finding_text import USUAL_LABEL, FindingFormatter
from emtui.triage.findings import SlowdownFinding, StuckRunFinding
from emtui.triage.grouping import RunGroup, build_rows, find_groups
from emtui.tui.formatting.duration_bar import USUAL_TITLE
from emtui.tui.formatting.session_columns import cell_text, session_columns
from emtui.tui.screens.session_list.preview_text import preview_of_run
from emtui.tui.theme import FULL_BLOCK

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
def test_all_views_agree_on_a_run(rows: list[tuple[Outcome, str, int, int]]) -> None:
    made = [
        make_run(NOON - at * HOUR, kind, duration=took * SECOND, outcome=outcome)
        for outcome, kind, at, took in rows
    ]
    check_agreement([replace(one, uid=Uid(f"{one.uid}-{place}")) for place, one in enumerate(made)], NOON)


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_all_views_agree_on_each_run_of_the_demo(seed: int) -> None:
    now = NOON - 10 * HOUR
    check_agreement(SimulatedWorld(seed, now).sessions(now), now, every=41)


def check_agreement(sessions: Sequence[Session], now: datetime, every: int = 1) -> None:
    """List and query, run by run, against what opening the run says; then what is said type by type."""
    ordered = tuple(sorted(sessions, key=lambda one: (one.started or DISTANT_PAST, one.uid), reverse=True))
    assessment = assess(Snapshot(ordered, now), Knowledge())
    statuses = assessment.type_statuses
    groups = run_to_end(find_groups(ordered))
    assert statuses.baselines == groups.baselines
    unusual, stuck = parse_query("is:unusual", ordered, now), parse_query("is:stuck", ordered, now)
    columns = {column.title: column.render_cell for column in session_columns(120, groups.baselines)}
    hanging = {one.overrun.session.uid for one in assessment.findings if isinstance(one, StuckRunFinding)}
    looked_at = {one.uid: one for one in (*ordered[::every], *(row.newest_run for row in statuses.statuses))}
    for one in looked_at.values():
        found = explain(statuses, ordered, one, (), ())
        clock = TimeContext(now, UTC)
        assert cell_text(columns["Ratio"](one, clock)) == (
            f"{text_format.format_ratio(found.ratio)}×" if found.ratio else ""
        )
        bar = cell_text(columns[USUAL_TITLE](one, clock))
        assert bool(bar) is (found.baseline is not None and one.duration(now) is not None)
        assert (FULL_BLOCK in bar) is (found.ratio is not None)
        preview = preview_of_run(one, assessment, clock)
        usual = text_format.format_duration(found.baseline.usual) if found.baseline else ""
        assert preview.facts.get(USUAL_LABEL, "").partition(",")[0] == usual
        assert unusual.matches(one) is (found.ratio is not None)
        assert stuck.matches(one) is (one.uid in hanging)
        if found.ratio:
            assert acknowledgement_key(one, statuses) is not None
    grouped = [
        one for row in run_to_end(build_rows(groups)).rows if isinstance(row, RunGroup) for one in row.runs
    ]
    assert not any(unusual.matches(one) for one in grouped)
    check_by_type(assessment, ordered, now)


def check_by_type(assessment: Assessment, ordered: Sequence[Session], now: datetime) -> None:
    """Overview, attention and check."""
    statuses = assessment.type_statuses
    for row in statuses.statuses:
        assert row.baseline == explain(statuses, ordered, row.newest_run, (), ()).baseline
        for overrun in row.overruns:
            found = explain(statuses, ordered, overrun.session, (), ())
            assert (overrun.baseline, overrun.ratio) == (found.baseline, found.ratio)
        for finding in assessment.findings:
            if isinstance(finding, SlowdownFinding) and finding.type == row.type:
                newest = next(one for one in row.runs if one.outcome in {Outcome.SUCCESS, Outcome.WARNING})
                found = explain(statuses, ordered, newest, (), ())
                assert found.baseline
                assert (finding.slowdown.usual, finding.slowdown.duration / finding.slowdown.usual) == (
                    found.baseline.usual,
                    found.ratio,
                )
        check_type(row.type, assessment, ordered, now)


def check_type(session_type: str, assessment: Assessment, ordered: Sequence[Session], now: datetime) -> None:
    """Check finds what `is:stuck` finds, and the ratio of the run that a person opens."""
    type_statuses, formatter = assessment.type_statuses, FindingFormatter(now, UTC)
    found = collect_verdicts(
        assessment,
        session_type.__eq__,
        CheckThresholds(includes_stuck=True, includes_overdue=False),
        formatter,
    )
    query = parse_query(f"type:{session_type} is:stuck", ordered, now)
    stuck = any(query.matches(one) for one in ordered)
    assert any("running for" in verdict.sentence for verdict in found) is stuck
    found = collect_verdicts(
        assessment,
        session_type.__eq__,
        CheckThresholds(False, False, max_ratio=Threshold(None, 1.5)),
        formatter,
    )
    ratio_sentences = [verdict.sentence for verdict in found if "times the usual" in verdict.sentence]
    row = next(row for row in type_statuses.statuses if row.type == session_type)
    decisive_outcomes = {Outcome.SUCCESS, Outcome.WARNING, Outcome.FAILED}
    ended = next((one for one in row.runs if one.outcome in decisive_outcomes), None)
    ratios = [
        ratio
        for one in row.runs
        if (one.is_running or one is ended) and (ratio := explain(type_statuses, ordered, one, (), ()).ratio)
    ]
    worst = max(ratios, default=0)
    assert [sentence.endswith(f", {worst:.1f} times the usual duration") for sentence in ratio_sentences] == [
        True
    ] * (worst > 1.5)
    assert any(verdict.level is CheckLevel.CRITICAL for verdict in found) >= (worst > 1.5)


def parse_query(text: str, sessions: Sequence[Session], now: datetime) -> Query:
    """This query, resting on this list as on the command line."""
    query = parse(text, now=now, zone=UTC)
    return query.with_context(query_context(query, sessions, now, Server("em01.example.net"), UTC))
