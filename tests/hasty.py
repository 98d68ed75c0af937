"""emtui as a person starts it, but in a hurry: it looks again after so many seconds, whatever a look cost.

    python hasty.py SECONDS [ARGUMENT…]

What takes emtui a weekend happens in a minute; nothing else is changed.
"""

from __future__ import annotations

import sys

from emtui.cli import main
from emtui.monitor import pace


def hurry(every: float) -> None:
    """Look again after so many seconds, where a profile leaves it open."""
    pace.LEAST, pace.NOT_BELOW = every, 0
    pace.Pace.__init__.__defaults__ = (every, every, 5 * every)


if __name__ == "__main__":
    hurry(float(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
