"""Arbitrary text, parsed and drawn: nothing fails, and no control sequence is drawn."""

from __future__ import annotations

from datetime import UTC, datetime

from both_parsers import read_list
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from terminal_sequences import invisible_characters
from tui_driver import RowsDriver, sessions_above_events

from emtui.em import xml_codec
from emtui.em.text_sanitizer import clean
from emtui.monitor.snapshot import Snapshot

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROWS, WIDTH = 12, 130
DANGEROUS_CHARACTERS = "\x1b\x07\x9b\x9d\x00\x7f\u202e\u200b\ufeff\u0301[]/@=\r\n\t\\<&'\"]"
texts = st.text(st.sampled_from(DANGEROUS_CHARACTERS) | st.characters(), max_size=60)
rows = st.lists(st.lists(texts, min_size=6, max_size=6), min_size=ROWS, max_size=ROWS)


def xml_escaped(text: str) -> str:
    """In XML, with everything but letters and digits as a reference, allowed or not."""
    return "".join(char if char.isascii() and char.isalnum() else f"&#{ord(char)};" for char in text)


def session_list_xml(fields: list[list[str]]) -> bytes:
    """A list of runs with these texts as type, name, state, result, message, and as a time."""
    runs = (
        f"<Sessions UID='{number:08x}-0000-4000-8000-000000000000' Name='{name}'>"
        f"<SessionType>{kind}</SessionType>"
        f"<CreationTimeUTC>{when if number % 4 == 0 else '2026-11-23T02:00:00Z'}</CreationTimeUTC>"
        f"<State>{state}</State><Result><Result>{result}</Result><Message>{message}</Message></Result></Sessions>"
        for number, (kind, name, state, result, message, when) in enumerate(
            [xml_escaped(text) for text in row] for row in fields
        )
    )
    return f"<SystemSessions>{''.join(runs)}</SystemSessions>".encode()


def event_list_xml(fields: list[list[str]]) -> bytes:
    """A log of the same texts."""
    lines = (
        f"<Events><CreationTimeUTC>2026-11-23T02:00:00</CreationTimeUTC><Message>{xml_escaped(row[4])}</Message></Events>"
        for row in fields
    )
    return f"<SystemSessionEvents>{''.join(lines)}</SystemSessionEvents>".encode()


def assert_harmless(lines: RowsDriver) -> None:
    """Check that every line has the right width and no invisible character."""
    for strip in lines.strips():
        assert strip.cell_length == lines.width()
        assert invisible_characters(strip.text.encode(), "\u200c") == set(), (
            "only the joiner of Persian words may stay"
        )


@settings(max_examples=12, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.lists(rows, min_size=3, max_size=3), texts)  # without shrinking: each example starts an app
async def test_any_text_is_drawn_without_harm(seen: list[list[list[str]]], search_text: str) -> None:
    async with sessions_above_events((WIDTH, 2 * ROWS + 4)) as (listed, log):
        for fields in seen:
            read = read_list(session_list_xml(fields)).sessions
            assert len(read) == ROWS
            listed.show(Snapshot(read, NOON))
            log.show(xml_codec.read_log(event_list_xml(fields)))
            log.search(clean(search_text))
            await log.pause()
            assert listed.row_count() == log.row_count() == ROWS
            assert_harmless(listed)
            assert_harmless(log)
