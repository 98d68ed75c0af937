"""The last line of a page: a sentence, and where the cursor stands."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from emtui.tui.theme import THEME
from emtui.tui.widgets.status_line import Foot

HERE = "1 of 3,426 runs"
SAVED = "Saved as profile prod. The server's clock is 6d19h off: ! says more."


class Stage(App[None]):
    """Nothing but that line."""

    CSS = "Foot { height: auto; }"

    def compose(self) -> ComposeResult:
        self.register_theme(THEME)
        self.theme = THEME.name
        yield Foot()


@pytest.mark.parametrize(
    ("width", "said", "lines"),
    [
        (80, "Saved.", 1),
        (80, SAVED, 2),
        (58, SAVED, 2),
        (40, SAVED, 3),
        (80, "word " * 16, 2),
    ],
)
async def test_the_place_stays_in_sight_beside_several_sentences(width: int, said: str, lines: int) -> None:
    app = Stage()
    async with app.run_test(size=(width, 12)) as pilot:
        foot = app.query_one(Foot)
        foot.say(said, HERE, several=True)
        await pilot.pause()
        shown = [strip.text.rstrip() for strip in foot.render_lines(foot.size.region)]
        assert len(shown) == lines
        assert shown[-1].endswith(f"  {HERE}")
        assert " ".join([*shown[:-1], shown[-1].removesuffix(HERE)]).split() == said.split()


async def test_a_sentence_that_needs_all_lines_has_them() -> None:
    app = Stage()
    async with app.run_test(size=(40, 12)) as pilot:
        foot = app.query_one(Foot)
        foot.say("12345678 " * 13, HERE, several=True)
        await pilot.pause()
        shown = [strip.text.rstrip() for strip in foot.render_lines(foot.size.region)]
        assert len(shown) == 3
        assert HERE not in shown[-1]


async def test_one_sentence_that_a_line_holds_has_that_line_alone() -> None:
    app = Stage()
    async with app.run_test(size=(80, 12)) as pilot:
        foot = app.query_one(Foot)
        foot.say(SAVED, HERE)
        await pilot.pause()
        assert [strip.text.rstrip() for strip in foot.render_lines(foot.size.region)] == [SAVED]
