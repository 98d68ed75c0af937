"""Runs emtui with a short poll interval, alert spacing and minimum gap.

    python hasty_alerts.py EVERY APART GAP [ARGUMENT…]

EVERY and APART are the seconds between two requests and two alerts, GAP is the minimum gap.
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
