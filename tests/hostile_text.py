"""Hostile texts, and an Enterprise Manager that sends them in every field.

Each piece is written as XML: raw bytes, references that XML forbids, and text that is harmless in XML but
not elsewhere. Harmless markers surround each piece.
"""

from __future__ import annotations

import base64
from collections.abc import Callable

from scripted_server import GOOD_REPLIES, ReceivedRequest, ScriptedReply, make_reply, route_of

_NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
_COPYABLE = base64.b64encode(b"copied").decode()
HOSTILE_XML = (
    "\x1b[2J",
    "&#x1B;[31m",
    "&#27;]0;owned&#7;",
    "\x1b]2;owned\x07",
    f"\x1b]52;c;{_COPYABLE}\x07",
    f"&#x1b;]52;c;{_COPYABLE}&#x1b;\\",
    f"\u009d52;c;{_COPYABLE}\u009c",
    "\u009b31m",
    "\x1b]8;;https://em99.example.net\x1b\\link\x1b]8;;\x1b\\",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\x1b[6n\x1b[c\x05",
    "\x1b[?1049l\x1bc",
    "\x00\x01\x08\x08\x08\x0b\x0c\x0e\x7f",
    "\u202etxt.exe\u202c",
    "\u2066a\u2067b\u2069",
    "a\u200bb\u200dc\ufeffd\u2060e\u00adf",
    "&#xD800;&#xDFFF;&#56320;",
    "\U000e0041\U000e007f",
    "\u2028\u2029\u0085",
    "[/foo][red]x[/]",
    "[@click=app.quit]x[/]",
    "=cmd|' /C calc'!A0",
    "a&#13;&#10;b&#10;c&#9;d&#13;e",
    "%s{0}$(id)`id`\\x1b",
    "e" + "\u0301" * 40,
    "日本👩\u200d👧",
)
VERBATIM = ("[/foo][red]x[/]", "[@click=app.quit]x[/]", "=cmd|' /C calc'!A0", "%s{0}$(id)`id`\\x1b")
"""Those that are plain text for emtui, and must stay unchanged."""
LONG = "L0NG" + "x" * 1_000_000
STACKED_MARKS = "ST4CK" + "e" + "\u0301" * 10_000
HOSTILE_TEXTS = (
    *(f"M{number:02}{piece}E{number:02}" for number, piece in enumerate(HOSTILE_XML)),
    LONG,
    STACKED_MARKS,
)
FORMULAS = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(1)",
    " =1",
    "\u00a0=1",
    "&#9;=1",
    "&#10;=1",
    "&#13;=1",
    " &#9; @x",
    "＝1",
)


def _attribute(text: str) -> str:
    return text.replace("'", "&#39;").replace('"', "&quot;").replace("<", "&lt;")


def guid(number: int) -> str:
    """The id of the run with this text."""
    return f"{number:08x}-2222-4333-8444-555555555555"


def _session(number: int, text: str, tag: str = "Sessions") -> str:
    """A run with the text in every text field; its times are valid."""
    message_xml = _attribute(text)
    return (
        f"<{tag} {_NS} Type='{message_xml}' Name='{message_xml}' Href='https://{message_xml}/'"
        f" UID='urn:veeam:SystemSession:{guid(number)}'>"
        "<Links><Link"
        f" Href='{message_xml}' Rel='{message_xml}'/></Links>"
        f"<SessionType>{message_xml}</SessionType><CreationTimeUTC>"
        f"2026-11-20T02:{number:02}:00Z</CreationTimeUTC>"
        f"<EndTimeUTC>2026-11-20T03:00:00Z</EndTimeUTC><State>{message_xml}</State>"
        f"<Result><Result>{message_xml}</Result><Message>{message_xml}</Message><IsCanceled>{message_xml}</IsCanceled></Result>"
        f"<{'Note' if number % 2 else 'note'}>{message_xml}</{'Note' if number % 2 else 'note'}></{tag}>"
    )


def _contradictory_session(text: str) -> str:
    """A run with the text as its ID and times."""
    message_xml = _attribute(text)
    return (
        f"<Sessions Name='odd' UID='{message_xml}'><CreationTimeUTC>{message_xml}</CreationTimeUTC>"
        f"<EndTimeUTC>{message_xml}</EndTimeUTC></Sessions>"
    )


def _events(texts: tuple[str, ...]) -> str:
    lines = (
        f"<Events><CreationTimeUTC>2026-11-20T02:00:{number:02}Z</CreationTimeUTC><Order>{number}</Order>"
        f"<Message>{_attribute(text)}</Message><Status>{_attribute(text)}</Status></Events>"
        for number, text in enumerate(texts)
    )
    time, order = map(_attribute, texts[:2])
    bad_rows = f"<Events><CreationTimeUTC>{time}</CreationTimeUTC><Order>{order}</Order></Events>"
    return f"<SystemSessionEvents {_NS}>{''.join(lines)}{bad_rows}</SystemSessionEvents>"


def _ok_reply(text: str, headers: str = "Content-Type: application/xml\r\n") -> ScriptedReply:
    return make_reply("200 OK", text.encode("utf-8", "surrogatepass"), headers)


def hostile_server(texts: tuple[str, ...] = HOSTILE_TEXTS) -> Callable[[ReceivedRequest], ScriptedReply]:
    """The responses of such a server, with these texts."""
    rows = "".join(_session(number, text) for number, text in enumerate(texts))
    contradictory = "".join(map(_contradictory_session, texts[: len(HOSTILE_XML)]))
    logs = {
        "list": _ok_reply(f"<SystemSessions {_NS}>{rows}{contradictory}</SystemSessions>"),
        "events": _ok_reply(_events(texts)),
    }

    def reply_to(request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "session":
            number = int(request.path.rpartition("/")[2][:8], 16)
            return _ok_reply(_session(number, texts[number], "SystemSession"))
        return logs.get(route) or GOOD_REPLIES[route]

    return reply_to


def failing_server(
    route: str, text: str, status: str = "500 Internal Server Error"
) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Good responses, except for one error with the text in its message and headers."""
    error_text = _attribute(text)
    number = status.partition(" ")[0]
    body = (
        f"<Error {_NS} Message='{error_text}'"
        f" StatusCode='{number}'>"
        f"<StackTrace>{error_text}</StackTrace></Error>"
    )
    one_line = "".join(char for char in text if char >= " " and char != "\x7f")
    headers = f"Content-Type: application/xml\r\nServer: {one_line}\r\nVia: {one_line}\r\n"
    headers += f"WWW-Authenticate: Basic realm='{one_line}'\r\nX-Note: {one_line}\r\n"
    bad_reply = make_reply(status, body.encode(), headers)
    return lambda asked: bad_reply if route_of(asked) == route else GOOD_REPLIES[route_of(asked)]


def redirecting_server(route: str, text: str) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Good responses, except for a redirect to the text."""
    redirect_reply = make_reply("302 Found", b"", f"Location: https://em99.example.net/{text}\r\n")
    return lambda asked: redirect_reply if route_of(asked) == route else GOOD_REPLIES[route_of(asked)]
