"""Completion in real shells: what Tab makes of a command line in bash, zsh and fish."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from completing_shell import STARTS, CompletingShell, completing_shell

from emtui.em.model import Result, Session, uid_from_guid
from emtui.em.server_address import parse_server
from emtui.local.recent_sessions import save_recent_sessions

HOSTILE_TYPE = "Job's $(touch hacked) `touch hacked` \\x"
TYPES = ("CollectJob", HOSTILE_TYPE, "My Custom Type")
NEWEST = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
CONFIG = """\
default_profile = "prod"
[profiles.prod]
server = "em01.example.net"
user = 'EXAMPLE\\ops'
password_command = ["touch", "hacked"]
[profiles.lab]
server = "em02.example.net"
user = 'LAB\\o ps$(touch hacked)'
"""
HOSTILE_FILE = "ca $(touch hacked) 'x.pem"


def a_session(number: int) -> Session:
    return Session(
        uid_from_guid(f"5f1c{number:04x}-0000-4000-8000-{number:012x}"),
        type=TYPES[number % 3],
        started=NEWEST - timedelta(hours=number),
        state="Error",
        result=Result("Failed"),
    )


@pytest.fixture(scope="module", params=STARTS)
def shell(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CompletingShell]:
    home = tmp_path_factory.mktemp(request.param)
    config = home / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(CONFIG)
    config.chmod(0o600)
    (home / HOSTILE_FILE).touch()
    environ = {
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_DIRS": str(home / "etc"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", environ["XDG_STATE_HOME"])
        save_recent_sessions(parse_server("em01.example.net"), [a_session(number) for number in range(20)])
    with completing_shell(request.param, home, environ) as running:
        yield running


def test_words_are_completed(shell: CompletingShell) -> None:
    lines = {
        "emtui se": "emtui sessions ",
        "emtui -p l": "emtui -p lab ",
        "emtui --profile=l": "emtui --profile=lab ",
        "emtui sessions --lim": "emtui sessions --limit ",
        "emtui sessions -o": "emtui sessions -o ",
        "emtui sessions -o js": "emtui sessions -o json",
        "emtui sessions --output=c": "emtui sessions --output=csv ",
        "emtui sessions st": "emtui sessions state:",
        "emtui sessions state:f": "emtui sessions state:failed ",
        "emtui sessions state:failed,w": "emtui sessions state:failed,warning ",
        "emtui sessions --limit 5 -- is:s": "emtui sessions --limit 5 -- is:stuck ",
        "emtui sessions --sort=-dur": "emtui sessions --sort=-duration ",
        "emtui show latest:Coll": "emtui show latest:CollectJob ",
        "emtui show 5f1c0001": f"emtui show {a_session(1).id} ",
        "emtui -p lab show 5f1c": "emtui -p lab show 5f1c",
        "emtui open --compare last": "emtui open --compare last-success ",
        "emtui demo --play slow-s": "emtui demo --play slow-start",
        "emtui help wa": "emtui help wait ",
        "emtui completion f": "emtui completion fish ",
        "emtui sessions 2>/dev/null is:s": "emtui sessions 2>/dev/null is:stuck ",
        "bin/emtui se": "bin/emtui sessions ",
        "emtui frobnicate s": "emtui frobnicate s",
    }
    assert {typed: shell.type_and_tab(typed) for typed in lines} == lines


def test_special_characters_are_quoted(shell: CompletingShell) -> None:
    lines = {
        "emtui --user EX": r"emtui --user EXAMPLE\\ops ",
        "emtui --user LAB": r"emtui --user LAB\\o\ ps\$\(touch\ hacked\) ",
        r"emtui sessions type:Database\ R": r"emtui sessions type:Database\ Replication ",
        "emtui sessions type:My": r"emtui sessions type:\"My\ Custom\ Type\" ",
        "emtui --ca-file ca": r"emtui --ca-file ca\ \$\(touch\ hacked\)\ \'x.pem ",
        "emtui --ca-file=ca": r"emtui --ca-file=ca\ \$\(touch\ hacked\)\ \'x.pem ",
        "emtui show latest:Job": (r"emtui show latest:Job\'s\ \$\(touch\ hacked\)\ \`touch\ hacked\`\ \\x "),
    }
    if shell.name == "fish":
        lines["emtui show latest:Job"] = lines["emtui show latest:Job"].replace("\\`", "`")
    assert {typed: shell.type_and_tab(typed) for typed in lines} == lines
    assert not (shell.home / "hacked").exists()


def test_a_value_in_quotes_stays_in_quotes(shell: CompletingShell) -> None:
    completed = shell.type_and_tab('emtui sessions type:"Database R')
    quoted, escaped = 'type:"Database Replication" ', "type:Database\\ Replication "
    assert completed == "emtui sessions " + (escaped if shell.name == "zsh" else quoted)
    assert (
        shell.type_and_tab("emtui --user 'LAB")
        == {
            "bash": "emtui --user 'LAB\\o ps$(touch hacked)' ",
            "zsh": "emtui --user 'LAB\\o ps$(touch hacked)' ",
            "fish": "emtui --user 'LAB\\\\o ps$(touch hacked)' ",
        }[shell.name]
    )
    assert not (shell.home / "hacked").exists()


def test_several_candidates_are_listed_with_descriptions(shell: CompletingShell) -> None:
    _, keys = shell.complete("emtui sessions ")
    assert "took:" in keys
    assert "started since, or still running" in keys
    _, ids = shell.complete("emtui show 5f1c000")
    assert "failed CollectJob" in ids


def test_the_script_needs_no_other_program_and_prints_nothing(shell: CompletingShell) -> None:
    _, printed = shell.complete("emtui sessions 'state:\"", tabs=1)
    assert "rror" not in printed
