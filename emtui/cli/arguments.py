"""Reading the arguments: options and operands in any order, before or after the command.

The last of a repeated option holds. After `--` everything is an operand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emtui.cli.command_table import BY_NAME, COMMANDS, CONNECTION, GENERAL, Command, Option


class BadUsage(Exception):
    """One sentence about how the command line is meant."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was asked for: the command, its operands, its options in the order they stood."""

    command: Command
    operands: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of an option."""
        return tuple(value for known, value in self.options if known == name)

    def one(self, name: str) -> str | None:
        """The value of an option, the last if it stood more than once."""
        values = self.all(name)
        return values[-1] if values else None

    def has(self, name: str) -> bool:
        """Whether an option stood there."""
        return bool(self.all(name))


_ALL = {
    word: option
    for options in (*(command.options for command in COMMANDS), CONNECTION, GENERAL)
    for option in options
    for word in (option.name, option.short)
    if word
}


_WANTED = {"ID": "an ID: a GUID, its first digits, a URL, or latest"}


def read(argv: Sequence[str]) -> Given:
    """Read the arguments; raises `BadUsage`."""
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
    """The name of the command as far as it can be told, whatever is wrong with the rest."""
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
        raise BadUsage(f"there is no option {name}: {_instead(name, argv)}")
    if not option.value:
        if given:
            raise BadUsage(f"{option.name} takes no value.")
        return option, ""
    if not given:
        found = next(rest, None)
        if found is None:
            raise BadUsage(f"{name} needs a value: {option.purpose}.")
        value = found
    return option, value


def _instead(name: str, argv: Sequence[str]) -> str:
    """What to write in place of an option that does not exist: only what the command takes.

    The command is the first word that names one, since a value may stand before it.
    """
    from emtui.query import nearest  # noqa: PLC0415 - start-up time: only for mistakes

    command = next((BY_NAME[word] for word in argv if word and word in BY_NAME), BY_NAME[""])
    guess = nearest(name, [option.name for option in command.taken])
    if guess:
        return f"did you mean {guess}?"
    if command.most is None:
        return "put -- before a word that begins with a dash."
    return f"{f'emtui {command.name}'.strip()} --help lists the options."


def _command(operands: Sequence[str]) -> Command:
    name = operands[0] if operands else ""
    command = BY_NAME.get(name) if name or not operands else None
    if name == "help":
        asked = next((operand for operand in operands[1:] if operand in BY_NAME), "COMMAND")
        raise BadUsage(f"there is no command 'help': use emtui --help or emtui {asked} --help")
    if command is None:
        from emtui.query import meant  # noqa: PLC0415 - start-up time: only for mistakes

        raise BadUsage(f"there is no command {name!r}: {meant(name, [known.name for known in COMMANDS])}")
    return command


def _checked(given: Given) -> Given:
    command = given.command
    title = f"emtui {command.name}".strip()
    taken = {option.name: option for option in command.taken}
    if given.has("--help") or given.has("--version"):
        return given
    for name, value in given.options:
        if name not in taken:
            raise BadUsage(f"{title} takes no option {name}.")
        if taken[name].value and not value:
            raise BadUsage(f"{name} needs a value: {taken[name].purpose}.")
        choices = taken[name].choices
        if choices and value not in choices:
            raise BadUsage(f"{title} {name} takes {', '.join(choices)}, not {value!r}.")
    if command.most is not None and len(given.operands) > command.most:
        raise BadUsage(
            f"{title} takes {command.operands or 'no words'}, not also {given.operands[command.most]!r}."
        )
    if command.most == 1 and not given.operands:
        raise BadUsage(f"{title} needs {_WANTED.get(command.operands, command.operands)}.")
    return given
