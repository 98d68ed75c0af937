"""A run explained, in a real terminal: where it waited, and how long it usually does there."""

from __future__ import annotations

from pty_terminal import EmtuiTerminal


def test_a_run_that_hangs_says_in_which_step_for_how_long_and_how_long_it_usually_takes(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("a", "enter")
    shown = demo_list.wait_for("Silent    2h11m in “Waiting for a lock on table Sessions”, usually 34s")
    assert any("longest of 5 good runs 38s" in line for line in shown)
    assert "this one ×43.2, longer than the longest of 29 successful runs" in " ".join(
        " ".join(shown).split()
    )


def test_a_failed_run_says_whether_it_is_new_where_it_waited_and_how_each_server_went(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("e", "enter")
    demo_list.wait_for("after 95 successes")
    shown = demo_list.wait_for("Waited    11s in “bs02.example.net closed the connection, second attempt in")
    assert any("1…”, in none of 5 good runs" in line for line in shown)
    failed, slowest, slow = (" ".join(line.split()) for line in shown if " on 5 good runs " in line)
    assert failed == "Servers bs02.example.net 35s usually 22s on 5 good runs ■ failed"
    assert slowest == "bs03.example.net 37s usually 20s on 5 good runs · ok"
    assert slow == "bs01.example.net 35s usually 21s on 5 good runs · ok"
    assert any("15 events, waits of 5s and more shown" in line for line in shown)
    demo_list.press("s")
    shown = demo_list.wait_for("3 of 6: 11s  in none of 5 good runs")
    assert any(" ".join(line.split()) == "› 11s in none of 5 good runs <- waited" for line in shown)
