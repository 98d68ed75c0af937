"""The query bar in a real terminal, with a profile: Tab, error marking, history, saved queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from demo_server import RunningDemo
from pty_terminal import EmtuiTerminal, isolated_environment, run_emtui

PROFILE = """
[profiles.prod]
server = "{demo.url}"
user = '{demo.user}'
pin = "{demo.sha256}"
keyring = "off"

[queries]
5 = "type:CollectJob took:>3m"
6 = "stat:failed"
"""
UNDERLINED = re.compile(rb"\x1b\[(?:[\d;]*;)?4(?:;[\d;]*)?m([^\x1b]+)")


@contextmanager
def running_list(demo: RunningDemo, home: Path, *argv: str, **environ: str) -> Iterator[EmtuiTerminal]:
    """The list of a profile, unless arguments name the server."""
    if not argv:
        config = home / "config" / "emtui"
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.toml").write_text(PROFILE.format(demo=demo))
        (config / "config.toml").chmod(0o600)
    with run_emtui(
        *argv, environ=isolated_environment(home, EMTUI_PASSWORD=demo.password, **environ)
    ) as terminal:
        terminal.wait_for(lambda lines: re.search(r"\b1 of 3,\d", lines[4]) is not None)
        yield terminal
        terminal.press("Q")
        assert terminal.wait_exit() == 0


def query_line_text(number: int, text: str) -> Callable[[list[str]], bool]:
    """Whether a line of the screen begins with this."""
    return lambda lines: lines[number].startswith(text)


def title(query: str) -> str:
    """The start of the title of a list with this query."""
    return f"─ Runs  /{query} "


def is_unfiltered(lines: list[str]) -> bool:
    """Whether the title of the list has no query."""
    return lines[4][1:].startswith(" Runs  newest first")


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1", "LC_ALL": "C", "TERM": "vt100"}])
def test_tab_previews_completions_and_errors_are_underlined_on_every_terminal(
    demo: RunningDemo, tmp_path: Path, environ: dict[str, str]
) -> None:
    mark, divider = (">", "|") if environ else ("▌", "│")
    with running_list(demo, tmp_path, **environ) as terminal:
        terminal.press("/", "sta")
        terminal.wait_for(query_line_text(3, f"Tab {mark}state:"))
        terminal.press("tab")
        terminal.wait_for(query_line_text(3, f"Tab {mark}running  success  warning"))
        terminal.press("tab", "tab")
        terminal.wait_for(query_line_text(3, f"Tab  running  success {mark}warning"))
        terminal.wait_for(lambda lines: " of 3," in lines[4] and "state:success" in lines[4])
        before = terminal.wait_idle()
        terminal.press(",fialed")
        shown = terminal.wait_for(query_line_text(3, "! 'fialed' is not a state: did you mean failed?"))
        assert shown[4].startswith("/ state:success,fialed")
        terminal.wait_idle()
        assert b"".join(UNDERLINED.findall(terminal.received[before:])).endswith(b"fialed")
        terminal.press("\x15")
        terminal.wait_for(query_line_text(3, f"Tab {mark}state:  type:"))
        terminal.press("esc")
        terminal.wait_for(lambda lines: f"{divider}now" in lines[3] and is_unfiltered(lines))


def test_the_history_is_available_at_the_next_start_with_the_same_profile_only(
    demo: RunningDemo, tmp_path: Path
) -> None:
    with running_list(demo, tmp_path) as terminal:
        terminal.press("/", "licauto", "enter")
        terminal.wait_for(query_line_text(4, title("licauto")))
        terminal.press("/", "\x15", "took:>2h", "enter")
        terminal.wait_for(query_line_text(4, title("took:>2h")))
        terminal.press("0")
        terminal.wait_for(is_unfiltered)
    (kept,) = (tmp_path / "state" / "emtui").glob("queries-*.txt")
    assert kept.read_text() == "licauto\ntook:>2h\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    with running_list(demo, tmp_path) as terminal:
        terminal.press("/")
        terminal.wait_for("Tab complete")
        terminal.wait_idle()
        terminal.press("bs0", "up")
        terminal.wait_for(query_line_text(4, "/ took:>2h"))
        terminal.press("up")
        terminal.wait_for(query_line_text(4, "/ licauto"))
        terminal.press("down", "down")
        terminal.wait_for(query_line_text(4, "/ bs0"))
        terminal.press("esc")
        terminal.wait_for(is_unfiltered)
    elsewhere = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with running_list(demo, tmp_path / "other", *elsewhere) as terminal:
        terminal.press("/", "up")
        terminal.wait_for("No query history yet: Enter saves a query.")
        terminal.press("collect", "enter", "/", "\x15", "up")
        terminal.wait_for(query_line_text(4, "/ collect"))
        terminal.press("esc")
        terminal.wait_for(query_line_text(4, title("collect")))
    assert list((tmp_path / "other").rglob("queries-*")) == []


def test_digits_run_saved_queries_and_tell_how_to_define_them(demo: RunningDemo, tmp_path: Path) -> None:
    with running_list(demo, tmp_path) as terminal:
        for digit, query in (("1", "state:failed,warning"), ("2", "state:running"), ("3", "is:unseen")):
            terminal.press(digit)
            terminal.wait_for(query_line_text(4, title(query)))
        terminal.wait_for("No new or changed runs.")
        terminal.press("5")
        terminal.wait_for(query_line_text(4, title("type:CollectJob took:>3m")))
        terminal.press("6")
        terminal.wait_for("is invalid: Unknown query key 'stat': did")
        terminal.press("7")
        terminal.wait_for('Key 7 is unassigned. Define it in config.toml under [queries]: 7 = "took:>10m"')
        terminal.press("?")
        terminal.press("G")
        terminal.wait_for("5                   type:CollectJob took:>3m")
        terminal.press("q", "0")
        terminal.wait_for(is_unfiltered)
