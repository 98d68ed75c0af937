"""emtui in a hurry, whose ten minutes and whose shortest gap are as short as the test says.

    python hasty_alerts.py EVERY APART GAP [ARGUMENT…]

EVERY, APART and GAP are seconds between two requests, between two alerts, and of the shortest gap.
"""

from __future__ import annotations

import sys

from hasty import hurry

from emtui.cli import main
from emtui.monitor import alert_policy, poller

if __name__ == "__main__":
    every, alert_policy.ALERT_SPACING, poller.SHORTEST_GAP = map(float, sys.argv[1:4])
    hurry(every)
    sys.exit(main(sys.argv[4:]))
