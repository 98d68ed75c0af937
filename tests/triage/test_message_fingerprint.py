"""Fingerprints: equal for different numbers, different for different servers."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from session_factory import MINUTE, NOON, make_run

from emtui.em.model import Outcome
from emtui.triage.message_fingerprint import MAX_MESSAGE_LENGTH, fingerprint, mask_message

SAME = (
    ("Collected bs01.example.net: 12 jobs, 3,400 points", "Collected bs01.example.net: 9 jobs, 17 points"),
    ("took 4m12s of 10 seconds", "took 31s of 2 minutes"),
    ("12.5 GB of 1,234 MB copied", "900 MB of 2 TB copied"),
    ("at 2026-11-23T02:10:04.123Z", "at 2025-01-02 03:04:05"),
    ("at 11/23/2026 2:10:04 AM", "at 1/2/2026 11:10:04 PM"),
    ("am 23.11.2026 02:10", "am 1.2.2026 3:04"),
    ("pid=4242 (1/13) [17]", "pid=7 (13/13) [9]"),
    (
        "session 4e3a1b2c-0b0a-4908-8706-050403020100 ended",
        "session aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee ended",
    ),
    (r"file C:\Program Files\Veeam\a.vbk is locked", r"file D:\Backup\b c\x.vbk is locked"),
    (r"no access to \\bs01\d$\one\two.vbk", r"no access to \\bs01\e$\three.vib"),
    ("cannot open /var/log/veeam/x.log", "cannot open /srv/y/z"),
    ("GET https://em01.example.net:9398/api/x?y=1 failed", "GET https://em01.example.net:9398/api/z failed"),
    ("10.0.0.7:50123 closed", "10.0.0.7:49888 closed"),
    ("bs02.example.net:50123 closed", "bs02.example.net:1 closed"),
    ("JobD2026-11-23T021004.vbk missing", "JobD2026-11-24T031104.vbk missing"),
    ("50% done", "99% done"),
)
DIFFERENT = (
    ("Retrieving data from bs01.example.net...", "Retrieving data from bs02.example.net..."),
    ("bs01 closed the connection", "bs02 closed the connection"),
    ("no route to 10.0.0.7", "no route to 10.0.0.8"),
    ("no route to 2001:db8::7", "no route to 2001:db8::8"),
    (r"no access to \\bs01\d$\x.vbk", r"no access to \\bs02\d$\x.vbk"),
    ("GET https://em01.example.net/api/x failed", "GET https://em02.example.net/api/x failed"),
    ("HTTP 401 Unauthorized", "HTTP 503 Service Unavailable"),
    ("failed with error 5", "failed with error 1326"),
    ("status: 0x80070005", "status: 0x80070006"),
    ("EXAMPLE\\müller was skipped", "EXAMPLE\\zoë was skipped"),
    ("東京-ファイル-012 skipped", "東京-ファイル-013 skipped"),
)
hosts = st.from_regex(r"[a-z]{1,6}[0-9]{0,3}(-[a-z0-9]{1,4})?(\.example\.net)?", fullmatch=True)
pieces = st.lists(
    st.sampled_from(
        [
            *("0", "#", "#s", " ", " AM", "T", "ms", "bytes", "a", "\\", "\\\\a\\", "/", "http://a", "C:"),
            *("=", ":", "(", ".", "-", ",", "error ", "12:30", "2026-11-23", "10.0.0.7", "0x1f", "%", "["),
        ]
    ),
    max_size=40,
).map("".join)
surroundings = st.sampled_from(
    ["from {}", "{}: 3 jobs", "({})", "“{}”", "server {}, port 80", "{}...", "on {}:9392"]
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_variable_parts_are_masked(one: str, other: str) -> None:
    assert mask_message(one) == mask_message(other)
    assert mask_message(one) != one


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_hosts_and_error_codes_are_kept(one: str, other: str) -> None:
    assert mask_message(one) != mask_message(other)


@given(hosts, surroundings)
def test_host_names_are_never_masked(host: str, text: str) -> None:
    assert host in mask_message(text.format(host))


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_numbers_never_distinguish_two_messages(one: int, other: int) -> None:
    for text in ("Week {} of 13", "{} rows deleted", "done ({})", "size={}", "{:,} points", "took {} s"):
        assert mask_message(text.format(one)) == mask_message(text.format(other))


@given(st.text(max_size=200) | st.text("aC:\\/ 0#.-[]sm", max_size=60) | pieces)
@example("0#s")
@example("\\0\\")
@example("//\\0\\0 bytes")
@example("http://a/" * 700 + " 5")
@example("\\\\a\\ " * 1_000)
@example("# bytes" * 1_000)
@example("x" * (MAX_MESSAGE_LENGTH - 1) + "12 GB")
def test_masking_is_idempotent_for_any_text(text: str) -> None:
    once = mask_message(text)
    assert mask_message(once) == once
    assert len(once) <= min(len(text), MAX_MESSAGE_LENGTH)


def test_a_text_that_changes_with_every_pass_is_masked_completely() -> None:
    text = "".join(f"a=({part}#s" for part in range(40)) + "0" + "#s" * 300
    once = mask_message(text)
    assert mask_message(once) == once


def test_a_text_without_numbers_is_as_it_was() -> None:
    assert mask_message("Collection finished") == "Collection finished"


@pytest.mark.parametrize(
    "part", ["C:\\a b ", "\\\\a\\", "/a", "1 ", "a:1", "http://a/", "((1", "a=1", "é\\ "]
)
def test_a_very_long_text_is_masked_quickly(part: str) -> None:
    assert len(mask_message(part * 20_000)) <= len(part) * 20_000 + 4_000


def test_a_failure_is_identified_by_its_type_outcome_and_message() -> None:
    failed = make_run(NOON, outcome=Outcome.FAILED, message="bs02 closed after 10 s")
    again = make_run(NOON - MINUTE, outcome=Outcome.FAILED, message="bs02 closed after 12 s")
    warned = make_run(NOON, outcome=Outcome.WARNING, message="bs02 closed after 10 s")
    other = make_run(NOON, "VcPluginJob", outcome=Outcome.FAILED, message="bs02 closed after 10 s")
    assert fingerprint(failed) == fingerprint(again)
    assert len({fingerprint(one) for one in (failed, warned, other)}) == 3
    assert len(fingerprint(failed)) == 16
