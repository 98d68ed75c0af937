"""emtui in a hurry (hasty.py), with a watch on its event loop: how late each turn came.

    python watched.py FILE SECONDS [ARGUMENT…]

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

from hasty import hurry

from emtui.cli import main

STEP = 0.001
WORTH_NOTING = 0.003
"""Seconds."""


class Watch:
    """Asks for a turn every millisecond, and notes how late it came."""

    def __init__(self, loop: asyncio.AbstractEventLoop, into: TextIO) -> None:
        self._loop = loop
        self._into = into
        self._asked = time.monotonic()
        loop.call_later(STEP, self._turn)

    def _turn(self) -> None:
        held = time.monotonic() - self._asked - STEP
        if held > WORTH_NOTING:
            self._into.write(json.dumps({"at": self._asked, "held": held}) + "\n")
            self._into.flush()
        self._asked = time.monotonic()
        self._loop.call_later(STEP, self._turn)


class Watched(asyncio.DefaultEventLoopPolicy):
    """Puts a watch on every loop."""

    def __init__(self, into: TextIO) -> None:
        super().__init__()
        self._into = into

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        """A loop with a watch on it."""
        loop = super().new_event_loop()
        Watch(loop, self._into)
        return loop


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w") as noted:
        asyncio.set_event_loop_policy(Watched(noted))
        hurry(float(sys.argv[2]))
        sys.exit(main(sys.argv[3:]))
