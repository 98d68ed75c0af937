"""A report as it is read: the words of the Markdown, without its signs."""

from __future__ import annotations

import re
from datetime import UTC

import pytest
from report_factory import MESSAGE, report_origin, run_report
from snapshot_factory import make_snapshot, numbered_run

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
from emtui.handover.render_markdown import render_markdown
from emtui.handover.shift_summary import ShiftReport, summarize_shift
from emtui.handover.ticket import build_ticket
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import assess
from emtui.tui.screens.report.report_lines import format_report
from emtui.tui.theme import BOLD, PLAIN, RULE_STYLE, RUNNING_STYLE, WARNING_STYLE
from emtui.tui.widgets.styled_lines import wrap_lines


def unchanged(text: str) -> str:
    return text


def shown(*blocks: Block, width: int = 40) -> list[str]:
    lines = wrap_lines(format_report(blocks, unchanged), width)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def shift_blocks() -> tuple[Block, ...]:
    assessment = assess(
        make_snapshot(numbered_run(1, "Failed"), *(numbered_run(number) for number in range(2, 8))),
        Knowledge(),
        UTC,
    )
    return summarize_shift(
        ShiftReport(
            report_origin(), assessment.sessions, assessment.type_statuses, assessment.attention.findings
        )
    )


def letters(text: str) -> str:
    """The text without blanks, the signs of Markdown, rules, quotation marks and the colons after labels."""
    return "".join(re.sub(r"[*`“”─•:]|^[->] |^```$", "", text, flags=re.MULTILINE).split())


@pytest.mark.parametrize("blocks", [build_ticket(run_report()), shift_blocks()], ids=["ticket", "shift"])
def test_what_is_read_has_the_letters_of_what_is_copied(blocks: tuple[Block, ...]) -> None:
    markdown = render_markdown(blocks, unchanged)
    assert len(letters(markdown)) > 300
    assert letters("\n".join(shown(*blocks, width=10_000))) == letters(markdown)


def test_a_ticket_has_no_signs_of_markdown() -> None:
    text = "\n".join(shown(*build_ticket(run_report()), width=78))
    assert "**" not in text
    assert "`" not in text
    assert MESSAGE.split()[0] in text


def test_values_of_facts_are_aligned_and_hang_below_each_other() -> None:
    assert shown(
        FactBlock("Since", ("first since yesterday, after 95 successes",)),
        FactBlock("Last success", (ForeignText("bs02"),)),
        width=32,
    ) == [
        "Since         first since",
        "              yesterday, after",
        "              95 successes",
        "Last success  bs02",
    ]


def test_a_section_has_a_rule_and_its_items_follow_without_a_blank_line() -> None:
    assert shown(
        TitleBlock(("Ticket",)),
        SectionBlock("Recovered", ("2",)),
        ListItemBlock(("one two three four",)),
        ListItemBlock(("five",)),
        SectionBlock("Events", ("8 of 15",)),
        LinesBlock((("> ", ForeignText("a b")),)),
        width=16,
    ) == [
        "Ticket",
        "",
        "Recovered  2 ───",
        "• one two three",
        "  four",
        "• five",
        "",
        "Events  8 of 15",
        "> a b",
    ]


def test_a_long_sentence_of_a_section_is_below_its_heading() -> None:
    sentence = "with the last success, yesterday, took 1m30s"
    assert shown(SectionBlock("Comparison", (sentence,)), width=50) == [f"Comparison {'─' * 39}", sentence]


def test_a_sentence_of_the_server_within_ours_is_in_quotation_marks() -> None:
    assert shown(FactBlock("Pause", ("11s in ", ForeignText("connection closed"), ", new"))) == [
        "Pause  11s in “connection closed”, new"
    ]
    assert shown(FactBlock("Type", (ForeignText("a b"),))) == ["Type  a b"]
    assert shown(QuoteBlock(ForeignText("no way"))) == ["  no way"]


def test_text_is_redacted_before_it_is_shown() -> None:
    blocks = (TitleBlock((ForeignText("ops"),)), LinesBlock((("> ", ForeignText("by ops")),)))
    lines = format_report(blocks, lambda text: text.replace("ops", "***"))
    assert "ops" not in "".join(text for line in lines for text, _ in line.spans)


def test_only_labels_headings_and_signs_have_styles() -> None:
    blocks = (
        TitleBlock(("Ticket",)),
        FactBlock("Since", ("Monday",)),
        SectionBlock("Comparison"),
        LinesBlock((("+ ", ForeignText("new")), ("- ", ForeignText("missing")), ("  ", ForeignText("both")))),
    )
    lines = wrap_lines(format_report(blocks, unchanged), 20)
    assert [line for line in lines if line] == [
        [("Ticket", BOLD)],
        [("Since  ", BOLD), ("Monday", PLAIN)],
        [("Comparison", BOLD), (" " + "─" * 9, RULE_STYLE)],
        [("+ new", WARNING_STYLE)],
        [("- missing", RUNNING_STYLE)],
        [("  both", PLAIN)],
    ]
