"""Impossible times, duplicate sessions and new words, through the command line over real TLS."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from command_runner import CommandRunner
from scripted_server import (
    GOOD_REPLIES,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_reply,
    route_of,
)

NS = 'xmlns="http://www.veeam.com/ent/v1.0"'
NOW = datetime.now(UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEVER = "1900-01-01T00:00:00Z"


def guid(number: int) -> str:
    return f"{number:08x}-2222-4333-8444-555555555555"


def format_time(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%S.%fZ}"


@dataclass(frozen=True)
class SessionRow:
    """One row, with its times as text."""

    number: int
    started: str
    ended: str = ""
    state: str = "CompletedSuccessfully"
    result: str = "Success"
    type: str = "CollectJob"

    def text(self, tag: str = "Sessions", namespace: str = "") -> str:
        end = f"<EndTimeUTC>{self.ended}</EndTimeUTC>" if self.ended else ""
        return (
            f'<{tag} {namespace} Name="{self.type} {self.number}"'
            f' UID="urn:veeam:SystemSession:{guid(self.number)}"><SessionType>{self.type}</SessionType>'
            f"<CreationTimeUTC>{self.started}</CreationTimeUTC>{end}<State>{self.state}</State>"
            f"<Result><Result>{self.result}</Result></Result></{tag}>"
        )


@dataclass
class ListServer:
    """A server that lists these rows."""

    rows: list[SessionRow] = field(default_factory=list)
    as_references: bool = False
    unlisted: frozenset[int] = frozenset()
    """Numbers of runs that are not in the list, but can be requested."""

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        route = route_of(request)
        if route == "list" and self.as_references:
            refs = "".join(
                f'<Ref Name="run @{row.started[:19].replace("T", " ")}"'
                f' UID="urn:veeam:SystemSession:{guid(row.number)}" Type="SystemSessionReference"/>'
                for row in self.rows
            )
            return make_reply("200 OK", f"<EntityReferences {NS}>{refs}</EntityReferences>".encode())
        if route == "list":
            return make_reply(
                "200 OK", list_xml(row.text() for row in self.rows if row.number not in self.unlisted)
            )
        number = int(request.path.partition("/systemSessions/")[2][:8] or "0", 16)
        if route == "session":
            row = next(row for row in self.rows if row.number == number)
            return make_reply("200 OK", row.text("SystemSession", NS).encode())
        if route == "events":
            line = f"<CreationTimeUTC>{NEVER}</CreationTimeUTC><Message>a</Message><Order>1</Order>"
            body = f"<SystemSessionEvents {NS}><Events>{line}</Events></SystemSessionEvents>"
            return make_reply("200 OK", body.encode())
        return GOOD_REPLIES[route]


@pytest.fixture
def responder() -> ListServer:
    return ListServer()


def nightly_rows(count: int = 10) -> list[SessionRow]:
    """One run each night, ten minutes long."""
    starts = [NOW - DAY * number - 60 * MINUTE for number in range(1, count + 1)]
    return [
        SessionRow(number, format_time(start), format_time(start + 10 * MINUTE))
        for number, start in enumerate(starts, 1)
    ]


# --- times ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ended",
    [NEVER, "0001-01-01T00:00:00", "9999-12-31T23:59:59Z", format_time(NOW - 27 * 60 * MINUTE)],
    ids=["1900", "0001", "9999", "before its start"],
)
def test_a_run_with_an_impossible_end_has_no_length_and_no_age(
    server_shell: CommandRunner, responder: ListServer, ended: str
) -> None:
    responder.rows = [SessionRow(99, format_time(NOW - 6 * MINUTE), ended), *nightly_rows()]
    (record,) = server_shell.run_json("sessions", "-o", "json", f"id:{guid(99)}")
    assert (record["outcome"], record["ended"], record["duration_s"]) == ("success", None, None)
    assert server_shell("sessions", f"id:{guid(99)}").stdout.splitlines()[1].split()[3] == "unknown"
    shown = server_shell("show", guid(99)).stdout
    assert "Ended         unknown\nTook          unknown\n" in shown
    assert server_shell.run_json("show", guid(99), "-o", "json")["events"][0]["time"] is None
    for limits in (("--max-age", "1h"), ("--max-age", "26h"), ()):
        done = server_shell("check", *limits)
        assert (done.returncode, done.stdout.startswith("EMTUI OK - ")) == (0, True), done.stdout
    ids = [row["id"] for row in server_shell.run_json("sessions", "-o", "json", "--sort", "took")]
    assert ids[-1] == guid(99), "what is unknown stands last"
    assert guid(99) not in [row["id"] for row in server_shell.run_json("sessions", "-o", "json", "took:>0s")]
    assert server_shell.run_json("sessions", "-o", "json", "is:stuck") == []


def test_a_running_run_has_its_length_up_to_now_whatever_its_end_is(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = [
        SessionRow(99, format_time(NOW - 6 * MINUTE), NEVER, "Working", "None"),
        *nightly_rows(),
    ]
    (record,) = server_shell.run_json("sessions", "-o", "json", "is:running")
    assert (record["outcome"], record["ended"]) == ("running", None)
    assert 350 < record["duration_s"] < 20_000
    shown = server_shell("show", guid(99)).stdout
    assert "unknown" not in shown
    assert "Ended" not in shown


def test_a_run_with_an_impossible_start_is_listed_last_and_does_not_count(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = [
        SessionRow(99, NEVER, format_time(NOW)),
        SessionRow(98, format_time(NOW + 400 * DAY), type="LogExport"),
        *nightly_rows(),
    ]
    records = server_shell.run_json("sessions", "-o", "json")
    assert [row["started"] for row in records[-2:]] == [None, None]
    assert records[0]["started"] is not None
    assert server_shell("sessions", f"id:{guid(99)}").stdout.splitlines()[1].split()[2:4] == [
        "unknown",
        "unknown",
    ]
    assert server_shell("check", "--max-age", "26h", "--type", "CollectJob").returncode == 0
    done = server_shell("check", "--type", "LogExport", "--max-age", "26h")
    assert (done.returncode, done.stdout) == (
        3,
        "EMTUI UNKNOWN - No session of type LogExport has a start time\n",
    )


# --- copies -----------------------------------------------------------------------


def test_a_uid_that_is_listed_twice_is_one_run_that_has_ended(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    start = format_time(NOW - 7 * MINUTE)
    ended = SessionRow(99, start, format_time(NOW - 6 * MINUTE))
    for rows in (
        [ended, SessionRow(99, start, "", "InProgress", "None")],
        [SessionRow(99, start, "", "InProgress", "None"), ended],
    ):
        responder.rows = [*rows, *nightly_rows()]
        (record,) = server_shell.run_json("sessions", "-o", "json", f"id:{guid(99)}")
        assert (record["uid"][-36:], record["outcome"], record["duration_s"]) == (guid(99), "success", 60.0)
        assert server_shell.run_json("sessions", "-o", "json", "is:running") == []


# --- words ------------------------------------------------------------------------


def test_a_state_of_the_server_matches_and_an_unknown_one_is_a_query_error(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = [
        SessionRow(99, format_time(NOW - 6 * MINUTE), format_time(NOW), "Dreaming", "Perhaps"),
        *nightly_rows(),
    ]
    for references in (False, True):
        responder.as_references = references
        for query in (
            ("state:Dreaming",),
            ("state:dreaming",),
            ("--state", "PERHAPS"),
            ("--state", "failed,perhaps"),
        ):
            assert [row["id"] for row in server_shell.run_json("sessions", "-o", "json", *query)] == [
                guid(99)
            ], query
        assert server_shell.run_json("sessions", "-o", "json", "state:Stoping") == [], (
            "documented, though nothing has it"
        )
        done = server_shell("sessions", "state:Dreamin")
        assert (done.returncode, done.stdout) == (2, "")
        assert "'Dreamin' is not a state: did you mean Dreaming?" in done.stderr
    responder.as_references = False
    done = server_shell("tail", "state:success,faild")
    assert (done.returncode, done.stdout) == (2, "")
    assert "'faild' is not a state: did you mean failed?" in done.stderr


def rows_of_types(server_script: ListServer, *type_names: str) -> None:
    """List a run of each of these types, the first of them the newest, and the usual nights."""
    ends = [NOW - number * MINUTE for number in range(1, len(type_names) + 1)]
    server_script.rows = [
        SessionRow(90 + place, format_time(end - 30 * MINUTE), format_time(end), type=kind)
        for place, (kind, end) in enumerate(zip(type_names, ends, strict=True))
    ] + nightly_rows()


def test_a_listed_type_is_matched_in_full_in_every_option(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    rows_of_types(responder, "CatalogCrawlJob", "SyncCheck", "catalog crawl", "A,B")
    for references in (False, True):
        responder.as_references = references
        for asked, number in (
            (("type:SyncCheck",), 91),
            (("--type", "synccheck"), 91),
            (('type:"catalog crawl"',), 92),
            (("type:catalog crawl",), 92),
            (("--type", "Catalog Crawl"), 92),
            (("type:A,B",), 93),
        ):
            assert [row["id"] for row in server_shell.run_json("sessions", "-o", "json", *asked)] == [
                guid(number)
            ], asked
        assert server_shell.run_json("show", "latest:SyncCheck", "-o", "json")["type"] == "SyncCheck"
        assert server_shell("wait", "latest:SyncCheck").returncode == 0
        for asked in (("sessions", "type:SyncChek"), ("show", "latest:SyncChek")):
            done = server_shell(*asked)
            assert (done.returncode, done.stdout) == (2, ""), asked
            assert "No session type is called 'SyncChek': did you mean SyncCheck?" in done.stderr
    responder.as_references = False
    assert server_shell.run_json("show", "latest:catalog crawl", "-o", "json")["type"] == "catalog crawl"
    done = server_shell("tail", "type:SyncChek")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean SyncCheck?" in done.stderr
    done = server_shell("check", "--type", "SyncCheck", "--max-age", "1h")
    assert (done.returncode, "SyncCheck_age=" in done.stdout) == (0, True)
    done = server_shell("check", "--type", "catalog crawl", "--max-age", "1h")
    assert "catalog_crawl_age=" in done.stdout
    assert "CatalogCrawlJob" not in done.stdout
    done = server_shell("check", "--type", "SyncChek")
    assert done.returncode == 3
    assert done.stdout.startswith(
        "EMTUI UNKNOWN - No session type is called 'SyncChek': did you mean SyncCheck?"
    )


def test_the_worse_of_state_and_result_counts_in_every_form(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = [
        SessionRow(
            99,
            format_time(NOW - 6 * MINUTE),
            format_time(NOW - 5 * MINUTE),
            "CompletedSuccessfully",
            "Failed",
        ),
        *nightly_rows(),
    ]
    assert server_shell.run_json("show", guid(99), "-o", "json")["outcome"] == "failed"
    (line,) = server_shell("sessions", "-o", "jsonl", "state:failed").stdout.splitlines()
    assert (json.loads(line)["state"], json.loads(line)["result"]) == ("CompletedSuccessfully", "Failed")
    assert server_shell("check").returncode == 2
    assert server_shell("wait", guid(99)).returncode == 11


# --- explain --------------------------------------------------------------------------


def test_a_list_of_names_is_completed_before_a_run_is_explained(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = nightly_rows()
    explained = server_shell.run_json("explain", "latest:CollectJob", "-o", "json")
    assert {"usual", "last_good"} <= {finding["kind"] for finding in explained["findings"]}
    responder.as_references = True
    done = server_shell("explain", "latest:CollectJob", "-o", "json")
    assert json.loads(done.stdout) == explained
    assert "The server sent only the names of 10 sessions: requesting each of them." in done.stderr


def test_a_run_that_is_no_longer_listed_is_compared_with_the_listed_ones(
    server_shell: CommandRunner, responder: ListServer
) -> None:
    responder.rows = [SessionRow(99, format_time(NOW - 6 * MINUTE), format_time(NOW)), *nightly_rows()]
    responder.unlisted = frozenset({99})
    done = server_shell("explain", guid(99))
    assert done.returncode == 0
    assert f"Session {guid(99)} is not in the list" in done.stderr
    assert "\nLast success  " in done.stdout
    assert server_shell("explain", guid(99)[:8]).returncode == 3
