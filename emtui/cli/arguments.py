"""Parse the arguments: options and operands in any order, before or after the command.

If an option is repeated, the last one applies. After `--` everything is an operand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from emtui.cli.command_table import (
    ARGUMENT_KINDS,
    COMMANDS,
    COMMANDS_BY_NAME,
    CONNECTION_OPTIONS,
    GENERAL_OPTIONS,
    CommandSpec,
    OptionSpec,
)


class UsageError(Exception):
    """Wrong usage of the command line, as one sentence."""


@dataclass(frozen=True, slots=True)
class ParsedArguments:
    """The parsed command line: the command, its operands, and its options in order."""

    command: CommandSpec
    operands: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()

    def values_of(self, name: str) -> tuple[str, ...]:
        """Every value of an option."""
        return tuple(value for option_name, value in self.options if option_name == name)

    def value_of(self, name: str) -> str | None:
        """The value of an option, the last one if it is repeated."""
        values = self.values_of(name)
        return values[-1] if values else None

    def has(self, name: str) -> bool:
        """Whether an option is given."""
        return bool(self.values_of(name))


OPTIONS_BY_NAME = {
    word: option
    for options in (*(command.options for command in COMMANDS), CONNECTION_OPTIONS, GENERAL_OPTIONS)
    for option in options
    for word in (option.name, option.short, *option.aliases)
    if word
}


def parse_arguments(argv: Sequence[str]) -> ParsedArguments:
    """Parse the arguments; raises `UsageError`."""
    operands: list[str] = []
    options: list[tuple[OptionSpec, str]] = []
    rest = iter(argv)
    for word in rest:
        if word == "--":
            operands += rest
        elif word.startswith("-") and word != "-":
            options.append(_parse_option(word, rest, argv))
        else:
            operands.append(word)
    command = _parse_command(operands)
    return _validate(
        ParsedArguments(command, tuple(operands[1:]), tuple((option.name, v) for option, v in options))
    )


def find_command_name(argv: Sequence[str]) -> str:
    """The name of the command, whatever is wrong with the other arguments."""
    rest = iter(argv)
    for word in rest:
        if not word.startswith("-") or word == "-":
            return word
        if word == "--":
            return next(rest, "")
        option = OPTIONS_BY_NAME.get(word)
        if option and option.metavar:
            next(rest, None)
    return ""


def _parse_option(word: str, rest: Iterator[str], argv: Sequence[str]) -> tuple[OptionSpec, str]:
    name, has_value, value = word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])
    option = OPTIONS_BY_NAME.get(name)
    if option is None:
        raise UsageError(f"Unknown option {name}{_suggest_option(name, argv)}")
    if not option.metavar:
        if has_value:
            raise UsageError(f"{option.name} takes no value.")
        return option, ""
    if not has_value:
        next_word = next(rest, None)
        if next_word is None:
            raise UsageError(f"{name} needs a value: {name} {_metavar(option, argv)}.")
        value = next_word
    return option, value


def _metavar(option: OptionSpec, argv: Sequence[str]) -> str:
    """The name of the value in this command: `--output` takes a format, or a file."""
    command = COMMANDS_BY_NAME.get(find_command_name(argv))
    accepted = command.accepted_options if command else ()
    return next((each.metavar for each in accepted if each.name == option.name), option.metavar)


def _suggest_option(name: str, argv: Sequence[str]) -> str:
    """What to write instead of an unknown option: only what the command accepts.

    The command is the first word that names one, since a value may precede it.
    """
    from emtui.query import closest_match  # noqa: PLC0415 - start-up time: only for mistakes

    command = next(
        (COMMANDS_BY_NAME[word] for word in argv if word and word in COMMANDS_BY_NAME), COMMANDS_BY_NAME[""]
    )
    guess = closest_match(name, [option.name for option in command.accepted_options])
    if guess:
        return f": did you mean {guess}? {command.see}"
    if command.max_operands is None:
        return f". Use -- before arguments that start with a dash. {command.see}"
    return f". {command.see}"


def unknown_command(name: str) -> UsageError:
    """The error for a word that is no command, with the nearest command."""
    from emtui.query import closest_match  # noqa: PLC0415 - start-up time: only for mistakes

    guess = closest_match(name, [known.name for known in COMMANDS])
    hint = f": did you mean {guess}?" if guess else "."
    return UsageError(f"Unknown command {name!r}{hint} {COMMANDS_BY_NAME[''].see}")


def _parse_command(operands: Sequence[str]) -> CommandSpec:
    name = operands[0] if operands else ""
    command = COMMANDS_BY_NAME.get(name) if name or not operands else None
    if command is None:
        raise unknown_command(name)
    return command


def _validate(args: ParsedArguments) -> ParsedArguments:
    command = args.command
    accepted = {option.name: option for option in command.accepted_options}
    if args.has("--help") or args.has("--version"):
        return args
    for name, value in args.options:
        if name not in accepted:
            raise UsageError(f"{command.title} has no option {name}. {command.see}")
        if accepted[name].metavar and not value:
            raise UsageError(f"{name} needs a value: {name} {accepted[name].metavar}.")
        choices = accepted[name].choices
        if choices and value not in choices:
            raise UsageError(f"{command.title} {name}: {value!r} is not one of {', '.join(choices)}.")
    if command.max_operands is not None and len(args.operands) > command.max_operands:
        taken_here = f"only {command.operands}" if command.operands else "no arguments"
        extra = args.operands[command.max_operands]
        raise UsageError(f"{command.title} takes {taken_here}: unexpected {extra!r}. {command.see}")
    _check_first_operand(args)
    return args


def _check_first_operand(args: ParsedArguments) -> None:
    """Raise `UsageError` if it is missing, or is not one of the subcommands."""
    command, kinds = args.command, args.command.operand_kinds(0)
    names = [name for name, _ in command.subcommands]
    if args.operands and names and args.operands[0] not in names:
        from emtui.query import suggest  # noqa: PLC0415 - start-up time: only for mistakes

        given = args.operands[0]
        raise UsageError(
            f"{command.title} has no subcommand {given!r}: {suggest(given, names)} {command.see}"
        )
    if args.operands or not kinds or command.operands.startswith("["):
        return
    needed = ARGUMENT_KINDS.get(kinds[0], "")
    phrase = f"a {needed[0].lower()}{needed[1:]}" if needed else f"a subcommand: {', '.join(names)}"
    raise UsageError(f"{command.title} needs {phrase}. {command.see}")
