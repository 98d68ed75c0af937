"""Acknowledgements and team notes in the output for scripts and monitoring systems."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server

from emtui.em.model import Outcome
from emtui.triage.acknowledgements import Acknowledgement, overdue_key, stuck_key
from emtui.triage.message_fingerprint import compute_fingerprint

LOST_CONNECTION_ALERT = (
    "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
)
LONG_AGO, FAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
UNREACHED = Acknowledgement(
    compute_fingerprint("CollectJob", Outcome.FAILED, LOST_CONNECTION_ALERT),
    "CollectJob",
    "INC0012345",
    LONG_AGO,
    FAR,
)
NOTE = f"""
[[note]]
pattern = "{LOST_CONNECTION_ALERT[:40]}*closed"
text = "storage patches bs02 on Mondays"
link = "https://wiki.example.net/bs02"
"""


@pytest.fixture(scope="module")
def eventful_demo() -> Iterator[RunningDemo]:
    """The world of seed 1, at a time when no collection has just failed."""
    yield from run_demo_server("--seed", "1", "--clock", "2026-11-23T05:00:00Z", "--speed", "0")


def write_acknowledgements(
    shell: CommandRunner, demo: RunningDemo, *acknowledgements: Acknowledgement
) -> None:
    """Save acknowledgements as the screens do for this server."""
    folder = shell.home / "state" / "emtui"
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    saved = {urlsplit(demo.url).netloc: {mark.key: mark.to_strings for mark in acknowledgements}}
    (folder / "marks.json").write_text(json.dumps(saved))


def write_team_note(shell: CommandRunner, text: str) -> Path:
    file = shell.home / "etc" / "emtui" / "notes.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_json_says_which_runs_are_acknowledged(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    assert {one["known"] for one in demo_shell.run_json("sessions", "-o", "json")} == {False}
    write_acknowledgements(demo_shell, demo, UNREACHED)
    known = [one for one in demo_shell.run_json("sessions", "-o", "json") if one["known"]]
    assert len(known) == 5
    assert {one["message"] for one in known} == {LOST_CONNECTION_ALERT}
    failed = demo_shell.run_json("sessions", "state:failed", "-o", "json")
    assert 0 < sum(one["known"] for one in failed) < len(failed)


def test_runs_can_be_sorted_by_acknowledgement(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    write_acknowledgements(demo_shell, demo, UNREACHED)
    rows = demo_shell.run_json("sessions", "--sort", "-known", "-o", "json")
    assert [row["known"] for row in rows] == [True] * 5 + [False] * (len(rows) - 5)
    plain = demo_shell.run_json("sessions", "--sort", "-acknowledged", "-o", "json")
    assert [row["uid"] for row in plain] == [row["uid"] for row in rows]
    other = demo_shell.run_json("sessions", "--sort", "acknowledged", "-o", "json")
    assert other[-1]["known"]
    for parted in (rows[:5], rows[5:], other[:-5], other[-5:]):
        assert [row["uid"] for row in parted] == sorted(row["uid"] for row in parted)
    first = demo_shell("sessions", "--sort", "-known", "--limit", "5").stdout.splitlines()[1:]
    assert [LOST_CONNECTION_ALERT in row for row in first] == [True] * 5


def test_acknowledged_means_the_same_as_known(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    write_acknowledgements(demo_shell, demo, UNREACHED)
    known = demo_shell.run_json("sessions", "is:known", "-o", "json")
    assert len(known) == 5
    assert demo_shell.run_json("sessions", "is:acknowledged", "-o", "json") == known
    others = demo_shell.run_json("sessions", "!is:acknowledged", "state:failed", "-o", "json")
    assert others
    assert not any(one["known"] for one in others)


def test_wait_prints_whether_its_run_is_acknowledged(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    failed = next(
        one
        for one in demo_shell.run_json("sessions", "-o", "json")
        if one["message"] == LOST_CONNECTION_ALERT
    )

    def waited() -> dict[str, object]:
        done = demo_shell("wait", failed["id"], "-o", "json")
        assert done.returncode == 11
        record: dict[str, object] = json.loads(done.stdout)
        return record

    assert waited()["known"] is False
    write_team_note(demo_shell, NOTE + "known = true\n")
    assert waited()["known"] is True
    (demo_shell.home / "etc" / "emtui" / "notes.toml").unlink()
    write_acknowledgements(demo_shell, demo, UNREACHED)
    assert waited()["known"] is True


def test_reports_contain_the_acknowledgement_and_the_note_of_the_team(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    write_acknowledgements(demo_shell, demo, UNREACHED)
    write_team_note(demo_shell, NOTE)
    (failed,) = demo_shell.run_json(
        "sessions", "type:CollectJob", "state:failed", "--limit", "1", "-o", "json"
    )
    for command in ("explain", "ticket"):
        text = demo_shell(command, failed["id"]).stdout
        assert "INC0012345" in text
        assert "storage patches bs02 on Mondays" in text
        data = demo_shell.run_json(command, failed["id"], "-o", "json")
        assert data["known"]
        assert [finding["kind"] for finding in data["findings"]][:2] == ["known", "note"]
    assert "**Acknowledged**: 1\n" in demo_shell("shift").stdout
    (acknowledged,) = demo_shell.run_json("shift", "-o", "json")["acknowledged"]
    assert (acknowledged["type"], acknowledged["note"]) == ("CollectJob", "INC0012345")


def test_acknowledgements_of_another_server_and_expired_ones_do_not_count(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    write_acknowledgements(
        demo_shell,
        demo,
        Acknowledgement(UNREACHED.key, UNREACHED.type, "", LONG_AGO, LONG_AGO + timedelta(days=1)),
    )
    assert {one["known"] for one in demo_shell.run_json("sessions", "-o", "json")} == {False}
    file = demo_shell.home / "state" / "emtui" / "marks.json"
    file.write_text(json.dumps({"em01.example.net:9398": {UNREACHED.key: UNREACHED.to_strings}}))
    assert {one["known"] for one in demo_shell.run_json("sessions", "-o", "json")} == {False}


def test_show_prints_the_note_its_expiry_and_the_team_notes(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    write_acknowledgements(demo_shell, demo, UNREACHED)
    write_team_note(demo_shell, NOTE)
    run, *_ = (one for one in demo_shell.run_json("sessions", "-o", "json") if one["known"])
    text = demo_shell("show", run["id"]).stdout
    assert "\nAcknowledged  INC0012345, until 1 Jan 01:00\n" in text
    team = "storage patches bs02 on Mondays https://wiki.example.net/bs02 (team file)"
    assert f"\nNote          {team}\n" in text
    shown = demo_shell.run_json("show", run["id"], "-o", "json")
    assert shown["known"] is True
    assert shown["findings"][:2] == [
        {
            "kind": "known",
            "text": "INC0012345, until 1 Jan 01:00",
            "note": "INC0012345",
            "until": "2100-01-01T00:00:00.000000Z",
        },
        {
            "kind": "note",
            "text": "storage patches bs02 on Mondays (team file)",
            "note": "storage patches bs02 on Mondays",
            "link": "https://wiki.example.net/bs02",
        },
    ]


def test_unreadable_files_are_reported_and_stop_nothing(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    file = write_team_note(demo_shell, "[[notes]]\n")
    write_acknowledgements(demo_shell, demo, UNREACHED)
    (demo_shell.home / "state" / "emtui" / "marks.json").write_text("[]")
    done = demo_shell("sessions", "--limit", "1", "-o", "json")
    assert done.returncode == 0
    assert f"emtui: {file}: notes is not valid in a notes file: did you mean note?" in done.stderr
    assert "cannot read the acknowledgements" in done.stderr


def test_tail_prints_which_runs_are_acknowledged(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    write_acknowledgements(demo_shell, demo, UNREACHED)
    argv = [
        sys.executable,
        "-m",
        "emtui",
        *demo_shell.leading_arguments,
        "tail",
        "state:failed",
        "--from-start",
    ]
    with subprocess.Popen(argv, env=demo_shell.environ, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        lines = [json.loads(child.stdout.readline()) for _ in range(5)]
        child.terminate()
    assert any(line["session"]["known"] for line in lines)
    assert all(
        line["session"]["known"] is (line["session"]["message"] == LOST_CONNECTION_ALERT) for line in lines
    )


def test_check_can_ignore_acknowledged_problems_and_counts_them(
    shell: CommandRunner, eventful_demo: RunningDemo
) -> None:
    shell.leading_arguments = (
        "--server",
        eventful_demo.url,
        "--user",
        eventful_demo.user,
        "--pin",
        eventful_demo.sha256,
    )
    shell.environ["EMTUI_PASSWORD"] = eventful_demo.password
    before = shell("check", "--timeout", "60", "--ignore-known")
    assert before.returncode == 2
    assert "ignored" not in before.stdout
    kinds = ("DatabaseMaintenance", "CatalogReplicationJob")
    marks = [
        Acknowledgement(of(kind), kind, "", LONG_AGO, FAR)
        for of, kind in zip((stuck_key, overdue_key), kinds, strict=True)
    ]
    write_acknowledgements(shell, eventful_demo, *marks)
    assert shell("check", "--timeout", "60").returncode == 2
    done = shell("check", "--timeout", "60", "--ignore-known")
    assert done.returncode == 1
    assert done.stdout.startswith("EMTUI WARNING - LicAutoUpdate warned 3 times since")
    assert ". 2 acknowledged alerts ignored | types=12" in done.stdout


def test_check_reads_acknowledgements_of_the_team(shell: CommandRunner, eventful_demo: RunningDemo) -> None:
    shell.leading_arguments = (
        "--server",
        eventful_demo.url,
        "--user",
        eventful_demo.user,
        "--pin",
        eventful_demo.sha256,
    )
    shell.environ["EMTUI_PASSWORD"] = eventful_demo.password
    assert shell("check", "--timeout", "60", "--type", "LicAutoUpdate").returncode == 1
    write_team_note(shell, '[[note]]\npattern = "license"\ntext = "renewed in January"\nknown = true\n')
    assert shell("check", "--timeout", "60", "--type", "LicAutoUpdate").returncode == 1
    done = shell("check", "--timeout", "60", "--type", "LicAutoUpdate", "--ignore-known")
    assert done.returncode == 0
    assert ". 1 acknowledged alert ignored | " in done.stdout


def test_reading_acknowledgements_creates_no_file(demo_shell: CommandRunner) -> None:
    demo_shell("sessions", "-o", "json")
    assert not (demo_shell.home / "state" / "emtui" / "marks.json").exists()
    assert stat.S_IMODE((demo_shell.home / "state" / "emtui").stat().st_mode) == 0o700
