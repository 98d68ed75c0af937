"""Renders a report as plain text, for mail, chat or tickets without Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from emtui.handover.blocks import Block, Fact, Hide, Item, Part, Quote, Rows, Said, Title, Told, groups

LABEL = 14
"""Width of a label in cells, including the gap."""


def plain(blocks: Iterable[Block], hide: Hide) -> str:
    """The text, ending in a newline."""
    return "\n\n".join(_group(group, hide) for group in groups(blocks)) + "\n"


def _group(group: Sequence[Block], hide: Hide) -> str:
    return "\n".join(_block(block, hide) for block in group)


def _block(block: Block, hide: Hide) -> str:
    match block:
        case Title(told):
            return _told(told, hide)
        case Quote(said):
            return f"  {said.shown(hide)}"
        case Fact(label, told):
            return f"{label:<{LABEL}}{_told(told, hide)}"
        case Part(title, told):
            return f"{title}: {_told(told, hide)}" if told else title
        case Item(told):
            return f"- {_told(told, hide)}"
        case Rows(rows):
            return "\n".join(f"  {_told(row, hide)}".rstrip() for row in rows)


def _told(told: Told, hide: Hide) -> str:
    return "".join(part.shown(hide) if isinstance(part, Said) else part for part in told)
