"""Output files: complete, mode 0600, never overwriting, or one sentence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local import output_file
from emtui.local.output_file import (
    OutputFileNotWrittenError,
    WrittenFile,
    format_path,
    output_folders,
    write_output_file,
)

DATA = b"all of it"


def test_the_output_file_has_mode_0600_with_any_umask_and_no_temporary_file_remains(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        written = write_output_file(DATA, "emtui-x", ".zip", [tmp_path])
    finally:
        os.umask(before)
    assert written == WrittenFile(tmp_path / "emtui-x.zip")
    assert stat.S_IMODE(written.path.stat().st_mode) == 0o600
    assert written.path.stat().st_nlink == 1
    assert written.path.read_bytes() == DATA
    assert list(tmp_path.iterdir()) == [written.path]


def test_a_second_file_gets_another_name(tmp_path: Path) -> None:
    names = [
        write_output_file(b"%d" % number, "emtui-x", ".zip", [tmp_path]).path.name for number in range(3)
    ]
    assert names == ["emtui-x.zip", "emtui-x-2.zip", "emtui-x-3.zip"]
    assert (tmp_path / "emtui-x.zip").read_bytes() == b"0"


def test_a_link_that_has_the_name_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "emtui-x.zip").symlink_to(tmp_path / "elsewhere")
    assert write_output_file(DATA, "emtui-x", ".zip", [tmp_path]).path.name == "emtui-x-2.zip"
    assert not (tmp_path / "elsewhere").exists()


def test_an_unwritable_folder_is_named_and_the_next_is_used(tmp_path: Path) -> None:
    written = write_output_file(DATA, "emtui-x", ".zip", [tmp_path / "gone", tmp_path])
    assert written.path.parent == tmp_path
    assert written.fallback_reason == f"{tmp_path / 'gone'} is not writable (No such file or directory)"


def test_no_writable_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputFileNotWrittenError) as found:
        write_output_file(DATA, "emtui-x", ".zip", [tmp_path / "gone", tmp_path / "gone too"])
    assert (
        str(found.value) == f"Not written: {tmp_path / 'gone'} is not writable (No such file or directory)."
    )


def test_too_many_files_of_that_name_is_an_error(tmp_path: Path) -> None:
    for number in range(1, 100):
        (tmp_path / f"x{f'-{number}' if number > 1 else ''}.zip").touch()
    with pytest.raises(OutputFileNotWrittenError, match="too many files of that name"):
        write_output_file(DATA, "x", ".zip", [tmp_path])
    assert len(list(tmp_path.iterdir())) == 99


FULL_DISK_SCRIPT = """
import resource, signal, sys
from pathlib import Path
from emtui.local.output_file import OutputFileNotWrittenError, write_output_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    write_output_file(bytes(10_000), "emtui-x", ".zip", [Path(sys.argv[1])])
except OutputFileNotWrittenError as problem:
    print(problem)
"""


def test_a_full_disk_is_one_sentence_and_leaves_no_partial_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK_SCRIPT, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"Not written: {tmp_path} is not writable (File too large).\n"
    assert list(tmp_path.iterdir()) == []


def test_without_hard_links_the_file_is_written_directly(tmp_path: Path) -> None:
    (tmp_path / "emtui-x.zip").write_bytes(b"somebody's")
    names = output_file._candidate_paths(tmp_path, "emtui-x", ".zip")  # noqa: SLF001 - no such disk is at hand
    taken = [path for path in names if output_file._create_and_write(path, DATA)]  # noqa: SLF001
    assert len(taken) == 98
    assert (tmp_path / "emtui-x.zip").read_bytes() == b"somebody's"
    assert stat.S_IMODE(taken[0].stat().st_mode) == 0o600


def test_the_folders_are_current_home_and_if_allowed_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert output_folders(include_state_folder=False) == (Path(), tmp_path)
    assert not (tmp_path / "state").exists()
    assert output_folders(include_state_folder=True) == (Path(), tmp_path, tmp_path / "state" / "emtui")


def test_a_path_is_abbreviated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "night").mkdir()
    monkeypatch.chdir(tmp_path / "night")
    assert format_path(tmp_path / "night" / "x.zip") == "x.zip"
    assert format_path(tmp_path / "x.zip") == "~/x.zip"
    assert format_path(Path("/x\x1b.zip")) == "/x␛.zip"
