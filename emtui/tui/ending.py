"""The last timer: whatever is stuck when emtui is to end, the process is gone in less than three seconds."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

LAST = 2.4
"""Seconds for the logon's end, the screens and everything else; then the terminal gets half a one more."""


class LastTimer:
    """Armed once, by whatever ends emtui; an end in good order is quicker."""

    def __init__(self) -> None:
        self._armed = False

    def arm(self, code: int, let_go: Callable[[], None]) -> None:
        """From now on the process has so long; then `let_go` is called and it ends with this code."""
        if self._armed:
            return
        self._armed = True
        timer = threading.Timer(LAST, _end, (code, let_go))
        timer.daemon = True
        timer.start()


def _end(code: int, let_go: Callable[[], None]) -> None:
    try:
        if notify := sys.modules.get("emtui.local.notify"):  # loaded by the first command of a profile
            notify.end_at_once()
        let_go()
    finally:
        os._exit(code)
