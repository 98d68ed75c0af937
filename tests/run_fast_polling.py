"""Runs emtui with a short poll interval, regardless of response times.

    python run_fast_polling.py SECONDS [ARGUMENT…]

Nothing else is changed.
"""

from __future__ import annotations

import sys

from emtui.cli import main
from emtui.monitor import poll_schedule


def poll_every(interval_s: float) -> None:
    """Poll every so many seconds, unless a profile sets the interval."""
    poll_schedule.MIN_INTERVAL, poll_schedule.PAUSE_PER_RESPONSE_TIME = interval_s, 0
    poll_schedule.PollSchedule.__init__.__defaults__ = (interval_s, interval_s, 5 * interval_s)


if __name__ == "__main__":
    poll_every(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
