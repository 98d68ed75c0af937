"""The notify_command of a profile."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from emtui.display_text.notification_text import MAX_SENTENCE_LENGTH
from emtui.local import notify


async def test_the_sentence_is_its_last_argument_and_nothing_of_emtui_is_in_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMTUI_USER", "ops")
    output = tmp_path / "told"
    code = (
        "import os, sys; open(sys.argv[1], 'w').write(sys.argv[2] + '|' + os.environ.get('EMTUI_USER', 'no'))"
    )
    message = await notify.run_notify_command(
        (sys.executable, "-c", code, str(output)), "$(false); `x`\x1b[31m"
    )
    assert message is None
    text = output.read_text()
    assert text.startswith("$(false); `x`")
    assert text.endswith("|no")
    assert "\x1b" not in text


async def test_every_failure_is_one_sentence() -> None:
    assert await notify.run_notify_command(("/nowhere/at-all",), "x") == (
        "The notify_command cannot be run: No such file or directory."
    )
    assert await notify.run_notify_command((sys.executable, "-c", "raise SystemExit(3)"), "x") == (
        "The notify_command exited with code 3."
    )
    assert (
        await notify.run_notify_command(("true\0",), "x")
        == "The notify_command cannot be run: it contains a NUL character."
    )


START_BACKGROUND_PROCESS = 'sleep 600 & echo $$ $! >"$0"; '


def read_group(pids: Path) -> list[int]:
    """Return the shell and its child, once the shell has written their IDs."""
    return [int(pid) for pid in pids.read_text().split()] if pids.exists() else []


def process_state(pid: int) -> str:
    """Return the kernel's state letter; empty for a process that does not exist."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


async def wait_until_gone(pids: Sequence[int]) -> bool:
    """Whether all end soon; init may reap orphans late."""
    for _ in range(100):
        if all(process_state(pid) in ("", "Z") for pid in pids) and not process_state(pids[0]):
            return True
        await asyncio.sleep(0.02)
    return False


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("wait", "The notify_command took more than 0.5 s and was stopped."),
        ("trap '' TERM; wait; wait", "The notify_command took more than 0.5 s and was stopped."),
        ("exit 0", None),
        ("exit 3", "The notify_command exited with code 3."),
    ],
    ids=[
        "it runs too long",
        "it ignores SIGTERM",
        "it leaves a process behind",
        "it fails and leaves a process behind",
    ],
)
async def test_a_command_that_takes_too_long_is_killed_with_its_children(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, then: str, message: str | None
) -> None:
    monkeypatch.setattr(notify, "COMMAND_TIMEOUT_S", 0.5)
    pids = tmp_path / "pids"
    held = asyncio.create_task(longest_wait())
    assert (
        await notify.run_notify_command(("sh", "-c", f"{START_BACKGROUND_PROCESS}{then}", str(pids)), "x")
        == message
    )
    held.cancel()
    assert len(read_group(pids)) == 2
    assert await wait_until_gone(read_group(pids))


async def longest_wait() -> None:
    """Fail the test if the event loop is blocked."""
    loop = asyncio.get_running_loop()
    while True:
        began = loop.time()
        await asyncio.sleep(0.01)
        assert loop.time() - began < 1.0


async def test_a_command_may_take_a_minute() -> None:
    assert notify.COMMAND_TIMEOUT_S == 60


async def test_canceling_the_wait_ends_the_command(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    running = asyncio.create_task(
        notify.run_notify_command(("sh", "-c", f"{START_BACKGROUND_PROCESS}wait", str(pids)), "x")
    )
    async with asyncio.timeout(10):
        while len(read_group(pids)) < 2:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await wait_until_gone(read_group(pids))


async def test_exiting_does_not_wait_for_running_commands(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    running = asyncio.create_task(
        notify.run_notify_command(("sh", "-c", f"{START_BACKGROUND_PROCESS}wait", str(pids)), "x")
    )
    async with asyncio.timeout(10):
        while len(read_group(pids)) < 2:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
    notify.kill_all()
    assert await running == "The notify_command exited with code -9."
    assert await wait_until_gone(read_group(pids))


async def test_a_long_sentence_is_passed_completely_up_to_the_limit(tmp_path: Path) -> None:
    output = tmp_path / "told"
    await notify.run_notify_command(
        ("sh", "-c", 'printf %s "$1" >"$0"', str(output)), "x" * MAX_SENTENCE_LENGTH
    )
    assert output.read_text() == "x" * MAX_SENTENCE_LENGTH
