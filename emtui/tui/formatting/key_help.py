"""The help page: the keys of one place, those that carry the product first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emtui.tui.commands import FOOTERS, Command, Place, keys_of, of, shown, working

_QUERY = """\
The query
  words               in name, type, message or ID
  state:failed,warning
                      also running success canceled
                      unknown, or the server's words
  type:CollectJob     also * and ?, the web UI's names
  since:24h           started since, or still runs;
  before:02:10        also 30s 15m 7d, a clock, a date
  took:>10m ratio:>2  how long, how many times as usual
  is:stuck,unusual    also running unseen known
  message: name: id:  in one of them alone
  -word               not this
  "two words"         together; \\" is a quote in them"""


_GUESS = """\
A ! before an event is a guess
  The server gives its events no severity. Words such as
  failed, refused or timed out get the mark."""


TYPED_IN = {Place.LOGIN, Place.TRUST, Place.PALETTE}
"""Where a letter is typed, and is no command."""
MOVED_IN = {*FOOTERS} - TYPED_IN - {Place.PROMPT, Place.QUERY}
"""Where there are rows to move among."""


def manual(place: Place, own: Mapping[str, str] | None = None) -> str:
    """The keys that work here, as a text of at most 56 columns; below them queries of one's own, by digit."""
    here = list(_working(place))
    moving = list(of(Place.MOVING)) if place in MOVED_IN else []
    parts = [
        _section("First of all", [command for command in here + moving if command.vital]),
        _section(place.value, [command for command in here if command.place is place and not command.vital]),
        _section("Moving", [command for command in moving if not command.vital]),
        _section(
            "Everywhere", [command for command in here if command.place is not place and not command.vital]
        ),
        *(_of_queries(own or {}) if place is Place.LOOKUP else ()),
        _GUESS if place is Place.DETAIL else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _working(place: Place) -> Iterable[Command]:
    """The commands that work here; where letters are typed, of those of every view only the way back does."""
    if place not in TYPED_IN:
        return working(place)
    own = {key for command in of(place) for key in command.keys}
    back = (
        command for command in of(Place.VIEW) if command.name == "undo" and not own.intersection(command.keys)
    )
    everywhere = (
        _untyped(command)
        for command in working(place)
        if command.place is Place.EVERYWHERE and command.name != "commands"
    )
    return (*of(place), *back, *(command for command in everywhere if command.keys))


def _untyped(command: Command) -> Command:
    """With those of its keys that type nothing."""
    return command._replace(keys=tuple(key for key in command.keys if len(shown(key)) > 1))


def _of_queries(own: Mapping[str, str]) -> Iterable[str]:
    yield _QUERY
    yield _section(Place.QUERY.value, of(Place.QUERY, Place.PROMPT))
    lines = [f"  {digit:<20}{query}" for digit, query in own.items()]
    yield "\n".join(["Your own queries", *lines]) if own else ""


def _section(title: str, commands: Iterable[Command]) -> str:
    lines = [f"  {keys_of(command):<20}{command.does}" for command in commands]
    return "\n".join([title, *lines]) if lines else ""
