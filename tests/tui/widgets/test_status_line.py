"""The footer: a message, and the position of the cursor."""

from __future__ import annotations

import pytest
from tui_driver import footer

POSITION = "1 of 3,426 runs"
CLOCK_MESSAGE = "The server's clock is 6d19h ahead of this computer's. !: details."
SAVED_MESSAGE = f"Saved as profile prod. {CLOCK_MESSAGE}"


@pytest.mark.parametrize(
    ("width", "message", "lines"),
    [
        (80, "Saved.", 1),
        (80, SAVED_MESSAGE, 2),
        (58, SAVED_MESSAGE, 2),
        (40, SAVED_MESSAGE, 3),
        (80, "word " * 16, 2),
    ],
)
async def test_the_position_stays_visible_beside_several_messages(
    width: int, message: str, lines: int
) -> None:
    async with footer(width) as foot:
        await foot.show_message(message, POSITION, several=True)
        shown = foot.lines()
        assert len(shown) == lines
        assert shown[-1].endswith(f"  {POSITION}")
        assert " ".join([*shown[:-1], shown[-1].removesuffix(POSITION)]).split() == message.split()


async def test_a_message_that_needs_all_lines_gets_them() -> None:
    async with footer(40) as foot:
        await foot.show_message("12345678 " * 13, POSITION, several=True)
        assert len(foot.lines()) == 3
        assert POSITION not in foot.lines()[-1]


async def test_a_message_that_fits_one_line_takes_only_that_line() -> None:
    async with footer(80) as foot:
        await foot.show_message(CLOCK_MESSAGE, POSITION)
        assert foot.lines() == [CLOCK_MESSAGE]
