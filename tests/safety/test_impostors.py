"""Whoever is not the server gets no request and no credential: counted, for commands and for the screens.

Impostors with another certificate, with too old a TLS or none; redirects and addresses that
point elsewhere; proxies of the environment.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pty_terminal import emtui
from rogue import (
    GOOD,
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    Asked,
    Identity,
    Reply,
    Rogue,
    identity,
    reply,
    rogue_beside,
    route_of,
)
from safety_wiretap import (
    ALERT,
    APPLICATION,
    HANDSHAKE,
    Play,
    Wiretap,
    listening,
    plain_http,
    records,
    refusing,
    tls_1_1,
    tunnel_to,
    wiretap,
)
from shell import Shell
from stranger import Manners, stranger
from stranger_truth import RUNS

BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, BASIC, TOKEN, LOGON_ID, USER.split("\\")[1] + ":")
COMMANDS = (
    ("sessions",),
    ("sessions", "-o", "csv"),
    ("show", GUID),
    ("events", GUID, "-o", "xml"),
    ("login",),
    ("login", "--profile", "fresh"),
)


@dataclass(frozen=True)
class Seat:
    """Connects to a server, with commands or with the screens."""

    shell: Shell

    def at(self, server: str, *options: str, **environ: str) -> Seat:
        """The same person at this server."""
        there = {
            **self.shell.environ,
            "EMTUI_SERVER": server,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
            **environ,
        }
        return Seat(replace(self.shell, environ=there, before=options))

    def run(self, *argv: str) -> int:
        """One command; it ends in one sentence or in peace."""
        done = self.shell(*argv)
        assert "internal error" not in done.stderr
        assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
        return done.returncode

    def look(self, shown: str) -> None:
        """The screens, until this is shown, and two attempts more."""
        with emtui(*self.shell.before, environ=self.shell.environ) as terminal:
            for _ in range(2):
                terminal.until(shown)
                terminal.press("\x1b[27u")
                terminal.rest()
                terminal.press("\r")
                terminal.rest()
            terminal.until(shown)
            terminal.press("\x03\x03")
            terminal.end()


@pytest.fixture
def seat(shell: Shell) -> Seat:
    return Seat(shell)


def assert_nothing_secret(tap: Wiretap) -> None:
    """Neither in clear nor as the header would have it."""
    assert not [secret for secret in SECRETS if secret.encode() in tap.heard]


# --- another certificate --------------------------------------------------------------


def by_option(_: Path, known: Identity) -> tuple[str, ...]:
    return ("--pin", known.sha256)


def by_ca_file(_: Path, known: Identity) -> tuple[str, ...]:
    return ("--ca-file", str(known.pem))


def by_profile(folder: Path, known: Identity) -> tuple[str, ...]:
    return _profile(folder, f'pin = "{known.sha256}"')


def by_profiles_ca_file(folder: Path, known: Identity) -> tuple[str, ...]:
    return _profile(folder, f'ca_file = "{known.pem}"')


def by_the_system(*_: object) -> tuple[str, ...]:
    return ()


def _profile(folder: Path, line: str) -> tuple[str, ...]:
    config = folder / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text(f'[profiles.prod]\nserver = "em01.example.net"\n{line}\n')
    config.chmod(0o600)
    return ("--profile", "prod")


WAYS_TO_TRUST = (by_option, by_ca_file, by_profile, by_profiles_ca_file, by_the_system)


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Rogue]:
    """It answers well to everything, with a certificate of its own."""
    folder = tmp_path / "impostor"
    folder.mkdir()
    with rogue_beside(context=identity(folder).context()) as played:
        yield played


@pytest.mark.parametrize("trusted", WAYS_TO_TRUST)
def test_an_impostor_gets_no_byte_of_a_request(
    seat: Seat, impostor: Rogue, known: Identity, trusted: Callable[[Path, Identity], tuple[str, ...]]
) -> None:
    options = trusted(seat.shell.home, known)
    there = seat.at(f"https://{impostor.authority}", *options)
    fresh = () if options[:1] == ("--profile",) else COMMANDS[-1:]
    for argv in (*COMMANDS[:-1], *fresh):
        assert there.run(*argv) == 7, argv
    assert (impostor.received, impostor.asked) == (0, [])


@pytest.mark.parametrize("trusted", WAYS_TO_TRUST)
def test_an_impostor_gets_no_byte_from_the_screens(
    seat: Seat, impostor: Rogue, known: Identity, trusted: Callable[[Path, Identity], tuple[str, ...]]
) -> None:
    options = trusted(seat.shell.home, known)
    seat.at(f"https://{impostor.authority}", *options).look("Type pin")
    assert (impostor.received, impostor.asked) == (0, [])


# --- too old a TLS, or none -----------------------------------------------------------


@pytest.mark.parametrize(("play", "says"), [(tls_1_1, "TLS 1.2"), (plain_http, "does not use TLS")])
def test_an_outdated_tls_server_sees_only_the_client_hello(
    seat: Seat, known: Identity, play: Play, says: str
) -> None:
    with wiretap(play) as tap:
        there = seat.at(f"https://{tap.authority}", "--pin", known.sha256)
        for argv in COMMANDS:
            assert there.run(*argv) == 5, argv
        there.look(says)
    assert len(tap.lines) > len(COMMANDS)
    for line in tap.lines:
        kinds = records(bytes(line.got))
        assert set(kinds) <= {HANDSHAKE, ALERT}
        assert kinds[:1] in ([], [HANDSHAKE]), "whoever gave up at once has said nothing"
        assert kinds.count(HANDSHAKE) == len(kinds[:1])
    assert_nothing_secret(tap)


def test_plain_http_is_not_used_unless_allowed(seat: Seat) -> None:
    with wiretap(plain_http) as tap:
        there = seat.at("http://em01.example.net", **everywhere(tap))
        for argv in COMMANDS:
            assert there.run(*argv) == 2, argv
    assert tap.lines == []


# --- elsewhere ------------------------------------------------------------------------


@contextmanager
def pointing_elsewhere(known: Identity, route: str, status: str) -> Iterator[tuple[Rogue, Rogue]]:
    """A server that sends one away from one route, and the one that it points to: trusted, and it answers."""
    with rogue_beside(context=known.context()) as elsewhere:
        away = reply(status, b"", f"Location: https://{elsewhere.authority}/api/sessionMngr/?v=latest\r\n")

        def answer(asked: Asked) -> Reply:
            return away if route_of(asked) == route else GOOD[route_of(asked)]

        with rogue_beside(answer, known.context()) as server:
            yield server, elsewhere


ASKS = {
    "root": ("sessions",),
    "logon": ("login",),
    "list": ("sessions",),
    "session": ("show", GUID),
    "events": ("events", GUID),
    "logoff": ("sessions",),
}


@pytest.mark.parametrize(
    "status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent"]
)
@pytest.mark.parametrize("route", ASKS)
def test_a_redirect_is_never_followed(seat: Seat, known: Identity, route: str, status: str) -> None:
    with pointing_elsewhere(known, route, status) as (server, elsewhere):
        there = seat.at(f"https://{server.authority}", "--pin", known.sha256)
        assert there.run(*ASKS[route]) == (0 if route == "logoff" else 6)
        assert server.count("POST") == (0 if route == "root" else 1)
    assert (elsewhere.hello, elsewhere.received) == (0, 0)


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_a_redirect_is_never_followed_by_the_screens(seat: Seat, known: Identity, route: str) -> None:
    with pointing_elsewhere(known, route, "307 Temporary Redirect") as (server, elsewhere):
        there = seat.at(f"https://{server.authority}", "--pin", known.sha256)
        with emtui(*there.shell.before, environ=there.shell.environ) as terminal:
            terminal.until(f"{elsewhere.authority}")
            terminal.press("Q" if route == "list" else "\x03")
            terminal.end()
        assert server.count("POST") == (0 if route == "root" else 1)
    assert (elsewhere.hello, elsewhere.received) == (0, 0)


@pytest.mark.parametrize("references", ["plain", "list", "single"])
def test_an_address_in_an_answer_leads_nowhere_but_to_the_server(
    seat: Seat, known: Identity, references: str
) -> None:
    run = RUNS[0].guid
    with rogue_beside(context=known.context()) as elsewhere:
        manners = Manners(references=references, base=f"https://{elsewhere.authority}")
        with stranger(manners, known.context()) as server:
            there = seat.at(f"https://127.0.0.1:{server.port}", "--pin", known.sha256)
            password = {"EMTUI_PASSWORD": "grün: und blau "}
            there = there.at(f"https://127.0.0.1:{server.port}", "--pin", known.sha256, **password)
            assert there.run("sessions", "--limit", "2", "-o", "json") == 0
            assert there.run("show", run) == 0
            assert there.run("events", f"https://{elsewhere.authority}/api/systemSessions/{run}") == 0
            with emtui(*there.shell.before, environ=there.shell.environ) as terminal:
                terminal.until("1 of ")
                terminal.press("\r")
                terminal.until("6 events")
                terminal.press("Q")
                assert terminal.end() == 0
            assert server.offences == []
    assert (elsewhere.hello, elsewhere.received) == (0, 0)


# --- proxies --------------------------------------------------------------------------


def everywhere(tap: Wiretap) -> dict[str, str]:
    """This listener, in every variable that names a proxy."""
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return dict.fromkeys(names, f"http://gate:open-sesame@{tap.authority}")


def test_a_server_on_this_computer_is_never_reached_through_a_proxy(seat: Seat, known: Identity) -> None:
    with wiretap(listening) as tap, rogue_beside(context=known.context()) as server:
        for host in ("127.0.0.1", "localhost"):
            there = seat.at(f"https://{host}:{server.port}", "--pin", known.sha256, **everywhere(tap))
            assert there.run("sessions") == 0
            assert there.run("show", GUID) == 0
        there.look("1 of 1")
    assert server.count("POST") >= 5
    assert tap.lines == []


@pytest.mark.parametrize("word", ["*", "example.net", ".example.net", "em01.example.net:9398"])
def test_hosts_in_no_proxy_are_never_requested_from_a_proxy(seat: Seat, word: str) -> None:
    with wiretap(listening) as tap:
        there = seat.at("em01.example.net", NO_PROXY=word, no_proxy=word, **everywhere(tap))
        for argv in COMMANDS[:1] + COMMANDS[4:5]:
            assert there.run(*argv) == 5
        there = seat.at("em01.example.net", "--no-proxy", **everywhere(tap))
        assert there.run("sessions") == 5
    assert tap.lines == []


def test_a_proxy_sees_neither_requests_nor_credentials(seat: Seat, known: Identity) -> None:
    with rogue_beside(context=known.context()) as server, wiretap(tunnel_to(server.port)) as tap:
        there = seat.at("em01.example.net", "--pin", known.sha256, **everywhere(tap))
        assert there.run("sessions") == 0
        assert there.run("events", GUID, "-o", "json") == 0
        with emtui(*there.shell.before, environ=there.shell.environ) as terminal:
            terminal.until("1 of 1")
            terminal.press("q")
            assert terminal.end() == 0
    assert server.count("POST") == server.count("DELETE") == 3
    for line in tap.lines:
        head, _, tunnelled = bytes(line.got).partition(b"\r\n\r\n")
        assert head.startswith(b"CONNECT em01.example.net:9398 HTTP/1.1\r\n")
        assert base64.b64encode(b"gate:open-sesame") in head
        assert set(records(tunnelled)) <= {HANDSHAKE, 0x14, ALERT, APPLICATION}
    assert_nothing_secret(tap)


@pytest.mark.parametrize("play", [refusing, plain_http])
def test_a_proxy_that_refuses_gets_no_credential_of_the_server(seat: Seat, play: Play) -> None:
    with wiretap(play) as tap:
        there = seat.at("em01.example.net", **everywhere(tap))
        for argv in COMMANDS:
            assert there.run(*argv) == 5, argv
        there.look("The proxy 127.0.0.1")
    assert tap.heard.count(b"CONNECT ") == len(tap.lines) > len(COMMANDS)
    assert_nothing_secret(tap)
