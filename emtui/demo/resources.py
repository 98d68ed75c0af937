"""System sessions as resources: list, session, events, and the query if simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emtui.demo import query_endpoint
from emtui.demo.demo_options import Plays
from emtui.demo.documents import Documents
from emtui.demo.routes import Asked
from emtui.demo.world import NoSession, World
from emtui.em.model import LONG_AGO, Outcome, Uid


class Refusal(Exception):
    """An error response: status, message and headers."""

    def __init__(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


@dataclass(frozen=True, slots=True)
class SystemSessions:
    """Serves system sessions with the documents of one base address."""

    world: World
    plays: Plays
    documents: Documents

    def body(self, asked: Asked, parameters: Mapping[str, str], now: datetime, *, json: bool) -> bytes:
        """Return the requested document. Raises `Refusal`."""
        if asked.place == "query":
            return self._query(parameters, now, json=json)
        entity = _format(parameters) == "entity"
        if asked.place == "list":
            plain = not entity and self.plays.value("plain") == "references"
            references = plain or self.plays.on("references")
            return self.documents.listing(self.world.sessions(now), json=json, references=references)
        try:
            return self._one(asked, now, json=json, entity=entity)
        except NoSession:
            raise Refusal(404, f"There is no system session with ID {asked.guid}") from None

    def _one(self, asked: Asked, now: datetime, *, json: bool, entity: bool) -> bytes:
        session = self.world.session(asked.uid, now)
        if self.plays.on("aged-out") and asked.uid == self._newest_failed(now):
            raise NoSession(asked.uid)
        if asked.place == "events":
            return self.documents.log(session, self.world.log(asked.uid, now), json=json)
        return self.documents.session(session, json=json, references=not entity)

    def _query(self, parameters: Mapping[str, str], now: datetime, *, json: bool) -> bytes:
        if not self.plays.on("query") or parameters.get("type", "") != "SystemSession":
            raise Refusal(400, "The type of the query is unknown or missing")
        page = query_endpoint.read_page(parameters)
        thing = query_endpoint.result(self.documents, self.world.sessions(now), page)
        return self.documents.written(thing, json=json)

    def _newest_failed(self, now: datetime) -> Uid | None:
        failed = [one for one in self.world.sessions(now) if one.outcome is Outcome.FAILED]
        newest = max(failed, key=lambda one: one.started or LONG_AGO, default=None)
        return newest.uid if newest else None


def _format(parameters: Mapping[str, str]) -> str:
    given = (value for key, value in parameters.items() if key.casefold() == "format")
    return next(given, "").casefold()
