"""From line to line of an opened run by what they mean, not by where they stand."""

from __future__ import annotations

from datetime import timedelta

from emtui import words
from emtui.triage.steps import Wait
from emtui.triage.telling import usual_wait
from emtui.tui.screens.searching import Searching


class Hopping(Searching):
    """A page about one run whose events are hopped through."""

    def action_slowest(self) -> None:
        """To the step that it waited in."""
        found = self.explanation
        if found is None:
            self.say("It is not known yet where this run waited.")
            return
        wait = found.silent or found.slowest or max(found.waits, key=_length, default=None)
        if wait is None:
            self.say("This run waited nowhere for as long as five seconds.")
        else:
            self.events.go(wait.step.place)
            usual = usual_wait(wait)
            self.say(f"{words.duration(_length(wait))}{f', {usual}' if usual else ''}")


def _length(wait: Wait) -> timedelta:
    return wait.step.lasted or timedelta()
