"""Table of the switches of the demo (`--play`), with one line each.

A switch selects a variant that the documentation leaves open, or simulates a failure. A switch
with a PLACE applies to that kind of resource only, by default the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

PLACES = ("list", "session", "events", "root", "logon", "logons", "data", "all")
"""Kinds of resources; `data` is the first three, `all` every one."""


class Kind(Enum):
    """Kind of value that a switch takes."""

    PLAIN = auto()
    CHOICE = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch. `default` is the value of the bare name; `None` if a value is required."""

    name: str
    line: str
    kind: Kind = Kind.PLAIN
    choices: tuple[str, ...] = ()
    default: str | None = ""
    unit: str = ""

    @property
    def usage(self) -> str:
        """Placeholder after the `=`: the choices, PLACE or the unit."""
        return "PLACE" if self.choices == PLACES else self.unit or "|".join(self.choices)


def _choice(name: str, choices: str, line: str, default: str | None = None) -> Switch:
    return Switch(name, line, Kind.CHOICE, tuple(choices.split("|")), default)


def _number(name: str, unit: str, line: str, default: str | None = None) -> Switch:
    return Switch(name, line, Kind.NUMBER, default=default, unit=unit)


def _fault(name: str, line: str, place: str = "list") -> Switch:
    return Switch(name, line, Kind.CHOICE, PLACES, place)


SWITCHES = (
    Switch("v12", "PascalCase JSON, as version 12 writes it (the default)"),
    Switch("v13", "camelCase JSON, as version 13 writes it"),
    Switch("bom", "every body starts with a byte order mark"),
    Switch("references", "the list returns references, even with ?format=Entity"),
    _choice("plain", "entities|references", "what the list without ?format=Entity returns", "references"),
    _choice(
        "result-words", "documented|state", "Success, Warning, Failed; or the State values", "documented"
    ),
    _choice("running-result", "none|null|absent", "Result of a running session", "absent"),
    _choice("running-end", "absent|nil|empty|1753|0001", "EndTimeUTC of a running session", "nil"),
    _choice("attribute-order", "new|old|sorted|reversed", "the order of attributes in XML", "old"),
    Switch("prefix", "a namespace prefix on every element"),
    Switch("no-declaration", "no XML declaration"),
    Switch("comments", "comments and processing instructions between the elements"),
    Switch("crlf", "each element on a separate line, with CR LF"),
    Switch("odd-enums", "some sessions have undocumented types, states and results"),
    Switch("odd-row", "one row of the list has an invalid time, another has no UID"),
    _choice(
        "times", "0|1|2|3|4|5|6|7|no-z|offset", "decimals of times; no Z; an offset instead of Z", "no-z"
    ),
    _choice("hrefs", "http9399|localhost|other", "Hrefs have another address than the request", "http9399"),
    Switch("no-cookie", "the logon sets no cookie, and cookies are ignored"),
    _number("idle", "SECONDS", "a logon expires after this idle time (900)", "5"),
    Switch("expired", "every second request with a token fails: expired"),
    _number("401-after", "REQUESTS", "a logon expires after this number of requests", "3"),
    _fault("401", "every token is rejected", "data"),
    _fault("403", "access denied", "data"),
    _fault("404", "not found, as before version 12"),
    Switch("404-list", "the list is not found"),
    Switch("aged-out", "the newest failed session is listed but not found when opened"),
    _fault("429", "too many requests"),
    _fault("500", "a server error with an Error body"),
    _fault("500-empty", "a server error without a body"),
    _fault("501", "not implemented"),
    _fault("503", "maintenance, with Retry-After"),
    _fault("redirect", "302 to another host"),
    _fault("html", "a web page with status 200"),
    _fault("html-502", "a proxy's error page with status 502"),
    _fault("empty", "status 200 and no body"),
    _fault("wrong-document", "another document than the requested one"),
    _fault("cut", "the connection closes in the middle of the body"),
    _fault("half", "half a document, with a matching Content-Length"),
    _fault("doctype", "a DOCTYPE with an entity before the document"),
    _fault("deep", "a document nested 100,000 levels deep"),
    _fault("gzip", "a gzip body, whether or not accepted"),
    _fault("huge", "a list of 200 MB"),
    _fault("no-length", "a chunked body without Content-Length"),
    _number("slow", "SECONDS", "delay before each 64 KiB of a list", "0.5"),
    _number("slow-body", "SECONDS", "delay before the second half of every body", "3"),
    _number("slow-start", "SECONDS", "delay before every response", "3"),
    _fault("hang", "no response"),
    Switch("escape", "escape sequences, control and bidi characters in names and messages"),
    Switch("long", "one event message of 1 MB"),
    Switch("query", "/query?type=SystemSession works"),
    Switch("strict-length", "a POST without Content-Length is rejected with 411"),
    Switch("other-logons", "another user's logon comes first in the list of logons"),
    Switch("web-ui", "the port behaves like the web UI: HTML everywhere"),
    Switch("vbr", "the port behaves like the REST API of a backup server (9419)"),
    Switch("under-path", "everything is under /veeam, as behind a reverse proxy; Hrefs are not"),
    Switch("http", "plain HTTP instead of HTTPS"),
    Switch("expired-certificate", "a certificate that expired yesterday"),
    Switch("other-name", "a certificate for another host"),
    Switch("changed-certificate", "another certificate from the first logon on"),
)
