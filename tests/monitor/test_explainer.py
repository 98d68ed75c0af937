"""Explanation of a run: first by the list alone, then by the logs of the last successful runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import pytest
from session_factory import HOUR, MINUTE, NOON, SECOND, make_log, make_run, make_series

from emtui.em.errors import EmError, SessionNotFoundError, UnexpectedStatusError
from emtui.em.model import Event, Log, Outcome, Session, Uid
from emtui.em.session_source import SessionSource
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import TeamNote
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.explainer import Explainer, find_waits
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.snapshot import Snapshot
from emtui.triage.acknowledgement_matching import Acknowledgement
from emtui.triage.message_fingerprint import fingerprint

FAILED_RUN = make_run(NOON, outcome=Outcome.FAILED, message="bs02 cannot be reached", duration=10 * MINUTE)
SUCCESSFUL_RUNS = make_series("CollectJob", 15 * MINUTE, NOON - 15 * MINUTE, 40)
SLOW_LOG = make_log((0, "Starting"), (1, "Connecting to bs02"), (599, "bs02 cannot be reached"))
USUAL_LOG = make_log((0, "Starting"), (1, "Connecting to bs02"), (5, "Done"))
NOTE = TeamNote("connecting to bs02", "patched on Mondays", source="team file")


def make_assessment(*sessions: Session, knowledge: Knowledge | None = None) -> Assessment:
    snapshot = Snapshot((*sessions, *SUCCESSFUL_RUNS), NOON + HOUR)
    return assess(snapshot, knowledge or Knowledge())


@dataclass
class LogServer:
    """A server with a log for each run; some are gone or fail."""

    logs: dict[Uid, tuple[Event, ...]] = field(default_factory=dict)
    problems: dict[Uid, EmError] = field(default_factory=dict)
    requests: Counter[Uid] = field(default_factory=Counter)
    sessions: dict[Uid, Session] = field(default_factory=dict)

    async def events(self, uid: Uid) -> Log:
        self.requests[uid] += 1
        if uid in self.problems:
            raise self.problems[uid]
        return Log(self.logs.get(uid, USUAL_LOG))

    async def session(self, uid: Uid) -> Session:
        self.requests[uid] += 1
        return self.sessions[uid]


def make_explainer(server: LogServer, *ignored: type[EmError]) -> Explainer:
    source, history = cast("SessionSource", server), HistoryCache()
    return Explainer(source, history, ignored) if ignored else Explainer(source, history)


async def test_the_list_and_its_own_log_explain_a_run_without_a_request() -> None:
    server = LogServer()
    found = await make_explainer(server).explain_from_list(make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG)
    assert not server.requests
    assert found.explanation.last_successful == SUCCESSFUL_RUNS[0]
    assert found.explanation.streak is not None
    assert [wait.usual for wait in found.explanation.waits] == [None]
    assert found.past_log_count == 0


async def test_the_logs_of_the_last_five_successful_runs_define_the_usual() -> None:
    server = LogServer()
    one = make_explainer(server)
    found = await one.explain(make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG)
    assert server.requests == Counter(run.uid for run in SUCCESSFUL_RUNS[:5])
    assert found.past_log_count == 5
    waited = found.explanation.main_wait
    assert waited is not None
    assert waited.usual is not None
    assert (waited.usual.usual, waited.usual.sample_size) == (4 * SECOND, 5)
    await one.explain(make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG)
    assert set(server.requests.values()) == {1}


async def test_pauses_of_a_successful_run_need_past_logs() -> None:
    well = make_run(NOON, duration=10 * MINUTE)
    one, server = make_assessment(well), LogServer()
    at_once = await make_explainer(server).explain_from_list(one, well, SLOW_LOG)
    assert at_once.explanation.main_wait is None
    assert (await make_explainer(server).explain(one, well, SLOW_LOG)).explanation.main_wait is not None


async def test_ignored_errors_skip_a_past_log() -> None:
    server = LogServer(problems={SUCCESSFUL_RUNS[1].uid: SessionNotFoundError("It was deleted.")})
    assert (
        await make_explainer(server).explain(make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG)
    ).past_log_count == 4
    assert (
        await make_explainer(server, SessionNotFoundError).explain(
            make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG
        )
    ).past_log_count == 4
    server.problems[SUCCESSFUL_RUNS[2].uid] = UnexpectedStatusError("Error 500.", 500)
    assert (
        await make_explainer(server).explain(make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG)
    ).past_log_count == 3
    with pytest.raises(UnexpectedStatusError):
        await make_explainer(server, SessionNotFoundError).explain(
            make_assessment(FAILED_RUN), FAILED_RUN, SLOW_LOG
        )


async def test_acknowledgements_and_notes_are_part_of_it() -> None:
    mark = Acknowledgement(fingerprint(FAILED_RUN), "CollectJob", "INC0012345", NOON)
    one = make_assessment(FAILED_RUN, knowledge=Knowledge({mark.key: mark.to_strings}, (NOTE,)))
    found = await make_explainer(LogServer()).explain_from_list(one, FAILED_RUN, SLOW_LOG)
    assert found.acknowledgement == mark
    assert found.notes == (NOTE,)
    assert (await make_explainer(LogServer()).explain_from_list(one, FAILED_RUN, ())).notes == ()


async def test_a_running_session_is_explained_as_of_the_given_time() -> None:
    running = make_run(NOON, outcome=Outcome.RUNNING)
    one, now = make_assessment(running), NOON + 3 * HOUR
    at_once = await make_explainer(LogServer()).explain_from_list(one, running, USUAL_LOG)
    later = await make_explainer(LogServer()).explain_from_list(one, running, USUAL_LOG, now)
    assert at_once.explanation.ratio == pytest.approx(40)
    assert later.explanation.ratio == pytest.approx(120)
    (wait,) = find_waits(running, USUAL_LOG, now, later.explanation)
    assert wait.step.duration == 3 * HOUR - 5 * SECOND
    assert find_waits(FAILED_RUN, USUAL_LOG, now, None) == ()


async def test_the_last_successful_run_has_its_log_if_available() -> None:
    server = LogServer()
    assert await make_explainer(server).find_last_successful(make_assessment(FAILED_RUN), FAILED_RUN) == (
        SUCCESSFUL_RUNS[0],
        USUAL_LOG,
    )
    server.problems[SUCCESSFUL_RUNS[0].uid] = SessionNotFoundError("It was deleted.")
    assert await make_explainer(server).find_last_successful(make_assessment(FAILED_RUN), FAILED_RUN) is None
    assert (
        await make_explainer(server).find_last_successful(make_assessment(FAILED_RUN), SUCCESSFUL_RUNS[-1])
        is None
    )


async def test_the_runs_own_fields_and_log_are_requested_where_they_are_missing() -> None:
    reference = Session(FAILED_RUN.uid, is_complete=False)
    server = LogServer({FAILED_RUN.uid: SLOW_LOG}, sessions={FAILED_RUN.uid: FAILED_RUN})
    assert await make_explainer(server).complete_run(reference, None) == (FAILED_RUN, Log(SLOW_LOG), "")
    assert server.requests[FAILED_RUN.uid] == 2
    assert await make_explainer(server).complete_run(FAILED_RUN, Log(SLOW_LOG)) == (
        FAILED_RUN,
        Log(SLOW_LOG),
        "",
    )
    assert server.requests[FAILED_RUN.uid] == 2
    server.problems[FAILED_RUN.uid] = SessionNotFoundError("It was deleted.")
    assert await make_explainer(server).complete_run(reference, None) == (FAILED_RUN, None, "It was deleted.")
