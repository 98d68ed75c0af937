"""A view, handed over: whoever runs its line, as somebody else and elsewhere, sees the same."""

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
SINCE = YESTERDAY.replace(hour=12, minute=30, second=0, microsecond=0)  # no clock is ever changed at noon
COLLEAGUE, PASSWORD = "EXAMPLE\\colleague", "day shift"
OTHER_USER_ID = 65534
OTHER_USER_PROGRAM = (
    "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
_POSITION = re.compile(r" [\d,]+ of [\d,]+ \w+$")
_CHANGING_TEXT = re.compile(r"\b\d+(\.\d)?[smhd](\d\d[smh])?\b( +[\d.]+(?= |$))?|×[\d.]+")
_COPIED = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class HandedOverView:
    """The keys that lead to it, what stands there then, and what its line must hold."""

    keys: tuple[str, ...]
    shown: str
    caveat: str


VIEWS = {
    "a query with times, and an order": HandedOverView(
        ("/", f"since:{SINCE:%Y-%m-%dT%H:%M} type:*Job\r", "o", "O", "g"),
        "of 3,",
        f"since:{SINCE.astimezone(UTC):%Y-%m-%dT%H:%M}Z",
    ),
    "a query upside down": HandedOverView(
        (
            "/",
            f"-until:{YESTERDAY:%Y-%m-%d} !state:success\r",
        ),
        "of 3,",
        "-until:",
    ),
    "texts with quotes and blanks": HandedOverView(
        ("/", 'message:"Cannot connect" type:"Database Replication" -\\" -"it\'s"\r'),
        "of 3,",
        "'message:\"Cannot connect\"'",
    ),
    "what a digit shows": HandedOverView(("2",), "of 3,", "state:running"),
    "a run": HandedOverView(("1", "\r"), "  Last good ", ""),
    "the difference of a run": HandedOverView(("e", "d"), "4 new, 2 missing", "--compare"),
    "the difference from another run": HandedOverView(
        ("e", "d", "D", "j", "\r"), "with the run of", "--compare"
    ),
    "what the server said of a run": HandedOverView(("1", "\r", "i"), "Outcome ", "--view=facts"),
    "that as XML": HandedOverView(("1", "\r", "i", "i"), ", as XML", "--view=xml"),
    "one line per type": HandedOverView(("B",), "on time", "--view=types"),
    "what needs somebody": HandedOverView(("4",), "Attention", "--view=attention"),
    "the same above a query": HandedOverView(
        ("1", "4"), "Attention", "--view=attention state:failed,warning"
    ),
}


@pytest.fixture(scope="module")
def demo() -> Iterator[RunningDemo]:
    yield from run_demo_server("--seed", "1", "--speed", "0")


@pytest.fixture
def receiver_environ() -> Iterator[Path]:
    """The home of somebody else: of another user of this computer, where there may be one."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, OTHER_USER_ID, OTHER_USER_ID)
        yield Path(folder)


def sender_environment(folder: Path, demo: RunningDemo) -> dict[str, str]:
    """Somebody in Berlin, with a profile of a name of its own."""
    environ = isolated_environment(folder, EMTUI_PASSWORD=demo.password, TZ="Europe/Berlin")
    config = folder / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.nightwatch]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
    )
    config.chmod(0o600)
    return environ


def received_by_other_user(argv: list[str], environ: dict[str, str]) -> tuple[str, ...]:
    """How the other person runs it; as another user of this computer, if we may and they could."""
    if os.geteuid() == 0:
        probe = [sys.executable, "-c", OTHER_USER_PROGRAM, "-c", "import emtui"]
        if subprocess.run(probe, env=environ, capture_output=True, check=False).returncode == 0:
            return ("-c", OTHER_USER_PROGRAM, "-m", *argv)
    return ("-m", *argv)


def stable_picture(terminal: EmtuiTerminal) -> list[str]:
    """All but the first line, which says who looks and when, and the keys; with the place of the cursor.

    How long something has run or is late by now is told by each terminal at its own moment.
    """
    lines = terminal.lines()
    shown = [*lines[1:-1], *_POSITION.findall(lines[-1])]
    return [re.sub(r" +", " ", _CHANGING_TEXT.sub("~", line)) for line in shown]


def is_assessed(lines: list[str]) -> bool:
    return lines[1].startswith(("! ", "nothing needs you"))


def switch_to_utc(terminal: EmtuiTerminal, shown: str) -> None:
    terminal.wait_for(shown)
    terminal.press("t")
    terminal.wait_for("Times are in UTC.", lambda lines: "+00:00" in lines[0])


def wait_for_same_view(sender_terminal: EmtuiTerminal, receiver_terminal: EmtuiTerminal) -> None:
    """Both look at the same time: what runs gets older for both, and may pass its usual time meanwhile."""

    def is_alike(_: list[str]) -> bool:
        sender_terminal.wait_idle()
        return stable_picture(sender_terminal) == stable_picture(receiver_terminal)

    try:
        receiver_terminal.wait_for(is_alike)
    except AssertionError as never:
        raise AssertionError(f"{never}\nbut was:\n" + "\n".join(sender_terminal.lines())) from None


@pytest.mark.parametrize("name", VIEWS)
def test_an_open_command_shows_the_same_view_to_another_user(
    tmp_path: Path, receiver_environ: Path, demo: RunningDemo, name: str
) -> None:
    view = VIEWS[name]
    with run_emtui(environ=sender_environment(tmp_path, demo)) as here:
        here.wait_for(is_assessed)
        for key in view.keys:
            here.press(key)
            here.wait_idle()
        switch_to_utc(here, view.shown)
        here.press("Y")
        here.wait_for("Copied")
        line = base64.b64decode(_COPIED.findall(here.received)[-1]).decode()
        assert view.caveat in line
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
            *received_by_other_user(shlex.split(line), environ), environ=environ
        ) as receiver_terminal:
            receiver_terminal.wait_for(view.shown)
            assert COLLEAGUE in receiver_terminal.lines()[0]
            switch_to_utc(receiver_terminal, view.shown)
            wait_for_same_view(here, receiver_terminal)
        here.press("Q")
        assert here.wait_exit() == 0
        assert re.findall(r"emtui open [^\r\n]*", here.received.decode())[-1] == line


def test_a_view_and_an_id_are_too_much(tmp_path: Path) -> None:
    with run_emtui("open", "--view", "types", "latest", environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert b"--view types cannot be combined with a session ID." in terminal.received


@pytest.mark.parametrize("order", ["known", "-known", "acknowledged", "-Acknowledged"])
def test_an_order_that_no_screen_has_is_one_sentence(tmp_path: Path, order: str) -> None:
    with run_emtui("open", f"--sort={order}", environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert b"--sort acknowledged works only with emtui sessions." in terminal.received


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--view", "xml"), b"--view xml requires the ID of one session"),
        (("--view", "facts", "state:failed"), b"--view facts requires the ID of one session"),
        (
            ("--view", "facts", "latest", "--compare", "good"),
            b"--view facts and --compare cannot be combined.",
        ),
    ],
)
def test_what_the_server_said_is_of_one_run(argv: tuple[str, ...], said: bytes, tmp_path: Path) -> None:
    with run_emtui("open", *argv, environ=isolated_environment(tmp_path)) as terminal:
        assert terminal.wait_exit() == 2
    assert said in terminal.received
