"""Emoji, ideographs and joiners on a real terminal: columns stay aligned."""

from __future__ import annotations

from pathlib import Path

import pytest
from pty_terminal import isolated_environment, run_emtui
from rich.cells import cell_len
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

TEXTS = {
    "plain": "plain|",
    "vs16⚠\ufe0f": "⚠\ufe0f ☁\ufe0f end|",
    "zwnj": "می\u200cخواهم|",
    "family👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧 end|",
    "cjk备份": "备份作业失败|",
}


def row_xml(number: int, type_name: str, message: str) -> str:
    uid = f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000"
    return (
        f'<Sessions Type="SystemSession" UID="{uid}"><SessionType>{type_name}</SessionType>'
        f"<CreationTimeUTC>2026-11-23T0{number}:00:00Z</CreationTimeUTC><State>Failed</State>"
        f"<Result><Result>Failed</Result><Message>{message}</Message></Result></Sessions>"
    )


def reply_to(request: ReceivedRequest) -> ScriptedReply:
    if route_of(request) == "list":
        return make_reply(
            "200 OK", list_xml(row_xml(number, *pair) for number, pair in enumerate(TEXTS.items()))
        )
    return GOOD_REPLIES[route_of(request)]


@pytest.mark.parametrize("columns", [80, 120])
def test_rows_keep_their_columns_and_nothing_else_is_sent(tmp_path: Path, columns: int) -> None:
    identity = make_identity(tmp_path)
    with scripted_server_in_thread(reply_to, identity.tls_context()) as server:
        argv = ("--server", server.authority, "--user", USER, "--pin", identity.sha256)
        environ = isolated_environment(tmp_path, EMTUI_PASSWORD=PASSWORD)
        with run_emtui(*argv, environ=environ, columns=columns) as terminal:
            terminal.wait_for("1 of 5 runs")
            terminal.press("down", "down", "up", "G", "g")
            terminal.wait_idle()
            messages = [message.replace("\ufe0f", "").replace("\u200d", "") for message in TEXTS.values()]
            starts = {
                sum(map(cell_len, line.partition(message)[0]))
                for line in terminal.lines()
                for message in messages
                if message in line and not line.startswith(f" {message}")
            }
            terminal.press("Q")
            assert terminal.wait_exit() == 0
    assert len(starts) == 1
    sent = terminal.received.decode()
    assert not {"\ufe0f", "\u200d"} & set(sent)
    assert "می\u200cخواهم" in sent
