"""The demo over real HTTPS: announcement, requests, shutdown."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from emtui.demo.demo_options import DemoOptions, parse_plays
from emtui.demo.server_process import Announced, NotStarted, running
from emtui.demo.simulated_clock import Clock

LIST = "/api/systemSessions?format=Entity"
PATIENCE = 60


@contextmanager
def started(*words: str) -> Iterator[tuple[subprocess.Popen[str], Announced]]:
    argv = [sys.executable, "-m", "emtui.demo", "--port", "0", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            yield server, Announced(**json.loads(server.stdout.readline()))
        finally:
            server.kill()


def playing(*plays: str) -> DemoOptions:
    return DemoOptions(plays=parse_plays(plays))


def client(told: Announced) -> httpx.Client:
    verify = ssl.create_default_context(cafile=told.ca) if told.ca else True
    return httpx.Client(base_url=told.url, verify=verify, trust_env=False, timeout=PATIENCE)


def log_on(browser: httpx.Client, told: Announced) -> None:
    answer = browser.post("/api/sessionMngr/?v=latest", auth=(told.user, told.password))
    assert answer.status_code == 201


def presented(told: Announced) -> str:
    """Return the SHA-256 of the current certificate."""
    url = httpx.URL(told.url)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection((url.host, url.port or 443), PATIENCE)
    with context.wrap_socket(plain) as tls:
        return sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()


def test_it_serves_over_https_with_the_certificate_that_it_announced() -> None:
    with running(DemoOptions()) as told, client(told) as browser:
        assert told.sha256 == presented(told)
        log_on(browser, told)
        answer = browser.get(LIST)
        assert answer.status_code == 200
        assert answer.content.endswith(b"</SystemSessions>")
        raw = [name for name, _ in answer.headers.raw]
        assert b"Content-Type" in raw
        assert told.ca is not None
        folder = Path(told.ca).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_zero_even_while_an_answer_is_under_way(number: signal.Signals) -> None:
    with started("--play", "hang") as (server, told):
        url = httpx.URL(told.url)
        context = ssl.create_default_context(cafile=told.ca)
        plain = socket.create_connection((url.host, url.port or 443))
        with context.wrap_socket(plain, server_hostname=url.host) as tls:
            tls.sendall(b"GET /api/systemSessions HTTP/1.1\r\nHost: em01.example.net\r\n\r\n")
            server.send_signal(number)
            _, said = server.communicate(timeout=PATIENCE)
        assert server.returncode == 0
        assert said == ""


def test_it_ends_when_its_parent_ends() -> None:
    with started("--with-parent") as (server, _):
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(PATIENCE) == 0


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        argv = [sys.executable, "-m", "emtui.demo", "--port", port]
        ended = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"port {port}" in ended.stderr


def test_a_child_that_does_not_start_reports_why() -> None:
    impossible = DemoOptions(seed=-1)
    with pytest.raises(NotStarted, match="--seed is a whole number"), running(impossible):
        pass


@pytest.mark.parametrize(("speed", "least", "most"), [(0, 0, 0), (1, 0, PATIENCE), (36_000, 36_000, 9e9)])
def test_the_date_of_every_answer_is_its_clocks_and_as_fast(speed: float, least: int, most: float) -> None:
    began = datetime(2031, 5, 5, 5, 5, 5, tzinfo=UTC)
    with running(DemoOptions(clock=began, speed=speed)) as told, client(told) as browser:
        (first,) = browser.get("/nowhere").headers.get_list("Date")
        log_on(browser, told)
        time.sleep(1.05)
        (second,) = browser.get(LIST).headers.get_list("Date")
    assert parsedate_to_datetime(first) >= began
    passed = parsedate_to_datetime(second) - parsedate_to_datetime(first)
    assert least <= passed.total_seconds() <= most


def test_the_parent_can_share_the_clock() -> None:
    began = datetime(2031, 5, 5, 5, 5, 5, tzinfo=UTC)
    since = time.monotonic() - 3600
    with running(DemoOptions(clock=began, since=since)) as told, client(told) as browser:
        shown = parsedate_to_datetime(browser.get("/api/").headers["Date"])
        assert abs(shown - Clock(began, since=since)()) < timedelta(seconds=3)


def test_plain_http_has_no_certificate() -> None:
    with running(playing("http")) as told, client(told) as browser:
        assert (told.sha256, told.ca) == (None, None)
        assert told.url.startswith("http://127.0.0.1:")
        log_on(browser, told)


@pytest.mark.parametrize(
    ("play", "reason"),
    [("expired-certificate", "certificate has expired"), ("other-name", "is not valid for '127.0.0.1'")],
)
def test_a_bad_certificate_is_rejected_by_a_verifying_client(play: str, reason: str) -> None:
    with running(playing(play)) as told, client(told) as browser:
        with pytest.raises(httpx.ConnectError, match=reason):
            browser.get("/api/")
        assert presented(told) == told.sha256


def test_the_certificate_can_change_after_the_first_logon() -> None:
    with running(playing("changed-certificate")) as told, client(told) as browser:
        assert presented(told) == told.sha256
        log_on(browser, told)
        assert presented(told) != told.sha256


def test_a_cut_body_ends_the_connection_in_the_middle() -> None:
    with running(playing("cut", "half=events")) as told, client(told) as browser:
        log_on(browser, told)
        with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending complete"):
            browser.get(LIST)


async def test_a_slow_list_arrives_in_parts() -> None:
    with running(playing("slow=0.01")) as told:
        context = ssl.create_default_context(cafile=told.ca)
        async with httpx.AsyncClient(base_url=told.url, verify=context, trust_env=False) as browser:
            await browser.post("/api/sessionMngr/", auth=(told.user, told.password))
            async with asyncio.timeout(PATIENCE), browser.stream("GET", LIST) as answer:
                parts = [len(part) async for part in answer.aiter_raw()]
        assert len(parts) > 20
        assert sum(parts) == int(answer.headers["Content-Length"])
