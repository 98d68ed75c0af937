"""The explanation of a run in a real terminal: its slowest steps, and the usual durations."""

from __future__ import annotations

from pty_terminal import EmtuiTerminal


def test_a_stuck_run_shows_the_step_its_duration_and_the_usual_one(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("a", "enter")
    shown = demo_list.wait_for("Stuck        2h11m in “Waiting for a lock on table Sessions”, usually 34s")
    text = " ".join(" ".join(shown).split())
    assert "2h11m so far, usually 34s, at most 38s in 5 successful runs." in text
    assert "► running Mon 23 Nov 00:00:22 for 2h11m 43×" in text
    assert "this run longer than all 29 successful runs" in text


def test_a_failed_run_shows_its_history_slowest_step_and_servers(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press("e", "enter")
    demo_list.wait_for("after 95 successes")
    shown = demo_list.wait_for(
        "Slowest: 37s in “Retrieving data from bs03.example.net...”, usually 20s.",
        "11s, not in 5 successful runs.",
    )
    (servers,) = (" ".join(line.split()) for line in shown if line.startswith(" Servers "))
    assert servers == "Servers ■ bs02 failed 35s (usually 22s) bs03 37s (20s) bs01 35s (21s)"
    assert any(line.startswith(" Last success Sun 01:55, took 1m30s") for line in shown)
    demo_list.press("s")
    shown = demo_list.wait_for("3 of 6: 11s, not in 5 successful runs")
    assert any(line.startswith("▌!  +52.7s ") for line in shown)
