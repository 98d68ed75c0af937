"""Texts with joiners and emoji are unchanged in JSON, in CSV, and in a table on a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CommandRunner
from joiner_texts import JOINER_TEXTS
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

BIDI_CHARACTERS = "pay\u200dpal e\ufe0fm01"


def reply_to(request: ReceivedRequest) -> ScriptedReply:
    if route_of(request) == "list":
        texts = {**JOINER_TEXTS, "deceiving": BIDI_CHARACTERS}
        return make_reply(
            "200 OK", list_xml(row_xml(number, *pair) for number, pair in enumerate(texts.items()))
        )
    return GOOD_REPLIES[route_of(request)]


def row_xml(number: int, type_name: str, message: str) -> str:
    uid = f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000"
    return (
        f'<Sessions Type="SystemSession" UID="{uid}">'
        f"<SessionType>{type_name}</SessionType><CreationTimeUTC>2026-11-23T0{number}:00:00Z</CreationTimeUTC>"
        f"<State>Failed</State><Result><Result>Failed</Result><Message>{message}</Message></Result>"
        "</Sessions>"
    )


@pytest.fixture
def server_shell(shell: CommandRunner, tmp_path: Path) -> Iterator[CommandRunner]:
    known = make_identity(tmp_path)
    with scripted_server_in_thread(reply_to, known.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


def test_joiners_that_scripts_need_are_kept(server_shell: CommandRunner) -> None:
    rows = {each["type"]: each["message"] for each in server_shell.run_json("sessions", "-o", "json")}
    assert rows == {**JOINER_TEXTS, "deceiving": "pay⟨U+200D⟩pal e⟨U+FE0F⟩m01"}
    csv, table = server_shell("sessions", "-o", "csv").stdout, server_shell("sessions").stdout
    for kind, message in JOINER_TEXTS.items():
        assert f",{kind}," in csv
        assert message in csv
        assert message in table, "the last column is not padded"
