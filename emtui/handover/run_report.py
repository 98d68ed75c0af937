"""All that is known of one run, for whoever has to go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui.em.model import Event, Log, Session
from emtui.handover.absolute_time_text import Dated, Zones
from emtui.triage.diff_text import Difference
from emtui.triage.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose answers it rests on, and how well they are known.

    `server` is its name (of a recording its file), with its port in `authority`; `mark` DEMO or REPLAY.
    `as_of` is when the list was complete, by our clock, which the server's is ahead of by `skew`;
    that is unknown if it did not say the time. `blind_since` is set while the list cannot be had.
    `version` is emtui's.
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
        """The server's clock when the list was complete."""
        return self.as_of + (self.skew or timedelta())

    @property
    def teller(self) -> Dated:
        """Whoever puts findings into words here."""
        return Dated(self.now, self.zones.local)


@dataclass(frozen=True, slots=True)
class Case:
    """One run. What is not known is `None`: of its log `why` says the reason.

    `difference` is that from the last good run; `logs` is how many logs of good runs were read
    for what is usual. `command` opens the run for anybody; there is none for a demo. `people` is what
    people know of it: a label and a text each; `is_known` whether a mark holds for it.
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
        """Its events, as far as they were read."""
        return self.log.events if self.log else ()

    @property
    def began(self) -> datetime | None:
        """What offsets count from: its start, else the first event."""
        first = next((event.time for event in self.events if event.time), None)
        return self.session.started or first
