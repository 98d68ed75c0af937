"""Handing over: what is chosen stands beneath, as whoever receives it will see it.

Enter gives it away: a text goes to the clipboard, a bundle into a new file. What is not there
yet is asked for; an Enter that comes before it counts as soon as it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from emtui import words
from emtui.em.threads import beside
from emtui.local import new_file
from emtui.tui.commands import Place, bindings
from emtui.tui.screens.preparing import BUNDLE, PLAIN_TICKET, SHIFT, TICKET, WAYS, Preparing
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.choice_list import Choice, ChoiceList
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.virtual_list import VirtualList

_ENDINGS = {TICKET: ".md", PLAIN_TICKET: ".txt", SHIFT: ".md", BUNDLE: ".zip"}


class HandOverScreen(Preparing):
    """The choices, and what the chosen one is."""

    PLACE: ClassVar[Place] = Place.HANDOVER
    BINDINGS: ClassVar[list[BindingType]] = bindings(Place.HANDOVER)
    AUTO_FOCUS = "ChoiceList"

    def body(self) -> Iterable[Widget]:
        """What it is about, the choices, the chosen one."""
        yield StatusLine(id="title")
        yield ChoiceList(WAYS if self.subject else (SHIFT,))
        preview = TextView("")
        preview.can_focus = False
        yield preview

    @property
    def ways(self) -> ChoiceList:
        """The choices."""
        return self.query_one(ChoiceList)

    @property
    def preview(self) -> TextView:
        """The chosen one, as it will be read."""
        return self.query_one(TextView)

    # --- showing ------------------------------------------------------------------

    def show_chosen(self) -> None:
        """What it is about, and the chosen one as far as it is there."""
        self.query_one("#title", StatusLine).show([("Hand over", BOLD), (f"  {self._about()}", PLAIN)])
        self.preview.read(self.texts.get(self.ways.chosen) or self._emptiness())
        self.show_foot()

    def _about(self) -> str:
        if self.subject is None:
            return ""
        run = self.subject.session
        when = f"  {words.day_and_time(run.started, self.zone)}" if run.started else ""
        return f"{run.type or run.name or run.id} {run.outcome if run.complete else ''}{when}"

    def _emptiness(self) -> str:
        if self.stopped:
            return "It was stopped before this was there: q goes back, and H begins anew."
        return f"asking {self.source.server} for what is missing, Esc stops"

    def on_virtual_list_cursor_moved(self, event: VirtualList.CursorMoved) -> None:
        """Another one is chosen, or a page of it was turned."""
        if event.sender is self.preview:
            self.show_foot()
        else:
            self.show_chosen()

    def on_ways_turned(self, event: ChoiceList.Turned) -> None:
        """A page of the chosen one is turned."""
        getattr(self.preview, f"action_{event.action}")()

    def position(self) -> str:
        """How far one has read; what was just said is told whole in its place."""
        return "" if self._said else self.preview.position

    def hints(self) -> list[tuple[str, str]]:
        """What can be done with the chosen one: a bundle is a file, and no more than that."""
        left_out = {"w", "v"} if self.ways.chosen is BUNDLE else set()
        enter = "write it" if self.ways.chosen is BUNDLE else "copy"
        known = [(key, enter if key == "Enter" else word) for key, word in super().hints()]
        return [(key, word) for key, word in known if key not in left_out]

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
            self.as_soon_as(way, lambda: self.ctx.exporter.copy(self.texts[way]))

    def action_write(self) -> None:
        """The chosen one into a new file, as soon as it is there."""
        way = self.ways.chosen
        self.as_soon_as(way, lambda: self._write(way))

    @work(group="write", exclusive=True, description="write a file to hand over")
    async def _write(self, way: Choice) -> None:
        self.say("Writing.")
        try:
            data = await self.bundled() if way is BUNDLE else self.texts[way].encode("utf-8", "replace")
            folders = await beside(partial(new_file.here, keep=self.ctx.options.remember))
            write = partial(new_file.write, data, self.stem_of(way), _ENDINGS[way], folders)
            written = await beside(write)
        except new_file.NotWritten as problem:
            self.say(str(problem))
            return
        self.trouble = f"It is not where you stand: {written.instead}." if written.instead else ""
        self.say(f"Written: {new_file.told(written.path)}, {words.size(len(data))}.")

    # --- ways -----------------------------------------------------------------------

    def _choose(self, way: Choice) -> None:
        if way in self.ways.ways:
            self.ways.move_to(self.ways.ways.index(way))
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
        text = self.texts.get(self.ways.chosen)
        return (lambda: text) if text else None

    def action_undo(self) -> None:
        """Stop, else go back."""
        if not self.action_stop():
            super().action_undo()
