"""The choice between a direct connection and a proxy, with its reason."""

from __future__ import annotations

import pytest

from emtui.em.errors import ProxyFailedError
from emtui.em.proxy import ProxySettings
from emtui.em.server_address import Server

EM01 = Server("em01.example.net")


def choose_proxy(server: Server = EM01, *, off: bool = False, **environ: str) -> str | None:
    return ProxySettings.from_environment(environ, no_proxy=off).choose(server).url


def test_without_a_proxy_the_connection_is_direct() -> None:
    assert choose_proxy() is None


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"])
def test_the_usual_variables_name_the_proxy(name: str) -> None:
    proxies = ProxySettings.from_environment({name: "http://proxy.example.net:3128"})
    assert proxies.choose(EM01).url == "http://proxy.example.net:3128"


def test_a_proxy_without_a_scheme_is_an_http_proxy() -> None:
    assert choose_proxy(HTTPS_PROXY="proxy.example.net:3128") == "http://proxy.example.net:3128"


def test_the_lower_case_name_takes_precedence() -> None:
    assert choose_proxy(https_proxy="http://one.example.net:1", HTTPS_PROXY="http://two.example.net:2") == (
        "http://one.example.net:1"
    )


@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_variable_counts_as_unset(empty: str) -> None:
    proxy = "http://proxy.example.net:3128"
    assert choose_proxy(https_proxy=empty, HTTPS_PROXY=proxy) == proxy
    assert choose_proxy(https_proxy=empty, HTTPS_PROXY=empty, ALL_PROXY=proxy) == proxy
    assert choose_proxy(no_proxy=empty, NO_PROXY="example.net", HTTPS_PROXY=proxy) is None
    assert choose_proxy(no_proxy=empty, NO_PROXY=empty, HTTPS_PROXY=proxy) == proxy


def test_plain_http_does_not_go_through_the_https_proxy() -> None:
    assert (
        choose_proxy(Server("em01.example.net", scheme="http"), HTTPS_PROXY="http://proxy.example.net:1")
        is None
    )


def test_http_proxy_in_capitals_is_ignored() -> None:
    assert (
        choose_proxy(Server("em01.example.net", scheme="http"), HTTP_PROXY="http://proxy.example.net:1")
        is None
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_computer_is_never_reached_through_a_proxy(host: str) -> None:
    assert choose_proxy(Server(host), HTTPS_PROXY="http://proxy.example.net:3128") is None


def test_the_option_turns_every_proxy_off() -> None:
    assert choose_proxy(off=True, HTTPS_PROXY="http://proxy.example.net:3128") is None


@pytest.mark.parametrize(
    ("word", "host"),
    [
        ("*", "em01.example.net"),
        ("em01.example.net", "em01.example.net"),
        ("EM01.Example.Net", "em01.example.net"),
        ("example.net", "em01.example.net"),
        (".example.net", "em01.example.net"),
        ("*.example.net", "em01.example.net"),
        ("em01.example.net:9398", "em01.example.net"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.3:9398", "10.1.2.3"),
        ("2001:db8::/32", "2001:db8::5"),
        ("2001:db8::5", "2001:db8::5"),
        ("[2001:db8::5]:9398", "2001:db8::5"),
        ("other.example.org, example.net", "em01.example.net"),
        ("fe80::/10", "fe80::1%eth0"),
        ("fe80::1", "fe80::1%eth0"),
        ("münchen.example.net", "xn--mnchen-3ya.example.net"),
        (".STRAßE.example.net", "em01.xn--strae-oqa.example.net"),
    ],
)
def test_no_proxy_covers(word: str, host: str) -> None:
    assert choose_proxy(Server(host), HTTPS_PROXY="http://proxy.example.net:3128", NO_PROXY=word) is None


@pytest.mark.parametrize(
    ("word", "host"),
    [
        ("", "em01.example.net"),
        (".", "em01.example.net"),
        ("ample.net", "em01.example.net"),
        ("em01.example.net:443", "em01.example.net"),
        ("10.0.0.0/8", "11.1.2.3"),
        ("10.0.0.0/8", "em10.example.net"),
        ("10.0.0.0/99", "10.0.0.1"),
        ("10.1.2", "10.1.2.3"),
    ],
)
def test_no_proxy_does_not_cover(word: str, host: str) -> None:
    assert choose_proxy(Server(host), HTTPS_PROXY="http://proxy.example.net:3128", NO_PROXY=word)


@pytest.mark.parametrize(
    "value", ["socks5://proxy.example.net:1080", "ftp://x.example.net", "http:///x9", "http://p:x9"]
)
def test_an_invalid_proxy_is_one_sentence_without_the_value(value: str) -> None:
    with pytest.raises(ProxyFailedError, match="HTTPS_PROXY") as caught:
        choose_proxy(HTTPS_PROXY=value)
    assert value not in str(caught.value)


@pytest.mark.parametrize("scheme", ["http://", "", "https://", "http:/", "http//", "socks5://", "ftp://"])
@pytest.mark.parametrize(
    "logon",
    [
        "gateuser:77#hunter2@",
        "gateuser:77/hunter2@",
        "gateuser:77?hunter2@",
        "gate/user:77hunter2@",
        "gateuser:77[hunter2@",
        "gateuser:77hunter2#",
        "gateuser:77hunter2",
        "gateuser:77hunter2@gate way",
        "gateuser:77hunter2@:0",
        "gateuser:77\udcffhunter2@",
    ],
)
def test_a_malformed_proxy_is_rejected_without_showing_it(scheme: str, logon: str) -> None:
    with pytest.raises(ProxyFailedError) as caught:
        choose_proxy(HTTPS_PROXY=f"{scheme}{logon}gw9.example.org:3128")
    message = str(caught.value)
    assert not [part for part in ("gate", "77", "hunter2", "gw9", "3128") if part in message], message


def test_a_percent_encoded_password_may_contain_any_character() -> None:
    proxies = ProxySettings.from_environment({"HTTPS_PROXY": "http://ops:a%23b%2Fc@proxy.example.net:3128/"})
    proxy = proxies.choose(EM01).proxy
    assert proxy is not None
    assert proxy.password is not None
    assert (proxy.host, proxy.password.reveal()) == ("proxy.example.net", "a#b/c")


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("http://[fd00::9]:3128", "http://[fd00::9]:3128"),
        ("http://[fe80::9%25eth0]:3128", "http://[fe80::9%eth0]:3128"),
        ("http://brücke.example.net:3128", "http://xn--brcke-lva.example.net:3128"),
    ],
)
def test_a_proxy_may_be_an_ipv6_address_or_an_international_name(value: str, url: str) -> None:
    assert choose_proxy(HTTPS_PROXY=value) == url


def test_proxy_credentials_are_never_shown() -> None:
    proxies = ProxySettings.from_environment({"HTTPS_PROXY": "http://ops:s%40cret@proxy.example.net:3128"})
    choice = proxies.choose(EM01)
    assert choice.proxy is not None
    assert choice.proxy.password is not None
    assert choice.proxy.password.reveal() == "s@cret"
    assert "cret" not in f"{proxies!r}{choice!r}{choice}{choice.url}"


def test_the_reason_is_readable_text() -> None:
    settings = ProxySettings.from_environment(
        {"HTTPS_PROXY": "http://proxy.example.net:3128", "NO_PROXY": ".example.net"}
    )
    assert str(settings.choose(EM01)) == "directly, NO_PROXY contains .example.net"
    assert str(settings.choose(Server("em.example.org"))) == "via proxy proxy.example.net:3128, HTTPS_PROXY"
