"""A `state:` word that only the list can tell: let through before it is there, then decided."""

from __future__ import annotations

from seats import Seat, a_view, seated

from emtui.em.model import Outcome
from emtui.tui.theme import WRONG
from emtui.tui.widgets.text_input import TextInput


def underlined(seat: Seat) -> str:
    strip = seat.listing.query_one(TextInput).render_line(0)
    return "".join(part.text for part in strip if part.style and part.style.underline and WRONG.underline)


async def test_a_word_that_the_list_does_not_have_is_underlined_with_the_nearest_one() -> None:
    async with seated() as seat:
        await seat.press("slash", *"state", "colon", *"completedwarnin")
        assert underlined(seat) == "", "it may still become something"
        await seat.press("x")
        assert underlined(seat) == "completedwarninx"
        assert seat.line("tally") == "! 'completedwarninx' is not a state: did you mean CompletedWarning?"
        await seat.press("backspace", "tab", "enter")
        assert seat.listing.query_now.text == "state:CompletedWarning"
        assert {one.outcome for one in seat.listing.sessions.rows} == {Outcome.WARNING}
        await seat.press("slash", "ctrl+u", *"state", "colon", *"Working", "enter")
        assert seat.listing.query_now.text == "state:Working", "documented of another family"
        assert seat.listing.sessions.count == 0


async def test_a_view_with_a_state_that_the_first_list_does_not_have_says_so_and_shows_all() -> None:
    async with seated(start=a_view(query="state:dreamng")) as seat:
        assert seat.listing.query_now.empty
        assert seat.line("foot").startswith("'dreamng' is not a state: known are running, success")


async def test_a_view_with_a_word_of_the_list_stays_as_it_was_typed() -> None:
    async with seated(start=a_view(query="-state:completedSUCCESSFULLY,canceled")) as seat:
        assert seat.listing.query_now.text == "-state:completedSUCCESSFULLY,canceled"
        assert Outcome.SUCCESS not in {one.outcome for one in seat.listing.sessions.rows}
