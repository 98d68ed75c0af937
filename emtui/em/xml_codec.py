"""Parse the server's documents into the model.

Lenient about everything that the documentation leaves open (order, prefix, namespace, the kind of list),
and about single unreadable rows; otherwise strict: raises `Unreadable`. Lists are parsed as they arrive,
other documents when complete. `charset` is always that of the Content-Type, if any.
Source: em_rest/systemsessions, em_rest/get_systemsessions_id_events.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from emtui.em import session_parser
from emtui.em.error_body import Beginning, ErrorBody, read_error_body
from emtui.em.list_reader import ListReader, read_list
from emtui.em.model import Log, Session
from emtui.em.secret import Secret
from emtui.em.session_parser import Item
from emtui.em.text_sanitizer import brief, clean
from emtui.em.timestamps import latest
from emtui.em.xml_document import read_whole
from emtui.em.xml_prolog import Unreadable
from emtui.em.xml_sanitizer import readable

__all__ = [
    "Beginning",
    "ErrorBody",
    "ListReader",
    "LogonBody",
    "Unreadable",
    "read_error_body",
    "read_list",
    "read_log",
    "read_logon",
    "read_root",
    "read_session",
    "readable_xml",
    "versions",
]


def read_session(body: bytes, charset: str = "", clock: datetime | None = None) -> Session:
    """One session, or a reference to one; raises `Unreadable`.

    `clock` is the server's time: a time far ahead of it is treated as unknown.
    """
    item = _root(body, charset, "SystemSession", "Sessions", "EntityRef", "Ref")
    return session_parser.read_session(item, latest(clock))


def read_log(body: bytes, charset: str = "", clock: datetime | None = None) -> Log:
    """The events of one session, in Order; raises `Unreadable`."""
    last = latest(clock)
    items, replaced = read_whole(body, 2, "SystemSessionEvents", "Events", charset=charset)
    found = (session_parser.read_event(item, last) for item in items)
    return Log(session_parser.in_order(event for event in found if event is not None), replaced)


def read_root(body: bytes, charset: str = "") -> None:
    """Raise `Unreadable` unless this is the API root document of Enterprise Manager."""
    _root(body, charset, "EnterpriseManager")


def versions(body: bytes, charset: str = "") -> str:
    """The API versions in the root document: `v1_5, v1_6, v1_7`; raises `Unreadable`."""
    items, _ = read_whole(body, 3, "EnterpriseManager", charset=charset)
    names = (item.attributes.get("Name", "") for item in items if item.name == "SupportedVersion")
    return brief(", ".join(name for name in names if name), 100)


@dataclass(frozen=True, slots=True)
class LogonBody:
    """The response to a logon; `session_id` is equivalent to the token, so it is a secret."""

    user_name: str | None
    session_id: Secret | None
    href: str | None


def read_logon(body: bytes, charset: str = "") -> LogonBody:
    """The `LogonSession` document of a logon; raises `Unreadable`."""
    item = _root(body, charset, "LogonSession")
    session_id = item.texts.get("SessionId", "").strip()
    return LogonBody(
        user_name=clean(item.texts.get("UserName", "").strip()) or None,
        session_id=Secret(session_id) if session_id else None,
        href=clean(item.attributes.get("Href", "").strip()) or None,
    )


def readable_xml(body: bytes, charset: str = "") -> str:
    """The document as text that is safe for a terminal and equivalent; raises `Unreadable`."""
    return readable(body, charset)


def _root(body: bytes, charset: str, *names: str) -> Item:
    """The root element, which must have one of these names."""
    items, _ = read_whole(body, 1, *names, charset=charset)
    return items[0]
