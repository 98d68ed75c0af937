"""Options of the demo: switches (`--play`), seed, number of sessions, clock and speed.

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

from emtui.demo.fault_catalog import PLACES, SWITCHES, Kind, Switch

DEFAULT_SEED = 1
DEFAULT_SESSIONS = 3000
FEWEST_SESSIONS = 1000
MOST_SESSIONS = 200_000
FASTEST = 100_000
_BY_NAME = {switch.name: switch for switch in SWITCHES}


class BadPlay(ValueError):
    """An invalid demo option or switch; the message is one sentence."""


class Version(Enum):
    """Product version whose casing and nulls the JSON has."""

    V12 = auto()
    V13 = auto()


@dataclass(frozen=True, slots=True)
class Plays:
    """The active switches as pairs of name and value; the last one of a name applies."""

    given: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str | None:
        """Return the value of a switch, empty for a plain one, `None` if it is off."""
        return next((value for known, value in reversed(self.given) if known == name), None)

    def on(self, name: str) -> bool:
        """Whether this switch is on."""
        return self.value(name) is not None

    def number(self, name: str) -> float | None:
        """Return the number of a switch, if it is on."""
        value = self.value(name)
        return None if value is None else float(value)

    def hits(self, name: str, place: str) -> bool:
        """Whether a switch applies to that kind of resource."""
        value = self.value(name)
        return value is not None and (value in {place, "all"} or (value == "data" and place in PLACES[:3]))

    @property
    def version(self) -> Version:
        """Simulated product version: 12 by default."""
        casing = [name for name, _ in self.given if name in {"v12", "v13"}]
        return Version.V13 if casing and casing[-1] == "v13" else Version.V12


NO_PLAYS = Plays()


def parse_plays(texts: Iterable[str]) -> Plays:
    """Read `NAME` and `NAME=VALUE`. Raises `BadPlay`."""
    return Plays(tuple(_parse(text) for text in texts))


def _parse(text: str) -> tuple[str, str]:
    name, given, value = text.strip().partition("=")
    switch = _BY_NAME.get(name.casefold())
    if switch is None:
        near = get_close_matches(name.casefold(), _BY_NAME, n=1, cutoff=0.4)
        hint = f"did you mean {near[0]}? " if near else ""
        raise BadPlay(f"Unknown switch --play {name!r}: {hint}--play help lists all switches.")
    return switch.name, _checked(switch, value.strip()) if given else _unsaid(switch)


def _unsaid(switch: Switch) -> str:
    if switch.default is None:
        raise BadPlay(f"--play {switch.name} needs a value: {switch.name}={switch.usage}.")
    return switch.default


def _checked(switch: Switch, value: str) -> str:
    match switch.kind:
        case Kind.PLAIN:
            raise BadPlay(f"--play {switch.name} takes no value.")
        case Kind.CHOICE if value not in switch.choices:
            near = get_close_matches(value, switch.choices, n=1, cutoff=0.4)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise BadPlay(f"--play {switch.name} is one of {', '.join(switch.choices)}, not {value!r}{hint}.")
        case Kind.NUMBER:
            return _number(switch, value)
    return value


def _number(switch: Switch, value: str) -> str:
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if not isfinite(number) or number < 0:
        raise BadPlay(f"--play {switch.name} takes a number of {switch.usage.lower()}, not {value!r}.")
    return value


def table() -> str:
    """Return all switches with their values and descriptions, for `--play help`."""
    heads = [switch.name if switch.usage == "" else f"{switch.name}={switch.usage}" for switch in SWITCHES]
    width = max(len(head) for head in heads if len(head) <= 34)
    rows = (_row(head, switch.line, width) for head, switch in zip(heads, SWITCHES, strict=True))
    return "\n".join(rows) + "\n"


def _row(head: str, line: str, width: int) -> str:
    return f"{head:<{width}}  {line}" if len(head) <= width else f"{head}\n{'':<{width}}  {line}"


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Seed, size, clock, speed and failures of the demo. Without a clock it starts now.

    `since` is the value of `time.monotonic` at the start, if another process shares the clock.
    """

    seed: int = DEFAULT_SEED
    sessions: int = DEFAULT_SESSIONS
    clock: datetime | None = None
    speed: float = 1.0
    plays: Plays = NO_PLAYS
    since: float | None = None

    def arguments(self) -> list[str]:
        """Return the options as command line arguments for a child process."""
        words = ["--seed", str(self.seed), "--sessions", str(self.sessions), "--speed", str(self.speed)]
        if self.clock is not None:
            words += ["--clock", self.clock.isoformat()]
        for name, value in self.plays.given:
            words += ["--play", f"{name}={value}" if value else name]
        return words


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the demo's options to a parser; `options` reads them."""
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


def options(given: argparse.Namespace) -> DemoOptions:
    """Read the parsed arguments. Raises `BadPlay`."""
    return read_options(given.seed, given.sessions, given.clock, given.speed, given.play)


def read_options(
    seed: str | None, sessions: str | None, clock: str | None, speed: str | None, plays: Iterable[str]
) -> DemoOptions:
    """Read the options as typed, `None` if not given. Raises `BadPlay`."""
    return DemoOptions(
        DEFAULT_SEED if seed is None else _seed(seed),
        DEFAULT_SESSIONS if sessions is None else _sessions(sessions),
        None if clock is None else _clock(clock),
        1.0 if speed is None else _speed(speed),
        parse_plays(plays),
    )


def wants_help(plays: Sequence[str]) -> bool:
    """Whether `--play help` was given."""
    return "help" in plays


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise BadPlay(f"--seed is a whole number from 0, not {text!r}.")
    return int(text)


def _sessions(text: str) -> int:
    if not text.isdecimal() or not FEWEST_SESSIONS <= int(text) <= MOST_SESSIONS:
        raise BadPlay(f"--sessions is a number from {FEWEST_SESSIONS} to {MOST_SESSIONS}, not {text!r}.")
    return int(text)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = -1.0
    if not 0 <= speed <= FASTEST:
        raise BadPlay(f"--speed is a number from 0 to {FASTEST}, not {text!r}.")
    return speed


def _clock(text: str) -> datetime:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise BadPlay(f"--clock is a time such as 2026-11-23T12:00:00Z, not {text!r}.") from None
    if not 2021 <= when.year <= 2100:
        raise BadPlay("--clock is a time between the years 2021 and 2100.")
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
