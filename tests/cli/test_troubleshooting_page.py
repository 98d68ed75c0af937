"""The page about troubleshooting quotes what emtui really says: each error is provoked."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server

from emtui.em.errors import ServerTimeoutError
from emtui.em.network_backend import Endpoint
from emtui.em.proxy import ProxyChoice
from emtui.em.server_address import parse_server

PAGE = (Path(__file__).parents[2] / "emtui" / "docs" / "troubleshooting.md").read_text("utf-8")
QUOTED = re.compile(r"`((?:…|[A-Z])[^`]* [^`]*|No password for …)`")
Provoker = Callable[[CommandRunner, RunningDemo], str]


def quoted_sentences() -> set[str]:
    """What the tables say that emtui says."""
    tables = PAGE.partition("\n## Cannot connect\n")[2].partition("\n## Unusual responses\n")[0]
    return {text for row in tables.splitlines() if row.startswith("|") for text in QUOTED.findall(row)}


def sessions(*connection: str, **environ: str) -> Provoker:
    """A request for the list of another address; CLOSED is an address where nothing listens."""

    def provoke(shell: CommandRunner, _demo: RunningDemo) -> str:
        address = f"127.0.0.1:{closed_port()}"
        argv = [word.replace("CLOSED", address) for word in connection]
        variables = {name: value.replace("CLOSED", address) for name, value in environ.items()}
        return shell(*argv, "--user", "ops", "sessions", EMTUI_PASSWORD="x", **variables).stderr

    return provoke


def closed_port() -> int:
    with closing(socket.socket()) as unheard:
        unheard.bind(("127.0.0.1", 0))
        return int(unheard.getsockname()[1])


def of_demo(shell: CommandRunner, demo: RunningDemo, *argv: str, password: str | None = None) -> str:
    connection = ("--server", demo.url, "--user", demo.user, *(("--pin", demo.sha256) if demo.sha256 else ()))
    return shell(*connection, *argv, EMTUI_PASSWORD=password or demo.password).stderr


def with_fault(play: str, scheme: str = "") -> Provoker:
    """A request for the list of a demo that simulates this failure."""

    def provoke(shell: CommandRunner, _demo: RunningDemo) -> str:
        running: Iterator[RunningDemo] = run_demo_server("--seed", "0", "--sessions", "1000", "--play", play)
        demo = next(running)
        url = demo.url.replace("http://", scheme) if scheme else demo.url
        argv = ("--server", url, "sessions") if scheme else ("sessions",)
        try:
            return of_demo(shell, demo, *argv)
        finally:
            assert next(running, None) is None

    return provoke


def rejected_twice(shell: CommandRunner, demo: RunningDemo) -> str:
    of_demo(shell, demo, "sessions", password="wrong")
    return of_demo(shell, demo, "sessions", password="wrong")


def without_response(_shell: CommandRunner, _demo: RunningDemo) -> str:
    endpoint = Endpoint(parse_server("em01.example.net"), ProxyChoice(None, "no proxy is set"))
    error = endpoint.timeout_error("the TLS handshake", 10)
    assert isinstance(error, ServerTimeoutError)
    return str(error)


PROVOKED: dict[str, Provoker] = {
    "Cannot resolve host …": sessions("--server", "em01.invalid"),
    "… refused the connection": sessions("--server", "CLOSED"),
    "… did not respond": without_response,
    "The proxy … cannot be reached": sessions("--server", "em01.invalid", https_proxy="http://CLOSED"),
    "The certificate of … is not trusted": lambda shell, demo: sessions("--server", demo.url)(shell, demo),
    "… would send the password unencrypted": sessions("--server", "http://em01.invalid:9399"),
    "… does not use TLS on that port": with_fault("http", "https://"),
    "… but a web page, probably the web UI": with_fault("web-ui"),
    "… but another API, such as the VBR REST API of port 9419": with_fault("vbr"),
    "… refused the logon": lambda shell, demo: of_demo(shell, demo, "sessions", password="wrong"),
    "… rejected this password … not sent again": rejected_twice,
    "… is not allowed for this user": with_fault("403=list"),
    "No password for …": lambda shell, demo: (
        shell("--server", demo.url, "--user", "ops", "--pin", demo.sha256, "sessions").stderr
    ),
    "… was not found (404)": with_fault("404-list"),
}


def test_every_sentence_is_provoked() -> None:
    assert quoted_sentences() == PROVOKED.keys()


@pytest.mark.parametrize("sentence", PROVOKED)
def test_emtui_says_what_the_page_quotes(sentence: str, shell: CommandRunner, demo: RunningDemo) -> None:
    pattern = ".*".join(map(re.escape, sentence.split("…")))
    assert re.search(pattern, PROVOKED[sentence](shell, demo))
