"""The page for maintainers names only files, folders and classes that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEVELOPMENT_PAGE = (ROOT / "emtui" / "docs" / "development.md").read_text("utf-8")
PATHS = sorted(
    {*re.findall(r"(?<![\w./-])((?:[\w-]+/)*(?:[\w-]+\.(?:py|md|toml)|(?<=/)))(?![\w/-])", DEVELOPMENT_PAGE)}
    - {""}
)
CLASSES = sorted({*re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b", DEVELOPMENT_PAGE)})
OF_TEXTUAL = {"AppBlur", "AppFocus", "ChopsUpdate", "DataTable", "LayoutUpdate", "LinuxDriver"}

SOURCES = [path for part in ("emtui", "tests", "screenshots") for path in (ROOT / part).rglob("*.py")]
FILES = [*SOURCES, *ROOT.glob("*.*"), *(ROOT / "emtui" / "docs").glob("*.md")]
EXISTING_PATHS = [f"{path.as_posix()}/" if path.is_dir() else path.as_posix() for path in FILES]
FOLDERS = {f"{folder.as_posix()}/" for path in SOURCES for folder in path.parents}
DEFINED_CLASSES = {
    name for path in SOURCES for name in re.findall(r"^class (\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def path_exists(path: str) -> bool:
    """Whether a file or folder has this name, or a name that ends in this path."""
    return any(candidate.endswith(f"/{path}") for candidate in (*EXISTING_PATHS, *FOLDERS))


def test_it_names_many_of_them() -> None:
    assert len(PATHS) > 90
    assert len(CLASSES) > 25


@pytest.mark.parametrize("path", PATHS)
def test_a_file_or_folder_that_is_named_exists(path: str) -> None:
    assert path_exists(path)


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_that_is_named_exists(name: str) -> None:
    assert name in DEFINED_CLASSES | OF_TEXTUAL


def test_what_has_moved_is_found() -> None:
    assert path_exists("tui/terminal/frame_diff.py")
    assert not path_exists("tui/frame_diff.py")
