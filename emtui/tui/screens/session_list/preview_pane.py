"""The preview of the selected row, and where it is shown: beside the list, or below it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from textual import work
from textual.containers import Container
from textual.message import Message
from textual.timer import Timer

from emtui.em.background_thread import run_in_thread
from emtui.local.view_settings import load_preview_shown, save_preview_shown
from emtui.tui.context import ViewSettings
from emtui.tui.theme import DIVIDER, RULE_STYLE
from emtui.tui.widgets.lines_pane import LinesPane

if TYPE_CHECKING:  # loaded with the first list
    from emtui.tui.screens.session_list.preview_text import Preview

REST_S = 0.15
"""Seconds without a move or a change before the row is previewed; a held key previews none."""
MIN_COLUMNS, MIN_LINES = 100, 30
"""Size of a screen that has room for a preview below the list."""
MIN_COLUMNS_BESIDE = 160
"""Width of a screen that has room for a preview beside the list."""
LINES_BELOW = 9
LIST_COLUMNS = 128
"""Width of a list whose columns are all in full: the rest is for the preview, within these limits."""
MIN_WIDTH, MAX_WIDTH = 60, 72
CROSSING = "┬"


NO_ROOM = f"The preview requires {MIN_COLUMNS} columns and {MIN_LINES} lines. :details: all details."


PreviewBuilder: TypeAlias = "Callable[[], Preview | None]"
"""Builds a preview from values that were taken before; runs in a thread."""


class PreviewPlace(Enum):
    """Where the preview is."""

    HIDDEN = ""
    BESIDE = "-beside"
    BELOW = "-below"

    @classmethod
    def for_size(cls, columns: int, lines: int) -> PreviewPlace:
        """Where a screen of this size has room for it."""
        if columns >= MIN_COLUMNS_BESIDE:
            return cls.BESIDE
        return cls.BELOW if columns >= MIN_COLUMNS and lines >= MIN_LINES else cls.HIDDEN


class PreviewPane(LinesPane):
    """Draws a preview."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.place = PreviewPlace.HIDDEN
        self._preview: Preview | None = None
        self._rest_timer: Timer | None = None

    @property
    def is_shown(self) -> bool:
        """Whether there is a preview at all."""
        return self.place is not PreviewPlace.HIDDEN

    def show_after_rest(self, prepare: Callable[[], PreviewBuilder]) -> None:
        """Show a preview once this was not called for a moment; `prepare` is called then."""
        self._stop()
        self._rest_timer = self.set_timer(REST_S, partial(self.show_now, prepare))

    def show_now(self, prepare: Callable[[], PreviewBuilder]) -> None:
        """Show a preview as soon as it is built, in a thread: that takes a while for a long list."""
        self._stop()
        self._build(prepare())

    @work(exclusive=True, group="build preview", description="build the preview of a row")
    async def _build(self, build: PreviewBuilder) -> None:
        self._preview = await run_in_thread(build)
        self.lay_out()

    def hide(self) -> None:
        """Forget what is shown."""
        self._stop()
        self._preview = None
        self.lay_out()

    def _stop(self) -> None:
        """Drop a preview that is due or being built."""
        self.workers.cancel_group(self, "build preview")
        if self._rest_timer is not None:
            self._rest_timer.stop()
            self._rest_timer = None

    def lay_out(self) -> None:
        """Format the preview for the current size and place."""
        is_beside = self.place is PreviewPlace.BESIDE
        width, height = self.size.width - (1 if is_beside else 0), self.size.height
        lines = self._preview.lines(width, height, is_beside=is_beside) if self._preview and width > 0 else ()
        if is_beside:
            rows = [*lines, *([[]] * (height - len(lines)))]
            lines = tuple([(DIVIDER if y else CROSSING, RULE_STYLE), *spans] for y, spans in enumerate(rows))
        self.show_lines(lines)


class ListPanes(Container):
    """The list, and the preview beside or below it; whether it is shown is saved between runs."""

    DEFAULT_CSS = f"""
    ListPanes {{ height: 1fr; width: 1fr; layout: vertical; }}
    ListPanes #runs {{ height: 1fr; width: 1fr; layout: vertical; }}
    ListPanes PreviewPane {{ display: none; }}
    ListPanes.-beside {{ layout: horizontal; }}
    ListPanes.-beside PreviewPane {{ display: block; height: 1fr; }}
    ListPanes.-below PreviewPane {{ display: block; height: {LINES_BELOW}; width: 1fr; }}
    """

    class Rearranged(Message):
        """The preview is shown or hidden now, or in another place."""

    def __init__(self, preview: PreviewPane, settings: ViewSettings, *, is_saved: bool) -> None:
        super().__init__()
        self._preview = preview
        self._settings = settings
        self._is_saved = is_saved

    def place_preview(self) -> None:
        """Put the preview where this size of the screen has room for it."""
        place = self._possible_place if self._settings.shows_preview else PreviewPlace.HIDDEN
        columns = self.app.size.width
        if place is PreviewPlace.HIDDEN:
            self._preview.hide()
        self._preview.place = place
        for other in (PreviewPlace.BESIDE, PreviewPlace.BELOW):
            self.set_class(other is place, other.value)
        self._preview.styles.width = (
            min(max(columns - LIST_COLUMNS, MIN_WIDTH), MAX_WIDTH) if place is PreviewPlace.BESIDE else "1fr"
        )
        self.post_message(self.Rearranged())

    @property
    def _possible_place(self) -> PreviewPlace:
        return PreviewPlace.for_size(*self.app.size)

    @property
    def has_room(self) -> bool:
        """Whether the screen has room for a preview."""
        return self._possible_place is not PreviewPlace.HIDDEN

    async def load(self) -> None:
        """Show or hide the preview as it was saved."""
        if self._is_saved:
            self._show_preview(is_shown=await run_in_thread(load_preview_shown))

    def toggle(self) -> None:
        """Show or hide the preview, and save that."""
        self._show_preview(is_shown=not self._settings.shows_preview)
        if self._is_saved:
            self._save()

    def _show_preview(self, *, is_shown: bool) -> None:
        if is_shown is not self._settings.shows_preview:
            self._settings.shows_preview = is_shown
            self.place_preview()

    @work(group="preview", exclusive=True, description="save whether the preview is shown")
    async def _save(self) -> None:
        await run_in_thread(partial(save_preview_shown, is_shown=self._settings.shows_preview))
