"""Keeps garbage collection away from the sessions, and from moments when the user waits.

A full collection visits every object and blocks keys and painting meanwhile: 1/8 second with
100,000 sessions. Sessions are part of no reference cycle, so it would free none of them: those of
the first list are frozen. Garbage that was frozen with them is collected while the user is idle.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

COLLECT_INTERVAL_S = 1800.0
"""Seconds between two full collections, at least."""
IDLE_S = 30.0
"""Seconds without a key after which the user counts as idle."""
_YOUNG, _MIDDLE, _OLD = gc.get_threshold()
_NEVER = 1_000_000_000


def disable_until_first_paint() -> None:
    """Disable collection until `enable_after_first_paint`."""
    gc.disable()


def enable_after_first_paint() -> None:
    """Freeze what has been loaded, and collect from now on."""
    gc.freeze()
    gc.enable()


@contextmanager
def young_generations_only(*, freeze: bool) -> Iterator[None]:
    """Skip full collections while a list is read; `freeze` what the first list has brought.

    Later lists bring few new sessions; freezing would keep their garbage.
    """
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    try:
        yield
    finally:
        gc.collect(1)  # the parser, above all
        if freeze:
            gc.freeze()
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def collect_all() -> None:
    """Run a full collection that includes everything frozen."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
