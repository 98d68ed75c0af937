"""`emtui schema`: the JSON schemas of everything that the commands print as JSON.

They are read as resources of the package, so that they are at hand however emtui is installed.
"""

from __future__ import annotations

import json
from importlib.resources import files

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.query import closest_match

_COLUMNS = (output.OutputColumn("Name"), output.OutputColumn("Describes"))
_SUFFIX = ".json"


def run(args: ParsedArguments) -> int:
    """Print the named schema, or list all."""
    schemas = load_schemas()
    if not args.operands:
        rows = [(name, json.loads(text)["description"]) for name, text in schemas.items()]
        stdio.print_output(output.format_table(_COLUMNS, rows, stdio.output_width()))
        return 0
    name = args.operands[0].removesuffix(_SUFFIX)
    if name not in schemas:
        guess = closest_match(name, tuple(schemas))
        hint = f"did you mean {guess}?" if guess else "emtui schema lists them."
        raise UsageError(f"No schema {name!r}: {hint}")
    stdio.print_output(schemas[name])
    return 0


def load_schemas() -> dict[str, str]:
    """The text of each schema by its name, such as `session`."""
    folder = files("emtui") / "docs" / "schemas"
    found = {entry.name.removesuffix(_SUFFIX): entry.read_text("utf-8") for entry in folder.iterdir()}
    return dict(sorted(found.items()))
