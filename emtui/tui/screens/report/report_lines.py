"""A report as it is read on the screen: styled lines without the signs of Markdown. Pure.

Made of the same blocks as the Markdown, so that both always say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.style import Style

from emtui import text_format
from emtui.handover.blocks import (
    Block,
    FactBlock,
    ForeignText,
    InlineText,
    LinesBlock,
    ListItemBlock,
    QuoteBlock,
    Redact,
    SectionBlock,
    TitleBlock,
    group_blocks,
)
from emtui.tui.theme import BOLD, ERROR_STYLE, PLAIN, RUNNING_STYLE, WARNING_STYLE
from emtui.tui.widgets.styled_lines import StyledLine, StyledText

LIST_SIGN = "• "
_QUOTE_INDENT = "  "
_LABEL_GAP = 2
_MAX_LEAD_CELLS, _LEAD_INDENT = 16, 12
"""A preformatted line with more signs and times before its text is indented less when wrapped."""
_MAX_HEADING_CELLS = 40
"""A longer sentence of a section is shown below its heading."""
_SIGN_STYLES = {
    ">": WARNING_STYLE,
    "!": ERROR_STYLE,
    "+": WARNING_STYLE,
    "*": WARNING_STYLE,
    "-": RUNNING_STYLE,
}
"""Styles of preformatted lines by their first sign, as in the list of events and in the comparison."""


def format_report(blocks: Iterable[Block], redact: Redact) -> StyledText:
    """All lines; an empty one is between groups, but not below a heading."""
    lines: list[StyledLine] = []
    is_below_heading = False
    for group in group_blocks(blocks):
        if lines and not (is_below_heading and isinstance(group[0], ListItemBlock | LinesBlock)):
            lines.append(StyledLine())
        is_below_heading = isinstance(group[0], SectionBlock)
        label_cells = max((_label_cells(block) for block in group), default=0)
        for block in group:
            lines += _format_block(block, label_cells, redact)
    return tuple(lines)


def _label_cells(block: Block) -> int:
    return text_format.cell_width(block.label) + _LABEL_GAP if isinstance(block, FactBlock) else 0


def _format_block(block: Block, label_cells: int, redact: Redact) -> Iterator[StyledLine]:
    match block:
        case TitleBlock(content):
            yield StyledLine(((_text(content, redact), BOLD),))
        case QuoteBlock(foreign_text):
            yield StyledLine(((f"{_QUOTE_INDENT}{foreign_text.render(redact)}", PLAIN),), len(_QUOTE_INDENT))
        case FactBlock(label, content):
            spans = ((f"{label:<{label_cells}}", BOLD), (_text(content, redact), PLAIN))
            yield StyledLine(spans, label_cells)
        case SectionBlock(title, content):
            yield from _format_section(title, _text(content, redact))
        case ListItemBlock(content):
            yield StyledLine(((LIST_SIGN + _text(content, redact), PLAIN),), len(LIST_SIGN))
        case LinesBlock(rows):
            yield from (_format_row(row, redact) for row in rows)


def _format_section(title: str, text: str) -> Iterator[StyledLine]:
    """The heading with a rule; a long sentence is below it."""
    if text_format.cell_width(text) > _MAX_HEADING_CELLS:
        yield StyledLine(((title, BOLD),), has_rule=True)
        yield StyledLine(((text, PLAIN),))
    else:
        yield StyledLine(((title, BOLD), (f"  {text}" if text else "", PLAIN)), has_rule=True)


def _format_row(row: InlineText, redact: Redact) -> StyledLine:
    """A preformatted line: its own signs and times are the indent of the server's text."""
    text = "".join(_render(part, redact) for part in row).rstrip()
    lead = row[0] if row and isinstance(row[0], str) else ""
    lead_cells = text_format.cell_width(lead)
    indent = lead_cells if lead_cells <= _MAX_LEAD_CELLS else _LEAD_INDENT
    return StyledLine(((text, _sign_style(lead)),), indent)


def _sign_style(lead: str) -> Style:
    return _SIGN_STYLES.get(lead[:1], PLAIN)


def _text(content: InlineText, redact: Redact) -> str:
    """Text with the server's sentences in quotation marks where emtui's own words are beside them."""
    is_mixed = any(part for part in content if isinstance(part, str))
    return "".join(
        f"“{text}”" if is_mixed and isinstance(part, ForeignText) and " " in text else text
        for part in content
        for text in (_render(part, redact),)
    )


def _render(part: str | ForeignText, redact: Redact) -> str:
    return part.render(redact) if isinstance(part, ForeignText) else part
