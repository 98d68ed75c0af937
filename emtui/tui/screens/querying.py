"""The query of a list: typed live, kept with Enter, taken back with Esc; what it rests on may change."""

from __future__ import annotations

from functools import partial

from textual import work
from textual.reactive import var

from emtui import lookup, words
from emtui.em.model import Session, type_names
from emtui.em.threads import beside
from emtui.monitor.snapshot import Snapshot
from emtui.tui.aid import offered_line
from emtui.tui.commands import Place, hints
from emtui.tui.context import AppContext
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.session_list.session_table import SessionTable
from emtui.tui.theme import BOLD, FAINT, PLAIN
from emtui.tui.widgets.query_prompt import QueryPrompt
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.virtual_list import Pieces


class Querying(BaseScreen):
    """A page with a list of sessions, a line that shows its query, and a prompt for it."""

    snapshot: var[Snapshot | None] = var(None)
    query_now: var[lookup.Query] = var(lookup.Query())

    def __init__(self, ctx: AppContext) -> None:
        super().__init__(ctx)
        self._offers: tuple[tuple[Session, ...], lookup.Offers] = ((), lookup.Offers())

    def on_mount(self) -> None:
        """A query follows what it rests on."""
        for part in ("marks", "baselines", "known"):
            self.watch(self.sessions, part, self.follow_basis, init=False)
        self.watch(self, "snapshot", self.follow_basis, init=False)

    def prompt(self) -> QueryPrompt:
        """Where a query is typed."""
        return QueryPrompt(self._typed, self._query_closed, self.spares_the_line, self._offered, id="prompt")

    @property
    def sessions(self) -> SessionTable:
        """The list itself."""
        return self.query_one(SessionTable)

    # --- what a query means ---------------------------------------------------------

    def beyond(self) -> lookup.Beyond:
        """What a query may rest on, as it is known now."""
        now = self.snapshot.server_time if self.snapshot else None
        states = self.snapshot.states if self.snapshot else None
        types = self.snapshot.types if self.snapshot else None
        rows = self.sessions
        return lookup.Beyond(now, rows.baselines, rows.marks, rows.known, states, types)

    def follow_basis(self) -> None:
        """Something that a query may rest on is another: one that does finds other rows.

        A state or type that may have been the server's own word is none, if the first list does not have it.
        """
        if not self.stands:
            return
        try:
            self.query_now = self.query_now.upon(self.beyond())
        except lookup.BadQuery as error:
            self.query_now = lookup.Query()
            self._reject(error)

    def _reject(self, error: lookup.BadQuery) -> None:
        prompt = self.query_one(QueryPrompt)
        if prompt.is_open:
            prompt.wrong = error
            self.show_tally()
        else:
            self.say(str(error))

    def read(self, text: str) -> lookup.Query:
        """The query that this text is now, by the server's clock; raises `BadQuery`.

        It keeps that meaning: `since:24h` is a fixed moment from here on.
        """
        zone = self.zone
        return lookup.parse(text, now=self.ctx.clock.server_now, zone=zone, beyond=self.beyond())

    def read_again(self) -> None:
        """Read the query anew: it was read before anybody knew the server's clock, which may refuse it."""
        try:
            self.query_now = self.read(self.query_now.text)
        except lookup.BadQuery as error:
            self.query_now = lookup.Query()
            self._reject(error)

    def is_keyed(self, text: str) -> bool:
        """Whether this text is a query that names what it looks at, such as `id:` or `message:`."""
        try:
            return any(term.key for term in self.read(text).terms)
        except lookup.BadQuery:
            return False

    def show_only(self, text: str) -> bool:
        """Show what matches; false, with the reason said, if the text is no query: the last one stands."""
        try:
            self.query_now = self.read(text)
        except lookup.BadQuery as error:
            self.say(str(error))
            return False
        self.say("")
        return True

    # --- showing --------------------------------------------------------------------

    def show_query(self) -> None:
        """The query with its count, and how many new runs stand above the window; empty without either."""
        text, prompt = self.query_now.text, self.query_one(QueryPrompt)
        if prompt.is_open:
            prompt.found(self._found())
            return
        left: Pieces = [("/", FAINT), (f" {text}", BOLD)] if text else []
        right: Pieces = []
        if above := self.sessions.new_above:
            right = [(f"{words.counted(above, 'new run')} above", BOLD)]
        if text and self.snapshot:
            right.append((f"  {self._found()}", PLAIN))
        self.query_one("#query", StatusLine).show(left, right)

    def _found(self) -> str:
        every = len(self.snapshot.sessions) if self.snapshot else 0
        return words.place(self.sessions.match_count, every, "run") if self.snapshot else ""

    def show_tally(self) -> None:
        """The line above the query."""

    def hint(self) -> Pieces:
        """While a query is typed: why it cannot be read, else what Tab would give."""
        prompt = self.query_one(QueryPrompt)
        if not prompt.is_open:
            return []
        if prompt.wrong:
            return [("! ", BOLD), (str(prompt.wrong), BOLD)]
        return offered_line(*prompt.offered, self.size.width)

    def hints(self) -> list[tuple[str, str]]:
        """Those of the query line while it is open."""
        return hints(Place.QUERY) if self.query_one(QueryPrompt).is_open else super().hints()

    def _offered(self) -> lookup.Offers:
        """What may be typed because the list has it; found once for each list."""
        listed = self.snapshot.sessions if self.snapshot else ()
        if listed is not self._offers[0]:
            names = lookup.names_of(type_names(listed))
            said = self.snapshot.states if self.snapshot else None
            self._offers = listed, lookup.Offers(tuple(names), lookup.readable(said or ()))
        return self._offers[1]

    # --- the prompt -----------------------------------------------------------------

    def action_query(self) -> None:
        """Filter while typing."""
        self.offer(self.query_now.text)

    def offer(self, text: str) -> None:
        """Open the prompt with this text; Esc goes back to the query that stands now."""
        self.query_one("#query", StatusLine).display = False
        self.query_one(QueryPrompt).open(text, before=self.query_now.text)
        self.show_query()
        self.show_tally()
        self.show_foot()
        self._recall()

    def _typed(self, text: str) -> None:
        """Show what matches; what is only not yet whole is no reason to complain."""
        prompt = self.query_one(QueryPrompt)
        prompt.wrong = None
        try:
            self.query_now = self.read(prompt.without_key(text))
        except lookup.BadQuery as bad:
            prompt.wrong = None if prompt.is_begun(bad) else bad
        self.show_tally()

    async def _query_closed(self, text: str, *, kept: bool) -> None:
        """Enter keeps a query that can be read; Esc restores the one before."""
        prompt = self.query_one(QueryPrompt)
        try:
            self.query_now = self.read(text)
        except lookup.BadQuery as error:
            prompt.wrong = error
            self.show_tally()
            if kept:
                return
        if kept:
            self._keep(self.query_now.text)
        prompt.close()
        self.say("")
        self.query_one("#query", StatusLine).display = True
        self.set_focus(self.sessions)
        self.show_query()
        self.show_tally()
        self.show_foot()
        await self.sessions.wait_idle()

    def _keep(self, query: str) -> None:
        prompt, profile = self.query_one(QueryPrompt), self.ctx.logon.profile_name
        prompt.recalled.keep(query)
        if query and profile:
            self._note(profile, query)

    @work(group="recent", description="keep the query")
    async def _note(self, profile: str, query: str) -> None:
        from emtui.local.recent import note

        await beside(partial(note, profile, query))

    @work(group="recall", exclusive=True, description="see which queries were kept")
    async def _recall(self) -> None:
        """Another emtui may have kept some since."""
        from emtui.local.recent import recent

        if profile := self.ctx.logon.profile_name:
            self.query_one(QueryPrompt).recalled.know(await beside(partial(recent, profile)))
