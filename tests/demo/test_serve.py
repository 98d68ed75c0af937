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

from emtui.demo.demo_options import DemoOptions, parse_faults
from emtui.demo.server_process import DemoNotStartedError, ServerAnnouncement, run_server
from emtui.demo.simulated_clock import SimulatedClock

LIST = "/api/systemSessions?format=Entity"
TIMEOUT_S = 60


@contextmanager
def start_server(*words: str) -> Iterator[tuple[subprocess.Popen[str], ServerAnnouncement]]:
    argv = [sys.executable, "-m", "emtui.demo", "--port", "0", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as server:
        try:
            assert server.stdout is not None
            yield server, ServerAnnouncement(**json.loads(server.stdout.readline()))
        finally:
            server.kill()


def options_with_faults(*switches: str) -> DemoOptions:
    return DemoOptions(faults=parse_faults(switches))


def http_client(announcement: ServerAnnouncement) -> httpx.Client:
    verify = ssl.create_default_context(cafile=announcement.ca) if announcement.ca else True
    return httpx.Client(base_url=announcement.url, verify=verify, trust_env=False, timeout=TIMEOUT_S)


def log_on(browser: httpx.Client, announcement: ServerAnnouncement) -> None:
    response = browser.post("/api/sessionMngr/?v=latest", auth=(announcement.user, announcement.password))
    assert response.status_code == 201


def presented_fingerprint(announcement: ServerAnnouncement) -> str:
    """Return the SHA-256 of the current certificate."""
    url = httpx.URL(announcement.url)
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    plain = socket.create_connection((url.host, url.port or 443), TIMEOUT_S)
    with context.wrap_socket(plain) as tls:
        return sha256(tls.getpeercert(binary_form=True) or b"").hexdigest()


def test_it_serves_over_https_with_the_announced_certificate() -> None:
    with run_server(DemoOptions()) as announcement, http_client(announcement) as browser:
        assert announcement.sha256 == presented_fingerprint(announcement)
        log_on(browser, announcement)
        response = browser.get(LIST)
        assert response.status_code == 200
        assert response.content.endswith(b"</SystemSessions>")
        raw = [name for name, _ in response.headers.raw]
        assert b"Content-Type" in raw
        assert announcement.ca is not None
        folder = Path(announcement.ca).parent
        assert folder.stat().st_mode & 0o077 == 0
    assert not folder.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_zero_even_during_a_response(number: signal.Signals) -> None:
    with start_server("--play", "hang") as (server, announcement):
        url = httpx.URL(announcement.url)
        context = ssl.create_default_context(cafile=announcement.ca)
        plain = socket.create_connection((url.host, url.port or 443))
        with context.wrap_socket(plain, server_hostname=url.host) as tls:
            tls.sendall(b"GET /api/systemSessions HTTP/1.1\r\nHost: em01.example.net\r\n\r\n")
            server.send_signal(number)
            _, message = server.communicate(timeout=TIMEOUT_S)
        assert server.returncode == 0
        assert message == ""


def test_it_ends_when_its_parent_ends() -> None:
    with start_server("--with-parent") as (server, _):
        assert server.stdin is not None
        server.stdin.close()
        assert server.wait(TIMEOUT_S) == 0


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        argv = [sys.executable, "-m", "emtui.demo", "--port", port]
        ended = subprocess.run(argv, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert f"port {port}" in ended.stderr


def test_a_child_that_does_not_start_reports_why() -> None:
    impossible = DemoOptions(seed=-1)
    with pytest.raises(DemoNotStartedError, match="--seed must be a whole number"), run_server(impossible):
        pass


@pytest.mark.parametrize(("speed", "least", "most"), [(0, 0, 0), (1, 0, TIMEOUT_S), (36_000, 36_000, 9e9)])
def test_the_date_of_every_answer_is_its_clocks_and_as_fast(speed: float, least: int, most: float) -> None:
    began = datetime(2031, 5, 5, 5, 5, 5, tzinfo=UTC)
    with (
        run_server(DemoOptions(clock=began, speed=speed)) as announcement,
        http_client(announcement) as browser,
    ):
        (first,) = browser.get("/nowhere").headers.get_list("Date")
        log_on(browser, announcement)
        time.sleep(1.05)
        (second,) = browser.get(LIST).headers.get_list("Date")
    assert parsedate_to_datetime(first) >= began
    passed = parsedate_to_datetime(second) - parsedate_to_datetime(first)
    assert least <= passed.total_seconds() <= most


def test_the_parent_can_share_the_clock() -> None:
    began = datetime(2031, 5, 5, 5, 5, 5, tzinfo=UTC)
    since = time.monotonic() - 3600
    with (
        run_server(DemoOptions(clock=began, clock_start=since)) as announcement,
        http_client(announcement) as browser,
    ):
        shown = parsedate_to_datetime(browser.get("/api/").headers["Date"])
        assert abs(shown - SimulatedClock(began, started_at=since)()) < timedelta(seconds=3)


def test_plain_http_has_no_certificate() -> None:
    with run_server(options_with_faults("http")) as announcement, http_client(announcement) as browser:
        assert (announcement.sha256, announcement.ca) == (None, None)
        assert announcement.url.startswith("http://127.0.0.1:")
        log_on(browser, announcement)


@pytest.mark.parametrize(
    ("switch", "reason"),
    [("expired-certificate", "certificate has expired"), ("other-name", "is not valid for '127.0.0.1'")],
)
def test_a_bad_certificate_is_rejected_by_a_verifying_client(switch: str, reason: str) -> None:
    with run_server(options_with_faults(switch)) as announcement, http_client(announcement) as browser:
        with pytest.raises(httpx.ConnectError, match=reason):
            browser.get("/api/")
        assert presented_fingerprint(announcement) == announcement.sha256


def test_the_certificate_can_change_after_the_first_logon() -> None:
    with (
        run_server(options_with_faults("changed-certificate")) as announcement,
        http_client(announcement) as browser,
    ):
        assert presented_fingerprint(announcement) == announcement.sha256
        log_on(browser, announcement)
        assert presented_fingerprint(announcement) != announcement.sha256


def test_a_cut_body_ends_the_connection_in_the_middle() -> None:
    with (
        run_server(options_with_faults("cut", "half=events")) as announcement,
        http_client(announcement) as browser,
    ):
        log_on(browser, announcement)
        with pytest.raises(httpx.RemoteProtocolError, match=r"incomplete|without sending complete"):
            browser.get(LIST)


async def test_a_slow_list_arrives_in_parts() -> None:
    with run_server(options_with_faults("slow=0.01")) as announcement:
        context = ssl.create_default_context(cafile=announcement.ca)
        async with httpx.AsyncClient(base_url=announcement.url, verify=context, trust_env=False) as browser:
            await browser.post("/api/sessionMngr/", auth=(announcement.user, announcement.password))
            async with asyncio.timeout(TIMEOUT_S), browser.stream("GET", LIST) as response:
                parts = [len(part) async for part in response.aiter_raw()]
        assert len(parts) > 20
        assert sum(parts) == int(response.headers["Content-Length"])
