"""`explain`, `diff`, `ticket`, `shift` and `bundle`: the same texts as the screens, and every error."""

from __future__ import annotations

import asyncio
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo
from scripted_server import GOOD_REPLIES, GUID, ReceivedRequest, ScriptedReply, list_xml, make_reply, route_of
from session_factory import HOUR, NOON, make_run
from session_list_server import session_xml
from tui_driver import TuiDriver, running_app

from emtui.em.client import Client
from emtui.em.model import Outcome, Session, uid_from_guid
from emtui.em.proxy import ProxySettings
from emtui.em.secret import Secret
from emtui.em.server_address import Trust, parse_server
from emtui.handover.json_records import SESSION_KEYS
from emtui.local.connection import Connection
from emtui.tui.launch_options import LaunchOptions

NAMESPACE = 'xmlns="http://www.veeam.com/ent/v1.0"'
OTHER_GUID = GUID.replace("1", "7")
BERLIN = ZoneInfo("Europe/Berlin")
_LOCAL_TIMES = re.compile(
    r"(\*\*As of\*\*: |As of +|listed as of |received at )\S+ \S+ \S+(?: local, \S+ \S+ \S+ UTC)?"
    r"|server's clock is \S+(?: s)? behind"
)
"""Times by the clock of this computer, which goes on while that of the demo server is stopped."""
SHOWN_ELSEWHERE = ("Pause", "Servers")
"""Findings that the page shows below the log and as bars; the ratio is in its title."""
_SECONDS = re.compile(r"(?<=\d\d:\d\d):\d\d")


@pytest.fixture(scope="module")
def failed(demo_sessions: tuple[Session, ...]) -> Session:
    """The newest data collection that could not reach a backup server."""
    return next(one for one in demo_sessions if one.type == "CollectJob" and one.outcome == "failed")


@asynccontextmanager
async def screens(
    demo: RunningDemo, target: str, size: tuple[int, int] = (80, 40)
) -> AsyncIterator[TuiDriver]:
    """The screens, logged on to the demo server, with the page of a session open."""
    server, password = parse_server(demo.url), Secret(demo.password)
    connection = Connection(server=server, user=demo.user, password=password, trust=Trust(pin=demo.sha256))
    start = LaunchOptions(connection, target=target, remember=False, log_on_at_once=False, zone=BERLIN)
    async with running_app(start, size) as ui:
        client = await Client.connect(
            server, demo.user, password, trust=connection.trust, proxies=ProxySettings()
        )
        await ui.log_on(client, connection)
        await ui.wait_at("session_detail")
        await ui.wait_idle()
        yield ui


async def read_report(ui: TuiDriver, key: str, beginning: str) -> str:
    """The report on this key, once it is ready."""
    await ui.press(key)
    await ui.wait_for(lambda: any(line.lstrip().startswith(beginning) for line in ui.lines()))
    return ui.plain_text()


def without_local_times(text: str) -> str:
    return _LOCAL_TIMES.sub("(local)", text)


def without_seconds(text: str) -> str:
    """The same with all times to the minute: the end of a period is the time of the request."""
    return _SECONDS.sub("", without_local_times(text))


def zip_files(content: bytes) -> Mapping[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


# --- the same as the screens ------------------------------------------------------------------


async def test_the_reports_are_those_of_the_screen(
    demo: RunningDemo,
    demo_shell: CommandRunner,
    failed: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    async with screens(demo, failed.id) as ui:
        await ui.press("H")
        markdown = await read_report(ui, "1", "CollectJob failed on")
        text = await read_report(ui, "2", "CollectJob failed on")
        shift = await read_report(ui, "3", "Last 12 hours of")
        await read_report(ui, "4", "Enter saves emtui-CollectJob-")
        await ui.press("w")
        await ui.wait_for(lambda: bool(list(tmp_path.glob("*.zip"))))
    (saved,) = tmp_path.glob("*.zip")

    async def run(*argv: str) -> str:
        done = await asyncio.to_thread(demo_shell, *argv)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert without_local_times(await run("ticket", failed.id)) == without_local_times(markdown)
    assert without_local_times(await run("ticket", failed.id, "-o", "text")) == without_local_times(text)
    assert without_seconds(await run("shift")) == without_seconds(shift)
    assert without_local_times(markdown) != markdown

    written = tmp_path / "command.zip"
    assert await run("bundle", failed.id, "-o", str(written)) == f"{written}\n"
    files, saved_files = zip_files(written.read_bytes()), zip_files(saved.read_bytes())
    assert files.keys() == saved_files.keys() >= {"ticket.md", "events.xml", "comparison.txt"}
    for name in files.keys() - {"manifest.txt"}:
        assert without_seconds(files[name]) == without_seconds(saved_files[name]), name


async def test_the_explanation_and_the_comparison_are_those_of_the_screen(
    demo: RunningDemo, demo_shell: CommandRunner, failed: Session
) -> None:
    async with screens(demo, failed.id, (80, 100)) as ui:
        await ui.wait_for(ui.explains_servers)
        await ui.wait_idle()
        facts = " ".join(ui.facts().split())
        await ui.press("d")
        await ui.wait_at("comparison")
        await ui.wait_idle()
        comparison = ui.plain_text()
    explained = (await asyncio.to_thread(demo_shell, "explain", failed.id)).stdout
    findings = explained.partition("\n\n")[2].replace("this run 1.5×, ", "this run ").splitlines()
    in_facts = [line for line in findings if not line.startswith(SHOWN_ELSEWHERE)]
    assert len(in_facts) == len(findings) - 2 == 5
    for line in in_facts:
        assert " ".join(line.split()) in facts
    done = await asyncio.to_thread(demo_shell, "diff", failed.id, "--all")
    assert done.stdout == comparison.partition("\n")[2]


# --- explain ----------------------------------------------------------------------------------


def test_explain_prints_the_session_its_message_and_one_line_per_finding(
    demo_shell: CommandRunner, failed: Session
) -> None:
    head, _, findings = demo_shell("explain", failed.id[:8]).stdout.partition("\n\n")
    assert head.splitlines()[0].startswith("CollectJob  failed  2026-11-")
    assert head.splitlines()[0].endswith(f"  {failed.id}")
    assert head.splitlines()[1] == failed.message
    assert findings.startswith("Since         first since ")


def test_the_json_of_explain_is_the_session_and_its_findings(
    demo_shell: CommandRunner, failed: Session
) -> None:
    explained = demo_shell.run_json("explain", failed.id, "-o", "json")
    assert tuple(explained) == (*SESSION_KEYS, "findings")
    shown = demo_shell.run_json("show", failed.id, "-o", "json")
    assert explained["findings"] == shown["findings"]


# --- diff -------------------------------------------------------------------------------------


def test_diff_compares_with_any_session_and_by_default_with_the_last_success(
    demo_shell: CommandRunner, failed: Session
) -> None:
    by_default = demo_shell.run_json("diff", failed.id, "-o", "json")
    assert by_default["is_last_success"]
    other = by_default["other"]["id"]
    named = demo_shell.run_json("diff", failed.id, other, "-o", "json")
    assert named == by_default
    assert demo_shell.run_json("diff", failed.id, "last-success", "-o", "json") == by_default
    swapped = demo_shell.run_json("diff", other, failed.id, "-o", "json")
    assert not swapped["is_last_success"]
    assert (swapped["counts"]["new"], swapped["counts"]["missing"]) == (
        by_default["counts"]["missing"],
        by_default["counts"]["new"],
    )


@pytest.fixture
def responder() -> Callable[[ReceivedRequest], ScriptedReply]:
    """A server with two runs of 30 events, of which the last differs."""
    runs = [
        replace(make_run(NOON - number * HOUR, outcome=Outcome.SUCCESS), uid=uid_from_guid(guid))
        for number, guid in enumerate((GUID, OTHER_GUID))
    ]

    def events_xml(last: str) -> bytes:
        messages = [*(f"step {'abcdefghij'[number % 10]} {'x' * number}" for number in range(29)), last]
        events = (
            f"<Events><CreationTimeUTC>2026-11-23T01:00:00Z</CreationTimeUTC><Message>{message}</Message>"
            f"<Order>{order}</Order></Events>"
            for order, message in enumerate(messages, 1)
        )
        return f"<SystemSessionEvents {NAMESPACE}>{''.join(events)}</SystemSessionEvents>".encode()

    def reply(request: ReceivedRequest) -> ScriptedReply:
        match route_of(request):
            case "list":
                return make_reply("200 OK", list_xml(map(session_xml, runs)))
            case "events":
                return make_reply("200 OK", events_xml("new" if GUID in request.path else "old"))
            case route:
                return GOOD_REPLIES[route]

    return reply


def test_diff_collapses_equal_lines_unless_all_are_requested(server_shell: CommandRunner) -> None:
    done = server_shell("diff", "latest")
    assert "\n1 new, 1 missing" in done.stdout
    assert re.search(r"^= +26 equal lines$", done.stdout, re.MULTILINE)
    every_line = server_shell("diff", "latest", "--all").stdout
    assert "equal lines" not in every_line
    assert len(every_line.splitlines()) == len(done.stdout.splitlines()) + 25


def test_a_session_is_not_compared_with_itself(demo_shell: CommandRunner, failed: Session) -> None:
    done = demo_shell("diff", failed.id, failed.id[:8])
    assert (done.returncode, done.stdout) == (2, "")
    assert f"Both IDs name session {failed.id}" in done.stderr


def test_without_an_earlier_success_diff_says_to_name_a_session(demo_shell: CommandRunner) -> None:
    *_, oldest = demo_shell.run_json("sessions", "type:CatalogConsolidation", "-o", "json")
    done = demo_shell("diff", oldest["id"])
    assert (done.returncode, done.stdout) == (3, "")
    assert "No earlier successful run of CatalogConsolidation is listed" in done.stderr
    assert f"emtui diff {oldest['id'][:8]} OTHER" in done.stderr


# --- ticket and shift -------------------------------------------------------------------------


def test_a_ticket_names_a_running_session_and_what_is_unknown(demo_shell: CommandRunner) -> None:
    ticket = demo_shell.run_json("ticket", "latest:DatabaseMaintenance", "-o", "json")
    assert ticket["outcome"] == "running"
    assert any(sentence.startswith("final outcome: still running at") for sentence in ticket["unknown"])
    assert ticket["comparison"]["is_last_success"]
    server = demo_shell.leading_arguments[1].removeprefix("https://")
    assert ticket["command"] == f"emtui open --server {server} {ticket['id']}"


def test_a_ticket_of_the_oldest_session_has_no_comparison(demo_shell: CommandRunner) -> None:
    *_, oldest = demo_shell.run_json("sessions", "type:CatalogConsolidation", "-o", "json")
    ticket = demo_shell.run_json("ticket", oldest["id"], "-o", "json")
    assert ticket["comparison"] is None
    assert "comparison: no earlier successful run is listed" in ticket["unknown"]


def test_the_account_is_in_no_report(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    (canceled,) = demo_shell.run_json("sessions", "type:LogExport", "canceled", "--limit", "1", "-o", "json")
    assert demo.user in canceled["message"]
    for argv in (("ticket", canceled["id"]), ("shift",)):
        for output_format in ("markdown", "text", "json"):
            text = demo_shell(*argv, "-o", output_format).stdout
            assert "***" in text
            assert demo.user.rpartition("\\")[2] not in text.replace("\\\\", "\\").split()


def test_the_summary_covers_any_period(demo_shell: CommandRunner) -> None:
    assert demo_shell("shift", "--since", "7d").stdout.startswith("**Last 7 days of ")
    assert demo_shell("shift", "--since", "24h").stdout.startswith("**Last 24 hours of ")
    night = demo_shell.run_json("shift", "--since", "2026-11-23T00:00", "-o", "json")
    assert night["since"] == "2026-11-22T23:00:00.000000Z"
    everything = demo_shell("shift", "--since", "90d")
    assert "The list starts with the run of " in everything.stderr
    assert everything.stdout.startswith("**Last 90 days of ")


@pytest.mark.parametrize(
    ("since", "sentence"), [("soon", "since:soon is not a time"), ("2999-01-01", "is in the future")]
)
def test_a_wrong_period_is_2_and_one_sentence(demo_shell: CommandRunner, since: str, sentence: str) -> None:
    done = demo_shell("shift", "--since", since)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


# --- bundle -----------------------------------------------------------------------------------


def run_in(folder: Path, shell: CommandRunner, *argv: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a folder; its output is bytes."""
    return subprocess.run(
        [sys.executable, "-m", "emtui", *shell.leading_arguments, *argv],
        env=shell.environ,
        cwd=folder,
        capture_output=True,
        check=False,
    )


def test_a_bundle_gets_a_free_name_in_the_current_folder(
    demo_shell: CommandRunner, failed: Session, tmp_path: Path
) -> None:
    folder = tmp_path / "case"
    folder.mkdir()
    first, second = (run_in(folder, demo_shell, "bundle", failed.id).stdout.decode() for _ in "12")
    assert first.startswith("emtui-CollectJob-2026112")
    assert first.endswith(f"-{failed.id[:8]}.zip\n")
    assert second == first.replace(".zip", "-2.zip")
    written = folder / first.strip()
    assert written.stat().st_mode & 0o777 == 0o600
    assert json.loads(zip_files(written.read_bytes())["session.json"])["id"] == failed.id


def test_a_bundle_is_written_to_standard_output(
    demo_shell: CommandRunner, failed: Session, tmp_path: Path
) -> None:
    done = run_in(tmp_path, demo_shell, "bundle", failed.id, "-o", "-")
    assert "manifest.txt" in zip_files(done.stdout)
    assert not list(tmp_path.glob("*.zip"))


def test_an_existing_file_is_never_overwritten(
    demo_shell: CommandRunner, failed: Session, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.zip"
    taken.write_text("the only copy")
    done = demo_shell("bundle", failed.id, "--output", str(taken))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{taken} already exists." in done.stderr
    assert taken.read_text() == "the only copy"


def test_a_folder_that_does_not_exist_is_2_and_one_sentence(
    demo_shell: CommandRunner, failed: Session, tmp_path: Path
) -> None:
    done = demo_shell("bundle", failed.id, "-o", str(tmp_path / "missing" / "case.zip"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("case.zip: No such file or directory.\n")


# --- sessions that cannot be found ----------------------------------------------------------


@pytest.mark.parametrize("command", ["explain", "diff", "ticket", "bundle"])
def test_a_missing_session_is_3_and_one_sentence(demo_shell: CommandRunner, command: str) -> None:
    for name in ("00000000-0000-0000-0000-000000000000", "latest:VcPl*x"):
        done = demo_shell(command, name)
        assert (done.returncode, done.stdout) == (3, "")
        assert done.stderr.count("\n") == 1
