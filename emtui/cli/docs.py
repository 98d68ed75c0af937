"""`emtui docs`: the pages that come with emtui, as Markdown."""

from __future__ import annotations

from emtui.cli import output, stdio
from emtui.cli.arguments import ParsedArguments, UsageError
from emtui.local.doc_pages import INDEX, list_pages, read_page
from emtui.query import closest_match

_COLUMNS = (output.OutputColumn("Page"), output.OutputColumn("Read it"))


def run(args: ParsedArguments) -> int:
    """Print a page, or list all of them."""
    pages = list_pages()
    if not args.operands:
        rows = [(page.name, page.purpose) for page in pages]
        stdio.print_output(output.format_table(_COLUMNS, rows, stdio.output_width()))
        return 0
    name = args.operands[0].removesuffix(".md").casefold()
    if name not in {INDEX, *(page.name for page in pages)}:
        guess = closest_match(name, [page.name for page in pages])
        hint = f": did you mean {guess}?" if guess else "."
        raise UsageError(f"Unknown page {args.operands[0]!r}{hint} List them with emtui docs.")
    stdio.print_output(read_page(name))
    return 0
