"""Metrics of given lists: what `check` says, in base units, with limited labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser
from prometheus_client.openmetrics import parser as openmetrics_parser
from session_factory import DAY, HOUR, MINUTE, NOON, make_run, make_series, runs_with_outcomes

from emtui.cli.metric_families import (
    MAX_TYPES,
    METRICS,
    PollResult,
    ReceivedList,
    collect_gauges,
    type_labels,
)
from emtui.cli.metrics_text import format_metrics
from emtui.em.model import Outcome, Session
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import TeamNote
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot

SERVER = "em01.example.net:9398"
QUARTER = 15 * MINUTE
LAST_RUN_TIME = NOON - MINUTE
Labels = tuple[str, ...]


def poll_result(sessions: Sequence[Session], knowledge: Knowledge = Knowledge()) -> PollResult:  # noqa: B008
    snapshot = Snapshot(tuple(sessions), NOON)
    received = ReceivedList(assess(snapshot, knowledge), 1.5, 3000, NOON + 90 * DAY)
    return PollResult(SERVER, NOON, list_received=NOON, received_list=received)


def samples(result: PollResult) -> dict[tuple[str, Labels], float]:
    """Each number by its metric and its labels after `server`."""
    gauges = collect_gauges(result)
    assert all(values[0] == SERVER for gauge in gauges for values, _ in gauge.samples)
    return {(gauge.name, values[1:]): number for gauge in gauges for values, number in gauge.samples}


def of_type(sessions: Sequence[Session], type_name: str = "CollectJob") -> dict[str, float]:
    """The numbers of one type that have no other label, by their short names."""
    return {
        name.removeprefix("emtui_type_"): number
        for (name, labels), number in samples(poll_result(sessions)).items()
        if labels == (type_name,)
    }


def alerts(result: PollResult) -> set[Labels]:
    """Type, kind and acknowledgement of each alert."""
    return {
        labels for (name, labels), number in samples(result).items() if name == "emtui_type_alert" and number
    }


def test_a_type_on_schedule() -> None:
    assert of_type(make_series("CollectJob", QUARTER, LAST_RUN_TIME)) == {
        "last_success_timestamp_seconds": LAST_RUN_TIME.timestamp() + 90,
        "last_start_timestamp_seconds": LAST_RUN_TIME.timestamp(),
        "last_duration_seconds": 90,
        "usual_duration_seconds": 90,
        "running_sessions": 0,
        "stuck_sessions": 0,
        "consecutive_failures": 0,
        "overdue_starts": 0,
        "missed_starts": 0,
        "next_start_timestamp_seconds": (LAST_RUN_TIME + QUARTER).timestamp(),
        "interval_seconds": 900,
    }


def test_a_failing_type() -> None:
    runs = runs_with_outcomes(
        Outcome.FAILED, Outcome.CANCELED, Outcome.FAILED, *[Outcome.SUCCESS] * 9, until=LAST_RUN_TIME
    )
    numbers = samples(poll_result(runs))
    assert of_type(runs)["consecutive_failures"] == 2
    assert of_type(runs)["last_success_timestamp_seconds"] == (runs[3].ended or NOON).timestamp()
    assert numbers["emtui_type_last_outcome", ("CollectJob", "failed")] == 1
    assert numbers["emtui_type_last_outcome", ("CollectJob", "success")] == 0
    assert numbers["emtui_type_sessions", ("CollectJob", "success")] == 9
    assert numbers["emtui_type_sessions", ("CollectJob", "failed")] == 2
    assert numbers["emtui_list_sessions", ("canceled",)] == 1
    assert alerts(poll_result(runs)) == {("CollectJob", "failing", "false")}
    assert numbers["emtui_alerts", ("failing", "false")] == 1
    assert numbers["emtui_alerts", ("stuck", "false")] == 0


def test_a_stuck_type_is_running_and_its_last_duration_is_that_of_the_run_before() -> None:
    stuck = make_run(NOON - 3 * HOUR, outcome=Outcome.RUNNING)
    runs = [stuck, *make_series("CollectJob", QUARTER, NOON - 3 * HOUR - QUARTER)]
    numbers = of_type(runs)
    assert numbers["running_sessions"] == numbers["stuck_sessions"] == 1
    assert numbers["running_since_timestamp_seconds"] == (NOON - 3 * HOUR).timestamp()
    assert numbers["last_duration_seconds"] == 90
    assert ("CollectJob", "stuck", "false") in alerts(poll_result(runs))


def test_an_overdue_type_beside_one_that_runs() -> None:
    late = make_series("CatalogReplicationJob", HOUR, NOON - 5 * HOUR - 30 * MINUTE)
    result = poll_result([*late, *make_series("CollectJob", QUARTER, LAST_RUN_TIME)])
    numbers = samples(result)
    assert numbers["emtui_type_overdue_starts", ("CatalogReplicationJob",)] == 5
    assert numbers["emtui_type_missed_starts", ("CatalogReplicationJob",)] == 5
    assert alerts(result) == {("CatalogReplicationJob", "overdue", "false")}
    assert (numbers["emtui_types", ()], numbers["emtui_types_on_schedule", ()]) == (2, 1)


def test_while_nothing_runs_there_is_one_alert_and_no_type_is_overdue() -> None:
    types = ("CollectJob", "CatalogCrawlJob", "HistoryCollectJob")
    runs = [run for name in types for run in make_series(name, QUARTER, NOON - 6 * HOUR, 1_000)]
    numbers = samples(poll_result(runs))
    assert numbers["emtui_alerts", ("idle", "false")] == 1
    assert [numbers["emtui_type_overdue_starts", (name,)] for name in types] == [0, 0, 0]
    assert alerts(poll_result(runs)) == set()


def test_an_acknowledged_alert_has_another_label_value() -> None:
    earlier = runs_with_outcomes(*[Outcome.SUCCESS] * 9, until=LAST_RUN_TIME - QUARTER)
    runs = [make_run(LAST_RUN_TIME, outcome=Outcome.FAILED, message="disk full"), *earlier]
    note = TeamNote("disk full", "The disk is being replaced.", is_acknowledgement=True)
    assert alerts(poll_result(runs, Knowledge(notes=(note,)))) == {("CollectJob", "failing", "true")}


def test_a_type_that_never_succeeded_has_an_age_of_decades() -> None:
    numbers = of_type([make_run(NOON - HOUR, outcome=Outcome.FAILED)])
    assert numbers["last_success_timestamp_seconds"] == 0
    assert "usual_duration_seconds" not in numbers
    assert "interval_seconds" not in numbers


def test_a_failed_poll_has_the_reason_and_the_time_of_the_last_list() -> None:
    result = PollResult(SERVER, NOON, 5, NOON - HOUR)
    assert samples(result) == {
        ("emtui_up", ()): 0,
        ("emtui_exit_code", ()): 5,
        ("emtui_build_info", (samples_version(result),)): 1,
        ("emtui_poll_timestamp_seconds", ()): NOON.timestamp(),
        ("emtui_list_received_timestamp_seconds", ()): (NOON - HOUR).timestamp(),
    }


def samples_version(result: PollResult) -> str:
    return next(labels[0] for name, labels in samples(result) if name == "emtui_build_info")


def test_a_server_that_sends_only_names_has_no_types() -> None:
    runs = [replace(run, is_complete=False) for run in make_series("CollectJob", QUARTER, count=3)]
    numbers = samples(poll_result(runs))
    assert numbers["emtui_up", ()] == 1
    assert numbers["emtui_list_incomplete_sessions", ()] == 3
    assert numbers["emtui_types", ()] == 0


def test_the_number_of_types_is_limited_and_those_with_alerts_stay() -> None:
    calm = [make_run(NOON - HOUR, f"A{number:03}") for number in range(MAX_TYPES + 5)]
    failed = make_run(NOON - HOUR, "Z", outcome=Outcome.FAILED)
    numbers = samples(poll_result([*calm, failed]))
    shown = {labels[0] for name, labels in numbers if name == "emtui_type_running_sessions"}
    assert len(shown) == MAX_TYPES
    assert "Z" in shown
    assert numbers["emtui_types_omitted", ()] == 6
    assert numbers["emtui_types", ()] == MAX_TYPES + 6


def test_names_follow_the_conventions() -> None:
    for metric in METRICS:
        assert metric.name.startswith("emtui_")
        assert not metric.name.endswith(("_total", "_count", "_sum", "_bucket", "_info_info"))
        assert metric.help.endswith(".")
        assert not set(metric.help) & set('"\\\n')


# --- text -----------------------------------------------------------------------------


def parsed(
    text: str, *, is_openmetrics: bool
) -> dict[str, tuple[str, str, list[tuple[dict[str, str], float]]]]:
    """Help, type and samples by name, as the parsers of prometheus_client understand a text."""
    module = openmetrics_parser if is_openmetrics else parser
    return {
        family.name: (family.documentation, family.type, [(one.labels, one.value) for one in family.samples])
        for family in module.text_string_to_metric_families(text)
    }


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5, unique=True
    )
)
def test_any_type_is_one_label_of_limited_length(names: list[str]) -> None:
    labels = type_labels(names)
    assert list(labels) == names
    assert len({*labels.values()}) == len(names)
    assert all(len(label) <= 100 and "\n" not in label for label in labels.values())


@pytest.mark.parametrize("is_openmetrics", [False, True])
def test_both_formats_read_the_same_text(is_openmetrics: bool) -> None:
    names = ['a"b', "a\\nb", "a\nb", "a ⏎ b", '{x="y"} 1', "# EOF", "x" * 5000, "x" * 4999]
    result = poll_result([make_run(NOON - timedelta(hours=1), name) for name in names])
    gauges = collect_gauges(result)
    text = format_metrics(gauges)
    assert text.endswith("\n# EOF\n")
    assert max(map(len, text.splitlines())) < 400
    assert parsed(text, is_openmetrics=is_openmetrics) == {
        gauge.name: (
            gauge.help,
            "gauge",
            [(dict(zip(gauge.labels, values, strict=True)), number) for values, number in gauge.samples],
        )
        for gauge in gauges
    }
