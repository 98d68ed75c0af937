"""The last line of a page: a sentence, and where the cursor stands."""

from __future__ import annotations

import pytest
from tui_driver import footer

POSITION = "1 of 3,426 runs"
SAVED_MESSAGE = "Saved as profile prod. The server's clock is 6d19h off: ! says more."


@pytest.mark.parametrize(
    ("width", "said", "lines"),
    [
        (80, "Saved.", 1),
        (80, SAVED_MESSAGE, 2),
        (58, SAVED_MESSAGE, 2),
        (40, SAVED_MESSAGE, 3),
        (80, "word " * 16, 2),
    ],
)
async def test_the_place_stays_in_sight_beside_several_sentences(width: int, said: str, lines: int) -> None:
    async with footer(width) as foot:
        await foot.show_message(said, POSITION, several=True)
        shown = foot.lines()
        assert len(shown) == lines
        assert shown[-1].endswith(f"  {POSITION}")
        assert " ".join([*shown[:-1], shown[-1].removesuffix(POSITION)]).split() == said.split()


async def test_a_sentence_that_needs_all_lines_has_them() -> None:
    async with footer(40) as foot:
        await foot.show_message("12345678 " * 13, POSITION, several=True)
        assert len(foot.lines()) == 3
        assert POSITION not in foot.lines()[-1]


async def test_one_sentence_that_a_line_holds_has_that_line_alone() -> None:
    async with footer(80) as foot:
        await foot.show_message(SAVED_MESSAGE, POSITION)
        assert foot.lines() == [SAVED_MESSAGE]
