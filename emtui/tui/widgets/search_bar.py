"""The line in which a search is typed, for the events of a session and for the lines of a comparison.

It owns the texts that lines are searched for and filtered by. Messages tell of them, but may come after the
next key: what a key needs of the texts it reads here.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from textual.message import Message

from emtui.tui.widgets.prompt import CountedPrompt


class SearchMode(Enum):
    """What a text is for, by the sign before it: to search lines, or to show only those that hold it."""

    SEARCH = "/"
    FILTER = "&"


class SearchBar(CountedPrompt):
    """Hidden until it is opened; Enter keeps what was typed, Esc brings back what stood there before."""

    class Changed(Message):
        """Lines are to be searched for another text, or filtered by it."""

    class Closed(Message):
        """The line was closed with this text, which was `kept` or restored."""

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
        """What lines are searched for; empty if nothing is."""
        return self._texts[SearchMode.SEARCH]

    @property
    def filter_text(self) -> str:
        """What lines must hold to be shown; empty if all are."""
        return self._texts[SearchMode.FILTER]

    def open_for(self, mode: SearchMode) -> None:
        """Let a text be typed, beginning with the one there is."""
        self.mode = mode
        self.open(self._texts[mode], sign=mode.value)

    def clear(self) -> bool:
        """End the search, else show all lines; false if there was neither."""
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
        """Closed at once, whatever waits for the messages: the next key is no longer meant for the field."""
        self._texts[self.mode] = text
        self.close()
        self.screen.set_focus(None)
        self.post_message(self.Closed(text, self.mode, accepted=accepted))
