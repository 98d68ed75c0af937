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

from emtui.em.secret import MASK, mask_secrets
from emtui.em.text_sanitizer import clean
from emtui.local.state_files import StateUnavailableError, ensure_state_folder, open_state_file

MAX_FILE_BYTES = 256 * 1024
"""Bytes per file; one old file is kept."""
FILE_NAME = "emtui.log"
_LOGGER_NAMES = ("emtui", "asyncio")
_CREDENTIAL_PATTERN = (  # none matches a sentence of the doctor
    r"(?i)((?:proxy-)?authorization\s*[:=]\s*(?:\w+\s+)?|\bbasic\s+(?!auth)|\bbearer\s+"
    r"|x-restsvcsessionid\s*[:=]\s*|(?:set-)?cookie\s*[:=]\s*|/logonsessions/|sessionid[^\w\s]\W{0,3}"
    r"|\bpassword\s*[:=]\s*|://[^\s/:@]*:(?=[^\s<>\"']*@))"
    r"[^\s,;<>\"']+"
)


def redact(text: str) -> str:
    """Return `text` on one line, without credentials and terminal control sequences."""
    hidden = re.sub(_CREDENTIAL_PATTERN, lambda found: found.group(1) + MASK, mask_secrets(text))
    return clean(hidden).replace("\n", " ⏎ ")


class _RedactingFormatter(logging.Formatter):
    """Formats time (UTC), process, level, logger and message."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Format the record as one redacted line without traceback; `crash_report` logs frames."""
        record.exc_info = record.exc_text = record.stack_info = None
        return redact(super().format(record))


class _PrivateLogHandler(RotatingFileHandler):
    """A log file created with mode 0600; links are not followed."""

    def _open(self) -> TextIOWrapper:
        handle = open_state_file(Path(self.baseFilename), os.O_WRONLY | os.O_APPEND)
        return os.fdopen(handle, "a", encoding="utf-8", errors="backslashreplace")


def log_path() -> Path | None:
    """Return the log's path, if started."""
    handlers = logging.getLogger("emtui").handlers
    return next(
        (Path(handler.baseFilename) for handler in handlers if isinstance(handler, _PrivateLogHandler)), None
    )


def start_logging(*, debug: bool = False) -> Path:
    """Start logging warnings, or everything with `debug`. Raises `StateUnavailableError`."""
    log_file = ensure_state_folder() / FILE_NAME
    try:
        handler = _PrivateLogHandler(log_file, maxBytes=MAX_FILE_BYTES, backupCount=1)
    except OSError as problem:
        raise StateUnavailableError(f"{log_file} cannot be written: {problem.strerror}.") from None
    handler.setFormatter(_RedactingFormatter())
    for name in _LOGGER_NAMES:
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.DEBUG if debug and name == "emtui" else logging.WARNING)
    logging.raiseExceptions = False  # a full disk must not write to the screen
    return log_file
