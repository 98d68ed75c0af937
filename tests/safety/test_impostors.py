"""Other servers get no request and no credential, from commands and from the screens.

Impostors with another certificate, an outdated TLS or none; redirects and addresses that point
elsewhere; proxies of the environment.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from command_runner import CommandRunner
from independent_server import ServerVariant, independent_server
from independent_server_data import RUNS
from pty_terminal import run_emtui
from recording_listener import (
    ALERT,
    APPLICATION,
    HANDSHAKE,
    ConnectionScript,
    RecordingListener,
    keep_listening,
    plain_http,
    recording_listener,
    refuse_connect,
    tls_1_1,
    tls_records,
    tunnel_to,
)
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

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
class ServerClient:
    """Connects to a server, with commands or with the screens."""

    shell: CommandRunner

    def connected_to(self, server: str, *options: str, **environ: str) -> ServerClient:
        """The same client for another server."""
        environ_of_server = {
            **self.shell.environ,
            "EMTUI_SERVER": server,
            "EMTUI_USER": USER,
            "EMTUI_PASSWORD": PASSWORD,
            **environ,
        }
        return ServerClient(replace(self.shell, environ=environ_of_server, leading_arguments=options))

    def run_command(self, *argv: str) -> int:
        """Run a command; it succeeds or prints one sentence."""
        done = self.shell(*argv)
        assert "internal error" not in done.stderr
        assert not any(secret in done.stdout + done.stderr for secret in SECRETS)
        return done.returncode

    def open_screens(self, text: str) -> None:
        """Open the screens until this is shown, then try twice more."""
        with run_emtui(*self.shell.leading_arguments, environ=self.shell.environ) as terminal:
            for _ in range(2):
                terminal.wait_for(text)
                terminal.press("\x1b[27u")
                terminal.wait_idle()
                terminal.press("\r")
                terminal.wait_idle()
            terminal.wait_for(text)
            terminal.press("\x03\x03")
            terminal.wait_exit()


@pytest.fixture
def server_client(shell: CommandRunner) -> ServerClient:
    return ServerClient(shell)


def assert_nothing_secret(tap: RecordingListener) -> None:
    """Check for the password, in clear and as in the header."""
    assert not [secret for secret in SECRETS if secret.encode() in tap.received]


# --- another certificate --------------------------------------------------------------


def trust_by_option(_: Path, identity: ServerIdentity) -> tuple[str, ...]:
    return ("--pin", identity.sha256)


def trust_by_ca_file(_: Path, identity: ServerIdentity) -> tuple[str, ...]:
    return ("--ca-file", str(identity.pem))


def trust_by_profile(folder: Path, identity: ServerIdentity) -> tuple[str, ...]:
    return _write_profile(folder, f'pin = "{identity.sha256}"')


def trust_by_profile_ca_file(folder: Path, identity: ServerIdentity) -> tuple[str, ...]:
    return _write_profile(folder, f'ca_file = "{identity.pem}"')


def trust_by_system(*_: object) -> tuple[str, ...]:
    return ()


def _write_profile(folder: Path, line: str) -> tuple[str, ...]:
    config = folder / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True, mode=0o700)
    config.write_text(f'[profiles.prod]\nserver = "em01.example.net"\n{line}\n')
    config.chmod(0o600)
    return ("--profile", "prod")


WAYS_TO_TRUST = (
    trust_by_option,
    trust_by_ca_file,
    trust_by_profile,
    trust_by_profile_ca_file,
    trust_by_system,
)


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[ScriptedEmServer]:
    """A server that responds normally, with another certificate."""
    folder = tmp_path / "impostor"
    folder.mkdir()
    with scripted_server_in_thread(context=make_identity(folder).tls_context()) as played:
        yield played


@pytest.mark.parametrize("trusted", WAYS_TO_TRUST)
def test_an_impostor_gets_no_byte_of_a_request(
    server_client: ServerClient,
    impostor: ScriptedEmServer,
    trusted_identity: ServerIdentity,
    trusted: Callable[[Path, ServerIdentity], tuple[str, ...]],
) -> None:
    options = trusted(server_client.shell.home, trusted_identity)
    connected = server_client.connected_to(f"https://{impostor.authority}", *options)
    fresh = () if options[:1] == ("--profile",) else COMMANDS[-1:]
    for argv in (*COMMANDS[:-1], *fresh):
        assert connected.run_command(*argv) == 7, argv
    assert (impostor.received_bytes, impostor.requests) == (0, [])


@pytest.mark.parametrize("trusted", WAYS_TO_TRUST)
def test_an_impostor_gets_no_byte_from_the_screens(
    server_client: ServerClient,
    impostor: ScriptedEmServer,
    trusted_identity: ServerIdentity,
    trusted: Callable[[Path, ServerIdentity], tuple[str, ...]],
) -> None:
    options = trusted(server_client.shell.home, trusted_identity)
    server_client.connected_to(f"https://{impostor.authority}", *options).open_screens("Type pin")
    assert (impostor.received_bytes, impostor.requests) == (0, [])


# --- outdated TLS, or none ------------------------------------------------------------


@pytest.mark.parametrize(("script", "expected"), [(tls_1_1, "TLS 1.2"), (plain_http, "does not use TLS")])
def test_an_outdated_tls_server_sees_only_the_client_hello(
    server_client: ServerClient, trusted_identity: ServerIdentity, script: ConnectionScript, expected: str
) -> None:
    with recording_listener(script) as tap:
        connected = server_client.connected_to(f"https://{tap.authority}", "--pin", trusted_identity.sha256)
        for argv in COMMANDS:
            assert connected.run_command(*argv) == 5, argv
        connected.open_screens(expected)
    assert len(tap.connections) > len(COMMANDS)
    for line in tap.connections:
        kinds = tls_records(bytes(line.received))
        assert set(kinds) <= {HANDSHAKE, ALERT}
        assert kinds[:1] in ([], [HANDSHAKE]), "a client that gave up at once has sent nothing"
        assert kinds.count(HANDSHAKE) == len(kinds[:1])
    assert_nothing_secret(tap)


def test_plain_http_is_not_used_unless_allowed(server_client: ServerClient) -> None:
    with recording_listener(plain_http) as tap:
        connected = server_client.connected_to("http://em01.example.net", **proxy_variables(tap))
        for argv in COMMANDS:
            assert connected.run_command(*argv) == 2, argv
    assert tap.connections == []


# --- redirects ------------------------------------------------------------------------


@contextmanager
def redirecting_server(
    identity: ServerIdentity, route: str, status: str
) -> Iterator[tuple[ScriptedEmServer, ScriptedEmServer]]:
    """A server that redirects one route, and the target: trusted, and it responds."""
    with scripted_server_in_thread(context=identity.tls_context()) as elsewhere:
        away = make_reply(
            status, b"", f"Location: https://{elsewhere.authority}/api/sessionMngr/?v=latest\r\n"
        )

        def respond(request: ReceivedRequest) -> ScriptedReply:
            return away if route_of(request) == route else GOOD_REPLIES[route_of(request)]

        with scripted_server_in_thread(respond, identity.tls_context()) as server:
            yield server, elsewhere


COMMANDS_BY_ROUTE = {
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
@pytest.mark.parametrize("route", COMMANDS_BY_ROUTE)
def test_a_redirect_is_never_followed(
    server_client: ServerClient, trusted_identity: ServerIdentity, route: str, status: str
) -> None:
    with redirecting_server(trusted_identity, route, status) as (server, elsewhere):
        connected = server_client.connected_to(
            f"https://{server.authority}", "--pin", trusted_identity.sha256
        )
        assert connected.run_command(*COMMANDS_BY_ROUTE[route]) == (0 if route == "logoff" else 6)
        assert server.count("POST") == (0 if route == "root" else 1)
    assert (elsewhere.connection_count, elsewhere.received_bytes) == (0, 0)


@pytest.mark.parametrize("route", ["root", "logon", "list"])
def test_a_redirect_is_never_followed_by_the_screens(
    server_client: ServerClient, trusted_identity: ServerIdentity, route: str
) -> None:
    with redirecting_server(trusted_identity, route, "307 Temporary Redirect") as (server, elsewhere):
        connected = server_client.connected_to(
            f"https://{server.authority}", "--pin", trusted_identity.sha256
        )
        with run_emtui(*connected.shell.leading_arguments, environ=connected.shell.environ) as terminal:
            terminal.wait_for(f"{elsewhere.authority}")
            terminal.press("Q" if route == "list" else "\x03")
            terminal.wait_exit()
        assert server.count("POST") == (0 if route == "root" else 1)
    assert (elsewhere.connection_count, elsewhere.received_bytes) == (0, 0)


@pytest.mark.parametrize("references", ["plain", "list", "single"])
def test_an_address_in_a_response_is_never_requested(
    server_client: ServerClient, trusted_identity: ServerIdentity, references: str
) -> None:
    run = RUNS[0].guid
    with scripted_server_in_thread(context=trusted_identity.tls_context()) as elsewhere:
        manners = ServerVariant(references=references, base=f"https://{elsewhere.authority}")
        with independent_server(manners, trusted_identity.tls_context()) as server:
            connected = server_client.connected_to(
                f"https://127.0.0.1:{server.port}", "--pin", trusted_identity.sha256
            )
            password = {"EMTUI_PASSWORD": "grün: und blau "}
            connected = connected.connected_to(
                f"https://127.0.0.1:{server.port}", "--pin", trusted_identity.sha256, **password
            )
            assert connected.run_command("sessions", "--limit", "2", "-o", "json") == 0
            assert connected.run_command("show", run) == 0
            assert (
                connected.run_command("events", f"https://{elsewhere.authority}/api/systemSessions/{run}")
                == 0
            )
            with run_emtui(*connected.shell.leading_arguments, environ=connected.shell.environ) as terminal:
                terminal.wait_for("1 of ")
                terminal.press("\r")
                terminal.wait_for("6 events")
                terminal.press("Q")
                assert terminal.wait_exit() == 0
            assert server.violations == []
    assert (elsewhere.connection_count, elsewhere.received_bytes) == (0, 0)


# --- proxies --------------------------------------------------------------------------


def proxy_variables(tap: RecordingListener) -> dict[str, str]:
    """Every proxy variable, set to this listener."""
    names = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
    return dict.fromkeys(names, f"http://gate:open-sesame@{tap.authority}")


def test_a_server_on_this_computer_is_never_reached_through_a_proxy(
    server_client: ServerClient, trusted_identity: ServerIdentity
) -> None:
    with (
        recording_listener(keep_listening) as tap,
        scripted_server_in_thread(context=trusted_identity.tls_context()) as server,
    ):
        for host in ("127.0.0.1", "localhost"):
            connected = server_client.connected_to(
                f"https://{host}:{server.port}", "--pin", trusted_identity.sha256, **proxy_variables(tap)
            )
            assert connected.run_command("sessions") == 0
            assert connected.run_command("show", GUID) == 0
        connected.open_screens("1 of 1")
    assert server.count("POST") >= 5
    assert tap.connections == []


@pytest.mark.parametrize("word", ["*", "example.net", ".example.net", "em01.example.net:9398"])
def test_hosts_in_no_proxy_are_never_requested_from_a_proxy(server_client: ServerClient, word: str) -> None:
    with recording_listener(keep_listening) as tap:
        connected = server_client.connected_to(
            "em01.example.net", NO_PROXY=word, no_proxy=word, **proxy_variables(tap)
        )
        for argv in COMMANDS[:1] + COMMANDS[4:5]:
            assert connected.run_command(*argv) == 5
        connected = server_client.connected_to("em01.example.net", "--no-proxy", **proxy_variables(tap))
        assert connected.run_command("sessions") == 5
    assert tap.connections == []


def test_a_proxy_sees_neither_requests_nor_credentials(
    server_client: ServerClient, trusted_identity: ServerIdentity
) -> None:
    with (
        scripted_server_in_thread(context=trusted_identity.tls_context()) as server,
        recording_listener(tunnel_to(server.port)) as tap,
    ):
        connected = server_client.connected_to(
            "em01.example.net", "--pin", trusted_identity.sha256, **proxy_variables(tap)
        )
        assert connected.run_command("sessions") == 0
        assert connected.run_command("events", GUID, "-o", "json") == 0
        with run_emtui(*connected.shell.leading_arguments, environ=connected.shell.environ) as terminal:
            terminal.wait_for("1 of 1")
            terminal.press("q")
            assert terminal.wait_exit() == 0
    assert server.count("POST") == server.count("DELETE") == 3
    for line in tap.connections:
        head, _, tunnelled = bytes(line.received).partition(b"\r\n\r\n")
        assert head.startswith(b"CONNECT em01.example.net:9398 HTTP/1.1\r\n")
        assert base64.b64encode(b"gate:open-sesame") in head
        assert set(tls_records(tunnelled)) <= {HANDSHAKE, 0x14, ALERT, APPLICATION}
    assert_nothing_secret(tap)


@pytest.mark.parametrize("script", [refuse_connect, plain_http])
def test_a_proxy_that_refuses_gets_no_credential_of_the_server(
    server_client: ServerClient, script: ConnectionScript
) -> None:
    with recording_listener(script) as tap:
        connected = server_client.connected_to("em01.example.net", **proxy_variables(tap))
        for argv in COMMANDS:
            assert connected.run_command(*argv) == 5, argv
        connected.open_screens("The proxy 127.0.0.1")
    assert tap.received.count(b"CONNECT ") == len(tap.connections) > len(COMMANDS)
    assert_nothing_secret(tap)
