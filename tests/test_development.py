"""The pages for maintainers name only files, folders and classes that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DEVELOPMENT_PAGES = "".join(
    (ROOT / "emtui" / "docs" / f"{name}.md").read_text("utf-8") for name in ("development", "textual")
)
PATHS = sorted(
    {*re.findall(r"(?<![\w./-])((?:[\w-]+/)*(?:[\w-]+\.(?:py|md|toml)|(?<=/)))(?![\w/-])", DEVELOPMENT_PAGES)}
    - {""}
)
CLASSES = sorted({*re.findall(r"`([A-Z][a-z]+(?:[A-Z][a-z]+)+)\b", DEVELOPMENT_PAGES)})
OF_TEXTUAL = {"AppBlur", "AppFocus", "ChopsUpdate", "DataTable", "LayoutUpdate", "LinuxDriver"}

SOURCES = [path for part in ("emtui", "tests", "screenshots") for path in (ROOT / part).rglob("*.py")]
FILES = [*SOURCES, *ROOT.glob("*.*"), *(ROOT / "emtui" / "docs").glob("*.md")]
EXISTING_PATHS = [f"{path.as_posix()}/" if path.is_dir() else path.as_posix() for path in FILES]
FOLDERS = {f"{folder.as_posix()}/" for path in SOURCES for folder in path.parents}
DEFINED_CLASSES = {
    name for path in SOURCES for name in re.findall(r"^class (\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def path_exists(path: str) -> bool:
    """Whether a file or folder has this path, or one that ends in it."""
    return any(candidate.endswith(f"/{path}") for candidate in (*EXISTING_PATHS, *FOLDERS))


def test_it_names_many_paths_and_classes() -> None:
    assert len(PATHS) > 90
    assert len(CLASSES) > 25


@pytest.mark.parametrize("path", PATHS)
def test_each_named_file_or_folder_exists(path: str) -> None:
    assert path_exists(path)


@pytest.mark.parametrize("name", CLASSES)
def test_each_named_class_exists(name: str) -> None:
    assert name in DEFINED_CLASSES | OF_TEXTUAL


def test_a_moved_file_is_found() -> None:
    assert path_exists("tui/terminal/frame_diff.py")
    assert not path_exists("tui/frame_diff.py")
