"""What `show` says came before a failure, asked of a server that lists just these runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from listed import listing
from shell import Shell

from emtui.em.model import Result, Session, uid_of

WORDS = {
    "s": ("CompletedSuccessfully", ""),
    "w": ("CompletedWarning", "slow"),
    "f": ("Failed", "disk full on x"),
    "g": ("Failed", "no route to y"),
    "c": ("Failed", "canceled"),
    "r": ("InProgress", ""),
}


def runs(letters: str) -> list[Session]:
    """Runs of LogExport until half an hour ago, oldest first; one an hour."""
    now = datetime.now(UTC)
    return [
        _run(place, letter, now - timedelta(hours=len(letters) - place))
        for place, letter in enumerate(letters)
    ]


def _run(number: int, letter: str, begin: datetime) -> Session:
    word, message = WORDS[letter]
    end = None if letter == "r" else begin + timedelta(minutes=1)
    result = Result("None" if letter == "r" else word, message, letter == "c")
    uid = uid_of(str(UUID(int=(number + 1 << 64) | 0xABCDEF)))
    return Session(uid, f"run {number}", "LogExport", begin, end, word, result)


@pytest.mark.parametrize(
    ("letters", "text", "numbers"),
    [
        ("ssssswwwf", "first failure, after 3 warnings", (0, 3, 0)),
        ("sssssfwf", "first since ", (0, 1, 0)),
        ("wf", "first failure, after 1 warning", (0, 1, 0)),
        ("sscsrf", "first failure, after 3 successes", (3, 0, 0)),
        ("fsg", "first with this message, after 1 success", (1, 0, 0)),
        ("sffw", "first warning, after 2 failures", (0, 0, 2)),
        ("cf", "first failure, no success listed before", (None, None, None)),
    ],
)
def test_the_words_and_the_numbers_say_what_came_directly_before(
    shell: Shell, tmp_path: Path, letters: str, text: str, numbers: tuple[int | None, ...]
) -> None:
    with listing(shell, runs(letters), tmp_path) as there:
        found = there.json("show", "latest:LogExport", "-o", "json")["findings"]
        (since,) = [finding for finding in found if finding["kind"] == "since"]
        assert since["text"].startswith(text)
        assert tuple(since[f"after_{what}"] for what in ("good", "warnings", "failures")) == numbers
        assert f"Since     {since['text']}\n" in there("show", "latest:LogExport").stdout
