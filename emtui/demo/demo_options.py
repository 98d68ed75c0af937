"""Options of the demo: failures (`--play`), seed, number of sessions, clock and speed.

Pure and light: the command line builds its parser from here without loading the server.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from enum import Enum, auto
from math import isfinite

from emtui.demo.fault_catalog import FAULT_OPTIONS, RESOURCES, FaultOption, FaultValueKind

DEFAULT_SEED = 1
DEFAULT_SESSIONS = 3000
_MAX_DIGITS = 18
"""Digits of a number; Python refuses to read thousands of them."""
MIN_SESSIONS = 1000
MAX_SESSIONS = 200_000
MAX_SPEED = 100_000
_FAULTS_BY_NAME = {switch.name: switch for switch in FAULT_OPTIONS}


class InvalidDemoOptionError(ValueError):
    """An invalid demo option or switch; the message is one sentence."""


class ProductVersion(Enum):
    """Product version whose casing and nulls the JSON has."""

    V12 = auto()
    V13 = auto()


@dataclass(frozen=True, slots=True)
class ActiveFaults:
    """The active failures as pairs of name and value; the last one of a name applies."""

    pairs: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str | None:
        """Return the value of a switch, empty for a plain one, `None` if it is off."""
        return next((value for active_name, value in reversed(self.pairs) if active_name == name), None)

    def is_on(self, name: str) -> bool:
        """Whether this switch is on."""
        return self.value(name) is not None

    def number(self, name: str) -> float | None:
        """Return the number of a switch, if it is on."""
        value = self.value(name)
        return None if value is None else float(value)

    def applies_to(self, name: str, resource: str) -> bool:
        """Whether a switch applies to that kind of resource."""
        value = self.value(name)
        return value is not None and (
            value in {resource, "all"} or (value == "data" and resource in RESOURCES[:3])
        )

    @property
    def version(self) -> ProductVersion:
        """Simulated product version: 12 by default."""
        casing = [name for name, _ in self.pairs if name in {"v12", "v13"}]
        return ProductVersion.V13 if casing and casing[-1] == "v13" else ProductVersion.V12


NO_FAULTS = ActiveFaults()


def parse_faults(texts: Iterable[str]) -> ActiveFaults:
    """Read `NAME` and `NAME=VALUE`. Raises `InvalidDemoOptionError`."""
    return ActiveFaults(tuple(_parse_fault(text) for text in texts))


def _parse_fault(text: str) -> tuple[str, str]:
    name, separator, value = text.strip().partition("=")
    option = _FAULTS_BY_NAME.get(name.casefold())
    if option is None:
        matches = get_close_matches(name.casefold(), _FAULTS_BY_NAME, n=1, cutoff=0.4)
        hint = f"did you mean {matches[0]}? " if matches else ""
        raise InvalidDemoOptionError(
            f"Unknown failure --play {name!r}: {hint}--play help lists all failures."
        )
    return option.name, _check_value(option, value.strip()) if separator else _default_value(option)


def _default_value(option: FaultOption) -> str:
    if option.default is None:
        raise InvalidDemoOptionError(f"--play {option.name} needs a value: {option.name}={option.usage}.")
    return option.default


def _check_value(option: FaultOption, value: str) -> str:
    match option.kind:
        case FaultValueKind.PLAIN:
            raise InvalidDemoOptionError(f"--play {option.name} takes no value.")
        case FaultValueKind.CHOICE if value not in option.choices:
            matches = get_close_matches(value, option.choices, n=1, cutoff=0.4)
            hint = f" (did you mean {matches[0]}?)" if matches else ""
            raise InvalidDemoOptionError(
                f"--play {option.name} must be one of {', '.join(option.choices)}, not {value!r}{hint}."
            )
        case FaultValueKind.NUMBER:
            return _check_number(option, value)
    return value


def _check_number(option: FaultOption, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise InvalidDemoOptionError(
            f"--play {option.name}={option.usage} must be a number, 0 or more, not {value!r}."
        )
    return value


def format_fault_table() -> str:
    """Return all failures with their values and descriptions, for `--play help`."""
    headings = [
        option.name if option.usage == "" else f"{option.name}={option.usage}" for option in FAULT_OPTIONS
    ]
    width = max(len(heading) for heading in headings if len(heading) <= 34)
    rows = (
        _format_row(heading, option.description, width)
        for heading, option in zip(headings, FAULT_OPTIONS, strict=True)
    )
    return "\n".join(rows) + "\n"


def _format_row(heading: str, line: str, width: int) -> str:
    return f"{heading:<{width}}  {line}" if len(heading) <= width else f"{heading}\n{'':<{width}}  {line}"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Seed, size, clock, speed and failures of the demo. Without a clock it starts now.

    `clock_start` is the value of `time.monotonic` at the start, if another process shares the clock.
    """

    seed: int = DEFAULT_SEED
    sessions: int = DEFAULT_SESSIONS
    clock: datetime | None = None
    speed: float = 1.0
    faults: ActiveFaults = NO_FAULTS
    clock_start: float | None = None

    def to_arguments(self) -> list[str]:
        """Return the options as command line arguments for a child process."""
        arguments = ["--seed", str(self.seed), "--sessions", str(self.sessions), "--speed", str(self.speed)]
        if self.clock is not None:
            arguments += ["--clock", self.clock.isoformat()]
        for name, value in self.faults.pairs:
            arguments += ["--play", f"{name}={value}" if value else name]
        return arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options to a parser; `options_from_arguments` reads them."""
    parser.add_argument(
        "--seed", metavar="N", help=f"random seed of the data (default: {DEFAULT_SEED}); 0: no incidents"
    )
    parser.add_argument(
        "--sessions", metavar="N", help=f"approximate number of sessions (default: {DEFAULT_SESSIONS})"
    )
    parser.add_argument("--clock", metavar="ISO", help="start time of the simulated clock (default: now)")
    parser.add_argument("--speed", metavar="X", help="speed of the simulated clock (default: 1; 0: stopped)")
    parser.add_argument(
        "--play",
        action="append",
        default=[],
        metavar="NAME[=VALUE]",
        help="a failure to simulate; --play help lists them",
    )


def options_from_arguments(arguments: argparse.Namespace) -> DemoOptions:
    """Read the parsed arguments. Raises `InvalidDemoOptionError`."""
    return parse_options(arguments.seed, arguments.sessions, arguments.clock, arguments.speed, arguments.play)


def parse_options(
    seed: str | None, sessions: str | None, clock: str | None, speed: str | None, fault_texts: Iterable[str]
) -> DemoOptions:
    """Read the options as typed, `None` if not given. Raises `InvalidDemoOptionError`."""
    return DemoOptions(
        DEFAULT_SEED if seed is None else _parse_seed(seed),
        DEFAULT_SESSIONS if sessions is None else _parse_sessions(sessions),
        None if clock is None else _parse_clock(clock),
        1.0 if speed is None else _parse_speed(speed),
        parse_faults(fault_texts),
    )


def wants_help(fault_texts: Sequence[str]) -> bool:
    """Whether `--play help` was given."""
    return "help" in fault_texts


def _parse_seed(text: str) -> int:
    if not text.isdecimal() or len(text) > _MAX_DIGITS:
        raise InvalidDemoOptionError(f"--seed must be a whole number, 0 or more, not {text!r}.")
    return int(text)


def _parse_sessions(text: str) -> int:
    if not text.isdecimal() or len(text) > _MAX_DIGITS or not MIN_SESSIONS <= int(text) <= MAX_SESSIONS:
        raise InvalidDemoOptionError(
            f"--sessions must be a number from {MIN_SESSIONS} to {MAX_SESSIONS}, not {text!r}."
        )
    return int(text)


def _parse_speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= MAX_SPEED:
        raise InvalidDemoOptionError(f"--speed must be a number from 0 to {MAX_SPEED}, not {text!r}.")
    return speed


def _parse_clock(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidDemoOptionError(
            f"--clock must be a time such as 2026-11-23T12:00:00Z, not {text!r}."
        ) from None
    if not 2021 <= time.year <= 2100:
        raise InvalidDemoOptionError("--clock must be a time between 2021 and 2100.")
    return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
