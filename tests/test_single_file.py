"""How the single executable file starts: where it unpacks, which Python it takes, what it says if it cannot.

The archive is a small one; `.ci/integration packages` builds and runs the real file.
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
START = "import json, sys; print(json.dumps([sys.argv[1:], sys.flags.isolated, sys.flags.no_site]))\n"
NO_HOME = "/proc"
"""A home folder in which not even root can make a folder."""


@pytest.fixture(scope="module")
def single_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file made like the real one, whose program prints its arguments."""
    folder = tmp_path_factory.mktemp("single-file")
    builder = runpy.run_path(str(ROOT / ".ci" / "build-single-file"))
    content = folder / "content"
    content.mkdir()
    (content / "start.py").write_text(START)
    target = folder / "emtui file"
    builder["_write_executable"](target, "1.0", builder["_pack"](content), (PYTHON,))
    return target


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / f"python{PYTHON}").symlink_to(sys.executable)
    for name in ("home", "run", "tmp"):
        (tmp_path / name).mkdir(mode=0o700)
    return {
        "PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin",
        "HOME": str(tmp_path / "home"),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "TMPDIR": str(tmp_path / "tmp"),
    }


def run(path: Path, environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([path, *arguments], env=environ, capture_output=True, text=True, check=False)


def unpacked_in(folder: Path) -> list[Path]:
    return [path.parent for path in folder.rglob("start.py")]


def test_it_runs_isolated_from_a_folder_that_only_the_user_can_enter(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    done = run(single_file, environ, "a b", "", "*")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [["a b", "", "*"], 1, 1]
    (unpacked,) = unpacked_in(tmp_path / "home" / ".cache" / "emtui")
    assert stat.S_IMODE(unpacked.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(unpacked.stat().st_mode) == 0o700


def test_the_second_run_uses_what_the_first_has_unpacked(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    run(single_file, environ)
    (unpacked,) = unpacked_in(tmp_path / "home")
    (unpacked / "start.py").write_text("print('again')")
    assert run(single_file, environ).stdout == "again\n"


def test_several_first_runs_at_once_all_succeed(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    processes = [
        subprocess.Popen([single_file], env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    for process in processes:
        _, complaint = process.communicate(timeout=60)
        assert (process.returncode, complaint) == (0, b"")
    (unpacked,) = unpacked_in(tmp_path / "home")
    assert list(unpacked.parent.iterdir()) == [unpacked]


@pytest.mark.parametrize("folder", ["run", "tmp"])
def test_with_a_read_only_home_another_private_folder_is_used(
    single_file: Path, environ: dict[str, str], tmp_path: Path, folder: str
) -> None:
    environ["HOME"] = NO_HOME
    if folder == "tmp":
        del environ["XDG_RUNTIME_DIR"]
    assert run(single_file, environ).returncode == 0
    (unpacked,) = unpacked_in(tmp_path / folder)
    assert stat.S_IMODE(unpacked.parent.stat().st_mode) == 0o700


def make_readable(folder: Path) -> None:
    folder.chmod(0o750)


def make_link(folder: Path) -> None:
    folder.rmdir()
    target = folder.with_name("elsewhere")
    target.mkdir(mode=0o700)
    folder.symlink_to(target)


def give_away(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a folder of another user's")
    os.chown(folder, 65534, 65534)


@pytest.mark.parametrize("spoil", [make_readable, make_link, give_away])
def test_a_folder_that_others_may_change_is_not_used(
    single_file: Path, environ: dict[str, str], tmp_path: Path, spoil: object
) -> None:
    assert callable(spoil)
    folder = tmp_path / "home" / ".cache" / "emtui"
    folder.mkdir(parents=True, mode=0o700)
    spoil(folder)
    assert run(single_file, environ).returncode == 0
    assert unpacked_in(tmp_path / "home") == []
    assert len(unpacked_in(tmp_path / "run")) == 1
    done = run(single_file, environ | {"EMTUI_UNPACK_DIR": str(folder)})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"emtui: Cannot use EMTUI_UNPACK_DIR: {folder} must be a folder of yours that only you can access"
        " (chmod 700).\n"
    )


def test_without_a_suitable_python_one_sentence_names_the_versions(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "bin" / f"python{PYTHON}").unlink()
    old = tmp_path / "bin" / "python3"
    old.write_text("#!/bin/sh\n[ $# = 1 ] && echo Python 3.9.2 || echo 3.9 /usr/bin/python3.9\n")
    old.chmod(0o755)
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("ls", "mkdir", "dirname", "id"):
        (programs / name).symlink_to(shutil.which(name) or "")
    environ["PATH"] = f"{tmp_path / 'bin'}:{programs}"
    done = run(single_file, environ, "sessions")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"emtui: This file needs one of Python {PYTHON} as python3.N or python3 on PATH."
        " Found: Python 3.9.2.\n"
    )
    done = run(single_file, environ, "check", "--max-age", "26h")
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("EMTUI UNKNOWN - This file needs")


def test_a_python_that_was_removed_is_replaced(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    run(single_file, environ)
    (unpacked,) = unpacked_in(tmp_path / "home")
    (unpacked / "python-path").write_text("/usr/bin/python-that-was-removed\n")
    assert run(single_file, environ).returncode == 0
    assert (unpacked / "python-path").read_text() == f"{tmp_path / 'bin' / f'python{PYTHON}'}\n"


def test_a_damaged_file_is_reported_and_leaves_nothing(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged"
    damaged.write_bytes(single_file.read_bytes()[:-40])
    damaged.chmod(0o755)
    done = run(damaged, environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("emtui: Cannot unpack into ")
    assert done.stderr.endswith("or this file is damaged (compare its SHA-256).\n")
    assert done.stderr.count("\n") == 1
    assert list((tmp_path / "home" / ".cache" / "emtui").iterdir()) == []


def test_what_a_killed_run_has_left_is_removed_and_what_another_one_unpacks_is_kept(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "home" / ".cache" / "emtui"
    for name in ("new.killed", "new.recent"):
        (folder / name).mkdir(mode=0o700, parents=True)
        (folder / name / "part").touch()
    folder.chmod(0o700)
    os.utime(folder / "new.killed", (0, 0))
    done = run(single_file, environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert [path.name for path in folder.iterdir() if path.name.startswith("new.")] == ["new.recent"]


def test_a_folder_without_its_program_is_unpacked_again(
    single_file: Path, environ: dict[str, str], tmp_path: Path
) -> None:
    assert run(single_file, environ).returncode == 0
    (unpacked,) = unpacked_in(tmp_path / "home")
    (unpacked / "start.py").unlink()
    done = run(single_file, environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert [*unpacked.parent.iterdir()] == [unpacked]


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)]
)
def test_a_run_that_is_stopped_while_it_unpacks_leaves_nothing(
    single_file: Path, environ: dict[str, str], tmp_path: Path, number: signal.Signals, code: int
) -> None:
    tar = tmp_path / "bin" / "tar"
    tar.write_text(f"#!/bin/sh\nkill -{number:d} $PPID\nexit 0\n")
    tar.chmod(0o755)
    done = run(single_file, environ)
    assert done.returncode == code
    assert [*(tmp_path / "home" / ".cache" / "emtui").iterdir()] == []
