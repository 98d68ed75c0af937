"""The explanation of a run in a real terminal: its main pause, and the usual durations."""

from __future__ import annotations

from pty_terminal import EmtuiTerminal


def test_a_stuck_run_shows_the_step_its_duration_and_the_usual_one(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("a", "enter")
    shown = demo_list.wait_for("Stuck         2h11m in “Waiting for a lock on table Sessions”, usually 34s")
    text = " ".join(" ".join(shown).split())
    assert "at most 38s in 5 successful runs" in text
    assert "this run 43.2×, longer than all 29 successful runs" in text


def test_a_failed_run_shows_its_history_main_pause_and_servers(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("e", "enter")
    demo_list.wait_for("after 95 successes")
    shown = demo_list.wait_for("Pause         11s in “bs02.example.net closed the connection, second attempt")
    assert any("in 1…”, not in 5 successful runs" in line for line in shown)
    failed, slowest, slow = (" ".join(line.split()) for line in shown if " (5 runs) " in line)
    assert failed == "Servers bs02.example.net 35s usually 22s (5 runs) ■ failed"
    assert slowest == "bs03.example.net 37s usually 20s (5 runs) · ok"
    assert slow == "bs01.example.net 35s usually 21s (5 runs) · ok"
    assert any("15 events, pauses of 5s or longer shown" in line for line in shown)
    demo_list.press("s")
    shown = demo_list.wait_for("3 of 6: 11s  not in 5 successful runs")
    assert any(" ".join(line.split()) == "› 11s not in 5 successful runs <- main pause" for line in shown)
