"""One run as a ticket: outcome, start, pauses, comparison, and what is unknown.

Most important facts first, for readers new to the run; about forty lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from emtui import text_format
from emtui.em.model import Session
from emtui.handover.blocks import Block, Fact, Part, Quote, Said, Title, Told
from emtui.handover.caveats import unknown
from emtui.handover.diff_summary import against
from emtui.handover.log_excerpt import surroundings
from emtui.handover.run_report import Case
from emtui.triage.backup_server_stats import ServerRow, Went, worst_first
from emtui.triage.concurrent_runs import by_kind
from emtui.triage.explanation import Explanation
from emtui.triage.finding_text import type_or_name, usual_wait
from emtui.triage.step_timing import Wait

_OURS = frozenset({"Since", "Same", "Usual", "Last good", "Next"})
"""Labels whose texts contain only emtui's own words; others may contain the server's."""
_LABELS = {"Same": "Same failure", "Next": "Next run", "Usual": "Usually takes"}
"""Longer labels for those that are short on the screen."""
_MESSAGE = 1_000
_STEP = 100
_MOST_NAMED = 8


def ticket(case: Case) -> tuple[Block, ...]:
    """The complete ticket."""
    session = case.session
    quote = (Quote(Said(session.message, _MESSAGE)),) if session.message else ()
    command = (Part("Open", (Said(case.command, _MESSAGE),)),) if case.command else ()
    return (
        Title(_title(case)),
        *quote,
        *(Fact(label, told) for label, told in _facts(case)),
        *surroundings(case),
        *against(case),
        *unknown(case),
        *command,
        *(Fact(label, told) for label, told in _origin(case)),
    )


def _title(case: Case) -> Told:
    session, origin = case.session, case.origin
    mark = f"{origin.mark}: " if origin.mark else ""
    what = (Said(session.type, 60), f" {session.outcome}") if session.type else (Said(_name(session), 60),)
    return (mark, *what, " on ", Said(origin.server, 200))


def _name(session: Session) -> str:
    return session.name or session.id


def _facts(case: Case) -> Iterator[tuple[str, Told]]:
    session, zones = case.session, case.origin.zones
    if session.started:
        yield "Started", (zones.everywhere(session.started),)
    elif session.complete:
        yield "Started", (text_format.UNKNOWN,)
    took = session.took(case.origin.now)
    if took is None:
        if session.complete:
            yield "Duration", (text_format.UNKNOWN,)
    elif session.running:
        yield "Duration", (f"{text_format.duration(took)} so far",)
    else:
        until = f" until {zones.at(session.ended)}" if session.ended else ""
        yield "Duration", (text_format.duration(took), until)
    if case.explanation:
        yield from _explained(case, case.explanation)
    for label, text in case.people:
        yield label, (Said(text),)
    said = dict.fromkeys(word for word in (session.state, session.result.word) if word)
    if said:
        contradictory = " (contradictory)" if session.contradiction else ""
        canceled = ", canceled" if session.result.canceled else ""
        yield "Server state", (Said(" / ".join(said), 100), contradictory, canceled)


def _explained(case: Case, found: Explanation) -> Iterator[tuple[str, Told]]:
    for label, text in case.origin.teller.explained(found):
        match label:
            case "Silent" | "Waited":
                if found.worst:
                    yield label, _wait(found.worst)
            case "Servers":
                yield label, tuple(_listed([_server(row) for row in worst_first(found.servers)]))
            case "Nearby":
                yield label, tuple(_listed([_near(runs, case) for runs in by_kind(found.around.troubled)]))
            case _:
                yield _LABELS.get(label, label), (text if label in _OURS else Said(text),)


def _wait(wait: Wait) -> Told:
    lasted = f"{text_format.duration(wait.step.lasted)} in " if wait.step.lasted is not None else "in "
    usual = usual_wait(wait)
    return (lasted, Said(wait.step.message, _STEP), f", {usual}" if usual else "")


def _server(row: ServerRow) -> Told:
    """`bs02.example.net 3m50s failed`."""
    took = row.took if row.went is not Went.NOT_REACHED else None
    return (Said(row.host, 80), f" {text_format.duration(took)}" if took is not None else "", f" {row.went}")


def _near(runs: Sequence[Session], case: Case) -> Told:
    """`CollectJob 2026-11-23 02:10:04 +01:00 failed`."""
    began = case.origin.teller.began(runs)
    return (Said(type_or_name(runs[0]), 60), f" {began}" if began else "", f" {runs[0].outcome}")


def _listed(told: list[Told]) -> Iterator[str | Said]:
    """Join with commas; long lists are cut."""
    for place, one in enumerate(told[:_MOST_NAMED]):
        yield from (", ", *one) if place else one
    if len(told) > _MOST_NAMED:
        yield f", and {len(told) - _MOST_NAMED} more"


def _origin(case: Case) -> Iterator[tuple[str, Told]]:
    yield "ID", (Said(case.session.id, 100),)
    yield "As of", (f"{case.origin.zones.at(case.origin.as_of)}, by emtui {case.origin.version}",)
