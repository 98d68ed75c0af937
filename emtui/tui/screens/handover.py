"""Handing over: what is chosen stands beneath, as whoever receives it will see it.

Enter gives it away: a text goes to the clipboard, a bundle into a new file. What is not there
yet is asked for; an Enter that comes before it counts as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from emtui import __version__, words
from emtui.em.address import Server
from emtui.em.model import Log, Session
from emtui.em.threads import beside
from emtui.handover.bundle import Wire, bundle, name_of, name_of_shift
from emtui.handover.case import Case, Origin
from emtui.handover.dated import Zones
from emtui.handover.document import Block
from emtui.handover.markdown import markdown
from emtui.handover.plain import plain
from emtui.handover.shift import Shift, summary
from emtui.handover.ticket import ticket
from emtui.handover.withheld import Withheld
from emtui.local import new_file
from emtui.local.versions import versions
from emtui.local.zone import SystemZone
from emtui.tui.commands import Place, bindings
from emtui.tui.gathering import Ground, gather, received
from emtui.tui.screens.above import AboveTheList
from emtui.tui.screens.text import TextLines
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.lines import Lines
from emtui.tui.widgets.oneline import OneLine
from emtui.tui.widgets.ways import Way, Ways

if TYPE_CHECKING:
    from emtui.tui.screens.lookup import LookupScreen

TICKET = Way("1", "ticket, Markdown", "what, since when, where it waited, what differs")
PLAIN_TICKET = Way("2", "ticket, plain", "the same for a mail or a chat")
SHIFT = Way("3", "shift summary", "the last 12 hours: open, known, recovered")
BUNDLE = Way("4", "bundle", "a zip: ticket, events as read and received, comparison")
OF_A_RUN = (TICKET, PLAIN_TICKET, SHIFT, BUNDLE)
_ENDINGS = {TICKET: ".md", PLAIN_TICKET: ".txt", SHIFT: ".md", BUNDLE: ".zip"}


@dataclass(frozen=True, slots=True)
class Subject:
    """The run that is handed over, with its log if that was read already."""

    session: Session
    log: Log | None = None


class HandOverScreen(AboveTheList):
    """The choices, and what the chosen one is."""

    PLACE: ClassVar[Place] = Place.HANDOVER
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.HANDOVER)
    AUTO_FOCUS = "Ways"

    def __init__(self, listing: LookupScreen, subject: Subject | None) -> None:
        super().__init__(listing)
        self._subject = subject
        self._texts: dict[Way, str] = {}
        self._case: Case | None = None
        self._begun = False
        self._wish: tuple[Way, Callable[[], object]] | None = None

    def body(self) -> Iterable[Widget]:
        """What it is about, the choices, the chosen one."""
        yield OneLine(id="title")
        yield Ways(OF_A_RUN if self._subject else (SHIFT,))
        preview = TextLines("")
        preview.can_focus = False
        yield preview

    @property
    def ways(self) -> Ways:
        """The choices."""
        return self.query_one(Ways)

    @property
    def preview(self) -> TextLines:
        """The chosen one, as it will be read."""
        return self.query_one(TextLines)

    # --- putting it together ------------------------------------------------------

    def show_thoughts(self) -> None:
        """Begin as soon as the list has been thought about; what has begun stays as of then."""
        if not self.stands:
            return
        ground = None if self._begun else self._ground()
        if ground:
            self._begun = True
            self._summarize(self._shift(ground))
            if self._subject:
                self._gather(ground, self._subject)
        self.show_chosen()

    def _ground(self) -> Ground | None:
        listing = self.listing
        if listing.snapshot is None or listing.board is None:
            return None
        return Ground(self._origin(), listing.board, listing.snapshot.sessions)

    def _origin(self) -> Origin:
        follow, server = self.listing.follow, self.listing.client.server
        snapshot = self.listing.snapshot
        told_time = snapshot is not None and follow.health.skew is not None
        return Origin(
            str(server),
            server.authority if isinstance(server, Server) else str(server),
            self.emtui.start.mark or "",
            __version__,
            snapshot.as_of if snapshot else self.emtui.now(),
            self.emtui.skew if told_time else None,
            Zones(self.emtui.start.zone or SystemZone()),
            follow.health.blind_since,
        )

    def _shift(self, ground: Ground) -> Shift:
        attention = self.listing.attention
        periods = tuple((one.since, one.until, one.why) for one in self.listing.follow.health.periods)
        return Shift(
            ground.origin, ground.sessions, ground.board, attention.findings if attention else (), periods
        )

    def _withheld(self) -> Withheld:
        return Withheld(self.listing.client.user)

    @work(group="gather", description="summarize the shift")
    async def _summarize(self, shift: Shift) -> None:
        withheld = self._withheld()
        self._is_there(SHIFT, await beside(lambda: markdown(summary(shift), withheld.text)))

    @work(group="gather", description="gather what a ticket needs")
    async def _gather(self, ground: Ground, subject: Subject) -> None:
        command = self.emtui.command_for(subject.session)
        case = Case(ground.origin, subject.session, subject.log, command=command)
        self._case = case = await gather(self.listing.client, self.emtui.past, ground, case)
        withheld = self._withheld()
        told: tuple[Block, ...] = await beside(partial(ticket, case))
        self._is_there(TICKET, await beside(partial(markdown, told, withheld.text)))
        self._is_there(PLAIN_TICKET, await beside(partial(plain, told, withheld.text)))
        self._is_there(BUNDLE, self._bundle_told(case))

    def _bundle_told(self, case: Case) -> str:
        """What Enter writes, and where."""
        return (
            f"Enter writes {name_of(withheld_session(case, self._withheld()))}.zip\n"
            "into the folder that you stand in: yours alone (0600), never over another file.\n\n"
            "ticket.md       the ticket\n"
            "session.json, events.jsonl\n"
            "                as emtui read them\n"
            "session.xml, events.xml\n"
            "                as the server writes them: it is asked for both once more\n"
            "comparison.txt  every line against the last good run's\n"
            "versions.txt, clocks.txt\n"
            "                of emtui and what it is made of; how far the clocks disagree\n"
            "manifest.txt    sizes and SHA-256 of all that, and what was withheld:\n"
            "                password, token, logon id, your account, your profile\n"
        )

    def _is_there(self, way: Way, text: str) -> None:
        """It can be read, and given away if that was wished for meanwhile."""
        self._texts[way] = text
        if not self.stands:
            return
        self.show_chosen()
        wish = self._wish
        if wish and wish[0] is way:
            self._wish = None
            wish[1]()

    # --- showing ------------------------------------------------------------------

    def show_chosen(self) -> None:
        """What it is about, and the chosen one as far as it is there."""
        about = self._subject.session if self._subject else None
        what = f"{about.type or about.name or about.id} {about.outcome}" if about else ""
        when = (
            f"  {words.day_and_time(about.started, self.zone or self.emtui.zone)}"
            if about and about.started
            else ""
        )
        self.query_one("#title", OneLine).show([("Hand over", BOLD), (f"  {what}{when}", PLAIN)])
        asking = f"asking {self.listing.client.server} for what is missing, Esc stops"
        self.preview.show(self._texts.get(self.ways.chosen) or asking)
        self.show_foot()

    def on_lines_moved(self, event: Lines.Moved) -> None:
        """Another one is chosen, or a page of it was turned."""
        if event.lines is self.preview:
            self.show_foot()
        else:
            self.show_chosen()

    def on_ways_turned(self, event: Ways.Turned) -> None:
        """A page of the chosen one is turned."""
        getattr(self.preview, f"action_{event.action}")()

    def position(self) -> str:
        """How far one has read."""
        return self.preview.position

    def hints(self) -> list[tuple[str, str]]:
        """What can be done with the chosen one: a bundle is a file, and no more than that."""
        if self.ways.chosen is not BUNDLE:
            return super().hints()
        return [
            (key, "write it" if key == "Enter" else word)
            for key, word in super().hints()
            if key not in {"w", "v"}
        ]

    # --- giving it away -----------------------------------------------------------

    def action_hand(self) -> None:
        """Copy the chosen text; write the bundle."""
        if self.ways.chosen is BUNDLE:
            self.action_write()
        else:
            self.action_copy()

    def action_copy(self) -> None:
        """The chosen text, as soon as it is there."""
        way = self.ways.chosen
        if way is BUNDLE:
            self.say("A bundle is a file: Enter writes it.")
        else:
            self._as_soon_as(way, lambda: self.emtui.copy(self._texts[way]))

    def action_write(self) -> None:
        """The chosen one into a new file, as soon as it is there."""
        way = self.ways.chosen
        self._as_soon_as(way, lambda: self._write(way))

    def _as_soon_as(self, way: Way, what: Callable[[], object]) -> None:
        if way in self._texts:
            what()
        else:
            self._wish = (way, what)
            self.say("As soon as it is there. Esc stops.")

    @work(group="write", exclusive=True, description="write a file to hand over")
    async def _write(self, way: Way) -> None:
        self.say("Writing.")
        try:
            written, size = await self._written(way)
        except new_file.NotWritten as problem:
            self.say(str(problem))
            return
        where = f"Written: {new_file.told(written.path)}, {words.size(size)}"
        self.say(f"{where}; {written.instead}." if written.instead else f"{where}.")

    async def _written(self, way: Way) -> tuple[new_file.Written, int]:
        data = await self._bundled() if way is BUNDLE else self._texts[way].encode("utf-8", "replace")
        folders = await beside(partial(new_file.here, keep=self.emtui.remembers))
        write = partial(new_file.write, data, self._stem(way), _ENDINGS[way], folders)
        return await beside(write), len(data)

    def _stem(self, way: Way) -> str:
        if way is SHIFT or self._case is None:
            return name_of_shift(self._origin().now)
        return name_of(withheld_session(self._case, self._withheld()))

    async def _bundled(self) -> bytes:
        case = self._case
        if case is None:
            raise new_file.NotWritten("Not written: nothing is known of the run yet.")
        wire = Wire(*await received(self.listing.client, case.session))
        withheld = self._withheld()
        return await beside(lambda: bundle(case, wire, versions(), withheld))

    # --- ways -----------------------------------------------------------------------

    def _choose(self, way: Way) -> None:
        if way in self.ways.ways:
            self.ways.go(self.ways.ways.index(way))
        else:
            self.say("There is no run here: only the shift summary.")

    def action_ticket(self) -> None:
        """The ticket in Markdown."""
        self._choose(TICKET)

    def action_plain_ticket(self) -> None:
        """The ticket in plain text."""
        self._choose(PLAIN_TICKET)

    def action_shift(self) -> None:
        """The summary of the shift."""
        self._choose(SHIFT)

    def action_bundle(self) -> None:
        """The bundle."""
        self._choose(BUNDLE)

    def action_hand_over(self) -> None:
        """It is open already."""
        self.say("Enter copies it or writes the bundle, w writes a file, q goes back.")

    def plain_text(self) -> Callable[[], str] | None:
        """The chosen one."""
        text = self._texts.get(self.ways.chosen)
        return (lambda: text) if text else None

    @property
    def busy(self) -> bool:
        """Whether something is still being put together or written."""
        return any(worker.group in {"gather", "write"} and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Stop asking or writing; false if nothing was."""
        if not self.busy:
            return False
        self._wish = None
        for group in ("gather", "write"):
            self.workers.cancel_group(self, group)
        self.say("Stopped.")
        return True

    def action_undo(self) -> None:
        """Stop, else go back."""
        if not self.action_stop():
            super().action_undo()


def withheld_session(case: Case, withheld: Withheld) -> Session:
    """The run without what must not leave, not even in the name of a file."""
    return withheld.session(case.session)
