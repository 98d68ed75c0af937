"""The contents of a bundle, and its manifest of included and missing files."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factory import GUID, MESSAGE, failed_run, report_origin, run_report
from session_factory import NOON, make_log

from emtui.em.model import Result, Session, Uid
from emtui.em.secret import Secret
from emtui.handover.bundle import RawResponses, RawXml, build_bundle, bundle_name, shift_summary_name
from emtui.handover.run_report import RunReport
from emtui.handover.withheld_fields import ReportRedactor

VERSIONS = {"Python": "3.11.7", "textual": "8.2.8"}
RESPONSES = RawResponses(RawXml("<SystemSession/>", "<SystemSessionEvents/>"), api_versions="v1_5, v1_7")
NO_RESPONSES = RawResponses(None, "a recording has none")
TOKEN = "NDRjZmJkYmUtNWE5NS00MTU2LTg4NjctOTFmMDY5YjdjMmNj"
USER = "EXAMPLE\\ops"


def bundle_files(report: RunReport, responses: RawResponses = RESPONSES, user: str = "") -> dict[str, str]:
    """The files of the bundle, in order."""
    with zipfile.ZipFile(
        io.BytesIO(build_bundle(report, responses, VERSIONS, ReportRedactor(user)))
    ) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_bundle_contains_all_available_data() -> None:
    found = bundle_files(run_report())
    assert list(found) == [
        "ticket.md",
        "session.json",
        "events.jsonl",
        "comparison.txt",
        "session.xml",
        "events.xml",
        "versions.txt",
        "clocks.txt",
        "manifest.txt",
    ]
    record = json.loads(found["session.json"])
    assert (record["id"], record["server"], record["message"]) == (GUID, "em01.example.net:9398", MESSAGE)
    assert [json.loads(line)["order"] for line in found["events.jsonl"].splitlines()] == [1, 2, 3, 4, 5, 6]
    assert found["session.xml"] == "<SystemSession/>\n"
    assert found["versions.txt"] == (
        "emtui 0.1.0\nPython 3.11.7\ntextual 8.2.8\nEnterprise Manager API v1_5, v1_7\n"
    )
    assert "\n+ " in found["comparison.txt"]
    assert "Starting data collection job...\n" in found["comparison.txt"]


def test_an_acknowledged_run_is_marked_in_the_json() -> None:
    assert json.loads(bundle_files(run_report())["session.json"])["known"] is False
    assert json.loads(bundle_files(run_report(is_acknowledged=True))["session.json"])["known"] is True


def test_the_manifest_has_the_size_and_sum_of_every_other_file() -> None:
    found = bundle_files(run_report())
    manifest = found.pop("manifest.txt")
    entries = re.findall(r"^ +(\d+)  ([0-9a-f]{64})  (\S+)$", manifest, re.MULTILINE)
    assert [(name, int(size), total) for size, total, name in entries] == [
        (name, len(text.encode()), sha256(text.encode()).hexdigest()) for name, text in found.items()
    ]
    assert "- sender's password, token and logon ID: replaced by ***" in manifest


def test_unavailable_files_are_omitted_and_the_manifest_has_the_reason() -> None:
    found = bundle_files(
        replace(run_report(events=()), log=None, difference=None, missing_log_reason="it answered 503."),
        NO_RESPONSES,
    )
    assert list(found) == ["ticket.md", "session.json", "versions.txt", "clocks.txt", "manifest.txt"]
    assert "- session.xml and events.xml: a recording has none\n" in found["manifest.txt"]
    assert "- events.jsonl: it answered 503.\n" in found["manifest.txt"]
    assert "- comparison.txt: no earlier successful run has readable events\n" in found["manifest.txt"]
    assert found["versions.txt"].endswith("Enterprise Manager API unknown\n")


def test_the_clock_skew_is_included() -> None:
    behind = run_report(origin=report_origin(skew=timedelta(minutes=-3)))
    assert "the server's clock is 180 s behind the sender's\n" in bundle_files(behind)["clocks.txt"]
    assert (
        "the server does not report its time"
        in bundle_files(run_report(origin=report_origin(skew=None)))["clocks.txt"]
    )


def test_the_same_report_gives_the_same_bytes_with_files_only_for_the_owner() -> None:
    first, second = (build_bundle(run_report(), RESPONSES, VERSIONS, ReportRedactor()) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_no_file_has_data_of_the_senders_logon() -> None:
    token, message = Secret(TOKEN), f"{TOKEN} was sent by {USER} (ops)"
    row = failed_run(
        name=message, type=message, state=message, parse_problem=message, result=Result(message, message)
    )
    report = run_report(
        session=row,
        events=make_log((0.0, message), (9.0, message)),
        missing_log_reason=message,
        annotations=(("Note", message),),
    )
    wire = RawResponses(RawXml(f"<a Href='{message}'>{message}</a>", message), message, message)
    for found in (
        bundle_files(report, wire, USER),
        bundle_files(replace(report, log=None), replace(wire, xml=None), USER),
    ):
        for name, text in found.items():
            assert token.reveal() not in text, name
            assert "ops" not in text, name
    assert token.reveal() not in bundle_name(ReportRedactor(USER).redact_session(row))


def test_the_name_has_type_start_and_id() -> None:
    assert bundle_name(failed_run()) == "emtui-CollectJob-20261123T120000Z-5f1c9d2a"
    assert bundle_name(Session(Uid("odd"))) == "emtui-session-odd"
    assert shift_summary_name(NOON) == "emtui-shift-20261123T120000Z"


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_name_is_safe_for_any_text_of_the_server(kind: str, uid: str) -> None:
    name = bundle_name(Session(Uid(uid), type=kind, started=NOON))
    assert re.fullmatch(r"emtui-[A-Za-z0-9]+-20261123T120000Z-[A-Za-z0-9]+", name)
    assert len(name) <= 80


@pytest.mark.parametrize("message", ["../../etc/passwd", "line\nof two", "日本\u202e"])
def test_unusual_text_is_written_as_text(message: str) -> None:
    found = bundle_files(run_report(session=failed_run(result=Result("Failed", message))))
    assert json.loads(found["session.json"])["message"] == message
