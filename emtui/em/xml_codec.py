"""Parse the server's documents into the model.

Lenient about everything that the documentation leaves open (order, prefix, namespace, the kind of list),
and about single unreadable rows; otherwise strict: raises `UnreadableDocumentError`. Lists are parsed as
they arrive, other documents when complete. `charset` is always that of the Content-Type, if any.
Source: em_rest/systemsessions, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emtui.em import session_parser
from emtui.em.error_body import ErrorBody, ErrorDetector, read_error_body
from emtui.em.list_reader import ListReader, read_list
from emtui.em.model import Log, Session
from emtui.em.secret import Secret
from emtui.em.session_parser import ParsedElement
from emtui.em.text_sanitizer import clean, shorten
from emtui.em.timestamps import latest_plausible
from emtui.em.xml_document import parse_document
from emtui.em.xml_prolog import UnreadableDocumentError
from emtui.em.xml_sanitizer import make_readable

__all__ = [
    "ErrorBody",
    "ErrorDetector",
    "ListReader",
    "LogonBody",
    "UnreadableDocumentError",
    "check_root",
    "read_api_versions",
    "read_error_body",
    "read_list",
    "read_log",
    "read_logon",
    "read_session",
    "readable_xml",
]


def read_session(body: bytes, charset: str = "", clock: datetime | None = None) -> Session:
    """One session, or a reference to one; raises `UnreadableDocumentError`.

    `clock` is the server's time: a time far ahead of it is treated as unknown.
    """
    element = _read_root_element(body, charset, "SystemSession", "Sessions", "EntityRef", "Ref")
    return session_parser.read_session(element, latest_plausible(clock))


def read_log(body: bytes, charset: str = "", clock: datetime | None = None) -> Log:
    """The events of one session, in Order; raises `UnreadableDocumentError`."""
    latest_time = latest_plausible(clock)
    elements, replaced = parse_document(body, 2, "SystemSessionEvents", "Events", charset=charset)
    events = (session_parser.read_event(element, latest_time) for element in elements)
    return Log(session_parser.sort_events(event for event in events if event is not None), replaced)


def check_root(body: bytes, charset: str = "") -> None:
    """Raise `UnreadableDocumentError` unless this is the API root document of Enterprise Manager."""
    _read_root_element(body, charset, "EnterpriseManager")


def read_api_versions(body: bytes, charset: str = "") -> str:
    """The API versions in the root document: `v1_5, v1_6, v1_7`; raises `UnreadableDocumentError`."""
    elements, _ = parse_document(body, 3, "EnterpriseManager", charset=charset)
    names = (element.attributes.get("Name", "") for element in elements if element.name == "SupportedVersion")
    return shorten(", ".join(name for name in names if name), 100)


@dataclass(frozen=True, slots=True)
class LogonBody:
    """The response to a logon; `session_id` is equivalent to the token, so it is a secret."""

    user_name: str | None
    session_id: Secret | None
    href: str | None


def read_logon(body: bytes, charset: str = "") -> LogonBody:
    """The `LogonSession` document of a logon; raises `UnreadableDocumentError`."""
    element = _read_root_element(body, charset, "LogonSession")
    session_id = element.texts.get("SessionId", "").strip()
    return LogonBody(
        user_name=clean(element.texts.get("UserName", "").strip()) or None,
        session_id=Secret(session_id) if session_id else None,
        href=clean(element.attributes.get("Href", "").strip()) or None,
    )


def readable_xml(body: bytes, charset: str = "") -> str:
    """The document as text that is safe for a terminal and equivalent; raises `UnreadableDocumentError`."""
    return make_readable(body, charset)


def _read_root_element(body: bytes, charset: str, *names: str) -> ParsedElement:
    """The root element, which must have one of these names."""
    elements, _ = parse_document(body, 1, *names, charset=charset)
    return elements[0]
