"""`emtui show` where the past cannot be had: the session is shown, and why nothing is said of its past."""

from __future__ import annotations

import json
from pathlib import Path

from rogue import GUID, PASSWORD, USER, Asked, Reply, good, identity, reply, rogue_beside, route_of
from shell import Shell


def without_a_list(asked: Asked) -> Reply:
    return reply("500 Internal Server Error") if route_of(asked) == "list" else good(asked)


def test_a_list_that_cannot_be_had_costs_the_findings_and_nothing_else(shell: Shell, tmp_path: Path) -> None:
    known = identity(tmp_path, days=300)
    with rogue_beside(without_a_list, known.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        table, data = shell("show", GUID), shell("show", GUID, "-o", "json")
    for done in (table, data):
        assert done.returncode == 0
        assert "No findings from earlier runs: " in done.stderr
    assert GUID in table.stdout
    shown = json.loads(data.stdout)
    assert (shown["id"], shown["findings"]) == (GUID, None)
