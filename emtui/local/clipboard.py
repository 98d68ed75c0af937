"""Copy text to the user's clipboard, also over SSH.

Inside tmux the text goes to tmux, which ignores OSC 52 from programs by default. GNU screen
passes on OSC 52 in its own wrapping; other terminals get it directly. No terminal confirms the
copy. If none of these can work, the text goes to a new file in the state folder. Sequences for
the terminal are returned; the caller writes them.
"""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from emtui.em.text_sanitizer import clean, guard_output
from emtui.local import paths, state_files

MAX_BASE64_BYTES = 74_000
"""Bytes of base64 in one OSC 52; some terminals silently drop more."""
TMUX_TIMEOUT_S = 2.0
"""Time-out of tmux in seconds."""
SCREEN_STRING_MAX_BYTES = 256
"""Bytes per string that every GNU screen accepts; newer ones accept 512 or 768."""
_TERMS_WITHOUT_CLIPBOARD = {"linux", "dumb", ""}
"""Values of TERM without a clipboard."""
_TMUX_VARIABLES = ("PATH", "TMUX", "TMUX_PANE")
_DCS, _ST = "\x1bP", "\x1b\\"


@dataclass(frozen=True, slots=True)
class CopyResult:
    """What was done, in one sentence, and the sequence that the terminal must still receive."""

    message: str
    sequence: str = ""


def copy_to_clipboard(text: str, environ: Mapping[str, str], *, can_save: bool) -> CopyResult:
    """Copy this text to the clipboard; may block for `TMUX_TIMEOUT_S` seconds.

    Control characters are neutralized. Without `can_save` no file is written.
    """
    safe_text = guard_output(text)
    if environ.get("TMUX"):
        if _load_tmux_buffer(safe_text, environ):
            return CopyResult("Copied to tmux's buffer, and to the clipboard if the terminal allows it.")
        return _write_to_file(safe_text, "tmux does not respond", can_save=can_save)
    if environ.get("TERM", "") in _TERMS_WITHOUT_CLIPBOARD:
        return _write_to_file(safe_text, "this terminal has no clipboard", can_save=can_save)
    encoded = base64.b64encode(safe_text.encode("utf-8", "replace")).decode()
    if len(encoded) > MAX_BASE64_BYTES:
        return _write_to_file(safe_text, "it is too long for the clipboard", can_save=can_save)
    if environ.get("STY"):
        return CopyResult(
            "Copied to the clipboard through GNU screen, if the terminal allows it.",
            _wrap_for_screen(encoded),
        )
    return CopyResult(
        f"Copied to the clipboard, if the terminal allows it{_outer_multiplexer_note(environ)}.",
        _format_osc_52(encoded),
    )


def _outer_multiplexer_note(environ: Mapping[str, str]) -> str:
    """Mention an outer multiplexer, which may not pass on OSC 52."""
    outer_term = environ.get("TERM", "").partition("-")[0]
    return f" and the outer {outer_term} passes it on" if outer_term in {"tmux", "screen"} else ""


def _format_osc_52(encoded: str) -> str:
    return f"\x1b]52;c;{encoded}\x07"


def _wrap_for_screen(encoded: str) -> str:
    """OSC 52 in chunks that screen passes on unchanged, each as a DCS string."""
    sequence, chunk_size = _format_osc_52(encoded), SCREEN_STRING_MAX_BYTES - len(_DCS + _ST)
    return "".join(
        f"{_DCS}{sequence[start : start + chunk_size]}{_ST}" for start in range(0, len(sequence), chunk_size)
    )


def _load_tmux_buffer(text: str, environ: Mapping[str, str]) -> bool:
    """Load tmux's buffer; `-w` (tmux 3.2) also sets the clipboard of the outer terminal."""
    return any(_run_tmux(("tmux", "load-buffer", *option, "-"), text, environ) for option in (("-w",), ()))


def _run_tmux(argv: tuple[str, ...], text: str, environ: Mapping[str, str]) -> bool:
    try:
        completed = subprocess.run(  # noqa: S603 - tmux from the user's PATH
            argv,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={name: environ[name] for name in _TMUX_VARIABLES if name in environ},
            timeout=TMUX_TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return False
    return completed.returncode == 0


def _write_to_file(text: str, reason: str, *, can_save: bool) -> CopyResult:
    """Write a new file with mode 0600."""
    if not can_save:
        return CopyResult(f"Not copied: {reason}.")
    try:
        handle, path = tempfile.mkstemp(
            prefix="copied-", suffix=".txt", dir=state_files.ensure_state_folder()
        )
        with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except (OSError, state_files.StateUnavailableError):
        return CopyResult(f"Not copied: {reason}, and no file can be written.")
    return CopyResult(f"Copied to {_abbreviate_path(Path(path))}: {reason}.")


def _abbreviate_path(path: Path) -> str:
    """Return the path, abbreviated with `~`."""
    home = paths.home_folder()
    return clean(f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path))
