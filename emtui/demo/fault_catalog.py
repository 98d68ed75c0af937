"""The table of switches: everything the demo can play, one line each.

A switch answers one doubt of the documents, or breaks one thing on the way. Where a switch
takes a PLACE it concerns that kind of resource alone, the list unless said otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

PLACES = ("list", "session", "events", "root", "logon", "logons", "data", "all")
"""Kinds of resources; `data` is the first three, `all` every one."""


class Kind(Enum):
    """What may stand after the name of a switch."""

    PLAIN = auto()
    CHOICE = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class Switch:
    """One switch. `default` is what the bare name means; without one a value is needed."""

    name: str
    line: str
    kind: Kind = Kind.PLAIN
    choices: tuple[str, ...] = ()
    default: str | None = ""
    unit: str = ""

    @property
    def usage(self) -> str:
        """What may stand after the `=`: the choices, PLACE, or what is counted."""
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
    Switch("bom", "a byte order mark before every body"),
    Switch("references", "the list gives references, with ?format=Entity as well"),
    _choice("plain", "entities|references", "what the list without ?format=Entity gives", "references"),
    _choice(
        "result-words", "documented|state", "Success, Warning, Failed; or the words of State", "documented"
    ),
    _choice("running-result", "none|null|absent", "Result of a running session", "absent"),
    _choice("running-end", "absent|nil|empty|1753|0001", "EndTimeUTC of a running session", "nil"),
    _choice("attribute-order", "new|old|sorted|reversed", "the order of attributes in XML", "old"),
    Switch("prefix", "a namespace prefix on every element"),
    Switch("no-declaration", "no XML declaration"),
    Switch("comments", "comments and processing instructions between the elements"),
    Switch("crlf", "elements on lines of their own, ended by CR LF"),
    Switch("odd-enums", "some sessions have types, states and results that no document knows"),
    Switch("odd-row", "one row of the list has an unreadable time, another one no UID"),
    _choice(
        "times", "0|1|2|3|4|5|6|7|no-z|offset", "decimals of times; no Z; an offset instead of Z", "no-z"
    ),
    _choice("hrefs", "http9399|localhost|other", "Hrefs name another address than the one asked", "http9399"),
    Switch("no-cookie", "the logon sets no cookie, and cookies mean nothing"),
    _number("idle", "SECONDS", "a logon ends after so long without a request (900)", "5"),
    Switch("expired", "every second request with a token finds it expired"),
    _number("401-after", "REQUESTS", "a logon ends after so many requests", "3"),
    _fault("401", "the token is refused, whatever it is", "data"),
    _fault("403", "access denied", "data"),
    _fault("404", "not found, as before version 12"),
    Switch("404-list", "the same, of the list"),
    Switch("aged-out", "the newest failed session is listed, but gone when it is opened"),
    _fault("429", "too many requests"),
    _fault("500", "a server error with an Error body"),
    _fault("500-empty", "a server error without a body"),
    _fault("501", "not implemented"),
    _fault("503", "in maintenance, with a Retry-After"),
    _fault("redirect", "302 to another host"),
    _fault("html", "a web page with status 200"),
    _fault("html-502", "a proxy's error page with status 502"),
    _fault("empty", "status 200 and no body"),
    _fault("wrong-document", "another document than the one asked for"),
    _fault("cut", "the connection ends in the middle of the body"),
    _fault("half", "half a document, with the length of the half"),
    _fault("doctype", "a DOCTYPE with an entity before the document"),
    _fault("deep", "a document nested 100,000 levels deep"),
    _fault("gzip", "a gzip body, asked for or not"),
    _fault("huge", "a list of 200 MB"),
    _fault("no-length", "a chunked body, without its length"),
    _number("slow", "SECONDS", "so long a pause before each part of a list (64 KiB)", "0.5"),
    _number("slow-body", "SECONDS", "so long a pause before the second half of every body", "3"),
    _number("slow-start", "SECONDS", "so long a pause before every answer", "3"),
    _fault("hang", "no answer at all"),
    Switch("escape", "escape sequences, controls and bidi marks in names and messages"),
    Switch("long", "one event message of 1 MB"),
    Switch("query", "/query?type=SystemSession works"),
    Switch("strict-length", "a POST without Content-Length is refused with 411"),
    Switch("other-logons", "the list of logons holds somebody else's first"),
    Switch("web-ui", "the port answers like the web UI: HTML everywhere"),
    Switch("vbr", "the port answers like the REST API of the backup server itself (9419)"),
    Switch("under-path", "everything is under /veeam, as behind a reverse proxy; Hrefs do not say so"),
    Switch("http", "plain HTTP instead of HTTPS"),
    Switch("expired-certificate", "a certificate that ended yesterday"),
    Switch("other-name", "a certificate for another host"),
    Switch("changed-certificate", "another certificate from the first logon on"),
)
