"""The main job in a real terminal: log on to the demo, find the failure, read why, come back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pty_terminal import NIGHT_OPTIONS, EmtuiTerminal, isolated_environment, run_emtui

GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def row_under_cursor(lines: list[str]) -> str:
    """The row under the cursor."""
    return next((line for line in lines if line.startswith("▌")), "")


def listed_rows(lines: list[str]) -> bool:
    """Whether the list is loaded and painted: its title shows the position."""
    return bool(row_under_cursor(lines)) and any(re.search(r"\d of [\d,]+ runs ─", line) for line in lines)


@pytest.fixture
def demo_list(tmp_path: Path) -> Iterator[EmtuiTerminal]:
    """`emtui demo` and Enter: the list, once it was assessed."""
    with run_emtui("demo", *NIGHT_OPTIONS, environ=isolated_environment(tmp_path)) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(listed_rows, "  4 Alerts 6  ")
        yield terminal


def test_the_newest_failure_of_a_type_and_its_reason_are_six_keys_away(demo_list: EmtuiTerminal) -> None:
    tally = re.search(r"1 of ([\d,]+) runs ─$", demo_list.lines()[4])
    assert tally
    assert 2_500 < int(tally[1].replace(",", "")) < 4_000

    demo_list.press("/", "state:failed type:CollectJob", "enter")
    demo_list.wait_for(
        "/state:failed type:CollectJob",
        "of 3,",
        lambda lines: (
            "failed" in row_under_cursor(lines) and listed_rows(lines) and "Enter open" in lines[-1]
        ),
    )
    demo_list.wait_idle()
    filtered = demo_list.lines()
    assert "CollectJob" in row_under_cursor(filtered)

    demo_list.press("enter")
    opened = demo_list.wait_opened()
    text = "\n".join(opened)
    assert "CollectJob  ■ failed  Sun 22 Nov 02:10:27" in text, "not the newest failure"
    assert re.search(r"bs0\d\.example\.net: the remote host closed the", text)
    demo_list.press("/", "cannot connect", "enter")
    demo_list.wait_for("events match", lambda lines: "Cannot connect" in row_under_cursor(lines))

    demo_list.press("esc")
    demo_list.wait_for("─ Log  15 events ─")
    demo_list.press("q")
    demo_list.wait_for(lambda lines: lines == filtered)


def test_a_fast_demo_at_another_date_reports_no_clock_offset(tmp_path: Path) -> None:
    far_off = ("--seed", "0", "--clock", "2031-05-05T05:05:05Z", "--speed", "60")
    with run_emtui("demo", *far_off, environ=isolated_environment(tmp_path), columns=100) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        shown = terminal.wait_for(listed_rows, "ok of")
        assert "off:" not in shown[-1]
        assert "certificate" not in shown[-1]
        terminal.press("!")
        terminal.wait_for("Mon 05 May", "Clocks          server and this computer agree")


def test_keys_that_arrive_together_work_as_if_pressed_one_by_one(demo_list: EmtuiTerminal) -> None:
    demo_list.press("/state:failed type:CollectJob\r\r/cannot connect\r")
    shown = demo_list.wait_for("events match", lambda lines: "Cannot connect" in row_under_cursor(lines))
    assert "CollectJob  ■ failed" in shown[1]
    demo_list.press("qq")
    assert demo_list.wait_exit() == 0


def test_the_demo_leaves_no_files_and_exits_with_0(demo_list: EmtuiTerminal, tmp_path: Path) -> None:
    demo_list.press("q")
    assert demo_list.wait_exit() == 0
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_pasted_id_opens_that_session_and_is_not_run_as_keys(demo_list: EmtuiTerminal) -> None:
    demo_list.press("down", "down", "enter")
    demo_list.wait_opened()
    demo_list.press("i")
    guid = GUID.search("\n".join(demo_list.wait_for("UID")))
    assert guid
    demo_list.press("q", "q")
    demo_list.wait_for_row(8)
    demo_list.press("G")
    demo_list.paste(f"https://em01.example.net:9398/api/systemSessions/{guid[0]}?format=Entity")
    demo_list.wait_opened()
    demo_list.press("i")
    demo_list.wait_for(guid[0])


def test_a_pasted_text_is_offered_as_a_query(demo_list: EmtuiTerminal) -> None:
    demo_list.paste("LicAutoUpdate\nq\n")
    demo_list.wait_for(lambda lines: any(line.startswith("/ LicAutoUpdate q") for line in lines))
    demo_list.press("esc")
    demo_list.wait_for(lambda lines: bool(row_under_cursor(lines)))


def test_a_session_that_does_not_exist_is_one_sentence_and_the_list_is_still_there(
    demo_list: EmtuiTerminal,
) -> None:
    demo_list.press(":", "00000000-0000-4000-8000-000000000000", "enter")
    demo_list.wait_for("has no session")
    demo_list.press("q")
    demo_list.wait_for(lambda lines: bool(row_under_cursor(lines)))
    demo_list.press(":", "ffff", "enter")
    demo_list.wait_for(lambda lines: "ffff" in lines[-1])


@pytest.mark.parametrize(("columns", "lines"), [(58, 16), (80, 23), (120, 40)])
def test_no_line_is_too_long_and_the_keys_are_there_at_any_size(
    tmp_path: Path, columns: int, lines: int
) -> None:
    with run_emtui(
        "demo", *NIGHT_OPTIONS, columns=columns, lines=lines, environ=isolated_environment(tmp_path)
    ) as terminal:
        terminal.wait_for("log on")
        terminal.press("enter")
        shown = terminal.wait_for(listed_rows)
        assert "? keys" in shown[-1]
        assert re.search(r"1 of \d,\d{3} runs ─", "\n".join(shown))
        assert shown[0].startswith(" DEMO")
        terminal.press("?")
        terminal.wait_for("Main keys")
        terminal.press("q", "q")
        assert terminal.wait_exit() == 0
