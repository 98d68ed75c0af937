"""Made-up log messages of the runs, distributed over their duration.

A line's position is a fraction of the run, from 0 (start) to 1 (end), in ascending order.
Collection over n servers writes 3 + 3n + 1 lines (api.md, 5.3), more where a server is retried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emtui.demo.scenario import BROKEN_SERVER, SERVERS, PlannedOutcome, PlannedOutcomeKind
from emtui.demo.seeded_random import SeededRandom

PlacedLine = tuple[float, str]
_MACHINE_NAMES = (
    "sql",
    "web",
    "file",
    "mail",
    "build",
    "Zürich-Büro",
    "東京-ファイル",
    "łódź-print",
    "erp",
    "dc",
)


def build_log(session_type: str, outcome: PlannedOutcome, random: SeededRandom) -> tuple[PlacedLine, ...]:
    """Return the complete log of a run; `world` shows the part up to the current time."""
    script = _SCRIPTS.get(session_type, _default_lines)
    return tuple(script(session_type, outcome, random))


def _last_line(outcome: PlannedOutcome, success_text: str) -> PlacedLine:
    return 1.0, outcome.message or success_text


def _collect_lines(_session_type: str, outcome: PlannedOutcome, random: SeededRandom) -> Iterator[PlacedLine]:
    yield 0.0, "Starting to collect data"
    yield 0.0004, "Collection started"
    yield 0.0004, "Looking for backup servers that were removed"
    share = 0.96 / len(SERVERS)
    for number, server in enumerate(SERVERS):
        position = 0.01 + number * share
        yield position, f"Preparing to collect from {server}"
        yield position, f"Retrieving data from {server}..."
        if outcome.kind is PlannedOutcomeKind.FAILED and server == BROKEN_SERVER:
            yield position + share * 0.3, f"{server} closed the connection, second attempt in 10 seconds"
            yield position + share * 0.6, f"{server} closed the connection, third attempt in 10 seconds"
            yield position + share * 0.9, outcome.message or ""
            continue
        jobs, points = random.integer(18, 44, 20 + number), random.integer(900, 4000, 30 + number)
        yield (
            position + share * random.between(0.7, 0.95, number),
            f"Collected {server}: {jobs} jobs, {points} points",
        )
    if outcome.kind is PlannedOutcomeKind.FAILED:
        yield 1.0, "Collection finished with errors: 2 of 3 backup servers collected"
    else:
        yield _last_line(outcome, "Collection finished")


def _crawl_lines(_session_type: str, outcome: PlannedOutcome, random: SeededRandom) -> Iterator[PlacedLine]:
    yield 0.0, "Crawling the file catalog"
    total = random.integer(210, 260, 0)
    for number in range(1, total + 1):
        position = number / (total + 2)
        machine = f"{random.pick(_MACHINE_NAMES, 100 + number)}-{number:03}.example.net"
        files = random.integer(2_000, 900_000, 500 + number)
        yield position, f"{machine}: {files} files indexed ({number} of {total})"
        if number == 7:
            folders = "; ".join(
                f"\\\\{machine}\\d$\\Projekte\\Jahr {year}\\Außenstelle" for year in range(1990, 2026)
            )
            yield position, f"{machine}: skipped, no right to read: {folders}"
    yield _last_line(outcome, f"Catalog crawled: {total} machines")


def _replicate_lines(
    _session_type: str, outcome: PlannedOutcome, random: SeededRandom
) -> Iterator[PlacedLine]:
    yield 0.0, "Catalog replication started"
    yield 0.002, "Waiting for jobs that are about to end"
    for number, server in enumerate(SERVERS):
        position = 0.1 + 0.28 * number
        yield position, f"Comparing the catalog of {server}"
        yield position + 0.02, f"Copying {random.integer(3, 90, 20 + number)} index files from {server}"
        yield position + random.between(0.1, 0.26, number), f"{server} is up to date"
    yield _last_line(outcome, "Catalog replication finished")


def _consolidate_lines(
    _session_type: str, outcome: PlannedOutcome, random: SeededRandom
) -> Iterator[PlacedLine]:
    yield 0.0, "Consolidating the catalog"
    for week in range(1, 14):
        position = (week / 15) ** 1.3
        yield position, f"Week {week} of 13: {random.integer(400, 9_000, week)} index files merged"
    yield 0.93, "Rebuilding the index of the catalog"
    yield _last_line(outcome, "Catalog consolidated")


def _maintenance_lines(
    _session_type: str, outcome: PlannedOutcome, random: SeededRandom
) -> Iterator[PlacedLine]:
    yield 0.0, "Database maintenance started"
    yield 0.01, f"Deleting events older than 13 weeks: {random.integer(1_000, 40_000, 0)} rows"
    yield 0.22, "Rebuilding index IX_Sessions_CreationTime"
    yield 0.22, "Waiting for a lock on table Sessions"
    if outcome.kind is PlannedOutcomeKind.HUNG:
        return
    yield 0.41, "Rebuilding index IX_Events_Session"
    yield 0.83, "Updating statistics"
    yield _last_line(outcome, "Database maintenance finished")


def _license_lines(
    _session_type: str, outcome: PlannedOutcome, _random: SeededRandom
) -> Iterator[PlacedLine]:
    yield 0.0, "Looking for a newer license key"
    yield 0.35, "Asking the license server at autolk.example.net"
    if outcome.kind is PlannedOutcomeKind.NORMAL:
        yield 0.8, "No newer key: the installed one stays"
    yield _last_line(outcome, "License check finished")


def _export_lines(_session_type: str, outcome: PlannedOutcome, random: SeededRandom) -> Iterator[PlacedLine]:
    yield 0.0, "Log export started by EXAMPLE\\ops"
    for number in range(1, random.integer(14, 25, 0)):
        yield 0.02 + number / 30, f"Packing logs of {random.pick(SERVERS, 20 + number)}, part {number}"
    yield _last_line(outcome, "Log export finished: 1 archive")


def _default_lines(session_type: str, outcome: PlannedOutcome, random: SeededRandom) -> Iterator[PlacedLine]:
    yield 0.0, f"{session_type} started"
    for number in range(1, random.integer(2, 5, 0)):
        yield (
            number * random.between(0.1, 0.2, 1),
            f"Step {number}: {random.integer(0, 400, 10 + number)} items",
        )
    if outcome.kind is PlannedOutcomeKind.FAILED and outcome.message:
        yield 0.97, outcome.message
        yield 1.0, f"{session_type} failed"
    else:
        yield _last_line(outcome, f"{session_type} finished")


_SCRIPTS: dict[str, Callable[[str, PlannedOutcome, SeededRandom], Iterator[PlacedLine]]] = {
    "CollectJob": _collect_lines,
    "CatalogCrawlJob": _crawl_lines,
    "CatalogReplicationJob": _replicate_lines,
    "CatalogConsolidation": _consolidate_lines,
    "HistoryCollectJob": _consolidate_lines,
    "DatabaseMaintenance": _maintenance_lines,
    "LicAutoUpdate": _license_lines,
    "LogExport": _export_lines,
}
