"""Renders a report as plain text, for mail, chat or tickets without Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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

LABEL_WIDTH = 14
"""Width of a label in cells, including the gap."""


def render_text(blocks: Iterable[Block], redact: Redact) -> str:
    """The text, ending in a newline."""
    return "\n\n".join(_render_group(group, redact) for group in group_blocks(blocks)) + "\n"


def _render_group(group: Sequence[Block], redact: Redact) -> str:
    return "\n".join(_render_block(block, redact) for block in group)


def _render_block(block: Block, redact: Redact) -> str:
    match block:
        case TitleBlock(content):
            return render_content(content, redact)
        case QuoteBlock(foreign_text):
            return f"  {foreign_text.render(redact)}"
        case FactBlock(label, content):
            return f"{label:<{LABEL_WIDTH}}{render_content(content, redact)}"
        case SectionBlock(title, content):
            return f"{title}: {render_content(content, redact)}" if content else title
        case ListItemBlock(content):
            return f"- {render_content(content, redact)}"
        case LinesBlock(rows):
            return "\n".join(f"  {render_content(row, redact)}".rstrip() for row in rows)


def render_content(content: InlineText, redact: Redact) -> str:
    """Text of one line, redacted."""
    return "".join(part.render(redact) if isinstance(part, ForeignText) else part for part in content)
