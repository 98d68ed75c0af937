"""emtui, asked from outside: its command line against a list that a server on loopback holds, over HTTPS."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from oracle import one_after_another
from oracle.made import ZONES, GeneratedCase, list_xml, run_xml
from scripted_server import (
    GOOD_REPLIES,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    ServerIdentity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

import emtui

NAMESPACE = ' xmlns="http://www.veeam.com/ent/v1.0"'
_EVENTS = f"<SystemSessionEvents{NAMESPACE}/>".encode()


@dataclass
class OracleServer:
    """What the server answers: this list, at this time. `clock` is its own, or `None` for this computer's."""

    case: GeneratedCase | None = None
    clock: datetime | None = None

    def __call__(self, request: ReceivedRequest) -> ScriptedReply:
        """The answer, with the server's clock in its Date header."""
        status, body = self._body(request)
        standard = GOOD_REPLIES[route_of(request)]
        headers = "".join(
            f"{line}\r\n" for line in standard.head.decode().split("\r\n")[1:] if _is_copied_header(line)
        )
        date = format_datetime(self.clock or datetime.now(UTC), usegmt=True)
        built = make_reply(status, body, f"{headers}Date: {date}\r\n")
        return ScriptedReply(built.head + body)  # in one piece, so that nobody waits for an acknowledgement

    def _body(self, request: ReceivedRequest) -> tuple[str, bytes]:
        assert self.case is not None
        route = route_of(request)
        if route == "list":
            return "200 OK", list_xml(self.case.runs)
        if route == "events":
            return "200 OK", _EVENTS
        if route == "session":
            guid = request.path.partition("?")[0].rsplit("/", 1)[1]
            copies = [run for run in reversed(self.case.runs) if run.id == guid]
            newest = max(copies, key=lambda run: run.ended.timestamp() if run.ended else 0.0)
            return "200 OK", run_xml(newest, "SystemSession", NAMESPACE).encode()
        standard = GOOD_REPLIES[route]
        return standard.head.decode().split("\r\n")[0].removeprefix("HTTP/1.1 "), b"".join(standard.chunks)


def _is_copied_header(line: str) -> bool:
    return bool(line) and not line.startswith("Content-Length")


@dataclass(frozen=True, slots=True)
class CommandOutcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is what it is
        """Its standard output as JSON; the command must have gone well."""
        assert self.code == 0, self.err
        return json.loads(self.out)


@dataclass
class EmtuiRunner:
    """Commands, one after another, of a person whose server this is."""

    server: OracleServer
    authority: str
    sha256: str
    child: subprocess.Popen[str]

    def __call__(self, *argv: str, zone: str = "UTC") -> CommandOutcome:
        """One command, in a profile that has this time zone."""
        command = {"argv": ["-p", zone.replace("/", "-"), *argv], "environ": {"EMTUI_PASSWORD": PASSWORD}}
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.write(json.dumps(command) + "\n")
        self.child.stdin.flush()
        return CommandOutcome(**json.loads(self.child.stdout.readline()))

    def serve(self, case: GeneratedCase, clock: datetime | None = None) -> None:
        """From now on the server lists this; its clock shows the list's own time, unless another is given."""
        self.server.case, self.server.clock = case, clock or case.now


@contextmanager
def running_emtui(folder: Path, identity: ServerIdentity) -> Iterator[EmtuiRunner]:
    """A server with TLS on loopback, and a person with a home in `folder`, and a profile for each zone."""
    with scripted_server_in_thread(list_server := OracleServer(), identity.tls_context()) as server:
        config = folder / "config" / "emtui"
        config.mkdir(parents=True)
        profiles = (
            f"[profiles.{zone.replace('/', '-')}]\nserver = '{server.authority}'\nuser = '{USER}'\n"
            f"pin = '{identity.sha256}'\ntime_zone = '{zone}'\nkeyring = 'off'\n"
            for zone in ZONES
        )
        (config / "config.toml").write_text("".join(profiles))
        (config / "config.toml").chmod(0o600)
        environ = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path(emtui.__file__).parents[1]),
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_CONFIG_DIRS": str(folder / "etc"),
            "TZ": "Asia/Kathmandu",
            "LANG": "C.UTF-8",
        }
        argv = [sys.executable, one_after_another.__file__]
        with subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True
        ) as child:
            try:
                yield EmtuiRunner(list_server, server.authority, identity.sha256, child)
            finally:
                assert child.stdin is not None
                child.stdin.close()
                child.wait(60)


def parse_performance_data(line: str) -> dict[str, float]:
    """The performance data of `check`: what stands behind the bar, by its label."""
    values = {}
    for quoted, bare, value in re.findall(r"(?:'([^']+)'|([^\s'=]+))=(-?[0-9.]+)", line.partition("|")[2]):
        values[quoted or bare] = float(value)
    return values
