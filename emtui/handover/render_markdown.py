"""Renders a report as Markdown, safely for any foreign text.

Foreign text is in code spans and fences longer than any run of backticks in it. Backslash escapes are not
enough: mentions, bare URLs and issue references are detected after unescaping.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial

from emtui.handover.blocks import Block, Fact, Hide, Item, Part, Quote, Rows, Said, Title, Told, groups

_TICKS = re.compile("`+")
_WORD = re.compile("[A-Za-z]{1,40}")
"""Text without special meaning in Markdown."""


def markdown(blocks: Iterable[Block], hide: Hide) -> str:
    """The text, ending in a newline."""
    return "\n\n".join(_group(group, hide) for group in groups(blocks)) + "\n"


def _group(group: Sequence[Block], hide: Hide) -> str:
    return "\n".join(map(partial(_block, hide=hide), group))


def _block(block: Block, hide: Hide) -> str:
    match block:
        case Title(told):
            return f"**{_told(told, hide)}**"
        case Quote(said):
            return f"> {code(said.shown(hide))}"
        case Fact(label, told):
            return f"- **{label}**: {_told(told, hide)}"
        case Part(title, told):
            return f"**{title}**: {_told(told, hide)}" if told else f"**{title}**"
        case Item(told):
            return f"- {_told(told, hide)}"
        case Rows(rows):
            return fenced(["".join(_bare(part, hide) for part in row) for row in rows])


def _told(told: Told, hide: Hide) -> str:
    return "".join(code(part.shown(hide)) if isinstance(part, Said) else part for part in told)


def _bare(part: str | Said, hide: Hide) -> str:
    return part.shown(hide) if isinstance(part, Said) else part


def code(text: str) -> str:
    """A code span of this line; a single word of letters stays as it is."""
    if not text or _WORD.fullmatch(text):
        return text
    ticks = _longer_than_in(text, 1)
    apart = " " if text[0] in "` " or text[-1] in "` " else ""  # Markdown strips one at each end
    return f"{ticks}{apart}{text}{apart}{ticks}"


def fenced(lines: Sequence[str]) -> str:
    """A fenced block of these lines."""
    fence = _longer_than_in("\n".join(lines), 3)
    return "\n".join([fence, *lines, fence])


def _longer_than_in(text: str, least: int) -> str:
    longest = max(map(len, _TICKS.findall(text)), default=0)
    return "`" * max(least, longest + 1)
