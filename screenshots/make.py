"""Make the pictures of the README: the demo with a fixed seed and a fixed clock, as SVG.

    python screenshots/make.py [FOLDER]

The same pictures come out every time, so that a difference is a difference of emtui.
"""

from __future__ import annotations

import asyncio
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import httpx
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Static

from emtui.demo.app import PASSWORD, USER, Settings, create_app
from emtui.demo.world import World
from emtui.em.address import Server, Trust
from emtui.em.client import Client
from emtui.em.errors import Untrusted
from emtui.em.proxy import Proxies
from emtui.em.secret import Secret
from emtui.em.tls import Certificate
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.local.remembered_logon import Remember
from emtui.tui.app import EmtuiApp
from emtui.tui.options import LaunchOptions
from emtui.tui.screens.base import BaseScreen
from emtui.tui.screens.login.certificate_screen import CertificateScreen
from emtui.tui.screens.login.screen import LoginScreen
from emtui.tui.widgets.labeled_input import Toggle

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
    self_signed=True,
    reason="it is self-signed",
)


@dataclass(frozen=True)
class Picture:
    """One screen: its size, and the keys that lead there from the list."""

    name: str
    columns: int
    lines: int
    keys: tuple[str, ...] = ()


PICTURES = (
    Picture("list-80x23", 80, 23),
    Picture("list-120x30", 120, 30),
    Picture("list-58x16", 58, 16),
    Picture("types-80x23", 80, 23, ("B",)),
    Picture("query-80x23", 80, 23, ("slash", *"state", "colon", *"failed")),
    Picture("events-80x23", 80, 23, ("enter",)),
    Picture("events-120x30", 120, 30, ("enter", "s")),
    Picture("difference-80x23", 80, 23, ("d",)),
    Picture("handover-80x23", 80, 23, ("H",)),
    Picture("commands-80x23", 80, 23, ("colon", *"run")),
    Picture("help-80x23", 80, 23, ("question_mark",)),
)


def start() -> LaunchOptions:
    """The demo's night, seen from one hour east of Greenwich."""
    connection = Connection(profile=PROFILES[0], server=SERVER, user=USER, trust=Trust())
    return LaunchOptions(
        connection, profiles=PROFILES, remember=False, at_once=False, now=lambda: NOW, zone=ZONE
    )


THOUGHTS = {"judge", "explain", "compare"}
"""Workers that end by themselves, and draw something then."""
LOOKS = 5
"""So often a picture must look the same before it is taken: between two steps nothing is busy, either."""


async def settled(pilot: Pilot[int]) -> None:
    """Until nothing is being fetched, thought or painted any more."""
    seen, same = "", 0
    while same < LOOKS:
        await pilot.pause(0.03)
        now = "" if _busy(pilot.app) else pilot.app.export_screenshot()
        same = same + 1 if now and now == seen else 0
        seen = now


def _busy(app: App[int]) -> bool:
    return any(isinstance(screen, BaseScreen) and screen.busy for screen in app.screen_stack) or any(
        worker.group in THOUGHTS and not worker.is_finished for worker in app.workers
    )


def saved(app: App[int], folder: Path, name: str) -> None:
    """The screen as it is now."""
    (folder / f"{name}.svg").write_text(app.export_screenshot(title="emtui"), "utf-8")


async def of_the_list(folder: Path, picture: Picture) -> None:
    """A picture of the list, or of what its keys lead to."""
    demo = create_app(Settings(World(1, NOW), clock=lambda: NOW))
    client = await Client.connect(
        SERVER,
        USER,
        Secret(PASSWORD),
        trust=Trust(),
        proxies=Proxies(),
        transport=httpx.ASGITransport(demo),
        now=lambda: NOW,
    )
    app = EmtuiApp(start())
    async with app.run_test(size=(picture.columns, picture.lines)) as pilot:
        await pilot.pause()
        app.post_message(LoginScreen.LoggedOn(client, start().connection, Remember.NO))
        while app.navigator.list_screen is None or app.navigator.list_screen.attention is None:
            await pilot.pause(0.02)
        await settled(pilot)
        for key in picture.keys:
            await pilot.press(key)
            await settled(pilot)
        saved(app, folder, picture.name)
    await client.close()


async def of_the_way_in(folder: Path) -> None:
    """Pictures of the login, and of a certificate that nobody trusts yet."""
    app = EmtuiApp(start())
    async with app.run_test(size=(80, 23)) as pilot:
        await settled(pilot)
        # as on a desktop; which keyring this computer has is no matter of the picture
        app.screen.query_one("#remember", Toggle).name_it("remember it in Secret Service")
        app.screen.query_one("#why-not").display = False
        app.screen.query_one("#status", Static).update()
        await settled(pilot)
        saved(app, folder, "login-80x23")
        app.push_screen(CertificateScreen(app.ctx, Untrusted("not trusted", CERTIFICATE)))
        await settled(pilot)
        saved(app, folder, "certificate-80x23")


def main(folder: Path) -> None:
    """All pictures, into this folder; no keyring is asked for them."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    for picture in PICTURES:
        asyncio.run(of_the_list(folder, picture))
    asyncio.run(of_the_way_in(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
