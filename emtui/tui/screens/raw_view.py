"""Details of a run: the parsed fields, and the XML that they were parsed from.

The XML is requested on demand; control characters are replaced, all else is as received.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.binding import BindingType
from textual.widget import Widget

from emtui import text_format
from emtui.display_text.session_wording import TimeContext, facts_text
from emtui.em.errors import EmError
from emtui.keys.tui_commands import CommandScope
from emtui.monitor.session_feed import SessionFeed, SessionState
from emtui.tui.context import AppContext
from emtui.tui.formatting.open_command import Location
from emtui.tui.screens.base import BaseScreen
from emtui.tui.terminal.bindings import bindings_for
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.title_rule import TitleRule, shorten_title

MAX_CHARACTERS = 100_000
"""Maximum characters shown of one response; more would delay key presses."""
_BETWEEN_TAGS = re.compile(r">[ \t]*<")


class RawScreen(BaseScreen):
    """All fields of a run; `i` toggles the XML. `starts_with_xml` shows the XML first."""

    SCOPE: ClassVar[CommandScope] = CommandScope.RAW_VIEW
    BINDINGS: ClassVar[list[BindingType]] = bindings_for(CommandScope.RAW_VIEW)

    def __init__(self, ctx: AppContext, feed: SessionFeed, *, starts_with_xml: bool = False) -> None:
        super().__init__(ctx)
        self.text = ""
        """The displayed text: the fields or the XML."""
        self._feed = feed
        self._starts_with_xml = starts_with_xml
        self._is_reference = False
        """Whether the displayed fields are those of a reference, before the session was received."""
        self._xml = ""
        self._as_of: datetime | None = None

    def compose_body(self) -> Iterable[Widget]:
        """The title and the text."""
        yield TitleRule(id="title")
        yield TextView("")

    def on_mount(self) -> None:
        """Show the fields and their updates; request the XML if the screen starts with it."""
        self._show_facts()
        watcher = self._feed.watch(self._handle_state)
        self.run_worker(watcher, group="session feed", description="show updates of a session")
        if self._starts_with_xml:
            self._request_if_idle()

    @property
    def _run_name(self) -> str:
        return self._feed.state.session.name or self._feed.state.session.id

    @property
    def _heading(self) -> str:
        return f"{self._run_name}, XML" if self._is_xml_shown else self._run_name

    @property
    def _is_xml_shown(self) -> bool:
        return bool(self._xml) and self.text == self._xml

    def _show(self, text: str) -> None:
        self.text = text
        self.query_one(TextView).show_text(text)
        self.show_body()
        self.show_header()
        self.show_footer()

    def _show_facts(self) -> None:
        session = self._feed.state.session
        self._is_reference = not session.is_complete
        self._show(facts_text(session, TimeContext(self._feed.server_now, self.zone)))

    def _handle_state(self, state: SessionState) -> None:
        if self._is_reference and state.session.is_complete and self.is_ready and not self._is_xml_shown:
            self._show_facts()

    def watch_zone(self) -> None:
        """Show the times in another zone."""
        super().watch_zone()
        if self.is_ready and not self._is_xml_shown:
            self._show_facts()

    def as_of(self) -> datetime | None:
        """When the XML was received; `None` for the fields."""
        return self._as_of if self._is_xml_shown else None

    def show_body(self) -> None:
        """Show the title, and the position in the text."""
        note = self.query_one(TextView).position
        title = shorten_title([(self._heading, BOLD)], note, self.size.width)
        self.query_one(TitleRule).show(title, [(note, PLAIN)] if note else [])

    def hints(self) -> list[tuple[str, str]]:
        """Footer: `i` names the other view; paging only if there is more than one page."""
        back, (key, xml), *others, more, keys = super().hints()
        raw = (key, "details" if self._is_xml_shown else xml)
        return [back, raw, *others, *([more] if self.query_one(TextView).position else []), keys]

    def on_virtual_list_cursor_moved(self) -> None:
        """Update the position, and the hint about further pages."""
        self.show_body()
        self.show_footer()

    def location(self, underlying: Location | None, /) -> Location | None:
        """The run of the screen below, with its fields or XML open."""
        return replace(underlying, view_name="xml" if self._is_xml_shown else "facts") if underlying else None

    def action_copy(self) -> None:
        """Copy the fields or the XML."""
        self.ctx.exporter.copy(self.text)

    def plain_text(self) -> Callable[[], str]:
        """The title, then the fields or the XML."""
        text = f"{self._heading}\n\n{self.text}\n"
        return lambda: text

    def action_xml(self) -> None:
        """Toggle between XML and fields; the XML is requested the first time."""
        if self._is_xml_shown:
            self._show_facts()
        elif self._xml:
            self._show(self._xml)
        else:
            self._request_if_idle()

    def action_refresh(self) -> None:
        """Request the XML again if it is shown."""
        if self._is_xml_shown:
            self._request_if_idle()
        else:
            self.say(f"Press {self.ctx.keymap.label('xml', self.SCOPE)} to request the XML of this run.")

    def _request_if_idle(self) -> None:
        self.say(f"Loading XML from {self._feed.source.server} … (Esc: cancel)")
        if not self.is_busy:
            self._request()

    @work(exclusive=True, group="xml", description="request the XML of a run")
    async def _request(self) -> None:
        uid = self._feed.state.session.uid
        try:
            session = await self._feed.source.session_xml(uid)
            events = await self._feed.source.events_xml(uid)
        except EmError as problem:
            self.say("")
            self.problem = str(problem)
            return
        if self.is_ready:
            self.say("")
            self.problem, self._as_of = "", self.ctx.clock.now()
            self._xml = "\n\n".join(
                self._format_response(*part) for part in (("show", session), ("events", events))
            )
            self._show(self._xml)

    def _format_response(self, command: str, xml: str) -> str:
        """Format one response; a very long one is cut and followed by the command that prints it all."""
        text = break_between_tags(xml[:MAX_CHARACTERS])
        if len(xml) > MAX_CHARACTERS:
            count = (
                f"{text_format.format_count(MAX_CHARACTERS)} of"
                f" {text_format.format_count(len(xml))} characters"
            )
            text += f"\n\n{count} shown. Print all: emtui {command} {self._feed.state.session.id} -o xml"
        return text

    @property
    def is_busy(self) -> bool:
        """Whether the XML is being requested."""
        return any(worker.group == "xml" and not worker.is_finished for worker in self.workers)

    def action_stop(self) -> bool:
        """Cancel the request; false if there is none."""
        if not self.is_busy:
            return False
        self.workers.cancel_group(self, "xml")
        self.say(f"Canceled. {self.key_hint('xml', 'try again')}.")
        return True


def break_between_tags(xml: str) -> str:
    """Break a single-line document between adjacent tags; others stay unchanged."""
    return xml if "\n" in xml.strip() else _BETWEEN_TAGS.sub(">\n<", xml)
