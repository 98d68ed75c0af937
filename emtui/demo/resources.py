"""System sessions as resources: list, session, events, and the query if simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from emtui.demo import query_endpoint
from emtui.demo.demo_options import ActiveFaults
from emtui.demo.documents import DocumentSerializer
from emtui.demo.routes import DemoRoute
from emtui.demo.world import SimulatedSessionNotFoundError, SimulatedWorld
from emtui.em.model import DISTANT_PAST, Outcome, Uid


class ErrorReplyError(Exception):
    """An error response: status, message and headers."""

    def __init__(self, status: int, message: str, *headers: tuple[str, str]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


@dataclass(frozen=True, slots=True)
class SessionResources:
    """Serves system sessions with the documents of one base address."""

    world: SimulatedWorld
    faults: ActiveFaults
    documents: DocumentSerializer

    def serialize(
        self, route: DemoRoute, parameters: Mapping[str, str], now: datetime, *, json: bool
    ) -> bytes:
        """Return the requested document. Raises `ErrorReplyError`."""
        if route.resource == "query":
            return self._serialize_query(parameters, now, json=json)
        entity = _requested_format(parameters) == "entity"
        if route.resource == "list":
            is_plain_list = not entity and self.faults.value("plain") == "references"
            references = is_plain_list or self.faults.is_on("references")
            return self.documents.serialize_list(self.world.sessions(now), json=json, references=references)
        try:
            return self._serialize_session(route, now, json=json, entity=entity)
        except SimulatedSessionNotFoundError:
            raise ErrorReplyError(404, f"There is no system session with ID {route.guid}") from None

    def _serialize_session(self, route: DemoRoute, now: datetime, *, json: bool, entity: bool) -> bytes:
        session = self.world.session(route.uid, now)
        if self.faults.is_on("aged-out") and route.uid == self._newest_failed(now):
            raise SimulatedSessionNotFoundError(route.uid)
        if route.resource == "events":
            return self.documents.serialize_log(session, self.world.log(route.uid, now), json=json)
        return self.documents.serialize_session(session, json=json, references=not entity)

    def _serialize_query(self, parameters: Mapping[str, str], now: datetime, *, json: bool) -> bytes:
        if not self.faults.is_on("query") or parameters.get("type", "") != "SystemSession":
            raise ErrorReplyError(400, "The type of the query is unknown or missing")
        page = query_endpoint.parse_page(parameters)
        element = query_endpoint.build_query_result(self.documents, self.world.sessions(now), page)
        return self.documents.serialize(element, json=json)

    def _newest_failed(self, now: datetime) -> Uid | None:
        failed = [session for session in self.world.sessions(now) if session.outcome is Outcome.FAILED]
        newest = max(failed, key=lambda session: session.started or DISTANT_PAST, default=None)
        return newest.uid if newest else None


def _requested_format(parameters: Mapping[str, str]) -> str:
    values = (value for key, value in parameters.items() if key.casefold() == "format")
    return next(values, "").casefold()
