"""Reports contain nothing about their author: no password, token, logon, account or profile."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from command_runner import CommandRunner
from scripted_server import (
    GUID,
    LOGON_ID,
    PASSWORD,
    TOKEN,
    USER,
    ServerIdentity,
    reply_well,
    scripted_server_in_thread,
)

PROFILE = "nightwatch"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SENSITIVE_TEXTS = (USER, USER.partition("\\")[2], PASSWORD, TOKEN, LOGON_ID, BASIC, PROFILE)
OUTPUT_FORMATS = (
    *(("sessions", "-o", form) for form in ("table", "json", "jsonl", "csv")),
    *(("events", GUID, "-o", form) for form in ("table", "json", "jsonl", "csv", "xml")),
    *(("events", GUID, "--follow", "-o", form) for form in ("table", "jsonl", "csv")),
    *(("show", GUID, "-o", form) for form in ("table", "json", "xml")),
    *(("wait", GUID, "-o", form) for form in ("table", "json")),
    ("check",),
    ("metrics",),
    ("sessions", "--debug", "-o", "csv"),
)


@pytest.fixture
def configured(home: dict[str, str]) -> Path:
    """The configuration file, with a distinctive profile name."""
    path = Path(home["XDG_CONFIG_HOME"]) / "emtui" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("argv", OUTPUT_FORMATS, ids=" ".join)
def test_no_output_contains_the_user(
    shell: CommandRunner, trusted_identity: ServerIdentity, configured: Path, argv: tuple[str, ...]
) -> None:
    with scripted_server_in_thread(reply_well, trusted_identity.tls_context()) as server:
        configured.write_text(
            f"[profiles.{PROFILE}]\nserver = '{server.authority}'\n"
            f"user = '{USER}'\npin = '{trusted_identity.sha256}'\n"
            "time_zone = 'Europe/Berlin'\n"
        )
        configured.chmod(0o600)
        done = shell(*argv, EMTUI_PASSWORD=PASSWORD)
    assert done.returncode in {0, 1, 2, 3} if argv == ("check",) else done.returncode == 0, done.stderr
    assert done.stdout
    assert [word for word in SENSITIVE_TEXTS if word in done.stdout] == []
