"""Map paths to resources and their methods. Paths are case-insensitive."""

from __future__ import annotations

from dataclasses import dataclass

from emtui.demo.service_root import LINKED
from emtui.em.model import Uid, find_guid, uid_of

_GET = ("GET",)


@dataclass(frozen=True, slots=True)
class Asked:
    """A place (see `fault_catalog.PLACES`; or `query`, `other`, `unknown`) and the ID in the path, if any."""

    place: str
    verbs: tuple[str, ...] = _GET
    guid: str = ""

    @property
    def uid(self) -> Uid:
        """The ID as a system session's UID."""
        return uid_of(self.guid)


UNKNOWN = Asked("unknown")


def read_path(path: str, under: str = "") -> Asked:
    """Parse `/api/…` below `under`, with or without a trailing slash."""
    lowered = path.casefold()
    if not lowered.startswith(f"{under}/api"):
        return UNKNOWN
    start, *words = lowered.removeprefix(under).strip("/").split("/")
    if start != "api":
        return UNKNOWN
    match words:
        case []:
            return Asked("root")
        case ["sessionmngr"]:
            return Asked("logon", ("POST",))
        case ["logonsessions"]:
            return Asked("logons")
        case ["logonsessions", word]:
            return Asked("logons", ("GET", "DELETE"), word)
        case ["query"]:
            return Asked("query")
        case ["systemsessions", *rest]:
            return _system_session(rest)
    known = any("/".join(words[:depth]) in LINKED for depth in (1, 2))
    return Asked("other", ("GET", "POST", "PUT", "DELETE")) if known else UNKNOWN


def _system_session(rest: list[str]) -> Asked:
    match rest:
        case []:
            return Asked("list")
        case [word]:
            return Asked("session", guid=find_guid(word) or word)
        case [word, "events"]:
            return Asked("events", guid=find_guid(word) or word)
    return UNKNOWN
