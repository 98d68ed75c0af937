"""The demo's options: parsing and errors."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import pytest

from emtui.demo.__main__ import main
from emtui.demo.demo_options import (
    DemoOptions,
    InvalidDemoOptionError,
    ProductVersion,
    add_arguments,
    format_fault_table,
    options_from_arguments,
    parse_faults,
)
from emtui.demo.fault_catalog import FAULT_OPTIONS
from emtui.demo.simulated_clock import SimulatedClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def read_arguments(*words: str) -> DemoOptions:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return options_from_arguments(parser.parse_args(words))


def test_every_switch_has_a_name_of_its_own_and_one_line_in_the_table() -> None:
    names = [switch.name for switch in FAULT_OPTIONS]
    assert len(set(names)) == len(names)
    assert all(switch.description in format_fault_table() for switch in FAULT_OPTIONS)


def test_the_table_fits_a_narrow_terminal_but_for_a_few() -> None:
    assert all(len(line) <= 110 for line in format_fault_table().splitlines())


def test_a_bare_switch_means_its_default() -> None:
    switches = parse_faults(["500", "times", "idle"])
    assert switches.applies_to("500", "list")
    assert not switches.applies_to("500", "logon")
    assert switches.value("times") == "no-z"
    assert switches.number("idle") == 5


def test_a_place_narrows_a_fault() -> None:
    assert parse_faults(["500=logon"]).applies_to("500", "logon")
    assert parse_faults(["500=all"]).applies_to("500", "root")
    assert parse_faults(["500=data"]).applies_to("500", "events")
    assert not parse_faults(["500=data"]).applies_to("500", "root")


def test_the_last_switch_of_a_name_applies() -> None:
    assert parse_faults(["times=1", "times=3"]).value("times") == "3"
    assert parse_faults(["v13", "v12"]).version is ProductVersion.V12
    assert parse_faults(["v13"]).version is ProductVersion.V13


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("refrences", "did you mean references?"),
        ("xyzzy", "--play help"),
        ("bom=1", "takes no value"),
        ("500=lists", "did you mean list?"),
        ("idle=soon", "idle=SECONDS must be a number"),
        ("idle=-1", "must be a number, 0 or more"),
        ("idle=nan", "must be a number, 0 or more"),
        ("running-end=", "must be one of absent, nil"),
    ],
)
def test_an_invalid_switch_is_one_sentence_with_the_next_step(text: str, words: str) -> None:
    with pytest.raises(InvalidDemoOptionError) as caught:
        parse_faults([text])
    assert words in str(caught.value)
    assert str(caught.value).endswith(".")


def test_options_are_passed_to_a_child_process_unchanged() -> None:
    given = read_arguments("--seed", "7", "--sessions", "9000", "--clock", "2026-11-23T12:00", "--speed", "0")
    assert given == DemoOptions(7, 9000, NOON, 0.0)
    demo_options = DemoOptions(3, 5000, NOON, 2.5, parse_faults(["v13", "idle=9", "500"]))
    assert read_arguments(*demo_options.to_arguments()) == demo_options


@pytest.mark.parametrize(
    "words",
    [
        ("--seed", "-1"),
        ("--sessions", "3"),
        ("--sessions", "many"),
        ("--speed", "-1"),
        ("--speed", "nan"),
        ("--clock", "noon"),
        ("--clock", "1999-01-01"),
        ("--play", "xyzzy"),
        ("--port", "70000"),
    ],
)
def test_wrong_options_end_with_two(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_play_help_prints_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--play", "help"]) == 0
    assert capsys.readouterr().out == format_fault_table()


def test_the_clock_runs_at_the_given_speed() -> None:
    ticks = iter([100.0, 110.0, 110.0])
    fast = SimulatedClock(NOON, 60, lambda: next(ticks))
    assert (fast() - NOON).total_seconds() == 600
    still = SimulatedClock(NOON, 0)
    assert still() == NOON
