"""The open command of a view: another user elsewhere sees the same view."""

from __future__ import annotations

import base64
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from demo_server import RunningDemo, run_demo_server
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui, run_python

BERLIN = ZoneInfo("Europe/Berlin")
YESTERDAY = datetime.now(BERLIN) - timedelta(days=1)
SINCE = YESTERDAY.replace(hour=12, minute=30, second=0, microsecond=0)  # clocks are never changed at noon
COLLEAGUE, PASSWORD = "EXAMPLE\\colleague", "day shift"
COLUMNS = 120
"""Room for the user's name in the first line."""
OTHER_USER_ID = 65534
OTHER_USER_PROGRAM = (
    "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
_POSITION = re.compile(r" [\d,]+ of [\d,]+ \w+$")
_CHANGING_TEXT = re.compile(r"\b\d+(\.\d)?[smhd](\d\d[smh])?\b( +[\d.]+(?= |$))?|×[\d.]+")
_COPIED = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class SharedView:
    """Keys that open the view, a text on it, and a part of its open command."""

    keys: tuple[str, ...]
    shown: str
    argument: str


VIEWS = {
    "a query with times, and an order": SharedView(
        ("/", f"since:{SINCE:%Y-%m-%dT%H:%M} type:*Job\r", "o", "O", "g"),
        "of 3,",
        f"since:{SINCE.astimezone(UTC):%Y-%m-%dT%H:%M}Z",
    ),
    "a negated query": SharedView(
        (
            "/",
            f"-until:{YESTERDAY:%Y-%m-%d} !state:success\r",
        ),
        "of 3,",
        "-until:",
    ),
    "texts with quotes and blanks": SharedView(
        ("/", 'message:"Cannot connect" type:"Database Replication" -\\" -"it\'s"\r'),
        "of 3,",
        "'message:\"Cannot connect\"'",
    ),
    "the query of a digit": SharedView(("2",), "of 3,", "state:running"),
    "a run": SharedView(("1", "\r"), "─ Log  ", ""),
    "the comparison of a run": SharedView(("e", "d"), "4 new, 2 missing", "--compare"),
    "the comparison with another run": SharedView(("e", "d", "D", "j", "\r"), "with the run of", "--compare"),
    "the fields of a run": SharedView(("1", "\r", "i"), "UID   ", "--view=facts"),
    "the XML of a run": SharedView(("1", "\r", "i", "i"), ", XML", "--view=xml"),
    "the overview of types": SharedView(("B",), "─ Types  ", "--view=types"),
    "the alerts": SharedView(("4",), "─ Alerts  ", "--view=attention"),
    "the alerts above a query": SharedView(("1", "4"), "─ Alerts  ", "--view=attention state:failed,warning"),
}


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningDemo]:
    yield from run_demo_server("--seed", "1", "--speed", "0")


@pytest.fixture
def receiver_environ() -> Iterator[Path]:
    """The home folder of the receiver; of another user of this computer when run by root."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, OTHER_USER_ID, OTHER_USER_ID)
        yield Path(folder)


def sender_environment(folder: Path, demo: RunningDemo) -> dict[str, str]:
    """The environment of a user in Berlin, with a profile."""
    environ = isolated_environment(folder, EMTUI_PASSWORD=demo.password, TZ="Europe/Berlin")
    config = folder / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.nightwatch]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
    )
    config.chmod(0o600)
    return environ


def received_by_other_user(argv: list[str], environ: dict[str, str]) -> tuple[str, ...]:
    """Arguments that run the command, as another user of this computer if possible."""
    if os.geteuid() == 0:
        probe = [sys.executable, "-c", OTHER_USER_PROGRAM, "-c", "import emtui"]
        if subprocess.run(probe, env=environ, capture_output=True, check=False).returncode == 0:
            return ("-c", OTHER_USER_PROGRAM, "-m", *argv)
    return ("-m", *argv)


def stable_lines(terminal: EmtuiTerminal) -> list[str]:
    """The screen without user, time and keys, with the position of the cursor.

    Durations are replaced, as each terminal shows them at its own moment.
    """
    lines = terminal.lines()
    shown = [*lines[1:-1], *_POSITION.findall(lines[-1])]
    return [re.sub(r" +", " ", _CHANGING_TEXT.sub("~", line)) for line in shown]


def is_assessed(lines: list[str]) -> bool:
    return lines[1].startswith(("■ ", "▲ ", "Nothing needs attention"))


def switch_to_utc(terminal: EmtuiTerminal, shown: str) -> None:
    terminal.wait_for(shown)
    terminal.press("t")
    terminal.wait_for("Times in UTC.", lambda lines: "+00:00" in lines[0])


def wait_for_same_view(sender_terminal: EmtuiTerminal, receiver_terminal: EmtuiTerminal) -> None:
    """Compare both at the same moment: running sessions get longer in both."""

    def is_alike(_: list[str]) -> bool:
        sender_terminal.wait_idle()
        return stable_lines(sender_terminal) == stable_lines(receiver_terminal)

    try:
        receiver_terminal.wait_for(is_alike)
    except AssertionError as error:
        raise AssertionError(f"{error}\nbut was:\n" + "\n".join(sender_terminal.lines())) from None


@pytest.mark.parametrize("name", VIEWS)
def test_an_open_command_shows_the_same_view_to_another_user(
    tmp_path: Path, receiver_environ: Path, demo: RunningDemo, name: str
) -> None:
    view = VIEWS[name]
    with run_emtui(columns=COLUMNS, environ=sender_environment(tmp_path, demo)) as sender:
        sender.wait_for(is_assessed)
        for key in view.keys:
            sender.press(key)
            sender.wait_idle()
        switch_to_utc(sender, view.shown)
        sender.press("Y")
        sender.wait_for("Copied")
        line = base64.b64decode(_COPIED.findall(sender.received)[-1]).decode()
        assert view.argument in line
        for private in (demo.user, "ops", demo.password, "nightwatch", demo.sha256):
            assert private not in line
        environ = isolated_environment(
            receiver_environ,
            EMTUI_USER=COLLEAGUE,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=demo.sha256,
            TZ="America/New_York",
        )
        with run_python(
            *received_by_other_user(shlex.split(line), environ), columns=COLUMNS, environ=environ
        ) as receiver_terminal:
            receiver_terminal.wait_for(view.shown)
            assert COLLEAGUE in receiver_terminal.lines()[0]
            switch_to_utc(receiver_terminal, view.shown)
            wait_for_same_view(sender, receiver_terminal)
        sender.press("Q")
        assert sender.wait_exit() == 0
        assert re.findall(r"emtui open [^\r\n]*", sender.received.decode())[-1] == line


def test_a_view_and_an_id_cannot_be_combined(tmp_path: Path) -> None:
    with run_emtui("open", "--view", "types", "latest", environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert b"--view types cannot be combined with a session ID." in terminal.received


@pytest.mark.parametrize("order", ["known", "-known", "acknowledged", "-Acknowledged"])
def test_an_order_that_only_the_command_line_has_is_one_sentence(tmp_path: Path, order: str) -> None:
    with run_emtui("open", f"--sort={order}", environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert b"--sort acknowledged works only with emtui sessions." in terminal.received


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("--view", "xml"), b"--view xml requires the ID of one session"),
        (("--view", "facts", "state:failed"), b"--view facts requires the ID of one session"),
        (
            ("--view", "facts", "latest", "--compare", "good"),
            b"--view facts and --compare cannot be combined.",
        ),
    ],
)
def test_facts_and_xml_require_one_run(argv: tuple[str, ...], message: bytes, tmp_path: Path) -> None:
    with run_emtui("open", *argv, environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert message in terminal.received
