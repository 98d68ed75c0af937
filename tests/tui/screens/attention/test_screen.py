"""The page of alerts, and the lines above the list that are reserved for the worst of them."""

from __future__ import annotations

import pytest
from tui_driver import demo_app, set_cursor_rest


@pytest.mark.parametrize(("size", "lines"), [((80, 23), 2), ((119, 40), 2), ((120, 40), 3), ((200, 50), 3)])
async def test_the_lines_of_the_alerts_are_reserved_by_the_width(size: tuple[int, int], lines: int) -> None:
    async with demo_app(size=size) as ui:
        before = ui.first_row_line()
        await ui.wait_assessed()
        await ui.wait_for(lambda: "■ DatabaseMaintenance" in ui.alerts()[0])
        assert len(ui.alerts()) == lines
        assert ui.first_row_line() == before


async def test_from_200_columns_all_alerts_of_the_night_are_above_the_list() -> None:
    async with demo_app(size=(200, 50)) as ui:
        await ui.wait_assessed()
        await ui.press("4")
        types = ui.alert_types()
        await ui.press("q")
        assert len(types) == 6
        assert all(name and name in "".join(ui.alerts()) for name in types)


async def test_the_evidence_follows_a_cursor_that_rests_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    set_cursor_rest(monkeypatch, 3600)
    async with demo_app(size=(120, 40)) as ui:
        await ui.wait_assessed()
        await ui.press("4")
        before = ui.evidence()
        assert before[0].startswith("─ DatabaseMaintenance  running for ")
        await ui.press("j", "j")
        assert ui.cursor() == 2
        assert ui.evidence() == before
        set_cursor_rest(monkeypatch, 0.01)
        await ui.press("k")
        await ui.wait_for(lambda: ui.evidence() != before)
        assert ui.evidence()[0].startswith("─ CatalogReplicationJob  overdue, ")


async def test_an_acknowledged_alert_goes_to_the_end_with_a_k_and_the_title_counts_it() -> None:
    async with demo_app(size=(80, 23)) as ui:
        await ui.wait_assessed()
        await ui.press("4", "m", *"INC0012345", "enter")
        await ui.wait_for(lambda: ui.title() == "Alerts  6, 1 acknowledged")
        assert ui.rows()[-1].startswith("▌ k DatabaseMaintenance ")
        assert any("INC0012345" in line for line in ui.evidence())
