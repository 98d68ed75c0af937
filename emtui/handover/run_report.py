"""Report model of one run, used for tickets and bundles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.model import Event, Log, Session
from emtui.handover.absolute_time_text import Dated, Zones
from emtui.triage.diff_text import Difference
from emtui.triage.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Origin:
    """The server and list that a report is based on.

    `server` is its name (for a recording, its file), `authority` has the port; `mark` is DEMO or REPLAY.
    `as_of` is when the list was received, by the local clock; the server's is ahead of it by `skew`,
    `None` if the server does not report its time. `blind_since` is set while the connection is lost.
    `version` is that of emtui.
    """

    server: str
    authority: str
    mark: str
    version: str
    as_of: datetime
    skew: timedelta | None
    zones: Zones
    blind_since: datetime | None = None

    @property
    def now(self) -> datetime:
        """The server's time when the list was received."""
        return self.as_of + (self.skew or timedelta())

    @property
    def teller(self) -> Dated:
        """Formatter of findings for reports."""
        return Dated(self.now, self.zones.local)


@dataclass(frozen=True, slots=True)
class Case:
    """One run and its analysis. What is unknown is `None`; `why` says why there is no log.

    `difference` is the comparison with the last successful run; `logs` is the number of logs of successful
    runs read as a baseline. `command` opens the run in emtui; empty for a demo. `people` holds notes and
    acknowledgements as label and text; `is_known` is whether the run is acknowledged.
    """

    origin: Origin
    session: Session
    log: Log | None = None
    why: str = ""
    explanation: Explanation | None = None
    difference: Difference | None = None
    logs: int = 0
    command: str = ""
    people: tuple[tuple[str, str], ...] = ()
    is_known: bool = False

    @property
    def events(self) -> tuple[Event, ...]:
        """The events; empty if the log is not available."""
        return self.log.events if self.log else ()

    @property
    def began(self) -> datetime | None:
        """Start of offsets: the run's start, else its first event."""
        first = next((event.time for event in self.events if event.time), None)
        return self.session.started or first
