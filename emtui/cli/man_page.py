"""`emtui man [COMMAND]`: the manual page in the man(7) format, from the command table.

Nothing in it depends on when or where it is made.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator

from emtui import __version__
from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.command_table import (
    ARGUMENT_KINDS,
    BROWSE_COMMAND,
    CHECK_COMMAND,
    COMMANDS,
    ENVIRONMENT,
    EXIT_CODES,
    FILES,
    CommandSpec,
    OptionSpec,
)
from emtui.cli.help_text import command_arguments, named_command, option_text, usage_line

PAGE_DATE = "2026-11-30"
"""Date of the last change to the text of the pages."""
_WIDTH = 66
"""Characters of a line; escapes make it longer, and mandoc warns from 80 bytes on."""
_SENTENCE_END = re.compile(r"(?<=[a-z)][.;]) (?=[A-Z])")
_PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9]+")


def run(args: ParsedArguments) -> int:
    """Print the page of the named command, or of emtui."""
    stdio.print_output(format_page(named_command(args)))
    return 0


def format_page(command: CommandSpec) -> str:
    """The whole page, with a final line end."""
    lines = _main_page() if command is BROWSE_COMMAND else _command_page(command)
    return "\n".join(lines) + "\n"


def _main_page() -> Iterator[str]:
    yield from _header("emtui", BROWSE_COMMAND.purpose)
    yield from _synopsis("emtui [OPTIONS]", "emtui COMMAND [ARGUMENTS] [OPTIONS]")
    yield from _section("DESCRIPTION", _paragraphs(BROWSE_COMMAND.details))
    yield ".SH COMMANDS"
    for group in dict.fromkeys(command.group for command in COMMANDS):
        yield f".SS {_escape(group)}"
        for command in COMMANDS:
            if command.group == group:
                yield from _command_entry(command)
    yield from _section("ARGUMENTS", _definitions(ARGUMENT_KINDS.items()))
    yield from _options(BROWSE_COMMAND)
    yield from _section("EXIT STATUS", _definitions(EXIT_CODES))
    for command in COMMANDS:
        if command.exits:
            yield f".SS {_escape(f'Exit status of {command.title}')}"
            yield from _definitions(command.exits)
    yield from _shared_sections()
    yield from _section("EXAMPLES", _examples(BROWSE_COMMAND))
    pages = ", ".join(f"\\fBemtui\\-{command.name}\\fR(1)" for command in COMMANDS)
    yield ".SH SEE ALSO"
    yield from textwrap.wrap(pages, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _command_page(command: CommandSpec) -> Iterator[str]:
    yield from _header(f"emtui-{command.name}", command.purpose)
    yield from _synopsis(usage_line(command))
    yield from _section("DESCRIPTION", [*_paragraphs(f"{command.purpose}. {command.details}".strip())])
    if command.subcommands:
        yield from _section("SUBCOMMANDS", _definitions(command.subcommands))
    if arguments := list(command_arguments(command)):
        yield from _section("ARGUMENTS", _definitions(arguments))
    yield from _options(command)
    yield from _section("EXIT STATUS", _definitions(command.exits or EXIT_CODES))
    if command.exits and command.name != CHECK_COMMAND:
        yield ".PP"
        yield "Errors have the exit codes of \\fBemtui\\fR(1)."
    yield from _shared_sections()
    yield from _section("EXAMPLES", _examples(command))
    yield from _section("SEE ALSO", ["\\fBemtui\\fR(1)"])


def _header(name: str, purpose: str) -> Iterator[str]:
    yield f'.TH {name.upper()} 1 {PAGE_DATE} "emtui {__version__}" "User Commands"'
    yield from _section("NAME", _paragraphs(f"{name} - {purpose[0].lower()}{purpose[1:]}"))


def _synopsis(*lines: str) -> Iterator[str]:
    yield ".SH SYNOPSIS"
    for number, line in enumerate(lines):
        if number:
            yield ".br"
        yield _emphasized(line)


def _shared_sections() -> Iterator[str]:
    yield from _section("ENVIRONMENT", _definitions(ENVIRONMENT))
    yield from _section("FILES", _definitions(FILES))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f".SH {title}"
    yield from lines


def _options(command: CommandSpec) -> Iterator[str]:
    yield ".SH OPTIONS"
    options = command.accepted_options
    for group in dict.fromkeys(option.group for option in options):
        if group != "Options":
            yield f".SS {_escape(group)}"
        yield from _option_entries(option for option in options if option.group == group)


def _option_entries(options: Iterable[OptionSpec]) -> Iterator[str]:
    for option in options:
        names = f"{option.short}, {option.name}" if option.short else option.name
        yield ".TP"
        yield (
            f"\\fB{_escape(names)}\\fR \\fI{_escape(option.metavar)}\\fR"
            if option.metavar
            else (f"\\fB{_escape(names)}\\fR")
        )
        yield from _paragraphs(option_text(option))


def _command_entry(command: CommandSpec) -> Iterator[str]:
    """A command with its own options, on the page of emtui."""
    yield ".TP"
    yield _emphasized(" ".join(filter(None, (command.title, command.operands))))
    yield from _paragraphs(f"{command.purpose}. {command.details}".strip())
    own = [option for option in command.options if option.group == "Options"]
    if own or command.subcommands:
        yield ".RS"
        yield from _definitions(command.subcommands)
        yield from _option_entries(own)
        yield ".RE"


def _definitions(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, text in rows:
        yield ".TP"
        yield f"\\fB{_escape(name)}\\fR"
        yield from _paragraphs(text)


def _examples(command: CommandSpec) -> Iterator[str]:
    for number, example in enumerate(command.examples):
        if number:
            yield ".PP"
        yield from _paragraphs(f"{example.purpose}:")
        yield ".PP"
        yield ".nf"
        yield f"    $ {_escape(example.line)}"
        yield ".fi"


def _emphasized(line: str) -> str:
    """A usage: the command in bold, placeholders in italics."""
    return " ".join(
        _PLACEHOLDER.sub(r"\\fI\g<0>\\fR", _escape(word))
        if _PLACEHOLDER.search(word)
        else f"\\fB{_escape(word)}\\fR"
        for word in line.split()
    )


def _paragraphs(text: str) -> Iterator[str]:
    """Lines of text; a sentence begins on a line of its own, as man pages want it."""
    for sentence in _SENTENCE_END.split(text):
        for line in textwrap.wrap(sentence, _WIDTH, break_long_words=False, break_on_hyphens=False):
            yield _escape(line)


def _escape(text: str) -> str:
    """The text as roff prints it unchanged: no escape, no request at the start of a line."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("^", "\\(ha")
    escaped = escaped.replace("~", "\\(ti").replace("`", "\\(ga").replace("…", "...").replace("×", "\\(mu")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
