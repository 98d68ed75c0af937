"""The session screen in a real terminal of 80×23: the initial view and the keys."""

from __future__ import annotations

import re

import pytest
from pty_terminal import EmtuiTerminal


@pytest.fixture
def failed_run(demo_list: EmtuiTerminal) -> EmtuiTerminal:
    """The newest failed run, opened and explained."""
    demo_list.press("e", "enter")
    demo_list.wait_for("(usually 22s)", "Slowest: 37s")
    demo_list.wait_idle()
    return demo_list


def line_under_cursor(lines: list[str]) -> str:
    (marked,) = (line for line in lines if line.startswith("▌"))
    return " ".join(marked.split())


def test_the_initial_view_shows_the_failed_server_the_steps_and_the_slowest_one(
    failed_run: EmtuiTerminal,
) -> None:
    shown = [line.rstrip() for line in failed_run.lines()]
    assert shown[1:8] == [
        "─ Runs › CollectJob  ■ failed  Sun 22 Nov 02:10:27  took 2m03s  1.5× ───────────",
        " Cannot connect to backup server bs02.example.net: the remote host closed the",
        " connection",
        " Since        first since Sat 02:10, after 95 successes; 5 times since Wed 02:10",
        " Servers      ■ bs02 failed 35s (usually 22s)  bs03 37s (20s)  bs01 35s (21s)",
        " Last success Sun 01:55, took 1m30s",
        " Usual        1m20s ±9.1s; this run longer than all 400 successful runs",
    ]
    assert shown[8:] == [
        "─ Log  15 events ────────────────────── s slowest  e suspected error  & filter ─",
        "    Offset  0            2m03s   Took  Event",
        "    +40.8s       │                     Preparing to collect from bs02.example.n…",
        "    +40.8s       ▄▄·              11s  Retrieving data from bs02.example.net...",
        "▌!  +52.7s         ██             11s  bs02.example.net closed the connection, …",
        " !  +1m04s           ██           11s  bs02.example.net closed the connection, …",
        " !  +1m16s             █         3.9s  Cannot connect to backup server bs02.exa…",
        "    +1m20s             │               Preparing to collect from bs03.example.n…",
        "    +1m20s             ▄▄▄▄██     37s  Retrieving data from bs03.example.net...",
        "    +1m57s                   ▄   6.3s  Collected bs03.example.net: 23 jobs, 279…",
        " !  +2m03s                   │         Collection finished with errors: 2 of 3 …",
        " bs02.example.net closed the connection, second attempt in 10 seconds  Took",
        " 11s, not in 5 successful runs.",
        " Slowest: 37s in “Retrieving data from bs03.example.net...”, usually 20s.",
        "q back  d compare  / search  s slowest  : commands  ? keys        9 of 15 events",
    ]


def test_s_goes_through_the_pauses_from_the_worst_on_and_wraps_around(failed_run: EmtuiTerminal) -> None:
    failed_run.press("s")
    shown = failed_run.wait_for("3 of 6: 11s, not in 5 successful runs")
    assert line_under_cursor(shown).startswith("▌! +52.7s ██ 11s bs02.example.net closed")
    failed_run.press("s", "s")
    failed_run.wait_for("5 of 6: 37s, usually 20s, at most 27s in 5 successful runs")
    failed_run.press("s", "s")
    failed_run.wait_for("Pause 1 of 6: 35s")
    failed_run.press("S")
    failed_run.wait_for("6 of 6: 6.3s")


def test_e_goes_to_suspected_errors_and_events_have_no_severity(
    failed_run: EmtuiTerminal,
) -> None:
    failed_run.press("g")
    failed_run.wait_for(" 1 of 15")
    failed_run.press("e")
    shown = failed_run.wait_for(" 9 of 15")
    assert line_under_cursor(shown) == "▌! +52.7s ██ 11s bs02.example.net closed the connection, …"
    failed_run.press("E")
    failed_run.wait_for("No suspected error above this line.")
    failed_run.press("w")
    failed_run.wait_for("Events have no severity. e: next suspected error.")
    failed_run.press("u")
    failed_run.wait_for("No other new event.")


def test_the_position_among_the_matches_and_wrapping_around_are_shown(
    failed_run: EmtuiTerminal,
) -> None:
    failed_run.press("g", "/", "retrieving data")
    failed_run.wait_for("/ retrieving data", lambda lines: any(line.endswith("1 of 3") for line in lines))
    failed_run.press("enter")
    failed_run.wait_for("/ retrieving data  1 of 3", "3 of 15 events match")
    failed_run.press("n", "n")
    failed_run.wait_for("/ retrieving data  3 of 3")
    failed_run.press("n")
    failed_run.wait_for("/ retrieving data  1 of 3", "Continued from the top.")
    failed_run.press("N")
    failed_run.wait_for("/ retrieving data  3 of 3", "Continued from the bottom.")
    failed_run.press("N")
    failed_run.wait_for("/ retrieving data  2 of 3", lambda lines: "Continued" not in lines[-1])
    failed_run.press("j")
    failed_run.wait_for(lambda lines: any("/ retrieving data ─" in line for line in lines))
    failed_run.press("esc", "/", "nonesuch")
    failed_run.wait_for(lambda lines: any(line.endswith("0 of 0") for line in lines))


def test_wrapping_around_to_errors_and_pauses_is_reported(failed_run: EmtuiTerminal) -> None:
    failed_run.press("G", "e")
    failed_run.wait_for("No suspected error below this line. Continued from the top.")
    failed_run.press("g", "E")
    failed_run.wait_for("No suspected error above this line. Continued from the bottom.")
    failed_run.press("s", "S", "S", "S")
    failed_run.wait_for("Continued from the bottom. Pause 6 of 6")
    failed_run.press("s")
    failed_run.wait_for("Continued from the top. Pause 1 of 6")


def test_a_pause_hidden_by_the_filter_is_not_selected(failed_run: EmtuiTerminal) -> None:
    failed_run.press("&", "bs01", "enter")
    failed_run.wait_for("3 of 15 events shown")
    failed_run.press("s")
    failed_run.wait_for("Pause hidden by the filter. Esc: show all events.")


def test_long_lines_can_be_wrapped_scrolled_and_cut_again(failed_run: EmtuiTerminal) -> None:
    failed_run.press("e", "e", "z")
    failed_run.wait_for("Long lines wrapped.")
    assert any(line.startswith(" " * 39 + "bs02.example.net: the") for line in failed_run.lines())
    failed_run.press("l")
    failed_run.wait_for("Nothing to scroll: long lines are wrapped. z: cut them.")
    failed_run.press("z")
    failed_run.wait_for("Long lines cut. l: scroll right.")
    failed_run.press("l")
    failed_run.wait_for(lambda lines: any("‹" in line for line in lines))
    failed_run.press("h")
    failed_run.wait_for(lambda lines: not any("‹" in line for line in lines))
    failed_run.press("h")
    failed_run.wait_for("Already at the start of the lines.")


def test_i_shows_the_fields_then_the_xml_then_the_fields_again(
    failed_run: EmtuiTerminal,
) -> None:
    failed_run.press("i")
    failed_run.wait_for("urn:veeam:SystemSession:")
    failed_run.press("i")
    shown = failed_run.wait_for("<SystemSession")
    assert re.search(r", XML ─+ 1–\d+ of \d+ lines ─$", shown[1])
    failed_run.press("G")
    failed_run.wait_for("</SystemSessionEvents>")
    failed_run.press("i")
    failed_run.wait_for("UID           urn:veeam:SystemSession:")
    failed_run.press("r")
    failed_run.wait_for("Press i to request the XML of this run.")
    failed_run.press("q")
    failed_run.wait_for("─ Log  15 events ─")


def test_moving_in_the_events_sends_few_bytes(failed_run: EmtuiTerminal) -> None:
    def bytes_sent(key: str, shown: str) -> int:
        before = len(failed_run.received)
        failed_run.press(key)
        failed_run.wait_for(shown)
        return failed_run.wait_idle() - before

    failed_run.press("g")
    failed_run.wait_for(" 1 of 15")
    assert bytes_sent("down", "2 of 15") <= 300
    assert bytes_sent("pagedown", "10 of 15") <= 2_000
    assert bytes_sent("z", "wrapped") <= 2_000
