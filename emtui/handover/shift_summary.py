"""Summary of the last hours for the next shift: what needs attention, is acknowledged, has recovered.

Findings are those of the screens, one line each. A recurring failure that is resolved again is listed as
a finding and as recovered. The summary is based on the list alone; repeated failures are one line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from emtui import text_format
from emtui.em.model import Outcome, Session
from emtui.handover.blocks import Block, Item, Part, Said, Title, Told
from emtui.handover.run_report import Origin
from emtui.triage.acknowledged import NOTHING_KNOWN, Known, Mark, key_of
from emtui.triage.acknowledgement_text import noted
from emtui.triage.finding_text import ground
from emtui.triage.findings import Canceled, Failing, Finding, Recurring, Warned
from emtui.triage.incidents import Incident, incidents
from emtui.triage.type_status import Standings

HOURS = 12
"""Hours that the summary covers."""
_MOST = 20
"""Maximum items of a section."""
_MESSAGE = 160
_COUNTED = (
    Outcome.FAILED,
    Outcome.WARNING,
    Outcome.CANCELED,
    Outcome.UNKNOWN,
    Outcome.RUNNING,
    Outcome.SUCCESS,
)

Blind = tuple[datetime, datetime | None, str]
"""Start, end and reason of a period without data."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Input of a summary; `blind` holds the periods without data since emtui started."""

    origin: Origin
    sessions: tuple[Session, ...]
    board: Standings
    findings: tuple[Finding, ...]
    blind: tuple[Blind, ...] = ()
    known: Known = NOTHING_KNOWN

    @property
    def since(self) -> datetime:
        """Start of the covered period, by the server's clock."""
        return self.origin.now - timedelta(hours=HOURS)

    @property
    def ran(self) -> list[Session]:
        """Runs active in this period, as far as known."""
        since = self.since
        return [one for one in self.sessions if one.running or (one.ended or one.started or since) > since]


def summary(shift: Shift) -> tuple[Block, ...]:
    """The complete summary."""
    known = [finding for finding in shift.findings if shift.known.of_finding(finding)]
    now = [finding for finding in shift.findings if finding not in known]
    told = {key_of(finding) for finding in shift.findings}
    found = incidents({row.type: row.runs for row in shift.board.types})
    others = [one for one in found if one.goes_on and one.fingerprint not in told]
    over = [one for one in found if not one.goes_on and (_of(one, shift) or one.fingerprint in told)]
    return (
        Title(_title(shift)),
        *_part("Needs attention", [_sentence(one, shift) for one in now]),
        *(_part("Acknowledged", [_sentence(one, shift) for one in known]) if known else ()),
        *(_part("Other messages", [_incident(one, shift) for one in others]) if others else ()),
        *_part("Recovered", [_incident(one, shift) for one in over]),
        *_blind(shift),
        *_rests_on(shift),
    )


def _of(incident: Incident, shift: Shift) -> bool:
    """Whether a resolved incident occurred or recovered in this period."""
    return incident.last >= shift.since or (incident.recovered or shift.board.now) > shift.since


def _title(shift: Shift) -> Told:
    origin = shift.origin
    mark = f"{origin.mark}: " if origin.mark else ""
    span = f"{origin.zones.at(shift.since)} – {origin.zones.at(origin.now)}"
    return (mark, f"Last {HOURS} hours of ", Said(origin.server, 200), f", {span}")


def _mark(incident: Incident, shift: Shift) -> Mark | None:
    """The acknowledgement that applies to its newest run."""
    row = shift.board.of(incident.type)
    newest = next((run for run in row.runs if run.uid == incident.uids[0]), None) if row else None
    return shift.known.of(newest) if newest else None


def _sentence(finding: Finding, shift: Shift) -> Told:
    """The finding with its type as foreign text, then the message and the acknowledgement."""
    text = f"{shift.origin.teller.finding(finding)} ({ground(finding)})"
    rest = (*_message(finding), *_noted(shift.known.of_finding(finding), shift))
    kind = finding.type
    if kind is None:
        return (text, *rest)
    return (Said(kind, 60), text.removeprefix(kind), *rest) if text.startswith(kind) else (Said(text), *rest)


def _message(finding: Finding) -> Told:
    match finding:
        case Failing() | Warned() | Canceled():
            message = finding.message
        case Recurring():
            message = finding.incident.message
        case _:
            message = None
    return (": ", Said(message, _MESSAGE)) if message else ()


def _noted(mark: Mark | None, shift: Shift) -> Told:
    return ("; acknowledged: ", Said(noted(mark, shift.known, shift.origin.teller), _MESSAGE)) if mark else ()


def _part(title: str, told: Sequence[Told]) -> Iterator[Block]:
    yield Part(title, (str(len(told) or "none"),))
    yield from map(Item, told[:_MOST])
    if len(told) > _MOST:
        yield Item((f"and {len(told) - _MOST} more",))


def _incident(incident: Incident, shift: Shift) -> Told:
    at = shift.origin.zones.at
    verb = "warned" if incident.outcome is Outcome.WARNING else "failed"
    when = f"at {at(incident.last)}"
    if incident.count > 1:
        when = (
            f"{text_format.count(incident.count)} times since {at(incident.first)}, last {at(incident.last)}"
        )
    over = f", successful since {at(incident.recovered)}" if incident.recovered else ""
    said: Told = (": ", Said(incident.message, _MESSAGE)) if incident.message else ()
    note = _noted(_mark(incident, shift), shift) if incident.goes_on else ()
    return (Said(incident.type, 60), f" {verb} {when}{over}", *said, *note)


def _blind(shift: Shift) -> Iterator[Block]:
    if not shift.blind:
        return
    yield Part("No data", ("what happened then is known only from later lists.",))
    at = shift.origin.zones.at
    for since, until, why in shift.blind[-_MOST:]:
        yield Item((f"{at(since)} – {at(until) if until else 'now'}: ", Said(why, _MESSAGE)))


def _rests_on(shift: Shift) -> Iterator[Block]:
    origin, ran = shift.origin, shift.ran
    tally = Counter(one.outcome for one in ran if one.complete)
    counts = ", ".join(f"{text_format.count(tally[kind])} {kind}" for kind in _COUNTED if tally[kind])
    yield Part("Based on")
    base = f"{text_format.counted(len(shift.sessions), 'run')} listed as of {origin.zones.at(origin.as_of)}"
    yield Item((f"{base}; {text_format.count(len(ran))} ran in this period{': ' if counts else ''}{counts}",))
    odd = sum(1 for one in shift.sessions if one.odd or not one.complete)
    if odd:
        rows = "row" if odd == 1 else "rows"
        yield Item(
            (f"{text_format.count(odd)} {rows} could not be read completely and may be missing above",)
        )
    if origin.blind_since:
        yield Item((f"no response from the server since {origin.zones.at(origin.blind_since)}",))
    if not shift.blind:
        yield Item(("no time without data since emtui started",))
    yield Item((f"emtui {origin.version}; times of runs are the server's",))
