"""emtui in a hurry (run_fast_polling.py), with a watch on its event loop: how late each turn came.

    python watch_event_loop.py FILE SECONDS [ARGUMENT…]

One JSON line for each time the loop was held, with times of `time.monotonic`.
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

STEP = 0.001
MIN_NOTED_DELAY_S = 0.003
"""Seconds."""


class LoopWatch:
    """Asks for a turn every millisecond, and notes how late it came."""

    def __init__(self, loop: asyncio.AbstractEventLoop, into: TextIO) -> None:
        self._loop = loop
        self._log_file = into
        self._scheduled_at = time.monotonic()
        loop.call_later(STEP, self._record_delay)

    def _record_delay(self) -> None:
        delay = time.monotonic() - self._scheduled_at - STEP
        if delay > MIN_NOTED_DELAY_S:
            self._log_file.write(json.dumps({"at": self._scheduled_at, "held": delay}) + "\n")
            self._log_file.flush()
        self._scheduled_at = time.monotonic()
        self._loop.call_later(STEP, self._record_delay)


class WatchedLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """Puts a watch on every loop."""

    def __init__(self, into: TextIO) -> None:
        super().__init__()
        self._log_file = into

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop with a watch on it."""
        loop = super().new_event_loop()
        LoopWatch(loop, self._log_file)
        return loop


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as log_path:
        asyncio.set_event_loop_policy(WatchedLoopPolicy(log_path))
        poll_every(float(sys.argv[2]))
        sys.exit(main(sys.argv[3:]))
