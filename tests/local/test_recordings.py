"""Recording files: new, mode 0600, never through a link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from emtui.local.recordings import RecordingFile, RecordingFileError, open_recording


def test_the_recording_has_mode_0600_with_any_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        file = RecordingFile(tmp_path / "night.rec")
    finally:
        os.umask(before)
    file.write(b"abc")
    file.close()
    assert (tmp_path / "night.rec").stat().st_mode & 0o777 == 0o600
    assert file.size == 3
    with open_recording(tmp_path / "night.rec") as again:
        assert again.read() == b"abc"


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "night.rec").write_text("mine")
    with pytest.raises(RecordingFileError, match="already exists: a recording needs a new file"):
        RecordingFile(tmp_path / "night.rec")
    assert (tmp_path / "night.rec").read_text() == "mine"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RecordingFileError, match="already exists"):
        RecordingFile(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("name", ["missing/night.rec", "a\0b"])
def test_a_file_that_cannot_be_created_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(RecordingFileError, match="cannot be created: "):
        RecordingFile(tmp_path / name)


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path, tmp_path / "fifo", Path("/dev/zero")):
        with pytest.raises(RecordingFileError, match="is not a file"):
            open_recording(path)
    with pytest.raises(RecordingFileError, match="cannot be read: No such file"):
        open_recording(tmp_path / "missing")
