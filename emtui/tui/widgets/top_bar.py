r"""The first line of every screen: server, tabs, and the age of the data.

` prod  em01.example.net  EXAMPLE\ops  [Runs] B Types  4 Alerts 6     as of 03:14:30 +01:00  every 60 s`

What gives way when it is narrow: the user, the domain of the host, the words of the tabs, the poll
interval, the host. Never the mode, a warning about the data, the time and its zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rich.style import Style
from textual.events import Click
from textual.message import Message
from textual.strip import Strip

from emtui.tui.theme import ACCENT_STYLE, BOLD, CURSOR_STYLE, PLAIN
from emtui.tui.widgets.status_line import StatusLine, cut_spans, spans_width
from emtui.tui.widgets.virtual_list import StyledSpans, render_strip

CURRENT_TAB_STYLE = ACCENT_STYLE + BOLD
AS_OF = "as of "
COUNT_CELLS = 2
"""Cells reserved for a count that is not known yet, with the blank before it."""


class BarTab(NamedTuple):
    """A tab: its labels from long to short, the key that opens it here, and a count."""

    name: str
    labels: tuple[str, ...]
    key: str = ""
    key_cells: int = 0
    """Cells for the key, also where it does not work: the tabs stay where they are."""
    has_count: bool = False
    found: int | None = None
    """The count, once it is known."""


class DataAge(NamedTuple):
    """How old the displayed data is; `warnings` are such as STALE, each followed by two blanks."""

    warnings: StyledSpans
    time: str = ""
    """The time and its zone, or only the zone; empty if a warning has it."""
    is_data_time: bool = False
    """Whether the data is of that time."""
    interval: str = ""
    """Such as `every 60 s`."""


class BarContent(NamedTuple):
    """Everything that the bar can show."""

    mode_label: str
    profile: str
    host: str
    user: str
    age: DataAge
    tabs: tuple[BarTab, ...] = ()
    current_tab: str = ""


class TabRange(NamedTuple):
    """The cells of a tab, to find the one that was clicked."""

    name: str
    start: int
    end: int


class BarLine(NamedTuple):
    """The bar at some width."""

    spans: StyledSpans
    tab_ranges: tuple[TabRange, ...]


class TopBar(StatusLine):
    """Draws the bar to its width, and repaints only when its content changes."""

    class TabClicked(Message):
        """A tab was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    _content: BarContent | None = None

    def show_content(self, content: BarContent) -> None:
        """Show this content."""
        if content != self._content:
            self._content = content
            self.refresh()

    def show(self, left: StyledSpans, right: StyledSpans | None = None) -> None:
        """Show these parts in place of the bar."""
        if self._content is not None:
            self._content = None
            self.refresh()
        super().show(left, right)

    def render_line(self, y: int) -> Strip:
        """Draw the bar."""
        if self._content is None:
            return super().render_line(y)
        width = self.size.width
        return render_strip(bar_line(self._content, width).spans, width)

    def on_click(self, event: Click) -> None:
        """Report which tab was clicked."""
        if self._content is None:
            return
        for name, start, end in bar_line(self._content, self.size.width).tab_ranges:
            if start <= event.x < end:
                self.post_message(self.TabClicked(name))


_LEVELS = ((0, 0), (1, 0), (2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (3, 3), (4, 3))
"""What is left out of identity and tabs, from wide to narrow.

Identity: 1 the user, 2 the domain, 3 the host beside a mode or profile, 4 all but the mode.
Tabs: 1 and 2 have shorter words, 3 only keys.
"""
_WIDE_LEVELS = _LEVELS[:4]
"""The levels tried before the age is shortened."""
_RESERVED_CELLS = (33, 21, 15)
"""Cells kept for the age: with interval, with `as of`, or only the time.

They do not depend on the age itself, so that the tabs are on the same cells of all views.
"""


def bar_line(content: BarContent, width: int) -> BarLine:
    """Lay out the bar in `width` cells; the last level is cut."""
    least = spans_width(_age_spans(content.age, 2))
    tries = [(reserved, level) for reserved in _RESERVED_CELLS for level in _WIDE_LEVELS]
    tries += [(_RESERVED_CELLS[-1], level) for level in _LEVELS]
    for reserved, (identity_level, tab_level) in tries:
        identity, tabs = identity_spans(content, identity_level), _tab_strip(content, tab_level)
        room = width - spans_width(identity) - spans_width(tabs.spans) - 1
        if room > max(least, reserved):
            break
    ages = [_age_spans(content.age, level) for level in range(3)]
    start_gap = 2 if room >= max(least, reserved) + 2 else 1
    age = next((age for age in ages if spans_width(age) <= room - start_gap), ages[-1])
    age_cells = spans_width(age)
    left = [*identity, (" " * start_gap, PLAIN)]
    start = spans_width(left)
    left = cut_spans([*left, *tabs.spans], max(width - age_cells - 1, 0))
    blanks = " " * max(width - age_cells - spans_width(left), 0)
    ranges = tuple(TabRange(name, start + first, start + last) for name, first, last in tabs.tab_ranges)
    return BarLine([*left, (blanks, PLAIN), *age], ranges)


def identity_spans(content: BarContent, level: int) -> StyledSpans:
    """Mode, profile, host and user; see `_LEVELS`."""
    spans: StyledSpans = [(f" {content.mode_label} ", CURSOR_STYLE)] if content.mode_label else []
    host = content.host if level < 2 else short_host(content.host)
    if level == 3 and (content.profile or content.mode_label):
        host = ""
    parts: StyledSpans = [
        (content.profile, BOLD),
        (host, PLAIN),
        (content.user if level == 0 else "", PLAIN),
    ]
    for text, style in parts if level < 4 else ():
        if text:
            spans += [("  " if spans else " ", PLAIN), (text, style)]
    return spans if spans or level == 4 else [(" ", PLAIN)]


def short_host(host: str) -> str:
    """The first label of a host name, without the port; addresses and other texts stay."""
    name = host.partition(":")[0]
    is_name = "." in name and any(character.isalpha() for character in name) and " " not in host
    return name.partition(".")[0] if is_name else host


def _tab_strip(content: BarContent, level: int) -> BarLine:
    """The tabs with one cell before and after each for the brackets of the current one.

    The cells of a key that does not work are before the bracket.
    """
    spans: StyledSpans = []
    ranges: list[TabRange] = []
    start = 0
    for tab in content.tabs:
        is_current = tab.name == content.current_tab
        brackets = ("[", "]") if is_current else (" ", " ")
        style = CURRENT_TAB_STYLE if is_current else PLAIN
        label = list(_label_spans(tab, level, is_current=is_current))
        key_span_count = 0 if tab.key or not tab.key_cells else 2
        tab_spans = [
            *label[:key_span_count],
            (brackets[0], style),
            *label[key_span_count:],
            (brackets[1], style),
        ]
        cells = spans_width(tab_spans)
        ranges.append(TabRange(tab.name, start, start + cells))
        spans += tab_spans
        start += cells
    return BarLine(spans, tuple(ranges))


def _label_spans(tab: BarTab, level: int, *, is_current: bool) -> Iterator[tuple[str, Style]]:
    style = CURRENT_TAB_STYLE if is_current else PLAIN
    label = tab.labels[min(level, len(tab.labels) - 1)] if level < 3 or not tab.key_cells else ""
    if tab.key_cells:
        key_style = style if is_current or not tab.key else ACCENT_STYLE
        yield tab.key or " " * tab.key_cells, key_style
        yield " " if label else "", style
    yield label, style
    if tab.has_count:
        yield " " * COUNT_CELLS if tab.found is None else f" {tab.found}", BOLD


def _age_spans(age: DataAge, level: int) -> StyledSpans:
    prefix = AS_OF if age.is_data_time and level < 2 else ""
    interval = f"  {age.interval}" if age.interval and level < 1 else ""
    return [*age.warnings, (f"{prefix}{age.time}{interval}", PLAIN)]
