"""Output of `check` and `tail` if runs are missing from the list."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_runner import CommandRunner
from session_list_server import listing_shell, runs_from_letters

from emtui.em.model import Session


@pytest.fixture
def listed_sessions() -> list[Session]:
    """Rows that the server lists; tests change them."""
    return [*runs_from_letters("s" * 202), *runs_from_letters("f" + "s" * 0)]


@pytest.fixture
def listing_runner(
    shell: CommandRunner, listed_sessions: list[Session], tmp_path: Path
) -> Iterator[CommandRunner]:
    with listing_shell(shell, listed_sessions, tmp_path) as runner:
        yield runner


def test_check_warns_of_runs_that_the_check_before_saw_until_they_return(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    every = runs_from_letters("s" * 203)
    listed_sessions[:] = every
    assert listing_runner("check").returncode == 0
    listed_sessions[:] = every[100:110]
    for _ in range(2):
        done = listing_runner("check")
        assert done.returncode == 1
        assert re.match(r"EMTUI WARNING - 193 runs no longer listed since \d\d:\d\d \| types=1;", done.stdout)
    listed_sessions[:] = []
    done = listing_runner("check")
    assert (done.returncode, done.stdout[:47]) == (1, "EMTUI WARNING - 203 runs no longer listed since")
    listed_sessions[:] = every
    assert listing_runner("check").returncode == 0
    listed_sessions[:] = every[1:]
    assert listing_runner("check").returncode == 0, "the oldest one is dropped by every server"


def test_check_stays_critical_for_a_failure_that_is_no_longer_listed(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    every = runs_from_letters("sssssssff")
    listed_sessions[:] = every
    assert listing_runner("check").returncode == 2
    listed_sessions[:] = every[:6]
    done = listing_runner("check")
    assert done.returncode == 2
    assert "LogExport failed twice since" in done.stdout
    assert "; run no longer listed. 3 runs no longer listed since" in done.stdout
    assert "2 of them failed" in done.stdout
    listed_sessions[:] = [
        *every,
        *(run for run in runs_from_letters("sssssssffs") if run.uid not in {one.uid for one in every}),
    ]
    assert listing_runner("check").returncode == 0


def test_after_a_clock_change_check_still_reports_missing_runs(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    every = runs_from_letters("sssssssff")
    listed_sessions[:] = every
    listing_runner("check")
    listed_sessions[:] = every[:6]
    assert listing_runner("check").returncode == 2
    (kept,) = (listing_runner.home / "state" / "emtui").glob("listed-*.json")
    record = json.loads(kept.read_text())
    kept.write_text(json.dumps({**record, "skew": record["skew"] + 1200e6}))
    listed_sessions[:] = every[:5]
    for _ in range(2):
        done = listing_runner("check")
        assert done.returncode == 2
        assert "3 runs no longer listed since" in done.stdout, (
            "the one that went with the clock is not missed"
        )
    listed_sessions[:] = every
    assert "no longer listed" not in listing_runner("check").stdout


def test_check_counts_only_runs_of_the_requested_types(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    listed_sessions[:] = runs_from_letters("ssssss")
    listing_runner("check")
    listed_sessions[:] = listed_sessions[:3]
    assert "3 runs no longer listed" in listing_runner("check", "--type", "LogExport").stdout
    assert listing_runner("check", "--type", "CollectJob").stdout.startswith(
        "EMTUI UNKNOWN - No session of type CollectJob"
    )


def test_an_empty_list_without_an_earlier_one_is_unknown(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    listed_sessions.clear()
    for _ in range(2):
        done = listing_runner("check")
        assert (done.returncode, done.stdout) == (3, "EMTUI UNKNOWN - The session list is empty\n")


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"version":1}', '{"version":2}', "null", "\x00" * 99])
def test_an_unreadable_saved_list_is_ignored(
    listing_runner: CommandRunner, listed_sessions: list[Session], damage: str
) -> None:
    listed_sessions[:] = runs_from_letters("ssssss")
    assert listing_runner("check").returncode == 0
    (kept,) = (listing_runner.home / "state" / "emtui").glob("listed-*.json")
    assert kept.stat().st_mode & 0o777 == 0o600
    kept.write_text(damage)
    listed_sessions[:] = listed_sessions[:3]
    assert listing_runner("check").returncode == 0
    assert listing_runner("check").returncode == 0


def test_check_saves_messages_only_of_runs_that_did_not_succeed(
    listing_runner: CommandRunner, listed_sessions: list[Session]
) -> None:
    listed_sessions[:] = runs_from_letters("sswf")
    listing_runner("check")
    (kept,) = (listing_runner.home / "state" / "emtui").glob("listed-*.json")
    assert [row[6] for row in json.loads(kept.read_text())["sessions"]] == [
        "disk full on x",
        "slow",
        None,
        None,
    ]


def test_tail_reports_missing_runs_and_their_return(
    shell: CommandRunner, listed_sessions: list[Session], tmp_path: Path
) -> None:
    every = runs_from_letters("ssssssffss")
    listed_sessions[:] = every
    (shell.home / "config" / "emtui").mkdir(parents=True)
    with listing_shell(shell, listed_sessions, tmp_path) as runner:
        _, server, _, user, _, pin = runner.leading_arguments
        config = shell.home / "config" / "emtui" / "config.toml"
        config.write_text(
            f"[profiles.lab]\nserver = '{server}'\nuser = '{user}'\npin = '{pin}'\n"
            "keyring = 'off'\ninterval = 10\n"
        )
        config.chmod(0o600)
        argv = [sys.executable, "-m", "emtui", "tail", "-p", "lab", "--from-start"]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, env=runner.environ, text=True) as tail:
            assert tail.stdout is not None
            try:
                records = [json.loads(tail.stdout.readline()) for _ in every]
                listed_sessions[:] = every[:5]
                records += [json.loads(tail.stdout.readline()) for _ in range(6)]
                listed_sessions[:] = every
                records += [json.loads(tail.stdout.readline()) for _ in range(6)]
            finally:
                tail.terminate()
    changes = [line["change"] for line in records]
    assert changes == ["added"] * 10 + ["unlisted"] + ["gone"] * 5 + ["listed"] + ["returned"] * 5
    lacking, returned = records[10], records[16]
    assert (lacking["session"], lacking["count"]) == (None, 5)
    assert lacking["problem"] == "5 runs no longer listed, 2 of them failed"
    assert (returned["session"], returned["count"]) == (None, 0)
    assert returned["problem"] == "5 runs no longer listed, 2 of them failed, listed again"
