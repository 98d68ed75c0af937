"""The first line of every screen, at all widths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format
from emtui.tui.theme import ACCENT_STYLE, ALERT_STYLE, BOLD
from emtui.tui.widgets.top_bar import BarContent, BarTab, DataAge, bar_line, short_host

TABS = (
    BarTab("RUNS", ("Runs",)),
    BarTab("TYPES", ("Types", "Types", "Ty"), "B", 1),
    BarTab("TIMELINE", ("Timeline", "Time", "Ti"), "C", 1),
    BarTab("ALERTS", ("Alerts", "Alerts", "Al"), "4", 1, has_count=True, found=6),
)
AGE = DataAge([], "03:14:30 +01:00", is_data_time=True, interval="every 60 s")
PROD = BarContent("", "prod", "em01.example.net", "EXAMPLE\\ops", AGE, TABS, "RUNS")


def bar(content: BarContent, width: int) -> str:
    return "".join(text for text, _ in bar_line(content, width).spans).rstrip()


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (
            200,
            " prod  em01.example.net  EXAMPLE\\ops  [Runs] B Types  C Timeline  4 Alerts 6"
            + " " * 91
            + "as of 03:14:30 +01:00  every 60 s",
        ),
        (
            120,
            " prod  em01.example.net  EXAMPLE\\ops  [Runs] B Types  C Timeline  4 Alerts 6"
            + " " * 11
            + "as of 03:14:30 +01:00  every 60 s",
        ),
        (
            100,
            " prod  em01.example.net  [Runs] B Types  C Timeline  4 Alerts 6"
            + " " * 4
            + "as of 03:14:30 +01:00  every 60 s",
        ),
        (80, " prod  em01  [Runs] B Types  C Timeline  4 Alerts 6        as of 03:14:30 +01:00"),
        (58, " prod  [Runs] B Types  C Time  4 Alerts 6  03:14:30 +01:00"),
        (50, " prod  [Runs] B Ty  C Ti  4 Al 6   03:14:30 +01:00"),
        (40, " prod  [Runs] B  C  4 6  03:14:30 +01:00"),
    ],
)
def test_what_gives_way_when_the_bar_is_narrow(width: int, line: str) -> None:
    assert bar(PROD, width) == line


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("current", ["", *(tab.name for tab in TABS)])
@pytest.mark.parametrize(
    "age", [AGE, DataAge([], "+01:00"), DataAge([("STALE  ", ALERT_STYLE)], "03:14:30 +01:00", True)]
)
def test_the_tabs_stay_where_they_are_on_all_pages(width: int, current: str, age: DataAge) -> None:
    content = PROD._replace(current_tab=current, age=age)
    assert bar(content, width).index("Runs") == bar(PROD, width).index("Runs")
    assert bar(content, width).index("4 Al") == bar(PROD, width).index("4 Al")


def test_a_warning_takes_the_room_of_words() -> None:
    stale = AGE._replace(warnings=[("STALE  ", ALERT_STYLE)])
    assert (
        bar(PROD._replace(age=stale), 80)
        == " prod  em01  [Runs] B Types  C Timeline  4 Alerts 6       STALE  03:14:30 +01:00"
    )
    assert bar(PROD._replace(age=stale), 58) == " prod  [Runs] B Ty  C Ti  4 Al 6    STALE  03:14:30 +01:00"


def test_the_current_tab_has_brackets_and_the_accent_color() -> None:
    content = PROD._replace(current_tab="TYPES")
    assert " Runs [B Types] C Timeline  4 Alerts 6" in bar(content, 120)
    marked = "".join(text for text, style in bar_line(content, 120).spans if style == ACCENT_STYLE + BOLD)
    assert marked == "[B Types]"


def test_the_keys_of_the_other_tabs_have_the_accent_color() -> None:
    keys = [text for text, style in bar_line(PROD, 120).spans if style == ACCENT_STYLE]
    assert keys == ["B", "C", "4"]


def test_a_key_that_does_not_work_leaves_its_cell_blank() -> None:
    tabs = tuple(tab._replace(key="") for tab in TABS)
    assert "[Runs]   Types    Timeline    Alerts 6" in bar(PROD._replace(tabs=tabs), 120)
    for width in (58, 80, 120):
        line = bar(PROD._replace(tabs=tabs, current_tab=tabs[-1].name), width)
        assert "  [Al" in line, "the bracket is at the word"
        assert len(line) == len(bar(PROD._replace(tabs=tabs), width))


def test_a_count_that_is_not_known_yet_keeps_its_cells() -> None:
    (*others, alerts) = TABS
    unknown = PROD._replace(tabs=(*others, alerts._replace(found=None)))
    assert "4 Alerts   " in bar(unknown, 120)
    assert len(bar(unknown, 58)) == len(bar(PROD, 58))
    assert "4 Alerts 0" in bar(PROD._replace(tabs=(*others, alerts._replace(found=0))), 120)


def test_without_a_profile_the_host_stays_longer() -> None:
    content = PROD._replace(profile="")
    assert bar(content, 58) == " em01  [Runs] B Types  C Time  4 Alerts 6  03:14:30 +01:00"


@pytest.mark.parametrize(
    ("host", "short"),
    [
        ("em01.example.net", "em01"),
        ("em01.example.net:9399", "em01"),
        ("127.0.0.1:9398", "127.0.0.1:9398"),
        ("em01", "em01"),
        ("night.recording", "night"),
        ("[2001:db8::1]:9398", "[2001:db8::1]:9398"),
    ],
)
def test_the_host_is_shortened_to_its_first_label(host: str, short: str) -> None:
    assert short_host(host) == short


@given(
    st.integers(40, 220),
    st.sampled_from(["", "DEMO", "REPLAY ended", "REC STOPPED"]),
    st.sampled_from(["", "prod", "a very long name of a profile"]),
    st.sampled_from(["em01.example.net", "127.0.0.1:9398", "備份.example.net"]),
    st.sampled_from(["PAUSED  ", "STALE  ", ""]),
    st.sampled_from(["", *(tab.name for tab in TABS)]),
    st.integers(0, 200),
)
def test_mode_warning_and_time_are_never_cut(
    width: int, mode: str, profile: str, host: str, warning: str, current: str, alerts: int
) -> None:
    age = AGE._replace(warnings=[(warning, ALERT_STYLE)] if warning else [])
    tabs = (*TABS[:3], TABS[3]._replace(found=alerts))
    line = bar(BarContent(mode, profile, host, "EXAMPLE\\ops", age, tabs, current), width)
    assert text_format.cell_width(line) <= width
    assert f"{warning}as of 03:14:30 +01:00" in line or f"{warning}03:14:30 +01:00" in line
    assert line.startswith(f" {mode}"[: width - 24])


@given(st.integers(58, 220))
def test_a_tab_is_found_where_it_is_drawn(width: int) -> None:
    line = bar_line(PROD, width)
    text = "".join(part for part, _ in line.spans)
    drawn = [text[start:end].strip(" []") for _, start, end in line.tab_ranges]
    assert drawn[0] == "Runs"
    assert [words[0] for words in drawn[1:]] == ["B", "C", "4"]
