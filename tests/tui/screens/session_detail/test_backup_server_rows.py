"""The backup servers and the facts above the events of a run."""

from __future__ import annotations

from datetime import timedelta

import pytest

from emtui import text_format
from emtui.triage.backup_server_stats import BackupServerResult, ServerOutcome, sort_worst_first
from emtui.triage.step_timing import UsualStepDuration
from emtui.tui.screens.session_detail.backup_server_rows import (
    server_line,
    server_rows,
    short_host_names,
)
from emtui.tui.screens.session_detail.fact_list import fact_lines
from emtui.tui.screens.session_detail.header import header_layout
from emtui.tui.theme import ERROR_STYLE, FAINT, WARNING_STYLE

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


def drawn_line(*servers: BackupServerResult, width: int = 66) -> str:
    return "".join(text for text, _ in server_line(servers, width))


def test_each_server_has_outcome_bar_duration_and_usual_duration() -> None:
    assert drawn_rows(OK_SERVERS[0], FAILED_SERVER, NOT_REACHED_SERVER) == [
        f"bs02 ■ failed       {'▄▄▄' + '█' * 24:<27}   3m50s, usually 22s",
        f"bs03 ○ not reached  {'':<27}          usually 22s",
        f"bs10 · ok           {'▄▄':<27}     21s, usually 22s",
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
    assert len(drawn_rows(*OK_SERVERS, FAILED_SERVER)) == 4
    assert drawn_rows(*OK_SERVERS, FAILED_SERVER)[-1] == "and 2 more servers: 2 ok"
    assert (
        drawn_rows(OK_SERVERS[0], NOT_REACHED_SERVER, FAILED_SERVER, most=2)[-1]
        == "and 2 more servers: 1 not reached, 1 ok"
    )
    assert drawn_rows(*OK_SERVERS, most=0) == []


def test_a_narrow_row_has_no_bar_and_then_a_shorter_name() -> None:
    assert drawn_rows(FAILED_SERVER, width=60) == [
        "bs02.example.net ■ failed  ▄▄██████████   3m50s, usually 22s"
    ]
    assert drawn_rows(FAILED_SERVER, width=47) == ["bs02.example.net ■ failed   3m50s, usually 22s"]
    assert drawn_rows(FAILED_SERVER, width=36) == ["bs02.… ■ failed   3m50s, usually 22s"]


def test_bars_have_one_scale_and_a_color_only_for_what_failed_or_took_unusually_long() -> None:
    failed, ok = server_rows((FAILED_SERVER, OK_SERVERS[0]), 68, 4)
    assert {style for text, style in failed if "█" in text} == {ERROR_STYLE}
    assert {style for text, style in ok if "▄" in text} == {FAINT}
    (slow,) = server_rows((SLOW_SERVER,), 68, 4)
    assert {style for text, style in slow if "█" in text} == {WARNING_STYLE}
    assert "".join(text for text, _ in failed).count("█") == 28
    assert "".join(text for text, _ in ok).count("▄") == 2, "21 of 230 seconds on 32 cells"


def test_a_pending_server_is_not_a_problem() -> None:
    later = BackupServerResult("bs03.example.net", None, ServerOutcome.NOT_YET, USUAL)
    assert drawn_rows(later, OK_SERVERS[0])[1].split() == ["bs03", "not", "yet", "usually", "22s"]
    assert drawn_line(later, OK_SERVERS[0]) == "bs10 21s (usually 22s)  bs03 not yet"


def test_unknown_usual_durations_take_no_room() -> None:
    running = BackupServerResult("bs01", timedelta(seconds=3), ServerOutcome.RUNNING)
    assert drawn_rows(running, width=40) == ["bs01 ► running  ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄    3.0s"]
    assert drawn_rows() == []
    assert drawn_line() == ""


def test_one_line_has_the_worst_servers_and_counts_the_rest() -> None:
    servers = (OK_SERVERS[0], FAILED_SERVER, NOT_REACHED_SERVER)
    assert drawn_line(*servers) == "■ bs02 failed 3m50s (usually 22s)  ○ bs03 not reached  +1 more"
    assert drawn_line(*servers, width=80) == (
        "■ bs02 failed 3m50s (usually 22s)  ○ bs03 not reached  bs10 21s (22s)"
    )
    assert drawn_line(*servers, width=40) == "■ bs02 failed 3m50s (usually 22s)  +2 more"
    assert drawn_line(*OK_SERVERS, width=10).endswith("  +3 more")


@pytest.mark.parametrize(
    ("hosts", "names"),
    [
        (["bs01.example.net", "bs02.example.net"], ["bs01", "bs02"]),
        (["bs01.a.example.net", "bs01.b.example.net"], ["bs01.a", "bs01.b"]),
        (["bs01.example.net", "bs02.example.com"], ["bs01.example.net", "bs02.example.com"]),
        (["example.net", "bs01.example.net"], ["example", "bs01.example"]),
        (["bs01.example.net"], ["bs01.example.net"]),
        (["192.0.2.1", "192.0.2.2"], ["192.0.2.1", "192.0.2.2"]),
        (["bs01", "bs02.example.net"], ["bs01", "bs02.example.net"]),
        (["bs01", "BS02"], ["bs01", "BS02"]),
    ],
)
def test_the_domain_that_all_servers_share_is_left_out(hosts: list[str], names: list[str]) -> None:
    assert list(short_host_names([server(host) for host in hosts]).values()) == names


@pytest.mark.parametrize("width", [1, 20, 42, 64, 104, 200])
def test_no_row_is_wider_than_its_column(width: int) -> None:
    rows = drawn_rows(
        FAILED_SERVER,
        NOT_REACHED_SERVER,
        *OK_SERVERS,
        BackupServerResult("語" * 40, None, ServerOutcome.UNKNOWN),
        width=width,
    )
    assert all(text_format.cell_width(row) <= max(width, 46) for row in rows)


@pytest.mark.parametrize("message_lines", range(6))
@pytest.mark.parametrize("height", [16, 20, 23, 29, 30, 40, 50])
def test_the_header_takes_at_most_a_third_of_the_screen(height: int, message_lines: int) -> None:
    room = header_layout(height, message_lines)
    assert 1 + room.message_lines + room.fact_lines <= height // 3
    assert room.fact_lines >= 2
    assert room.message_lines == min(message_lines, 1 if height < 20 else 2 if height < 30 else 4)


# --- facts and servers ------------------------------------------------------------------

FACTS = (
    ("Since", "first since Sun 02:10, after 95 successes; 6 times since Wed 02:10"),
    ("Servers", "all of them"),
    ("Last success", "01:55, took 1m08s"),
    ("Usual", "1m18s"),
)
SERVERS = (FAILED_SERVER, OK_SERVERS[0], OK_SERVERS[1])


def drawn_facts(width: int, max_lines: int, servers: tuple[BackupServerResult, ...] = SERVERS) -> list[str]:
    lines = fact_lines(FACTS, servers, width, max_lines, 2)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


def test_on_a_narrow_screen_the_servers_are_one_of_the_facts() -> None:
    assert drawn_facts(80, 4) == [
        " Since        first since Sun 02:10, after 95 successes; 6 times since Wed 02:10",
        " Servers      ■ bs02 failed 3m50s (usually 22s)  bs10 21s (22s)  bs11 21s (22s)",
        " Last success 01:55, took 1m08s",
        " Usual        1m18s",
    ]
    assert [line.split()[0] for line in drawn_facts(80, 3)] == ["Since", "Servers", "Last"]


def test_on_a_wide_screen_the_servers_are_beside_the_facts() -> None:
    lines = drawn_facts(120, 12)
    assert [line[:14].strip() for line in lines] == ["Since", "", "Last success", "Usual"]
    assert [line[70:].split()[:1] for line in lines] == [["bs02"], ["bs10"], ["bs11"], []]
    assert all(text_format.cell_width(line) < 120 for line in lines)


def test_without_servers_a_wide_screen_has_two_columns_of_facts() -> None:
    lines = drawn_facts(200, 12, ())
    assert [line[:14].strip() for line in lines] == ["Since", "Last success"]
    assert [line[100:].split() for line in lines] == [["Usual", "1m18s"], []]
