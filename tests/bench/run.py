"""What emtui costs, measured in one run: `python tests/bench/run.py [--quick] [--only NAME]…`.

Prints the goals of speed, size and quiet beside what was measured. Nothing is
asserted: ratios are against something measured in the same run on the same computer.
`--quick` takes a short list and every measurement once: to see that the bench works.
`--only` takes a part: `--only slow --only start`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.counts import counts, memory
from bench.endings import endings
from bench.figures import Figure, table
from bench.others import one_shot
from bench.reading import reading
from bench.refreshing import refreshing
from bench.screens import arrival, filtering
from bench.server import Served, listing, serving
from bench.slow import slow
from bench.soaking import resting, soaking
from bench.starting import starting


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured: lists of so many, each so often; looks of a long watch; seconds of a rest."""

    usual: int = 10_000
    long: int | None = 100_000
    times: int = 5
    keys: int = 400
    looks: int = 2000
    rest: float = 60


QUICK = Size(usual=1_000, long=None, times=1, keys=60, looks=200, rest=10)
Part = Callable[[Size], Iterable[Figure]]


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--quick", action="store_true", help="a short list, everything once")
    parser.add_argument(
        "--only", action="append", choices=PARTS, default=[], help="one part; may be repeated"
    )
    asked = parser.parse_args()
    size = QUICK if asked.quick else Size()
    figures: list[Figure] = []
    for name in asked.only or PARTS:
        sys.stderr.write(f"{name} …\n")
        figures += PARTS[name](size)
    sys.stdout.write(table(figures) + "\n")


def _with_a_list(measure: Callable[[Served, Size], Iterable[Figure]]) -> Part:
    """With the usual list on a server."""

    def part(size: Size) -> Iterator[Figure]:
        with serving(listing(size.usual)) as served:
            yield from measure(served, size)

    return part


def _long(size: Size) -> Iterator[Figure]:
    """The same with a list ten times as long."""
    if not size.long:
        return
    yield from reading(size.long, min(size.times, 3))
    with serving(listing(size.long)) as served:
        yield from arrival(served)
        yield from filtering(served, size.long, min(size.times, 3))
        yield memory(served)


PARTS: dict[str, Part] = {
    "start": lambda size: starting(size.times),
    "read": lambda size: reading(size.usual, size.times),
    "arrive": _with_a_list(lambda served, size: arrival(served, size.times)),
    "refresh": _with_a_list(lambda served, size: refreshing(served, size.keys)),
    "filter": _with_a_list(lambda served, size: filtering(served, size.usual, size.times)),
    "long": _long,
    "bytes": _with_a_list(lambda served, _: counts(served)),
    "slow": _with_a_list(lambda served, size: slow(served, size.times)),
    "one-shot": _with_a_list(lambda served, size: one_shot(served, size.times)),
    "end": _with_a_list(lambda served, _: endings(served)),
    "rest": lambda size: resting(size.rest),
    "soak": lambda size: soaking(size.looks),
}


if __name__ == "__main__":
    main()
