"""Map paths to resources and their methods. Paths are case-insensitive."""

from __future__ import annotations

from dataclasses import dataclass

from emtui.demo.service_root import LINKED_PATHS
from emtui.em.model import Uid, find_guid, uid_from_guid

_GET = ("GET",)


@dataclass(frozen=True, slots=True)
class DemoRoute:
    """A resource, the methods it accepts, and the ID in the path, if any.

    `resource` is one of `fault_catalog.RESOURCES`, or `query`, `other` or `unknown`.
    """

    resource: str
    methods: tuple[str, ...] = _GET
    guid: str = ""

    @property
    def uid(self) -> Uid:
        """The ID as a system session's UID."""
        return uid_from_guid(self.guid)


UNKNOWN_ROUTE = DemoRoute("unknown")


def parse_path(path: str, prefix: str = "") -> DemoRoute:
    """Parse `/api/…` below `prefix`, with or without a trailing slash."""
    lowered = path.casefold()
    if not lowered.startswith(f"{prefix}/api"):
        return UNKNOWN_ROUTE
    start, *segments = lowered.removeprefix(prefix).strip("/").split("/")
    if start != "api":
        return UNKNOWN_ROUTE
    match segments:
        case []:
            return DemoRoute("root")
        case ["sessionmngr"]:
            return DemoRoute("logon", ("POST",))
        case ["logonsessions"]:
            return DemoRoute("logons")
        case ["logonsessions", segment]:
            return DemoRoute("logons", ("GET", "DELETE"), segment)
        case ["query"]:
            return DemoRoute("query")
        case ["systemsessions", *rest]:
            return _parse_session_path(rest)
    is_linked = any("/".join(segments[:depth]) in LINKED_PATHS for depth in (1, 2))
    return DemoRoute("other", ("GET", "POST", "PUT", "DELETE")) if is_linked else UNKNOWN_ROUTE


def _parse_session_path(rest: list[str]) -> DemoRoute:
    match rest:
        case []:
            return DemoRoute("list")
        case [segment]:
            return DemoRoute("session", guid=find_guid(segment) or segment)
        case [segment, "events"]:
            return DemoRoute("events", guid=find_guid(segment) or segment)
    return UNKNOWN_ROUTE
