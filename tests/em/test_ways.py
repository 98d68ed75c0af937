"""Servers with every kind of address, over real sockets, TLS and a real CONNECT proxy."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from connected_client import pump
from scripted_server import (
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_identity,
    make_reply,
    reply_well,
    scripted_server,
)

from emtui.em.client import Client
from emtui.em.errors import (
    CertificateUntrustedError,
    ConnectionFailedError,
    EmError,
    HostNotFoundError,
    NotEnterpriseManagerError,
    ProxyFailedError,
    RedirectError,
    ServerTooOldError,
    UnexpectedStatusError,
)
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server

DIRECT = ProxySettings()


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def find_link_local_address() -> str | None:
    """Return a link-local address of this computer, with its zone."""
    try:
        lines = Path("/proc/net/if_inet6").read_text().splitlines()
    except OSError:
        return None
    for digits, _, _, scope, _, interface in map(str.split, lines):
        if scope == "20":
            return f"{socket.inet_ntop(socket.AF_INET6, bytes.fromhex(digits))}%{interface}"
    return None


ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this computer has no IPv6")


@dataclass
class ForwardProxy:
    """An HTTP proxy that connects everything to one local port; `heads` are the requests received."""

    target_port: int
    port: int = 0
    heads: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head.decode("latin-1"))
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        if head.startswith(b"CONNECT "):
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        else:
            server_writer.write(head)
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))


@asynccontextmanager
async def forward_proxy(
    to: int, host: str = "127.0.0.1", context: ssl.SSLContext | None = None
) -> AsyncIterator[ForwardProxy]:
    played = ForwardProxy(to)
    async with await asyncio.start_server(played.serve, host, 0, ssl=context) as listening:
        played.port = listening.sockets[0].getsockname()[1]
        yield played


def proxy_settings(port: int, host: str = "127.0.0.1", scheme: str = "http") -> ProxySettings:
    url = f"{scheme}://{host}:{port}"
    return ProxySettings.from_environment({"HTTPS_PROXY": url, "http_proxy": url})


async def connect(server: str, trust: Trust, proxies: ProxySettings = DIRECT) -> Client:
    address = parse_server(server, allow_http=True)
    return await Client.connect(address, USER, Secret(PASSWORD), trust=trust, proxies=proxies)


# --- through a proxy ----------------------------------------------------------------


async def test_an_ipv6_address_is_sent_to_a_proxy_in_brackets(tmp_path: Path) -> None:
    server_identity = make_identity(tmp_path, address="fd00::2")
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        forward_proxy(server.port) as proxy,
    ):
        async with await connect("fd00::2", Trust(server_identity.pem), proxy_settings(proxy.port)) as client:
            assert (await client.sessions()).sessions
        assert {request.headers["host"] for request in server.requests} == {"[fd00::2]:9398"}
    assert proxy.heads[0].startswith("CONNECT [fd00::2]:9398 HTTP/1.1\r\nHost: [fd00::2]:9398\r\n")


async def test_in_plain_http_too() -> None:
    async with scripted_server() as server, forward_proxy(server.port) as proxy:
        proxies = proxy_settings(proxy.port)
        async with await connect("http://[fd00::2]:9399", Trust(), proxies) as client:
            assert (await client.sessions()).sessions
    assert proxy.heads[0].startswith("GET http://[fd00::2]:9399/api/ HTTP/1.1\r\n")


async def test_a_zone_is_never_sent_to_a_proxy(tmp_path: Path) -> None:
    server_identity = make_identity(tmp_path, address="fe80::1")
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        forward_proxy(server.port) as proxy,
    ):
        await (await connect("fe80::1%eth0", Trust(server_identity.pem), proxy_settings(proxy.port))).close()
    assert proxy.heads[0].startswith("CONNECT [fe80::1]:9398 ")


@ipv6
@pytest.mark.parametrize("host", ["::1", find_link_local_address()])
async def test_a_proxy_may_listen_on_ipv6(tmp_path: Path, host: str | None) -> None:
    if host is None:
        pytest.skip("this computer has no link-local address")
    server_identity = make_identity(tmp_path, address="192.0.2.7")
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        forward_proxy(server.port, host) as proxy,
    ):
        proxies = proxy_settings(proxy.port, f"[{host.replace('%', '%25')}]")
        await (await connect("192.0.2.7", Trust(server_identity.pem), proxies)).close()
    assert proxy.heads[0].startswith("CONNECT 192.0.2.7:9398 ")


async def test_failed_tls_to_the_proxy_is_a_proxy_error(tmp_path: Path) -> None:
    own, server_identity = make_identity(tmp_path), make_identity(tmp_path)
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        forward_proxy(server.port, context=own.tls_context()) as proxy,
    ):
        with pytest.raises(ProxyFailedError, match="self-signed certificate") as caught:
            await connect("192.0.2.7", Trust(server_identity.pem), proxy_settings(proxy.port, scheme="https"))
        assert f"the proxy 127.0.0.1:{proxy.port}" in str(caught.value)
        assert (server.received_bytes, proxy.heads) == (0, [])


async def test_errors_behind_tls_to_the_proxy_name_the_failing_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy and the server have the same name, as if both ran on one computer."""
    server_identity, other = make_identity(tmp_path), make_identity(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(server_identity.pem))
    mail = ScriptedReply(b"220 mail.example.net ready\r\n\r\n", then="close")

    async with (
        scripted_server(reply_well, server_identity.tls_context()) as server,
        forward_proxy(server.port, context=server_identity.tls_context()) as proxy,
    ):
        proxies = proxy_settings(proxy.port, scheme="https")
        await (await connect(server.authority, Trust(server_identity.pem), proxies)).close()
        with pytest.raises(CertificateUntrustedError, match=f"certificate of {server.authority}"):
            await connect(server.authority, Trust(other.pem), proxies)
        server.reply_to = lambda _: mail
        with pytest.raises(ConnectionFailedError, match=f"^{server.authority} .* is not HTTP"):
            await connect(server.authority, Trust(server_identity.pem), proxies)
    async with scripted_server(lambda _: mail, server_identity.tls_context()) as impostor:
        proxies = proxy_settings(impostor.port, scheme="https")
        with pytest.raises(ProxyFailedError, match=f"^The proxy {impostor.authority} .* is not HTTP"):
            await connect("192.0.2.7", Trust(server_identity.pem), proxies)


# --- international names ----------------------------------------------------------------


def name_recording_context(identity: ServerIdentity, names: list[str | None]) -> ssl.SSLContext:
    """A server context that records the names in client hellos."""
    context = identity.tls_context()
    context.sni_callback = lambda _, name, __: names.append(name)
    return context


async def test_an_international_name_is_sent_in_ascii_everywhere(tmp_path: Path) -> None:
    server_identity = make_identity(tmp_path, "xn--mnchen-3ya.example.net", address=None)
    names: list[str | None] = []
    async with (
        scripted_server(context=name_recording_context(server_identity, names)) as server,
        forward_proxy(server.port) as proxy,
    ):
        async with await connect(
            "münchen.example.net", Trust(server_identity.pem), proxy_settings(proxy.port)
        ) as client:
            assert (await client.sessions()).sessions
            assert str(client.server) == "münchen.example.net"
        hosts = {request.headers["host"] for request in server.requests}
    assert hosts == {"xn--mnchen-3ya.example.net:9398"}
    assert set(names) == {"xn--mnchen-3ya.example.net"}
    assert proxy.heads[0].startswith("CONNECT xn--mnchen-3ya.example.net:9398 ")


async def test_a_certificate_for_another_name_is_reported_with_the_name_as_typed(tmp_path: Path) -> None:
    server_identity = make_identity(tmp_path, "em01.example.net", address=None)
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        forward_proxy(server.port) as proxy,
    ):
        with pytest.raises(CertificateUntrustedError) as caught:
            await connect("münchen.example.net", Trust(server_identity.pem), proxy_settings(proxy.port))
    assert "it is not valid for the name münchen.example.net" in str(caught.value)
    assert "The certificate of münchen.example.net:9398" in str(caught.value)


async def test_names_are_resolved_in_ascii_and_shown_as_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    request: list[object] = []
    real = socket.getaddrinfo

    def resolver(host: object, *_: object, **__: object) -> object:
        request.append(host)
        return real("em01.invalid", 1)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with pytest.raises(HostNotFoundError, match=r"Cannot resolve host münchen\.example\.net"):
        await connect("münchen.example.net", Trust())
    assert request == ["xn--mnchen-3ya.example.net"]


# --- IPv6 --------------------------------------------------------------------------------


@ipv6
async def test_an_ipv6_address_is_reached_and_verified(tmp_path: Path) -> None:
    server_identity = make_identity(tmp_path, address="::1")
    async with (
        scripted_server(context=server_identity.tls_context(), host="::1") as server,
        await connect(f"[::1]:{server.port}", Trust(server_identity.pem)) as client,
    ):
        assert (await client.sessions()).sessions
        assert server.requests[0].headers["host"] == f"[::1]:{server.port}"


@pytest.mark.skipif(find_link_local_address() is None, reason="this computer has no link-local address")
@pytest.mark.parametrize("spelling", ["[{0}%{1}]", "[{0}%25{1}]"])
async def test_a_link_local_address_is_reached_on_its_interface(tmp_path: Path, spelling: str) -> None:
    zoned_address = find_link_local_address() or ""
    address, _, interface = zoned_address.partition("%")
    server_identity = make_identity(tmp_path, address=address)
    async with scripted_server(context=server_identity.tls_context(), host=zoned_address) as server:
        host = spelling.format(address, interface)
        async with await connect(f"{host}:{server.port}", Trust(server_identity.pem)) as client:
            assert (await client.sessions()).sessions
        assert server.requests[0].headers["host"] == f"[{address}]:{server.port}"
        with pytest.raises(ConnectionFailedError, match=rf"link-local.*add it, as in {address}%eth0"):
            await connect(f"[{address}]:{server.port}", Trust(server_identity.pem))


@ipv6
async def test_a_missing_network_interface_is_reported() -> None:
    with pytest.raises(
        HostNotFoundError, match=r"\[fe80::1%nowhere0\]:9398 needs the network interface nowhere0"
    ):
        await connect("fe80::1%nowhere0", Trust())


# --- paths --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "prefix"),
    [
        ("/api-gw/em/api/", "/api-gw/em"),
        ("/api/em/api", "/api/em"),
        ("/api/em", "/api/em"),
        ("/API/", ""),
        ("/em/Api/systemSessions", "/em"),
    ],
)
async def test_the_path_before_the_last_api_is_kept(tmp_path: Path, typed: str, prefix: str) -> None:
    server_identity = make_identity(tmp_path)
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        await connect(f"https://{server.authority}{typed}", Trust(server_identity.pem)) as client,
    ):
        assert (await client.sessions()).sessions
        assert [request.path for request in server.requests] == [
            f"{prefix}/api/",
            f"{prefix}/api/sessionMngr/?v=latest",
            f"{prefix}/api/systemSessions?format=Entity",
        ]


_HTML = "Content-Type: text/html\r\n"
_REDIRECT_HEADERS = "Location: https://sso.example.org/\r\n"


@pytest.mark.parametrize(
    ("path", "response", "error", "step"),
    [
        ("/gw/api/", make_reply("404 Not Found"), NotEnterpriseManagerError, "check the path /gw"),
        (
            "/gw/api/",
            make_reply("200 OK", b"<html></html>", _HTML),
            NotEnterpriseManagerError,
            "check the path /gw",
        ),
        ("/gw/api/", make_reply("302 Found", b"", _REDIRECT_HEADERS), RedirectError, "sso.example.org"),
        ("/gw/api/sessionMngr/", make_reply("404 Not Found"), UnexpectedStatusError, "404 Not Found"),
        ("/gw/api/systemSessions", make_reply("404 Not Found"), ServerTooOldError, "Enterprise Manager 12"),
        ("/gw/api/systemSessions", make_reply("405 Nope"), UnexpectedStatusError, "405 Method Not Allowed"),
    ],
)
async def test_the_requested_url_is_in_the_message(
    tmp_path: Path, path: str, response: ScriptedReply, error: type[EmError], step: str
) -> None:
    server_identity = make_identity(tmp_path)

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return response if request.path.partition("?")[0] == path else reply_well(request)

    async with scripted_server(respond, server_identity.tls_context()) as server:
        with pytest.raises(error) as caught:
            async with await connect(
                f"https://{server.authority}/gw/api/", Trust(server_identity.pem)
            ) as client:
                await client.sessions()
    assert f"https://{server.authority}{path}" in str(caught.value)
    assert step in str(caught.value)
