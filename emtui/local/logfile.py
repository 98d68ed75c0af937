"""The log: small, rotating, 0600 in the state folder, and without any secret.

What is written is redacted at the last moment: every secret that this process holds,
and all that looks like a credential of the wire (em_rest/http_authentication: token,
cookie and the id of a logon are as good as the password). One line for each record.
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
"""Bytes after which a new file is begun; one old one is kept."""
NAME = "emtui.log"
_LOGGERS = ("emtui", "asyncio")
_CREDENTIALS = (  # none of them hits a sentence of ours, of which the doctor tells
    r"(?i)((?:proxy-)?authorization\s*[:=]\s*(?:\w+\s+)?|\bbasic\s+(?!auth)|\bbearer\s+"
    r"|x-restsvcsessionid\s*[:=]\s*|(?:set-)?cookie\s*[:=]\s*|/logonsessions/|sessionid[^\w\s]\W{0,3}"
    r"|\bpassword\s*[:=]\s*|://[^\s/:@]*:(?=[^\s<>\"']*@))"
    r"[^\s,;<>\"']+"
)


def redacted(text: str) -> str:
    """`text` without credentials, on one line, with nothing in it that a terminal obeys."""
    hidden = re.sub(_CREDENTIALS, lambda found: found.group(1) + SHOWN, without_secrets(text))
    return clean(hidden).replace("\n", " ⏎ ")


class _Line(logging.Formatter):
    """Time in UTC, process, level, where, what."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """The record as one redacted line; tracebacks are written elsewhere, without values."""
        record.exc_info = record.exc_text = record.stack_info = None
        return redacted(super().format(record))


class _File(RotatingFileHandler):
    """A log file that is made 0600 and follows no link."""

    def _open(self) -> TextIOWrapper:
        handle = opened(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")


def path() -> Path | None:
    """Where the log is, if one was started."""
    handlers = logging.getLogger("emtui").handlers
    return next((Path(file.baseFilename) for file in handlers if isinstance(file, _File)), None)


def start(*, debug: bool = False) -> Path:
    """Write what emtui's loggers say from now on; everything with `debug`. Raises `NoState`."""
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
    logging.raiseExceptions = False  # a full disk is no reason to write on the screen
    return where
