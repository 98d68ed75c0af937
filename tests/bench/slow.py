"""A line of 64 kbit/s, 600 ms there and back: how soon the cursor rests, and what a query costs."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from time import monotonic

from bench.counts import HASTY, SELDOM, TYPED
from bench.figures import Figure
from bench.server import Served
from slow_line import SLOW, FarTerminal, far_off

HELD, REPEATS = 3.0, 30.0
"""Seconds that a key is held, and how often it is repeated in one."""
SILENCE = 3.0
"""After so many seconds without a byte nothing is on its way any more."""
RESTS, QUERY = 1.0, 10_000.0
BY_HAND = 5.0
"""Keys in a second, as one types."""


def slow(served: Served, times: int) -> Iterator[Figure]:
    """A key held and let go, at the top of the list and at its foot, and a query."""
    line = f"{SLOW.rate * 8 / 1000:.0f} kbit/s, {SLOW.delay * 2000:.0f} ms there and back"
    with far_off([HASTY, SELDOM], served.environ) as far:
        far.until(f"1 of {served.rows:,}")
        far.watch(monotonic() + SILENCE)
        for what, key, back in (("↓", "down", "g"), ("a page", "pagedown", "g")):
            held = [_held(far, key, back) for _ in range(times)]
            rests, ahead = (list(column) for column in zip(*held, strict=True))
            beside = f"{min(rests):.2f}–{max(rests):.2f} s, {max(ahead):,} B ahead at most; {line}"
            yield Figure(f"slow line: {what} held {HELD:.0f} s, to rest", median(rests), "s", RESTS, beside)
        before = len(far.received)
        far.hold("/", 1.0, 1)
        for key in TYPED:
            far.hold(key, 1 / BY_HAND, BY_HAND)
        far.rested(SILENCE)
        yield Figure(
            f"slow line: a query of {len(TYPED)} typed", len(far.received) - before, "B", QUERY, line
        )


def _held(far: FarTerminal, key: str, back: str) -> tuple[float, int]:
    """Seconds from letting go to the last byte, and the most bytes that were ahead of the terminal."""
    ahead = far.hold(key, HELD, REPEATS)
    released = monotonic()
    rests = far.rested(SILENCE) - released
    far.press(back)
    far.rested(SILENCE)
    return max(rests, 0.0), ahead
