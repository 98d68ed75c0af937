"""A server that lists the sessions of a test, over real TLS on 127.0.0.1, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from rogue import GOOD, PASSWORD, USER, Asked, Reply, identity, list_xml, reply, rogue_beside, route_of
from shell import Shell

from emtui.em.model import Result, Session, uid_of

_NS = ' xmlns="http://www.veeam.com/ent/v1.0"'


def session_xml(session: Session, tag: str = "Sessions") -> str:
    """One of them, as the server writes it. Source: em_rest/systemsessions_id."""
    result = session.result
    return (
        f'<{tag}{_NS if tag == "SystemSession" else ""} Type="SystemSession"'
        f" Name={quoteattr(session.name or '')} UID={quoteattr(session.uid)}>"
        f"{_text('SessionType', session.type)}{_time('CreationTimeUTC', session.started)}"
        f"{_time('EndTimeUTC', session.ended)}{_text('State', session.state)}"
        f"<Result>{_text('Result', result.word)}{_text('Message', result.message)}"
        f"<IsCanceled>{str(result.canceled).lower()}</IsCanceled></Result></{tag}>"
    )


def _text(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}>{escape(text)}</{tag}>"


def _time(tag: str, when: datetime | None) -> str:
    return _text(tag, f"{when.replace(tzinfo=None).isoformat()}Z" if when else None)


@contextmanager
def listing(
    shell: Shell, sessions: Sequence[Session], folder: Path, clock: datetime | None = None
) -> Iterator[Shell]:
    """A shell that knows where these are listed; the server's clock stands at `clock` if that is told."""
    known = identity(folder)

    def dated(asked: Asked) -> Reply:
        found = answer(asked)
        if clock is None:
            return found
        status, _, rest = found.head.partition(b"\r\n")
        date = format_datetime(clock, usegmt=True)
        return Reply(status + f"\r\nDate: {date}\r\n".encode() + rest, found.chunks, found.after)

    def answer(asked: Asked) -> Reply:
        match route_of(asked):
            case "list":
                return reply("200 OK", list_xml(map(session_xml, sessions)))
            case "session":
                wanted = asked.path.partition("?")[0].rpartition("/")[2].lower()
                found = next((one for one in sessions if one.id == wanted), None)
                gone = reply("404 Not Found")
                return reply("200 OK", session_xml(found, "SystemSession").encode()) if found else gone
            case route:
                return GOOD[route]

    with rogue_beside(dated, known.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


WORDS = {
    "s": ("CompletedSuccessfully", ""),
    "w": ("CompletedWarning", "slow"),
    "f": ("Failed", "disk full on x"),
    "g": ("Failed", "no route to y"),
    "c": ("Failed", "canceled"),
    "r": ("InProgress", ""),
}


def runs(letters: str) -> list[Session]:
    """Runs of LogExport until half an hour ago, oldest first; one an hour."""
    now = datetime.now(UTC)
    return [
        _run(place, letter, now - timedelta(hours=len(letters) - place))
        for place, letter in enumerate(letters)
    ]


def _run(number: int, letter: str, begin: datetime) -> Session:
    word, message = WORDS[letter]
    end = None if letter == "r" else begin + timedelta(minutes=1)
    result = Result("None" if letter == "r" else word, message, letter == "c")
    uid = uid_of(str(UUID(int=(number + 1 << 64) | 0xABCDEF)))
    return Session(uid, f"run {number}", "LogExport", begin, end, word, result)
