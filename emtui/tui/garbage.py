"""When garbage is looked for, and among what: not among sessions, and never while somebody waits.

A full look goes through everything that is kept, and holds keys and paint meanwhile: an
eighth of a second with 100,000 sessions. Those are part of no cycle, so it would find none
of them: they are set aside as they come. What else was set aside with them is found by a
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


@contextmanager
def not_while_loading() -> Iterator[None]:
    """Nobody looks for any meanwhile, and what is loaded is set aside for good."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextmanager
def not_among_the_old() -> Iterator[None]:
    """While a list is read only what is young is looked through; what was read is set aside."""
    gc.set_threshold(_YOUNG, _MIDDLE, _NEVER)
    try:
        yield
    finally:
        gc.collect(1)  # the parser, above all
        gc.freeze()
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def sweep() -> None:
    """Look through everything that was ever set aside."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
