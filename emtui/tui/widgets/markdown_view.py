"""A page of Markdown to scroll and to filter, laid out by Rich for the width of the screen."""

from __future__ import annotations

import io
import re

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import CodeBlock, Heading, Markdown, TableElement
from rich.padding import Padding
from rich.style import Style
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

from emtui import text_format
from emtui.tui.theme import ACCENT_STYLE, BOLD, HEADING, PLAIN, RULE_STYLE
from emtui.tui.widgets.text_view import TextView
from emtui.tui.widgets.virtual_list import StyledSpans

_MAX_WIDTH = 110
"""Cells of the longest line: longer ones are hard to read."""
_OUTPUT_LANGUAGES = {"console", "text"}
"""Languages of code blocks that show what commands print."""
_COLUMNS = re.compile(r"\S {2,}\S|^ \S|\u2500{3}")
"""What a line of a screen or a table has: several blanks in a row, or a rule."""
_STYLES = {
    "markdown.h1": BOLD,
    "markdown.h2": BOLD,
    "markdown.h3": HEADING,
    "markdown.code": ACCENT_STYLE,
    "markdown.item.bullet": PLAIN,
    "markdown.item.number": PLAIN,
    "markdown.link": PLAIN,
    "markdown.link_url": PLAIN,
    "markdown.table.border": RULE_STYLE,
    "markdown.table.header": BOLD,
    "markdown.block_quote": PLAIN,
    "markdown.hr": RULE_STYLE,
}


class _LeftHeading(Heading):
    """A heading at the left, without a frame."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text of the heading, with a blank line before it."""
        self.text.justify = "left"
        if self.tag != "h1":
            yield Text()
        yield self.text


class _IndentedCode(CodeBlock):
    """Code as it is, indented. Lines of a screen or a table that are too long are cut, all others wrapped."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the code, line by line."""
        is_output = self.lexer_name in _OUTPUT_LANGUAGES
        for line in str(self.text).rstrip().splitlines():
            text = Text(line, style=ACCENT_STYLE)
            if is_output and not line.startswith("$ ") and _COLUMNS.search(line):
                text.no_wrap, text.overflow = True, "ellipsis"
            yield Padding(text, (0, 0, 0, 2))


class _PlainTable(TableElement):
    """A table with one rule, below its header; words that are wider than their column are wrapped."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the table of Rich without its frame."""
        for part in super().__rich_console__(console, options):
            if isinstance(part, Table):
                part.box = box.SIMPLE_HEAD
                part.pad_edge = False
                for column in part.columns:
                    column.overflow = "fold"
            yield part


class _Page(Markdown):
    elements = {  # noqa: RUF012 - as Rich declares it
        **Markdown.elements,
        "heading_open": _LeftHeading,
        "fence": _IndentedCode,
        "code_block": _IndentedCode,
        "table_open": _PlainTable,
    }


def layout_markdown(text: str, width: int) -> list[StyledSpans]:
    """The lines of a page, at most `width` cells wide; links show their text only."""
    console = Console(
        file=io.StringIO(),
        width=max(min(width, _MAX_WIDTH), 1),
        theme=Theme(_STYLES),
        color_system="standard",
    )
    rendered = console.render_lines(_Page(text, hyperlinks=True), pad=False)
    return [
        [(segment.text, _without_link(segment.style)) for segment in line if not segment.control]
        for line in rendered
    ]


def _without_link(style: Style | None) -> Style:
    return style.update_link(None) if style else PLAIN


class MarkdownView(TextView):
    """A page of Markdown."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._markdown = text

    def format_lines(self, width: int) -> list[StyledSpans]:
        """Lay out the page, and leave the lines that have the filter's text."""
        wanted = text_format.fold_text(self.filter_text)
        lines = layout_markdown(self._markdown, max(width - 2, 1))
        return [[(" ", PLAIN), *spans] for spans in lines if wanted in _folded(spans)]


def _folded(spans: StyledSpans) -> str:
    return text_format.fold_text("".join(part for part, _ in spans))
