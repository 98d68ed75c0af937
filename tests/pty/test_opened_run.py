"""An opened run in a real terminal of 80×23: what is seen first, and what the keys then lead to."""

from __future__ import annotations

import pytest
from pty_terminal import EmtuiTerminal


@pytest.fixture
def failed_run(demo_list: EmtuiTerminal) -> EmtuiTerminal:
    """The newest run that failed, opened and explained."""
    demo_list.press("e", "enter")
    demo_list.wait_for("usually 22s on 5 good runs")
    demo_list.wait_idle()
    return demo_list


def line_under_cursor(lines: list[str]) -> str:
    (marked,) = (line for line in lines if line.startswith("›"))
    return " ".join(marked.split())


def test_before_any_key_one_sees_the_server_that_failed_the_step_that_waited_and_the_log(
    failed_run: EmtuiTerminal,
) -> None:
    assert [line.rstrip() for line in failed_run.lines()[1:21]] == [
        "CollectJob  ■ failed  Sun 22 Nov 02:10:27  took 2m03s",
        "  Cannot connect to backup server bs02.example.net: the remote host closed the",
        "  connection",
        "  Since     first since Sat 02:10, after 95 successes; 5 times since Wed 02:10",
        "  Waited    11s in “bs02.example.net closed the connection, second attempt in",
        "            1…”, in none of 5 good runs",
        "  Last good Sun 01:55, took 1m30s",
        "  Servers   bs02.example.net     35s  usually 22s on 5 good runs  ■ failed",
        "            bs03.example.net     37s  usually 20s on 5 good runs  · ok",
        "            bs01.example.net     35s  usually 21s on 5 good runs  · ok",
        "  server: Failed                           15 events, waits of 5s and more shown",
        "     Offset  Event",
        "     +40.8s  Retrieving data from bs02.example.net...",
        "                11s  usually 22s, longest of 5 good runs 23s",
        "›!   +52.7s  bs02.example.net closed the connection, second attempt in 10 secon…",
        "                11s  in none of 5 good runs   <- waited",
        " !   +1m04s  bs02.example.net closed the connection, third attempt in 10 seconds",
        "                11s  in none of 5 good runs",
        "",
        "bs02.example.net closed the connection, second attempt in 10 seconds",
    ]


def test_slow_steps_are_gone_through_from_the_worst_on_and_round_the_end(failed_run: EmtuiTerminal) -> None:
    failed_run.press("s")
    shown = failed_run.wait_for("3 of 6: 11s  in none of 5 good runs")
    assert line_under_cursor(shown) == "› 11s in none of 5 good runs <- waited"
    failed_run.press("s", "s")
    failed_run.wait_for("5 of 6: 37s  usually 20s, longest of 5 good runs 27s")
    failed_run.press("s", "s")
    failed_run.wait_for("wait 1 of 6: 35s")
    failed_run.press("S")
    failed_run.wait_for("6 of 6: 6.3s")


def test_lines_that_sound_like_trouble_are_hopped_to_and_no_severity_is_claimed(
    failed_run: EmtuiTerminal,
) -> None:
    failed_run.press("g")
    failed_run.wait_for(" 1 of 15")
    failed_run.press("e")
    shown = failed_run.wait_for(" 9 of 15")
    assert line_under_cursor(shown).startswith("›! +52.7s bs02.example.net closed the connection, second")
    failed_run.press("E")
    failed_run.wait_for("No line above sounds like trouble.")
    failed_run.press("w")
    failed_run.wait_for("Events have no severity; e goes to words that sound like trouble.")
    failed_run.press("u")
    failed_run.wait_for("No other line is new since you looked.")


def test_which_match_it_is_stands_beside_the_search_and_a_step_over_the_end_is_said_once(
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
    failed_run.wait_for(lambda lines: any(line.startswith("/ retrieving data  ") for line in lines))
    failed_run.press("esc", "/", "nonesuch")
    failed_run.wait_for(lambda lines: any(line.endswith("0 of 0") for line in lines))


def test_steps_to_trouble_and_slow_steps_over_the_end_are_said(failed_run: EmtuiTerminal) -> None:
    failed_run.press("G", "e")
    failed_run.wait_for("No line below sounds like trouble. Continued from the top.")
    failed_run.press("g", "E")
    failed_run.wait_for("No line above sounds like trouble. Continued from the bottom.")
    failed_run.press("s", "S", "S", "S")
    failed_run.wait_for("Continued from the bottom. wait 6 of 6")
    failed_run.press("s")
    failed_run.wait_for("Continued from the top. wait 1 of 6")


def test_a_step_that_is_filtered_out_is_not_gone_to(failed_run: EmtuiTerminal) -> None:
    failed_run.press("&", "bs01", "enter")
    failed_run.wait_for("3 of 15 events shown")
    failed_run.press("s")
    failed_run.wait_for("That step is not among the lines shown: Esc shows all.")


def test_long_lines_are_wrapped_moved_and_cut_again(failed_run: EmtuiTerminal) -> None:
    failed_run.press("e", "e", "z")
    failed_run.wait_for("Long lines are wrapped.")
    assert any(line == "             closed the connection" for line in failed_run.lines())
    failed_run.press("l")
    failed_run.wait_for("Long lines are wrapped: nothing is hidden. z cuts them.")
    failed_run.press("z")
    failed_run.wait_for("Long lines are cut; l shows their end.")
    failed_run.press("l")
    failed_run.wait_for(lambda lines: any("‹" in line for line in lines))
    failed_run.press("h")
    failed_run.wait_for(lambda lines: not any("‹" in line for line in lines))
    failed_run.press("h")
    failed_run.wait_for("This is where the lines begin.")


def test_what_the_server_said_is_shown_as_facts_then_as_xml_then_as_facts_again(
    failed_run: EmtuiTerminal,
) -> None:
    failed_run.press("i")
    failed_run.wait_for("urn:veeam:SystemSession:")
    failed_run.press("i")
    shown = failed_run.wait_for("<SystemSession")
    assert any(line.endswith(", as XML") for line in shown)
    failed_run.press("G")
    failed_run.wait_for("</SystemSessionEvents>")
    failed_run.press("i")
    failed_run.wait_for("UID           urn:veeam:SystemSession:")
    failed_run.press("r")
    failed_run.wait_for("i asks the server for the XML of this run.")
    failed_run.press("q")
    failed_run.wait_for("15 events, waits of 5s and more shown")


def test_a_row_and_a_page_of_events_are_small(failed_run: EmtuiTerminal) -> None:
    def cost(key: str, shown: str) -> int:
        before = len(failed_run.received)
        failed_run.press(key)
        failed_run.wait_for(shown)
        return failed_run.wait_idle() - before

    failed_run.press("g")
    failed_run.wait_for(" 1 of 15")
    assert cost("down", "2 of 15") <= 400
    assert cost("pagedown", "6 of 15") <= 2_000
    assert cost("z", "wrapped") <= 2_000
