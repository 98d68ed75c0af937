"""The text of `--help` and `emtui help`, at most 79 columns wide, from the command table."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments, unknown_command
from emtui.cli.command_table import (
    ARGUMENT_KINDS,
    BROWSE_COMMAND,
    CHECK_COMMAND,
    COMMANDS,
    COMMANDS_BY_NAME,
    ENVIRONMENT,
    EXIT_CODES,
    CommandSpec,
    Example,
    OptionSpec,
)

WIDTH = 79
"""Columns of the help: a terminal of 80 columns breaks no line."""
_WIDEST = 28
"""Columns of a name with its indent; after a longer name, the text begins on the next line."""


def run(given: ParsedArguments) -> int:
    """Print the help of the named command, or of emtui."""
    stdio.print_output(format_help(named_command(given)))
    return 0


def named_command(args: ParsedArguments) -> CommandSpec:
    """The command that the operand names, or emtui itself. Raises `UsageError`."""
    if not args.operands:
        return BROWSE_COMMAND
    name = args.operands[0]
    command = COMMANDS_BY_NAME.get(name) if name else None
    if command is None:
        raise unknown_command(name)
    return command


def format_help(command: CommandSpec) -> str:
    """The whole help of a command, with a final line end."""
    sections = ["\n".join(_wrapped(f"{command.purpose}."))]
    if command.details:
        sections.append("\n".join(_wrapped(command.details)))
    sections += (_section(title, lines) for title, lines in _parts(command) if lines)
    return "\n\n".join(sections) + "\n"


def command_arguments(command: CommandSpec) -> Iterator[tuple[str, str]]:
    """The kinds of operands of a command, with their descriptions."""
    named = {kind for index in range(len(command.operands.split())) for kind in command.operand_kinds(index)}
    return ((kind, text) for kind, text in ARGUMENT_KINDS.items() if kind in named)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"{title}:", *lines])


def _parts(command: CommandSpec) -> Iterator[tuple[str, list[str]]]:
    """The titles and lines of the sections."""
    yield "Usage", _usage(command)
    if command is BROWSE_COMMAND:
        for group in dict.fromkeys(one.group for one in COMMANDS):
            yield group, _table([(one.name, one.purpose) for one in COMMANDS if one.group == group], 10)
    yield "Subcommands", _table(command.subcommands)
    yield "Arguments", _table(list(command_arguments(command)))
    rows = [(option.group, _option_title(option), option_text(option)) for option in command.accepted_options]
    width = max(len(title) for _, title, _ in rows if len(title) <= _WIDEST - 2)
    for group in dict.fromkeys(group for group, _, _ in rows):
        yield group, _table([(title, text) for of, title, text in rows if of == group], width)
    if command is BROWSE_COMMAND:
        yield "Environment variables", _table(ENVIRONMENT)
    if command.exits or command is BROWSE_COMMAND:
        yield "Exit codes", _exit_codes(command)
    yield "Examples", _examples(command.examples)
    if command is BROWSE_COMMAND:
        yield "Learn more", ["  Run 'emtui help COMMAND' or 'emtui COMMAND --help' for help on a command."]


def usage_line(command: CommandSpec) -> str:
    """How a command is called: its name, operands and options."""
    return " ".join(filter(None, (command.title, command.operands, "[OPTIONS]")))


def _usage(command: CommandSpec) -> list[str]:
    if command is BROWSE_COMMAND:
        return ["  emtui [OPTIONS]", "  emtui COMMAND [OPTIONS]"]
    return [f"  {usage_line(command)}"]


def _exit_codes(command: CommandSpec) -> list[str]:
    """The codes of this command; those of errors are listed in the help of emtui."""
    lines = _table(command.exits or EXIT_CODES, 3)
    if command.exits and command.name != CHECK_COMMAND:
        lines += _wrapped("Errors have the exit codes listed in emtui --help.", "  ")
    return lines


def _examples(examples: Iterable[Example]) -> list[str]:
    lines = [f"  # {one.purpose}\n  $ {one.line}" for one in examples]
    return ["\n\n".join(lines)] if lines else []


def _option_title(option: OptionSpec) -> str:
    names = f"{option.short}, {option.name}" if option.short else f"    {option.name}"
    return f"{names} {option.metavar}".rstrip()


def option_text(option: OptionSpec) -> str:
    """Purpose, accepted values unless the purpose names them, and default."""
    named = all(choice in option.purpose for choice in option.choices)
    choices = "" if named else f": {', '.join(option.choices)}"
    default = f" (default: {option.default})" if option.default else ""
    return f"{option.purpose}{choices}{default}"


def _table(rows: Iterable[tuple[str, str]], width: int = 0) -> list[str]:
    """Names and wrapped texts in two columns; the first one is at least `width` wide."""
    rows = list(rows)
    width = max([width, *(len(name) for name, _ in rows if len(name) <= _WIDEST - 2)])
    lines = []
    for name, text in rows:
        text_lines = _wrapped(text, " " * (width + 4))
        if len(name) > width:
            lines += [f"  {name}", *text_lines]
        else:
            lines += [f"  {name:<{width}}  {text_lines[0].lstrip()}", *text_lines[1:]]
    return lines


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
