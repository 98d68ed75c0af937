"""Server addresses as typed, and how they are parsed."""

import pytest

from emtui.em.errors import InvalidAddressError
from emtui.em.server_address import Server, parse_pin, parse_server


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("em01.example.net", Server("em01.example.net")),
        (" EM01.example.net. ", Server("em01.example.net")),
        ("em01.example.net:9443", Server("em01.example.net", 9443)),
        ("https://em01.example.net:9398/api/", Server("em01.example.net")),
        ("https://em01.example.net/api/systemSessions/1?format=Entity", Server("em01.example.net")),
        ("https://proxy.example.net:443/veeam/api/", Server("proxy.example.net", 443, prefix="/veeam")),
        ("https://em01.example.net/api-gw/em/api/", Server("em01.example.net", prefix="/api-gw/em")),
        ("https://em01.example.net/api/em/api/", Server("em01.example.net", prefix="/api/em")),
        ("https://em01.example.net/api/em/", Server("em01.example.net", prefix="/api/em")),
        ("https://em01.example.net/api/em", Server("em01.example.net", prefix="/api/em")),
        ("https://em01.example.net/API/", Server("em01.example.net")),
        (
            "https://em01.example.net/api/em/API/systemSessions/1",
            Server("em01.example.net", prefix="/api/em"),
        ),
        ("https://em01.example.net/apis/api", Server("em01.example.net", prefix="/apis")),
        ("https://em01.example.net//api//", Server("em01.example.net")),
        ("https://em01.example.net/api/sessionMngr/?v=latest", Server("em01.example.net")),
        ("http://127.0.0.1:9399", Server("127.0.0.1", 9399, "http")),
        ("[2001:db8::1]:9398", Server("2001:db8::1")),
        ("2001:db8::1", Server("2001:db8::1")),
        ("::1", Server("::1")),
        ("2001:DB8:0:0::1", Server("2001:db8::1")),
        ("fe80::1%eth0", Server("fe80::1%eth0")),
        ("[fe80::1%eth0]", Server("fe80::1%eth0")),
        ("[fe80::1%25eth0]", Server("fe80::1%eth0")),
        ("https://[FE80::1%25Eth0.7]:9443/api/", Server("fe80::1%Eth0.7", 9443)),
        ("[fe80::1%3]:9398", Server("fe80::1%3")),
        ("münchen.example.net", Server("xn--mnchen-3ya.example.net")),
        ("https://MÜNCHEN.example.net:9443/api/", Server("xn--mnchen-3ya.example.net", 9443)),
        ("straße.example.net", Server("xn--strae-oqa.example.net")),
        ("münchen。example.net.", Server("xn--mnchen-3ya.example.net")),
        ("em_01.münchen.example.net", Server("em_01.xn--mnchen-3ya.example.net")),
        ("http://[::1]:9399", Server("::1", 9399, "http")),
    ],
)
def test_a_server_is_a_host_a_host_with_port_or_a_url(text: str, server: Server) -> None:
    assert parse_server(text) == server


@pytest.mark.parametrize(
    "text",
    [
        "em01.example.net",
        "em01.example.net:1",
        "[2001:db8::1]:9398",
        "https://h:1/p",
        "https://h:1/api/em",
        "fe80::1%eth0",
        "[fe80::1%25]",
        "https://[fe80::1%25eth0]/p",
        "münchen.example.net:1",
    ],
)
def test_a_server_reads_back_from_its_own_text(text: str) -> None:
    server = parse_server(text)
    parsed = parse_server(str(server))
    assert (parsed, parsed.display_host) == (server, server.display_host)
    assert parse_server(server.url) == server


def test_an_international_name_is_shown_as_typed_and_is_the_same_server_in_ascii() -> None:
    server = parse_server("münchen.example.net")
    assert str(server) == "münchen.example.net"
    assert server.authority == "münchen.example.net:9398"
    assert server.url == "https://münchen.example.net:9398"
    assert server.request_url == server.key == "https://xn--mnchen-3ya.example.net:9398"
    ascii_one = parse_server("xn--mnchen-3ya.example.net")
    assert ascii_one == server
    assert ascii_one.key == server.key
    assert str(ascii_one) == "xn--mnchen-3ya.example.net"


def test_a_zone_is_shown_and_never_sent() -> None:
    server = parse_server("fe80::1%eth0")
    assert str(server) == "[fe80::1%eth0]:9398"
    assert server.request_url == "https://[fe80::1]:9398"
    assert server != parse_server("fe80::1%eth1")


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "em01 example",
        "em01:port",
        "em01:99999",
        "em01:0",
        "ftp://em01",
        "https://a:b@em01",
        "https://ops:hunter2/x@em01",
        "ops:hunter2@em01",
        "em\x1b[2J",
        "em01..example.net",
        "x" * 64,
        "m\u202eünchen.example.net",
        "fe80::1%",
        "[fe80::1%a b]",
        "10.0.0.1%eth0",
        "fe80::12345",
        "[v1.fe80]",
    ],
)
def test_an_invalid_server_address_is_one_sentence(text: str) -> None:
    with pytest.raises(InvalidAddressError) as caught:
        parse_server(text)
    assert "\x1b" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_plain_http_to_another_computer_must_be_allowed() -> None:
    with pytest.raises(InvalidAddressError, match="--allow-http"):
        parse_server("http://em01.example.net:9399")
    assert parse_server("http://em01.example.net:9399", allow_http=True).scheme == "http"


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://em01.example.net/veeam/api/", "http://em01.example.net:9398/veeam"),
        ("http://[2001:db8::1]:9399", "http://[2001:db8::1]:9399"),
        ("http://[fe80::1%25eth0]", "http://[fe80::1%eth0]:9398"),
        ("http://münchen.example.net", "http://münchen.example.net:9398"),
    ],
)
def test_the_warning_about_plain_http_has_the_full_url(text: str, url: str) -> None:
    with pytest.raises(InvalidAddressError) as caught:
        parse_server(text)
    assert str(caught.value).startswith(f"{url} would send the password unencrypted: ")


def test_a_pin_may_have_colons_and_capitals() -> None:
    assert parse_pin(":".join(["AB"] * 32)) == "ab" * 32


def test_a_short_pin_is_refused() -> None:
    with pytest.raises(InvalidAddressError, match="64 hex digits"):
        parse_pin("abcd")
