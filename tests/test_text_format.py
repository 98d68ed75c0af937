"""Formatting of durations, times, counts and widths."""

import unicodedata
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emtui import text_format

PARIS = timezone(timedelta(hours=1))
NOW = datetime(2026, 11, 23, 2, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(), "0.0s"),
        (timedelta(milliseconds=449), "0.4s"),
        (timedelta(seconds=9.99), "9.9s"),
        (timedelta(seconds=10), "10s"),
        (timedelta(seconds=31.9), "31s"),
        (timedelta(seconds=60), "1m00s"),
        (timedelta(minutes=4, seconds=12), "4m12s"),
        (timedelta(hours=2, minutes=12, seconds=59), "2h12m"),
        (timedelta(days=3, hours=4, minutes=59), "3d04h"),
        (timedelta(seconds=-3), "-3.0s"),
    ],
)
def test_a_duration_has_its_two_largest_units(span: timedelta, text: str) -> None:
    assert text_format.format_duration(span) == text


@given(st.timedeltas(timedelta(), timedelta(days=99, hours=23)))
def test_a_duration_up_to_99_days_fits_six_cells(span: timedelta) -> None:
    assert len(text_format.format_duration(span)) <= 6


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "+0.0s"), (21.44, "+21.4s"), (251, "+4m11s"), (-0.2, "-0.2s"), (-0.04, "+0.0s"), (-3700, "-1h01m")],
)
def test_an_offset_carries_its_sign_and_tenths_below_a_minute(seconds: float, text: str) -> None:
    assert text_format.format_offset(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30s", timedelta(seconds=30)),
        ("15m", timedelta(minutes=15)),
        ("24H", timedelta(hours=24)),
        (" 7d ", timedelta(days=7)),
    ],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert text_format.parse_duration(text) == span


@pytest.mark.parametrize("text", ["", "h", "24", "1.5h", "-3h", "24 h", "24x", "²h", "99999999999999d"])
def test_an_invalid_duration_is_rejected_with_valid_examples(text: str) -> None:
    with pytest.raises(ValueError, match="write 30s, 15m, 24h or 7d"):
        text_format.parse_duration(text)


def test_one_is_singular() -> None:
    texts = [text_format.format_counted(number, "event") for number in (0, 1, 2, 2914)]
    assert texts == ["0 events", "1 event", "2 events", "2,914 events"]


def test_counts_have_commas_and_sizes_decimal_units() -> None:
    assert text_format.format_count(2914) == "2,914"
    sizes = {812: "812 B", 1000: "1.0 kB", 1_234_567: "1.2 MB", 9_960_000: "10 MB", 128_000_000: "128 MB"}
    assert {octets: text_format.format_size(octets) for octets in sizes} == sizes
    assert text_format.format_size(999_999) == "1.0 MB"


def test_iso_is_utc_with_z_and_always_six_decimals_so_that_it_sorts_as_text() -> None:
    assert (
        text_format.format_iso(datetime(2026, 11, 23, 3, 12, 4, tzinfo=PARIS))
        == "2026-11-23T02:12:04.000000Z"
    )
    assert text_format.format_iso(NOW.replace(microsecond=69837)) == "2026-11-23T02:12:04.069837Z"


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=2), "03:12:02"),
        (timedelta(hours=23), "04:12:04"),
        (timedelta(hours=-1), "04:12:04"),
        (timedelta(hours=28, minutes=31), "Sat 22:41"),
        (timedelta(days=6), "17 Nov"),
        (timedelta(days=27), "27 Oct"),
        (timedelta(days=400), "19 Oct 25"),
        (timedelta(days=-2), "25 Nov"),
        (timedelta(days=-60), "22 Jan 27"),
    ],
)
def test_a_short_time_is_bare_within_a_day_then_a_weekday_then_a_date(ago: timedelta, text: str) -> None:
    assert text_format.format_short_time(NOW - ago, NOW, PARIS) == text


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_short_time_never_takes_more_than_nine_cells(when: datetime) -> None:
    assert len(text_format.format_short_time(when, NOW, PARIS)) <= 9


def test_long_times_carry_the_day_and_moments_the_offset() -> None:
    assert text_format.format_long_time(NOW, PARIS) == "Mon 23 03:12:04"
    assert text_format.format_date_time_with_offset(NOW, PARIS) == "Mon 23 Nov 03:12:04 +01:00"
    assert (
        text_format.format_date_time_with_offset(NOW, timezone(-timedelta(hours=3, minutes=30)))
        == "Sun 22 Nov 22:42:04 -03:30"
    )


def test_a_time_out_of_range_for_the_zone_is_still_formatted() -> None:
    assert text_format.format_long_time(datetime.max.replace(tzinfo=UTC), PARIS) == "Fri 31 23:59:59"


def test_newlines_are_marked_on_a_single_line() -> None:
    assert text_format.join_lines("first\nsecond\tthird") == "first ⏎ second third"


@pytest.mark.parametrize(
    ("text", "width"),
    [("abc", 3), ("", 0), ("日本", 4), ("e\u0301", 1), ("\u200b", 0), ("␛…■", 3), ("a\tb", 2), ("한", 2)],
)
def test_width_is_counted_in_cells(text: str, width: int) -> None:
    assert text_format.cell_width(text) == width


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("⚠\ufe0f ☁\ufe0f", 3),
        ("👨\u200d👩\u200d👧", 6),
        ("می\u200cخواهم", 7),
        ("का", 2),
        ("か\u3099", 2),
        ("👍🏽", 4),
        ("🇩🇪", 2),
        ("1\ufe0f\u20e3", 1),
        ("☰", 2),
        ("\u0600", 1),
        ("\ud7b0", 0),
        ("\U0001faff", 2),
        ("\U0002fffd", 2),
        ("\u0378", 1),
    ],
)
def test_width_is_the_most_that_a_terminal_takes_without_joiners_and_selectors(text: str, width: int) -> None:
    assert text_format.cell_width(text) == width
    assert text_format.cell_width(text_format.strip_ambiguous(text)) == width


def test_joiners_and_variation_selectors_are_removed_and_letters_kept() -> None:
    assert text_format.strip_ambiguous("⚠\ufe0f 👨\u200d👧 क्\u200dष 葛\U000e0100") == "⚠ 👨👧 क्ष 葛"
    assert text_format.strip_ambiguous("می\u200cخواهم") == "می\u200cخواهم"
    assert text_format.fit_width("⚠\ufe0fx", 4) == "⚠x  "


def test_a_line_is_broken_between_words_and_never_wider_than_it_may_be() -> None:
    assert list(text_format.wrap("one two three", 8)) == ["one two", "three"]
    assert list(text_format.wrap("a onelongword", 8)) == ["a", "onelongw", "ord"]
    assert list(text_format.wrap("a onelongword", 8, 4)) == ["a onelon", "gword"]
    assert list(text_format.wrap("    onelongword", 8)) == ["    onel", "ongword"]
    assert list(text_format.wrap("日本 語", 4)) == ["日本", "語"]
    assert list(text_format.wrap("", 8)) == [""]


@given(st.text(), st.integers(2, 30))
def test_parts_of_a_line_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    parts = list(text_format.wrap(text, width))
    assert all(text_format.cell_width(part) <= width for part in parts)
    assert "".join(parts).replace(" ", "") == text.replace(" ", "") or not text.isprintable()


@given(st.text(), st.integers(0, 30))
def test_clip_keeps_the_start_that_fits(text: str, width: int) -> None:
    shown = text_format.clip(text, width)
    assert text.startswith(shown)
    assert text_format.cell_width(shown) <= width


@given(st.text(), st.integers(-1, 30))
def test_truncated_text_fits_and_ends_in_an_ellipsis(text: str, width: int) -> None:
    shown = text_format.truncate(text, width)
    assert text_format.cell_width(shown) <= max(width, 0)
    assert shown == text or shown.endswith("…") or width <= 0


def test_stacked_combining_marks_are_limited() -> None:
    shown = text_format.truncate("e" + "\u0301" * 10_000 + "x", 20)
    assert len(shown) <= 20 * text_format.MAX_CHARACTERS_PER_CELL + 1
    assert shown.endswith("…")
    assert text_format.truncate("e" + "\u0301" * 10, 1) == "e" + "\u0301" * 10


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert text_format.truncate("日本語", 4) == "日…"


@given(st.text(), st.integers(0, 30), st.booleans())
def test_fitted_text_takes_exactly_its_cells(text: str, width: int, right: bool) -> None:
    assert text_format.cell_width(text_format.fit_width(text, width, right)) == width


def test_numbers_are_right_aligned() -> None:
    assert text_format.fit_width("31s", 6, align_right=True) == "   31s"
    assert text_format.fit_width("31s", 6) == "31s   "


def test_a_day_and_its_time_in_few_cells() -> None:
    now = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
    saturday = datetime(2026, 11, 21, 22, 4, 10, tzinfo=UTC)
    assert text_format.format_day_and_minute(saturday, now, UTC) == "Sat 22:04"
    assert text_format.format_day_and_second(saturday, now, UTC) == "Sat 22:04:10"
    assert text_format.format_day_and_minute(saturday - timedelta(days=28), now, UTC) == "24 Oct 22:04"


def test_a_pause_is_seconds_or_minutes() -> None:
    assert [text_format.format_pause(seconds) for seconds in (10, 60.4, 120, 180, 200)] == [
        "10 s", "60 s", "120 s", "3 min", "3 min",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("back", "text"),
    [(timedelta(hours=1), "02:12"), (timedelta(days=2), "Sat 03:12"), (timedelta(days=30), "24 Oct 03:12")],
)
def test_a_minute_has_its_day_unless_within_24_hours(back: timedelta, text: str) -> None:
    assert text_format.format_minute(NOW - back, NOW, PARIS) == text


@pytest.mark.parametrize(
    ("every", "text"),
    [
        (timedelta(minutes=15), "15m"),
        (timedelta(hours=4), "4h"),
        (timedelta(days=1), "24h"),
        (timedelta(days=7), "7d"),
        (timedelta(minutes=90), "1h30m"),
        (timedelta(minutes=16, seconds=20), "16m20s"),
        (timedelta(days=5, minutes=3), "5d"),
        (timedelta(milliseconds=1), "0s"),
    ],
)
def test_intervals_have_whole_units(every: timedelta, text: str) -> None:
    assert text_format.format_interval(every) == text


@pytest.mark.parametrize(
    ("when", "zone", "text"),
    [
        (
            datetime(2026, 11, 23, 1, 10, 4, 999_999, UTC),
            timezone(timedelta(hours=1)),
            "2026-11-23 02:10:04 +01:00",
        ),
        (datetime(1, 1, 1, tzinfo=UTC), timezone(timedelta(hours=-5)), "0001-01-01 00:00:00 +00:00"),
    ],
)
def test_times_in_exports_have_year_and_offset(when: datetime, zone: timezone, text: str) -> None:
    assert text_format.format_full_date_time(when, zone) == text


@given(st.lists(st.datetimes(timezones=st.just(UTC)), max_size=8))
def test_times_in_iso_are_in_the_same_order_as_texts(times: list[datetime]) -> None:
    assert sorted(map(text_format.format_iso, times)) == [
        text_format.format_iso(when) for when in sorted(times)
    ]


COMPOSED, DECOMPOSED = "Café Zürich Å", "Cafe\u0301 Zu\u0308rich A\u030a"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (COMPOSED, DECOMPOSED),
        (COMPOSED.upper(), DECOMPOSED.lower()),
        ("straße", "STRASSE"),
        ("İstanbul", "istanbul"),
        ("I\u0307STANBUL", "Istanbul"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("\N{ANGSTROM SIGN}", "å"),
    ],
)
def test_letters_are_the_same_however_they_are_composed_and_whatever_their_case(one: str, other: str) -> None:
    assert text_format.fold_text(one) == text_format.fold_text(other)


@pytest.mark.parametrize(("one", "other"), [("é", "e"), ("e\u0301", "e"), ("ü", "u"), ("ß", "s")])
def test_a_letter_with_a_mark_is_another_letter(one: str, other: str) -> None:
    assert text_format.fold_text(one) != text_format.fold_text(other)


@given(st.text())
def test_folding_is_idempotent(text: str) -> None:
    assert text_format.fold_text(text_format.fold_text(text)) == text_format.fold_text(text)
    assert text_format.fold_text(unicodedata.normalize("NFC", text)) == text_format.fold_text(text)
    assert text_format.fold_text(unicodedata.normalize("NFD", text)) == text_format.fold_text(text)


@pytest.mark.parametrize(
    ("text", "search_text", "places"),
    [
        ("bs02 and BS02", "bs02", ["bs02", "BS02"]),
        ("Stra\u00dfe, STRASSE", "strasse", ["Straße", "STRASSE"]),
        ("Straße", "s", ["S", "ß"]),
        ("in İstanbul now", "istanbul", ["İstanbul"]),
        (DECOMPOSED, "café", ["Cafe\u0301"]),
        (COMPOSED, "u\u0308r", ["ür"]),
        ("Cafe\u0301", "cafe", []),
        ("anything", "", []),
        ("", "anything", []),
    ],
)
def test_search_finds_the_span_of_each_match(text: str, search_text: str, places: list[str]) -> None:
    assert [text[start:end] for start, end in text_format.find_spans(text, search_text)] == places
