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

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from tui_driver import TuiDriver, listing_app, running_app

from emtui.demo.asgi_app import USER, DemoServerSettings, create_app
from emtui.demo.world import SimulatedWorld
from emtui.em.certificate import Certificate
from emtui.em.errors import CertificateUntrustedError
from emtui.em.server_address import Server, Trust
from emtui.local.connection import Connection
from emtui.local.profiles import Profile
from emtui.tui.launch_options import LaunchOptions

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
        connection, profiles=PROFILES, remember=False, log_on_at_once=False, now=lambda: NOW, zone=ZONE
    )


LOOKS = 5
"""So often a picture must look the same before it is taken: between two steps nothing is busy, either."""


async def settled(ui: TuiDriver) -> None:
    """Until nothing is being fetched, thought or painted any more."""
    seen, same = "", 0
    while same < LOOKS:
        await ui.pause(0.03)
        now = "" if ui.is_busy() else ui.picture("")
        same = same + 1 if now and now == seen else 0
        seen = now


def saved(ui: TuiDriver, folder: Path, name: str) -> None:
    """The screen as it is now."""
    (folder / f"{name}.svg").write_text(ui.picture("emtui"), "utf-8")


async def of_the_list(folder: Path, picture: Picture) -> None:
    """A picture of the list, or of what its keys lead to."""
    demo = create_app(DemoServerSettings(SimulatedWorld(1, NOW), clock=lambda: NOW))
    async with listing_app(demo, start(), now=lambda: NOW, size=(picture.columns, picture.lines)) as ui:
        await ui.wait_assessed()
        await settled(ui)
        for key in picture.keys:
            await ui.press(key)
            await settled(ui)
        saved(ui, folder, picture.name)


async def of_the_way_in(folder: Path) -> None:
    """Pictures of the login, and of a certificate that nobody trusts yet."""
    async with running_app(start()) as ui:
        await settled(ui)
        ui.offer_keyring("Secret Service")  # which keyring this computer has is no matter of the picture
        await settled(ui)
        saved(ui, folder, "login-80x23")
        ui.show_certificate(CertificateUntrustedError("not trusted", CERTIFICATE))
        await settled(ui)
        saved(ui, folder, "certificate-80x23")


def main(folder: Path) -> None:
    """All pictures, into this folder; no keyring is asked for them."""
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    for picture in PICTURES:
        asyncio.run(of_the_list(folder, picture))
    asyncio.run(of_the_way_in(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
