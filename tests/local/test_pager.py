"""The user's pager."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emtui.local import pager

PATH_ENVIRON = {"PATH": os.environ["PATH"]}


def make_pager(folder: Path, code: int = 0) -> Path:
    """A pager that saves its arguments, environment and standard input."""
    program = folder / "my pager"
    lines = (
        "#!/bin/sh",
        'cd "${0%/*}"',
        'printf "%s|" "$@" >argv',
        "env >environ",
        "cat >text",
        f"exit {code}",
    )
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o700)
    return program


def test_the_pager_gets_the_text_on_its_input_and_no_emtui_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMTUI_PASSWORD", "swordfish")
    monkeypatch.setenv("EMTUI_USER", "ops")
    argv = pager.pager_command({"PAGER": f"'{make_pager(tmp_path)}' -S '+/two words'", **PATH_ENVIRON})
    pager.show_in_pager(argv, "CollectJob \x1b]0;owned\x07\u202e日本\n\tend\n")
    assert (tmp_path / "text").read_text() == "CollectJob \ufffd]0;owned\ufffd\ufffd日本\n\tend\n"
    assert (tmp_path / "argv").read_text() == "-S|+/two words|"
    seen = (tmp_path / "environ").read_text()
    assert "EMTUI" not in seen
    assert "swordfish" not in seen
    assert "PATH=" in seen


def test_the_default_pager_is_less(tmp_path: Path) -> None:
    less = tmp_path / "less"
    less.write_text("#!/bin/sh\n")
    less.chmod(0o700)
    for environ in ({}, {"PAGER": ""}, {"PAGER": "  "}):
        assert pager.pager_command({**environ, "PATH": str(tmp_path)}) == ("less",)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("nonesuch -R", "Program nonesuch not found: set PAGER to the pager to use."),
        ("less 'x", "PAGER cannot be read: No closing quotation in less 'x."),
        ("\x1b[2J", "Program ␛[2J not found: set PAGER to the pager to use."),
    ],
)
def test_a_pager_that_cannot_be_run_is_one_sentence(wanted: str, message: str) -> None:
    with pytest.raises(pager.PagerFailedError) as caught:
        pager.pager_command({"PAGER": wanted, **PATH_ENVIRON})
    assert str(caught.value) == message


def test_a_pager_that_ends_before_reading_everything_is_no_error() -> None:
    pager.show_in_pager(("true",), "x" * 1_000_000)


def test_a_pager_that_fails_is_reported(tmp_path: Path) -> None:
    with pytest.raises(pager.PagerFailedError, match=r"my pager exited with code 3\.$"):
        pager.show_in_pager((str(make_pager(tmp_path, 3)),), "x")


def test_a_slow_pager_that_ends_at_once_counts_as_not_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keys: list[str] = []
    monkeypatch.setattr(pager, "_wait_for_key", lambda: keys.append("any"))
    slow = ("sh", "-c", f"sleep {pager.MIN_READING_S + 0.3}; cat >/dev/null")
    pager.show_in_pager(slow, "x" * 1_000_000)
    assert keys == ["any"]
    pager.show_in_pager(("sh", "-c", f"cat >/dev/null; sleep {pager.MIN_READING_S + 0.3}"), "x" * 1_000_000)
    assert keys == ["any"]


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 3_000_000])
def test_a_slow_pager_gets_the_complete_text(tmp_path: Path, size: int) -> None:
    received = tmp_path / "text"
    pager.show_in_pager(("sh", "-c", f"sleep 0.2; head -c 9; sleep 0.2; cat >{received}"), "x" * size)
    assert received.stat().st_size == max(size - 9, 0)
