"""Made-up log messages of the runs, distributed over their duration.

A line's position is a fraction of the run, from 0 (start) to 1 (end), in ascending order.
Collection over n servers writes 3 + 3n + 1 lines (api.md, 5.3), more where a server is retried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from emtui.demo.scenario import BROKEN_SERVER, SERVERS, Fate, Plot
from emtui.demo.seeded_random import Chance

Line = tuple[float, str]
_MACHINES = ("sql", "web", "file", "mail", "build", "Zürich-Büro", "東京-ファイル", "łódź-print", "erp", "dc")


def lines(kind: str, fate: Fate, chance: Chance) -> tuple[Line, ...]:
    """Return the complete log of a run; `world` shows the part up to the current time."""
    script = _SCRIPTS.get(kind, _plain)
    return tuple(script(kind, fate, chance))


def _end(fate: Fate, good: str) -> Line:
    return 1.0, fate.message or good


def _collect(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Starting to collect data"
    yield 0.0004, "Collection started"
    yield 0.0004, "Looking for backup servers that were removed"
    share = 0.96 / len(SERVERS)
    for number, server in enumerate(SERVERS):
        at = 0.01 + number * share
        yield at, f"Preparing to collect from {server}"
        yield at, f"Retrieving data from {server}..."
        if fate.plot is Plot.FAILED and server == BROKEN_SERVER:
            yield at + share * 0.3, f"{server} closed the connection, second attempt in 10 seconds"
            yield at + share * 0.6, f"{server} closed the connection, third attempt in 10 seconds"
            yield at + share * 0.9, fate.message or ""
            continue
        jobs, points = chance.whole(18, 44, 20 + number), chance.whole(900, 4000, 30 + number)
        yield (
            at + share * chance.between(0.7, 0.95, number),
            f"Collected {server}: {jobs} jobs, {points} points",
        )
    if fate.plot is Plot.FAILED:
        yield 1.0, "Collection finished with errors: 2 of 3 backup servers collected"
    else:
        yield _end(fate, "Collection finished")


def _crawl(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Crawling the file catalog"
    total = chance.whole(210, 260, 0)
    for number in range(1, total + 1):
        at = number / (total + 2)
        machine = f"{chance.pick(_MACHINES, 100 + number)}-{number:03}.example.net"
        files = chance.whole(2_000, 900_000, 500 + number)
        yield at, f"{machine}: {files} files indexed ({number} of {total})"
        if number == 7:
            folders = "; ".join(
                f"\\\\{machine}\\d$\\Projekte\\Jahr {year}\\Außenstelle" for year in range(1990, 2026)
            )
            yield at, f"{machine}: skipped, no right to read: {folders}"
    yield _end(fate, f"Catalog crawled: {total} machines")


def _replicate(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Catalog replication started"
    yield 0.002, "Waiting for jobs that are about to end"
    for number, server in enumerate(SERVERS):
        at = 0.1 + 0.28 * number
        yield at, f"Comparing the catalog of {server}"
        yield at + 0.02, f"Copying {chance.whole(3, 90, 20 + number)} index files from {server}"
        yield at + chance.between(0.1, 0.26, number), f"{server} is up to date"
    yield _end(fate, "Catalog replication finished")


def _consolidate(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Consolidating the catalog"
    for week in range(1, 14):
        at = (week / 15) ** 1.3
        yield at, f"Week {week} of 13: {chance.whole(400, 9_000, week)} index files merged"
    yield 0.93, "Rebuilding the index of the catalog"
    yield _end(fate, "Catalog consolidated")


def _maintain(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Database maintenance started"
    yield 0.01, f"Deleting events older than 13 weeks: {chance.whole(1_000, 40_000, 0)} rows"
    yield 0.22, "Rebuilding index IX_Sessions_CreationTime"
    yield 0.22, "Waiting for a lock on table Sessions"
    if fate.plot is Plot.HUNG:
        return
    yield 0.41, "Rebuilding index IX_Events_Session"
    yield 0.83, "Updating statistics"
    yield _end(fate, "Database maintenance finished")


def _license(_kind: str, fate: Fate, _chance: Chance) -> Iterator[Line]:
    yield 0.0, "Looking for a newer license key"
    yield 0.35, "Asking the license server at autolk.example.net"
    if fate.plot is Plot.FINE:
        yield 0.8, "No newer key: the installed one stays"
    yield _end(fate, "License check finished")


def _export(_kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, "Log export started by EXAMPLE\\ops"
    for number in range(1, chance.whole(14, 25, 0)):
        yield 0.02 + number / 30, f"Packing logs of {chance.pick(SERVERS, 20 + number)}, part {number}"
    yield _end(fate, "Log export finished: 1 archive")


def _plain(kind: str, fate: Fate, chance: Chance) -> Iterator[Line]:
    yield 0.0, f"{kind} started"
    for number in range(1, chance.whole(2, 5, 0)):
        yield (
            number * chance.between(0.1, 0.2, 1),
            f"Step {number}: {chance.whole(0, 400, 10 + number)} items",
        )
    if fate.plot is Plot.FAILED and fate.message:
        yield 0.97, fate.message
        yield 1.0, f"{kind} failed"
    else:
        yield _end(fate, f"{kind} finished")


_SCRIPTS: dict[str, Callable[[str, Fate, Chance], Iterator[Line]]] = {
    "CollectJob": _collect,
    "CatalogCrawlJob": _crawl,
    "CatalogReplicationJob": _replicate,
    "CatalogConsolidation": _consolidate,
    "HistoryCollectJob": _consolidate,
    "DatabaseMaintenance": _maintain,
    "LicAutoUpdate": _license,
    "LogExport": _export,
}
