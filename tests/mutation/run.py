"""Mutation testing: `python tests/mutation/run.py [--only AREA]… [--sample N]`.

Changes the code of an area in one place at a time (mutmut makes the mutants), runs the unit tests that
reach the changed function, and lists the mutants that no test failed for, with file and line. Needs
`pip install -e '.[dev,mutation]'`. Nothing is asserted, and no file of the project is written: the mutated
copies and the results stay in `.mutation/`; `--fresh` removes them first.

`--sample 100` takes a random hundred for each area and prints the seed that selects them again.
mutmut does not mutate code outside functions, nor functions with a decorator, properties included.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutmut.configuration import reset_config
from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import get_mutant_name, orig_function_and_class_names_from_key

PROJECT = Path(__file__).parents[2]
WORK = PROJECT / ".mutation"


@dataclass(frozen=True, slots=True)
class Area:
    """Modules to mutate (paths or globs), and the tests that should fail for it."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    skipped: tuple[str, ...] = ()
    """Tests left out by name (pytest -k): they take seconds, or start other programs."""
    at_import: tuple[str, ...] = ()
    """Functions that only run at import, before mutmut selects a mutant: no test could fail for them."""


AREAS: Mapping[str, Area] = {
    "codec": Area(
        modules=tuple(
            f"emtui/em/{name}.py"
            for name in ("fast_row_parser", "session_parser", "xml_codec", "xml_document")
        ),
        tests=tuple(
            f"tests/em/test_{name}.py"
            for name in ("charset", "fast_row_parser", "xml_codec", "xml_codec_fuzz")
        ),
        skipped=(
            "test_a_list_with_too_many_rows_is_too_large_in_any_form",
            "test_a_document_that_is_too_deep_or_too_long_is_too_large",
        ),
        at_import=("_attribute_patterns", "_leaf_pattern", "_optional", "_row_pattern"),
    ),
    "query": Area(modules=("emtui/query/*.py",), tests=("tests/query", "tests/test_clock_changes.py")),
    "triage": Area(
        modules=tuple(
            f"emtui/triage/{name}.py"
            for name in (
                "baseline",
                "grouping",
                "incidents",
                "prioritization",
                "schedule_detection",
                "streaks",
            )
        ),
        tests=(
            "tests/triage",
            *(f"tests/monitor/test_{name}.py" for name in ("assessment", "explainer")),
        ),
        skipped=("test_quiet_days", "test_what_runs_day_and_night"),
    ),
    "feeds": Area(
        modules=tuple(
            f"emtui/monitor/{name}.py"
            for name in (
                "alert_policy",
                "list_feed",
                "poller",
                "session_feed",
                "session_poller",
                "unseen_marks",
            )
        ),
        tests=tuple(
            f"tests/monitor/test_{name}.py"
            for name in (
                "absence_summary",
                "alert_policy",
                "changes",
                "clock_steps",
                "list_feed",
                "poller",
                "session_feed",
                "session_poller",
                "unlisted_runs",
            )
        ),
        skipped=("test_for_200_lists",),
    ),
}


@dataclass(frozen=True, slots=True)
class Result:
    """A mutant by mutmut's name, the file it is in, and mutmut's word for the outcome."""

    mutant: str
    path: str
    outcome: str


def main() -> None:
    """Test the mutants of each area, and print the score and the survivors."""
    parser = argparse.ArgumentParser(
        description=__doc__, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--only", action="append", choices=AREAS, default=[], help="one area; may be repeated"
    )
    parser.add_argument("--sample", type=int, metavar="N", help="N random mutants for each area")
    parser.add_argument("--seed", type=int, help="of an earlier sample")
    parser.add_argument(
        "--limit", type=float, default=30, metavar="SECONDS", help="for a mutant, plus three times its tests"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="mutants tested at the same time")
    parser.add_argument("--fresh", action="store_true", help="remove earlier results first")
    args = parser.parse_args()
    seed = random.SystemRandom().randrange(10_000) if args.seed is None else args.seed
    for name in args.only or AREAS:
        folder = WORK / name
        if args.fresh:
            shutil.rmtree(folder, ignore_errors=True)
        _prepare(folder, AREAS[name], args.limit)
        os.chdir(folder)  # mutmut reads its settings and writes its results in the current directory
        reset_config()
        places = _mutants(AREAS[name])
        chosen = sorted(places)
        if args.sample is not None and args.sample < len(chosen):
            chosen = sorted(random.Random(seed).sample(chosen, args.sample))  # noqa: S311 (not a secret)
            sys.stdout.write(f"{name}: {len(chosen)} of {len(places)} mutants, --seed {seed}\n")
        _test(chosen, args.workers)
        sys.stdout.write(_report(name, list(_results(chosen, places))) + "\n")
        sys.stdout.flush()


def _prepare(folder: Path, area: Area, limit: float) -> None:
    """Lay out a project for mutmut: links to code and tests, and pyproject.toml with mutmut's settings."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("emtui", "tests"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(PROJECT / name, target_is_directory=True)
    excluded_tests = " and ".join(f"not {name}" for name in area.skipped)
    settings = {
        "source_paths": ["emtui"],
        "only_mutate": list(area.modules),
        "pytest_add_cli_args_test_selection": list(area.tests),
        "pytest_add_cli_args": ["-p", "no:xdist", *(("-k", excluded_tests) if excluded_tests else ())],
        "timeout_multiplier": 3.0,
        "timeout_constant": limit / 3,
        "on_dependency_change": "ignore",
        "track_dependencies": False,
        "process_isolation": "forkserver",  # fork itself has caches filled by the tests of unchanged code
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in settings.items()]
    text = (PROJECT / "pyproject.toml").read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n"
    (folder / "pyproject.toml").write_text(text)


def _mutants(area: Area) -> dict[str, str]:
    """Every mutant of an area, and the file it is in."""
    paths = sorted(path for pattern in area.modules for path in Path().glob(pattern))
    excluded = tuple(f"x_{name}__mutmut_" for name in area.at_import)
    return {
        get_mutant_name(path, mutant): str(path)
        for path in paths
        for mutant in mutate_file_contents(str(path), path.read_text()).mutant_names
        if not mutant.startswith(excluded)
    }


def _test(mutants: Sequence[str], workers: int) -> None:
    """Run mutmut. With CI set, Hypothesis generates the same examples for every mutant."""
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(workers), *mutants]
    log = Path("mutmut.log")
    with log.open("w") as output:
        ended = subprocess.run(
            command, stdout=output, stderr=subprocess.STDOUT, env=os.environ | {"CI": "true"}, check=False
        )
    if ended.returncode:
        sys.exit(f"mutmut ended with {ended.returncode}: {log.resolve()}")


def _results(mutants: Sequence[str], places: Mapping[str, str]) -> Iterator[Result]:
    metas = {path: json.loads(Path("mutants", f"{path}.meta").read_text()) for path in set(places.values())}
    for mutant in mutants:
        path = places[mutant]
        yield Result(mutant, path, status_by_exit_code[metas[path]["exit_code_by_key"][mutant]])


def _report(name: str, results: Sequence[Result]) -> str:
    """A line for each file and for the area, then the survivors."""
    lines = [
        f"{'':<36}{'mutants':>9}{'killed':>9}{'timed out':>11}{'survived':>10}{'untested':>10}{'score':>8}"
    ]
    paths = sorted({result.path for result in results})
    lines += [_line(path, [result for result in results if result.path == path]) for path in paths]
    lines.append(_line(name, results))
    missed = [result for result in results if result.outcome not in ("killed", "timeout")]
    return "\n".join([*lines, "", *(_change(result) for result in missed)])


def _line(name: str, results: Sequence[Result]) -> str:
    counts = Counter(result.outcome for result in results)
    detected = counts["killed"] + counts["timeout"]
    untested = counts["no tests"]
    survived = len(results) - detected - untested
    return (
        f"{name:<36}{len(results):>9}{counts['killed']:>9}{counts['timeout']:>11}"
        f"{survived:>10}{untested:>10}{detected / max(1, len(results)):>8.1%}"
    )


def _change(result: Result) -> str:
    """File and line of a mutant, and the lines that differ."""
    diff = str(get_diff_for_mutant(result.mutant, path=result.path)).splitlines()[2:]
    shown = [line for line in diff if line.startswith(("-", "+"))]
    line = _line_number(result, next((text[1:] for text in shown if text.startswith("-")), ""))
    return "\n".join([f"{result.path}:{line}: {result.outcome} ({result.mutant})", *shown, ""])


def _line_number(result: Result, text: str) -> int:
    """The first line of the function that equals the changed one."""
    name, owner = orig_function_and_class_names_from_key(result.mutant)
    source = Path(result.path).read_text()
    tree: ast.AST = ast.parse(source)
    if owner:
        tree = next(n for n in ast.walk(tree) if isinstance(n, ast.ClassDef) and n.name == owner)
    function = next(
        node
        for node in ast.iter_child_nodes(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    )
    lines = source.splitlines()
    span = range(function.lineno, (function.end_lineno or function.lineno) + 1)
    return next((number for number in span if lines[number - 1].strip() == text.strip()), function.lineno)


if __name__ == "__main__":
    main()
