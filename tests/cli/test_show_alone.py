"""`emtui show` without the list: the session is shown, and why there are no findings."""

from __future__ import annotations

import json
from pathlib import Path

from command_runner import CommandRunner
from scripted_server import (
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    make_identity,
    make_reply,
    reply_well,
    route_of,
    scripted_server_in_thread,
)


def reply_without_list(request: ReceivedRequest) -> ScriptedReply:
    return make_reply("500 Internal Server Error") if route_of(request) == "list" else reply_well(request)


def test_without_the_list_only_the_findings_are_missing(shell: CommandRunner, tmp_path: Path) -> None:
    known = make_identity(tmp_path, days=300)
    with scripted_server_in_thread(reply_without_list, known.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        table, data = shell("show", GUID), shell("show", GUID, "-o", "json")
    for done in (table, data):
        assert done.returncode == 0
        assert "Earlier runs could not be evaluated: " in done.stderr
    assert GUID in table.stdout
    shown = json.loads(data.stdout)
    assert (shown["id"], shown["findings"]) == (GUID, None)
