"""What the list and the logs of past good runs explain about one run: for `emtui show`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from emtui import words
from emtui.cli import streams
from emtui.cli.known import Knowledge
from emtui.em.errors import EmError
from emtui.em.model import Event, Outcome, Session
from emtui.handover.records import Record
from emtui.local.notes import Note, notes_on
from emtui.triage.explained import Explanation, explain, good_before
from emtui.triage.known import Known, Mark
from emtui.triage.runs import LATEST, of_type
from emtui.triage.servers import worst_first
from emtui.triage.standing import standings
from emtui.triage.steps import UsualStep, Wait
from emtui.triage.streaks import Streak
from emtui.triage.telling import Teller
from emtui.triage.telling_known import noted, rows

if TYPE_CHECKING:
    from emtui.cli.show import Seen
    from emtui.em.client import Client


@dataclass(frozen=True, slots=True)
class History:
    """One run explained, and who tells it."""

    explanation: Explanation
    teller: Teller
    session: Session
    known: Known
    notes: tuple[Note, ...]

    @property
    def mark(self) -> Mark | None:
        """The mark that holds for it."""
        return self.known.of(self.session)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """A label and a text for each thing that is known; first what people know of it."""
        told = rows(self.session, self.known, self.notes, self.teller)
        return (*told, *self.teller.explained(self.explanation))

    @property
    def records(self) -> list[Record]:
        """The same as values, each with the text that it is part of."""
        texts = dict(self.lines)
        return [*self._told(), *self._found(texts)]

    def _told(self) -> Iterator[Record]:
        if mark := self.mark:
            text = noted(mark, self.known, self.teller)
            until = mark.until if mark.until and mark.until < LATEST else None
            yield {"kind": "known", "text": text, "note": mark.note or None, "until": _iso(until)}
        for note in self.notes:
            text = f"{note.text} ({note.whose})"
            yield {"kind": "note", "text": text, "note": note.text, "link": note.link or None}

    def _found(self, texts: dict[str, str]) -> list[Record]:
        return [
            {"kind": label.casefold().replace(" ", "_"), "text": texts[label], **record}
            for label, record in _records(self.explanation)
            if label in texts
        ]


async def history(client: Client, seen: Seen) -> History | None:
    """Ask for the list and the logs of the last good runs; without the list nothing is known."""
    session, log = seen.session, seen.log
    try:
        sessions = (await client.sessions()).sessions
        runs = of_type(sessions, session.type)
        past = [await _events(client, run) for run in good_before(runs, session)]
    except EmError as problem:
        streams.narrate(f"nothing is said of what was before: {problem}")
        return None
    board, known = standings(sessions, seen.now, seen.zone), Knowledge.of(client.server)
    found = explain(board, sessions, session, log.events, [events for events in past if events])
    notes = notes_on(known.notes, session, log.events)
    return History(found, Teller(seen.now, seen.zone), session, known.held(board), notes)


async def _events(client: Client, run: Session) -> tuple[Event, ...]:
    """The log of a past run; one that is gone meanwhile is not missed."""
    from emtui.em.errors import Nonsense, NotFound

    try:
        return (await client.events(run.uid)).events
    except (NotFound, Nonsense):
        return ()


def _records(found: Explanation) -> Iterator[tuple[str, Record]]:
    if (streak := found.streak) and streak.outcome is not Outcome.SUCCESS:
        yield (
            "Since",
            {
                "outcome": str(streak.outcome),
                "count": streak.count,
                "first": words.iso(streak.since),
                "previous": _iso(streak.previous),
                "after_good": _after(streak, Outcome.SUCCESS),
                "after_warnings": _after(streak, Outcome.WARNING),
                "after_failures": _after(streak, Outcome.FAILED),
                "rests_on": streak.rests_on,
            },
        )
    if found.silent:
        yield "Silent", _wait(found.silent)
    elif found.waited:
        yield "Waited", _wait(found.waited)
    if usual := found.baseline:
        yield (
            "Usual",
            {
                "usual_s": usual.usual.total_seconds(),
                "spread_s": usual.spread.total_seconds(),
                "longest_s": usual.longest.total_seconds(),
                "ratio": round(found.ratio, 2) if found.ratio else None,
                "longer_than": found.longer_than,
                "rests_on": usual.rests_on,
            },
        )
    yield from _around(found)


def _after(streak: Streak, outcome: Outcome) -> int | None:
    """How many runs with this outcome came directly before; unknown where the list does not say."""
    if streak.before is None:
        return None
    return streak.before_count if streak.before is outcome else 0


def _around(found: Explanation) -> Iterator[tuple[str, Record]]:
    if incident := found.incident:
        yield (
            "Same",
            {
                "fingerprint": incident.fingerprint,
                "count": incident.count,
                "first": words.iso(incident.first),
                "last": words.iso(incident.last),
                "good_since": _iso(incident.recovered),
                "rests_on": incident.rests_on,
            },
        )
    if found.last_good:
        yield "Last good", {"id": found.last_good.id, "started": _iso(found.last_good.started), "rests_on": 1}
    if due := found.due:
        yield (
            "Next",
            {
                "due": _iso(due.next),
                "late_since": _iso(due.since),
                "count": due.count,
                "at_least": due.at_least,
                "rests_on": due.rests_on,
            },
        )
    for row in worst_first(found.servers):
        server: Record = {
            "host": row.host,
            "went": str(row.went),
            "took_s": _seconds(row.took),
            "message": row.message,
        }
        yield "Servers", server | _usual(row.usual)
    for other in found.around.troubled:
        yield "Nearby", _near(other)
    for other in found.around.others:
        yield "Also ran", _near(other)


def _near(other: Session) -> Record:
    return {
        "id": other.id,
        "type": other.type,
        "started": _iso(other.started),
        "outcome": str(other.outcome),
        "rests_on": 1,
    }


def _wait(wait: Wait) -> Record:
    return {"message": wait.step.message, "lasted_s": _seconds(wait.step.lasted), **_usual(wait.usual)}


def _usual(usual: UsualStep | None) -> Record:
    return {
        "usual_s": usual.usual.total_seconds() if usual else None,
        "longest_s": usual.longest.total_seconds() if usual else None,
        "rests_on": usual.rests_on if usual else 0,
    }


def _iso(when: datetime | None) -> str | None:
    return words.iso(when) if when else None


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None


def text(lines: Sequence[tuple[str, str]]) -> str:
    """One fact a line, as the fields of a session stand."""
    return "".join(f"{words.fit(label, 9)} {words.one_line(said)}\n" for label, said in lines)
