"""A server that lists the sessions of a test, over real TLS on 127.0.0.1, for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape, quoteattr

from command_runner import CommandRunner
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

from emtui.em.model import Result, Session, uid_from_guid

_NS = ' xmlns="http://www.veeam.com/ent/v1.0"'


def session_xml(session: Session, tag: str = "Sessions") -> str:
    """The XML of one session. Source: em_rest/systemsessions_id."""
    result = session.result
    return (
        f'<{tag}{_NS if tag == "SystemSession" else ""} Type="SystemSession"'
        f" Name={quoteattr(session.name or '')} UID={quoteattr(session.uid)}>"
        f"{_text('SessionType', session.type)}{_time('CreationTimeUTC', session.started)}"
        f"{_time('EndTimeUTC', session.ended)}{_text('State', session.state)}"
        f"<Result>{_text('Result', result.value)}{_text('Message', result.message)}"
        f"<IsCanceled>{str(result.is_canceled).lower()}</IsCanceled></Result></{tag}>"
    )


def _reference_xml(session: Session) -> str:
    name = quoteattr(session.name or "")
    return f'<Ref Name={name} UID={quoteattr(session.uid)} Type="SystemSessionReference"/>'


def _text(tag: str, text: str | None) -> str:
    return "" if text is None else f"<{tag}>{escape(text)}</{tag}>"


def _time(tag: str, when: datetime | None) -> str:
    return _text(tag, f"{when.replace(tzinfo=None).isoformat()}Z" if when else None)


def with_guids(runs: Sequence[Session]) -> list[Session]:
    """The same runs with IDs as a server has them."""
    return [
        replace(run, uid=uid_from_guid(f"{number:08x}-2222-4333-8444-555555555555"))
        for number, run in enumerate(runs, 1)
    ]


@contextmanager
def listing_shell(
    shell: CommandRunner,
    sessions: Sequence[Session],
    folder: Path,
    clock: datetime | None = None,
    *,
    as_references: bool = False,
) -> Iterator[CommandRunner]:
    """A command runner for a server that lists these sessions; `clock` sets the server's time.

    `as_references`: the list has only names.
    """
    server_identity = make_identity(folder)

    def reply_with_date(request: ReceivedRequest) -> ScriptedReply:
        response = reply_to(request)
        if clock is None:
            return response
        status, _, rest = response.head.partition(b"\r\n")
        date = format_datetime(clock, usegmt=True)
        return ScriptedReply(status + f"\r\nDate: {date}\r\n".encode() + rest, response.chunks, response.then)

    def reply_to(request: ReceivedRequest) -> ScriptedReply:
        match route_of(request):
            case "list" if as_references:
                references = "".join(map(_reference_xml, sessions))
                return make_reply(
                    "200 OK", f"<EntityReferences{_NS}>{references}</EntityReferences>".encode()
                )
            case "list":
                return make_reply("200 OK", list_xml(map(session_xml, sessions)))
            case "session":
                session_id = request.path.partition("?")[0].rpartition("/")[2].lower()
                session = next((one for one in sessions if one.id == session_id), None)
                not_found = make_reply("404 Not Found")
                return (
                    make_reply("200 OK", session_xml(session, "SystemSession").encode())
                    if session
                    else not_found
                )
            case route:
                return GOOD_REPLIES[route]

    with scripted_server_in_thread(reply_with_date, server_identity.tls_context()) as server:
        shell.leading_arguments = (
            "--server",
            server.authority,
            "--user",
            USER,
            "--pin",
            server_identity.sha256,
        )
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


STATES_BY_LETTER = {
    "s": ("CompletedSuccessfully", ""),
    "w": ("CompletedWarning", "slow"),
    "f": ("Failed", "disk full on x"),
    "g": ("Failed", "no route to y"),
    "c": ("Failed", "canceled"),
    "r": ("InProgress", ""),
}


def runs_from_letters(letters: str) -> list[Session]:
    """Runs of LogExport until half an hour ago, oldest first; one an hour."""
    now = datetime.now(UTC)
    return [
        _make_run(index, letter, now - timedelta(hours=len(letters) - index))
        for index, letter in enumerate(letters)
    ]


def _make_run(number: int, letter: str, begin: datetime) -> Session:
    state, message = STATES_BY_LETTER[letter]
    end = None if letter == "r" else begin + timedelta(minutes=1)
    result = Result("None" if letter == "r" else state, message, letter == "c")
    uid = uid_from_guid(str(UUID(int=(number + 1 << 64) | 0xABCDEF)))
    return Session(uid, f"run {number}", "LogExport", begin, end, state, result)
