"""Searching in the lines of two runs, as in the events of one: first while it is typed, then on and on."""

from __future__ import annotations

from bisect import bisect_right

from textual.reactive import var

from emtui import words
from emtui.triage.differing import Difference, matching
from emtui.tui.hop import Hop, told
from emtui.tui.screens.comparing import Comparing
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.difference_lines import DifferenceLines
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.prompt import CountedPrompt
from emtui.tui.widgets.status_line import StatusLine


class Seeking(Comparing):
    """A page about two runs whose lines are searched; the line with the counts says for what."""

    sought: var[str] = var("")
    _seen: tuple[Difference | None, str, tuple[int, ...]] = (None, "", ())

    @property
    def lines(self) -> DifferenceLines:
        """The lines of both logs."""
        return self.query_one(DifferenceLines)

    def prompt(self) -> CountedPrompt:
        """Where a search is typed."""
        return CountedPrompt(self._seek, self._search_closed, self.spares_the_line, id="prompt")

    @property
    def matches(self) -> tuple[int, ...]:
        """The rows that hold what is sought, those that are folded too."""
        found, sought = self.found, self.sought
        if self._seen[0] is not found or self._seen[1] != sought:
            self._seen = found, sought, matching(found, sought) if found else ()
        return self._seen[2]

    def told_search(self) -> tuple[Pieces, Pieces]:
        """What is sought, and how many of the lines hold it."""
        verb = "matches" if len(self.matches) == 1 else "match"
        count = f"{words.count(len(self.matches))} of {words.count(len(self.lines.rows))} lines {verb}"
        return [("  / ", FAINT), (self.sought, BOLD), (f"  {self._which()}", PLAIN)], [(count, FAINT)]

    def _which(self) -> str:
        """`2 of 3`: which match the cursor stands on; nothing if it stands on none."""
        lines, matches = self.lines, self.matches
        if not lines.stands_on(matches):
            return ""
        return f"{words.count(bisect_right(matches, lines.here))} of {words.count(len(matches))}"

    # --- typing -----------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self.query_one("#tally", StatusLine).display = False
        self.query_one(CountedPrompt).open(self.sought)
        self.show_found()
        self.show_foot()

    def _seek(self, text: str) -> None:
        """Each keystroke goes to the first match from here."""
        self.sought = text
        self.show_found()

    def show_found(self) -> None:
        """Which match the cursor stands on, beside what is being typed."""
        none = "0 of 0" if self.sought and self.found else ""
        self.query_one(CountedPrompt).found(self._which() or none)

    def watch_sought(self, sought: str) -> None:
        """Other marks; the first match from here on."""
        if not self.stands:
            return
        self.lines.sought = sought
        if self.matches and not self.lines.stands_on(self.matches):
            self.lines.hop(self.matches, 1)
        self.lines.refresh()
        self.show_state()

    async def _search_closed(self, text: str, *, kept: bool) -> None:
        """Enter keeps what is sought; Esc what was sought before."""
        self._seek(text)
        self.query_one(CountedPrompt).close()
        self.query_one("#tally", StatusLine).display = True
        self.set_focus(self.lines)
        self.show_foot()
        if kept and text and self.found and not self.matches:
            self.say(f"No line holds “{text}”.")

    # --- from match to match ------------------------------------------------------

    def action_next_difference(self) -> None:
        """The next lines that are different."""

    def action_previous_difference(self) -> None:
        """The previous lines that are different."""

    def action_next_match(self) -> None:
        """The next line with what is sought; the next difference, if nothing is."""
        if self.sought:
            self._to_match(1)
        else:
            self.action_next_difference()

    def action_previous_match(self) -> None:
        """The previous line with what is sought; the previous difference, if nothing is."""
        if self.sought:
            self._to_match(-1)
        else:
            self.action_previous_difference()

    def _to_match(self, step: int) -> None:
        if self.found:
            hop = self.lines.hop(self.matches, step) if self.matches else Hop.NONE
            if said := told(hop, step, self.sought):
                self.say(said)
        else:
            self.say(f"There are no lines yet in which “{self.sought}” could stand.")

    def action_undo(self) -> None:
        """Stop asking, else end the search, else take the trouble away, else go back."""
        if self.action_stop():
            return
        if self.sought:
            self.sought = ""
        else:
            super().action_undo()
