"""Trusted certificates; nothing is sent to other servers."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
import ssl
import warnings
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from connected_client import pump
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from scripted_server import (
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    der_with_negative_serial,
    make_identity,
    reply_well,
    scripted_server,
)

from emtui.em.certificate_reader import read_certificate
from emtui.em.client import Client, Timeouts, fetch_certificate
from emtui.em.errors import (
    CertificateChangedError,
    CertificateUntrustedError,
    ConnectionFailedError,
    InvalidCaFileError,
    ProxyFailedError,
    SchemeMismatchError,
)
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Server, Trust
from emtui.em.tls import create_context

DIRECT = ProxySettings()


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"))


async def connect(
    port: int, trust: Trust, host: str = "127.0.0.1", proxies: ProxySettings = DIRECT
) -> Client:
    return await Client.connect(Server(host, port), USER, Secret(PASSWORD), trust=trust, proxies=proxies)


async def test_a_certificate_in_the_ca_file_is_trusted(server_identity: ServerIdentity) -> None:
    async with (
        scripted_server(context=server_identity.tls_context()) as server,
        await connect(server.port, Trust(server_identity.pem)) as client,
    ):
        assert (await client.sessions()).sessions


async def test_an_untrusted_certificate_is_shown_and_no_byte_is_sent(server_identity: ServerIdentity) -> None:
    async with scripted_server(context=server_identity.tls_context()) as server:
        with pytest.raises(CertificateUntrustedError) as caught:
            await connect(server.port, Trust())
        assert server.received_bytes == 0
    shown = caught.value.certificate
    assert shown.sha256 == server_identity.sha256
    assert shown.reason == "it is self-signed"
    assert shown.names == ("em01.example.net", "127.0.0.1")
    assert server.authority in str(caught.value)
    assert not isinstance(caught.value, CertificateChangedError)


async def test_all_reasons_are_listed(tmp_path: Path) -> None:
    old = make_identity(tmp_path, days=-2, address=None)
    async with scripted_server(context=old.tls_context()) as server:
        with pytest.raises(
            CertificateUntrustedError, match=r"it expired on \d+ \w+ \d+, it is self-signed"
        ) as caught:
            await connect(server.port, Trust())
        assert server.received_bytes == 0
    assert "not valid for the name 127.0.0.1" in caught.value.certificate.reason


async def test_a_trusted_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    other = make_identity(tmp_path, "em99.example.net", address=None)
    async with scripted_server(context=other.tls_context()) as server:
        with pytest.raises(CertificateUntrustedError, match=r"not valid for the name 127\.0\.0\.1"):
            await connect(server.port, Trust(other.pem))
        assert server.received_bytes == 0


async def test_the_name_is_verified_and_not_the_address_that_it_resolves_to(tmp_path: Path) -> None:
    local = make_identity(tmp_path, "localhost", address=None)
    async with (
        scripted_server(context=local.tls_context()) as server,
        await connect(server.port, Trust(local.pem), host="localhost") as client,
    ):
        await client.sessions()
        assert server.requests[0].headers["host"] == f"localhost:{server.port}"


async def test_a_pin_accepts_its_certificate_expired_and_for_another_name(tmp_path: Path) -> None:
    old = make_identity(tmp_path, "em99.example.net", days=-2, address=None)
    async with (
        scripted_server(context=old.tls_context()) as server,
        await connect(server.port, Trust(pin=old.sha256)) as client,
    ):
        assert (await client.sessions()).sessions


async def test_a_pin_refuses_every_other_certificate_before_a_byte_is_sent(
    server_identity: ServerIdentity,
) -> None:
    async with scripted_server(context=server_identity.tls_context()) as server:
        with pytest.raises(CertificateChangedError) as caught:
            await connect(server.port, Trust(ca_file=server_identity.pem, pin="ab" * 32))
        assert server.received_bytes == 0
    assert caught.value.pinned == "ab" * 32
    assert caught.value.certificate.sha256 == server_identity.sha256


async def test_fetching_a_certificate_sends_no_request(server_identity: ServerIdentity) -> None:
    async with scripted_server(context=server_identity.tls_context()) as server:
        shown = await fetch_certificate(Server("127.0.0.1", server.port), ProxySettings())
        assert (shown.sha256, shown.is_self_signed) == (server_identity.sha256, True)
        assert (server.received_bytes, server.requests) == (0, [])


async def test_plain_http_has_no_certificate() -> None:
    with pytest.raises(SchemeMismatchError):
        await fetch_certificate(Server("127.0.0.1", scheme="http"), ProxySettings())


@pytest.mark.parametrize("content", [None, b"", b"nonsense", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
@pytest.mark.parametrize("pin", [None, "0" * 64])
async def test_a_ca_file_without_a_certificate_is_reported(
    tmp_path: Path, content: bytes | None, pin: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidCaFileError, match=r"ca\.pem"):
        await connect(1, Trust(path, pin))


async def test_a_connection_closed_during_the_handshake_is_reported() -> None:
    async def close_connection(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(close_connection, "127.0.0.1", 0) as server:
        with pytest.raises(ConnectionFailedError, match="during the TLS handshake"):
            await connect(server.sockets[0].getsockname()[1], Trust())


async def test_a_server_that_requires_a_client_certificate_is_reported(
    server_identity: ServerIdentity,
) -> None:
    context = server_identity.tls_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(server_identity.pem)
    async with scripted_server(context=context) as server:
        with pytest.raises(ConnectionFailedError, match="without a response"):
            await connect(server.port, Trust(server_identity.pem))


def test_a_certificate_that_cannot_be_read_still_has_its_fingerprint() -> None:
    assert read_certificate(b"junk").sha256 == hashlib.sha256(b"junk").hexdigest()


@pytest.mark.parametrize(
    ("days", "notice"), [(29, "expires on "), (-2, "expired on "), (40, None)], ids=["soon", "over", "later"]
)
async def test_a_certificate_that_expires_within_thirty_days_has_a_warning(
    tmp_path: Path, days: int, notice: str | None
) -> None:
    shown = make_identity(tmp_path, days=days)
    async with (
        scripted_server(context=shown.tls_context()) as server,
        await connect(server.port, Trust(pin=shown.sha256)) as client,
    ):
        assert client.certificate is not None
        ending = client.certificate.expiry_text(datetime.now(UTC))
    assert (ending or "").startswith(notice or "")
    assert bool(ending) is bool(notice)


@pytest.mark.parametrize("known_key", [True, False, None])
async def test_a_changed_certificate_says_whether_its_key_is_the_same(
    server_identity: ServerIdentity, known_key: bool | None
) -> None:
    key = read_certificate(server_identity.certificate.public_bytes(Encoding.DER)).key_sha256
    pinned = {True: key, False: "cd" * 32, None: None}[known_key]
    async with scripted_server(context=server_identity.tls_context()) as server:
        with pytest.raises(CertificateChangedError) as caught:
            await connect(server.port, Trust(pin="ab" * 32, pin_key=pinned))
        assert server.received_bytes == 0
    assert caught.value.has_same_key is known_key


async def test_the_same_key_alone_makes_no_certificate_trusted(server_identity: ServerIdentity) -> None:
    key = read_certificate(server_identity.certificate.public_bytes(Encoding.DER)).key_sha256
    async with scripted_server(context=server_identity.tls_context()) as server:
        with pytest.raises(CertificateUntrustedError):
            await connect(server.port, Trust(pin_key=key))
        assert server.received_bytes == 0


def test_the_systems_store_is_used_and_tls_begins_at_1_2() -> None:
    context = create_context(Trust(), lambda _: None)
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    known_here = ssl.get_default_verify_paths()
    assert context.cert_store_stats()["x509"] or known_here.capath or known_here.cafile


class TunnelProxy:
    """An HTTP proxy that connects to a fixed port, or refuses."""

    def __init__(self, target_port: int, refusal: bytes = b"") -> None:
        self.target_port = target_port
        self.refusal = refusal
        self.heads: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        if self.refusal:
            writer.write(b"HTTP/1.1 " + self.refusal + b"\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, server_writer), pump(server_reader, writer))


def proxy_settings(port: int) -> ProxySettings:
    return ProxySettings.from_environment({"HTTPS_PROXY": f"http://gate:op%3Aen@127.0.0.1:{port}"})


async def test_a_proxy_connects_by_name_and_sees_no_plaintext(server_identity: ServerIdentity) -> None:
    async with scripted_server(context=server_identity.tls_context()) as server:
        tunnel = TunnelProxy(server.port)
        async with await asyncio.start_server(tunnel.serve, "127.0.0.1", 0) as gate:
            proxies = proxy_settings(gate.sockets[0].getsockname()[1])
            client = await connect(9398, Trust(server_identity.pem), "em01.example.net", proxies)
            assert (await client.sessions()).sessions
            await client.close()
            with pytest.raises(CertificateUntrustedError, match="via proxy") as caught:
                await connect(9398, Trust(), "em01.example.net", proxies)
            assert caught.value.certificate.sha256 == server_identity.sha256
    assert tunnel.heads[0].startswith(b"CONNECT em01.example.net:9398 ")
    assert base64.b64encode(b"gate:op:en") in tunnel.heads[0]


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [(b"407 Proxy Authentication Required", "requires a logon"), (b"403 No", "403 No")],
)
async def test_a_proxy_that_refuses_is_named(refusal: bytes, expected: str) -> None:
    async with await asyncio.start_server(TunnelProxy(1, refusal).serve, "127.0.0.1", 0) as gate:
        with pytest.raises(ProxyFailedError, match=expected) as caught:
            await connect(9398, Trust(), "em01.example.net", proxy_settings(gate.sockets[0].getsockname()[1]))
    assert "em01.example.net:9398" in str(caught.value)
    assert "op:en" not in str(caught.value)


@pytest.mark.parametrize(
    ("after", "expected"),
    [("close", "ended the connection without a response"), ("hang", "sent nothing for 0.3 s")],
)
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_an_unresponsive_proxy_is_named_and_not_the_server(
    after: str, expected: str, scheme: str
) -> None:
    async with scripted_server(lambda _: ScriptedReply(b"", then=after)) as silent_proxy:
        proxies = ProxySettings.from_environment({f"{scheme}_proxy": f"http://{silent_proxy.authority}"})
        with pytest.raises(ProxyFailedError) as caught:
            await Client.connect(
                Server("fd00::2", 9398, scheme),
                USER,
                Secret(PASSWORD),
                trust=Trust(),
                proxies=proxies,
                timeouts=Timeouts(5, 0.3, 1),
            )
    assert str(caught.value) == (
        f"The proxy {silent_proxy.authority} {expected}, so [fd00::2]:9398 cannot be reached:"
        f" check {scheme}_proxy or use --no-proxy."
    )
    assert silent_proxy.connection_count == 1


async def test_an_unreachable_proxy_is_named() -> None:
    async with scripted_server() as gone:
        port = gone.port
    with pytest.raises(ProxyFailedError, match=rf"127\.0\.0\.1:{port} cannot be reached"):
        await connect(9398, Trust(), "em01.example.net", proxy_settings(port))


async def test_nothing_secret_is_logged(
    server_identity: ServerIdentity, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def respond(request: ReceivedRequest) -> ScriptedReply:
        return reply_well(request)

    async with scripted_server(respond, server_identity.tls_context()) as server:
        async with await connect(server.port, Trust(server_identity.pem)) as client:
            await client.sessions()
        assert server.count("DELETE") == 1
    assert "/api/systemSessions" in caplog.text
    for secret in (TOKEN, LOGON_ID, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()):
        assert secret not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]


def test_unreadable_alternative_names_do_not_affect_the_others() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "em01.example.net")])
    party = x509.UnrecognizedExtension(
        x509.ObjectIdentifier("2.5.29.17"), bytes.fromhex("3009a507a1050c03616263")
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 5)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2036, 1, 1, tzinfo=UTC))
        .add_extension(party, critical=False)
        .sign(key, hashes.SHA256())
    )
    read = read_certificate(made.public_bytes(Encoding.DER))
    assert read.names == ()
    assert read.subject == "CN=em01.example.net"


# --- a CA file ------------------------------------------------------------------------


class Signer:
    """A certificate authority with its key and its issuer."""

    def __init__(
        self, name: str, issuer: Signer | None = None, *, is_ca: bool = True, days: int = 30
    ) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        self.issuer = issuer or self
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(self.issuer.name, self.name, self.key.public_key(), 7)
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
        )
        if name == "127.0.0.1":
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
            builder = builder.add_extension(names, critical=False)
        elif is_ca:
            builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.certificate = builder.sign(self.issuer.key, hashes.SHA256())

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def file(self, folder: Path, *chain: Signer) -> ServerIdentity:
        """Write this certificate, its key, and others after it."""
        path = folder / f"{id(self)}.pem"
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(key + self.pem + b"".join(one.pem for one in chain))
        return ServerIdentity(path, self.certificate)


def write_ca_file(folder: Path, *signers: Signer) -> Path:
    path = folder / "ca.pem"
    path.write_bytes(b"".join(signer.pem for signer in signers))
    return path


@pytest.mark.parametrize("named", ["root", "issuer", "leaf"])
async def test_a_ca_file_may_hold_root_issuing_ca_or_the_servers_own(tmp_path: Path, named: str) -> None:
    root = Signer("Example Root")
    issuer = Signer("Example Issuing CA", root)
    leaf = Signer("127.0.0.1", issuer)
    trusted = {"root": root, "issuer": issuer, "leaf": leaf}[named]
    async with (
        scripted_server(context=leaf.file(tmp_path, issuer).tls_context()) as server,
        await connect(server.port, Trust(write_ca_file(tmp_path, trusted))) as client,
    ):
        assert (await client.sessions()).sessions


@pytest.mark.parametrize("strict", [True, False])
async def test_a_self_signed_certificate_in_the_ca_file_is_trusted(tmp_path: Path, strict: bool) -> None:
    leaf = Signer("127.0.0.1", is_ca=strict)
    async with (
        scripted_server(context=leaf.file(tmp_path).tls_context()) as server,
        await connect(server.port, Trust(write_ca_file(tmp_path, leaf))) as client,
    ):
        assert (await client.sessions()).sessions


def test_every_python_verifies_certificates_the_same_way(server_identity: ServerIdentity) -> None:
    for trust in (Trust(), Trust(server_identity.pem)):
        flags = create_context(trust, lambda _: None).verify_flags
        assert flags & ssl.VERIFY_X509_PARTIAL_CHAIN
        assert not flags & ssl.VERIFY_X509_STRICT


@pytest.mark.parametrize(
    ("case", "ours", "openssl"),
    [
        ("expired", "it expired on", "certificate has expired"),
        ("other name", "it is not valid for the name localhost", "certificate is not valid for 'localhost'"),
        ("other self-signed", "it is self-signed", "self-signed certificate"),
        ("other issuer", "its issuer is not in the CA file", "unable to get local issuer certificate"),
        ("no issuing CA", "its issuer is not in the CA file", "unable to get local issuer certificate"),
    ],
)
async def test_an_unsuitable_ca_file_is_reported_with_openssls_reason(
    tmp_path: Path, case: str, ours: str, openssl: str
) -> None:
    root = Signer("Example Root")
    issuer = Signer("Example Issuing CA", root)
    leaf = Signer("127.0.0.1", issuer, days=-2 if case == "expired" else 30)
    own = Signer("127.0.0.1")
    shown, chain, trusted = {
        "expired": (leaf, [issuer], leaf),
        "other name": (leaf, [issuer], issuer),
        "other self-signed": (own, [], root),
        "other issuer": (leaf, [issuer], own),
        "no issuing CA": (leaf, [], root),
    }[case]
    host = "localhost" if case == "other name" else "127.0.0.1"
    async with scripted_server(context=shown.file(tmp_path, *chain).tls_context()) as server:
        with pytest.raises(CertificateUntrustedError) as caught:
            await connect(server.port, Trust(write_ca_file(tmp_path, trusted)), host)
        assert server.received_bytes == 0
    message, reason = str(caught.value), caught.value.certificate.reason
    assert ours in reason
    assert f"with {tmp_path / 'ca.pem'} OpenSSL says: " in reason
    assert openssl.replace("-", " ") in reason.replace("-", " ")  # OpenSSL 1.1 has no hyphen there
    assert reason in message
    assert "--ca-file" not in message
    assert f"--pin {caught.value.certificate.sha256}" in message


@pytest.mark.parametrize(
    ("days", "address", "advised"), [(30, "127.0.0.1", True), (-2, "127.0.0.1", False), (30, None, False)]
)
async def test_a_ca_file_is_suggested_only_where_it_would_help(
    tmp_path: Path, days: int, address: str | None, advised: bool
) -> None:
    shown = make_identity(tmp_path, days=days, address=address)
    async with scripted_server(context=shown.tls_context()) as server:
        with pytest.raises(CertificateUntrustedError) as caught:
            await connect(server.port, Trust())
    assert ("--ca-file" in str(caught.value)) is advised


def test_an_invalid_serial_number_causes_no_warning(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = read_certificate(der_with_negative_serial(make_identity(tmp_path)))
    assert (read.subject, read.is_self_signed) == ("CN=em01.example.net", True)
    assert read.names
    assert read.key_sha256
