"""`emtui completion SHELL` prints a script for this shell; the script calls `emtui __complete`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from emtui.cli import stdio
from emtui.cli.arguments import ParsedArguments
from emtui.cli.complete_words import Candidate, CompletionResult, complete_words
from emtui.cli.completion_scripts import SCRIPTS
from emtui.cli.shell_words import ShellWord, parse_line, quote_for_bash, read_last_word, replaced_part

_GAP = "  "


def run(args: ParsedArguments) -> int:
    """Print the script."""
    stdio.print_output(SCRIPTS[args.operands[0]])
    return 0


def print_candidates(argv: Sequence[str]) -> int:
    """Print the candidates for a script; whatever goes wrong is no completion, and never a message."""
    try:
        lines = list(_format_lines(*argv))
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr] # a text file
        sys.stdout.write("".join(f"{line}\n" for line in lines))
        sys.stdout.flush()
    except Exception:  # noqa: BLE001 - an error would be printed into the command line
        return 1
    return 0


def _format_lines(shell: str, *words: str) -> Iterator[str]:
    if shell == "bash":
        line, break_characters, columns = words
        return _bash_lines(line, break_characters, int(columns or 0))
    return _plain_lines(
        complete_words([*words[:-1], read_last_word(words[-1])]), has_open_mark=shell == "zsh"
    )


def _plain_lines(result: CompletionResult, *, has_open_mark: bool) -> Iterator[str]:
    """For zsh and fish, which quote words themselves; fish knows that more follows a `:` or a `=`."""
    yield f"files {result.file_prefix}".rstrip() if result.is_file else "words"
    for one in result.candidates:
        open_mark = ("open",) if one.is_open and has_open_mark else ()
        yield "\t".join((one.value, one.description, *open_mark))


def _bash_lines(line: str, break_characters: str, columns: int) -> Iterator[str]:
    """For bash: what replaces the end of the line; if it is only listed, with descriptions, in `columns`."""
    typed = parse_line(line)
    result = CompletionResult(is_file=True) if typed.is_redirection else complete_words(typed.words[1:])
    if result.is_file:
        yield "files"
        return
    fitting = [
        (text, one)
        for one in result.candidates
        if (text := _replacement(one, typed.last, break_characters)) is not None
    ]
    yield "open" if len(fitting) == 1 and fitting[0][1].is_open else "words"
    if columns and len(fitting) > 1 and any(one.description for _, one in fitting):
        width = max(len(text) for text, _ in fitting)
        yield from (
            f"{text:{width}}{_GAP}({one.description})"[: columns - 1].rstrip() if one.description else text
            for text, one in fitting
        )
    else:
        yield from (text for text, _ in fitting)


def _replacement(one: Candidate, typed: ShellWord, break_characters: str) -> str | None:
    """The text that readline inserts in place of the last part of the word; `None` if it cannot."""
    open_quote, kept = replaced_part(typed, break_characters)
    if not one.value.startswith(kept):
        return None
    return quote_for_bash(one.value.removeprefix(kept), open_quote)
