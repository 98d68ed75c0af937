"""A server that means harm with every text it sends; and what a terminal may receive nevertheless."""

from __future__ import annotations

import re
from xml.sax.saxutils import quoteattr

from rogue import GUID, LOGON_ID, TOKEN, Asked, Reply, good, reply, route_of

_NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
MARK = "Harmless"
"""What must stay readable beside each piece of harm."""

HARM = (
    "\x1b]0;owned\x07",  # the title
    "\x1b]52;c;b3duZWQ=\x07",  # the clipboard
    "\x1b[2J\x1b[?1049l\x1b[6n\x1b[5i",  # clear, leave, ask, print
    "\x1bP+q544e\x1b\\\x1b_Ga=d\x1b\\",  # DCS and APC
    "\x9b31m\x9d0;owned\x9c\x90q\x9c",  # the same in C1
    "\u202e\u2066\u200f\u061c",  # turned round
    "\u200b\u200d\u2060\ufeff\u00ad\U000e0041",  # not seen
    "\x00\x05\x07\x08\x0b\x0c\x0e\x7f",  # bell, backspace, answer back
    "\ud800\udfff\ufffe",  # half characters
    "[/foo][@click=app.quit]x[/][bold red]$text",  # markup
    "\r\n\t\n\u2028\u2029\x85",  # lines
    "=cmd|' /C calc'!A0",  # a formula
    "a" + "\u0301" * 200,  # marks upon marks
    "한国\U0001f469\u200d\U0001f4bb\U0001f3fd",  # wide, and joined
    "</Message><script>&lt;&amp;",  # the wire itself
)


def hostile(number: int) -> str:
    """A text with every kind of harm, between two harmless words."""
    return f"{MARK}{number}a {' '.join(HARM)} {MARK}{number}b"


def xml(text: str) -> str:
    """As a careless writer puts it into XML: what may not stand there as a reference."""
    escaped = quoteattr(text)[1:-1].replace('"', "&quot;")
    return re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe]",
        lambda found: f"&#x{ord(found.group()):X};",
        escaped,
    )


def session_xml(number: int, message: str, tag: str = "Sessions") -> str:
    """A run that failed, every field of it hostile."""
    guid = f"{number:08d}{GUID[8:]}"
    namespace = _NS if tag == "SystemSession" else ""
    return (
        f'<{tag} {namespace} Type="{xml(hostile(1))}" Name="{xml(hostile(2))}"'
        f' Href="https://elsewhere.example.net/{xml(hostile(3))}"'
        f' UID="urn:veeam:SystemSession:{guid}"><SessionType>{xml(hostile(4))}</SessionType>'
        f"<CreationTimeUTC>2026-11-23T02:00:{number:02d}Z</CreationTimeUTC>"
        "<EndTimeUTC>2026-11-23T02:00:59Z</EndTimeUTC>"
        f"<State>Failed{xml(hostile(5))}</State>"
        f"<Result><Result>{xml(hostile(6))}</Result><Message>{xml(message)}</Message>"
        f"<IsCanceled>{xml(hostile(7))}</IsCanceled></Result></{tag}>"
    )


MESSAGES = (hostile(8), f"{MARK}9 " + "x" * 1_000_000, f"{MARK}10 e" + "\u0301" * 10_000, hostile(11))


def event_xml(order: int, message: str) -> str:
    """One event; its time cannot be read either."""
    return (
        f"<Events><CreationTimeUTC>2026-11-23T02:00:0{order}{xml(HARM[0])}</CreationTimeUTC>"
        f"<Message>{xml(message)}</Message><Order>{order}</Order></Events>"
    )


def answers(asked: Asked) -> Reply:
    """Enterprise Manager, as it would be if somebody else wrote its texts."""
    route = route_of(asked)
    header = "X-Harm: \x1b]0;owned\x07\r\nContent-Type: application/xml\r\n"
    if route == "logon":
        body = (
            f'<LogonSession {_NS} Href="https://elsewhere.example.net/api/logonSessions/{LOGON_ID}">'
            f"<UserName>{xml(hostile(12))}</UserName><SessionId>{LOGON_ID}</SessionId></LogonSession>"
        )
        return reply("201 Created", body.encode(), f"{header}X-RestSvcSessionId: {TOKEN}\r\n")
    if route == "list":
        sessions = "".join(session_xml(number, text) for number, text in enumerate(MESSAGES, 1))
        return reply("200 OK", f"<SystemSessions {_NS}>{sessions}</SystemSessions>".encode(), header)
    if route == "session":
        return reply("200 OK", session_xml(4, MESSAGES[3], "SystemSession").encode(), header)
    if route == "events":
        events = "".join(event_xml(order, text) for order, text in enumerate(MESSAGES, 1))
        return reply("200 OK", f"<SystemSessionEvents {_NS}>{events}</SystemSessionEvents>".encode(), header)
    return good(asked)


def errors(status: str) -> Reply:
    """An error whose message means harm."""
    body = f'<Error {_NS} Message="{xml(hostile(13))}" StatusCode="500"/>'
    return reply(status, body.encode())


def elsewhere() -> Reply:
    """A redirect to a host whose name means harm."""
    return reply("302 Found", headers="Location: https://owned\x1b]0;x\x07\x9b.example.net/\u202e\r\n")


_SEQUENCE = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[PX^_].*?\x1b\\|[ -/]*[0-~])", re.DOTALL
)
_EVERYDAY = re.compile(rb"\x1b\[(?:[0-9;]*m|[0-9;]*H|K)")


def sequences(received: bytes) -> set[bytes]:
    """The control sequences in what a terminal received, but for colours and moving the cursor."""
    return {found for found in _SEQUENCE.findall(received) if not _EVERYDAY.fullmatch(found)}


def controls(received: bytes) -> set[str]:
    """The control, invisible and turning characters that stand in it outside of any sequence."""
    text = _SEQUENCE.sub(b"", received).decode("utf-8", "surrogateescape")
    return {
        character
        for character in text
        if not character.isprintable() and character not in "\r\n" and not _is_room(character)
    }


def _is_room(character: str) -> bool:
    """Blanks of any width are no harm."""
    return character.isspace() and character not in "\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x1f\t"
