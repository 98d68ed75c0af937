"""A server with clock skew: its list and its `Date` header follow its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from scripted_server import GOOD_REPLIES, ReceivedRequest, ScriptedReply, list_xml, make_reply, route_of

NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
RUNNING, MORE_THAN_A_DAY_AGO, LESS_THAN_A_DAY_AGO = 900, 901, 902
"""The running session, and sessions that started ten minutes more and less than a day ago."""
COLLECT_RUN_NUMBERS = range(40)
"""Runs of half a minute, one every quarter of an hour."""
DAY = timedelta(days=1)
TEN_MINUTES = timedelta(minutes=10)


def id_of(number: int) -> str:
    """The ID of a run."""
    return f"{number:08x}-2222-4333-8444-555555555555"


@dataclass
class SkewedServer:
    """An Enterprise Manager whose clock is `skew` ahead of the local one; `date_header` replaces its `Date`.

    An empty `date_header` omits the header. `running_age` is the age of the running session at the start.
    """

    skew: timedelta = timedelta()
    date_header: str | None = None
    running_age: timedelta = timedelta(minutes=4)
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    is_still_running: bool = True

    @property
    def now(self) -> datetime:
        """The server's time."""
        return datetime.now(UTC) + self.skew

    @property
    def running_since(self) -> datetime:
        """Start of the running session, by the server's clock."""
        return self.created + self.skew - self.running_age

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        """The response with a `Date` header."""
        response = self._reply_without_date(request)
        date = f"{self.now:%a, %d %b %Y %H:%M:%S} GMT" if self.date_header is None else self.date_header
        if not date:
            return response
        status, _, rest = response.head.partition(b"\r\n")
        return ScriptedReply(status + f"\r\nDate: {date}\r\n".encode() + rest, response.chunks, response.then)

    def _reply_without_date(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        rows = dict(self._rows())
        if route == "list":
            return make_reply("200 OK", list_xml(f"<Sessions{row}</Sessions>" for row in rows.values()))
        if route not in {"session", "events"}:
            return GOOD_REPLIES[route]
        row = rows.get(int(request.path.partition("/systemSessions/")[2][:8], 16))
        if row is None:
            return make_reply("404 Not Found")
        if route == "session":
            return make_reply("200 OK", f"<SystemSession {NS}{row}</SystemSession>".encode())
        event = f"<CreationTimeUTC>{_iso(self.running_since)}</CreationTimeUTC><Message>Started</Message>"
        log = f"<SystemSessionEvents {NS}><Events>{event}<Order>1</Order></Events></SystemSessionEvents>"
        return make_reply("200 OK", log.encode())

    def _rows(self) -> Iterator[tuple[int, str]]:
        now = self.created + self.skew
        end = None if self.is_still_running else self.running_since + timedelta(minutes=5)
        yield RUNNING, _row(RUNNING, "CollectJob", self.running_since, end)
        for number in COLLECT_RUN_NUMBERS:
            start = self.running_since - timedelta(minutes=15 * (number + 1))
            yield number, _row(number, "CollectJob", start, start + timedelta(seconds=30))
        for number, start in (
            (MORE_THAN_A_DAY_AGO, now - DAY - TEN_MINUTES),
            (LESS_THAN_A_DAY_AGO, now - DAY + TEN_MINUTES),
        ):
            yield number, _row(number, "LogExport", start, start + timedelta(minutes=1))


def _iso(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S.%f}Z"


def _row(number: int, type_name: str, start: datetime, end: datetime | None) -> str:
    state, result = ("CompletedSuccessfully", "Success") if end else ("InProgress", "None")
    end_xml = f"<EndTimeUTC>{_iso(end)}</EndTimeUTC>" if end else ""
    return (
        f' Type="SystemSession" Name="run {number}" UID="urn:veeam:SystemSession:{id_of(number)}">'
        f"<SessionType>{type_name}</SessionType><CreationTimeUTC>{_iso(start)}</CreationTimeUTC>{end_xml}"
        f"<State>{state}</State><Result><Result>{result}</Result><Message>run {number}</Message>"
        "<IsCanceled>false</IsCanceled></Result>"
    )
