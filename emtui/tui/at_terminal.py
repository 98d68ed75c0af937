"""The application at its terminal: keys in, frames out, and the terminal lent to others.

Which screens there are, and what they ask for, is known one floor up.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from time import monotonic
from types import FrameType
from typing import TYPE_CHECKING, TypeVar, cast

from rich.console import RenderableType
from rich.control import Control
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.driver import Driver
from textual.geometry import Offset
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import WorkerFailed

from emtui.em.threads import beside
from emtui.tui import garbage
from emtui.tui.commands import Place
from emtui.tui.frames import Frames
from emtui.tui.lumps import InOnePiece, Lumped
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.base import BaseScreen
from emtui.tui.theme import THEME
from emtui.tui.turns import Turns
from emtui.tui.widgets.lines import Lines
from emtui.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from emtui.tui.driver import EmtuiDriver

T = TypeVar("T")

NOT_STOPPED = "Not suspended: no shell started emtui, so fg could not resume it."

LAYOUT_EVERY = 60.0
"""Seconds in which it is said once that a key is of another keyboard layout."""
MOST_DROPPED = 100
"""Sequences that are logged in one run of emtui."""
MOST_OF_DROPPED, BEGINNING = 80, 2
"""Characters of each that are logged; and where they may be secret."""
ANSWERED_BY_THEN = 3.0
"""Seconds that the terminal's answers are waited for before it is lent: later ones are typed there."""


_BY_HAND = events.Key | events.Paste | events.MouseEvent | Lumped | InOnePiece


class AtTerminal(App[int], inherit_bindings=False):
    """What every app of ours does with its terminal."""

    def __init__(self, start: LaunchOptions) -> None:
        super().__init__(ansi_color=True, driver_class=_own_driver())
        self.animation_level = "none"  # what moves costs bytes and says nothing
        self._disable_tooltips = self._disable_notifications = True  # nothing of ours floats above a page
        self._start = start
        self._frames = Frames(Turns(quiet=start.quiet, relayed=start.relayed), self._send)
        self._lent = False
        self._layout_told: float | None = None
        self._dropped = 0
        self._cursor_stands = Offset(0, 0)
        self._ink = start.ink
        self._loop_here: asyncio.AbstractEventLoop | None = None
        self.register_theme(THEME)
        self.theme = THEME.name
        self.stylesheet.set_variables(self.get_css_variables())
        self._styled_for = self.theme
        self.shown = asyncio.Event()
        """Set once the first picture has gone: only then is loaded what it can do without."""

    def on_mount(self) -> None:
        """From now on other threads can tell it something."""
        self._loop_here = asyncio.get_running_loop()

    @property
    def start(self) -> LaunchOptions:
        """What it began with."""
        return self._start

    @property
    def quiet(self) -> bool:
        """Whether the line to the terminal wants care."""
        return self._frames.turns.quiet

    @property
    def page(self) -> BaseScreen:
        """The screen that is shown; all of ours are pages."""
        return cast("BaseScreen", self.screen)

    @property
    def pages(self) -> list[BaseScreen]:
        """All screens that there are, the one that is shown last."""
        return [screen for screen in self.screen_stack if isinstance(screen, BaseScreen)]

    async def on_event(self, event: events.Event) -> None:
        """Keys are carried out one after another, each where the one before has led.

        The framework hands a key to whatever has the focus when it arrives; of keys that
        come in one piece (a slow line, a paste without brackets) all would go to the first.
        """
        if isinstance(event, events.AppFocus | events.AppBlur):
            return  # keys may come all the same, and belong where somebody writes
        if isinstance(event, events.Resize):
            self._frames.clear()  # also after fg, when the terminal was somebody else's meanwhile
        if isinstance(event, _BY_HAND):
            await self._came_by_hand(event)
        else:
            await super().on_event(event)

    async def _came_by_hand(self, event: events.Event) -> None:
        if self._exit or (event.is_forwarded and isinstance(event, events.Key)):
            return  # emtui ends; or nobody wanted the key, where it was meant for
        page = self.screen_stack[-1] if self.screen_stack else None
        if event.is_forwarded:
            await super().on_event(event)
        elif not isinstance(page, BaseScreen):
            await self._without_a_page(event)
        elif isinstance(event, Lumped | InOnePiece):
            await self._sort_out(event, page)
        elif isinstance(event, events.MouseEvent):
            if isinstance(event, events.MouseDown | events.MouseScrollDown | events.MouseScrollUp):
                self.touched()
                page.heard_key()
            await super().on_event(event)
        elif isinstance(event, events.Key | events.Paste) and not page.too_early(event):
            await self._typed(event, page)

    async def _typed(self, event: events.Key | events.Paste, page: BaseScreen) -> None:
        page.heard_key()
        self.touched()
        page.hold_focus()
        if isinstance(event, events.Key):
            if await self._press(event):
                return
            if not isinstance(self.focused, Input):
                page.missed(event.key, event.character)
        await super().on_event(event)

    def touched(self) -> None:
        """Somebody is there."""

    def layout_is_news(self) -> bool:
        """Whether it has not just been said that a key is of another layout; it now has."""
        before, now = self._layout_told, monotonic()
        if before is not None and now - before < LAYOUT_EVERY:
            return False
        self._layout_told = now
        return True

    async def _sort_out(self, came: Lumped | InOnePiece, page: BaseScreen) -> None:
        """Into a field a lump was typed, if it is one line; else it is a paste, and never run as keys."""
        page.hold_focus()
        writes = isinstance(self.focused, Input)
        if isinstance(came, Lumped) and not (writes and came.lines == 1):
            await self.on_event(events.Paste(came.text))
            return
        for key in came.alt if isinstance(came, InOnePiece) and writes else came.keys:
            await self.on_event(key)

    async def _without_a_page(self, event: events.Event) -> None:
        """Between two pages nothing can be meant but to leave."""
        if isinstance(event, events.Key) and event.key == "ctrl+c":
            await self.run_action("leave")

    async def _press(self, event: events.Key) -> bool:
        """Write into the field that has the focus, else do what the key is bound to."""
        field = self.focused
        typed = event.character
        if isinstance(field, Input) and typed and field.check_consume_key(event.key, typed):
            start, end = sorted(field.selection)
            field.replace(typed, start, end)
            return True
        return await self._check_bindings(event.key, priority=True) or await self._check_bindings(event.key)

    async def lend(self, work: Callable[[], T]) -> T:
        """The terminal is somebody else's until `work` has ended, in a thread; ctrl+c is theirs, too."""
        if self._driver is None or not self._driver.can_suspend:
            return await beside(work)
        before = signal.signal(signal.SIGINT, _not_ours)  # not SIG_IGN: what is started would inherit that
        self._lent = True
        try:
            await self._until_quiet()
            with self.suspend():
                done = await asyncio.gather(beside(work), return_exceptions=True)
        finally:
            self._lent = False
            signal.signal(signal.SIGINT, before)
            self.action_redraw()
        if isinstance(done[0], BaseException):
            raise done[0]
        return done[0]

    async def _until_quiet(self) -> None:
        """Until the terminal has answered all that it was ever asked, also by the framework."""
        driver = cast("EmtuiDriver", self._driver)
        driver.ask()
        await beside(partial(driver.settle, ANSWERED_BY_THEN))

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Keep what was painted, and send it in its turn: only what the terminal does not show already."""
        if not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
        elif self.is_headless:
            self._first_is_shown()
        elif not (self._batch_count and self.shown.is_set()):
            self._frames.draw(renderable, self.size.width, self._ink)
            self._send()
            self._first_is_shown()

    def _first_is_shown(self) -> None:
        """The first picture has gone; the framework itself would hold it back until all is set up."""
        if not self.shown.is_set():
            self.shown.set()
            garbage.from_now_on()

    def _send(self) -> None:
        """Send the next frame if it may go; nothing while the terminal is full, or somebody else's."""
        driver = self._driver
        if self._lent or not self._running or driver is None or not getattr(driver, "ready", False):
            return
        asks, news = self._frames.turns.asks, self._frames.take()
        place = self.size.clamp_offset(self._cursor_place())
        if not news and place == self._cursor_stands:
            return
        self._cursor_stands, there = place, Control.move_to(*place).segment.text
        if not news:
            driver.write(there)
        else:
            self._begin_update()
            driver.write(news + there)
            self._end_update()
            if asks:
                cast("EmtuiDriver", driver).ask()

    def on_descendant_focus(self) -> None:
        """Something else has the focus: the terminal's cursor belongs there, also if nothing is painted."""
        self._send()

    def _cursor_place(self) -> Offset:
        """Where the terminal's own cursor belongs, which screen readers and braille lines follow.

        In a field where it is typed; else at the selected row of the list that has the focus.
        """
        focused = self.focused
        if isinstance(focused, TextInput):
            return focused.caret
        lines = focused if isinstance(focused, Lines) else next(iter(self.screen.query(Lines)), None)
        if lines is not None and lines.display:
            return lines.content_region.offset + Offset(0, lines.line_of_cursor)
        return focused.content_region.offset if focused else Offset(0, 0)

    def not_stopped(self) -> None:
        """It was to stop, but nobody could bring it back; from any thread."""
        self._tell_loop(self.say_not_stopped)

    def say_not_stopped(self) -> None:
        """Say why it did not stop."""
        if self.screen_stack:
            self.page.say(NOT_STOPPED)

    def caught_up(self) -> None:
        """The terminal takes something again."""
        self._tell_loop(self._send)

    def answered(self) -> None:
        """The terminal has shown what it was sent; from any thread."""
        self._tell_loop(self._frames.answered)

    def lit(self, light: bool) -> None:
        """The terminal has said whether its background is light; from any thread."""
        self._tell_loop(partial(self._draw_on, light))

    def _draw_on(self, light: bool) -> None:
        if light is not self._ink.light:
            self._ink = replace(self._ink, light=light)
            self._frames.clear()
            self.refresh(repaint=True, layout=True)

    def refresh_css(self, animate: bool = True) -> None:
        """Read the style sheets again, unless it is for the theme that they were read for.

        The framework hears of its own first theme while it starts, and would read all of them twice.
        """
        if self.theme != self._styled_for:
            self._styled_for = self.theme
            super().refresh_css(animate)

    def _fatal_error(self) -> None:
        """No traceback on the terminal: it would show what stood in variables."""
        self._close_messages_no_wait()

    @property
    def fault(self) -> BaseException | None:
        """What of our own went wrong."""
        error: BaseException | None = self._exception
        return error.error if isinstance(error, WorkerFailed) else error

    def panic(self, *_: object) -> None:
        """The same, for errors that would render themselves, and for the thread that reads keys."""
        if self._exception is None:
            self._exception = KeysLost()
        self._close_messages_no_wait()

    def dropped(self, sequence: str) -> None:
        """What the terminal has sent and nobody can read is in the log; called by the thread that reads.

        Where somebody logs on only how it begins: there may be a password in it.
        """
        self._dropped += 1
        if self._dropped > MOST_DROPPED:
            return
        secret = any(page.PLACE in (Place.LOGIN, Place.TRUST) for page in self.pages[-1:])
        from emtui.local import faults

        told = ascii(sequence[: BEGINNING if secret else MOST_OF_DROPPED])[1:-1]
        faults.note(f"not a key, {len(sequence)} characters: {told}")

    def action_redraw(self) -> None:
        """Draw the screen anew, in the size that the terminal has."""
        measured = getattr(self._driver, "measured", None)
        if measured and (size := measured()) != self.size:
            self.post_message(events.Resize(size, size))
        self._frames.forget()
        self.refresh(repaint=True, layout=True)

    def _tell_loop(self, what: Callable[[], object]) -> None:
        with suppress(RuntimeError):  # the loop has ended before us
            if self._loop_here:
                self._loop_here.call_soon_threadsafe(what)


class KeysLost(Exception):
    """The thread that reads keys has ended with an error; the framework keeps only a picture of it."""


def _own_driver() -> type[Driver] | None:
    """Ours, where there are terminals as it knows them."""
    if os.name != "posix":
        return None
    from emtui.tui.driver import EmtuiDriver

    return EmtuiDriver


def _not_ours(_signal: int, _frame: FrameType | None) -> None:
    """ctrl+c is meant for the program that has the terminal."""
