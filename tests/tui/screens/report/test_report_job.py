"""The reports on a run: requests and stored texts."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC
from typing import cast

from snapshot_factory import NOON, make_snapshot, numbered_run

from emtui.em.model import Event, Log, Session, Uid
from emtui.em.session_source import SessionSource
from emtui.handover.absolute_time_text import ReportZones
from emtui.local.knowledge_base import Knowledge
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.feed_health import FeedHealth
from emtui.monitor.history_cache import HistoryCache
from emtui.tui.screens.report.report_job import (
    BUNDLE,
    PLAIN_TICKET,
    SHIFT,
    TICKET,
    Report,
    ReportJob,
)

FAILED = numbered_run(1, "Failed")
LOG = Log((Event(1, NOON, "Collecting on behalf of CORP\\ops"),))


def sample_assessment() -> Assessment:
    return assess(make_snapshot(FAILED, *(numbered_run(number) for number in range(2, 8))), Knowledge(), UTC)


@dataclass
class GatedReportSource:
    """A source whose logs are returned once the gate is open."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    server: str = "em01.example.net"
    user: str = "CORP\\ops"
    api_versions: str = "v1_7"
    requests: list[str] = field(default_factory=list)

    async def events(self, _: Uid) -> Log:
        await self.gate.wait()
        self.requests.append("events")
        return LOG

    async def session_xml(self, _: Uid) -> str:
        self.requests.append("session_xml")
        return f"<Session User='{self.user}'/>"

    async def events_xml(self, _: Uid) -> str:
        self.requests.append("events_xml")
        return "<Events/>"


def new_job(session: Session | None, server: GatedReportSource) -> ReportJob:
    return ReportJob(
        session, None, lambda: cast("SessionSource", server), HistoryCache(), ReportZones(UTC, None)
    )


@asynccontextmanager
async def prepared(job: ReportJob) -> AsyncIterator[list[Report]]:
    """Prepare the job; yields the ready reports in the order of completion."""
    ready_reports: list[Report] = []
    job.on_report_ready = ready_reports.append
    task = asyncio.create_task(job.prepare(sample_assessment(), FeedHealth()))
    try:
        yield ready_reports
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def wait_until_ready(ready_reports: list[Report], count: int) -> None:
    async with asyncio.timeout(10):
        while len(ready_reports) < count:  # noqa: ASYNC110 - threads do the work
            await asyncio.sleep(0.001)


async def test_the_shift_summary_waits_for_no_log_and_the_bundle_for_everything() -> None:
    server = GatedReportSource()
    job = new_job(FAILED, server)
    async with prepared(job) as seen:
        await wait_until_ready(seen, 1)
        assert seen == [SHIFT]
        assert "Last 12 hours" in job.texts[SHIFT]
        assert server.requests == []
        server.gate.set()
        await wait_until_ready(seen, 4)
    assert seen == [SHIFT, TICKET, PLAIN_TICKET, BUNDLE]
    assert job.texts.keys() == set(job.reports)
    assert "CollectJob failed" in job.texts[TICKET]
    assert f"Enter saves {job.file_stem(BUNDLE)}.zip" in job.texts[BUNDLE]


async def test_texts_that_were_ready_before_cancellation_are_kept() -> None:
    job = new_job(FAILED, GatedReportSource())
    async with prepared(job) as seen:
        await wait_until_ready(seen, 1)
    assert job.texts.keys() == {SHIFT}
    assert await job.build_content(SHIFT) == job.texts[SHIFT].encode()


async def test_without_a_run_there_is_only_the_shift_summary() -> None:
    job = new_job(None, GatedReportSource())
    await job.prepare(sample_assessment(), FeedHealth())
    assert job.reports == (SHIFT,)
    assert job.texts.keys() == {SHIFT}
    assert job.file_stem(SHIFT) == "emtui-shift-20261123T120000Z"


async def test_the_reports_have_the_time_of_the_assessed_list() -> None:
    job = new_job(None, GatedReportSource())
    await job.prepare(sample_assessment(), FeedHealth())
    assert job.origin
    assert job.origin.as_of == NOON


async def test_a_bundle_has_newly_requested_xml_and_redacts_the_account_of_the_newest_logon() -> None:
    server = GatedReportSource()
    server.gate.set()
    job = new_job(FAILED, server)
    await job.prepare(sample_assessment(), FeedHealth())
    assert "CORP" not in job.texts[TICKET]
    assert "session_xml" not in server.requests
    server.user = "LAB\\anna"
    content = await job.build_content(BUNDLE)
    assert server.requests[-2:] == ["session_xml", "events_xml"]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.read("session.xml").decode().strip() == "<Session User='***'/>"
