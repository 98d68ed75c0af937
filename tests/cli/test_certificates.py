"""Certificates that are odd or not trusted, as commands meet them in a process of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from rogue import GUID, PASSWORD, USER, identity, negative, rogue_beside, with_negative_serial
from shell import Shell

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
def test_a_negative_serial_number_is_no_warning_of_any_command(
    shell: Shell, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    odd = with_negative_serial(identity(tmp_path, days=300))
    with rogue_beside(context=odd.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--pin", odd.sha256)
        done = shell(*argv, EMTUI_PASSWORD=PASSWORD, PYTHONWARNINGS="default")
        assert server.count("POST") == 1
    assert "Warning" not in done.stderr
    assert "cryptography" not in done.stderr.lower()
    assert done.returncode in {0, 3}, done.stderr


def test_nor_where_it_is_only_looked_at(shell: Shell, tmp_path: Path) -> None:
    known = identity(tmp_path)
    odd = with_negative_serial(known)
    with rogue_beside(context=odd.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER)
        done = shell("sessions", EMTUI_PASSWORD=PASSWORD)
        assert server.received == 0
    assert done.returncode == 7
    assert done.stderr.count("\n") == 1
    assert "it is self-signed" in done.stderr
    assert read_certificate(negative(known)).sha256 in done.stderr


@pytest.mark.parametrize("argv", [("sessions",), ("login",), ("doctor",)], ids=" ".join)
def test_a_ca_file_that_does_not_help_is_not_advised_again(
    shell: Shell, tmp_path: Path, argv: tuple[str, ...]
) -> None:
    known, other = identity(tmp_path), identity(tmp_path)
    with rogue_beside(context=known.context()) as server:
        shell.before = ("--server", server.authority, "--user", USER, "--ca-file", str(other.pem))
        done = shell(*argv, EMTUI_PASSWORD=PASSWORD)
        assert server.received == 0
    told = done.stdout + done.stderr
    assert done.returncode == 7
    assert "OpenSSL says: self-signed certificate" in told
    assert "--ca-file" not in told


def test_a_malformed_proxy_is_one_sentence_that_holds_nothing_of_it(shell: Shell) -> None:
    shell.before = ("--server", "em01.example.net", "--user", USER)
    for value in (
        "http://gate:60177#hunter2@gw9.example.org:3128",
        "http://gate:60177/hunter2@gw9.example.org:3128",
    ):
        for argv in (("sessions",), ("doctor",), ("check",)):
            done = shell(*argv, EMTUI_PASSWORD=PASSWORD, https_proxy=value)
            told = done.stdout + done.stderr
            assert "https_proxy is not a proxy URL" in told
            assert not [part for part in ("gate", "60177", "hunter2", "gw9") if part in told], told


def test_an_international_name_is_kept_as_typed_and_means_the_same_in_ascii(shell: Shell) -> None:
    config = shell.home / "config" / "emtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.lab]\nserver = "münchen.invalid"\nuser = "ops"\n')
    config.chmod(0o600)
    (profile,) = shell.json("profiles", "-o", "json")
    assert profile["server"] == "münchen.invalid:9398"
    done = shell("--server", "xn--mnchen-3ya.invalid", "sessions", EMTUI_PASSWORD=PASSWORD)
    assert done.returncode == 5
    assert "xn--mnchen-3ya.invalid" in done.stderr
    done = shell("sessions", EMTUI_PASSWORD=PASSWORD)
    assert done.returncode == 5
    assert "Cannot resolve host münchen.invalid" in done.stderr
