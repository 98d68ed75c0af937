"""Reports in a real terminal: the clipboard and the saved files."""

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
    return make_identity(tmp_path_factory.mktemp("tls"), days=300)  # no warning of its expiry


@pytest.fixture
def working_folder(tmp_path: Path) -> Path:
    """The current directory of emtui."""
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


@contextmanager
def running_demo(
    demo: RunningDemo, home: Path, current: Path, columns: int = 80, lines: int = 23
) -> Iterator[EmtuiTerminal]:
    """Run the demo and show its list."""
    environ = isolated_environment(home, TZ="Europe/Berlin")
    with run_night_demo(demo, environ=environ, folder=str(current), columns=columns, lines=lines) as terminal:
        terminal.wait_for("Password")
        terminal.press("enter")
        terminal.wait_for(lambda lines: any(re.search(r"\b1 of \d[\d,]* runs\b", line) for line in lines))
        terminal.wait_for("DatabaseMaintenance    running for")
        yield terminal


def clipboard_text(terminal: EmtuiTerminal) -> list[str]:
    """All texts sent to the clipboard of the terminal."""
    return [base64.b64decode(found).decode() for found in OSC_52.findall(terminal.received)]


def saved_as(name: str) -> Callable[[list[str]], bool]:
    """Return a check whether the last line reports a saved file with this name pattern."""
    return lambda lines: re.match(f"Saved: {name}, ", lines[-1]) is not None


def saved_files(current: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in current.iterdir()}


def test_two_keys_copy_the_ticket_of_a_run(tmp_path: Path, working_folder: Path, demo: RunningDemo) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("e", "H", "enter")  # Enter arrives before all data is loaded
        terminal.wait_for("Copied to the clipboard")
        (ticket,) = clipboard_text(terminal)
        assert ticket.startswith("**DEMO: CollectJob failed on `127.0.0.1:")
        assert "- **Started**: 2026-11-22 03:10:27 +01:00 local, 2026-11-22 02:10:27 +00:00 UTC\n" in ticket
        assert "- **Pause**: 11s in `bs02.example.net closed the connection, second attempt in" in ticket
        assert "\n+ bs02.example.net closed the connection, second attempt in 10 seconds\n" in ticket
        assert "**Comparison**: with the last success, 2026-11-22 02:55:09 +01:00, " in ticket
        assert "EXAMPLE" not in ticket
        assert len(ticket.splitlines()) <= 60
        terminal.press("q")
        terminal.wait_for("Enter open")
    assert saved_files(working_folder) == {}


def test_a_bundle_is_saved_and_a_second_one_gets_another_name(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("e", "enter")
        terminal.wait_for("after 95 successes")
        terminal.press("H", "4", "enter")
        terminal.wait_for(saved_as(r"emtui-CollectJob-20261122T021027Z-[0-9a-f]{8}\.zip"))
        terminal.press("enter")
        terminal.wait_for(saved_as(r"emtui-CollectJob-20261122T021027Z-[0-9a-f]{8}-2\.zip"))
    assert set(saved_files(working_folder).values()) == {0o600}
    first, second = sorted(working_folder.iterdir(), key=lambda path: len(path.name))
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert json.loads(texts["session.json"])["outcome"] == "failed"
    assert len(texts["events.jsonl"].splitlines()) == texts["events.xml"].count("<Order>") == 15
    assert "Enterprise Manager API v1_5, v1_6, v1_7" in texts["versions.txt"]
    assert "ops" not in "".join(texts.values()), "the demo's account"


def test_reports_and_preview_fit_the_smallest_terminal(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder, columns=58, lines=16) as terminal:
        terminal.press("e", "H")
        shown = terminal.wait_for("DEMO: CollectJob failed")
        assert "**" not in "".join(shown)
        assert [line[2] for line in shown[2:6]] == ["1", "2", "3", "4"]
        assert "q back" in shown[-1]
        terminal.press("3")
        terminal.wait_for("Last 12 hours", "Needs attention")
        terminal.press("w")
        terminal.wait_for("Saved: emtui-shift-20261123T021204Z.md")
    assert saved_files(working_folder) == {"emtui-shift-20261123T021204Z.md": 0o600}


def test_the_summary_has_the_same_alerts_as_the_attention_screen(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("4")
        shown = terminal.wait_for("─ Alerts  6 ─", "DatabaseMaintenance    running for")
        listed = sum(
            1
            for line in shown
            if re.search(
                r"^[▌ ] [■▲○] .*(running for|overdue|slower for|day at this|warned|was canceled)", line
            )
        )
        assert listed == 6
        terminal.press("m", "enter")
        terminal.wait_for("Alerts  6, 1 acknowledged")
        terminal.press("H", "3", "w")
        terminal.wait_for("Saved: emtui-shift-20261123T021204Z.md")
        text = (working_folder / "emtui-shift-20261123T021204Z.md").read_text()
    assert f"**Needs attention**: {listed - 1}\n" in text
    assert "**Acknowledged**: 1\n\n- DatabaseMaintenance running for" in text
    assert "day at this minute" in text.partition("**Recovered**")[0], (
        "the nightly failure, which is resolved by day"
    )
    assert "CollectJob failed 5 times since" in text.partition("**Recovered**")[2]


def test_from_the_overview_and_from_an_alert_the_report_is_of_its_run(
    tmp_path: Path, working_folder: Path, demo: RunningDemo
) -> None:
    with running_demo(demo, tmp_path, working_folder) as terminal:
        terminal.press("4")
        terminal.wait_for("Alerts")
        terminal.press("H")
        terminal.wait_for("Report  DatabaseMaintenance  ► running")
        terminal.press("q", "q", "B")
        terminal.wait_for("9 of 12 types on schedule")
        terminal.press("down", "H")
        terminal.wait_for("Report  CatalogReplicationJob  · success")
        terminal.press("H")
        terminal.wait_for("q: back.")


@contextmanager
def running_against(
    reply_to: Callable[[ReceivedRequest], ScriptedReply], identity: ServerIdentity, current: Path
) -> Iterator[tuple[ScriptedEmServer, EmtuiTerminal]]:
    """Run emtui against a scripted server, logged on without prompting."""
    with scripted_server_in_thread(reply_to, identity.tls_context()) as server:
        environ = isolated_environment(
            current.parent,
            EMTUI_SERVER=server.authority,
            EMTUI_USER=USER,
            EMTUI_PASSWORD=PASSWORD,
            EMTUI_PIN=identity.sha256,
        )
        with run_emtui(environ=environ, folder=str(current)) as terminal:
            terminal.wait_for("1 of ")
            yield server, terminal


def reply_only_to(route: str, response: ScriptedReply) -> Callable[[ReceivedRequest], ScriptedReply]:
    """Good responses, except for this route."""
    return lambda asked: response if route_of(asked) == route else GOOD_REPLIES[route_of(asked)]


def test_missing_events_are_reported_in_an_otherwise_complete_ticket(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    down = reply_only_to("events", make_reply("503 Service Unavailable", b"", ""))
    with running_against(down, server_identity, working_folder) as (_, terminal):
        terminal.press("H", "2", "enter")
        terminal.wait_for("Copied to the clipboard")
        (ticket,) = clipboard_text(terminal)
        terminal.press("4", "enter")
        terminal.wait_for(saved_as(r"emtui-CollectJob-20261123T020000Z-11111111\.zip"))
    assert "Unknown\n\n- events: " in ticket
    assert "503" in ticket
    (bundle,) = working_folder.iterdir()
    with zipfile.ZipFile(bundle) as archive:
        assert "events.jsonl" not in archive.namelist()
        assert "- events.jsonl: " in archive.read("manifest.txt").decode()


def test_esc_cancels_the_requests_and_the_summary_is_still_available(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    unresponsive = reply_only_to("events", ScriptedReply(b"", then="hang"))
    with running_against(unresponsive, server_identity, working_folder) as (_, terminal):
        terminal.press("H", "enter")
        terminal.wait_for("Preparing … (Esc: cancel)")
        terminal.press("\x1b[27u")
        terminal.wait_for("Canceled.")
        terminal.wait_for("Canceled. Press q, then H to start again.")
        terminal.press("3", "enter")
        terminal.wait_for("Copied to the clipboard")
        assert "Last 12 hours" in clipboard_text(terminal)[0]
        terminal.press("\x1b[27u")
        terminal.wait_for("Enter open")


def test_no_file_contains_control_characters_of_hostile_text(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    with running_against(hostile_server(), server_identity, working_folder) as (_, terminal):
        terminal.press("H", "enter")
        terminal.wait_for(lambda _: len(clipboard_text(terminal)) == 1)
        terminal.press("3", "w")
        terminal.wait_for("Saved: emtui-shift-")
        terminal.press("4", "enter")
        terminal.wait_for(lambda lines: "Saved: emtui-" in lines[-1] and ".zip" in lines[-1])
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


# --- a server that repeats the logon ---------------------------------------------------------


def repeat_logon(request: ReceivedRequest) -> ScriptedReply:
    """Repeat the token, logon ID, account, password and Basic credentials in every message."""
    route = route_of(request)
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    coded = "".join(f"&#{ord(char)};" for char in LOGON_ID)
    secrets = f"{TOKEN} {LOGON_ID.upper()} {coded} {USER} (ops) {basic} {PASSWORD}"
    tag = "SystemSession" if route == "session" else "Sessions"
    session = (
        f"<{tag} {_NS if route == 'session' else ''} Type='SystemSession' Name='{secrets}'"
        f" Href='https://x/api/logonSessions/{LOGON_ID}' UID='urn:veeam:SystemSession:{GUID}'>"
        f"<Links><Link Href='{secrets}' Rel='{secrets}'/></Links><SessionType>CollectJob</SessionType>"
        "<CreationTimeUTC>2026-11-23T02:00:00.5Z</CreationTimeUTC><EndTimeUTC>2026-11-23T02:00:31Z</EndTimeUTC>"
        f"<State>Failed</State><Result><Result>{secrets}</Result><Message>{secrets}</Message></Result></{tag}>"
    )
    events = (
        f"<SystemSessionEvents {_NS}><Events><CreationTimeUTC>2026-11-23T02:00:00.5</CreationTimeUTC>"
        f"<Message>{secrets}</Message><Order>1</Order></Events></SystemSessionEvents>"
    )
    replies: dict[str, Callable[[], ScriptedReply]] = {
        "list": lambda: make_reply("200 OK", list_xml([session])),
        "session": lambda: make_reply("200 OK", session.encode()),
        "events": lambda: make_reply("200 OK", events.encode()),
    }
    return replies[route]() if route in replies else GOOD_REPLIES[route]


def leaked_forms(text: str) -> list[str]:
    """The forms of the logon data that the text contains."""
    forms = (TOKEN, LOGON_ID, PASSWORD, USER, "ops", base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
    coded = "".join(f"&#{ord(char)};" for char in LOGON_ID)
    return [form for form in (*forms, coded) if form.casefold() in text.casefold()]


def test_no_report_contains_logon_data_that_the_server_repeats(
    working_folder: Path, server_identity: ServerIdentity
) -> None:
    with running_against(repeat_logon, server_identity, working_folder) as (server, terminal):
        terminal.press("H", "enter")
        for number, key in enumerate(("2", "3"), 1):
            terminal.wait_for(lambda _, number=number: len(clipboard_text(terminal)) == number)  # type: ignore[misc]
            terminal.press(key, "enter")
        terminal.wait_for(lambda _: len(clipboard_text(terminal)) == 3)
        terminal.press("4", "enter")
        terminal.wait_for("Saved: emtui-CollectJob-20261123T020000Z-11111111.zip")
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
