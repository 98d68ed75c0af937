"""Searching in the events of an opened run, and showing only those that hold a text."""

from __future__ import annotations

from textual.reactive import var

from emtui import words
from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.triage.steps import SHOWN
from emtui.tui.context import AppContext
from emtui.tui.formatting.session_text import server_words
from emtui.tui.hop import told
from emtui.tui.screens.keeping_up import KeepingUp
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.lines import Pieces
from emtui.tui.widgets.prompt import CountedPrompt
from emtui.tui.widgets.status_line import StatusLine


class Searching(KeepingUp):
    """A page about one run, with a line that says what is searched, and a prompt for it."""

    sought: var[str] = var("")
    only: var[str] = var("")

    def __init__(self, ctx: AppContext, client: Source, session: Session) -> None:
        super().__init__(ctx, client, session)
        self._sifts = False
        """Whether the prompt is for what is shown, not for what is searched."""

    def prompt(self) -> CountedPrompt:
        """Where a search is typed."""
        return CountedPrompt(self._seek, self._search_closed, self.spares_the_line, id="prompt")

    # --- what stands above the events ---------------------------------------------

    def watch_asking(self) -> None:
        """Say so where the events will stand."""
        if self.stands:
            self.show_search()
            self.events.empty = self._emptiness()
            if not self.events.count:
                self.events.refresh()

    def watch_gone(self) -> None:
        """The server has no more events of it, or has some again."""
        self.watch_asking()

    def _emptiness(self) -> tuple[str, ...]:
        if self.asking:
            return (f"asking {self.client.server} for the events", "Esc stops")
        if self.log_read is None:
            return (self.without_events,)
        if self.only and self.log_read.events:
            return (f"No event holds “{self.only}”.", "Esc shows all events")
        return ("The server has no events of this run.",)

    @property
    def without_events(self) -> str:
        """Why there are no events, where they have not been read."""
        if self.gone:
            return "The server no longer has its events; r asks again."
        return "Its events have not been read. r asks for them."

    def show_search(self) -> None:
        """What is searched, else the server's own words; at the right how many events there are."""
        said = server_words(self.session)
        left: Pieces = [(f"  server: {said}", FAINT)] if said else []
        if self.sought or self.only:
            left = [("& ", FAINT), (f"{self.only}  ", BOLD)] if self.only else []
            left += [("/ ", FAINT), (self.sought, BOLD), (f"  {self._which()}", PLAIN)] if self.sought else []
        right: Pieces = [("asking  Esc stops", BOLD)] if self.asking and self.log_read else []
        if not right and self.log_read:
            right = [(self._count(self.log_read), FAINT)]
        self.query_one("#search", StatusLine).show(left, right)

    def _which(self) -> str:
        """`2 of 3`: which match the cursor stands on; nothing if it stands on none."""
        here = self.events.match_here
        return f"{words.count(here)} of {words.count(self.events.matches)}" if here else ""

    def _count(self, log: Log) -> str:
        if self.sought:
            base = (
                f"{words.count(self.events.shown)} shown"
                if self.only
                else words.counted(self.events.shown, "event")
            )
            matches = self.events.matches
            return f"{words.count(matches)} of {base} {'matches' if matches == 1 else 'match'}"
        if self.only:
            return f"{words.count(self.events.shown)} of {words.counted(len(log.events), 'event')} shown"
        said = words.counted(len(log.events), "event")
        if self.waits:
            said += f", waits of {SHOWN.seconds}s and more shown"
        if log.odd:
            said += f", {words.count(log.odd)} not readable whole"
        if log.replaced:
            said += f", {words.counted(log.replaced, 'character')} replaced"
        return said

    # --- typing -------------------------------------------------------------------

    def action_search(self) -> None:
        """Search while typing."""
        self._type(sifts=False)

    def action_only(self) -> None:
        """Show only the lines that hold a text; empty shows all."""
        self._type(sifts=True)

    def _type(self, *, sifts: bool) -> None:
        self._sifts = sifts
        self.query_one("#search", StatusLine).display = False
        self.query_one(CountedPrompt).open(self.only if sifts else self.sought, sign="&" if sifts else "/")
        self.show_found()
        self.show_foot()

    def _seek(self, text: str) -> None:
        """Each keystroke goes to the first match from here, or hides what does not match."""
        if self._sifts:
            self.only = text
            self.events.empty = self._emptiness()
        else:
            self.sought = text
        self.show_found()

    def show_found(self) -> None:
        """Which match the cursor stands on, beside the search; while that is typed, too."""
        prompt = self.query_one(CountedPrompt)
        if not prompt.is_open:
            self.show_search()
        elif self._sifts:
            prompt.found(words.counted(self.events.shown, "event") if self.only else "")
        else:
            none = "0 of 0" if self.sought and self.log_read else ""
            prompt.found(self._which() or none)

    async def _search_closed(self, text: str, *, kept: bool) -> None:
        """Enter keeps what is sought; Esc what was sought before."""
        self._seek(text)
        self.query_one(CountedPrompt).close()
        self.query_one("#search", StatusLine).display = True
        self.set_focus(self.events)
        self.show_search()
        self.show_foot()
        if kept and text and self.log_read and not self._sifts and not self.events.matches:
            self.say(f"No line holds “{text}”.")

    def action_next_match(self) -> None:
        """The next line with what is sought."""
        self._to_match(1)

    def action_previous_match(self) -> None:
        """The previous line with what is sought."""
        self._to_match(-1)

    def _to_match(self, step: int) -> None:
        if not self.sought:
            self.say("Nothing is searched yet: / searches.")
            return
        if said := told(self.events.hop(step), step, self.sought):
            self.say(said)

    def forget_search(self) -> bool:
        """End the search, else show all lines; false if there was neither."""
        if not (self.sought or self.only):
            return False
        if self.sought:
            self.sought = ""
        else:
            self.only = ""
        self.show_search()
        return True
