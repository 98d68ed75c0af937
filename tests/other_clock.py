"""A server with clock skew: its list and its `Date` header follow its own clock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from rogue import GOOD, Asked, Reply, list_xml, reply, route_of

NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
RUNNING, BEFORE, AFTER = 900, 901, 902
"""The running session, and sessions that started ten minutes more and less than a day ago."""
USUAL = range(40)
"""Runs of half a minute, one every quarter of an hour."""
DAY = timedelta(days=1)
TEN = timedelta(minutes=10)


def id_of(number: int) -> str:
    """The ID of a run."""
    return f"{number:08x}-2222-4333-8444-555555555555"


@dataclass
class OtherClock:
    """An Enterprise Manager whose clock is `ahead` of the local one; `date` replaces its `Date` header.

    An empty `date` omits the header. `running` is the age of the running session at the start.
    """

    ahead: timedelta = timedelta()
    date: str | None = None
    running: timedelta = timedelta(minutes=4)
    made: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs_on: bool = True

    @property
    def now(self) -> datetime:
        """The server's time."""
        return datetime.now(UTC) + self.ahead

    @property
    def began(self) -> datetime:
        """Start of the running session, by the server's clock."""
        return self.made + self.ahead - self.running

    def __call__(self, asked: Asked) -> Reply:
        """The response with a `Date` header."""
        answer = self._answer(asked)
        date = f"{self.now:%a, %d %b %Y %H:%M:%S} GMT" if self.date is None else self.date
        if not date:
            return answer
        status, _, rest = answer.head.partition(b"\r\n")
        return Reply(status + f"\r\nDate: {date}\r\n".encode() + rest, answer.chunks, answer.after)

    def _answer(self, asked: Asked) -> Reply:
        route = route_of(asked)
        rows = dict(self._rows())
        if route == "list":
            return reply("200 OK", list_xml(f"<Sessions{row}</Sessions>" for row in rows.values()))
        if route not in {"session", "events"}:
            return GOOD[route]
        row = rows.get(int(asked.path.partition("/systemSessions/")[2][:8], 16))
        if row is None:
            return reply("404 Not Found")
        if route == "session":
            return reply("200 OK", f"<SystemSession {NS}{row}</SystemSession>".encode())
        event = f"<CreationTimeUTC>{_iso(self.began)}</CreationTimeUTC><Message>Started</Message>"
        log = f"<SystemSessionEvents {NS}><Events>{event}<Order>1</Order></Events></SystemSessionEvents>"
        return reply("200 OK", log.encode())

    def _rows(self) -> Iterator[tuple[int, str]]:
        now = self.made + self.ahead
        end = None if self.runs_on else self.began + timedelta(minutes=5)
        yield RUNNING, _row(RUNNING, "CollectJob", self.began, end)
        for number in USUAL:
            start = self.began - timedelta(minutes=15 * (number + 1))
            yield number, _row(number, "CollectJob", start, start + timedelta(seconds=30))
        for number, start in ((BEFORE, now - DAY - TEN), (AFTER, now - DAY + TEN)):
            yield number, _row(number, "LogExport", start, start + timedelta(minutes=1))


def _iso(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S.%f}Z"


def _row(number: int, kind: str, start: datetime, end: datetime | None) -> str:
    state, result = ("CompletedSuccessfully", "Success") if end else ("InProgress", "None")
    over = f"<EndTimeUTC>{_iso(end)}</EndTimeUTC>" if end else ""
    return (
        f' Type="SystemSession" Name="run {number}" UID="urn:veeam:SystemSession:{id_of(number)}">'
        f"<SessionType>{kind}</SessionType><CreationTimeUTC>{_iso(start)}</CreationTimeUTC>{over}"
        f"<State>{state}</State><Result><Result>{result}</Result><Message>run {number}</Message>"
        "<IsCanceled>false</IsCanceled></Result>"
    )
