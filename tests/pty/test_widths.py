"""Emoji, ideographs and joiners on a real terminal: the columns stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from pty_terminal import a_home, emtui
from rich.cells import cell_len
from rogue import GOOD, PASSWORD, USER, Asked, Reply, identity, list_xml, reply, rogue_beside, route_of

TEXTS = {
    "plain": "plain|",
    "vs16⚠\ufe0f": "⚠\ufe0f ☁\ufe0f end|",
    "zwnj": "می\u200cخواهم|",
    "family👨\u200d👩\u200d👧": "👨\u200d👩\u200d👧 end|",
    "cjk备份": "备份作业失败|",
}


def row(number: int, kind: str, message: str) -> str:
    uid = f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000"
    return (
        f'<Sessions Type="SystemSession" UID="{uid}"><SessionType>{kind}</SessionType>'
        f"<CreationTimeUTC>2026-11-23T0{number}:00:00Z</CreationTimeUTC><State>Failed</State>"
        f"<Result><Result>Failed</Result><Message>{message}</Message></Result></Sessions>"
    )


def answer(asked: Asked) -> Reply:
    if route_of(asked) == "list":
        return reply("200 OK", list_xml(row(number, *pair) for number, pair in enumerate(TEXTS.items())))
    return GOOD[route_of(asked)]


@pytest.mark.parametrize("columns", [80, 120])
def test_rows_keep_their_columns_and_nothing_else_is_sent(tmp_path: Path, columns: int) -> None:
    known = identity(tmp_path)
    with rogue_beside(answer, known.context()) as server:
        argv = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        environ = a_home(tmp_path, EMTUI_PASSWORD=PASSWORD)
        with emtui(*argv, environ=environ, columns=columns) as terminal:
            terminal.until("1 of 5 runs")
            terminal.press("down", "down", "up", "G", "g")
            terminal.rest()
            messages = [message.replace("\ufe0f", "").replace("\u200d", "") for message in TEXTS.values()]
            starts = {
                sum(map(cell_len, line.partition(message)[0]))
                for line in terminal.lines()
                for message in messages
                if message in line and not line.startswith(message)
            }
            terminal.press("Q")
            assert terminal.end() == 0
    assert len(starts) == 1
    sent = terminal.received.decode()
    assert not {"\ufe0f", "\u200d"} & set(sent)
    assert "می\u200cخواهم" in sent
