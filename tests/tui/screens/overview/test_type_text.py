"""The overview as plain text: every time with its date and offset, nothing cut."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Listing
from emtui.local.knowledge_base import KnowledgeBase
from emtui.monitor.assessment import assess
from emtui.monitor.snapshot import Snapshot
from emtui.monitor.type_histories import TypeHistory, type_histories
from emtui.triage.finding_text import format_on_time_counts
from emtui.tui.formatting.plain_text import ExportOrigin
from emtui.tui.screens.overview.type_text import overview_text, type_line

NIGHT = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)
ASSESSMENT = assess(
    Snapshot.from_listing(Listing(tuple(SimulatedWorld(1, NIGHT).sessions(NIGHT))), NIGHT),
    KnowledgeBase(None).load(),
)
ATTENTION = ASSESSMENT.attention
ROWS = type_histories(ASSESSMENT, UTC)
CLOCK = TimeContext(NIGHT, timezone(timedelta(hours=1)))
FULL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d\d:\d\d")


def test_a_type_has_its_newest_run_usual_length_and_next_start() -> None:
    lines = {line.split("  ")[1]: line for line in map(type_line, ROWS, [CLOCK] * len(ROWS))}
    assert lines["DatabaseMaintenance"] == (
        "running  DatabaseMaintenance  2026-11-23 01:00:22 +01:00  for 2h11m  usually 3m02s  every 24h  "
        "43× the usual duration"
    )
    assert lines["CatalogReplicationJob"].endswith("took 6m12s  usually 6m22s  every 4h  overdue 1d20h")
    assert re.search(r"  due 2026-11-23 \d\d:\d\d:\d\d \+01:00$", lines["HistoryCollectJob"])
    assert type_line(TypeHistory("VcPluginJob"), CLOCK) == "VcPluginJob  never in 30 days"


def test_all_types_follow_the_origin_and_no_time_lacks_its_day() -> None:
    origin = ExportOrigin("em01.example.net", "", NIGHT)
    text = overview_text(origin, ROWS, format_on_time_counts(ATTENTION.on_time_counts), CLOCK)
    head, counts_text, empty, *lines = text.splitlines()
    assert head == "em01.example.net  as of 2026-11-23 03:12:04 +01:00"
    assert counts_text == format_on_time_counts(ATTENTION.on_time_counts)
    assert empty == ""
    assert len(lines) == len(ROWS)
    assert not re.search(r"\d:\d", FULL_TIME.sub("", text))
