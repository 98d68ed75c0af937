"""The log has no credentials, and redaction does not damage other sentences."""

from __future__ import annotations

import gc

import pytest
from response_cases import CASES

from emtui.local.logfile import redact


@pytest.fixture(autouse=True, scope="module")
def no_secrets_of_other_tests() -> None:
    """A secret such as `other` masks a word of a sentence until it is collected."""
    gc.collect()


@pytest.mark.parametrize("sentence", sorted({case.sentence for case in CASES.values()}))
def test_redaction_does_not_change_error_sentences(sentence: str) -> None:
    message = sentence.replace("SERVER/", "em01.example.net:9398/")
    assert redact(message) == message


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Basic hunter2==",
        "proxy-authorization=Bearer hunter2",
        "it sent Basic hunter2==",
        "X-RestSvcSessionId: hunter2",
        "Set-Cookie: hunter2; path=/",
        "DELETE /api/logonSessions/hunter2",
        "<SessionId>hunter2</SessionId>",
        '{"SessionId":"hunter2"}',
        "SessionId=hunter2",
        "password = hunter2",
        "https://ops:hunter2@em01.example.net:9398/api/",
        "http://:hunter2@proxy.example.net",
        "http://ops:hun/ter2@proxy.example.net",
    ],
)
def test_credentials_are_redacted(text: str) -> None:
    redacted_text = redact(text)
    assert "ter2" not in redacted_text
    assert "***" in redacted_text
