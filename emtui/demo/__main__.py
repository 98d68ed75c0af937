"""`python -m emtui.demo`: the simulated server alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace

from emtui.demo import demo_options
from emtui.demo.serve import serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the options and serve; exit code 2 if they are invalid."""
    parser = argparse.ArgumentParser(
        prog="python -m emtui.demo", description="A simulated Enterprise Manager."
    )
    demo_options.add_arguments(parser)
    parser.add_argument("--port", type=int, default=9398, metavar="N", help="0 for any (default: 9398)")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input ends")
    parser.add_argument(
        "--since",
        type=float,
        metavar="SECONDS",
        help="monotonic time at which the simulated clock starts (default: now)",
    )
    parsed = parser.parse_args(arguments)
    if demo_options.wants_help(parsed.play):
        sys.stdout.write(demo_options.format_fault_table())
        return 0
    if not 0 <= parsed.port <= 65535:
        parser.error(f"--port must be a number from 0 to 65535, not {parsed.port}.")
    try:
        options = replace(demo_options.options_from_arguments(parsed), clock_start=parsed.since)
    except demo_options.InvalidDemoOptionError as error:
        parser.error(str(error))
    return serve(options, parsed.port, with_parent=parsed.with_parent)


if __name__ == "__main__":
    sys.exit(main())
