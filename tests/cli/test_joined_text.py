"""Texts with joiners and emoji leave as they came: in JSON, in CSV, in a table on a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from joined_text import TEXTS
from rogue import GOOD, PASSWORD, USER, Asked, Reply, identity, list_xml, reply, rogue_beside, route_of
from shell import Shell

DECEIVING = "pay\u200dpal e\ufe0fm01"


def answer(asked: Asked) -> Reply:
    if route_of(asked) == "list":
        texts = {**TEXTS, "deceiving": DECEIVING}
        return reply("200 OK", list_xml(row(number, *pair) for number, pair in enumerate(texts.items())))
    return GOOD[route_of(asked)]


def row(number: int, kind: str, message: str) -> str:
    uid = f"urn:veeam:SystemSession:{number:08x}-0000-4000-8000-000000000000"
    return (
        f'<Sessions Type="SystemSession" UID="{uid}">'
        f"<SessionType>{kind}</SessionType><CreationTimeUTC>2026-11-23T0{number}:00:00Z</CreationTimeUTC>"
        f"<State>Failed</State><Result><Result>Failed</Result><Message>{message}</Message></Result>"
        "</Sessions>"
    )


@pytest.fixture
def there(shell: Shell, tmp_path: Path) -> Iterator[Shell]:
    known = identity(tmp_path)
    with rogue_beside(answer, known.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        yield shell


def test_what_writing_needs_leaves_as_it_came(there: Shell) -> None:
    rows = {each["type"]: each["message"] for each in there.json("sessions", "-o", "json")}
    assert rows == {**TEXTS, "deceiving": "pay⟨U+200D⟩pal e⟨U+FE0F⟩m01"}
    csv, table = there("sessions", "-o", "csv").stdout, there("sessions").stdout
    for kind, message in TEXTS.items():
        assert f",{kind}," in csv
        assert message in csv
        assert message in table, "the last column is not padded"
