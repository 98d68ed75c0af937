"""The table of backup servers above the events of a collection run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emtui import text_format
from emtui.triage.backup_server_stats import BackupServerResult, ServerOutcome, sort_worst_first
from emtui.triage.step_timing import UsualStepDuration
from emtui.tui.screens.session_detail.backup_server_rows import server_rows
from emtui.tui.screens.session_detail.header import header_layout

USUAL = UsualStepDuration(timedelta(seconds=22), timedelta(seconds=31), 5)
FAILED_SERVER = BackupServerResult(
    "bs02.example.net",
    timedelta(seconds=230),
    ServerOutcome.FAILED,
    USUAL,
    "Cannot connect to bs02.example.net",
)
NOT_REACHED_SERVER = BackupServerResult("bs03.example.net", None, ServerOutcome.NOT_REACHED, USUAL)
OK_SERVERS = tuple(
    BackupServerResult(f"bs1{n}.example.net", timedelta(seconds=21), ServerOutcome.OK, USUAL)
    for n in range(4)
)
SLOW_SERVER = BackupServerResult("bs04.example.net", timedelta(seconds=90), ServerOutcome.OK, USUAL)


def drawn_rows(*servers: BackupServerResult, width: int = 68, most: int = 4) -> list[str]:
    return ["".join(text for text, _ in row).rstrip() for row in server_rows(servers, width, most)]


def test_each_server_has_duration_usual_duration_with_its_basis_and_outcome() -> None:
    assert drawn_rows(OK_SERVERS[0], FAILED_SERVER, NOT_REACHED_SERVER) == [
        "bs02.example.net   3m50s  usually 22s (5 runs)  ■ failed  Cannot co…",
        "bs03.example.net          usually 22s (5 runs)  ○ not reached",
        "bs10.example.net     21s  usually 22s (5 runs)  · ok",
    ]


def test_the_number_of_runs_is_written_out_if_there_is_room() -> None:
    assert drawn_rows(OK_SERVERS[0], width=90) == [
        "bs10.example.net     21s  usually 22s, based on 5 runs  · ok"
    ]


def server(
    host: str, went: ServerOutcome = ServerOutcome.OK, took: float | None = 22, usual: float = 22
) -> BackupServerResult:
    span = timedelta(seconds=took) if took is not None else None
    return BackupServerResult(
        host, span, went, UsualStepDuration(timedelta(seconds=usual), timedelta(seconds=usual), 5)
    )


def test_failed_servers_come_first_then_slow_ones() -> None:
    assert sort_worst_first((*OK_SERVERS, SLOW_SERVER, NOT_REACHED_SERVER, FAILED_SERVER)) == (
        FAILED_SERVER,
        NOT_REACHED_SERVER,
        SLOW_SERVER,
        *OK_SERVERS,
    )


def test_the_worst_server_is_first_in_any_order_of_the_log() -> None:
    ordered = (
        server("failed, three times its usual", ServerOutcome.FAILED, 66),
        server("failed at once", ServerOutcome.FAILED, 1),
        server("not reached", ServerOutcome.NOT_REACHED, None),
        server("without an end", ServerOutcome.UNKNOWN, None),
        server("running for long", ServerOutcome.RUNNING, 44),
        server("took five times its usual", ServerOutcome.OK, 50, 10),
        server("took longer, but only twice its usual", ServerOutcome.OK, 200, 100),
        server("running", ServerOutcome.RUNNING, 10),
        server("took a little more", ServerOutcome.OK, 25),
        server("as usual"),
        BackupServerResult("unknown usual", timedelta(seconds=900), ServerOutcome.OK),
        server("quick", ServerOutcome.OK, 2),
        server("to come", ServerOutcome.NOT_YET, None),
    )
    for turn in range(len(ordered)):
        found = sort_worst_first((*ordered[turn:], *ordered[:turn])[:: 1 if turn % 2 else -1])
        assert {row.host for row in found[9:11]} == {"as usual", "unknown usual"}
        assert [*found[:9], *found[11:]] == [*ordered[:9], *ordered[11:]]


def test_servers_without_room_are_counted_by_outcome() -> None:
    assert drawn_rows(*OK_SERVERS, FAILED_SERVER)[1:] == [
        "bs10.example.net     21s  usually 22s (5 runs)  · ok",
        "bs11.example.net     21s  usually 22s (5 runs)  · ok",
        "and 2 more servers: 2 ok",
    ]
    assert (
        drawn_rows(OK_SERVERS[0], NOT_REACHED_SERVER, FAILED_SERVER, most=2)[-1]
        == "and 2 more servers: 1 not reached, 1 ok"
    )


def test_a_name_is_cut_only_if_nothing_else_can_be_shortened() -> None:
    assert drawn_rows(FAILED_SERVER, width=60) == [
        "bs02.example.net   3m50s  usually 22s  ■ failed  Cannot con…"
    ]
    assert drawn_rows(FAILED_SERVER, width=46) == ["bs02.exam…   3m50s  usually 22s  ■ failed"]


def test_a_pending_server_is_not_a_problem() -> None:
    later = BackupServerResult("bs03.example.net", None, ServerOutcome.NOT_YET, USUAL)
    assert drawn_rows(later, OK_SERVERS[0]) == [
        "bs10.example.net     21s  usually 22s (5 runs)  · ok",
        "bs03.example.net          usually 22s (5 runs)    not yet",
    ]


def test_unknown_usual_durations_take_no_room() -> None:
    assert drawn_rows(BackupServerResult("bs01", timedelta(seconds=3), ServerOutcome.RUNNING)) == [
        "bs01    3.0s  ► running"
    ]
    assert drawn_rows() == []


@pytest.mark.parametrize("width", [1, 20, 42, 64, 104, 200])
def test_no_row_is_wider_than_the_screen(width: int) -> None:
    rows = drawn_rows(
        FAILED_SERVER,
        NOT_REACHED_SERVER,
        *OK_SERVERS,
        BackupServerResult("語" * 40, None, ServerOutcome.UNKNOWN),
        width=width,
    )
    assert all(text_format.cell_width(row) <= max(width, 42) for row in rows)


@pytest.mark.parametrize("servers", range(12))
@pytest.mark.parametrize("height", [16, 20, 23, 29, 30, 40])
def test_the_header_takes_at_most_half_of_the_screen(height: int, servers: int) -> None:
    room = header_layout(height, servers)
    assert room.fact_lines + room.server_lines <= (height // 2 if height >= 20 else 3)
    assert room.server_lines <= servers
