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
from pty_terminal import Terminal, a_home, emtui, python
from served import Demo, serve

BERLIN = ZoneInfo("Europe/Berlin")
YESTERDAY = datetime.now(BERLIN) - timedelta(days=1)
SINCE = YESTERDAY.replace(hour=12, minute=30, second=0, microsecond=0)  # no clock is ever changed at noon
COLLEAGUE, PASSWORD = "EXAMPLE\\colleague", "day shift"
NOBODY = 65534
AS_NOBODY = (
    "import os, sys; os.setgroups([]); os.setgid(65534); os.setuid(65534);"
    "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
)
_POSITION = re.compile(r" [\d,]+ of [\d,]+ \w+$")
_PASSING = re.compile(r"\b\d+(\.\d)?[smhd](\d\d[smh])?\b( +[\d.]+(?= |$))?|×[\d.]+")
_COPIED = re.compile(rb"\x1b\]52;[^;]*;([A-Za-z0-9+/=]+)")


@dataclass(frozen=True, slots=True)
class View:
    """The keys that lead to it, what stands there then, and what its line must hold."""

    keys: tuple[str, ...]
    shown: str
    told: str


VIEWS = {
    "a query with times, and an order": View(
        ("/", f"since:{SINCE:%Y-%m-%dT%H:%M} type:*Job\r", "o", "O", "g"),
        "of 3,",
        f"since:{SINCE.astimezone(UTC):%Y-%m-%dT%H:%M}Z",
    ),
    "a query upside down": View(
        (
            "/",
            f"-until:{YESTERDAY:%Y-%m-%d} !state:success\r",
        ),
        "of 3,",
        "-until:",
    ),
    "texts with quotes and blanks": View(
        ("/", 'message:"Cannot connect" type:"Database Replication" -\\" -"it\'s"\r'),
        "of 3,",
        "'message:\"Cannot connect\"'",
    ),
    "what a digit shows": View(("2",), "of 3,", "state:running"),
    "a run": View(("1", "\r"), "  Last good ", ""),
    "the difference of a run": View(("e", "d"), "4 new, 2 missing", "--compare"),
    "the difference from another run": View(("e", "d", "D", "j", "\r"), "with the run of", "--compare"),
    "what the server said of a run": View(("1", "\r", "i"), "Outcome ", "--view=facts"),
    "that as XML": View(("1", "\r", "i", "i"), ", as XML", "--view=xml"),
    "one line per type": View(("B",), "on time", "--view=types"),
    "what needs somebody": View(("4",), "Attention", "--view=attention"),
    "the same above a query": View(("1", "4"), "Attention", "--view=attention state:failed,warning"),
}


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    yield from serve("--seed", "1", "--speed", "0")


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """The home of somebody else: of another user of this computer, where there may be one."""
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        yield Path(folder)


def sender(folder: Path, demo: Demo) -> dict[str, str]:
    """Somebody in Berlin, with a profile of a name of its own."""
    environ = a_home(folder, EMTUI_PASSWORD=demo.password, TZ="Europe/Berlin")
    config = folder / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f"[profiles.nightwatch]\nserver = '{demo.url}'\nuser = '{demo.user}'\npin = '{demo.sha256}'\n"
    )
    config.chmod(0o600)
    return environ


def received_as(argv: list[str], environ: dict[str, str]) -> tuple[str, ...]:
    """How the other person runs it; as another user of this computer, if we may and they could."""
    if os.geteuid() == 0:
        probe = [sys.executable, "-c", AS_NOBODY, "-c", "import emtui"]
        if subprocess.run(probe, env=environ, capture_output=True, check=False).returncode == 0:
            return ("-c", AS_NOBODY, "-m", *argv)
    return ("-m", *argv)


def picture(terminal: Terminal) -> list[str]:
    """All but the first line, which says who looks and when, and the keys; with the place of the cursor.

    How long something has run or is late by now is told by each terminal at its own moment.
    """
    lines = terminal.lines()
    shown = [*lines[1:-1], *_POSITION.findall(lines[-1])]
    return [re.sub(r" +", " ", _PASSING.sub("~", line)) for line in shown]


def is_judged(lines: list[str]) -> bool:
    return lines[1].startswith(("! ", "nothing needs you"))


def in_utc(terminal: Terminal, shown: str) -> None:
    terminal.until(shown)
    terminal.press("t")
    terminal.until("Times are in UTC.", lambda lines: "+00:00" in lines[0])


def same_view(here: Terminal, there: Terminal) -> None:
    """Both look at the same time: what runs gets older for both, and may pass its usual time meanwhile."""

    def alike(_: list[str]) -> bool:
        here.rest()
        return picture(here) == picture(there)

    try:
        there.until(alike)
    except AssertionError as never:
        raise AssertionError(f"{never}\nbut was:\n" + "\n".join(here.lines())) from None


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_that_is_handed_over_is_the_same_for_somebody_else(
    tmp_path: Path, elsewhere: Path, demo: Demo, name: str
) -> None:
    view = VIEWS[name]
    with emtui(environ=sender(tmp_path, demo)) as here:
        here.until(is_judged)
        for key in view.keys:
            here.press(key)
            here.rest()
        in_utc(here, view.shown)
        here.press("Y")
        here.until("Copied")
        line = base64.b64decode(_COPIED.findall(here.received)[-1]).decode()
        assert view.told in line
        for private in (demo.user, "ops", demo.password, "nightwatch", demo.sha256):
            assert private not in line
        environ = a_home(
            elsewhere,
            EMTUI_USER=COLLEAGUE,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=demo.sha256,
            TZ="America/New_York",
        )
        with python(*received_as(shlex.split(line), environ), environ=environ) as there:
            there.until(view.shown)
            assert COLLEAGUE in there.lines()[0]
            in_utc(there, view.shown)
            same_view(here, there)
        here.press("Q")
        assert here.end() == 0
        assert re.findall(r"emtui open [^\r\n]*", here.received.decode())[-1] == line


def test_a_view_and_an_id_are_too_much(tmp_path: Path) -> None:
    with emtui("open", "--view", "types", "latest", environ=a_home(tmp_path)) as terminal:
        assert terminal.end() == 2
    assert b"--view types cannot be combined with a session ID." in terminal.received


@pytest.mark.parametrize("order", ["known", "-known", "acknowledged", "-Acknowledged"])
def test_an_order_that_no_screen_has_is_one_sentence(tmp_path: Path, order: str) -> None:
    with emtui("open", f"--sort={order}", environ=a_home(tmp_path)) as terminal:
        assert terminal.end() == 2
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
    with emtui("open", *argv, environ=a_home(tmp_path)) as terminal:
        assert terminal.end() == 2
    assert said in terminal.received
