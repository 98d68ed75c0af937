"""Commands and their output in the README and the pages.

A block marked `console` has lines that begin with `$ `, each followed by its output; a block marked `sh`
has only commands. A command ends with its line, unless that ends with a backslash. `…` on a line of its own
stands for any number of lines, at the end of a line for the rest of it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "emtui" / "docs").glob("*.md")))
ELLIPSIS = "…"
_BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_PROMPT = "$ "
_ENVIRONMENT = ".venv/bin/"
"""Programs of the clone; those of the environment that runs the tests are run in their place."""
_CONTROL = re.compile(r"^(?:for|while|if|\() ?", re.MULTILINE)
"""A block with loops, conditions or groups is a script: one command that is not run line by line."""


@dataclass(frozen=True, slots=True)
class DocumentedCommand:
    """A command line of a page; `output` is `None` if the page does not show it."""

    page: str
    line: str
    output: tuple[str, ...] | None = None

    @property
    def programs(self) -> tuple[str, ...]:
        """The programs that it starts, by name, in order."""
        return tuple(Path(words[0].lstrip("(")).name for words in self.simple_commands())

    def simple_commands(self) -> tuple[tuple[str, ...], ...]:
        """The words of each command between `|`, `&&`, `||` and `;`, without variables and redirections."""
        lexer = shlex.shlex(self.line, posix=True, punctuation_chars="|&;<>")
        lexer.whitespace_split = True
        lexer.commenters = "#"
        commands: list[list[str]] = [[]]
        is_target = False
        for word in lexer:
            if word in {"|", "&&", "||", ";", "&"}:
                commands.append([])
            elif word in {">", "<", ">>"}:
                is_target = True
            elif is_target:
                is_target = False
            elif commands[-1] or not re.fullmatch(r"[A-Z_]+=.*", word):
                commands[-1].append(word)
        return tuple(tuple(words) for words in commands if words)


def commands_of(path: Path) -> Iterator[DocumentedCommand]:
    """All commands of a page."""
    page = path.name
    for indent, language, content in _BLOCK.findall(path.read_text("utf-8")):
        lines = [line.removeprefix(indent) for line in content.splitlines()]
        if language == "console":
            yield from _console_commands(page, lines)
        elif language == "sh" and _CONTROL.search(content):
            yield from (DocumentedCommand(page, line) for line in _joined(lines) if _is_complete(line))
        elif language == "sh":
            yield from (DocumentedCommand(page, line) for line in _joined(lines))


def _is_complete(line: str) -> bool:
    """Whether a line of a script is a command of emtui without variables of the script."""
    return line.startswith("emtui ") and "$" not in line


def _joined(lines: list[str]) -> Iterator[str]:
    """Lines with the ones that continue them; comments and blank lines are left out."""
    pending = ""
    for line in lines:
        pending += line
        if pending.endswith("\\"):
            pending = pending.removesuffix("\\") + " "
        elif pending.strip() and not pending.lstrip().startswith("#"):
            yield pending.strip().replace(_ENVIRONMENT, "")
            pending = ""
        else:
            pending = ""


def _console_commands(page: str, lines: list[str]) -> Iterator[DocumentedCommand]:
    line = ""
    output: list[str] = []
    for text in [*lines, _PROMPT]:
        if text.startswith(_PROMPT):
            if line:
                yield DocumentedCommand(page, line, tuple(output))
            line, output = text.removeprefix(_PROMPT), []
        elif line.endswith("\\"):
            line = line.removesuffix("\\") + text
        else:
            output.append(text)


def matches(expected: tuple[str, ...], printed: list[str]) -> bool:
    """Whether the output of a page is what was printed, but for what `…` stands for."""
    pattern = "".join(_line_pattern(line) for line in expected)
    text = "".join(f"{line.rstrip()}\n" for line in printed)
    return re.fullmatch(pattern, text) is not None


def _line_pattern(line: str) -> str:
    if line.strip() == ELLIPSIS:
        return r"(?:.*\n)*"
    if line.endswith(ELLIPSIS):
        return re.escape(line.removesuffix(ELLIPSIS)) + r".*\n"
    return re.escape(line.rstrip()) + r"\n"
