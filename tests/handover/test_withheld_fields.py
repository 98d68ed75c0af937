"""Logon data that a server repeats is redacted in every spelling."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from session_factory import NOON

from emtui.em.model import Event, Log, Result, Session, Uid
from emtui.em.secret import Secret
from emtui.handover.withheld_fields import ReportRedactor

USER = "EXAMPLE\\ops"
PASSWORD = "p4ss wörd & <more>"
LOGON_ID = "44cfbdbe-5a95-4156-8867-91f069b7c2cc"
TOKEN = base64.b64encode(LOGON_ID.encode()).decode()
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


@pytest.fixture
def secrets() -> tuple[Secret, ...]:
    """The secrets of the process during a logon."""
    return Secret(PASSWORD), Secret(LOGON_ID), Secret(TOKEN)


@pytest.mark.parametrize(
    "spelled",
    [
        *(PASSWORD, LOGON_ID, TOKEN, LOGON_ID.upper(), BASIC, BASIC.rstrip("=")),
        *(quote(PASSWORD, safe=""), base64.b64encode(PASSWORD.encode()).decode()),
        *(USER, USER.lower(), "ops", "OPS", "ops@example.net"[:3]),
    ],
)
def test_each_spelling_is_redacted(spelled: str, secrets: tuple[Secret, ...]) -> None:
    assert len(secrets) == 3
    found = ReportRedactor(USER).redact_text(f"sent ({spelled}).")
    assert spelled not in found
    assert found.startswith("sent (***")


def test_a_name_inside_a_longer_one_is_not_redacted() -> None:
    assert ReportRedactor(USER).redact_text("ops.example.net laptops ops-01 dev-ops ops.") == (
        "ops.example.net laptops ops-01 dev-ops ***."
    )


def test_without_a_logon_nothing_is_redacted() -> None:
    text = "Log export started by EXAMPLE\\ops, and everyone: else"
    assert ReportRedactor("").redact_text(text) == text
    assert ReportRedactor("").redact_xml(text) == text


@pytest.mark.parametrize(
    "written",
    [
        "p4ss wörd &amp; &lt;more&gt;",
        "p4ss wörd &#38; &#x3C;more>",
        "".join(f"&#{ord(char)};" for char in PASSWORD),
        "".join(f"&#x{ord(char):06X};" for char in PASSWORD),
        "EXAMPLE&#92;ops",
        "&#x4f;ps",
        "&#52;4cfbdbe-5a95-4156-8867-91f069b7c2cc",
    ],
)
def test_character_references_are_redacted(written: str, secrets: tuple[Secret, ...]) -> None:
    assert len(secrets) == 3
    assert (
        ReportRedactor(USER).redact_xml(f"<Message>as {written} sent</Message>")
        == "<Message>as *** sent</Message>"
    )


@given(st.text(min_size=4, max_size=20).filter(str.strip), st.text(max_size=10))
def test_no_secret_is_left_in_any_text(secret: str, around: str) -> None:
    registered = Secret(secret)
    redacted = ReportRedactor(USER).redact_text(f"{around} {secret} {around}")
    revealed = registered.reveal()
    assert revealed not in redacted or revealed in "***" or revealed in f"{around} *** {around}"


def test_every_text_of_a_session_and_its_log_is_redacted() -> None:
    session = Session(
        Uid(f"x-{USER}"),
        USER,
        USER,
        NOON,
        NOON,
        USER,
        Result(USER, f"by {USER}", is_canceled=True),
        parse_problem=USER,
    )
    log = Log((Event(1, NOON, f"by {USER}", USER), Event(2, None, None)))
    redactor = ReportRedactor(USER)
    redacted = redactor.redact_session(session)
    assert "ops" not in repr(redacted)
    assert "ops" not in repr(redactor.redact_log(log))
    assert (redacted.started, redacted.result.is_canceled, redacted.result.message) == (NOON, True, "by ***")


def test_its_repr_shows_no_secret(secrets: tuple[Secret, ...]) -> None:
    assert len(secrets) == 3
    assert PASSWORD not in repr(ReportRedactor(USER)) + str(ReportRedactor(USER))
