"""A ticket as plain text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta, timezone

import pytest
from report_factory import (
    CET,
    FAILED_OUTCOME,
    GUID,
    MESSAGE,
    STARTED_TEXT,
    STARTED_TEXT_WITH_DATE,
    SUCCESSFUL_OUTCOME,
    earlier_runs,
    failed_run,
    report_origin,
    run_report,
)
from session_factory import MINUTE, NOON, SECOND, make_log

from emtui.em.model import Event, Result, Session, uid_from_guid
from emtui.handover.render_markdown import render_markdown
from emtui.handover.render_text import render_text
from emtui.handover.run_report import RunReport
from emtui.handover.ticket import build_ticket

ANNOTATIONS = (("Acknowledged", "storage is patched, until it succeeds"), ("Note", "INC0012345 (team file)"))


def unredacted(text: str) -> str:
    return text


def ticket_text(report: RunReport) -> str:
    return render_text(build_ticket(report), unredacted)


def words_of(text: str) -> list[str]:
    """The words without line markers and the colons of labels."""
    return [word.rstrip(":") for word in text.split() if word not in {">", "-"}]


def test_a_ticket_is_short_with_the_most_important_facts_first() -> None:
    lines = ticket_text(run_report()).splitlines()
    assert lines[0] == "CollectJob failed on em01.example.net"
    assert lines[2] == f"  {MESSAGE}"
    assert lines[4] == "Started       2026-11-23 13:00:00 +01:00 local, 2026-11-23 12:00:00 +00:00 UTC"
    assert lines[5] == "Duration      4m11s until 2026-11-23 13:04:11 +01:00"
    assert len(lines) <= 60


@pytest.mark.parametrize(
    "sentence",
    [
        "Since         first failure, after 30 successes\n",
        "Pause         3m49s in Retrieving data from bs02.example.net..., usually 13s, at most 13s in 5 suc",
        "Servers       bs02.example.net 3m49s failed, bs01.example.net 19s ok\n",
        "Usually takes 1m30s; this run 2.8×, longer than all 30 successful runs\n",
        "Last success  2026-11-23 12:45:00 +01:00, took 1m30s\n",
        "Server state  Failed\n",
        "Events: all; > pause, ! first suspected error\n",
        "\n  >   +20.1s  2026-11-23 13:00:20 +01:00  Retrieving data from bs02.example.net...\n",
        "\n  !   +4m10s  2026-11-23 13:04:10 +01:00  Data collection from bs02.example.net failed: ",
        "Comparison: with the last success, 2026-11-23 12:45:00 +01:00, 15m00s earlier, took 1m30s: 1 new, ",
        f"\n  + Data collection from bs02.example.net failed: {MESSAGE}\n",
        "\n  - Data collection from bs02.example.net completed successfully.\n",
        "\n  * Retrieving data from bs02.example.net...  (3m49s, previously 13s)\n",
        "Open: emtui open --server em01.example.net x\n",
        f"ID            {GUID}\n",
        "As of         2026-11-23 13:05:00 +01:00, by emtui 0.1.0\n",
    ],
)
def test_a_ticket_has_start_pauses_and_comparison(sentence: str) -> None:
    assert sentence in ticket_text(run_report())


def test_markdown_has_the_same_words_as_plain_text() -> None:
    blocks = build_ticket(run_report())
    marked = re.sub(r"^```$|\*\*|`", "", render_markdown(blocks, unredacted), flags=re.MULTILINE)
    assert words_of(marked) == words_of(render_text(blocks, unredacted))


def test_every_time_has_its_date_and_offset() -> None:
    text = STARTED_TEXT_WITH_DATE.sub(
        "",
        ticket_text(
            run_report(annotations=(("Acknowledged", "until it succeeds"), ("Note", "see INC0012345")))
        ),
    )
    assert STARTED_TEXT.findall(text) == []


def test_the_servers_time_follows_local_and_utc_without_duplicates() -> None:
    origin_far_away = report_origin(server=timezone(timedelta(hours=-5)))
    assert (
        "13:00:00 +01:00 local, 2026-11-23 12:00:00 +00:00 UTC, 2026-11-23 07:00:00 -05:00 server"
        in ticket_text(run_report(origin=origin_far_away))
    )
    assert "13:00:00 +01:00 local and server, 2026-11-23 12:00:00 +00:00 UTC\n" in ticket_text(
        run_report(origin=report_origin(server=CET))
    )


def test_a_repeated_failure_is_counted_once_with_its_first_time() -> None:
    again = [
        failed_run(uid=uid_from_guid("22222222-2222-4333-8444-555555555555"), started=NOON - 15 * MINUTE)
    ]
    text = ticket_text(run_report(earlier=[*again, *earlier_runs()[1:]]))
    assert (
        "Since         2nd failure in a row, first 2026-11-23 12:45:00 +01:00, after 29 successes\n" in text
    )
    assert "Recurring" not in text, "it has the same count and the same first time"


def test_notes_and_acknowledgements_are_in_the_ticket() -> None:
    text = ticket_text(run_report(annotations=ANNOTATIONS))
    assert (
        "Acknowledged  storage is patched, until it succeeds\nNote          INC0012345 (team file)\n" in text
    )
    assert "Acknowledged" not in ticket_text(run_report())


def test_a_demo_is_labeled_and_has_no_command() -> None:
    text = ticket_text(run_report(origin=report_origin(mode_label="DEMO"), command=""))
    assert text.startswith("DEMO: CollectJob failed on ")
    assert "Open" not in text


# --- unknowns -------------------------------------------------------------------------


def test_without_unknowns_there_is_no_such_section() -> None:
    assert "Unknown" not in ticket_text(run_report())


def test_unavailable_events_are_reported_with_the_reason() -> None:
    text = ticket_text(
        replace(
            run_report(events=()),
            log=None,
            difference=None,
            missing_log_reason="em01.example.net answered 503.",
        )
    )
    assert "Unknown\n\n- events: em01.example.net answered 503.\n" in text
    assert "\nEvents" not in text


@pytest.mark.parametrize(
    ("report", "sentence"),
    [
        (run_report(events=()), "events: the server has none for this run"),
        (run_report(earlier=[]), "start of the problem: before the oldest listed run"),
        (run_report(earlier=[]), "usual duration: fewer than five earlier successful runs are listed"),
        (run_report(earlier=[]), "comparison: no earlier successful run is listed"),
        (run_report(logs=0), "comparison: the events of the last successful run could not be read"),
        (run_report(logs=2), "usual step durations: only 2 logs of successful runs could be read"),
        (run_report(logs=4), "usual step durations: based on only 4 successful runs"),
        (
            run_report(session=failed_run(parse_problem="no end")),
            "unreadable part of the server's data: no end",
        ),
        (run_report(events=[Event(1, NOON, "x", "no time")]), "1 of 1 event: not fully readable"),
        (
            run_report(session=failed_run(state="InProgress", ended=None)),
            "final outcome: still running at 2026-11-23 13:05:00 +01:00",
        ),
        (
            run_report(origin=report_origin(skew=None)),
            "server clock: the server does not report its time",
        ),
        (
            run_report(origin=report_origin(skew=timedelta(minutes=-3))),
            "correct time: the server's clock is 3m00s behind the sender's; times here are the server's",
        ),
        (
            run_report(origin=report_origin(lost_since=NOON)),
            "current state: no response from the server since 2026-11-23 13:00:00 +01:00",
        ),
        (replace(run_report(), explanation=None), "history: not available"),
    ],
)
def test_unknown_facts_are_listed(report: RunReport, sentence: str) -> None:
    text = ticket_text(report)
    assert f"- {sentence}\n" in text.partition("Unknown\n")[2]


# --- unusual runs -------------------------------------------------------------------------


def test_a_run_with_only_a_name_still_has_a_ticket() -> None:
    bare = Session(uid_from_guid(GUID), name="CollectJob@x", is_complete=False)
    text = ticket_text(RunReport(report_origin(), bare, missing_log_reason="not found"))
    assert text.startswith("CollectJob@x on em01.example.net\n")
    assert f"ID            {GUID}\n" in text


def test_a_run_without_pauses_shows_the_first_suspected_error_or_its_end() -> None:
    quick = [(float(number), f"line {number} of many") for number in range(20)]
    text = ticket_text(run_report(events=make_log(*quick)))
    assert "Events: 4 of 20; last events\n" in text
    text = ticket_text(run_report(events=make_log(*quick[:9], (9.0, "it failed"), *quick[10:])))
    assert "Events: 8 of 20; ! first suspected error\n" in text
    assert "\n  !    +9.0s  2026-11-23 13:00:09 +01:00  it failed\n" in text


def test_an_error_far_from_the_pause_is_shown_with_the_omission_marked() -> None:
    many = [(float(99 + number), f"line {number} of many") for number in range(20)]
    text = ticket_text(run_report(events=make_log((0.0, "waits"), *many, (130.0, "it failed"))))
    assert "Events: 9 of 22; > pause, ! first suspected error\n" in text
    assert "\n  >    +0.0s  2026-11-23 13:00:00 +01:00  waits\n" in text
    assert "  line 3 of many\n    … 13 more …\n" in text
    assert "\n  !   +2m10s  2026-11-23 13:02:10 +01:00  it failed\n" in text


def test_a_running_session_shows_its_duration_so_far() -> None:
    running = failed_run(state="InProgress", ended=None, result=Result("None"))
    assert "Duration      5m00s so far\n" in ticket_text(run_report(session=running))


def test_a_ticket_stays_short_with_long_logs_and_messages() -> None:
    lines = [(float(number * 60), f"server{number}.example.net: {'x' * 900}") for number in range(500)]
    text = ticket_text(
        run_report(session=failed_run(result=Result("Failed", "m" * 50_000)), events=make_log(*lines))
    )
    assert len(text.splitlines()) <= 60
    assert max(map(len, text.splitlines())) <= 1_010
    assert ": 500 new, 6 missing; first 10 shown (+ new, - missing, ~ moved, * slower)\n" in text


def test_a_log_equal_to_that_of_the_last_successful_run_is_reported() -> None:
    same = run_report(session=failed_run(ended=NOON + 34 * SECOND), events=make_log(*SUCCESSFUL_OUTCOME))
    assert ": no differences, none of 5 steps slower\n" in ticket_text(same)


def test_no_line_contains_a_secret() -> None:
    secret = "44cfbdbe-5a95"
    lines = [(at, f"{text} {secret}") for at, text in FAILED_OUTCOME]
    row = failed_run(result=Result(secret, f"{secret} refused"), type=secret, name=secret)
    report = run_report(
        session=row, events=make_log(*lines), annotations=(("Note", secret),), missing_log_reason=secret
    )
    for write in (render_markdown, render_text):
        text = write(build_ticket(report), lambda part: part.replace(secret, "***"))
        assert secret not in text
        assert "***" in text


def test_an_unknown_duration_and_a_contradiction_are_shown() -> None:
    text = ticket_text(
        run_report(session=failed_run(ended=None, state="CompletedSuccessfully", result=Result("Failed")))
    )
    assert "\nDuration      unknown\n" in text
    assert "\nServer state  CompletedSuccessfully / Failed (contradictory)\n" in text
    assert "\nStarted       unknown\n" in ticket_text(run_report(session=failed_run(started=None)))
