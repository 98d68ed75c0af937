"""The table of alerts and the evidence of each, made from the list alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from emtui import text_format
from emtui.demo.world import SimulatedWorld
from emtui.display_text.session_wording import TimeContext
from emtui.em.model import Listing
from emtui.keys.keymap import DEFAULT_KEYMAP
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.snapshot import Snapshot
from emtui.triage.acknowledgement_matching import Acknowledgement, Acknowledgements, finding_key
from emtui.triage.findings import Finding
from emtui.tui.formatting.session_columns import render_cells
from emtui.tui.screens.attention.alert_columns import alert_columns, alert_rows
from emtui.tui.screens.attention.evidence import evidence_lines, find_evidence

NIGHT = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
CLOCK = TimeContext(NIGHT, UTC)


@cache
def assessment() -> Assessment:
    """The demo's night, without acknowledgements."""
    listing = Listing(tuple(SimulatedWorld(1, NIGHT).sessions(NIGHT)))
    return assess(Snapshot.from_listing(listing, NIGHT), Knowledge(), UTC)


def acknowledged(finding: Finding) -> Assessment:
    """The same night; this alert is acknowledged."""
    acknowledgement = Acknowledgement(finding_key(finding), finding.type, "INC0012345", NIGHT)
    return replace(assessment(), acknowledgements=Acknowledgements({acknowledgement.key: acknowledgement}))


def alert_on(type_name: str) -> Finding:
    finding = assessment().worst_finding(type_name)
    assert finding
    return finding


def painted(type_name: str, width: int, height: int = 60) -> list[str]:
    evidence = find_evidence(assessment(), alert_on(type_name), CLOCK, DEFAULT_KEYMAP)
    return [
        "".join(text for text, _ in line).rstrip() for line in evidence_lines(evidence, CLOCK, width, height)
    ]


def table(width: int, of: Assessment | None = None) -> list[str]:
    rows = alert_rows(of or assessment(), CLOCK)
    return ["".join(text for text, _ in render_cells(alert_columns(width), row, CLOCK)) for row in rows]


def test_the_table_has_severity_type_statement_and_since_at_80_cells() -> None:
    assert table(80) == [
        "■ CollectJob             failed 02:10, 6th day at this minute        Wed 02:10",
        "■ DatabaseMaintenance    running for 2h11m, usually 3m02s, 43×           00:02",
        "■ CatalogReplicationJob  overdue, 12 runs missed                     Sat 05:27",
        "▲ CatalogConsolidation   slower for 7 runs: 49m10s                16 Nov 04:31",
        "▲ LicAutoUpdate          warned 3 times since Sat 00:31              Sat 00:31",
        "○ LogExport              was canceled (started 20:34)                    20:34",
    ]


def test_from_120_cells_it_has_counts_and_the_next_due_run() -> None:
    ends = [row[80:].split("  ") for row in table(120)]
    assert [[part.strip() for part in end if part.strip()][-2:] for end in ends[:4]] == [
        ["6 days", "02:25"],
        ["00:02", "43×"],
        ["12 missed", "was Sat 05:27"],
        ["7 runs", "04:30"],
    ]


def test_from_160_cells_it_has_the_message() -> None:
    first, *_, last = table(200)
    assert "the 6th day at this minute; last success 01:55" in first
    assert "Cannot connect to backup server bs02.example.net" in first
    assert last.rstrip().endswith("Canceled by EXAMPLE\\ops")


@pytest.mark.parametrize("width", [40, 58, 80, 120, 159, 160, 200, 300])
def test_every_row_and_line_fits_the_terminal(width: int) -> None:
    assert {text_format.cell_width(row) for row in table(width)} <= {max(width - 2, 25)}
    for finding in assessment().findings:
        evidence = find_evidence(assessment(), finding, CLOCK, DEFAULT_KEYMAP)
        lines = evidence_lines(evidence, CLOCK, width, 11)
        assert len(lines) <= 11
        assert all(
            text_format.cell_width("".join(text for text, _ in line)) <= max(width, 64) for line in lines
        )


def test_the_evidence_of_a_pattern_has_its_days_and_its_fraction() -> None:
    lines = painted("CollectJob", 120)
    assert lines[0] == (
        " Cannot connect to backup server bs02.example.net: the remote host closed the connection"
    )
    assert " Pattern       6 of 481 runs since Wed 02:10 failed, none at another time" in lines
    assert " Days          Mon 02:10, Sun 02:10, Sat 02:10, Fri 02:10, Thu 02:10, Wed 02:10" in lines
    assert " Last success  01:55, took 1m08s" in lines
    assert " Next          due 02:25" in lines
    assert " Also ran      CatalogCrawlJob 22:40, DatabaseMaintenance 00:02" in lines
    problems = lines[lines.index(next(line for line in lines if line.startswith(" Not as usual"))) + 1 :]
    assert [line[1:29] for line in problems[:6]] == [
        "■ failed      Mon 23 02:10:2",
        "■ failed      Sun 22 02:10:2",
        "■ failed      Sat 21 02:10:4",
        "■ failed      Fri 20 02:10:3",
        "■ failed      Thu 19 02:10:3",
        "■ failed      Wed 18 02:10:3",
    ]


def test_the_runs_of_a_slowdown_have_their_ratio_up_to_the_first() -> None:
    lines = painted("CatalogConsolidation", 120)
    start = lines.index(next(line for line in lines if line.startswith(" Not as usual")))
    assert [line.split()[-1] for line in lines[start + 1 : start + 8]] == [
        "3.4×", "3.1×", "2.8×", "2.6×", "2.2×", "1.8×", "1.6×",
    ]  # fmt: skip


def test_a_wide_pane_has_the_last_runs_beside_the_facts() -> None:
    lines = painted("CollectJob", 200, 40)
    assert len(lines) == 40
    assert {line[99] for line in lines if len(line) > 99} == {"│"}
    assert "Last runs" in lines[0]
    assert any(line.startswith(" Days ") and "· success" in line for line in lines)


def test_an_acknowledged_alert_is_last_with_k_and_shows_its_note() -> None:
    finding = alert_on("CollectJob")
    night = acknowledged(finding)
    assert table(80, night)[-1].startswith("k CollectJob ")
    evidence = find_evidence(night, finding, CLOCK, DEFAULT_KEYMAP)
    assert ("Acknowledged", "INC0012345, until it succeeds") in evidence.facts


def test_the_pane_names_the_keys_that_lead_on() -> None:
    assert "d compares it with the last success" in " ".join(painted("CollectJob", 120))
    assert "d compares" not in " ".join(painted("CatalogReplicationJob", 120))
