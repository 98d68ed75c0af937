"""The alerts as plain text: every time with its date and offset, nothing cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from emtui.demo.world import SimulatedWorld
from emtui.handover.absolute_time_text import AbsoluteTimeFormatter
from emtui.triage.acknowledgement_matching import (
    NONE_ACKNOWLEDGED,
    Acknowledgement,
    Acknowledgements,
    finding_key,
)
from emtui.triage.finding_text import format_evidence, format_on_time_counts
from emtui.triage.prioritization import prioritize_findings
from emtui.triage.type_status import compute_type_statuses
from emtui.tui.formatting.plain_text import ExportOrigin
from emtui.tui.screens.attention.attention_text import attention_text, finding_line

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
ORIGIN = ExportOrigin("em01.example.net", "", NIGHT)
ATTENTION = prioritize_findings(compute_type_statuses(SimulatedWorld(1, NIGHT).sessions(NIGHT), NIGHT))
FORMATTER = AbsoluteTimeFormatter(NIGHT, timezone(timedelta(hours=1)))
FULL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")


def test_an_alert_has_its_evidence_its_dates_and_the_note() -> None:
    stuck = next(finding for finding in ATTENTION.findings if finding.type == "DatabaseMaintenance")
    line = finding_line(stuck, NONE_ACKNOWLEDGED, FORMATTER)
    assert line == (
        "DatabaseMaintenance running for 2h11m, usually 3m02s, 43×; started 2026-11-23 01:00:22 +01:00"
        f" ({format_evidence(stuck)})"
    )
    acknowledgement = Acknowledgement(finding_key(stuck), "DatabaseMaintenance", "INC0012345", NIGHT)
    acknowledgements = Acknowledgements({acknowledgement.key: acknowledgement})
    assert (
        finding_line(stuck, acknowledgements, FORMATTER) == f"{line}; acknowledged: INC0012345, until it ends"
    )


def test_all_alerts_follow_the_origin_and_no_time_lacks_its_day() -> None:
    text = attention_text(
        ORIGIN,
        ATTENTION.findings,
        format_on_time_counts(ATTENTION.on_time_counts),
        NONE_ACKNOWLEDGED,
        FORMATTER,
    )
    head, counts_text, empty, *lines = text.splitlines()
    assert head == "em01.example.net  as of 2026-11-23 03:12:04 +01:00"
    assert counts_text == format_on_time_counts(ATTENTION.on_time_counts)
    assert empty == ""
    assert len(lines) == len(ATTENTION.findings)
    assert not re.search(r"\d:\d", FULL_TIME.sub("", text))


def test_without_alerts_the_text_tells_that_nothing_needs_attention() -> None:
    text = attention_text(ORIGIN, (), "12 of 12 types on schedule", NONE_ACKNOWLEDGED, FORMATTER)
    assert text.endswith("\n12 of 12 types on schedule\n\nNothing needs attention.\n")
