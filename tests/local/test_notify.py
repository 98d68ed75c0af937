"""The command that tells somebody."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from emtui.local import notify


async def test_the_sentence_is_its_last_argument_and_nothing_of_emtui_is_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMTUI_USER", "ops")
    told = tmp_path / "told"
    code = (
        "import os, sys; open(sys.argv[1], 'w').write(sys.argv[2] + '|' + os.environ.get('EMTUI_USER', 'no'))"
    )
    said = await notify.run((sys.executable, "-c", code, str(told)), "$(false); `x`\x1b[31m")
    assert said is None
    text = told.read_text()
    assert text.startswith("$(false); `x`")
    assert text.endswith("|no")
    assert "\x1b" not in text


async def test_what_goes_wrong_with_it_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await notify.run(("/nowhere/at-all",), "x") == (
        "The notify_command cannot be run: No such file or directory."
    )
    assert await notify.run((sys.executable, "-c", "raise SystemExit(3)"), "x") == (
        "The notify_command ended with 3."
    )
    monkeypatch.setattr(notify, "PATIENCE", 0.2)
    said = await notify.run((sys.executable, "-c", "import time; time.sleep(60)"), "x")
    assert said
    assert "was ended" in said
