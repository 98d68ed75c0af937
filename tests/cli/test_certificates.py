"""Unusual and untrusted certificates, with commands in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_runner import CommandRunner
from scripted_server import (
    GUID,
    PASSWORD,
    USER,
    der_with_negative_serial,
    make_identity,
    scripted_server_in_thread,
    with_negative_serial,
)

from emtui.em.certificate_reader import read_certificate

COMMANDS = (
    ("sessions",),
    ("show", GUID),
    ("events", GUID),
    ("wait", GUID),
    ("check",),
    ("doctor",),
    ("doctor", "--report"),
    ("login", "-p", "lab"),
)


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_a_negative_serial_number_causes_no_warning(
    shell: CommandRunner, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    bad_identity = with_negative_serial(make_identity(tmp_path, days=300))
    with scripted_server_in_thread(context=bad_identity.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--pin", bad_identity.sha256)
        done = shell(*argv, EMTUI_PASSWORD=PASSWORD, PYTHONWARNINGS="default")
        assert server.count("POST") == 1
    assert "Warning" not in done.stderr
    assert "cryptography" not in done.stderr.lower()
    assert done.returncode in {0, 3}, done.stderr


def test_an_untrusted_certificate_with_a_negative_serial_number_is_one_sentence(
    shell: CommandRunner, tmp_path: Path
) -> None:
    known = make_identity(tmp_path)
    bad_identity = with_negative_serial(known)
    with scripted_server_in_thread(context=bad_identity.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--user", USER)
        done = shell("sessions", EMTUI_PASSWORD=PASSWORD)
        assert server.received_bytes == 0
    assert done.returncode == 7
    assert done.stderr.count("\n") == 1
    assert "it is self-signed" in done.stderr
    assert read_certificate(der_with_negative_serial(known)).sha256 in done.stderr


@pytest.mark.parametrize("argv", [("sessions",), ("login",), ("doctor",)], ids=" ".join)
def test_an_unsuitable_ca_file_is_not_suggested_again(
    shell: CommandRunner, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    known, other = make_identity(tmp_path), make_identity(tmp_path)
    with scripted_server_in_thread(context=known.tls_context()) as server:
        shell.leading_arguments = ("--server", server.authority, "--user", USER, "--ca-file", str(other.pem))
        done = shell(*argv, EMTUI_PASSWORD=PASSWORD)
        assert server.received_bytes == 0
    output = done.stdout + done.stderr
    assert done.returncode == 7
    assert "OpenSSL says: self-signed certificate" in output
    assert "--ca-file" not in output


def test_a_malformed_proxy_is_one_sentence_that_contains_no_part_of_it(shell: CommandRunner) -> None:
    shell.leading_arguments = ("--server", "em01.example.net", "--user", USER)
    for value in (
        "http://gate:60177#hunter2@gw9.example.org:3128",
        "http://gate:60177/hunter2@gw9.example.org:3128",
    ):
        for argv in (("sessions",), ("doctor",), ("check",)):
            done = shell(*argv, EMTUI_PASSWORD=PASSWORD, https_proxy=value)
            output = done.stdout + done.stderr
            assert "https_proxy is not a proxy URL" in output
            assert not [part for part in ("gate", "60177", "hunter2", "gw9") if part in output], output


def test_an_international_name_is_kept_as_typed_and_means_the_same_in_ascii(shell: CommandRunner) -> None:
    config = shell.home / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.lab]\nserver = "münchen.invalid"\nuser = "ops"\n')
    config.chmod(0o600)
    (profile,) = shell.run_json("profiles", "-o", "json")
    assert profile["server"] == "münchen.invalid:9398"
    done = shell("--server", "xn--mnchen-3ya.invalid", "sessions", EMTUI_PASSWORD=PASSWORD)
    assert done.returncode == 5
    assert "xn--mnchen-3ya.invalid" in done.stderr
    done = shell("sessions", EMTUI_PASSWORD=PASSWORD)
    assert done.returncode == 5
    assert "Cannot resolve host münchen.invalid" in done.stderr
