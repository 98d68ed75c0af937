"""A `state:` word of the server: accepted before the first list, checked against it then."""

from __future__ import annotations

from tui_driver import demo_app, demo_start

from emtui.em.model import Outcome


async def test_a_word_that_the_list_does_not_have_is_underlined_with_the_nearest_one() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"state", "colon", *"completedwarnin")
        assert ui.underlined() == "", "it may still become something"
        await ui.press("x")
        assert ui.underlined() == "completedwarninx"
        assert ui.match_tally() == "! 'completedwarninx' is not a state: did you mean CompletedWarning?"
        await ui.press("backspace", "tab", "enter")
        assert ui.query().text == "state:CompletedWarning"
        assert {one.outcome for one in ui.sessions()} == {Outcome.WARNING}
        await ui.press("slash", "ctrl+u", *"state", "colon", *"Working", "enter")
        assert ui.query().text == "state:Working", "documented of another family"
        assert ui.row_count() == 0


async def test_a_view_with_a_state_missing_from_the_first_list_shows_an_error_and_all_runs() -> None:
    async with demo_app(start=demo_start(query="state:dreamng")) as ui:
        assert ui.query().is_empty
        assert ui.footer().startswith("'dreamng' is not a state: valid values are running, success")


async def test_a_view_with_a_state_of_the_list_stays_as_typed() -> None:
    async with demo_app(start=demo_start(query="-state:completedSUCCESSFULLY,canceled")) as ui:
        assert ui.query().text == "-state:completedSUCCESSFULLY,canceled"
        assert Outcome.SUCCESS not in {one.outcome for one in ui.sessions()}
