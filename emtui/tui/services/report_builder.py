"""What a ticket or a bundle contains about a run: its events, the explanation, what differs.

What cannot be had is left out, with the reason.
"""

from __future__ import annotations

from dataclasses import replace

from emtui.em.errors import EmError
from emtui.em.model import Session
from emtui.em.source import Source
from emtui.em.threads import beside
from emtui.handover.bundle import Received, Wire
from emtui.handover.case import Case
from emtui.monitor.assessment import Assessment
from emtui.monitor.explainer import Explainer
from emtui.triage.differing import difference
from emtui.triage.telling_known import rows


async def fill_report(explainer: Explainer, assessment: Assessment, case: Case) -> Case:
    """The same case, with all that can be had: log, explanation, difference from the last successful run."""
    session, log, why = await explainer.complete(case.session, case.log)
    case = replace(case, session=session, log=log, why=why or case.why)
    run = await explainer.explain(assessment, session, case.events)
    if session.type:
        case = replace(case, explanation=run.explanation, logs=run.past_logs)
    case = await _with_difference(explainer, assessment, case)
    people = tuple(rows(session, run.acknowledged, run.notes, case.origin.teller))
    return replace(case, people=people, is_known=run.mark is not None)


async def _with_difference(explainer: Explainer, assessment: Assessment, case: Case) -> Case:
    """With what is different from the last successful run, if both logs can be had."""
    last = await explainer.last_successful(assessment, case.session)
    if last is None or case.log is None or not case.log:
        return case
    other, events = last
    now = case.origin.now
    found = await beside(lambda: difference(case.session, case.events, other, events, now, last_good=True))
    return replace(case, difference=found)


async def fetch_xml(source: Source, session: Session) -> Wire:
    """What the server wrote about it, requested again, or why there is nothing of that."""
    try:
        found = Received(await source.session_xml(session.uid), await source.events_xml(session.uid))
    except EmError as problem:
        return Wire(None, str(problem), source.api)
    return Wire(found, api=source.api)
