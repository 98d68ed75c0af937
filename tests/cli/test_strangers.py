"""Against servers that are not ours in any detail the documents leave open, emtui says what is true."""

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
from rogue import Identity, identity
from shell import Shell
from stranger import PASSWORD, USER, Manners, Stranger, stranger
from stranger_truth import LINES, RUNS, URN, Line, Run

MANNERS = {
    "as-documented": Manners(),
    "old-and-terse": Manners(
        order="Type Href Name UID",
        declared=False,
        token_header="x-restsvcsessionid",
        logon_status=200,
        framing="close",
        content_type="text/xml",
        logoff="404",
    ),
    "prefixed": Manners(
        prefix="v",
        order="UID Name Href Type",
        bom=True,
        comments=True,
        framing="chunked",
        base="https://10.0.0.7:9398",
        says_id=False,
        lower_paths=True,
        logoff="500",
    ),
    "crlf-and-more": Manners(
        line_end="\r\n",
        bom=True,
        comments=True,
        extras=True,
        hangs_up="after",
        content_type=None,
        order="UID Type Name Href",
        doubles=True,
    ),
    "no-namespace": Manners(prefix=None, declared=False, extras=True, framing="chunked", token_header=None),
    "references": Manners(references="list", prefix="ent", order="UID Name Href Type", lower_paths=True),
    "references-and-401": Manners(references="list", lifetime=17, framing="chunked", doubles=True),
    "tired": Manners(lifetime=1, extras=True, base="", logoff="close"),
    "hangs-up": Manners(hangs_up="instead", references="list", comments=True),
    "mute-logoff": Manners(logoff="hang", references="", prefix="a.b-c"),
    "single-reference": Manners(references="single", line_end="\r\n"),
}


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    return identity(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=MANNERS)
def held(request: pytest.FixtureRequest, known: Identity) -> Iterator[Stranger]:
    with stranger(MANNERS[request.param], known.context()) as server:
        yield server


@pytest.fixture
def there(shell: Shell, known: Identity) -> Shell:
    shell.before = ("--user", USER, "--pin", known.sha256)
    shell.environ["EMTUI_PASSWORD"] = PASSWORD
    return shell


def ask(there: Shell, server: Stranger, *argv: str) -> CompletedProcess[str]:
    """Run one command, and hold the conversation to what a reader may do."""
    server.forget()
    done = there("--server", f"https://127.0.0.1:{server.port}", *argv)
    assert done.returncode == 0, done.stderr
    assert server.offences == []
    assert server.logons == {}
    logons = server.count("POST")
    assert logons == 1 or server.manners.lifetime
    assert len({path for method, path in server.asked if method == "DELETE"}) == 1
    assert all(line.startswith("emtui: ") for line in done.stderr.splitlines())
    for secret in (PASSWORD, PASSWORD.strip(), *server.secrets):
        assert secret not in done.stderr + done.stdout
    return done


def moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def wanted(run: Run, server: Stranger) -> dict[str, Any]:
    """The object of one run; how long a running one took is not known beforehand."""
    took = run.over - run.began if run.over and run.began and run.outcome != "running" else None
    return {
        "server": f"127.0.0.1:{server.port}",
        "uid": URN + run.guid,
        "id": run.guid,
        "kind": "system",
        "name": run.name,
        "type": run.type,
        "started": run.began,
        "ended": run.over,
        "duration_s": took.total_seconds() if took else None,
        "state": run.state,
        "result": run.result,
        "outcome": run.outcome,
        "message": run.message,
        "canceled": run.canceled,
        "known": False,
    }


def read(row: dict[str, Any], run: Run) -> dict[str, Any]:
    """The object as it came, with times as moments and the length of a running one checked."""
    got = {**row, "started": moment(row["started"]), "ended": moment(row["ended"])}
    if run.outcome == "running" and run.began:
        so_far = datetime.now(UTC) - run.began
        assert so_far - timedelta(minutes=5) < timedelta(seconds=row["duration_s"]) <= so_far
        got["duration_s"] = None
    return got


def in_order(runs: Iterable[Run]) -> list[Run]:
    """Newest first, ties by uid, unknown last."""
    by_uid = sorted(runs, key=lambda run: URN + run.guid)
    return sorted(by_uid, key=lambda run: -run.began.timestamp() if run.began else float("inf"))


def assert_rows(rows: list[dict[str, Any]], server: Stranger) -> None:
    runs = in_order(RUNS)
    assert [row["id"] for row in rows] == [run.guid for run in runs]
    for row, run in zip(rows, runs, strict=True):
        assert read(row, run) == wanted(run, server)


def from_csv(row: dict[str, str]) -> dict[str, Any]:
    """A line of CSV as the object it stands for."""
    got: dict[str, Any] = {key: value or None for key, value in row.items()}
    for key in ("canceled", "known"):
        got[key] = {"true": True, "false": False}[row[key]]
    got["duration_s"] = float(row["duration_s"]) if row["duration_s"] else None
    if row["message"].startswith("'="):
        got["message"] = row["message"][1:]
    return got


def test_the_list_is_true_in_every_form(there: Shell, held: Stranger) -> None:
    as_json = ask(there, held, "sessions", "-o", "json")
    assert_rows(json.loads(as_json.stdout), held)
    as_lines = ask(there, held, "sessions", "-o", "jsonl").stdout
    assert_rows([json.loads(line) for line in as_lines.splitlines()], held)
    as_csv = ask(there, held, "sessions", "-o", "csv").stdout
    assert_rows([from_csv(row) for row in csv.DictReader(io.StringIO(as_csv, newline=""))], held)
    if held.manners.references != "list":
        assert re.search(rf"\b1 of {len(RUNS)} sessions could not be read completely", as_json.stderr)


def assert_log(rows: list[dict[str, Any]], run: Run) -> None:
    before: Line | None = None
    for row, line in zip(rows, LINES, strict=True):
        assert (row["order"], moment(row["time"]), row["message"]) == (line.order, line.time, line.message)
        begin = run.began or LINES[0].time
        assert row["offset_s"] == ((line.time - begin).total_seconds() if line.time and begin else None)
        gap = line.time - before.time if before and before.time and line.time else None
        assert row["gap_s"] == (gap.total_seconds() if gap is not None else None)
        before = line


SHOWN = [run for run in RUNS if run.outcome in {"running", "canceled"} or run.name is None][:3]


def test_one_session_and_its_events_are_true(there: Shell, held: Stranger) -> None:
    run = SHOWN[list(MANNERS.values()).index(held.manners) % len(SHOWN)]
    shown = json.loads(ask(there, held, "show", run.guid.upper(), "-o", "json").stdout)
    assert_log(shown.pop("events"), run)
    shown.pop("findings")
    assert read(shown, run) == wanted(run, held)
    url = f"https://elsewhere.example.net:9398/api/systemSessions/{run.guid}?format=Entity"
    assert_log(json.loads(ask(there, held, "events", url, "-o", "json").stdout), run)


def tree(node: ET.Element) -> tuple[object, ...]:
    return (node.tag, dict(node.attrib), node.text or "", node.tail or "", [tree(child) for child in node])


def test_xml_is_what_the_server_wrote(there: Shell, held: Stranger) -> None:
    run = RUNS[3]
    session = ask(there, held, "show", run.guid, "-o", "xml").stdout
    (body,) = (body for path, body in held.bodies.items() if path.endswith(f"{run.guid}?format=Entity"))
    assert tree(ET.fromstring(session)) == tree(ET.fromstring(body))  # noqa: S314 - our own
    log = ask(there, held, "events", run.guid[:4], "-o", "xml").stdout
    (body,) = (body for path, body in held.bodies.items() if path.endswith("/events"))
    assert tree(ET.fromstring(log)) == tree(ET.fromstring(body))  # noqa: S314 - our own


def test_an_empty_list_is_an_empty_array(there: Shell, known: Identity) -> None:
    for manners in (Manners(empty=True), Manners(empty=True, references="list", prefix="v")):
        with stranger(manners, known.context()) as server:
            assert ask(there, server, "sessions", "-o", "json").stdout == "[]\n"
            assert ask(there, server, "sessions", "-o", "jsonl").stdout == ""


def test_what_only_the_entities_know_is_found_behind_references(there: Shell, known: Identity) -> None:
    with stranger(MANNERS["references"], known.context()) as server:
        found = json.loads(ask(there, server, "sessions", "state:canceled", "-o", "json").stdout)
        assert {row["id"] for row in found} == {run.guid for run in RUNS if run.canceled}
        three = json.loads(ask(there, server, "sessions", "--limit", "3", "-o", "json").stdout)
        assert [row["id"] for row in three] == [run.guid for run in in_order(RUNS)[:3]]
        assert server.count("GET") < 20


def test_a_wrong_password_is_sent_once(there: Shell, known: Identity) -> None:
    there.environ["EMTUI_PASSWORD"] = PASSWORD.strip()
    with stranger(Manners(), known.context()) as server:
        done = there("--server", f"127.0.0.1:{server.port}", "sessions")
        assert done.returncode == 4
        assert (server.count("POST"), server.count("DELETE")) == (1, 0)
