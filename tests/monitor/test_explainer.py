"""One run explained: from the list alone at once, and from the logs of the last successful runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import pytest
from made_runs import HOUR, MINUTE, NOON, SECOND, log, run, series

from emtui.em.errors import EmError, NotFound, ServerTrouble
from emtui.em.model import Event, Log, Outcome, Session, Uid
from emtui.em.session_source import Source
from emtui.local.knowledge_base import Knowledge
from emtui.local.team_notes import Note
from emtui.monitor.assessment import Assessment, assess
from emtui.monitor.explainer import Explainer, waits_of
from emtui.monitor.history_cache import HistoryCache
from emtui.monitor.snapshot import Snapshot
from emtui.triage.acknowledged import Mark
from emtui.triage.message_fingerprint import fingerprint

FAILED = run(NOON, outcome=Outcome.FAILED, message="bs02 cannot be reached", took=10 * MINUTE)
GOOD = series("CollectJob", 15 * MINUTE, NOON - 15 * MINUTE, 40)
SLOW = log((0, "Starting"), (1, "Connecting to bs02"), (599, "bs02 cannot be reached"))
USUAL = log((0, "Starting"), (1, "Connecting to bs02"), (5, "Done"))
NOTE = Note("connecting to bs02", "patched on Mondays", whose="team file")


def assessed(*sessions: Session, knowledge: Knowledge | None = None) -> Assessment:
    snapshot = Snapshot((*sessions, *GOOD), NOON + HOUR)
    return assess(snapshot, knowledge or Knowledge())


@dataclass
class Server:
    """A server with a log for each run; some are gone or fail."""

    logs: dict[Uid, tuple[Event, ...]] = field(default_factory=dict)
    problems: dict[Uid, EmError] = field(default_factory=dict)
    requests: Counter[Uid] = field(default_factory=Counter)
    sessions: dict[Uid, Session] = field(default_factory=dict)

    async def events(self, uid: Uid) -> Log:
        self.requests[uid] += 1
        if uid in self.problems:
            raise self.problems[uid]
        return Log(self.logs.get(uid, USUAL))

    async def session(self, uid: Uid) -> Session:
        self.requests[uid] += 1
        return self.sessions[uid]


def explainer(server: Server, *ignored: type[EmError]) -> Explainer:
    source, history = cast("Source", server), HistoryCache()
    return Explainer(source, history, ignored) if ignored else Explainer(source, history)


async def test_the_list_and_its_own_log_explain_a_run_without_a_request() -> None:
    server = Server()
    found = await explainer(server).explain_from_list(assessed(FAILED), FAILED, SLOW)
    assert not server.requests
    assert found.explanation.last_good == GOOD[0]
    assert found.explanation.streak is not None
    assert [wait.usual for wait in found.explanation.waits] == [None]
    assert found.past_logs == 0


async def test_the_logs_of_the_last_five_successful_runs_say_what_is_usual() -> None:
    server = Server()
    one = explainer(server)
    found = await one.explain(assessed(FAILED), FAILED, SLOW)
    assert server.requests == Counter(run.uid for run in GOOD[:5])
    assert found.past_logs == 5
    waited = found.explanation.waited
    assert waited is not None
    assert waited.usual is not None
    assert (waited.usual.usual, waited.usual.rests_on) == (4 * SECOND, 5)
    await one.explain(assessed(FAILED), FAILED, SLOW)
    assert set(server.requests.values()) == {1}


async def test_pauses_of_a_successful_run_need_past_logs() -> None:
    well = run(NOON, took=10 * MINUTE)
    one, server = assessed(well), Server()
    at_once = await explainer(server).explain_from_list(one, well, SLOW)
    assert at_once.explanation.waited is None
    assert (await explainer(server).explain(one, well, SLOW)).explanation.waited is not None


async def test_ignored_errors_skip_a_past_log() -> None:
    server = Server(problems={GOOD[1].uid: NotFound("It has gone.")})
    assert (await explainer(server).explain(assessed(FAILED), FAILED, SLOW)).past_logs == 4
    assert (await explainer(server, NotFound).explain(assessed(FAILED), FAILED, SLOW)).past_logs == 4
    server.problems[GOOD[2].uid] = ServerTrouble("Error 500.", 500)
    assert (await explainer(server).explain(assessed(FAILED), FAILED, SLOW)).past_logs == 3
    with pytest.raises(ServerTrouble):
        await explainer(server, NotFound).explain(assessed(FAILED), FAILED, SLOW)


async def test_what_people_have_recorded_is_part_of_it() -> None:
    mark = Mark(fingerprint(FAILED), "CollectJob", "INC0012345", NOON)
    one = assessed(FAILED, knowledge=Knowledge({mark.of: mark.parts}, (NOTE,)))
    found = await explainer(Server()).explain_from_list(one, FAILED, SLOW)
    assert found.mark == mark
    assert found.notes == (NOTE,)
    assert (await explainer(Server()).explain_from_list(one, FAILED, ())).notes == ()


async def test_a_running_session_is_explained_as_of_the_given_time() -> None:
    running = run(NOON, outcome=Outcome.RUNNING)
    one, now = assessed(running), NOON + 3 * HOUR
    at_once = await explainer(Server()).explain_from_list(one, running, USUAL)
    later = await explainer(Server()).explain_from_list(one, running, USUAL, now)
    assert at_once.explanation.ratio == pytest.approx(40)
    assert later.explanation.ratio == pytest.approx(120)
    (wait,) = waits_of(running, USUAL, now, later.explanation)
    assert wait.step.lasted == 3 * HOUR - 5 * SECOND
    assert waits_of(FAILED, USUAL, now, None) == ()


async def test_the_last_successful_run_has_its_log_if_available() -> None:
    server = Server()
    assert await explainer(server).last_successful(assessed(FAILED), FAILED) == (GOOD[0], USUAL)
    server.problems[GOOD[0].uid] = NotFound("It has gone.")
    assert await explainer(server).last_successful(assessed(FAILED), FAILED) is None
    assert await explainer(server).last_successful(assessed(FAILED), GOOD[-1]) is None


async def test_the_runs_own_fields_and_log_are_requested_where_they_are_missing() -> None:
    reference = Session(FAILED.uid, complete=False)
    server = Server({FAILED.uid: SLOW}, sessions={FAILED.uid: FAILED})
    assert await explainer(server).complete(reference, None) == (FAILED, Log(SLOW), "")
    assert server.requests[FAILED.uid] == 2
    assert await explainer(server).complete(FAILED, Log(SLOW)) == (FAILED, Log(SLOW), "")
    assert server.requests[FAILED.uid] == 2
    server.problems[FAILED.uid] = NotFound("It has gone.")
    assert await explainer(server).complete(reference, None) == (FAILED, None, "It has gone.")
