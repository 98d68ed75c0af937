"""The table of backup servers above the log of a collection run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emtui import text_format
from emtui.triage.backup_server_stats import ServerRow, Went, worst_first
from emtui.triage.step_timing import UsualStep
from emtui.tui.screens.session_detail.header import header_layout
from emtui.tui.screens.session_detail.server_rows import server_rows

USUAL = UsualStep(timedelta(seconds=22), timedelta(seconds=31), 5)
FAILED = ServerRow(
    "bs02.example.net", timedelta(seconds=230), Went.FAILED, USUAL, "Cannot connect to bs02.example.net"
)
MISSED = ServerRow("bs03.example.net", None, Went.NOT_REACHED, USUAL)
FINE = tuple(ServerRow(f"bs1{n}.example.net", timedelta(seconds=21), Went.OK, USUAL) for n in range(4))
SLOW = ServerRow("bs04.example.net", timedelta(seconds=90), Went.OK, USUAL)


def drawn(*servers: ServerRow, width: int = 68, most: int = 4) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in server_rows(servers, width, most)]


def test_each_server_says_how_long_it_took_how_long_usually_on_how_many_runs_and_how_it_went() -> None:
    assert drawn(FINE[0], FAILED, MISSED) == [
        "bs02.example.net   3m50s  usually 22s on 5 good runs  ■ failed",
        "bs03.example.net          usually 22s on 5 good runs  ○ not reached",
        "bs10.example.net     21s  usually 22s on 5 good runs  · ok",
    ]


def server(host: str, went: Went = Went.OK, took: float | None = 22, usual: float = 22) -> ServerRow:
    span = timedelta(seconds=took) if took is not None else None
    return ServerRow(host, span, went, UsualStep(timedelta(seconds=usual), timedelta(seconds=usual), 5))


def test_what_failed_stands_first_and_what_took_long_before_what_did_not() -> None:
    assert worst_first((*FINE, SLOW, MISSED, FAILED)) == (FAILED, MISSED, SLOW, *FINE)


def test_the_worst_stands_first_whatever_the_order_of_the_run() -> None:
    ordered = (
        server("failed, three times its usual", Went.FAILED, 66),
        server("failed at once", Went.FAILED, 1),
        server("not reached", Went.NOT_REACHED, None),
        server("without an end", Went.UNKNOWN, None),
        server("goes on for long", Went.RUNNING, 44),
        server("took five times its usual", Went.OK, 50, 10),
        server("took longer, but only twice its usual", Went.OK, 200, 100),
        server("goes on", Went.RUNNING, 10),
        server("took a little more", Went.OK, 25),
        server("as ever"),
        ServerRow("nothing is known of it", timedelta(seconds=900), Went.OK),
        server("quick", Went.OK, 2),
        server("to come", Went.NOT_YET, None),
    )
    for turn in range(len(ordered)):
        found = worst_first((*ordered[turn:], *ordered[:turn])[:: 1 if turn % 2 else -1])
        assert {row.host for row in found[9:11]} == {"as ever", "nothing is known of it"}
        assert [*found[:9], *found[11:]] == [*ordered[:9], *ordered[11:]]


def test_those_there_is_no_room_for_are_counted_by_how_they_went() -> None:
    assert drawn(*FINE, FAILED)[1:] == [
        "bs10.example.net     21s  usually 22s on 5 good runs  · ok",
        "bs11.example.net     21s  usually 22s on 5 good runs  · ok",
        "and 2 more servers: 2 ok",
    ]
    assert drawn(FINE[0], MISSED, FAILED, most=2)[-1] == "and 2 more servers: 1 not reached, 1 ok"


def test_a_name_is_cut_only_where_nothing_else_can_give_way() -> None:
    assert drawn(FAILED, width=60) == ["bs02.example.net   3m50s  usually 22s  ■ failed  Cannot con…"]
    assert drawn(FAILED, width=46) == ["bs02.exam…   3m50s  usually 22s  ■ failed"]


def test_a_server_that_a_run_has_not_got_to_yet_is_no_trouble() -> None:
    later = ServerRow("bs03.example.net", None, Went.NOT_YET, USUAL)
    assert drawn(later, FINE[0]) == [
        "bs10.example.net     21s  usually 22s on 5 good runs  · ok",
        "bs03.example.net          usually 22s on 5 good runs    not yet",
    ]


def test_what_is_not_known_to_be_usual_takes_no_room() -> None:
    assert drawn(ServerRow("bs01", timedelta(seconds=3), Went.RUNNING)) == ["bs01    3.0s  ► running"]
    assert drawn() == []


@pytest.mark.parametrize("width", [1, 20, 46, 68, 108, 200])
def test_no_row_is_wider_than_there_is_room_for_from_the_smallest_screen_on(width: int) -> None:
    rows = drawn(FAILED, MISSED, *FINE, ServerRow("語" * 40, None, Went.UNKNOWN), width=width)
    assert all(text_format.cells(row) <= max(width, 46) for row in rows)


@pytest.mark.parametrize("servers", range(12))
@pytest.mark.parametrize("height", [16, 20, 23, 29, 30, 40])
def test_half_of_the_screen_at_least_is_not_taken_by_facts(height: int, servers: int) -> None:
    room = header_layout(height, servers)
    assert room.facts + room.servers <= (height // 2 if height >= 20 else 3)
    assert room.servers <= servers
