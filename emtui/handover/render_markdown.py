"""Renders a report as Markdown, safely for any foreign text.

Foreign text is in code spans and fences longer than any run of backticks in it. Backslash escapes are not
enough: mentions, bare URLs and issue references are detected after unescaping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial

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

_BACKTICKS = re.compile("`+")
_PLAIN_WORD = re.compile("[A-Za-z]{1,40}")
"""Text without special meaning in Markdown."""


def render_markdown(blocks: Iterable[Block], redact: Redact) -> str:
    """The text, ending in a newline."""
    return "\n\n".join(_render_group(group, redact) for group in group_blocks(blocks)) + "\n"


def _render_group(group: Sequence[Block], redact: Redact) -> str:
    return "\n".join(map(partial(_render_block, redact=redact), group))


def _render_block(block: Block, redact: Redact) -> str:
    match block:
        case TitleBlock(content):
            return f"**{_render_content(content, redact)}**"
        case QuoteBlock(foreign_text):
            return f"> {code_span(foreign_text.render(redact))}"
        case FactBlock(label, content):
            return f"- **{label}**: {_render_content(content, redact)}"
        case SectionBlock(title, content):
            return f"**{title}**: {_render_content(content, redact)}" if content else f"**{title}**"
        case ListItemBlock(content):
            return f"- {_render_content(content, redact)}"
        case LinesBlock(rows):
            return fence_lines(["".join(_unquoted(part, redact) for part in row) for row in rows])


def _render_content(content: InlineText, redact: Redact) -> str:
    return "".join(
        code_span(part.render(redact)) if isinstance(part, ForeignText) else part for part in content
    )


def _unquoted(part: str | ForeignText, redact: Redact) -> str:
    return part.render(redact) if isinstance(part, ForeignText) else part


def code_span(text: str) -> str:
    """A code span of this line; a single word of letters stays as it is."""
    if not text or _PLAIN_WORD.fullmatch(text):
        return text
    backticks = _longer_backticks(text, 1)
    padding = " " if text[0] in "` " or text[-1] in "` " else ""  # Markdown strips one at each end
    return f"{backticks}{padding}{text}{padding}{backticks}"


def fence_lines(lines: Sequence[str]) -> str:
    """A fenced block of these lines."""
    fence = _longer_backticks("\n".join(lines), 3)
    return "\n".join([fence, *lines, fence])


def _longer_backticks(text: str, min_length: int) -> str:
    longest = max(map(len, _BACKTICKS.findall(text)), default=0)
    return "`" * max(min_length, longest + 1)
