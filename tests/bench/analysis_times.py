"""How long thinking takes: what deserves a look in a list, and what is different between two long logs."""

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
    """A list of so many sessions, and two logs of as many lines, of which every tenth is missing in one."""
    sessions = SimulatedWorld(1, NOW, count).sessions(NOW)
    findings = len(prioritize_sessions(sessions, NOW).findings)
    spent = median_duration(lambda: prioritize_sessions(sessions, NOW), times)
    beside = f"{findings} findings, {spent * 1000 / len(sessions):.1f} µs a session"
    yield BenchmarkResult(f"attention in a list of {count:,}", spent, "ms", max(50, count / 200), beside)
    log = [
        Event(order, NOW, f"vm-{order}.example.net: {order} files ({order} of {count})")
        for order in range(count)
    ]
    other = [event for event in log if (event.order or 0) % 10]
    spent = median_duration(lambda: compare_logs(log, other), times)
    yield BenchmarkResult(f"difference of two logs of {count:,}", spent, "ms", max(1000, count / 10))
    masking = median_duration(
        lambda: [mask_message(event.message or "") for event in chain(log, other)], times
    )
    beside = f"{spent:.0f} ms : {masking:.0f} ms"
    yield BenchmarkResult("that, of masking the lines of both logs", spent / masking, "×", None, beside)
