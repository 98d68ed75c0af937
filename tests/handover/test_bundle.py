"""A bundle: what is in it, what is not, and that it says both."""

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
from made_cases import GUID, MESSAGE, case, failed, origin
from made_runs import NOON, log

from emtui.em.model import Result, Session, Uid
from emtui.em.secret import Secret
from emtui.handover.bundle import Received, Wire, bundle, name_of, name_of_shift
from emtui.handover.run_report import Case
from emtui.handover.withheld_fields import Withheld

VERSIONS = {"Python": "3.11.7", "textual": "8.2.8"}
WIRE = Wire(Received("<SystemSession/>", "<SystemSessionEvents/>"), api="v1_5, v1_7")
NO_WIRE = Wire(None, "a recording has none")
TOKEN = "NDRjZmJkYmUtNWE5NS00MTU2LTg4NjctOTFmMDY5YjdjMmNj"
USER = "EXAMPLE\\ops"


def files(one: Case, wire: Wire = WIRE, user: str = "") -> dict[str, str]:
    """What is in it, in its order."""
    with zipfile.ZipFile(io.BytesIO(bundle(one, wire, VERSIONS, Withheld(user)))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_a_bundle_contains_all_available_data() -> None:
    found = files(case())
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
    assert json.loads(files(case())["session.json"])["known"] is False
    assert json.loads(files(case(is_known=True))["session.json"])["known"] is True


def test_the_manifest_has_the_size_and_sum_of_every_other_file() -> None:
    found = files(case())
    manifest = found.pop("manifest.txt")
    told = re.findall(r"^ +(\d+)  ([0-9a-f]{64})  (\S+)$", manifest, re.MULTILINE)
    assert [(name, int(size), total) for size, total, name in told] == [
        (name, len(text.encode()), sha256(text.encode()).hexdigest()) for name, text in found.items()
    ]
    assert "- sender's password, token and logon ID: replaced by ***" in manifest


def test_unavailable_files_are_left_out_and_the_manifest_says_why() -> None:
    found = files(replace(case(events=()), log=None, difference=None, why="it answered 503."), NO_WIRE)
    assert list(found) == ["ticket.md", "session.json", "versions.txt", "clocks.txt", "manifest.txt"]
    assert "- session.xml and events.xml: a recording has none\n" in found["manifest.txt"]
    assert "- events.jsonl: it answered 503.\n" in found["manifest.txt"]
    assert "- comparison.txt: no earlier successful run has readable events\n" in found["manifest.txt"]
    assert found["versions.txt"].endswith("Enterprise Manager API unknown\n")


def test_the_difference_of_the_clocks_is_in_it() -> None:
    behind = case(origin=origin(skew=timedelta(minutes=-3)))
    assert "the server's clock is 180 s behind the sender's\n" in files(behind)["clocks.txt"]
    assert "the server does not report its time" in files(case(origin=origin(skew=None)))["clocks.txt"]


def test_the_same_case_gives_the_same_bytes_and_files_that_are_the_owners_alone() -> None:
    first, second = (bundle(case(), WIRE, VERSIONS, Withheld()) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o600}
        assert len({entry.date_time for entry in archive.infolist()}) == 1


def test_nothing_of_the_senders_logon_is_in_any_file() -> None:
    token, said = Secret(TOKEN), f"{TOKEN} was sent by {USER} (ops)"
    row = failed(name=said, type=said, state=said, odd=said, result=Result(said, said))
    one = case(session=row, events=log((0.0, said), (9.0, said)), why=said, people=(("Note", said),))
    wire = Wire(Received(f"<a Href='{said}'>{said}</a>", said), said, said)
    for found in (files(one, wire, USER), files(replace(one, log=None), replace(wire, received=None), USER)):
        for name, text in found.items():
            assert token.reveal() not in text, name
            assert "ops" not in text, name
    assert token.reveal() not in name_of(Withheld(USER).session(row))


def test_it_is_named_by_type_start_and_id() -> None:
    assert name_of(failed()) == "emtui-CollectJob-20261123T120000Z-5f1c9d2a"
    assert name_of(Session(Uid("odd"))) == "emtui-session-odd"
    assert name_of_shift(NOON) == "emtui-shift-20261123T120000Z"


@given(st.text(max_size=60), st.text(max_size=60))
def test_its_name_is_harmless_whatever_the_server_says(kind: str, uid: str) -> None:
    name = name_of(Session(Uid(uid), type=kind, started=NOON))
    assert re.fullmatch(r"emtui-[A-Za-z0-9]+-20261123T120000Z-[A-Za-z0-9]+", name)
    assert len(name) <= 80


@pytest.mark.parametrize("message", ["../../etc/passwd", "line\nof two", "日本\u202e"])
def test_unusual_text_is_written_as_text(message: str) -> None:
    found = files(case(session=failed(result=Result("Failed", message))))
    assert json.loads(found["session.json"])["message"] == message
