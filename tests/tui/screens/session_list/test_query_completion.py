"""Tab completion and query history."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from emtui.query import CompletionCandidates
from emtui.tui.screens.session_list.query_completion import CompletionCycle, completion_spans
from emtui.tui.screens.session_list.query_recall import RecalledQueries

OFFERS = CompletionCandidates(("CollectJob", "LicAutoUpdate"))


def offered_text(words: tuple[str, ...], next_index: int, room: int) -> str:
    return "".join(text for text, _ in completion_spans(words, next_index, room))


def test_tab_again_inserts_the_next_word_and_wraps_around() -> None:
    cycle, text, cursor = CompletionCycle(), "is:u", 4
    seen = []
    for _ in range(3):
        text, cursor = cycle.step(text, cursor, OFFERS, 1) or ("", 0)
        seen.append(text)
    assert seen == ["is:unseen", "is:unusual", "is:unseen"]
    assert cycle.step(text, cursor, OFFERS, -1) == ("is:unusual", 10)


def test_the_next_completion_is_shown_before_tab_is_pressed() -> None:
    cycle = CompletionCycle()
    assert cycle.choices("is:u", 4, OFFERS) == (("unseen", "unusual"), 0)
    cycle.step("is:u", 4, OFFERS, 1)
    assert cycle.choices("is:unseen", 9, OFFERS) == (("unseen", "unusual"), 1)


def test_after_a_unique_completion_tab_completes_what_may_follow() -> None:
    cycle = CompletionCycle()
    assert cycle.step("sta", 3, OFFERS, 1) == ("state:", 6)
    assert cycle.step("state:", 6, OFFERS, 1) == ("state:running", 13)


def test_after_another_key_tab_starts_again_from_the_current_text() -> None:
    cycle = CompletionCycle()
    assert cycle.step("", 0, OFFERS, 1) == ("state:", 6)
    cycle.reset()
    assert cycle.step("state:", 6, OFFERS, 1) == ("state:running", 13)


def test_the_text_after_the_cursor_stays() -> None:
    assert CompletionCycle().step("is:st bs02", 5, OFFERS, 1) == ("is:stuck bs02", 8)
    assert CompletionCycle().step("message:bs", 10, OFFERS, 1) is None


def test_the_next_completion_is_marked_and_visible_in_any_width() -> None:
    found = ("running", "success", "warning", "failed")
    assert offered_text(found, 0, 80) == "Tab ▌running  success  warning  failed "
    assert offered_text(found, 2, 80) == "Tab  running  success ▌warning  failed "
    assert offered_text(found, 3, 24).startswith("Tab  warning ▌failed")
    assert offered_text((), 0, 80) == ""


@given(st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=9), st.data())
def test_the_marked_word_always_begins_within_the_line(found: list[str], data: st.DataObject) -> None:
    after = data.draw(st.integers(0, len(found) - 1))
    assert offered_text(tuple(found), after, 20).index("▌") < 20


def test_the_draft_follows_the_newest_query() -> None:
    recalled = RecalledQueries()
    for query in ("a", "b", "a"):
        recalled.add(query)
    assert recalled.queries == ("b", "a")
    assert recalled.previous_query("typed") == "a"
    assert recalled.previous_query("a") == "b"
    assert recalled.previous_query("b") is None
    assert recalled.next_query() == "a"
    assert recalled.next_query() == "typed"
    assert recalled.next_query() is None


def test_the_current_text_is_not_recalled_again() -> None:
    recalled = RecalledQueries()
    recalled.add("older")
    recalled.add("shown")
    assert recalled.previous_query("shown") == "older"
    assert recalled.next_query() == "shown"


def test_queries_saved_by_another_emtui_are_older_and_do_not_disturb_the_recall() -> None:
    recalled = RecalledQueries()
    recalled.add("mine")
    recalled.merge(("theirs", "both"))
    assert recalled.previous_query("") == "mine"
    recalled.merge(("theirs", "new", "mine"))
    assert recalled.previous_query("mine") == "both"
    recalled.reset()
    recalled.merge(("theirs", "new", "mine"))
    assert recalled.queries == ("theirs", "new", "mine", "both")
