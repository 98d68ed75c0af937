"""`emtui demo --serve`: one line of JSON, then a server until a signal."""

import json
import signal
import socket
import ssl
import subprocess
import sys

import httpx
import pytest
from demo_server import RunningDemo

EMTUI = [sys.executable, "-m", "emtui"]


def test_its_address_is_printed_once_it_serves_https(demo: RunningDemo) -> None:
    context = ssl.create_default_context(cafile=demo.ca)
    assert (
        b"EnterpriseManager"
        in httpx.get(f"{demo.url}/api/", verify=context, trust_env=False, timeout=60).content
    )
    assert len(demo.sha256) == 64


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_with_0(number: signal.Signals) -> None:
    argv = [*EMTUI, "demo", "--serve", "--port", "0"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert set(json.loads(server.stdout.readline())) == {"url", "user", "password", "sha256", "ca"}
        server.send_signal(number)
        _, complaint = server.communicate(timeout=60)
    assert (server.returncode, complaint) == (0, "")


def test_play_help_lists_the_switches() -> None:
    done = subprocess.run([*EMTUI, "demo", "--play", "help"], capture_output=True, text=True, check=True)
    assert "v13" in done.stdout


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (["--play", "v14"], "v14"),
        (["--seed", "x"], "--seed"),
        (["--clock", "noon"], "--clock"),
        (["--serve", "--port", "99999"], "--port must be a number"),
        (["--serve", "--port", "9" * 5000], "--port must be a number"),
        (["--serve", "--seed", "9" * 5000], "--seed must be a whole number"),
        (["--serve", "--sessions", "9" * 5000], "--sessions must be a number"),
        (["--port", "0"], "--serve"),
        ([], "needs a terminal"),
    ],
)
def test_a_typing_mistake_is_one_sentence_and_2(options: list[str], hint: str) -> None:
    done = subprocess.run(
        [*EMTUI, "demo", *options], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 2
    assert done.stderr.startswith("emtui: ")
    assert hint in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_port_that_is_taken_is_one_sentence_and_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        argv = [*EMTUI, "demo", "--serve", "--port", port]
        done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert port in done.stderr
    assert done.stderr.count("\n") == 1
