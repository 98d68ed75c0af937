"""Runs emtui with fast polling (run_fast_polling.py) and logs when its event loop is blocked.

    python watch_event_loop.py FILE SECONDS [ARGUMENT…]

One JSON line for each delay, with times of `time.monotonic` in seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import TextIO

sys.path.insert(0, str(Path(__file__).parents[1]))

from run_fast_polling import poll_every

from emtui.cli import main

STEP_S = 0.001
MIN_LOGGED_DELAY_S = 0.003


class LoopWatch:
    """Schedules a callback every millisecond and logs how late it runs."""

    def __init__(self, loop: asyncio.AbstractEventLoop, log_file: TextIO) -> None:
        self._loop = loop
        self._log_file = log_file
        self._scheduled_at = time.monotonic()
        loop.call_later(STEP_S, self._record_delay)

    def _record_delay(self) -> None:
        delay = time.monotonic() - self._scheduled_at - STEP_S
        if delay > MIN_LOGGED_DELAY_S:
            self._log_file.write(json.dumps({"at": self._scheduled_at, "blocked": delay}) + "\n")
            self._log_file.flush()
        self._scheduled_at = time.monotonic()
        self._loop.call_later(STEP_S, self._record_delay)


class WatchedLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Watches every event loop."""

    def __init__(self, log_file: TextIO) -> None:
        super().__init__()
        self._log_file = log_file

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return a watched loop."""
        loop = super().new_event_loop()
        LoopWatch(loop, self._log_file)
        return loop


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as log_file:
        asyncio.set_event_loop_policy(WatchedLoopPolicy(log_file))
        poll_every(float(sys.argv[2]))
        sys.exit(main(sys.argv[3:]))
