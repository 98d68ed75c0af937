"""What is known, as scripts and monitoring systems see it."""

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
from served import Demo, serve
from shell import Shell

from emtui.em.model import Outcome
from emtui.triage.acknowledgements import Mark, hanging, late
from emtui.triage.message_fingerprint import print_of

LOST = "Cannot connect to backup server bs02.example.net: the remote host closed the connection"
LONG_AGO, FAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
UNREACHED = Mark(print_of("CollectJob", Outcome.FAILED, LOST), "CollectJob", "INC0012345", LONG_AGO, FAR)
NOTE = f"""
[[note]]
pattern = "{LOST[:40]}*closed"
text = "storage patches bs02 on Mondays"
link = "https://wiki.example.net/bs02"
"""


@pytest.fixture(scope="module")
def story() -> Iterator[Demo]:
    """The story of seed 1, at a time when no collection has just failed."""
    yield from serve("--seed", "1", "--clock", "2026-11-23T05:00:00Z", "--speed", "0")


def mark(shell: Shell, demo: Demo, *marks: Mark) -> None:
    """As if they had been made in the screens of this server."""
    folder = shell.home / "state" / "emtui"
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    kept = {urlsplit(demo.url).netloc: {mark.of: mark.parts for mark in marks}}
    (folder / "marks.json").write_text(json.dumps(kept))


def note(shell: Shell, text: str) -> Path:
    file = shell.home / "etc" / "emtui" / "notes.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_json_says_of_which_runs_it_is_known(at_demo: Shell, demo: Demo) -> None:
    assert {one["known"] for one in at_demo.json("sessions", "-o", "json")} == {False}
    mark(at_demo, demo, UNREACHED)
    known = [one for one in at_demo.json("sessions", "-o", "json") if one["known"]]
    assert len(known) == 5
    assert {one["message"] for one in known} == {LOST}
    failed = at_demo.json("sessions", "state:failed", "-o", "json")
    assert 0 < sum(one["known"] for one in failed) < len(failed)


def test_known_is_an_order_like_others(at_demo: Shell, demo: Demo) -> None:
    mark(at_demo, demo, UNREACHED)
    rows = at_demo.json("sessions", "--sort", "-known", "-o", "json")
    assert [row["known"] for row in rows] == [True] * 5 + [False] * (len(rows) - 5)
    plain = at_demo.json("sessions", "--sort", "-acknowledged", "-o", "json")
    assert [row["uid"] for row in plain] == [row["uid"] for row in rows]
    other = at_demo.json("sessions", "--sort", "acknowledged", "-o", "json")
    assert other[-1]["known"]
    for parted in (rows[:5], rows[5:], other[:-5], other[-5:]):
        assert [row["uid"] for row in parted] == sorted(row["uid"] for row in parted)
    first = at_demo("sessions", "--sort", "-known", "--limit", "5").stdout.splitlines()[1:]
    assert [LOST in row for row in first] == [True] * 5


def test_acknowledged_is_the_plain_word_for_known(at_demo: Shell, demo: Demo) -> None:
    mark(at_demo, demo, UNREACHED)
    known = at_demo.json("sessions", "is:known", "-o", "json")
    assert len(known) == 5
    assert at_demo.json("sessions", "is:acknowledged", "-o", "json") == known
    others = at_demo.json("sessions", "!is:acknowledged", "state:failed", "-o", "json")
    assert others
    assert not any(one["known"] for one in others)


def test_wait_says_so_of_what_it_waited_for(at_demo: Shell, demo: Demo) -> None:
    failed = next(one for one in at_demo.json("sessions", "-o", "json") if one["message"] == LOST)

    def waited() -> dict[str, object]:
        done = at_demo("wait", failed["id"], "-o", "json")
        assert done.returncode == 11
        said: dict[str, object] = json.loads(done.stdout)
        return said

    assert waited()["known"] is False
    note(at_demo, NOTE + "known = true\n")
    assert waited()["known"] is True
    (at_demo.home / "etc" / "emtui" / "notes.toml").unlink()
    mark(at_demo, demo, UNREACHED)
    assert waited()["known"] is True


def test_marks_of_another_server_and_ones_that_have_ended_are_none(at_demo: Shell, demo: Demo) -> None:
    mark(at_demo, demo, Mark(UNREACHED.of, UNREACHED.type, "", LONG_AGO, LONG_AGO + timedelta(days=1)))
    assert {one["known"] for one in at_demo.json("sessions", "-o", "json")} == {False}
    file = at_demo.home / "state" / "emtui" / "marks.json"
    file.write_text(json.dumps({"em01.example.net:9398": {UNREACHED.of: UNREACHED.parts}}))
    assert {one["known"] for one in at_demo.json("sessions", "-o", "json")} == {False}


def test_show_says_the_note_and_until_when_and_what_the_team_wrote_down(at_demo: Shell, demo: Demo) -> None:
    mark(at_demo, demo, UNREACHED)
    note(at_demo, NOTE)
    run, *_ = (one for one in at_demo.json("sessions", "-o", "json") if one["known"])
    text = at_demo("show", run["id"]).stdout
    assert "\nKnown     INC0012345, until 1 Jan 01:00\n" in text
    team = "storage patches bs02 on Mondays https://wiki.example.net/bs02 (team file)"
    assert f"\nNote      {team}\n" in text
    shown = at_demo.json("show", run["id"], "-o", "json")
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


def test_files_that_cannot_be_read_are_said_and_stop_nothing(at_demo: Shell, demo: Demo) -> None:
    file = note(at_demo, "[[notes]]\n")
    mark(at_demo, demo, UNREACHED)
    (at_demo.home / "state" / "emtui" / "marks.json").write_text("[]")
    done = at_demo("sessions", "--limit", "1", "-o", "json")
    assert done.returncode == 0
    assert f"emtui: {file}: notes is not valid in a notes file: did you mean note?" in done.stderr
    assert "cannot read the acknowledgements" in done.stderr


def test_tail_says_so_too(at_demo: Shell, demo: Demo) -> None:
    mark(at_demo, demo, UNREACHED)
    argv = [sys.executable, "-m", "emtui", *at_demo.before, "tail", "state:failed", "--from-start"]
    with subprocess.Popen(argv, env=at_demo.environ, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        lines = [json.loads(child.stdout.readline()) for _ in range(5)]
        child.terminate()
    assert any(line["session"]["known"] for line in lines)
    assert all(line["session"]["known"] is (line["session"]["message"] == LOST) for line in lines)


def test_a_check_may_ignore_what_is_known_and_says_how_much(shell: Shell, story: Demo) -> None:
    shell.before = ("--server", story.url, "--user", story.user, "--pin", story.sha256)
    shell.environ["EMTUI_PASSWORD"] = story.password
    before = shell("check", "--timeout", "60", "--ignore-known")
    assert before.returncode == 2
    assert "ignored" not in before.stdout
    kinds = ("DatabaseMaintenance", "CatalogReplicationJob")
    marks = [Mark(of(kind), kind, "", LONG_AGO, FAR) for of, kind in zip((hanging, late), kinds, strict=True)]
    mark(shell, story, *marks)
    assert shell("check", "--timeout", "60").returncode == 2
    done = shell("check", "--timeout", "60", "--ignore-known")
    assert done.returncode == 1
    assert done.stdout.startswith("EMTUI WARNING - LicAutoUpdate warned 3 times since")
    assert ". 2 acknowledged alerts ignored | types=12" in done.stdout


def test_a_monitoring_system_reads_what_the_team_knows(shell: Shell, story: Demo) -> None:
    shell.before = ("--server", story.url, "--user", story.user, "--pin", story.sha256)
    shell.environ["EMTUI_PASSWORD"] = story.password
    assert shell("check", "--timeout", "60", "--type", "LicAutoUpdate").returncode == 1
    note(shell, '[[note]]\npattern = "license"\ntext = "renewed in January"\nknown = true\n')
    assert shell("check", "--timeout", "60", "--type", "LicAutoUpdate").returncode == 1
    done = shell("check", "--timeout", "60", "--type", "LicAutoUpdate", "--ignore-known")
    assert done.returncode == 0
    assert ". 1 acknowledged alert ignored | " in done.stdout


def test_only_looking_leaves_nothing_behind(at_demo: Shell) -> None:
    at_demo("sessions", "-o", "json")
    assert not (at_demo.home / "state" / "emtui" / "marks.json").exists()
    assert stat.S_IMODE((at_demo.home / "state" / "emtui").stat().st_mode) == 0o700
