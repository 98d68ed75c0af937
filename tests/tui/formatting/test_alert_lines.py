"""The alerts above the list: columns, what is dropped first, and what the note at the end counts."""

from __future__ import annotations

import pytest

from emtui import text_format
from emtui.tui.formatting.alert_lines import AlertCounts, AlertText, alert_lines, shorten_statement
from emtui.tui.theme import ERROR_STYLE, WARNING_STYLE

FAILED = AlertText(
    "■", ERROR_STYLE, "CollectJob", "failed 02:10, the 6th day at this minute; last success 01:55"
)
STUCK = AlertText(
    "■", ERROR_STYLE, "DatabaseMaintenance", "running for 2h11m, usually 3m02s, 43×; started 00:02"
)
SLOWER = AlertText(
    "▲",
    WARNING_STYLE,
    "CatalogConsolidation",
    "slower for 7 runs: 49m10s, usually 14m24s; since 16 Nov 04:31",
)
ALERTS = (FAILED, STUCK, SLOWER, FAILED, STUCK, SLOWER)


def painted(alerts: tuple[AlertText, ...], counts: AlertCounts, width: int, lines: int) -> list[str]:
    return ["".join(text for text, _ in line) for line in alert_lines(alerts, counts, width, lines)]


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (60, "failed 02:10, the 6th day at this minute; last success 01:55"),
        (59, "failed 02:10, 6th day at this minute; last success 01:55"),
        (55, "failed 02:10, 6th day at this minute"),
        (35, "failed 02:10, 6th day at this minu…"),
    ],
)
def test_what_follows_a_semicolon_is_dropped_before_a_statement_is_cut(width: int, expected: str) -> None:
    assert shorten_statement(FAILED.statement, width) == expected


@pytest.mark.parametrize(
    ("alert", "width", "expected"),
    [
        (STUCK, 40, "running for 2h11m, usually 3m02s, 43×"),
        (STUCK, 30, "running for 2h11m"),
        (SLOWER, 45, "slower for 7 runs: 49m10s, usually 14m24s"),
        (SLOWER, 30, "slower for 7 runs: 49m10s"),
        (SLOWER, 20, "slower for 7 runs"),
    ],
)
def test_a_short_statement_ends_where_a_longer_one_has_a_part(
    alert: AlertText, width: int, expected: str
) -> None:
    assert shorten_statement(alert.statement, width) == expected


def test_types_and_statements_are_aligned_and_the_note_is_at_the_end_of_the_last_line() -> None:
    assert painted(ALERTS, AlertCounts(6), 80, 2) == [
        "■ CollectJob           failed 02:10, 6th day at this minute; last success 01:55".ljust(80),
        "■ DatabaseMaintenance  running for 2h11m, usually 3m02s, 43×     a next  +4 more",
    ]


def test_the_sign_has_the_color_of_the_severity() -> None:
    lines = alert_lines((FAILED, SLOWER), AlertCounts(2), 80, 2)
    assert [line[0] for line in lines] == [("■ ", ERROR_STYLE), ("▲ ", WARNING_STYLE)]


def test_a_wide_terminal_has_two_columns_with_the_worst_alerts_in_the_first() -> None:
    lines = painted(ALERTS, AlertCounts(8, 1), 200, 3)
    assert [line.split()[1] for line in lines] == [
        "CollectJob",
        "DatabaseMaintenance",
        "CatalogConsolidation",
    ]
    assert [line[102:116] for line in lines] == ["■ CollectJob  ", "■ DatabaseMain", "▲ CatalogConso"]
    assert lines[2].endswith("  a next  +2 more, 1 acknowledged")
    assert {text_format.cell_width(line) for line in lines} == {200}


@pytest.mark.parametrize("width", [40, 58, 79, 80, 119, 120, 150, 199, 200, 300])
@pytest.mark.parametrize("count", range(7))
def test_no_line_is_longer_than_the_terminal(width: int, count: int) -> None:
    for line in painted(ALERTS[:count], AlertCounts(count + 3, 2), width, 3 if width >= 120 else 2):
        assert text_format.cell_width(line) <= width


def test_a_key_alone_takes_no_room_of_the_last_alert() -> None:
    assert painted((FAILED, FAILED), AlertCounts(2), 80, 2)[1].rstrip() == (
        "■ CollectJob  failed 02:10, the 6th day at this minute; last success 01:55"
    )
    assert painted((FAILED,), AlertCounts(1, 1), 80, 2)[1].strip() == "a next, 1 acknowledged"
    assert painted((FAILED,), AlertCounts(1), 80, 2)[1] == ""


def test_an_alert_about_all_types_begins_where_the_types_do() -> None:
    idle = AlertText("■", ERROR_STYLE, "", "no runs of any type since 01:55; 9 runs due, none started")
    assert painted((idle, STUCK), AlertCounts(2), 120, 3)[0].startswith(
        "■ no runs of any type since 01:55; 9"
    )
