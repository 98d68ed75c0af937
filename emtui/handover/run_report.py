"""Report model of one run, used for tickets and bundles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.model import Event, Log, Session
from emtui.handover.absolute_time_text import AbsoluteTimeFormatter, ReportZones
from emtui.triage.diff_text import RunDifference
from emtui.triage.explanation import Explanation


@dataclass(frozen=True, slots=True)
class ReportOrigin:
    """The server and list that a report is based on.

    `server` is its name (for a recording, its file), `authority` has the port; `mode_label` is DEMO, REPLAY
    or empty. `as_of` is when the list was received, by the local clock; the server's is ahead of it by
    `skew`, `None` if the server does not report its time. `lost_since` is set while there is no connection.
    `version` is that of emtui.
    """

    server: str
    authority: str
    mode_label: str
    version: str
    as_of: datetime
    skew: timedelta | None
    zones: ReportZones
    lost_since: datetime | None = None

    @property
    def now(self) -> datetime:
        """The server's time when the list was received."""
        return self.as_of + (self.skew or timedelta())

    @property
    def formatter(self) -> AbsoluteTimeFormatter:
        """Formatter of findings for reports."""
        return AbsoluteTimeFormatter(self.now, self.zones.local)


@dataclass(frozen=True, slots=True)
class RunReport:
    """One run and its analysis. Unknown values are `None`; `missing_log_reason` says why there is no log.

    `difference` is the comparison with the last successful run; `baseline_log_count` is the number of logs
    of successful runs that were read. `command` opens the run in emtui; empty for a demo. `annotations` holds
    notes and acknowledgements as label and text; `is_acknowledged` is whether the run is acknowledged.
    """

    origin: ReportOrigin
    session: Session
    log: Log | None = None
    missing_log_reason: str = ""
    explanation: Explanation | None = None
    difference: RunDifference | None = None
    baseline_log_count: int = 0
    command: str = ""
    annotations: tuple[tuple[str, str], ...] = ()
    is_acknowledged: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """The events; empty if the log is not available."""
        return self.log.events if self.log else ()

    @property
    def offset_start(self) -> datetime | None:
        """Start of offsets: the run's start, else its first event."""
        first_event_time = next((event.time for event in self.events if event.time), None)
        return self.session.started or first_event_time
