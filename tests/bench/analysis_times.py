"""Duration of the analysis of a list, and of the comparison of two long logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from bench.benchmark_results import BenchmarkResult
from bench.parse_times import median_duration

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Event
from emtui.triage.log_diff import compare_logs
from emtui.triage.message_fingerprint import mask_message
from emtui.triage.prioritization import prioritize_sessions

NOW = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)


def measure_analysis(count: int, times: int) -> Iterator[BenchmarkResult]:
    """Analyze a list of `count` sessions, and compare two logs of as many lines: one lacks every tenth."""
    sessions = SimulatedWorld(1, NOW, count).sessions(NOW)
    findings = len(prioritize_sessions(sessions, NOW).findings)
    spent = median_duration(lambda: prioritize_sessions(sessions, NOW), times)
    details = f"{findings} findings, {spent * 1000 / len(sessions):.1f} µs per session"
    yield BenchmarkResult(f"findings in a list of {count:,}", spent, "ms", max(50, count / 200), details)
    log = [
        Event(order, NOW, f"vm-{order}.example.net: {order} files ({order} of {count})")
        for order in range(count)
    ]
    other_log = [event for event in log if (event.order or 0) % 10]
    spent = median_duration(lambda: compare_logs(log, other_log), times)
    yield BenchmarkResult(f"comparison of two logs of {count:,}", spent, "ms", max(1000, count / 10))
    masking = median_duration(
        lambda: [mask_message(event.message or "") for event in chain(log, other_log)], times
    )
    details = f"{spent:.0f} ms : {masking:.0f} ms"
    yield BenchmarkResult("the same, relative to masking all lines", spent / masking, "×", None, details)
