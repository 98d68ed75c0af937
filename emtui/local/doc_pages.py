"""The pages that come with emtui: listed by their index, read as Markdown.

The index (`docs/index.md`) is a page with tables; a row of them names a page and says when to read it:
`| [Title](name.md) | when |`.
"""

from __future__ import annotations

import re
from importlib.resources import files
from typing import NamedTuple

INDEX = "index"
"""Name of the page that lists the others."""
_ROW = re.compile(r"^\| \[([^\]]+)\]\(([a-z-]+)\.md\) \| (.+?) \|$", re.MULTILINE)


class DocumentationPage(NamedTuple):
    """A page: its name, its title, and when to read it."""

    name: str
    title: str
    purpose: str


def list_pages() -> tuple[DocumentationPage, ...]:
    """All pages, in the order of the index."""
    return tuple(
        DocumentationPage(name, title, purpose) for title, name, purpose in _ROW.findall(read_page(INDEX))
    )


def read_page(name: str) -> str:
    """The Markdown of a listed page, or of the index; raises `FileNotFoundError`."""
    return files("emtui").joinpath("docs", f"{name}.md").read_text("utf-8")
