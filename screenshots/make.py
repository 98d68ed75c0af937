"""Make the pictures of the README and the gallery: the demo with a fixed seed and a fixed clock, as SVG.

    python screenshots/make.py [FOLDER]

The same pictures come out every time, so that a difference is a difference of emtui. To add a page, add it to
`PAGES`; to add a step to the animation, add it to `STORY`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TypeAlias

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from svg_picture import DARK, LIGHT, Frame, Line, Palette, animate, draw
from tui_driver import TuiDriver, listing_app, running_app

from emtui.demo.asgi_app import USER, DemoServerSettings, create_app
from emtui.demo.world import SimulatedWorld
from emtui.em.certificate import Certificate
from emtui.em.errors import CertificateUntrustedError
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.monitor import poll_schedule
from emtui.tui.launch_options import LaunchOptions
from emtui.tui.terminal.capabilities import Capabilities, TerminalOptions

NOW = datetime(2026, 11, 23, 2, 14, 30, tzinfo=UTC)
ZONE = timezone(timedelta(hours=1))
SERVER = Server("em01.example.net")
PROFILES = (Profile("prod", SERVER, USER), Profile("lab", Server("em02.example.net"), "ops@example.net"))
CERTIFICATE = Certificate(
    subject="CN=em01.example.net",
    issuer="CN=em01.example.net",
    names=("em01.example.net", "em01"),
    valid_from=NOW - timedelta(days=40),
    valid_until=NOW + timedelta(days=3610),
    sha256="0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 2,
    sha1="0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c",
    key_sha256="",
    is_self_signed=True,
    reason="it is self-signed",
)


Size: TypeAlias = tuple[int, int]
SIZES: tuple[Size, ...] = ((200, 50), (120, 40), (80, 23))


COLORS = Capabilities(theme="dark")
"""A terminal with Unicode and 256 colors on a dark background, in the theme that it gets by default."""


@dataclass(frozen=True)
class Look:
    """What a terminal can show, and its colors; the name is part of the file's name."""

    name: str = ""
    capabilities: Capabilities = COLORS
    palette: Palette = DARK


DEFAULT = Look()
LIGHT_LOOK = Look("light", Capabilities(theme="light", light_background=True), LIGHT)
COLOR_BLIND_LOOK = Look("color-blind", Capabilities(theme="color-blind"))
ASCII_LOOK = Look("ascii", Capabilities(ascii_only=True))


@dataclass(frozen=True)
class Page:
    """A page, the keys that lead there from the list, its sizes, and its looks in the middle size."""

    name: str
    title: str
    keys: tuple[str, ...] = ()
    sizes: tuple[Size, ...] = SIZES
    looks: tuple[Look, ...] = ()


PAGES = (
    Page(
        "list",
        "The list of runs",
        sizes=(*SIZES, (58, 16)),
        looks=(LIGHT_LOOK, COLOR_BLIND_LOOK, ASCII_LOOK),
    ),
    Page("types", "One line per type", ("B",), looks=(LIGHT_LOOK, COLOR_BLIND_LOOK)),
    Page("timeline", "Runs over time", ("C",)),
    Page("alerts", "What needs attention", ("4",)),
    Page("run", "A failed run and its log", ("e", "enter")),
    Page("comparison", "A run beside the last success", ("e", "d")),
    Page("report", "A ticket", ("e", "H")),
    Page("query", "A query", ("slash", *"state", "colon", *"failed")),
    Page("commands", "The command palette", ("colon", *"run")),
    Page("help", "The keys", ("question_mark",)),
)
LOGIN, CERTIFICATE_PAGE = Page("login", "The login"), Page("certificate", "An untrusted certificate")


@dataclass(frozen=True)
class Step:
    """A step of the animation: the keys to press, how long to look at the result, and what to look at."""

    keys: tuple[str, ...]
    seconds: float
    caption: str


STORY_SIZE = (120, 32)
STORY = (
    Step((), 5, "03:14, an alarm. The first screen says what is wrong, since when, and how often."),
    Step(("B",), 5, "B: every day at the same hour. The types, those that need attention first."),
    Step(("C",), 4.5, "C: what else ran at that time."),
    Step(
        ("enter",), 5.5, "Enter opens the failed run: in which step it waited, which backup server was slow."
    ),
    Step(("d",), 5, "d compares it with the last successful run: which lines are new, which are missing."),
    Step(("H",), 4.5, "H makes the ticket: readable here, Markdown where you paste it."),
    Step(("enter",), 3.5, "Enter copies it. Back to sleep."),
)


def start(look: Look = DEFAULT) -> LaunchOptions:
    """The demo's night, seen from one hour east of Greenwich."""
    connection = Connection(profile=PROFILES[0], server=SERVER, user=USER, trust=Trust())
    return LaunchOptions(
        connection,
        profiles=PROFILES,
        remember=False,
        log_on_at_once=False,
        now=lambda: NOW,
        zone=ZONE,
        terminal=TerminalOptions(capabilities=look.capabilities),
    )


MIN_SAME = 9
"""So often a screen must look the same before its picture is taken: between two steps nothing is busy."""


async def settled(ui: TuiDriver) -> list[Line]:
    """The screen, once nothing is being requested, assessed or painted any more."""
    shown: list[Line] = []
    same = 0
    while same < MIN_SAME:
        await ui.pause(0.03)
        now: list[Line] = [] if ui.is_busy() else list(ui.cells())
        same = same + 1 if now and now == shown else 0
        shown = now
    return shown


async def screens(size: Size, steps: Sequence[tuple[str, ...]], look: Look) -> list[list[Line]]:
    """The screens after each step, which starts where the one before ended."""
    poll_schedule.PAUSE_PER_RESPONSE_TIME = 0  # a busy computer would show a longer interval
    demo = create_app(DemoServerSettings(SimulatedWorld(1, NOW), clock=lambda: NOW))
    shown = []
    async with listing_app(demo, start(look), now=lambda: NOW, size=size) as ui:
        await ui.wait_assessed()
        lines = await settled(ui)
        for keys in steps:
            for key in keys:
                await ui.press(key)
                lines = await settled(ui)
            shown.append(lines)
    return shown


def file_name(page: Page, size: Size, look: Look) -> str:
    """The name of a picture, such as `list-120x40-light.svg`."""
    return "-".join(filter(None, (page.name, f"{size[0]}x{size[1]}", look.name))) + ".svg"


def variants(page: Page) -> Iterator[tuple[Size, Look]]:
    """Every size in the default look, and every other look in one size."""
    yield from ((size, DEFAULT) for size in page.sizes)
    yield from ((SIZES[1], look) for look in page.looks)


def take_page(folder: Path, page: Page, size: Size, look: Look) -> None:
    """Take the picture of a page."""
    (lines,) = asyncio.run(screens(size, [page.keys], look))
    (folder / file_name(page, size, look)).write_text(draw(lines, look.palette), "utf-8")


def take_story(folder: Path) -> None:
    """Take the animation."""
    shown = asyncio.run(screens(STORY_SIZE, [step.keys for step in STORY], DEFAULT))
    frames = [Frame(lines, step.seconds, step.caption) for step, lines in zip(STORY, shown, strict=True)]
    (folder / "demo.svg").write_text(animate(frames, DEFAULT.palette), "utf-8")


def take_logon(folder: Path, size: Size) -> None:
    """Take the pictures of the login, and of a certificate that nobody trusts yet."""
    asyncio.run(_take_logon(folder, size))


async def _take_logon(folder: Path, size: Size) -> None:
    async with running_app(start(), size) as ui:
        await settled(ui)
        ui.offer_keyring("Secret Service")  # which keyring this computer has is no matter of the picture
        lines = await settled(ui)
        (folder / file_name(LOGIN, size, DEFAULT)).write_text(draw(lines, DARK), "utf-8")
        ui.show_certificate(CertificateUntrustedError("not trusted", CERTIFICATE))
        lines = await settled(ui)
        (folder / file_name(CERTIFICATE_PAGE, size, DEFAULT)).write_text(draw(lines, DARK), "utf-8")


def gallery() -> str:
    """All pictures on one page."""
    rows = ["# Pictures", "", "The demo at three sizes; `make.py` makes them.", ""]
    for page in (*PAGES, LOGIN, CERTIFICATE_PAGE):
        links = ", ".join(
            f"[{size[0]}×{size[1]}{f' {look.name}' if look.name else ''}]({file_name(page, size, look)})"
            for size, look in variants(page)
        )
        rows.append(f"- {page.title}: {links}")
    return "\n".join(rows) + "\n"


def main(folder: Path) -> None:
    """All pictures, into this folder; no keyring is asked for them."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    (folder / "README.md").write_text(gallery(), "utf-8")
    with ProcessPoolExecutor() as pool:
        jobs = [pool.submit(take_story, folder)]
        jobs += [pool.submit(take_logon, folder, size) for size in SIZES]
        jobs += [
            pool.submit(take_page, folder, page, size, look)
            for page in PAGES
            for size, look in variants(page)
        ]
        for job in jobs:
            job.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
