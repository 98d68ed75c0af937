"""What is imported is declared, what is declared is pinned for CI, and the lowest versions can be tried."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
REQUIRED = PROJECT["project"]["dependencies"]
EXTRAS = PROJECT["project"]["optional-dependencies"]
ALL_REQUIREMENTS = [
    requirement
    for extra_requirements in (
        *PROJECT["build-system"]["requires"],
        *REQUIRED,
        *(requirement_name for extra in EXTRAS.values() for requirement_name in extra),
    )
    if (requirement := Requirement(extra_requirements)).name != "emtui"
]
METRICS_TEXT = ROOT / "emtui" / "cli" / "metrics_text.py"
OWN_MODULES = {"emtui", *(path.stem for name in ("tests", "screenshots") for path in (ROOT / name).iterdir())}
DISTRIBUTIONS = packages_distributions()


def imported(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Each file and the top-level module of others that it imports."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for top in {name.partition(".")[0] for name in names}:
                if top not in sys.stdlib_module_names and top not in OWN_MODULES:
                    yield str(path.relative_to(ROOT)), top


def undeclared_imports(paths: Iterable[Path], requirements: Iterable[str]) -> list[tuple[str, str]]:
    """Imports of modules that no requirement brings; one that is not installed here counts by its name."""
    declared = {canonicalize_name(Requirement(module_paths).name) for module_paths in requirements}
    return [
        (path, module)
        for path, module in imported(paths)
        if not declared & {canonicalize_name(name) for name in DISTRIBUTIONS.get(module, [module])}
    ]


def test_what_emtui_imports_is_declared() -> None:
    modules = [path for path in (ROOT / "emtui").rglob("*.py") if "demo" not in path.parts]
    assert undeclared_imports({*modules} - {METRICS_TEXT}, REQUIRED) == []


def test_what_the_simulated_server_imports_is_declared_in_its_extra() -> None:
    assert undeclared_imports((ROOT / "emtui" / "demo").rglob("*.py"), REQUIRED + EXTRAS["demo"]) == []


def test_what_metrics_are_formatted_with_is_declared_in_its_extra() -> None:
    assert undeclared_imports([METRICS_TEXT], REQUIRED + EXTRAS["metrics"]) == []


def test_what_tests_and_pictures_import_is_declared_for_development() -> None:
    scripts = [*(ROOT / "tests").rglob("*.py"), *(ROOT / "screenshots").rglob("*.py")]
    declared = REQUIRED + [requirement for extra in EXTRAS.values() for requirement in extra]
    assert undeclared_imports(scripts, declared) == []


def test_an_import_that_only_another_dependency_brings_is_found() -> None:
    without_rich = [each for each in REQUIRED if not each.startswith("rich")]
    missing = undeclared_imports((ROOT / "emtui" / "tui").rglob("*.py"), without_rich)
    assert {package for _, package in missing} == {"rich"}


def pinned_versions() -> dict[str, str]:
    lines = (ROOT / ".ci" / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {line: re.fullmatch(r"([\w.-]+)==([\w.]+)", line) for line in lines}
    assert [line for line, match in pinned.items() if match is None] == []
    return {canonicalize_name(match[1]): match[2] for match in pinned.values() if match}


@pytest.mark.parametrize("requirement", ALL_REQUIREMENTS, ids=str)
def test_what_ci_installs_is_pinned_within_what_is_declared(requirement: Requirement) -> None:
    pinned = pinned_versions()
    assert canonicalize_name(requirement.name) in pinned
    assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)])


def versions(path: str) -> subprocess.CompletedProcess[str]:
    """The script's own list of what it would try, with these folders on PATH."""
    script = [sys.executable, str(ROOT / ".ci" / "versions"), "--list"]
    return subprocess.run(script, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_the_lowest_versions_are_the_lower_bounds_of_what_is_declared(tmp_path: Path) -> None:
    lowest = [Requirement(line) for line in versions(str(tmp_path)).stdout.splitlines() if "==" in line]
    assert [each.name for each in lowest] == [each.name for each in ALL_REQUIREMENTS]
    for low, declared in zip(lowest, ALL_REQUIREMENTS, strict=True):
        (pin,) = low.specifier
        assert f">={pin.version}" in str(declared.specifier).split(",")
        assert low.marker == declared.marker


def test_a_python_that_does_not_start_is_passed_over_for_the_next_of_its_name(tmp_path: Path) -> None:
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    shim, real = (tmp_path / folder / name for folder in ("shims", "real"))
    for program, text in ((shim, "exit 127"), (real, f'exec "{sys.executable}" "$@"')):
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    found = versions(os.pathsep.join((str(shim.parent), str(real.parent))))
    assert f"({real})" in found.stdout
    assert str(shim) not in found.stdout
    assert found.returncode == 0


def test_without_any_python_nothing_was_tried_and_that_is_no_success(tmp_path: Path) -> None:
    found = versions(str(tmp_path))
    assert found.returncode == 2
    assert "Python 3.12: not found" in found.stdout


OTHER_PLATFORMS = {"pywin32-ctypes", "colorama"}
"""Requirements for Windows, which CI does not install."""


def hashed_requirements() -> list[Requirement]:
    """The requirements of the single file and of a reproducible installation; each has hashes."""
    text = (ROOT / ".ci" / "requirements.txt").read_text("utf-8").replace("\\\n", " ")
    split = [re.split(r"\s+--hash=", line) for line in text.splitlines()]
    assert all(hashes for _, *hashes in split)
    assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for _, *hashes in split for each in hashes)
    return [Requirement(requirement) for requirement, *_ in split]


def test_the_requirements_with_hashes_are_the_versions_that_ci_installs() -> None:
    pinned = pinned_versions()
    for requirement in hashed_requirements():
        if requirement.name not in OTHER_PLATFORMS:
            assert str(requirement.specifier) == f"=={pinned[canonicalize_name(requirement.name)]}"


def test_the_requirements_with_hashes_are_complete() -> None:
    """All that users can install, with whatever that needs on this platform."""
    extras = [name for name in EXTRAS if name not in {"dev", "mutation"}]
    pending = [*REQUIRED, *(each for extra in extras for each in EXTRAS[extra])]
    hashed = {canonicalize_name(each.name) for each in hashed_requirements()}
    visited = set[str]()
    while pending:
        requirement = Requirement(pending.pop())
        name = canonicalize_name(requirement.name)
        if name in visited or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        visited.add(name)
        pending += requires(name) or []
    assert visited <= hashed


def test_an_installation_needs_no_address_and_nothing_from_the_network_but_the_index() -> None:
    for name in ("constraints.txt", "requirements.txt", "single-file-tools.txt"):
        text = (ROOT / ".ci" / name).read_text("utf-8")
        assert re.search(r"https?://|--(extra-)?index-url|--find-links", text) is None
