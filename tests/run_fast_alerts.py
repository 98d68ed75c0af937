"""Runs emtui with a short poll interval, alert spacing and minimum gap.

    python run_fast_alerts.py EVERY APART GAP [ARGUMENT…]

EVERY and APART are the seconds between two requests and two alerts, GAP is the minimum gap.
"""

from __future__ import annotations

import sys

from run_fast_polling import poll_every

from emtui.cli import main
from emtui.monitor import list_poller, notification_policy

if __name__ == "__main__":
    interval_s, notification_policy.ALERT_SPACING, list_poller.MIN_GAP_S = map(float, sys.argv[1:4])
    poll_every(interval_s)
    sys.exit(main(sys.argv[4:]))
