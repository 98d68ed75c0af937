"""`emtui examples`: the ready configuration files that come with emtui.

They are read as resources of the package, so that they are at hand however emtui is installed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.query import closest_match

_COLUMNS = (output.OutputColumn("Name"), output.OutputColumn("Purpose"))


def run(args: ParsedArguments) -> int:
    """Print the named file, or list all files or those of one folder."""
    name = args.operands[0].strip("/") if args.operands else ""
    examples = load_examples()
    if name in examples:
        stdio.print_output(examples[name])
        return 0
    listed = {path: text for path, text in examples.items() if not name or path.startswith(f"{name}/")}
    if not listed:
        raise UsageError(f"No example {name!r}{_suggest_name(name, tuple(examples))}")
    rows = [(path, describe_example(text)) for path, text in listed.items()]
    stdio.print_output(output.format_table(_COLUMNS, rows, stdio.output_width()))
    return 0


def load_examples() -> dict[str, str]:
    """The text of each file by its name, such as `cron/emtui`."""
    return dict(sorted(_walk(files("emtui") / "docs" / "examples", "")))


def describe_example(text: str) -> str:
    """The purpose of an example: its first comment, without the comment sign and the final period."""
    comments = re.findall(r"^\s*(?:#(?!!)|//)\s*(.*\S)", text, re.MULTILINE)
    return comments[0].rstrip(".") if comments else ""


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry.read_text("utf-8")


def _suggest_name(name: str, names: tuple[str, ...]) -> str:
    guess = closest_match(name, names)
    return f": did you mean {guess}?" if guess else ": emtui examples lists them."
