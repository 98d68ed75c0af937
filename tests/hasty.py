"""emtui as a person starts it, but in a hurry: it looks again after so many seconds, whatever a look cost.

    python hasty.py SECONDS [ARGUMENT…]

What takes emtui a weekend happens in a minute; nothing else is changed.
"""

from __future__ import annotations

import sys

from emtui.cli import main
from emtui.monitor import backoff


def hurry(every: float) -> None:
    """Look again after so many seconds, where a profile leaves it open."""
    backoff.MIN_INTERVAL, backoff.PAUSE_PER_RESPONSE_TIME = every, 0
    backoff.PollSchedule.__init__.__defaults__ = (every, every, 5 * every)


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
