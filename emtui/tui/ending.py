"""The last timer: whatever is stuck when emtui is to end, the process is gone in less than three seconds."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

LAST = 2.4
"""Seconds for the logon's end, the screens and everything else; then the terminal gets half a one more."""


class LastTimer:
    """Armed once, by whatever ends emtui; an end in good order is quicker."""

    def __init__(self, let_go: Callable[[], None]) -> None:
        self._let_go = let_go
        self._armed = False

    def arm(self, code: int) -> None:
        """From now on the process has so long, and ends with this code at the latest."""
        if self._armed:
            return
        self._armed = True
        timer = threading.Timer(LAST, self._end, (code,))
        timer.daemon = True
        timer.start()

    def _end(self, code: int) -> None:
        try:
            self._let_go()
        finally:
            os._exit(code)
