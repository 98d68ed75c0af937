"""From line to line of an opened run by what they mean, not by where they stand."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from datetime import timedelta

from emtui import words
from emtui.triage.trouble import trouble
from emtui.tui.hop import continued
from emtui.tui.log_lines import EventLine, LogLine, WaitLine
from emtui.tui.log_words import waited
from emtui.tui.screens.searching import Searching


class Hopping(Searching):
    """A page about one run whose lines are hopped through."""

    _was_at_worst = False

    def handle_user_activity(self) -> None:
        """Somebody is there: what is on the screen has been seen."""
        super().handle_user_activity()
        if self.stands and self.is_current:
            self.events.notice()

    # --- slow steps -----------------------------------------------------------------

    def action_next_slow(self) -> None:
        """To the step that it waited in most, then to the next one, round the end."""
        self._to_wait(1)

    def action_previous_slow(self) -> None:
        """To the step that it waited in most, then to the one before, round the beginning."""
        self._to_wait(-1)

    def _to_wait(self, step: int) -> None:
        if not self.waits:
            self.say(self._no_waits())
            return
        number = self._next_wait(step) if self._was_at_worst else self._worst_wait()
        wait = self.waits[number]
        before = self.events.line
        if not self.events.go_to_wait(wait.step.place):
            self.say("That step is not among the lines shown: Esc shows all.")
            return
        round_ = self._was_at_worst and _is_round(before, self.events.line, step)
        self._was_at_worst = self._was_at_worst or self.explanation is not None
        which = f"wait {words.count(number + 1)} of {words.count(len(self.waits))}"
        self.say(f"{continued(step)} {which}: {waited(wait)}" if round_ else f"{which}: {waited(wait)}")

    def _no_waits(self) -> str:
        if self.log_read is None:
            return "It is not known yet where this run waited."
        return "This run waited nowhere for as long as five seconds."

    def _worst_wait(self) -> int:
        """The one that explains most, else the longest."""
        if self.worst in self.waits:
            return self.waits.index(self.worst)
        return max(range(len(self.waits)), key=lambda number: self.waits[number].step.lasted or timedelta())

    def _next_wait(self, step: int) -> int:
        line = self.events.line
        here = (line.place, isinstance(line, WaitLine)) if line else (0, False)
        return wait_beside(here, [wait.step.place for wait in self.waits], step)

    # --- trouble, and what has come ---------------------------------------------------

    async def action_next_trouble(self) -> None:
        """The next line that sounds like trouble."""
        await self._to_line(
            _troubled, 1, "No line below sounds like trouble.", "No other line sounds like trouble."
        )

    async def action_previous_trouble(self) -> None:
        """The line before that sounds like trouble."""
        await self._to_line(
            _troubled, -1, "No line above sounds like trouble.", "No other line sounds like trouble."
        )

    def action_severity(self) -> None:
        """Why there is no next warning."""
        self.say("Events have no severity; e goes to words that sound like trouble.")

    async def action_next_unseen(self) -> None:
        """The next line that has come since the last look."""
        await self._to_line(
            self._is_fresh,
            1,
            "No line below is new since you looked.",
            "No other line is new since you looked.",
        )

    async def action_previous_unseen(self) -> None:
        """The line before that has come since the last look."""
        await self._to_line(
            self._is_fresh,
            -1,
            "No line above is new since you looked.",
            "No other line is new since you looked.",
        )

    def _is_fresh(self, line: LogLine) -> bool:
        return isinstance(line, EventLine) and line.place in self.events.fresh

    async def _to_line(self, wanted: Callable[[LogLine], bool], step: int, otherwise: str, none: str) -> None:
        if await self.events.hop_to(wanted, step):
            return
        again = await self.events.hop_round(wanted, step)
        self.say(f"{otherwise} {continued(step)}" if again else none)


def _troubled(line: LogLine) -> bool:
    return isinstance(line, EventLine) and trouble(line.event.message) is not None


def _is_round(before: LogLine | None, after: LogLine | None, step: int) -> bool:
    """Whether the way from one line to the other led over the end."""
    if before is None or after is None or before == after:
        return False
    here, there = ((line.place, isinstance(line, WaitLine)) for line in (before, after))
    return (there > here) != (step > 0)


def wait_beside(here: tuple[int, bool], places: Sequence[int], step: int) -> int:
    """Which of the waits at these places comes next (or before), from an event or a wait; round the end."""
    spots = [(place, True) for place in places]
    number = bisect_right(spots, here) if step > 0 else bisect_left(spots, here) - 1
    return number % len(places)
