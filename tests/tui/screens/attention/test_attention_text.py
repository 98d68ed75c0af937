"""The findings, handed over as text: every time with its date and offset, nothing cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from emtui.demo.world import World
from emtui.handover.absolute_time_text import Dated
from emtui.triage.acknowledged import NOTHING_KNOWN, Known, Mark, key_of
from emtui.triage.finding_text import calm
from emtui.triage.prioritization import judged
from emtui.triage.type_status import standings
from emtui.tui.formatting.plain_text import Origin
from emtui.tui.screens.attention.attention_text import attention_text, finding_line

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
ORIGIN = Origin("em01.example.net", "", NIGHT)
ATTENTION = judged(standings(World(1, NIGHT).sessions(NIGHT), NIGHT))
FORMATTER = Dated(NIGHT, timezone(timedelta(hours=1)))
WHOLE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")


def test_a_sentence_has_its_evidence_its_dates_and_the_note() -> None:
    hangs = next(finding for finding in ATTENTION.findings if finding.type == "DatabaseMaintenance")
    line = finding_line(hangs, NOTHING_KNOWN, FORMATTER)
    assert line == (
        "DatabaseMaintenance has run for 2h11m since 2026-11-23 01:00:22 +01:00, usually 3m02s "
        "(on 29 good runs)"
    )
    mark = Mark(key_of(hangs), "DatabaseMaintenance", "INC0012345", NIGHT)
    known = Known({mark.of: mark})
    assert finding_line(hangs, known, FORMATTER) == f"{line}; known: INC0012345, until it ends"


def test_all_findings_come_with_whose_they_are_of_when_and_no_time_without_its_day() -> None:
    text = attention_text(ORIGIN, ATTENTION.findings, calm(ATTENTION.calm), NOTHING_KNOWN, FORMATTER)
    head, base, empty, *lines = text.splitlines()
    assert head == "em01.example.net  as of 2026-11-23 03:12:04 +01:00"
    assert base.startswith("9 of 12 types on time")
    assert empty == ""
    assert len(lines) == len(ATTENTION.findings)
    assert not re.search(r"\d:\d", WHOLE.sub("", text))


def test_where_nothing_needs_attention_that_is_said() -> None:
    text = attention_text(ORIGIN, (), "12 of 12 types on time", NOTHING_KNOWN, FORMATTER)
    assert text.endswith("\n12 of 12 types on time\n\nNothing needs you.\n")
