"""The log file: small, rotating, mode 0600, in the state folder, without secrets.

Records are redacted when written: every secret of this process and everything that looks like
a credential (em_rest/http_authentication: token, cookie and logon ID are equivalent to the
password). One line per record.
"""

from __future__ import annotations

import logging
import os
import re
import time
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

from emtui.em.secret import SHOWN, without_secrets
from emtui.em.text_sanitizer import clean
from emtui.local.state_files import NoState, folder, opened

SIZE = 256 * 1024
"""Bytes per file; one old file is kept."""
NAME = "emtui.log"
_LOGGERS = ("emtui", "asyncio")
_CREDENTIALS = (  # none matches a sentence of the doctor
    r"(?i)((?:proxy-)?authorization\s*[:=]\s*(?:\w+\s+)?|\bbasic\s+(?!auth)|\bbearer\s+"
    r"|x-restsvcsessionid\s*[:=]\s*|(?:set-)?cookie\s*[:=]\s*|/logonsessions/|sessionid[^\w\s]\W{0,3}"
    r"|\bpassword\s*[:=]\s*|://[^\s/:@]*:(?=[^\s<>\"']*@))"
    r"[^\s,;<>\"']+"
)


def redacted(text: str) -> str:
    """Return `text` on one line, without credentials and terminal control sequences."""
    hidden = re.sub(_CREDENTIALS, lambda found: found.group(1) + SHOWN, without_secrets(text))
    return clean(hidden).replace("\n", " ⏎ ")


class _Line(logging.Formatter):
    """Formats time (UTC), process, level, logger and message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Format the record as one redacted line without traceback; `crash_report` logs frames."""
        record.exc_info = record.exc_text = record.stack_info = None
        return redacted(super().format(record))


class _File(RotatingFileHandler):
    """A log file created with mode 0600; links are not followed."""

    def _open(self) -> TextIOWrapper:
        handle = opened(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")


def path() -> Path | None:
    """Return the log's path, if started."""
    handlers = logging.getLogger("emtui").handlers
    return next((Path(file.baseFilename) for file in handlers if isinstance(file, _File)), None)


def start(*, debug: bool = False) -> Path:
    """Start logging warnings, or everything with `debug`. Raises `NoState`."""
    where = folder() / NAME
    try:
        file = _File(where, maxBytes=SIZE, backupCount=1)
    except OSError as problem:
        raise NoState(f"{where} cannot be written: {problem.strerror}.") from None
    file.setFormatter(_Line())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers[:] = [file]
        logger.propagate = False
        logger.setLevel(logging.DEBUG if debug and name == "emtui" else logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not write to the screen
    return where
