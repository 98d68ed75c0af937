"""Output of commands against servers that differ in every undocumented detail."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from subprocess import CompletedProcess
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from command_runner import CommandRunner
from independent_server import PASSWORD, USER, IndependentServer, ServerVariant, independent_server
from independent_server_data import DOCUMENTED_EVENTS, RUNS, URN, DocumentedEvent, DocumentedRun
from scripted_server import ServerIdentity, make_identity

SERVER_VARIANTS = {
    "as-documented": ServerVariant(),
    "old-and-terse": ServerVariant(
        order="Type Href Name UID",
        declared=False,
        token_header="x-restsvcsessionid",
        logon_status=200,
        framing="close",
        content_type="text/xml",
        logoff="404",
    ),
    "prefixed": ServerVariant(
        prefix="v",
        order="UID Name Href Type",
        bom=True,
        comments=True,
        framing="chunked",
        base="https://10.0.0.7:9398",
        has_session_id=False,
        lower_paths=True,
        logoff="500",
    ),
    "crlf-and-more": ServerVariant(
        line_end="\r\n",
        bom=True,
        comments=True,
        extras=True,
        hangs_up="after",
        content_type=None,
        order="UID Type Name Href",
        doubles=True,
    ),
    "no-namespace": ServerVariant(
        prefix=None, declared=False, extras=True, framing="chunked", token_header=None
    ),
    "references": ServerVariant(
        references="list", prefix="ent", order="UID Name Href Type", lower_paths=True
    ),
    "references-and-401": ServerVariant(references="list", lifetime=17, framing="chunked", doubles=True),
    "tired": ServerVariant(lifetime=1, extras=True, base="", logoff="close"),
    "hangs-up": ServerVariant(hangs_up="instead", references="list", comments=True),
    "mute-logoff": ServerVariant(logoff="hang", references="", prefix="a.b-c"),
    "single-reference": ServerVariant(references="single", line_end="\r\n"),
}


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=SERVER_VARIANTS)
def variant_server(
    request: pytest.FixtureRequest, server_identity: ServerIdentity
) -> Iterator[IndependentServer]:
    with independent_server(SERVER_VARIANTS[request.param], server_identity.tls_context()) as server:
        yield server


@pytest.fixture
def server_shell(shell: CommandRunner, server_identity: ServerIdentity) -> CommandRunner:
    shell.leading_arguments = ("--user", USER, "--pin", server_identity.sha256)
    shell.environ["EMTUI_PASSWORD"] = PASSWORD
    return shell


def run_and_check(runner: CommandRunner, server: IndependentServer, *argv: str) -> CompletedProcess[str]:
    """Run one command, and check that its requests only read."""
    server.expire_logon()
    result = runner("--server", f"https://127.0.0.1:{server.port}", *argv)
    assert result.returncode == 0, result.stderr
    assert server.violations == []
    assert server.logons == {}
    logons = server.count("POST")
    assert logons == 1 or server.variant.lifetime
    assert len({path for method, path in server.requests if method == "DELETE"}) == 1
    assert all(line.startswith("emtui: ") for line in result.stderr.splitlines())
    for secret in (PASSWORD, PASSWORD.strip(), *server.secrets):
        assert secret not in result.stderr + result.stdout
    return result


def format_moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def expected_record(run: DocumentedRun, server: IndependentServer) -> dict[str, Any]:
    """The expected record of one run; the length of a running one varies."""
    duration = run.ended - run.started if run.ended and run.started and run.outcome != "running" else None
    return {
        "server": f"127.0.0.1:{server.port}",
        "uid": URN + run.guid,
        "id": run.guid,
        "kind": "system",
        "name": run.name,
        "type": run.type,
        "started": run.started,
        "ended": run.ended,
        "duration_s": duration.total_seconds() if duration else None,
        "state": run.state,
        "result": run.result,
        "outcome": run.outcome,
        "message": run.message,
        "canceled": run.canceled,
        "known": False,
    }


def parse_row(row: dict[str, Any], run: DocumentedRun) -> dict[str, Any]:
    """The record with times as `datetime`; the length of a running session is checked."""
    values = {**row, "started": format_moment(row["started"]), "ended": format_moment(row["ended"])}
    if run.outcome == "running" and run.started:
        duration_so_far = datetime.now(UTC) - run.started
        assert (
            duration_so_far - timedelta(minutes=5) < timedelta(seconds=row["duration_s"]) <= duration_so_far
        )
        values["duration_s"] = None
    return values


def newest_first(runs: Iterable[DocumentedRun]) -> list[DocumentedRun]:
    """Newest first, equal times by uid, unknown last."""
    by_uid = sorted(runs, key=lambda run: URN + run.guid)
    return sorted(by_uid, key=lambda run: -run.started.timestamp() if run.started else float("inf"))


def assert_rows(rows: list[dict[str, Any]], server: IndependentServer) -> None:
    runs = newest_first(RUNS)
    assert [row["id"] for row in rows] == [run.guid for run in runs]
    for row, run in zip(rows, runs, strict=True):
        assert parse_row(row, run) == expected_record(run, server)


def record_from_csv(row: dict[str, str]) -> dict[str, Any]:
    """A line of CSV as an object."""
    values: dict[str, Any] = {key: value or None for key, value in row.items()}
    for key in ("canceled", "known"):
        values[key] = {"true": True, "false": False}[row[key]]
    values["duration_s"] = float(row["duration_s"]) if row["duration_s"] else None
    if row["message"].startswith("'="):
        values["message"] = row["message"][1:]
    return values


def test_every_output_format_has_the_sessions_of_the_server(
    server_shell: CommandRunner, variant_server: IndependentServer
) -> None:
    as_json = run_and_check(server_shell, variant_server, "sessions", "-o", "json")
    assert_rows(json.loads(as_json.stdout), variant_server)
    as_lines = run_and_check(server_shell, variant_server, "sessions", "-o", "jsonl").stdout
    assert_rows([json.loads(line) for line in as_lines.splitlines()], variant_server)
    as_csv = run_and_check(server_shell, variant_server, "sessions", "-o", "csv").stdout
    assert_rows(
        [record_from_csv(row) for row in csv.DictReader(io.StringIO(as_csv, newline=""))], variant_server
    )
    if variant_server.variant.references != "list":
        assert re.search(rf"\b1 of {len(RUNS)} sessions not fully readable", as_json.stderr)


def assert_log(rows: list[dict[str, Any]], run: DocumentedRun) -> None:
    before: DocumentedEvent | None = None
    for row, line in zip(rows, DOCUMENTED_EVENTS, strict=True):
        assert (row["order"], format_moment(row["time"]), row["message"]) == (
            line.order,
            line.time,
            line.message,
        )
        begin = run.started or DOCUMENTED_EVENTS[0].time
        assert row["offset_s"] == ((line.time - begin).total_seconds() if line.time and begin else None)
        gap = line.time - before.time if before and before.time and line.time else None
        assert row["gap_s"] == (gap.total_seconds() if gap is not None else None)
        before = line


SHOWN_FIELDS = [run for run in RUNS if run.outcome in {"running", "canceled"} or run.name is None][:3]


def test_one_session_and_its_events_are_as_the_server_lists_them(
    server_shell: CommandRunner, variant_server: IndependentServer
) -> None:
    run = SHOWN_FIELDS[list(SERVER_VARIANTS.values()).index(variant_server.variant) % len(SHOWN_FIELDS)]
    shown = json.loads(
        run_and_check(server_shell, variant_server, "show", run.guid.upper(), "-o", "json").stdout
    )
    assert_log(shown.pop("events"), run)
    shown.pop("findings")
    assert parse_row(shown, run) == expected_record(run, variant_server)
    url = f"https://elsewhere.example.net:9398/api/systemSessions/{run.guid}?format=Entity"
    assert_log(
        json.loads(run_and_check(server_shell, variant_server, "events", url, "-o", "json").stdout), run
    )


def xml_tree(node: ET.Element) -> tuple[object, ...]:
    return (
        node.tag,
        dict(node.attrib),
        node.text or "",
        node.tail or "",
        [xml_tree(child) for child in node],
    )


def test_xml_is_what_the_server_wrote(server_shell: CommandRunner, variant_server: IndependentServer) -> None:
    run = RUNS[3]
    session = run_and_check(server_shell, variant_server, "show", run.guid, "-o", "xml").stdout
    (body,) = (
        body for path, body in variant_server.bodies.items() if path.endswith(f"{run.guid}?format=Entity")
    )
    assert xml_tree(ET.fromstring(session)) == xml_tree(ET.fromstring(body))  # noqa: S314 - our own
    log = run_and_check(server_shell, variant_server, "events", run.guid[:4], "-o", "xml").stdout
    (body,) = (body for path, body in variant_server.bodies.items() if path.endswith("/events"))
    assert xml_tree(ET.fromstring(log)) == xml_tree(ET.fromstring(body))  # noqa: S314 - our own


def test_an_empty_list_is_an_empty_array(
    server_shell: CommandRunner, server_identity: ServerIdentity
) -> None:
    for manners in (ServerVariant(empty=True), ServerVariant(empty=True, references="list", prefix="v")):
        with independent_server(manners, server_identity.tls_context()) as server:
            assert run_and_check(server_shell, server, "sessions", "-o", "json").stdout == "[]\n"
            assert run_and_check(server_shell, server, "sessions", "-o", "jsonl").stdout == ""


def test_details_missing_from_references_are_requested(
    server_shell: CommandRunner, server_identity: ServerIdentity
) -> None:
    with independent_server(SERVER_VARIANTS["references"], server_identity.tls_context()) as server:
        found = json.loads(
            run_and_check(server_shell, server, "sessions", "state:canceled", "-o", "json").stdout
        )
        assert {row["id"] for row in found} == {run.guid for run in RUNS if run.canceled}
        three = json.loads(
            run_and_check(server_shell, server, "sessions", "--limit", "3", "-o", "json").stdout
        )
        assert [row["id"] for row in three] == [run.guid for run in newest_first(RUNS)[:3]]
        assert server.count("GET") < 20


def test_a_wrong_password_is_sent_once(server_shell: CommandRunner, server_identity: ServerIdentity) -> None:
    server_shell.environ["EMTUI_PASSWORD"] = PASSWORD.strip()
    with independent_server(ServerVariant(), server_identity.tls_context()) as server:
        done = server_shell("--server", f"127.0.0.1:{server.port}", "sessions")
        assert done.returncode == 4
        assert (server.count("POST"), server.count("DELETE")) == (1, 0)
