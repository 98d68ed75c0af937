"""`emtui doctor`: one line for each problem with the next step; and a report without any value."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from command_runner import CommandRunner
from demo_server import RunningDemo, run_demo_server
from scripted_server import (
    GOOD_REPLIES,
    GUID,
    PASSWORD,
    USER,
    ReceivedRequest,
    ScriptedReply,
    list_xml,
    make_identity,
    make_reply,
    reply_well,
    route_of,
    scripted_server_in_thread,
    session_xml,
)


def run_doctor(shell: CommandRunner, code: int, *argv: str) -> dict[str, Any]:
    result = shell("doctor", "-o", "json", *argv)
    assert result.returncode == code, result.stdout + result.stderr
    return {check["check"]: check for check in json.loads(result.stdout)}


def test_without_problems_every_check_is_ok(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    found = run_doctor(demo_shell, 0)
    for name in ("connection", "proxy", "name", "TLS", "clock", "API root", "logon", "sessions", "log-off"):
        assert name in found
    assert {found[name]["verdict"] for name in ("TLS", "API root", "logon", "sessions", "log-off")} == {"ok"}
    assert "TLSv1.3" in found["TLS"]["found"]
    assert demo.sha256 in found["TLS"]["found"]
    assert "v1_7" in found["API root"]["found"]
    assert re.match(r"\d,\d{3} sessions, \d\.\d MB", found["sessions"]["found"])


@pytest.mark.parametrize(
    ("date", "verdict"),
    [("Mon, 23 Nov 2020 02:10:00 GMT", "warn"), ("soon", "skip"), ("", "skip")],
)
def test_a_large_clock_difference_causes_a_warning(
    shell: CommandRunner, tmp_path: Path, date: str, verdict: str
) -> None:
    def answer(asked: ReceivedRequest) -> ScriptedReply:
        if route_of(asked) != "root":
            return reply_well(asked)
        return make_reply("200 OK", b"".join(GOOD_REPLIES["root"].chunks), f"Date: {date}\r\n")

    certificate = make_identity(tmp_path)
    with scripted_server_in_thread(answer, certificate.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--pin", certificate.sha256)
        found = run_doctor(shell, 0)
    assert found["clock"]["verdict"] == verdict
    assert bool(found["clock"]["next"]) is (verdict == "warn")


def test_the_output_can_be_pasted_and_contains_no_secret(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    demo_shell.environ["HTTPS_PROXY"] = "http://gate:hunter2@proxy.example.net:3128"
    done = demo_shell("doctor")
    assert done.returncode == 0
    assert done.stdout.isascii() or done.stdout.replace("\n", "").isprintable()
    for secret in ("hunter2", f"={demo.password}\n"):
        assert secret not in done.stdout + done.stderr


def test_a_wrong_password_fails_the_logon_and_costs_one_attempt(demo_shell: CommandRunner) -> None:
    demo_shell.environ["EMTUI_PASSWORD"] = "wrong"
    for _ in range(2):
        found = run_doctor(demo_shell, 4)
        assert found["logon"]["verdict"] == "fail"
        assert "sessions" not in found
    assert "To prevent a lockout" in found["logon"]["found"]


def test_without_a_password_the_logon_is_skipped_and_a_hint_is_printed(
    demo_shell: CommandRunner,
) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    found = run_doctor(demo_shell, 0)
    assert found["logon"]["verdict"] == "skip"
    assert "EMTUI_PASSWORD" in found["logon"]["next"]


def test_an_untrusted_certificate_ends_it_with_its_own_code(
    demo_shell: CommandRunner, demo: RunningDemo
) -> None:
    demo_shell.leading_arguments = ("--server", demo.url, "--user", demo.user)
    found = run_doctor(demo_shell, 7)
    assert demo.sha256 in found["TLS and API root"]["found"]
    assert "logon" not in found


def test_a_closed_port_and_an_unknown_name_are_unreachable(shell: CommandRunner) -> None:
    with socket.socket() as unknown_name:
        unknown_name.bind(("127.0.0.1", 0))
        port = unknown_name.getsockname()[1]
        found = run_doctor(shell, 5, "--server", f"127.0.0.1:{port}", "--user", "ops")
    assert "refused the connection" in found["TLS and API root"]["found"]
    found = run_doctor(shell, 5, "--server", "no-such-host.invalid", "--user", "ops")
    assert found["name"]["verdict"] == "fail"


def test_a_bad_configuration_fails_one_check_and_the_others_still_run(shell: CommandRunner) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[profiles.prod]\nsevrer = 'em01.example.net'\n")
    file.chmod(0o644)
    done = shell("doctor")
    assert done.returncode == 2
    assert re.search(r"^fail  configuration .*did you mean server", done.stdout, re.MULTILINE)
    assert re.search(r"^warn  configuration .*0644", done.stdout, re.MULTILINE)
    assert "keyring" in done.stdout


@pytest.mark.parametrize("name", ["Secret Service", "KWallet", "kernel keyring"])
def test_every_keyring_is_checked(shell: CommandRunner, name: str) -> None:
    done = shell("doctor")
    assert re.search(rf"keyring +\d\.\d\ds  {name}: ", done.stdout)


def test_no_keyring_is_checked_if_the_profile_turns_it_off(shell: CommandRunner) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    server = 'server = "127.0.0.1:1"'
    file.write_text(f'[profiles.quiet]\n{server}\nkeyring = "off"\n[profiles.other]\n{server}\n')
    assert re.findall(r"^.*  keyring  .*$", shell("doctor", "-p", "quiet").stdout, re.MULTILINE) == [
        'skip  keyring                   keyring = "off" in the profile quiet'
    ]
    assert "kernel keyring: " in shell("doctor", "-p", "other").stdout


def test_only_verified_facts_are_ok(shell: CommandRunner) -> None:
    done = shell("doctor", "-o", "json")
    found = json.loads(done.stdout)
    verdicts = {(check["check"], check["verdict"]) for check in found}
    for name in ("configuration", "state folder", "terminal", "server"):
        assert (name, "skip") in verdicts, "there is none, or nobody is named"
        assert (name, "ok") not in verdicts
    assert ("connection", "warn") in verdicts
    keyrings = {
        check["found"].partition(": ")[2]: check["verdict"] for check in found if check["check"] == "keyring"
    }
    assert keyrings
    assert all((verdict == "ok") == (state == "ready") for state, verdict in keyrings.items()), keyrings


def test_a_missing_ca_file_and_files_writable_by_others_cause_a_warning(
    shell: CommandRunner,
) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[profiles.prod]\nserver = 'em01.example.net'\nca_file = 'ca.pem'\n")
    file.chmod(0o600)
    (state := shell.home / "state" / "emtui").mkdir(parents=True)
    state.chmod(0o777)
    found = run_doctor(
        shell, 5, "--user", "ops", "--server", "no-such-host.invalid", "-p", "prod"
    ) | run_doctor(shell, 5, "--user", "ops")
    assert found["CA file"]["verdict"] == "warn"
    assert found["CA file"]["next"] == "correct ca_file or create the file"
    assert found["state folder"]["verdict"] == "warn"


def test_a_server_without_versions_is_shown_without_any(shell: CommandRunner, tmp_path: Path) -> None:
    certificate = make_identity(tmp_path)
    with scripted_server_in_thread(reply_well, certificate.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--pin", certificate.sha256)
        found = run_doctor(shell, 0)
    assert (found["API root"]["verdict"], found["API root"]["found"]) == ("ok", "Enterprise Manager")
    assert (found["API versions"]["verdict"], found["API versions"]["found"]) == (
        "skip",
        "the server lists none",
    )


# --- the report --------------------------------------------------------------------------


def test_the_report_contains_shapes_and_undocumented_variants(demo_shell: CommandRunner) -> None:
    done = demo_shell("doctor", "--report")
    assert done.returncode == 0, done.stderr
    for line in (
        "GET /api/systemSessions?format=Entity: 200",
        "    Sessions ×<10000",
        "- the plain list gives entities, the one with ?format=Entity entities",
        "- the list is not sorted",
        "- running: State InProgress, Result None; end time: never",
        "- an unknown ID returns 404",
    ):
        assert line in done.stdout


def test_the_report_contains_no_value_of_the_server(demo_shell: CommandRunner, demo: RunningDemo) -> None:
    report = demo_shell("doctor", "--report").stdout
    values: set[str] = set()
    for session in demo_shell.run_json("sessions", "-o", "json"):
        values |= {session["id"], session["name"], session["message"] or "", session["started"]}
    for event in demo_shell.run_json("events", "latest:CollectJob", "-o", "json"):
        values |= {event["message"], event["time"]}
    values |= {demo.url, demo.user, demo.password + "\n", "127.0.0.1", "example.net", "EXAMPLE"}
    assert [value for value in values if value and value in report] == []


def test_the_report_of_a_server_that_lists_references_says_so(shell: CommandRunner) -> None:
    running = run_demo_server("--seed", "1", "--sessions", "1000", "--play", "references")
    demo = next(running)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    report = shell("doctor", "--report").stdout
    assert next(running, None) is None
    assert "- the plain list gives references" in report


@pytest.mark.parametrize("play", ["deep=list", "deep=events", "html=list"])
def test_the_report_of_a_hostile_server_ends_and_says_so(shell: CommandRunner, play: str) -> None:
    running = run_demo_server("--seed", "1", "--sessions", "1000", "--play", play)
    demo = next(running)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    shell.leading_arguments = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    done = shell("doctor", "--report")
    assert next(running, None) is None
    assert done.returncode == 0, done.stderr
    assert "unreadable: " in done.stdout


def test_the_report_of_headers_contains_only_public_words(shell: CommandRunner, tmp_path: Path) -> None:
    known = make_identity(tmp_path)
    headers = (
        "Content-Type: application/xml; node=em01.corp.example\r\nX-Em01: x\r\n"
        "WWW-Authenticate: Basic,realm=em01.corp.example\r\nConnection: keep-alive, em01-secret\r\n"
    )

    def answer(asked: ReceivedRequest) -> ScriptedReply:
        return (
            make_reply("404 Not Found", headers=headers) if route_of(asked) == "events" else reply_well(asked)
        )

    with scripted_server_in_thread(answer, known.tls_context()) as server:
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        done = shell("doctor", "--report")
    assert done.returncode == 0, done.stderr
    assert "em01" not in done.stdout.casefold()
    assert ": basic" in done.stdout


@pytest.mark.parametrize(
    ("charset", "codec"), [('"windows-1251"', "cp1251"), ("utf-16", "utf-16-le"), ("x-nope", "utf-8")]
)
def test_the_report_reads_a_body_in_the_charset_of_its_header(
    shell: CommandRunner, tmp_path: Path, charset: str, codec: str
) -> None:
    certificate = make_identity(tmp_path)
    twelve = "\u0420\u00b1" * 6  # in windows-1251 the same bytes as six letters in UTF-8
    text = list_xml([session_xml(), session_xml(guid=GUID[::-1])]).decode()
    text = text.replace("<Message/>", f"<Message>{twelve}</Message>")
    bad_reply = make_reply(
        "200 OK", text.encode(codec), f"Content-Type: application/xml; charset={charset}\r\n"
    )

    def answer(asked: ReceivedRequest) -> ScriptedReply:
        return bad_reply if route_of(asked) == "list" else reply_well(asked)

    with scripted_server_in_thread(answer, certificate.tls_context()) as server:
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
        done = shell("doctor", "--report")
    assert done.returncode == 0, done.stderr
    report = done.stdout.partition("GET /api/systemSessions?format=Entity: 200")[2].partition("\n\n")[0]
    if charset == "x-nope":
        assert "unreadable: not a document of this API" in report
        assert "x-nope" not in done.stdout
    else:
        assert "Message \u00d72 = text of up to 100 characters" in report
        assert f"charset={charset}" in report
        assert "- the list is sorted" in done.stdout


def test_an_unusable_keyring_is_reported(demo_shell: CommandRunner) -> None:
    del demo_shell.environ["EMTUI_PASSWORD"]
    done = demo_shell("doctor")
    assert "warn  password" in done.stdout
    assert "save it with emtui login --remember" in done.stdout
