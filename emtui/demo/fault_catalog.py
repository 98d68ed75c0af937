"""Table of the failures of the demo (`--play`), with one line each.

A switch selects a variant that the documentation leaves open, or simulates a failure. A switch
with a PLACE applies to that kind of resource only, by default the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

RESOURCES = ("list", "session", "events", "root", "logon", "logons", "data", "all")
"""Kinds of resources; `data` is the first three, `all` every one."""


class FaultValueKind(Enum):
    """Kind of value that a switch takes."""

    PLAIN = auto()
    CHOICE = auto()
    NUMBER = auto()


@dataclass(frozen=True, slots=True)
class FaultOption:
    """One switch. `default` is the value of the bare name; `None` if a value is required."""

    name: str
    description: str
    kind: FaultValueKind = FaultValueKind.PLAIN
    choices: tuple[str, ...] = ()
    default: str | None = ""
    unit: str = ""

    @property
    def usage(self) -> str:
        """Placeholder after the `=`: the choices, PLACE or the unit."""
        return "PLACE" if self.choices == RESOURCES else self.unit or "|".join(self.choices)


def _choice_option(name: str, choices: str, description: str, default: str | None = None) -> FaultOption:
    return FaultOption(name, description, FaultValueKind.CHOICE, tuple(choices.split("|")), default)


def _number_option(name: str, unit: str, description: str, default: str | None = None) -> FaultOption:
    return FaultOption(name, description, FaultValueKind.NUMBER, default=default, unit=unit)


def _resource_fault(name: str, description: str, default_resource: str = "list") -> FaultOption:
    return FaultOption(name, description, FaultValueKind.CHOICE, RESOURCES, default_resource)


FAULT_OPTIONS = (
    FaultOption("v12", "PascalCase JSON, as version 12 writes it (the default)"),
    FaultOption("v13", "camelCase JSON, as version 13 writes it"),
    FaultOption("bom", "every body starts with a byte order mark"),
    FaultOption("references", "the list returns references, even with ?format=Entity"),
    _choice_option(
        "plain", "entities|references", "what the list without ?format=Entity returns", "references"
    ),
    _choice_option(
        "result-words",
        "documented|state",
        "Result is Success, Warning or Failed, or repeats the State",
        "documented",
    ),
    _choice_option("running-result", "none|null|absent", "Result of a running session", "absent"),
    _choice_option("running-end", "absent|nil|empty|1753|0001", "EndTimeUTC of a running session", "nil"),
    _choice_option("attribute-order", "new|old|sorted|reversed", "the order of attributes in XML", "old"),
    FaultOption("prefix", "a namespace prefix on every element"),
    FaultOption("no-declaration", "no XML declaration"),
    FaultOption("comments", "comments and processing instructions between the elements"),
    FaultOption("crlf", "each element on a separate line, with CR LF"),
    FaultOption("odd-enums", "some sessions have undocumented types, states and results"),
    FaultOption("odd-row", "one row of the list has an invalid time, another has no UID"),
    _choice_option(
        "times", "0|1|2|3|4|5|6|7|no-z|offset", "decimals of times; no Z; an offset instead of Z", "no-z"
    ),
    _choice_option(
        "hrefs", "http9399|localhost|other", "Hrefs have a different address from the request", "http9399"
    ),
    FaultOption("no-cookie", "the logon sets no cookie, and cookies are ignored"),
    _number_option("idle", "SECONDS", "a logon expires after this idle time (900)", "5"),
    FaultOption("expired", "every second request with a token is rejected as expired"),
    _number_option("401-after", "REQUESTS", "a logon expires after this number of requests", "3"),
    _resource_fault("401", "every token is rejected", "data"),
    _resource_fault("403", "access denied", "data"),
    _resource_fault("404", "not found, as before version 12"),
    FaultOption("404-list", "404 for the list"),
    FaultOption("aged-out", "the newest failed session is listed but not found when opened"),
    _resource_fault("429", "too many requests"),
    _resource_fault("500", "a server error with an Error body"),
    _resource_fault("500-empty", "a server error without a body"),
    _resource_fault("501", "not implemented"),
    _resource_fault("503", "maintenance, with Retry-After"),
    _resource_fault("redirect", "302 to another host"),
    _resource_fault("html", "a web page with status 200"),
    _resource_fault("html-502", "a proxy's error page with status 502"),
    _resource_fault("empty", "status 200 and no body"),
    _resource_fault("wrong-document", "a document other than the requested one"),
    _resource_fault("cut", "the connection closes in the middle of the body"),
    _resource_fault("half", "half a document, with a matching Content-Length"),
    _resource_fault("doctype", "a DOCTYPE with an entity before the document"),
    _resource_fault("deep", "a document nested 100,000 levels deep"),
    _resource_fault("gzip", "a gzip body, whether or not accepted"),
    _resource_fault("huge", "a list of 200 MB"),
    _resource_fault("no-length", "a chunked body without Content-Length"),
    _number_option("slow", "SECONDS", "delay before each 64 KiB of a list", "0.5"),
    _number_option("slow-body", "SECONDS", "delay before the second half of every body", "3"),
    _number_option("slow-start", "SECONDS", "delay before every response", "3"),
    _resource_fault("hang", "no response"),
    FaultOption("escape", "escape sequences, control and bidi characters in names and messages"),
    FaultOption("long", "one event message of 1 MB"),
    FaultOption("query", "/query?type=SystemSession returns sessions"),
    FaultOption("strict-length", "a POST without Content-Length is rejected with 411"),
    FaultOption("other-logons", "another user's logon comes first in the list of logons"),
    FaultOption("web-ui", "the port behaves like the web UI: HTML everywhere"),
    FaultOption("vbr", "the port behaves like the REST API of a backup server (9419)"),
    FaultOption("under-path", "everything is under /veeam, as behind a reverse proxy; Hrefs are not"),
    FaultOption("http", "plain HTTP instead of HTTPS"),
    FaultOption("expired-certificate", "a certificate that expired yesterday"),
    FaultOption("other-name", "a certificate for another host"),
    FaultOption("changed-certificate", "a different certificate, starting with the first logon"),
)
