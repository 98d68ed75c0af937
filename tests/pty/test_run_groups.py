"""Grouped runs in a real terminal: a day on one page, expanding and collapsing, messages."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, isolated_environment, run_emtui, run_night_demo

COLLECT_GROUP = "95 successful runs of CollectJob, 02:25–01:55 (Enter: expand)"
CLIPBOARD = re.compile(rb"\x1b\]52;c;([^\x07\x1b]*)")


def running_list(terminal: EmtuiTerminal) -> None:
    terminal.wait_for("Password")
    terminal.press("enter")
    terminal.wait_for("1 of 3,", "  a next ")


def rows(lines: list[str]) -> list[str]:
    return [line for line in lines[6:-3] if line]


@pytest.mark.parametrize("seed", ["1", "2", "7"])
def test_a_day_fits_one_page_and_every_unsuccessful_run_has_a_row(tmp_path: Path, seed: str) -> None:
    with run_emtui(
        "demo", "--seed", seed, *NIGHT_OPTIONS[2:], environ=isolated_environment(tmp_path)
    ) as terminal:
        running_list(terminal)
        lines = terminal.wait_for(" 95 ok ")
        assert re.match(r"03h│[▄▲○►×█ ]{24}│now +▲ 1  ○ 1  ► \d  · \d+ of 10\d runs in 24h", lines[3])
        shown = "\n".join(rows(lines))
        for row_text in ("▲ warning   LicAuto", "○ canceled  LogExport", "► running   DatabaseMaint"):
            assert row_text in shown
        assert re.search(r"CatalogConsolidation   04:30:\d\d +[\d.ms]+  3\.\d", shown), "it got slower"
        assert re.search(r"■ failed    CollectJob +Sun 02:10", shown), "the day before"


def test_enter_and_z_expand_a_group_and_z_collapses_it_in_place(demo_list: EmtuiTerminal) -> None:
    folded = rows(demo_list.lines())
    demo_list.press("down")
    demo_list.wait_for(COLLECT_GROUP)
    demo_list.press("enter")
    opened = demo_list.wait_for(
        lambda lines: "· success   CollectJob             01:55:01" in "\n".join(lines)
    )
    assert rows(opened)[1].startswith("▌ · success   CollectJob             01:55:01")
    demo_list.press("down", "down", "z")
    demo_list.wait_for(COLLECT_GROUP)
    demo_list.press("up")
    demo_list.wait_for(lambda lines: rows(lines) == folded)


def test_a_group_key_without_a_group_tells_why(demo_list: EmtuiTerminal) -> None:
    for keys, text in (
        ("z", "Not in a group: only consecutive successful runs are grouped."),
        ("1z", "Query results are not grouped. 0: show all."),
        ("0oz", "Grouping requires newest-first order. o: change the order."),
        ("oooo", "Started↓"),
        ("Z", "Grouping off: every run has its own row. Z: group again."),
        ("z", "Grouping off: every run has its own row. Z: group again."),
        ("Z", "Grouping on: consecutive successful runs of a type share a row."),
    ):
        demo_list.press(*keys)
        demo_list.wait_for(text)


def test_s_goes_to_unusually_long_runs(demo_list: EmtuiTerminal) -> None:
    for row in ("► running   DatabaseMaintenance    00:00:22", "· success   CatalogConsolidation   04:30:15"):
        demo_list.press("s")
        demo_list.wait_for(f"▌ {row}")
    demo_list.press("S", "S")
    demo_list.wait_for("No unusually long run above this one. Continued from the bottom.")


def test_the_older_run_of_a_type_is_shown_though_it_was_grouped(demo_list: EmtuiTerminal) -> None:
    demo_list.press("down", "[")
    lines = demo_list.wait_for("3 of 3,426")
    assert rows(lines)[2].startswith("▌ · success   CollectJob             01:40:15")


def test_a_group_is_copied_as_one_line(demo_list: EmtuiTerminal) -> None:
    demo_list.press("down")
    demo_list.wait_for(COLLECT_GROUP)
    demo_list.press("y")
    demo_list.wait_for("Copied to the clipboard")
    strings = CLIPBOARD.findall(demo_list.received)
    assert base64.b64decode(strings[-1]).decode() == (
        "success  CollectJob (95)  2026-11-22 02:25:11 +00:00 – 2026-11-23 01:55:01 +00:00  1m16s"
    )


def test_in_ascii_too(tmp_path: Path, demo: RunningDemo) -> None:
    with run_night_demo(demo, environ=isolated_environment(tmp_path, LC_ALL="C")) as terminal:
        running_list(terminal)
        lines = terminal.wait_for(" 95 ok ")
        assert "  . 95 ok     CollectJob             01:55:01   1m16s        since 02:25" in lines
        assert re.match(r"03h\|[_!o*x# ]{24}\|now +! 1  o 1  \* 3  \. 100 of 105 runs in 24h", lines[3])


def test_when_clocks_are_set_back_the_repeated_hour_has_a_letter(tmp_path: Path) -> None:
    night = ("--seed", "1", "--clock", "2026-10-25T02:12:04Z", "--speed", "0")
    with run_emtui("demo", *night, environ=isolated_environment(tmp_path, TZ="Europe/Berlin")) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for("  a next ")
        terminal.ungroup_list()
        shown = "\n".join(
            terminal.wait_for(lambda lines: any(re.search(r" 02:\d\d:\d\dA ", line) for line in lines))
        )
        started = re.findall(r" (0\d:\d\d):\d\d([AB]?) ", shown)
        letters = [letter for clock, letter in started if clock.startswith("02:")]
        assert letters == sorted(letters, reverse=True)
        assert {*letters} == {"A", "B"}
        assert not any(letter for clock, letter in started if not clock.startswith("02:"))
