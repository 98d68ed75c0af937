"""A file that another user reads: replaced as a whole, readable, or unchanged and one sentence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from emtui.local.shared_file import FileNotReplacedError, check_replaceable, replace_shared_file


def test_the_file_is_readable_by_all_with_any_umask_and_no_temporary_file_remains(tmp_path: Path) -> None:
    path = tmp_path / "emtui.prom"
    before = os.umask(0o077)
    try:
        replace_shared_file(path, b"first\n")
        replace_shared_file(path, b"second\n")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"second\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [*tmp_path.iterdir()] == [path]


def test_the_mode_is_never_changed_by_a_name_that_another_user_could_have_replaced(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from emtui.local.shared_file import replace_shared_file\n"
        "sys.addaudithook(lambda event, given: event == 'os.chmod' and print(type(given[0]).__name__))\n"
        "replace_shared_file(Path(sys.argv[1]), b'new')"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "emtui.prom")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["int"]


def test_a_reader_keeps_the_old_file_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "emtui.prom"
    replace_shared_file(path, b"old\n")
    with path.open("rb") as reader:
        replace_shared_file(path, b"new, and longer\n")
        assert reader.read() == b"old\n"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing/emtui.prom", "{}/missing is not a directory: create it first."),
        ("file/emtui.prom", "{}/file is not a directory: create it first."),
        ("link", "{}/link is a symbolic link: use the path of the file itself."),
        ("dangling", "{}/dangling is a symbolic link: use the path of the file itself."),
        ("folder", "{}/folder is not a regular file: use the path of a file."),
        ("pipe", "{}/pipe is not a regular file: use the path of a file."),
        ("x" * 300, "{}/" + "x" * 300 + " cannot be used (File name too long)."),
    ],
    ids=lambda text: text[:20],
)
def test_what_cannot_be_replaced_is_one_sentence_and_unchanged(
    tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.rglob("*"))
    for attempt in (check_replaceable, lambda path: replace_shared_file(path, b"new")):
        with pytest.raises(FileNotReplacedError) as found:
            attempt(tmp_path / name)
        assert str(found.value) == sentence.format(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text() == "kept"


FULL_DISK_SCRIPT = """
import resource, signal, sys
from pathlib import Path
from emtui.local.shared_file import FileNotReplacedError, replace_shared_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    replace_shared_file(Path(sys.argv[1]), bytes(10_000))
except FileNotReplacedError as problem:
    print(problem)
"""


def test_on_a_full_disk_the_old_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "emtui.prom"
    path.write_text("old")
    argv = [sys.executable, "-c", FULL_DISK_SCRIPT, str(path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout == f"{path} was not replaced (File too large).\n"
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]
