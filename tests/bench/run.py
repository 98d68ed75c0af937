"""What emtui costs, measured in one run: `python tests/bench/run.py [--quick]`.

Prints the goals of speed, size and quiet beside what was measured. Nothing is
asserted: ratios are against something measured in the same run on the same computer.
`--quick` takes a short list and every measurement once: to see that the bench works.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.figures import table
from bench.reading import reading
from bench.screens import on_the_line, with_a_long_list
from bench.soaking import resting, soaking
from bench.starting import starting

USUAL, QUICK = (10_000, 100_000), (1_000,)


def main(*, quick: bool) -> None:
    """Measure, and print the table."""
    counts, times = (QUICK, 1) if quick else (USUAL, 5)
    figures = [*starting(times), *on_the_line()]
    for count in counts:
        figures += [*reading(count, times), *with_a_long_list(count)]
    figures += [*soaking(200 if quick else 2000), *resting(10 if quick else 120)]
    sys.stdout.write(table(figures) + "\n")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv[1:])
