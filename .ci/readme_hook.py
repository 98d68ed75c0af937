"""The README as the description of the packages: without links that only work in the repository.

A package index shows no files of the repository, and no address of one is known. Pictures are left out;
a link to a page becomes its text and the page's path, which is the same in the installed package.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_PICTURE = re.compile(r"!\[[^]]*\]\((?!https?:)[^)]*\)\n*")
_LINK = re.compile(r"\[(?P<text>[^]]+)\]\((?!https?:|#)(?P<path>[^)#]+)(?:#[^)]*)?\)")


class ReadmeHook(MetadataHookInterface):
    """Fills in the `readme` of the project's metadata."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the description from README.md."""
        text = Path(self.root, "README.md").read_text("utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": without_relative_links(text)}


def without_relative_links(markdown: str) -> str:
    """Return the text with pictures removed and relative links written out."""
    return _LINK.sub(_write_out, _PICTURE.sub("", markdown))


def _write_out(link: re.Match[str]) -> str:
    text, path = link["text"], link["path"]
    return text if path in text else f"{text} (`{path}`)"
