"""What is painted, and when the terminal is sent it: the latest, when its turn has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from textual._compositor import ChopsUpdate, LayoutUpdate

from emtui.tui.ink import Ink
from emtui.tui.paper import Paper, painted
from emtui.tui.turns import Turns


class Frames:
    """The frames of one terminal; `show` is called when one that had to wait may go."""

    def __init__(self, turns: Turns, show: Callable[[], None]) -> None:
        self.turns = turns
        self._show = show
        self._paper = Paper()
        self._due: asyncio.TimerHandle | None = None

    def draw(self, update: LayoutUpdate | ChopsUpdate, width: int, ink: Ink) -> None:
        """The framework has painted this."""
        self._paper.draw(painted(update), width, ink)

    def clear(self) -> None:
        """The terminal has another size, or is new: everything will be painted anew."""
        self._paper.clear()

    def forget(self) -> None:
        """Somebody else has written on the terminal: everything is sent again."""
        self._paper.forget()
        self.turns.forget()

    def take(self) -> str:
        """What the terminal must be sent now; nothing while it is still busy with the last frame."""
        if not self._paper.dirty:
            return ""
        now = monotonic()
        wait = self.turns.wait(now)
        if wait > 0:
            self._later(wait)
            return ""
        news = self._paper.news()
        if news:
            self.turns.sent(now, len(news))
        return news

    def answered(self) -> None:
        """The terminal has shown the last frame."""
        self.turns.answered(monotonic())
        self._show()

    def _later(self, seconds: float) -> None:
        if self._due:
            self._due.cancel()
        self._due = asyncio.get_running_loop().call_later(seconds, self._show)
