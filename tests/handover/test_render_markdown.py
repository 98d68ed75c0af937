"""Foreign text in a report is only text, as read by an independent Markdown parser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from emtui.em.text_sanitizer import clean
from emtui.handover.blocks import (
    Block,
    FactBlock,
    ForeignText,
    LinesBlock,
    ListItemBlock,
    QuoteBlock,
    SectionBlock,
    TitleBlock,
)
from emtui.handover.render_markdown import code_span, render_markdown
from emtui.handover.render_text import render_text

HOSTILE = (
    "# a heading",
    "```\n# out of the fence\n```",
    "`` ` `` ``` ```` `",
    "`",
    "\\`",
    "~~~",
    "[a link](https://em99.example.net)",
    "![a picture](https://em99.example.net/x.png)",
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "<!-- hidden",
    "https://em99.example.net/?x=1",
    "www.example.net",
    "ops@example.net",
    "@everyone and @ops",
    "#123 and GH-12 and emtui/emtui#4",
    "* a\n* b",
    "- a\n\n    - b",
    "1. a",
    "> quoted",
    "---",
    "===",
    "| a | b |\n|---|---|\n| c | d |",
    "**bold** _em_ ~~gone~~ $x$",
    "[x]: https://em99.example.net",
    "&lt;b&gt; &#35; &nbsp;",
    "line\\\nbreak  \nhere",
    "EXAMPLE\\ops",
    " leading and trailing ",
    "",
    " ",
)
HOSTILE_PARTS = st.lists(
    st.sampled_from([*HOSTILE, "`", "``", "```", " ", "\n", "#", "@", "<", "\\"]), max_size=6
)
ANY_TEXT = (st.text(max_size=80) | HOSTILE_PARTS.map("".join)).map(clean)
ALLOWED = {
    *("inline", "paragraph_open", "paragraph_close", "blockquote_open", "blockquote_close"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *("fence", "text", "code_inline", "strong_open", "strong_close", "softbreak"),
}


def unredacted(text: str) -> str:
    return text


def make_blocks(text: str) -> tuple[Block, ...]:
    """Every kind of block, with the same text in each place that takes one."""
    words = ForeignText(text)
    return (
        TitleBlock(("DEMO: ", words, " failed on ", words)),
        QuoteBlock(words),
        FactBlock("Server state", (words, words, ", canceled")),
        SectionBlock("Events", ("3 of 4",)),
        LinesBlock((("> +0.0s  ", words), ("  ", words))),
        SectionBlock("Note", (words,)),
        ListItemBlock((words,)),
        ListItemBlock(("at ", words, ": ", words)),
    )


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("gfm-like", {"linkify": True, "html": True}).parse(text):
        yield token
        yield from token.children or ()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_always_in_code(text: str) -> None:
    markdown = render_markdown(make_blocks(text), unredacted)
    assert {token.type for token in tokens(markdown)} <= ALLOWED
    outside = " ".join(token.content for token in tokens(markdown) if token.type == "text")
    assert not set("@#<>[]`~\\|").intersection(outside)
    assert "://" not in outside


@given(ANY_TEXT)
def test_no_text_is_parsed_as_markup(text: str) -> None:
    found = list(tokens(render_markdown(make_blocks(text), unredacted)))
    assert {token.type for token in found} <= ALLOWED
    assert [token.type for token in found].count("fence") == 1
    assert [token.type for token in found].count("list_item_open") == 3
    (fence,) = [token.content for token in found if token.type == "fence"]
    assert len(fence.splitlines()) == 2, "each row is one line"


@given(ANY_TEXT)
def test_a_code_span_preserves_the_text_on_one_line(text: str) -> None:
    shown = ForeignText(text).render(unredacted)
    if not shown.strip():
        return
    spans = [token.content for token in tokens(f"x {code_span(shown)} y") if token.type == "code_inline"]
    assert spans == [shown] or (not spans and shown.isalpha() and code_span(shown) == shown)


@given(ANY_TEXT)
def test_no_foreign_text_starts_a_line(text: str) -> None:
    lines = render_markdown(make_blocks(text), unredacted).split("\n")
    fence = next(line for line in lines if line and not line.strip("`"))
    inside = range(lines.index(fence) + 1, lines.index(fence, lines.index(fence) + 1))
    for index, line in enumerate(lines):
        prefixes = ("**", "> ", "- ", fence) if index not in inside else ("> +0.0s", "  ")
        assert not line or line.startswith(prefixes), line


def test_own_text_and_single_words_are_not_in_code() -> None:
    text = render_markdown(
        (TitleBlock((ForeignText("CollectJob"), " failed on ", ForeignText("em01.example.net"))),), unredacted
    )
    assert text == "**CollectJob failed on `em01.example.net`**\n"


def test_plain_text_has_the_same_words_in_the_same_order_without_markup() -> None:
    text = render_text(make_blocks("some *text*\nof two lines"), unredacted)
    assert text == (
        "DEMO: some *text* ⏎ of two lines failed on some *text* ⏎ of two lines\n\n"
        "  some *text* ⏎ of two lines\n\n"
        "Server state  some *text* ⏎ of two linessome *text* ⏎ of two lines, canceled\n\n"
        "Events: 3 of 4\n\n"
        "  > +0.0s  some *text* ⏎ of two lines\n"
        "    some *text* ⏎ of two lines\n\n"
        "Note: some *text* ⏎ of two lines\n\n"
        "- some *text* ⏎ of two lines\n"
        "- at some *text* ⏎ of two lines: some *text* ⏎ of two lines\n"
    )


def test_secrets_are_redacted_before_a_text_is_cut() -> None:
    text = ForeignText("a token: 0123456789abcdef", max_cells=15)
    assert text.render(lambda part: part.replace("0123456789abcdef", "***")) == "a token: ***"
