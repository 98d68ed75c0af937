"""What people type as a server, and what it means."""

import pytest

from emtui.em.address import Server, parse_pin, parse_server
from emtui.em.errors import BadAddress


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("em01.example.net", Server("em01.example.net")),
        (" EM01.example.net. ", Server("em01.example.net")),
        ("em01.example.net:9443", Server("em01.example.net", 9443)),
        ("https://em01.example.net:9398/api/", Server("em01.example.net")),
        ("https://em01.example.net/api/systemSessions/1?format=Entity", Server("em01.example.net")),
        ("https://proxy.example.net:443/veeam/api/", Server("proxy.example.net", 443, prefix="/veeam")),
        ("http://127.0.0.1:9399", Server("127.0.0.1", 9399, "http")),
        ("[2001:db8::1]:9398", Server("2001:db8::1")),
        ("2001:db8::1", Server("2001:db8::1")),
        ("::1", Server("::1")),
    ],
)
def test_a_server_is_a_host_a_host_with_port_or_a_url(text: str, server: Server) -> None:
    assert parse_server(text) == server


@pytest.mark.parametrize(
    "text", ["em01.example.net", "em01.example.net:1", "[2001:db8::1]:9398", "https://h:1/p"]
)
def test_a_server_reads_back_from_its_own_text(text: str) -> None:
    assert parse_server(str(parse_server(text))) == parse_server(text)


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
    ],
)
def test_what_is_no_server_is_one_sentence(text: str) -> None:
    with pytest.raises(BadAddress) as caught:
        parse_server(text)
    assert "\x1b" not in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert str(caught.value).endswith(".")


def test_plain_http_to_another_computer_must_be_meant() -> None:
    with pytest.raises(BadAddress, match="--allow-http"):
        parse_server("http://em01.example.net:9399")
    assert parse_server("http://em01.example.net:9399", allow_http=True).scheme == "http"


def test_a_pin_may_have_colons_and_capitals() -> None:
    assert parse_pin(":".join(["AB"] * 32)) == "ab" * 32


def test_a_short_pin_is_refused() -> None:
    with pytest.raises(BadAddress, match="64 hex digits"):
        parse_pin("abcd")
