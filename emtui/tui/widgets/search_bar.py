"""The search line, for the events of a session and the lines of a comparison.

It owns the search text and the filter text. Messages report changes, but may arrive after the next key:
handlers of keys read the texts here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import ClassVar

from textual.message import Message

from emtui.tui.widgets.prompt import CountedPrompt
from emtui.tui.widgets.status_line import StatusLine
from emtui.tui.widgets.title_rule import TitleRule


class SearchMode(Enum):
    """What a text is used for, by its sign: to search lines, or to show only those that contain it."""

    SEARCH = "/"
    FILTER = "&"


class SearchBar(CountedPrompt):
    """The search line, hidden until opened; Enter accepts, Esc restores the previous text."""

    CLOSED_LINE_CLASS: ClassVar[type[StatusLine]] = TitleRule

    class Changed(Message):
        """The search text or the filter text has changed."""

    class Closed(Message):
        """The line was closed with this text: typed if `accepted`, else restored."""

        def __init__(self, text: str, mode: SearchMode, *, accepted: bool) -> None:
            super().__init__()
            self.text = text
            self.mode = mode
            self.accepted = accepted

    def __init__(
        self, is_low_bandwidth: Callable[[], bool], *, closed_line_id: str, id: str | None = None
    ) -> None:
        super().__init__(
            self._set_text, self._finish_search, is_low_bandwidth, closed_line_id=closed_line_id, id=id
        )
        self.mode = SearchMode.SEARCH
        self._texts = dict.fromkeys(SearchMode, "")

    @property
    def search_text(self) -> str:
        """The text to search for; empty if there is no search."""
        return self._texts[SearchMode.SEARCH]

    @property
    def filter_text(self) -> str:
        """The text that shown lines must contain; empty if all are shown."""
        return self._texts[SearchMode.FILTER]

    def open_for(self, mode: SearchMode) -> None:
        """Open the line for this mode with its current text."""
        self.mode = mode
        self.open(self._texts[mode], sign=mode.value)

    def clear(self) -> bool:
        """Clear the search, or else the filter; return False if there was neither."""
        mode = next((mode for mode in SearchMode if self._texts[mode]), None)
        if mode is None:
            return False
        self._texts[mode] = ""
        self.post_message(self.Changed())
        return True

    def _set_text(self, text: str) -> None:
        self._texts[self.mode] = text
        self.post_message(self.Changed())

    async def _finish_search(self, text: str, *, accepted: bool) -> None:
        """Close at once, before the message is handled: the next key is not meant for the field."""
        self._texts[self.mode] = text
        self.close()
        self.screen.set_focus(None)
        self.post_message(self.Closed(text, self.mode, accepted=accepted))
