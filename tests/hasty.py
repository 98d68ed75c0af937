"""Runs emtui with a short poll interval, regardless of response times.

    python hasty.py SECONDS [ARGUMENT…]

Nothing else is changed.
"""

from __future__ import annotations

import sys

from emtui.cli import main
from emtui.monitor import backoff


def hurry(every: float) -> None:
    """Poll every so many seconds, unless a profile sets the interval."""
    backoff.MIN_INTERVAL, backoff.PAUSE_PER_RESPONSE_TIME = every, 0
    backoff.PollSchedule.__init__.__defaults__ = (every, every, 5 * every)


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
