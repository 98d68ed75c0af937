"""When garbage is looked for, and among what: not among sessions, and never while somebody waits.

A full look goes through everything that is kept, and holds keys and paint meanwhile: an
eighth of a second with 100,000 sessions. Those are part of no cycle, so it would find none
of them: those of the first list are set aside. What else was set aside with them is found by a
`sweep`, once in a while, when nobody is there.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

EVERY = 1800.0
"""Seconds between two sweeps, at least."""
NOBODY = 30.0
"""Seconds without a key, after which nobody waits."""
_YOUNG, _MIDDLE, _OLD = gc.get_threshold()
_NEVER = 1_000_000_000


def not_yet() -> None:
    """Nobody looks for any before the first picture has gone."""
    gc.disable()


def from_now_on() -> None:
    """What has been loaded is set aside for good, and looked for among the rest."""
    gc.freeze()
    gc.enable()


@contextmanager
def not_among_the_old(*, first: bool) -> Iterator[None]:
    """While a list is read only what is young is looked through; what the first one gave is set aside.

    Of later ones hardly anything is kept, and what is garbage by then would be kept with it.
    """
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    try:
        yield
    finally:
        gc.collect(1)  # the parser, above all
        if first:
            gc.freeze()
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def sweep() -> None:
    """Look through everything that was ever set aside."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
