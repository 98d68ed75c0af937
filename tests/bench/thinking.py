"""How long thinking takes: what deserves a look in a list, and what is different between two long logs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain

from bench.figures import Figure
from bench.reading import lasts

from emtui.demo.world import World
from emtui.em.model import Event
from emtui.triage.log_diff import compare
from emtui.triage.message_fingerprint import masked
from emtui.triage.prioritization import attention

NOW = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)


def thinking(count: int, times: int) -> Iterator[Figure]:
    """A list of so many sessions, and two logs of as many lines, of which every tenth is missing in one."""
    sessions = World(1, NOW, count).sessions(NOW)
    findings = len(attention(sessions, NOW).findings)
    spent = lasts(lambda: attention(sessions, NOW), times)
    beside = f"{findings} findings, {spent * 1000 / len(sessions):.1f} µs a session"
    yield Figure(f"attention in a list of {count:,}", spent, "ms", max(50, count / 200), beside)
    log = [
        Event(order, NOW, f"vm-{order}.example.net: {order} files ({order} of {count})")
        for order in range(count)
    ]
    other = [event for event in log if (event.order or 0) % 10]
    spent = lasts(lambda: compare(log, other), times)
    yield Figure(f"difference of two logs of {count:,}", spent, "ms", max(1000, count / 10))
    masking = lasts(lambda: [masked(event.message or "") for event in chain(log, other)], times)
    beside = f"{spent:.0f} ms : {masking:.0f} ms"
    yield Figure("that, of masking the lines of both logs", spent / masking, "×", None, beside)
