"""What is thought of a list, handed over as text: every time with its date and offset, nothing cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest

from emtui.demo.world import World
from emtui.handover.dated import Dated
from emtui.triage.attention import judged
from emtui.triage.finding import Finding
from emtui.triage.known import NOTHING_KNOWN, Known, Mark, key_of
from emtui.triage.standing import standings
from emtui.triage.telling import calm
from emtui.tui.board import rows_of
from emtui.tui.formatting.plain_findings import board_text, finding_line, findings_text, type_line
from emtui.tui.formatting.plain_text import Origin
from emtui.tui.formatting.session_columns import Clock

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
ZONE = timezone(timedelta(hours=1))
ORIGIN = Origin("em01.example.net", "", NIGHT)
STANDING = standings(World(1, NIGHT).sessions(NIGHT), NIGHT)
ATTENTION = judged(STANDING)
ROWS = rows_of(STANDING, ATTENTION)
CLOCK, TELL = Clock(NIGHT, ZONE), Dated(NIGHT, ZONE)
WHOLE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")


def about(kind: str) -> Finding:
    return next(finding for finding in ATTENTION.findings if finding.type == kind)


def test_a_type_is_its_newest_run_with_what_is_usual_and_due() -> None:
    lines = {line.split("  ")[1]: line for line in map(type_line, ROWS, [CLOCK] * len(ROWS))}
    assert lines["DatabaseMaintenance"] == (
        "running  DatabaseMaintenance  2026-11-23 01:00:22 +01:00  for 2h11m  usually 3m02s  every 24h  "
        "×43 the usual"
    )
    assert lines["CatalogReplicationJob"].endswith("took 6m12s  usually 6m22s  every 4h  late 1d20h")
    assert re.search(r"  due 2026-11-23 \d\d:\d\d:\d\d \+01:00$", lines["HistoryCollectJob"])
    assert type_line("VcPluginJob", CLOCK) == "VcPluginJob  never in 30 days"


def test_a_sentence_has_its_ground_its_dates_and_the_note() -> None:
    hangs = about("DatabaseMaintenance")
    told = finding_line(hangs, NOTHING_KNOWN, TELL)
    assert told == (
        "DatabaseMaintenance has run for 2h11m since 2026-11-23 01:00:22 +01:00, usually 3m02s "
        "(on 29 good runs)"
    )
    mark = Mark(key_of(hangs), "DatabaseMaintenance", "INC0012345", NIGHT)
    assert finding_line(hangs, Known({mark.of: mark}), TELL) == f"{told}; known: INC0012345, until it ends"


@pytest.mark.parametrize(
    "text",
    [
        board_text(ORIGIN, ROWS, calm(ATTENTION.calm), CLOCK),
        findings_text(ORIGIN, ATTENTION.findings, calm(ATTENTION.calm), NOTHING_KNOWN, TELL),
    ],
    ids=["types", "attention"],
)
def test_all_of_it_says_whose_it_is_of_when_and_no_time_without_its_day(text: str) -> None:
    head, base, empty, *lines = text.splitlines()
    assert head == "em01.example.net  as of 2026-11-23 03:12:04 +01:00"
    assert base.startswith("9 of 12 types on time")
    assert empty == ""
    assert len(lines) in (len(ROWS), len(ATTENTION.findings))
    assert not re.search(r"\d:\d", WHOLE.sub("", text))


def test_where_nothing_needs_anybody_that_is_said() -> None:
    text = findings_text(ORIGIN, (), "12 of 12 types on time", NOTHING_KNOWN, TELL)
    assert text.endswith("\n12 of 12 types on time\n\nNothing needs you.\n")
