"""Ends the process in less than three seconds, whatever is stuck."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

EXIT_TIMEOUT_S = 2.4
"""Seconds for logging off, the screens and everything else; the terminal then gets another 0.5 s."""


class ExitWatchdog:
    """A timer that is armed once, when the application begins to exit; an orderly exit is quicker."""

    def __init__(self) -> None:
        self._armed = False

    def arm(self, code: int, restore_terminal: Callable[[], None]) -> None:
        """Start the timer; when it ends, restore the terminal and exit the process with this code."""
        if self._armed:
            return
        self._armed = True
        timer = threading.Timer(EXIT_TIMEOUT_S, _exit, (code, restore_terminal))
        timer.daemon = True
        timer.start()


def _exit(code: int, restore_terminal: Callable[[], None]) -> None:
    try:
        if notify := sys.modules.get("emtui.local.notify"):  # loaded by the first command of a profile
            notify.end_at_once()
        restore_terminal()
    finally:
        os._exit(code)
