"""The documents of Enterprise Manager: model -> XML or JSON bytes.

Source: em_rest/systemsessions, em_rest/systemsessions_id, em_rest/get_systemsessions_id_events;
the wrong link Types (`BackupJobSessionReference` for a system session) are the server's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from emtui.demo.demo_options import ActiveFaults
from emtui.demo.document_model import (
    DocumentElement,
    DocumentField,
    DocumentLink,
    DocumentValue,
    MissingValue,
)
from emtui.demo.json_writer import JsonWriter
from emtui.demo.value_variants import ValueVariants
from emtui.demo.world import format_server_time
from emtui.demo.xml_writer import XmlWriter
from emtui.em.model import Event, Log, Session

_END_TIME_VARIANTS: dict[str, str | MissingValue] = {
    "1753": "1753-01-01T00:00:00Z",
    "0001": "0001-01-01T00:00:00",
    "empty": "",
    "nil": MissingValue.NIL,
}
_OFFSET_ZONE = timezone(timedelta(hours=1))
_INVALID_TIME_ROW, _INVALID_UID_ROW = 3, 5
"""Row numbers that `--play odd-row` makes invalid."""
_MAX_CACHED = 8
"""Cached rows per session, over all formats, before the cache is cleared."""


class DocumentSerializer:
    """Serializes documents whose Hrefs begin with `base`, such as `https://em01.example.net:9398/api`.

    List rows are cached per session, so that a poll serializes only new ones.
    """

    def __init__(self, base: str, faults: ActiveFaults) -> None:
        self.base = base
        self.variants = ValueVariants(faults)
        self._xml = XmlWriter(faults)
        self._json = JsonWriter(faults)
        self._time_format = faults.value("times") or ""
        self._running_end = _END_TIME_VARIANTS.get(faults.value("running-end") or "", MissingValue.ABSENT)
        self._running_result = faults.value("running-result")
        self._has_invalid_rows = faults.is_on("odd-row")
        self._row_cache: dict[tuple[str, bool, bool], tuple[Session, str]] = {}

    def serialize(self, element: DocumentElement, *, json: bool) -> bytes:
        """Serialize a document."""
        text = self._json.serialize_document(element) if json else self._xml.serialize_document(element)
        return text.encode()

    def serialize_list(self, sessions: Sequence[Session], *, json: bool, references: bool = False) -> bytes:
        """Serialize the list, as entities or references."""
        root = (
            DocumentElement("EntityReferences", array_name="Refs")
            if references
            else DocumentElement("SystemSessions", array_name="Sessions")
        )
        if len(self._row_cache) > _MAX_CACHED * len(sessions):
            self._row_cache.clear()
        rows: Iterable[str] = (
            self._serialize_row(session, json=json, references=references) for session in sessions
        )
        if self._has_invalid_rows:
            rows = (self._make_invalid(number, row, json=json) for number, row in enumerate(rows))
        if json:
            return self._json.serialize_document(root, ",".join(rows)).encode()
        return self._xml.serialize_document(root, "".join(rows)).encode()

    def serialize_session(self, session: Session, *, json: bool, references: bool = False) -> bytes:
        """Serialize one session as an entity or an `EntityRef`."""
        element = (
            self.reference_element("EntityRef", session)
            if references
            else self.entity_element("SystemSession", session)
        )
        return self.serialize(element, json=json)

    def serialize_log(self, session: Session, log: Log, *, json: bool) -> bytes:
        """Serialize the events of one session."""
        reported = self.variants.vary_session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        items = tuple(self._event_element(event) for event in self.variants.vary_log(log).events)
        up_link = DocumentLink("Up", f"{href}?format=Entity", "BackupJobSession", reported.name)
        attributes = (("Href", f"{href}/events"), ("Type", "SystemSessionEvents"))
        element = DocumentElement(
            "SystemSessionEvents", attributes, (up_link,), items=items, array_name="Events"
        )
        return self.serialize(element, json=json)

    def entity_element(self, element: str, session: Session) -> DocumentElement:
        """Return an entity: element `Sessions` in the list, `SystemSession` alone."""
        reported = self.variants.vary_session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        links = (
            DocumentLink("Alternate", href, "BackupJobSessionReference", reported.name),
            DocumentLink("Down", f"{href}/events", "SystemSessionEvents", "Events"),
        )
        attributes = (
            ("Href", f"{href}?format=Entity"),
            ("Type", "SystemSession"),
            ("Name", reported.name),
            ("UID", reported.uid),
        )
        return DocumentElement(element, attributes, links, tuple(self._fields(reported)))

    def reference_element(self, element: str, session: Session) -> DocumentElement:
        """Return a reference: element `Ref` in the list, `EntityRef` alone."""
        reported = self.variants.vary_session(session)
        href = f"{self.base}/systemSessions/{session.id}"
        links = (
            DocumentLink("Alternate", f"{href}?format=Entity", "BackupJobSession", reported.name),
            DocumentLink("Down", f"{href}/events", "SystemSessionEvents", "Events"),
        )
        attributes = (
            ("UID", reported.uid),
            ("Name", reported.name),
            ("Href", href),
            ("Type", "SystemSessionReference"),
        )
        return DocumentElement(element, attributes, links)

    def _fields(self, reported: Session) -> Iterable[DocumentField]:
        yield "SessionType", reported.type or ""
        yield "CreationTimeUTC", self._format_time(reported.started)
        yield "EndTimeUTC", self._running_end if reported.ended is None else self._format_time(reported.ended)
        yield "State", reported.state or ""
        if not (reported.is_running and self._running_result == "absent"):
            yield "Result", self._result_element(reported)

    def _result_element(self, reported: Session) -> DocumentElement:
        word: DocumentValue = MissingValue.NIL if reported.result.value is None else reported.result.value
        fields: tuple[DocumentField, ...] = (
            ("Result", word),
            ("Message", reported.message or ""),
            ("IsCanceled", reported.result.is_canceled),
        )
        return DocumentElement("Result", fields=fields)

    def _event_element(self, event: Event) -> DocumentElement:
        time = self._format_time(event.time)
        fields: tuple[DocumentField, ...] = (
            ("CreationTimeUTC", time.removesuffix("Z")),
            ("Message", event.message or ""),
            ("Order", event.order or 0),
        )
        return DocumentElement("Events", fields=fields)

    def _format_time(self, time: datetime | None) -> str:
        if time is None:
            return ""
        text = format_server_time(time)
        if self._time_format == "offset":
            return format_server_time(time.astimezone(_OFFSET_ZONE)) + "+01:00"
        if self._time_format.isdecimal():
            text = f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%S}{_format_decimals(time, int(self._time_format))}"
        return text if self._time_format == "no-z" else text + "Z"

    def _serialize_row(self, session: Session, *, json: bool, references: bool) -> str:
        key = (session.uid, json, references)
        cached = self._row_cache.get(key)
        if cached is not None and cached[0] is session:
            return cached[1]
        element = (
            self.reference_element("Ref", session) if references else self.entity_element("Sessions", session)
        )
        text = self._json.serialize_element(element) if json else self._xml.serialize_element(element)
        self._row_cache[key] = (session, text)
        return text

    def _make_invalid(self, number: int, row: str, *, json: bool) -> str:
        name = self._json.property_name("CreationTimeUTC") if json else "CreationTimeUTC"
        if number == _INVALID_TIME_ROW:
            return row.replace(
                name + ('":"' if json else ">"), name + ('":"half past ' if json else ">half past "), 1
            )
        if number == _INVALID_UID_ROW:
            return row.replace("urn:veeam:SystemSession:", "", 1).replace(" UID=", " Nothing=", 1)
        return row


def _format_decimals(time: datetime, places: int) -> str:
    digits = f"{time.microsecond:06}4"[:places]
    return f".{digits}" if digits else ""
