"""`H` in a real terminal: what reaches the clipboard, and the files that are really there."""

from __future__ import annotations

import base64
import json
import re
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import RunningDemo
from hostile_text import hostile_server
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui, run_night_demo
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    ReceivedRequest,
    ScriptedEmServer,
    ScriptedReply,
    ServerIdentity,
    list_xml,
    make_identity,
    make_reply,
    route_of,
    scripted_server_in_thread,
)

OSC_52 = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_NS = 'xmlns="http://www.veeam.com/ent/v1.0"'


@pytest.fixture(scope="module")
def server_identity(tmp_path_factory: pytest.TempPathFactory) -> ServerIdentity:
    return make_identity(tmp_path_factory.mktemp("tls"), days=300)  # no warning of its end


@pytest.fixture
def working_folder(tmp_path: Path) -> Path:
    """The folder that one stands in."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@contextmanager
def running_demo(
    demo: RunningDemo, home: Path, here: Path, columns: int = 80, lines: int = 23
) -> Iterator[EmtuiTerminal]:
    """The list of the demo."""
    environ = isolated_environment(home, TZ="Europe/Berlin")
    with run_night_demo(demo, environ=environ, folder=str(here), columns=columns, lines=lines) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(lambda lines: re.search(r"\b1 of \d", lines[-1]) is not None)
        terminal.wait_for("DatabaseMaintenance has run")
        yield terminal


def clipboard_text(terminal: EmtuiTerminal) -> list[str]:
    """All that the terminal was told to put on its clipboard."""
    return [base64.b64decode(found).decode() for found in OSC_52.findall(terminal.received)]


def written_name(name: str) -> Callable[[list[str]], bool]:
    """Whether the last line says that a file of such a name was written."""
    return lambda lines: re.match(f"Written: {name}, ", lines[-1]) is not None


def handover_files(here: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in here.iterdir()}


def test_two_keys_put_the_ticket_of_a_run_on_the_clipboard(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("e", "H", "enter")  # the Enter comes long before everything was read
        terminal.wait_for("Copied to the clipboard")
        (ticket,) = clipboard_text(terminal)
        assert ticket.startswith("**DEMO: CollectJob failed on `127.0.0.1:")
        assert "- **Started**: 2026-11-22 03:10:27 +01:00 local, 2026-11-22 02:10:27 +00:00 UTC\n" in ticket
        assert "- **Waited**: 11s in `bs02.example.net closed the connection, second attempt in" in ticket
        assert "\n+ bs02.example.net closed the connection, second attempt in 10 seconds\n" in ticket
        assert "**Comparison**: with the last good run, 2026-11-22 02:55:09 +01:00, " in ticket
        assert "EXAMPLE" not in ticket
        assert len(ticket.splitlines()) <= 60
        terminal.press("q")
        terminal.wait_for("Enter open")
    assert handover_files(working_folder) == {}


def test_a_bundle_is_written_and_a_second_one_gets_a_name_of_its_own(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("e", "enter")
        terminal.wait_for("after 95 successes")
        terminal.press("H", "4", "enter")
        terminal.wait_for(written_name(r"emtui-CollectJob-20261122T021027Z-[0-9a-f]{8}\.zip"))
        terminal.press("enter")
        terminal.wait_for(written_name(r"emtui-CollectJob-20261122T021027Z-[0-9a-f]{8}-2\.zip"))
    assert set(handover_files(working_folder).values()) == {0o600}
    first, second = sorted(working_folder.iterdir(), key=lambda path: len(path.name))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(texts["session.json"])["outcome"] == "failed"
    assert len(texts["events.jsonl"].splitlines()) == texts["events.xml"].count("<Order>") == 15
    assert "Enterprise Manager API v1_5, v1_6, v1_7" in texts["versions.txt"]
    assert "ops" not in "".join(texts.values()), "the demo's account"


def test_the_choices_and_what_is_chosen_fit_the_smallest_terminal(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder, columns=58, lines=16) as terminal:
        terminal.press("e", "H")
        shown = terminal.wait_for("**DEMO: CollectJob failed")
        assert [line[2] for line in shown[2:6]] == ["1", "2", "3", "4"]
        assert "q back" in shown[-1]
        terminal.press("3")
        terminal.wait_for("Last 12 hours", "Needs attention")
        terminal.press("w")
        terminal.wait_for("Written: emtui-shift-20261123T021204Z.md")
    assert handover_files(working_folder) == {"emtui-shift-20261123T021204Z.md": 0o600}


def test_the_summary_lists_what_the_attention_list_lists(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("4")
        shown = terminal.wait_for("Attention", "DatabaseMaintenance has run for")
        listed = sum(
            1
            for line in shown
            if re.search(r"(has run for|last ran|slower since|failed on|warned|was canceled)", line)
        )
        terminal.press("m", "enter")
        terminal.wait_for("1 of 6 alerts known")
        terminal.press("H", "3", "w")
        terminal.wait_for("Written: emtui-shift-20261123T021204Z.md")
        text = (working_folder / "emtui-shift-20261123T021204Z.md").read_text()
    assert f"**Needs attention**: {listed - 1}\n" in text
    assert "**Acknowledged**: 1\n\n- DatabaseMaintenance has run for" in text
    assert "failed on" in text.partition("**Recovered**")[0], "the failure of each night, which is good again"
    assert "CollectJob failed 5 times since" in text.partition("**Recovered**")[2]


def test_from_the_overview_and_from_a_finding_the_report_is_of_their_run(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("4")
        terminal.wait_for("Attention")
        terminal.press("H")
        terminal.wait_for("Hand over  DatabaseMaintenance running")
        terminal.press("q", "q", "B")
        terminal.wait_for("9 of 12 types on time")
        terminal.press("down", "H")
        terminal.wait_for("Hand over  CatalogReplicationJob success")
        terminal.press("H")
        terminal.wait_for("q goes back.")


@contextmanager
def running_against(
    reply_to: Callable[[ReceivedRequest], ScriptedReply], known: ServerIdentity, here: Path
) -> Iterator[tuple[ScriptedEmServer, EmtuiTerminal]]:
    """The list of such a server, seen by somebody who is logged on without being asked anything."""
    with scripted_server_in_thread(reply_to, known.tls_context()) as server:
        environ = isolated_environment(
            here.parent,
            EMTUI_SERVER=server.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=known.sha256,
        )
        with run_emtui(environ=environ, folder=str(here)) as terminal:
            terminal.wait_for("1 of ")
            yield server, terminal


def reply_only_to(route: str, response: ScriptedReply) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Good answers, but for this one."""
    return lambda asked: response if route_of(asked) == route else GOOD_REPLIES[route_of(asked)]


def test_events_that_cannot_be_read_are_said_and_the_rest_of_the_ticket_stands(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    down = reply_only_to("events", make_reply("503 Service Unavailable", b"", ""))
    with running_against(down, server_identity, working_folder) as (_, terminal):
        terminal.press("H", "2", "enter")
        terminal.wait_for("Copied to the clipboard")
        (ticket,) = clipboard_text(terminal)
        terminal.press("4", "enter")
        terminal.wait_for(written_name(r"emtui-CollectJob-20261123T020000Z-11111111\.zip"))
    assert "Unknown\n\n- events: " in ticket
    assert "503" in ticket
    (bundle,) = working_folder.iterdir()
    with zipfile.ZipFile(bundle) as archive:
        assert "events.jsonl" not in archive.namelist()
        assert "- events.jsonl: " in archive.read("manifest.txt").decode()


def test_esc_stops_what_is_asked_for_and_the_summary_can_still_be_had(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    mute = reply_only_to("events", ScriptedReply(b"", then="hang"))
    with running_against(mute, server_identity, working_folder) as (_, terminal):
        terminal.press("H", "enter")
        terminal.wait_for("As soon as it is there. Esc stops.")
        terminal.press("\x1b[27u")
        terminal.wait_for("Stopped.")
        terminal.wait_for("It was stopped before this was there")
        terminal.press("3", "enter")
        terminal.wait_for("Copied to the clipboard")
        assert "Last 12 hours" in clipboard_text(terminal)[0]
        terminal.press("\x1b[27u")
        terminal.wait_for("Enter open")


def test_hostile_text_says_nothing_to_a_terminal_in_any_file(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    with running_against(hostile_server(), server_identity, working_folder) as (_, terminal):
        terminal.press("H", "enter")
        terminal.wait_for(lambda _: len(clipboard_text(terminal)) == 1)
        terminal.press("3", "w")
        terminal.wait_for("Written: emtui-shift-")
        terminal.press("4", "enter")
        terminal.wait_for(lambda lines: "Written: emtui-" in lines[-1] and ".zip" in lines[-1])
        texts = clipboard_text(terminal)
    for path in working_folder.iterdir():
        assert re.fullmatch(r"[A-Za-z0-9.-]+", path.name)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                texts += [archive.read(name).decode() for name in archive.namelist()]
        else:
            texts.append(path.read_text())
    assert len(texts) >= 1 + 1 + 8
    for text in texts:
        joined = text.replace("👩\u200d👧", "")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b-\u200f]", joined)


# --- a server that repeats what it was told ---------------------------------------------------


def repeat_logon(request: ReceivedRequest) -> ScriptedReply:
    """Every message holds the token, the logon's id, the account and the password as Basic sent them."""
    route = route_of(request)
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    coded = "".join(f"&#{ord(char)};" for char in LOGON_ID)
    said = f"{TOKEN} {LOGON_ID.upper()} {coded} {USER} (ops) {basic} {PASSWORD}"
    tag = "SystemSession" if route == "session" else "Sessions"
    session = (
        f"<{tag} {_NS if route == 'session' else ''} Type='SystemSession' Name='{said}'"
        f" Href='https://x/api/logonSessions/{LOGON_ID}' UID='urn:veeam:SystemSession:{GUID}'>"
        f"<Links><Link Href='{said}' Rel='{said}'/></Links><SessionType>CollectJob</SessionType>"
        "<CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC><EndTimeUTC>2026-11-23T02:00:31Z</EndTimeUTC>"
        f"<State>Failed</State><Result><Result>{said}</Result><Message>{said}</Message></Result></{tag}>"
    )
    events = (
        f"<SystemSessionEvents {_NS}><Events><CreationTimeUTC>2026-11-23T02:00:00.5</CreationTimeUTC>"
        f"<Message>{said}</Message><Order>1</Order></Events></SystemSessionEvents>"
    )
    said_so: dict[str, Callable[[], ScriptedReply]] = {
        "list": lambda: make_reply("200 OK", list_xml([session])),
        "session": lambda: make_reply("200 OK", session.encode()),
        "events": lambda: make_reply("200 OK", events.encode()),
    }
    return said_so[route]() if route in said_so else GOOD_REPLIES[route]


def leaked_forms(text: str) -> list[str]:
    """What of our logon stands in it."""
    forms = (TOKEN, LOGON_ID, PASSWORD, USER, "ops", base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
    coded = "".join(f"&#{ord(char)};" for char in LOGON_ID)
    return [form for form in (*forms, coded) if form.casefold() in text.casefold()]


def test_a_server_that_repeats_our_logon_is_repeated_in_nothing_that_is_handed_over(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    with running_against(repeat_logon, server_identity, working_folder) as (server, terminal):
        terminal.press("H", "enter")
        for number, key in enumerate(("2", "3"), 1):
            terminal.wait_for(lambda _, number=number: len(clipboard_text(terminal)) == number)  # type: ignore[misc]
            terminal.press(key, "enter")
        terminal.wait_for(lambda _: len(clipboard_text(terminal)) == 3)
        terminal.press("4", "enter")
        terminal.wait_for("Written: emtui-CollectJob-20261123T020000Z-11111111.zip")
        texts = clipboard_text(terminal)
    (bundle,) = working_folder.iterdir()
    assert leaked_forms(bundle.name) == []
    with zipfile.ZipFile(bundle) as archive:
        texts += [archive.read(name).decode() for name in archive.namelist()]
    assert len(texts) == 3 + 8
    for text in texts:
        assert leaked_forms(text) == []
    assert "***" in texts[0]
    assert f"emtui open --server {server.authority} {GUID}" in texts[0]
    assert "<Message>*** *** *** *** (***) *** ***</Message>" in texts[-4]
