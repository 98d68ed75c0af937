"""Parse the arguments: options and operands in any order, before or after the command.

If an option is repeated, the last one applies. After `--` everything is an operand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emtui.cli.command_table import BY_NAME, COMMANDS, CONNECTION, GENERAL, Command, Option


class BadUsage(Exception):
    """Wrong usage of the command line, as one sentence."""


@dataclass(frozen=True, slots=True)
class Given:
    """The parsed command line: the command, its operands, and its options in order."""

    command: Command
    operands: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of an option."""
        return tuple(value for known, value in self.options if known == name)

    def one(self, name: str) -> str | None:
        """The value of an option, the last one if it is repeated."""
        values = self.all(name)
        return values[-1] if values else None

    def has(self, name: str) -> bool:
        """Whether an option is given."""
        return bool(self.all(name))


_ALL = {
    word: option
    for options in (*(command.options for command in COMMANDS), CONNECTION, GENERAL)
    for option in options
    for word in (option.name, option.short, *option.aliases)
    if word
}


_WANTED = {"ID": "a session ID: a GUID, its first digits, a URL, or latest", "show": "a subcommand: show"}


def read(argv: Sequence[str]) -> Given:
    """Parse the arguments; raises `BadUsage`."""
    operands: list[str] = []
    options: list[tuple[Option, str]] = []
    rest = iter(argv)
    for word in rest:
        if word == "--":
            operands += rest
        elif word.startswith("-") and word != "-":
            options.append(_option(word, rest, argv))
        else:
            operands.append(word)
    command = _command(operands)
    return _checked(Given(command, tuple(operands[1:]), tuple((option.name, v) for option, v in options)))


def command_of(argv: Sequence[str]) -> str:
    """The name of the command, whatever is wrong with the other arguments."""
    rest = iter(argv)
    for word in rest:
        if not word.startswith("-") or word == "-":
            return word
        if word == "--":
            return next(rest, "")
        option = _ALL.get(word)
        if option and option.value:
            next(rest, None)
    return ""


def _option(word: str, rest: Iterator[str], argv: Sequence[str]) -> tuple[Option, str]:
    name, given, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
    option = _ALL.get(name)
    if option is None:
        raise BadUsage(f"Unknown option {name}{_instead(name, argv)}")
    if not option.value:
        if given:
            raise BadUsage(f"{option.name} takes no value.")
        return option, ""
    if not given:
        found = next(rest, None)
        if found is None:
            raise BadUsage(f"{name} needs a value: {name} {option.value}.")
        value = found
    return option, value


def _instead(name: str, argv: Sequence[str]) -> str:
    """What to write instead of an unknown option: only what the command accepts.

    The command is the first word that names one, since a value may precede it.
    """
    from emtui.query import nearest  # noqa: PLC0415 - start-up time: only for mistakes

    command = next((BY_NAME[word] for word in argv if word and word in BY_NAME), BY_NAME[""])
    guess = nearest(name, [option.name for option in command.taken])
    if guess:
        return f": did you mean {guess}? {command.see}"
    if command.most is None:
        return f". Use -- before arguments that start with a dash. {command.see}"
    return f". {command.see}"


def unknown_command(name: str) -> BadUsage:
    """The error for a word that is no command, with the nearest command."""
    from emtui.query import nearest  # noqa: PLC0415 - start-up time: only for mistakes

    guess = nearest(name, [known.name for known in COMMANDS])
    hint = f": did you mean {guess}?" if guess else "."
    return BadUsage(f"Unknown command {name!r}{hint} {BY_NAME[''].see}")


def _command(operands: Sequence[str]) -> Command:
    name = operands[0] if operands else ""
    command = BY_NAME.get(name) if name or not operands else None
    if command is None:
        raise unknown_command(name)
    return command


def _checked(given: Given) -> Given:
    command = given.command
    taken = {option.name: option for option in command.taken}
    if given.has("--help") or given.has("--version"):
        return given
    for name, value in given.options:
        if name not in taken:
            raise BadUsage(f"{command.title} has no option {name}. {command.see}")
        if taken[name].value and not value:
            raise BadUsage(f"{name} needs a value: {name} {taken[name].value}.")
        choices = taken[name].choices
        if choices and value not in choices:
            raise BadUsage(f"{command.title} {name}: {value!r} is not one of {', '.join(choices)}.")
    if command.most is not None and len(given.operands) > command.most:
        taken_here = f"only {command.operands}" if command.operands else "no arguments"
        extra = given.operands[command.most]
        raise BadUsage(f"{command.title} takes {taken_here}: unexpected {extra!r}. {command.see}")
    if command.operands in _WANTED and not given.operands:
        raise BadUsage(f"{command.title} needs {_WANTED[command.operands]}. {command.see}")
    return given
