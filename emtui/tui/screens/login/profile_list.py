"""The list of profiles on the login screen: name and host."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from emtui import text_format
from emtui.local.profiles import Profile
from emtui.tui.screens.login.labeled_input import MARK_CELLS
from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_MARK, FAINT, HEADING, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans, VirtualList, render_strip

NAME_CELLS = 12


class ProfileList(VirtualList):
    """One line per profile; Enter fills the form from it."""

    HEADING_LINES: ClassVar[int] = 1
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", "choose", show=False)]

    class Chosen(Message):
        """The user chose this profile."""

        def __init__(self, profile: Profile) -> None:
            super().__init__()
            self.profile = profile

    def __init__(self, profiles: tuple[Profile, ...], selected: Profile | None = None, *, id: str) -> None:
        """Start with the cursor on `selected`, if given."""
        super().__init__(id=id)
        self._profiles = profiles
        self.count = len(profiles)
        names = [profile.name for profile in profiles]
        self.cursor = names.index(selected.name) if selected and selected.name in names else 0

    @property
    def cursor_style(self) -> Style | None:
        """The style of the cursor's row; None without the focus."""
        return super().cursor_style if self.has_focus else None

    def cursor_cells(self, width: int) -> int:
        """The mark and the name."""
        return min(MARK_CELLS + NAME_CELLS, width)

    def watch_has_focus(self, _: bool) -> None:
        """Redraw the cursor's row."""
        self.refresh()

    def render_heading(self, width: int) -> Strip:
        """Draw the heading."""
        return render_strip([("  Profiles", HEADING)], width)

    def render_row(self, row: int, width: int) -> StyledSpans:
        """Name and host; the selected name is bold, and marked while the list has the focus."""
        profile = self._profiles[row]
        is_selected = row == self.cursor
        cursor_mark = f"{CURSOR_MARK} " if is_selected and self.has_focus else "  "
        host = text_format.truncate(str(profile.server or ""), max(width - NAME_CELLS - 3, 0))
        return [
            (cursor_mark, ACCENT_STYLE),
            (text_format.fit_width(profile.name, NAME_CELLS) + " ", BOLD if is_selected else PLAIN),
            (host, FAINT),
        ]

    def action_choose(self) -> None:
        """Choose the profile under the cursor."""
        if self.count:
            self.post_message(self.Chosen(self._profiles[self.cursor]))
