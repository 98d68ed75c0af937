"""A run that is opened: what is known of it, its log, and the list of its events."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from textual.reactive import var

from emtui.em.model import Log, Session
from emtui.em.source import Source
from emtui.triage.steps import Wait
from emtui.tui.commands import Place
from emtui.tui.context import AppContext
from emtui.tui.formatting.session_columns import Clock
from emtui.tui.screens.base import BaseScreen
from emtui.tui.widgets.event_list import EventList


class OpenedRun(BaseScreen):
    """A page about one run: `client` is who is asked about it."""

    PLACE: ClassVar[Place] = Place.DETAIL

    began: var[datetime | None] = var(None)
    log_read: var[Log | None] = var(None)
    waits: var[tuple[Wait, ...]] = var(())
    worst: var[Wait | None] = var(None)

    def __init__(self, ctx: AppContext, client: Source, session: Session) -> None:
        super().__init__(ctx)
        self.client = client
        self.session = session
        self._as_of: datetime | None = None
        self._server_time: datetime | None = None

    @property
    def events(self) -> EventList:
        """The list of events."""
        return self.query_one(EventList)

    def as_of(self) -> datetime | None:
        """When the events arrived."""
        return self._as_of

    @property
    def server_time(self) -> datetime:
        """What the server's clock showed when the events arrived, or shows now until they do."""
        return self._server_time or self.ctx.clock.server_now

    def arrived(self) -> None:
        """The events are there: what is shown of the run is as of now."""
        self._as_of, self._server_time = self.ctx.clock.now(), self.ctx.clock.server_now

    def _clock(self) -> Clock:
        """By the server's clock: a run is as long as it says."""
        return Clock(self.server_time, self.zone)
