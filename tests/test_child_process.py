"""Child processes start wherever emtui was loaded from, such as a zip file that Python does not find."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest

from emtui.child_process import (
    CHILD_OPTION,
    DEMO_SERVER,
    KEYRING_WORKER,
    child_command,
    import_path,
    run_child,
)

PACKAGE = Path(__file__).parents[1] / "emtui"
KEYRINGS = """\
import asyncio, json
from emtui.local.credentials import check_keyrings
def run(): print(json.dumps([[each.name, each.state] for each in asyncio.run(check_keyrings(60))]))
"""
DEMO = """\
import json
from emtui.demo.demo_options import DemoOptions
from emtui.demo.server_process import run_server
def run():
    with run_server(DemoOptions()) as announcement: print(json.dumps(announcement.url))
"""


@pytest.fixture(scope="module")
def run_from_zip(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], str]:
    """Return a function that runs code with emtui in a zip file, beside folders of its requirements.

    Without `site`, the editable installation of these tests is not found.
    """
    archive = tmp_path_factory.mktemp("zip") / "emtui.zip"
    with ZipFile(archive, "w") as packed:
        for path in PACKAGE.rglob("*.py"):
            packed.write(path, path.relative_to(PACKAGE.parent))

    def run(code: str, folder: Path) -> str:
        (folder / "code.txt").write_text(code)
        start = (
            f"import sys; sys.path += {[str(archive), sysconfig.get_path('purelib')]!a}\n"
            f"exec(open('code.txt').read()); run()"
        )
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", start], cwd=folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_keyring_process_starts_from_a_zip_file(
    run_from_zip: Callable[[str, Path], str], tmp_path: Path
) -> None:
    states = dict(json.loads(run_from_zip(KEYRINGS, tmp_path)))
    assert "not available" in states["Windows Credential Locker"]  # as keyring itself says


def test_the_demo_server_starts_from_a_zip_file(
    run_from_zip: Callable[[str, Path], str], tmp_path: Path
) -> None:
    assert json.loads(run_from_zip(DEMO, tmp_path)).startswith("https://127.0.0.1:")


def test_the_demo_server_is_not_imported_from_the_current_folder(
    run_from_zip: Callable[[str, Path], str], tmp_path: Path
) -> None:
    for name in ("emtui", "uvicorn", "json"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()\n")
    assert run_from_zip(DEMO, tmp_path)
    assert not (tmp_path / "ran").exists()


def test_the_current_folder_is_dropped_unless_emtui_is_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = str(PACKAGE.parent)
    monkeypatch.chdir(tmp_path)
    assert import_path(["", str(tmp_path), "relative", root, "/usr/lib"]) == [root, "/usr/lib"]
    assert import_path(["/usr/lib"]) == ["/usr/lib", root]
    monkeypatch.chdir(root)
    assert import_path(["", root, "/usr/lib"]) == [root, "/usr/lib"]


def test_a_deleted_current_folder_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert import_path(["/usr/lib"])[0] == "/usr/lib"
    monkeypatch.chdir(tmp_path)


def test_a_frozen_executable_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command(DEMO_SERVER, "--port", "0") == [
        *(sys.executable, CHILD_OPTION, DEMO_SERVER, "--port", "0")
    ]


def test_only_a_frozen_executable_runs_modules_and_only_two() -> None:
    assert run_child(["os"]) == 2
    done = subprocess.run(
        [sys.executable, "-m", "emtui", CHILD_OPTION, KEYRING_WORKER],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")


def test_a_frozen_executable_runs_the_keyring_process() -> None:
    frozen = "import sys; sys.frozen = True; from emtui.cli import main; sys.exit(main())"
    request = {"do": "probe", "keyring": "no such", "service": "", "user": "", "password": ""}
    done = subprocess.run(
        [sys.executable, "-c", frozen, CHILD_OPTION, KEYRING_WORKER],
        input=json.dumps(request), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "unknown keyring 'no such'" in json.loads(done.stdout)["trouble"]
