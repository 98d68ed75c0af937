"""The query bar: completion, error marking, history, saved queries, and updates of the query's context."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tui_driver import NIGHT_TIME, demo_app, demo_start

from emtui.em.model import Outcome
from emtui.local.profiles import ConfigValue
from emtui.tui.launch_options import LaunchOptions


async def test_tab_completes_keys_then_values_and_previews_the_completion() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"sta")
        assert ui.match_tally().startswith("Tab ▌state:")
        await ui.press("tab")
        assert ui.match_tally().startswith("Tab ▌running  success")
        await ui.press("tab", "tab", "tab")
        assert ui.typed() == "state:warning"
        await ui.press("shift+tab")
        assert ui.typed() == "state:success"
        await ui.press("comma", "f", "tab", "enter")
        assert ui.query_line().startswith("Runs  /state:success,failed ")
        outcomes = {session.outcome for session in ui.sessions()}
        assert outcomes == {Outcome.SUCCESS, Outcome.FAILED}
        assert "│now" in ui.match_tally()


async def test_tab_completes_the_types_of_the_list_and_their_names_in_the_web_ui() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"type", "colon", *"lic", "tab")
        assert ui.typed() == "type:LicAutoUpdate"
        await ui.press("ctrl+u", *"type", "colon", "quotation_mark", *"data c", "tab")
        assert ui.typed() == 'type:"Data Collection"'
        assert {session.type for session in ui.sessions()} == {"CollectJob"}


async def test_an_invalid_part_is_underlined_with_its_reason_while_the_rows_stay() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"is", "colon", *"running")
        running = ui.sessions()
        await ui.press("comma", *"bogus")
        assert ui.underlined() == "bogus"
        assert ui.match_tally().startswith(
            "! Unknown value is:bogus: valid values are running, unseen, unusual, stuck"
        )
        assert ui.sessions() == running
        await ui.press(*["backspace"] * 5)
        assert ui.underlined() == ""
        assert ui.match_tally().startswith("Tab ▌running  unseen")


async def test_while_a_key_is_typed_the_rest_of_the_query_shows_its_runs() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"licauto ")
        rest = ui.sessions()
        for key in (*"took", "colon", "greater_than_sign", "1"):
            await ui.press(key)
            assert ui.sessions() == rest
        assert ui.underlined() == ""
        await ui.press("ctrl+u", *"took", "enter")
        assert ui.row_count() == 0
        assert ui.query_line().startswith("Runs  /took ")


async def test_an_incomplete_query_is_not_wrong_until_enter() -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"is", "colon", *"unu")
        assert ui.underlined() == ""
        await ui.press("enter")
        assert ui.underlined() == "unu"
        assert "did you mean is:unusual?" in ui.match_tally()
        await ui.press("tab", "enter")
        assert ui.query_line().startswith("Runs  /is:unusual ")


async def test_the_prompt_shows_the_number_of_matches() -> None:
    async with demo_app() as ui:
        everything = len(ui.sessions())
        await ui.press("slash", *"licauto")
        found = len(ui.sessions())
        assert ui.found_count() == f"{found:,} of {everything:,} runs"


async def test_up_recalls_earlier_queries_and_down_returns_to_the_draft() -> None:
    async with demo_app() as ui:
        for text in ("licauto", "collect"):
            await ui.press("slash", "ctrl+u", *text, "enter")
        await ui.press("slash", "ctrl+u", *"bs0", "up")
        assert ui.typed() == "collect"
        await ui.press("up")
        assert ui.typed() == "licauto"
        await ui.press("up")
        assert "No earlier query" in ui.footer()
        await ui.press("down", "down")
        assert ui.typed() == "bs0"
        await ui.press("ctrl+u")
        assert ui.typed() == ""
        await ui.press("escape")
        assert ui.query().text == "collect"


async def test_3_shows_unseen_runs_and_keeps_following_them() -> None:
    passed = [timedelta()]
    async with demo_app(now=lambda: NIGHT_TIME + passed[0]) as ui:
        before = set(ui.sessions())
        await ui.press("3")
        assert ui.row_count() == 0
        assert "No new or changed runs" in ui.empty_text()
        passed[0] = timedelta(hours=1)
        await ui.press_each("r")
        new = [session for session in ui.all_sessions() if session not in before]
        assert new
        assert list(ui.sessions()) == new
        await ui.press_each("j", "r")
        assert ui.row_count() == 0


async def test_is_stuck_matches_as_soon_as_there_are_baselines() -> None:
    async with demo_app(start=demo_start(query="is:stuck"), wait=False) as ui:
        await ui.wait_for(lambda: bool(ui.sessions()))
        assert {session.type for session in ui.sessions()} == {"DatabaseMaintenance"}


async def test_an_acknowledged_run_is_found_at_once() -> None:
    async with demo_app(start=demo_start(query="is:acknowledged"), wait=False) as ui:
        await ui.wait_assessed()
        assert ui.row_count() == 0
        await ui.press("1", "m", "enter")
        await ui.wait_for(lambda: ui.detail().startswith("acknowledged"))
        marked = ui.selected()
        await ui.press("slash", "ctrl+u", *"is", "colon", *"known", "enter")
        assert marked in ui.sessions()
        await ui.press("m")
        await ui.wait_for(lambda: ui.row_count() == 0)


async def test_a_query_without_context_is_not_evaluated_again() -> None:
    passed = [timedelta()]
    start = demo_start(query="collect since:7d")
    async with demo_app(start=start, now=lambda: NIGHT_TIME + passed[0]) as ui:
        query, found = ui.query(), len(ui.sessions())
        passed[0] = timedelta(hours=1)
        await ui.press("r")
        await ui.wait_for(lambda: not ui.is_busy())
        assert len(ui.sessions()) > found
        assert ui.query() is query


def with_queries(**queries: str) -> LaunchOptions:
    own = {
        digit.removeprefix("d"): ConfigValue(text, Path("/etc/team.toml")) for digit, text in queries.items()
    }
    return demo_start(lambda: NIGHT_TIME, own_queries=own)


async def test_5_to_9_run_saved_queries_and_help_lists_them() -> None:
    async with demo_app(start=with_queries(d5="type:CollectJob took:>2m", d6="stat:failed")) as ui:
        await ui.press("5")
        assert ui.query_line().startswith("Runs  /type:CollectJob took:>2m")
        await ui.press("6")
        assert ui.footer().startswith(
            "Query 6 in /etc/team.toml is invalid: Unknown query key 'stat': did you mean state:?"
        )
        assert ui.query().text == "type:CollectJob took:>2m"
        await ui.press("7")
        assert ui.footer().startswith(
            'Key 7 is unassigned. Define it in config.toml under [queries]: 7 = "took'
        )
        await ui.press("question_mark")
        assert ui.screen_name() == "text_viewer"
        assert "5                   type:CollectJob took:>2m" in ui.text()


async def test_the_prompt_counts_runs_also_where_they_are_grouped() -> None:
    async with demo_app() as ui:
        await ui.press("slash")
        assert ui.row_count() < len(ui.sessions())
        every = f"{len(ui.sessions()):,}"
        assert ui.found_count() == f"{every} of {every} runs"


@pytest.mark.parametrize("key", ["tab", "up", "down"])
async def test_a_key_of_the_prompt_without_effect_tells_why(key: str) -> None:
    async with demo_app() as ui:
        await ui.press("slash", *"zzz", key)
        assert ui.typed() == "zzz"
        assert ui.footer().split()[0] in {"Nothing", "No"}
