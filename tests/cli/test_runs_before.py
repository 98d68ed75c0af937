"""The runs before a failure as `show` prints them, for given lists."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import CommandRunner
from session_list_server import listing_shell, runs_from_letters


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
def test_text_and_numbers_describe_the_runs_directly_before(
    shell: CommandRunner, tmp_path: Path, letters: str, text: str, numbers: tuple[int | None, ...]
) -> None:
    with listing_shell(shell, runs_from_letters(letters), tmp_path) as runner:
        found = runner.run_json("show", "latest:LogExport", "-o", "json")["findings"]
        (since,) = [finding for finding in found if finding["kind"] == "since"]
        assert since["text"].startswith(text)
        assert tuple(since[f"after_{what}"] for what in ("good", "warnings", "failures")) == numbers
        assert f"Since         {since['text']}\n" in runner("show", "latest:LogExport").stdout
