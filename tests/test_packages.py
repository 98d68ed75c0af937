"""Wheel and sdist hold what they need and nothing else, and say nothing that is not true."""

from __future__ import annotations

import re
import runpy
import subprocess
import sys
import tarfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[1]
IN_SDIST = ("emtui", "tests", "screenshots", ".ci")
AT_TOP = {"pyproject.toml", "README.md", "LICENSE", ".gitignore", "PKG-INFO"}
IN_DIST_INFO = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
SHIPPED = {".py", ".typed", ".tcss", ".md", ".json"}


def build(project: Path, target: Path) -> Path:
    """Build into this folder, with what is installed here: no network is needed."""
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
    subprocess.run(command, cwd=project, check=True, capture_output=True)
    return target


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="module")
def wheel(built: Path) -> dict[str, bytes]:
    """Return the files of the wheel by name."""
    return read_wheel(built)


@pytest.fixture(scope="module")
def metadata(wheel: dict[str, bytes]) -> Message:
    return message_from_bytes(next(text for name, text in wheel.items() if name.endswith("/METADATA")))


def read_wheel(folder: Path) -> dict[str, bytes]:
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def files_below(*folders: str) -> set[str]:
    """Return the files of the tree, without what programs leave in it."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    names = {path.relative_to(ROOT).as_posix() for path in found}
    return {name for name in names if "__pycache__" not in name and "/.hypothesis/" not in name}


def test_the_wheel_holds_the_package_and_nothing_else(wheel: dict[str, bytes]) -> None:
    package = {name for name in wheel if name.startswith("emtui/")}
    info = {name.partition(".dist-info/")[2] for name in wheel.keys() - package}
    assert package == files_below("emtui")
    assert info == IN_DIST_INFO
    others = {name for name in package if Path(name).suffix not in SHIPPED}
    assert {name for name in others if not name.startswith("emtui/docs/examples/")} == set()


def test_the_sdist_holds_the_tests_and_what_they_need(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as packed:
        names = {name.partition("/")[2] for name in packed.getnames()}
    assert names == files_below(*IN_SDIST) | AT_TOP
    assert {".ci/constraints.txt", ".ci/run", "tests/test_packages.py", "screenshots/demo.svg"} <= names


def test_a_wheel_from_the_sdist_is_the_wheel_from_the_tree(
    built: Path, wheel: dict[str, bytes], tmp_path: Path
) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as packed:
        packed.extractall(tmp_path, filter="data")
    (unpacked,) = tmp_path.iterdir()
    assert read_wheel(build(unpacked, tmp_path / "dist")) == wheel


def test_the_metadata_names_what_is_tested_and_no_address(metadata: Message) -> None:
    classifiers = metadata.get_all("Classifier", [])
    versions = runpy.run_path(str(ROOT / ".ci" / "versions"))["PYTHONS"]
    named = [found[1] for each in classifiers if (found := re.search(r":: Python :: (3\.\d+)$", each))]
    assert named == list(versions)
    assert metadata["Requires-Python"] == f">={versions[0]}"
    assert metadata["Author"] == "The emtui developers"
    assert any(each.startswith("Development Status ::") for each in classifiers)
    assert {"Home-page", "Project-URL", "Download-URL"}.isdisjoint(metadata.keys())


def test_the_description_is_the_readme_without_links_into_a_repository(metadata: Message) -> None:
    text = str(metadata.get_payload())
    headings = re.findall(r"^#+ .*", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert re.findall(r"^#+ .*", text, re.MULTILINE) == headings
    assert [path for path in re.findall(r"\]\(([^)]*)\)", text) if not path.startswith(("#", "https:"))] == []
    assert "(`emtui/docs/monitoring.md`)" in text
