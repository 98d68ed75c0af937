"""`emtui doctor`: what is wrong, in one line with the next step; and a report without a value."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest
from rogue import (
    GOOD,
    GUID,
    PASSWORD,
    USER,
    Asked,
    Reply,
    good,
    identity,
    list_xml,
    reply,
    rogue_beside,
    route_of,
    session_xml,
)
from served import Demo, serve
from shell import Shell


def checks(shell: Shell, code: int, *argv: str) -> dict[str, Any]:
    done = shell("doctor", "-o", "json", *argv)
    assert done.returncode == code, done.stdout + done.stderr
    return {check["check"]: check for check in json.loads(done.stdout)}


def test_where_all_is_well_every_check_says_so(at_demo: Shell, demo: Demo) -> None:
    found = checks(at_demo, 0)
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
def test_a_clock_that_is_far_away_is_warned_about(
    shell: Shell, tmp_path: Path, date: str, verdict: str
) -> None:
    def answer(asked: Asked) -> Reply:
        if route_of(asked) != "root":
            return good(asked)
        return reply("200 OK", b"".join(GOOD["root"].chunks), f"Date: {date}\r\n")

    certificate = identity(tmp_path)
    with rogue_beside(answer, certificate.context()) as server:
        shell.before = ("--server", server.authority, "--pin", certificate.sha256)
        found = checks(shell, 0)
    assert found["clock"]["verdict"] == verdict
    assert bool(found["clock"]["next"]) is (verdict == "warn")


def test_it_is_a_table_that_can_be_pasted_and_holds_no_secret(at_demo: Shell, demo: Demo) -> None:
    at_demo.environ["HTTPS_PROXY"] = "http://gate:hunter2@proxy.example.net:3128"
    done = at_demo("doctor")
    assert done.returncode == 0
    assert done.stdout.isascii() or done.stdout.replace("\n", "").isprintable()
    for secret in ("hunter2", f"={demo.password}\n"):
        assert secret not in done.stdout + done.stderr


def test_a_wrong_password_fails_the_logon_and_costs_one_attempt(at_demo: Shell) -> None:
    at_demo.environ["EMTUI_PASSWORD"] = "wrong"
    for _ in range(2):
        found = checks(at_demo, 4)
        assert found["logon"]["verdict"] == "fail"
        assert "sessions" not in found
    assert "To prevent a lockout" in found["logon"]["found"]


def test_without_a_password_the_logon_is_left_out_and_how_to_give_one_is_said(at_demo: Shell) -> None:
    del at_demo.environ["EMTUI_PASSWORD"]
    found = checks(at_demo, 0)
    assert found["logon"]["verdict"] == "skip"
    assert "EMTUI_PASSWORD" in found["logon"]["next"]


def test_an_untrusted_certificate_ends_it_with_its_own_code(at_demo: Shell, demo: Demo) -> None:
    at_demo.before = ("--server", demo.url, "--user", demo.user)
    found = checks(at_demo, 7)
    assert demo.sha256 in found["TLS and API root"]["found"]
    assert "logon" not in found


def test_a_closed_port_and_an_unknown_name_are_unreachable(shell: Shell) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        found = checks(shell, 5, "--server", f"127.0.0.1:{port}", "--user", "ops")
    assert "refused the connection" in found["TLS and API root"]["found"]
    found = checks(shell, 5, "--server", "no-such-host.invalid", "--user", "ops")
    assert found["name"]["verdict"] == "fail"


def test_a_bad_configuration_is_one_failed_check_and_the_others_are_still_there(shell: Shell) -> None:
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
def test_every_keyring_is_tried(shell: Shell, name: str) -> None:
    done = shell("doctor")
    assert re.search(rf"keyring +\d\.\d\ds  {name}: ", done.stdout)


def test_only_what_was_found_to_be_so_is_ok(shell: Shell) -> None:
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
    assert all((verdict == "ok") == (said == "ready") for said, verdict in keyrings.items()), keyrings


def test_a_ca_file_that_is_not_there_and_files_that_others_may_change_are_warned_about(shell: Shell) -> None:
    file = shell.home / "config" / "emtui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text("[profiles.prod]\nserver = 'em01.example.net'\nca_file = 'ca.pem'\n")
    file.chmod(0o600)
    (state := shell.home / "state" / "emtui").mkdir(parents=True)
    state.chmod(0o777)
    found = checks(shell, 5, "--user", "ops", "--server", "no-such-host.invalid", "-p", "prod") | checks(
        shell, 5, "--user", "ops"
    )
    assert found["CA file"]["verdict"] == "warn"
    assert found["CA file"]["next"] == "correct ca_file or create the file"
    assert found["state folder"]["verdict"] == "warn"


def test_a_server_without_versions_is_not_said_to_have_any(shell: Shell, tmp_path: Path) -> None:
    certificate = identity(tmp_path)
    with rogue_beside(good, certificate.context()) as server:
        shell.before = ("--server", server.authority, "--pin", certificate.sha256)
        found = checks(shell, 0)
    assert (found["API root"]["verdict"], found["API root"]["found"]) == ("ok", "Enterprise Manager")
    assert (found["API versions"]["verdict"], found["API versions"]["found"]) == (
        "skip",
        "the server lists none",
    )


# --- the report --------------------------------------------------------------------------


def test_the_report_tells_shapes_and_which_way_the_open_questions_went(at_demo: Shell) -> None:
    done = at_demo("doctor", "--report")
    assert done.returncode == 0, done.stderr
    for line in (
        "GET /api/systemSessions?format=Entity: 200",
        "    Sessions ×<10000",
        "- the plain list gives entities, the one with ?format=Entity entities",
        "- the list is not sorted",
        "- running: State InProgress, Result None; an end: never",
        "- an unknown id returns 404",
    ):
        assert line in done.stdout


def test_the_report_holds_no_value_of_the_servers(at_demo: Shell, demo: Demo) -> None:
    report = at_demo("doctor", "--report").stdout
    values: set[str] = set()
    for session in at_demo.json("sessions", "-o", "json"):
        values |= {session["id"], session["name"], session["message"] or "", session["started"]}
    for event in at_demo.json("events", "latest:CollectJob", "-o", "json"):
        values |= {event["message"], event["time"]}
    values |= {demo.url, demo.user, demo.password + "\n", "127.0.0.1", "example.net", "EXAMPLE"}
    assert [value for value in values if value and value in report] == []


def test_the_report_of_a_server_that_gives_references_says_so(shell: Shell) -> None:
    running = serve("--seed", "1", "--sessions", "1000", "--play", "references")
    demo = next(running)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    shell.before = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    report = shell("doctor", "--report").stdout
    assert next(running, None) is None
    assert "- the plain list gives references" in report


@pytest.mark.parametrize("play", ["deep=list", "deep=events", "html=list"])
def test_the_report_of_a_hostile_server_ends_and_says_so(shell: Shell, play: str) -> None:
    running = serve("--seed", "1", "--sessions", "1000", "--play", play)
    demo = next(running)
    shell.environ["EMTUI_PASSWORD"] = demo.password
    shell.before = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    done = shell("doctor", "--report")
    assert next(running, None) is None
    assert done.returncode == 0, done.stderr
    assert "unreadable: " in done.stdout


def test_headers_tell_only_words_that_everybody_knows(shell: Shell, tmp_path: Path) -> None:
    known = identity(tmp_path)
    telling = (
        "Content-Type: application/xml; node=em01.corp.example\r\nX-Em01: x\r\n"
        "WWW-Authenticate: Basic,realm=em01.corp.example\r\nConnection: keep-alive, em01-secret\r\n"
    )

    def answer(asked: Asked) -> Reply:
        return reply("404 Not Found", headers=telling) if route_of(asked) == "events" else good(asked)

    with rogue_beside(answer, known.context()) as server:
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        shell.before = ("--server", server.authority, "--user", USER, "--pin", known.sha256)
        done = shell("doctor", "--report")
    assert done.returncode == 0, done.stderr
    assert "em01" not in done.stdout.casefold()
    assert ": basic" in done.stdout


@pytest.mark.parametrize(
    ("charset", "codec"), [('"windows-1251"', "cp1251"), ("utf-16", "utf-16-le"), ("x-nope", "utf-8")]
)
def test_the_report_reads_a_body_in_the_charset_of_its_header(
    shell: Shell, tmp_path: Path, charset: str, codec: str
) -> None:
    certificate = identity(tmp_path)
    twelve = "\u0420\u00b1" * 6  # in windows-1251 the same bytes as six letters in UTF-8
    text = list_xml([session_xml(), session_xml(guid=GUID[::-1])]).decode()
    text = text.replace("<Message/>", f"<Message>{twelve}</Message>")
    odd = reply("200 OK", text.encode(codec), f"Content-Type: application/xml; charset={charset}\r\n")

    def answer(asked: Asked) -> Reply:
        return odd if route_of(asked) == "list" else good(asked)

    with rogue_beside(answer, certificate.context()) as server:
        shell.environ["EMTUI_PASSWORD"] = PASSWORD
        shell.before = ("--server", server.authority, "--user", USER, "--pin", certificate.sha256)
        done = shell("doctor", "--report")
    assert done.returncode == 0, done.stderr
    told = done.stdout.partition("GET /api/systemSessions?format=Entity: 200")[2].partition("\n\n")[0]
    if charset == "x-nope":
        assert "unreadable: not a document of this API" in told
        assert "x-nope" not in done.stdout
    else:
        assert "Message \u00d72 = text of up to 100 characters" in told
        assert f"charset={charset}" in told
        assert "- the list is sorted" in done.stdout


def test_a_keyring_that_cannot_be_used_is_told(at_demo: Shell) -> None:
    del at_demo.environ["EMTUI_PASSWORD"]
    done = at_demo("doctor")
    assert "warn  password" in done.stdout
    assert "save it with emtui login --remember" in done.stdout
