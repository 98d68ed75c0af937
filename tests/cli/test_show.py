"""`emtui show` and `emtui events` against a server: every session reference, every output format."""

import csv
import io
import itertools
import json
import re
from datetime import datetime

import pytest
from command_runner import CommandRunner
from conftest import DEMO_CLOCK

from emtui.demo.world import SimulatedWorld
from emtui.em.model import Session
from emtui.handover.json_records import EVENT_KEYS, SESSION_KEYS

CLOCK = datetime.fromisoformat(DEMO_CLOCK)


@pytest.fixture(scope="module")
def world() -> SimulatedWorld:
    return SimulatedWorld(1, CLOCK)


@pytest.fixture(scope="module")
def failed(world: SimulatedWorld) -> Session:
    return max(
        (one for one in world.sessions(CLOCK) if one.outcome == "failed" and one.started),
        key=lambda one: one.name or "",
    )


@pytest.fixture(scope="module")
def unreached(world: SimulatedWorld) -> Session:
    """The newest collection that could not reach a backup server."""
    runs = [one for one in world.sessions(CLOCK) if one.type == "CollectJob" and one.outcome == "failed"]
    return max(runs, key=lambda one: one.started or CLOCK)


def test_show_is_one_bare_object_with_its_events(
    demo_shell: CommandRunner, world: SimulatedWorld, failed: Session
) -> None:
    shown = demo_shell.run_json("show", failed.id, "-o", "json")
    assert tuple(shown) == (*SESSION_KEYS, "events", "findings")
    assert shown["message"] == failed.message
    events = shown["events"]
    assert [event["message"] for event in events] == [e.message for e in world.log(failed.uid, CLOCK).events]
    assert tuple(events[0]) == EVENT_KEYS
    assert events[0]["gap_s"] is None
    assert all(isinstance(event["offset_s"], float) for event in events)


def test_a_session_is_found_by_every_form_of_its_id(demo_shell: CommandRunner, failed: Session) -> None:
    forms = (
        failed.id.upper(),
        f"URN:VEEAM:SystemSession:{failed.id}",
        f"https://other.example.net/api/systemSessions/{failed.id}?format=Entity",
        failed.id[:13],
        failed.id.replace("-", "")[:14],
    )
    assert {demo_shell.run_json("show", form, "-o", "json")["id"] for form in forms} == {failed.id}


def test_a_url_of_another_host_is_requested_from_this_server_with_a_message(
    demo_shell: CommandRunner, failed: Session
) -> None:
    url = f"https://other.example.net/api/systemSessions/{failed.id}"
    done = demo_shell("show", url, "-o", "json")
    assert done.returncode == 0
    assert "other.example.net" in done.stderr


def test_latest_is_the_newest_of_all_or_of_a_type(demo_shell: CommandRunner) -> None:
    newest, *_ = demo_shell.run_json("sessions", "-o", "json", "--limit", "1")
    assert demo_shell.run_json("show", "latest", "-o", "json")["id"] == newest["id"]
    collected, *_ = demo_shell.run_json("sessions", "-o", "json", "--limit", "1", "--type", "CollectJob")
    assert demo_shell.run_json("show", "latest:Database Replication", "-o", "json")["id"] == collected["id"]


def test_digits_that_several_begin_with_are_2_with_the_candidates(
    demo_shell: CommandRunner, world: SimulatedWorld
) -> None:
    ids = sorted(session.id for session in world.sessions(CLOCK))
    twins = [one[:4] for one, other in itertools.pairwise(ids) if one[:4] == other[:4]]
    done = demo_shell("show", twins[0])
    assert (done.returncode, done.stdout) == (2, "")
    candidates = [one for one in ids if one.startswith(twins[0])]
    assert all(one in done.stderr for one in candidates[:10])


@pytest.mark.parametrize("name", ["00000000-0000-0000-0000-000000000000", "latest:VcPl*x"])
def test_a_missing_session_is_3_and_one_sentence(demo_shell: CommandRunner, name: str) -> None:
    done = demo_shell("show", name)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("emtui: ")
    assert done.stderr.count("\n") == 1


def test_the_table_of_show_has_fields_and_events(demo_shell: CommandRunner, failed: Session) -> None:
    text = demo_shell("show", failed.id).stdout
    assert f"Type          {failed.type}\n" in text
    assert "Outcome       failed\n" in text
    assert "+01:00" in text
    assert "Order  Time" in text


def test_show_prints_whether_the_failure_is_new_and_the_backup_server(
    demo_shell: CommandRunner, unreached: Session
) -> None:
    text = demo_shell("show", unreached.id).stdout
    assert re.search(
        r"^Since         first since .* 0[23]:\d\d, after \d+ successes; \d times since ",
        text,
        re.MULTILINE,
    )
    assert re.search(r"^Recurring     recovered ((\w+|22 Nov( 26)?) )?03:25$", text, re.MULTILINE)
    assert re.search(
        r"^Servers       bs02.example.net \S+ failed  bs03.example.net \S+ ok  bs01", text, re.MULTILINE
    )
    assert re.search(r"^Last success  (\w+|22 Nov( 26)?) 02:55, took 1m", text, re.MULTILINE)
    assert re.search(r"^Also ran      CatalogCrawlJob (\w+|21 Nov( 26)?) 23:\d\d", text, re.MULTILINE)


def test_the_findings_are_values_with_the_number_of_runs_they_are_based_on(
    demo_shell: CommandRunner, unreached: Session
) -> None:
    findings = demo_shell.run_json("show", unreached.id, "-o", "json")["findings"]
    by_kind = {finding["kind"]: finding for finding in findings}
    assert {"since", "usual", "same", "last_good", "servers"} <= by_kind.keys()
    assert all(isinstance(finding["rests_on"], int) and finding["text"] for finding in findings)
    assert by_kind["since"]["count"] == 1
    assert by_kind["usual"]["rests_on"] == 400
    servers = {finding["host"]: finding for finding in findings if finding["kind"] == "servers"}
    assert list(servers) == ["bs02.example.net", "bs03.example.net", "bs01.example.net"], "the worst first"
    broken = servers["bs02.example.net"]
    assert (broken["went"], broken["rests_on"]) == ("failed", 5)
    assert broken["message"] == unreached.message
    assert [finding["started"][:10] for finding in findings if finding["kind"] == "also_ran"] == [
        "2026-11-21"
    ]


def test_a_stuck_run_shows_where_it_is_silent(demo_shell: CommandRunner) -> None:
    hung = demo_shell.run_json("show", "latest:DatabaseMaintenance", "-o", "json")
    (silent,) = [finding for finding in hung["findings"] if finding["kind"] == "silent"]
    assert silent["message"] == "Waiting for a lock on table Sessions"
    assert silent["lasted_s"] > 7_000 > 100 * silent["usual_s"]
    assert silent["rests_on"] == 5
    assert f"Stuck         {silent['text']}" in demo_shell("show", "latest:DatabaseMaintenance").stdout


def test_events_come_in_every_form(demo_shell: CommandRunner, failed: Session) -> None:
    rows = demo_shell.run_json("events", failed.id, "-o", "json")
    lines = demo_shell("events", failed.id, "-o", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == rows
    table = list(csv.DictReader(io.StringIO(demo_shell("events", failed.id, "-o", "csv").stdout)))
    assert [row["message"] for row in table] == [row["message"] for row in rows]
    assert tuple(table[0]) == EVENT_KEYS
    shown = demo_shell("events", failed.id).stdout.splitlines()
    assert len(shown) == 1 + len(rows)


def test_xml_is_what_the_server_sent(demo_shell: CommandRunner, failed: Session) -> None:
    session = demo_shell("show", failed.id, "-o", "xml").stdout
    assert "SystemSession" in session
    assert failed.id in session
    assert session.endswith(">\n")
    assert "<Order>" in demo_shell("events", failed.id[:8], "-o", "xml").stdout
