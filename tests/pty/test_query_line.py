"""The query line in a real terminal, with a profile: Tab, the underline, what was kept, the digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pty_terminal import Terminal, a_home, emtui
from served import Demo

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
def at_the_list(demo: Demo, home: Path, *argv: str, **environ: str) -> Iterator[Terminal]:
    """The list, of a profile of one's own unless arguments say which server."""
    if not argv:
        config = home / "config" / "emtui"
        config.mkdir(parents=True, exist_ok=True)
        (config / "config.toml").write_text(PROFILE.format(demo=demo))
        (config / "config.toml").chmod(0o600)
    with emtui(*argv, environ=a_home(home, EMTUI_PASSWORD=demo.password, **environ)) as terminal:
        terminal.until(lambda lines: re.search(r"\b1 of 3,\d", lines[-1]) is not None)
        yield terminal
        terminal.press("Q")
        assert terminal.end() == 0


def on_line(number: int, text: str) -> Callable[[list[str]], bool]:
    """Whether this line of the screen begins so."""
    return lambda lines: lines[number].startswith(text)


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1", "LC_ALL": "C", "TERM": "vt100"}])
def test_tab_says_beforehand_what_it_gives_and_what_is_wrong_is_underlined_on_every_terminal(
    demo: Demo, tmp_path: Path, environ: dict[str, str]
) -> None:
    mark = ">" if environ else "›"
    with at_the_list(demo, tmp_path, **environ) as terminal:
        terminal.press("/", "sta")
        terminal.until(on_line(3, f"Tab {mark}state:"))
        terminal.press("tab")
        terminal.until(on_line(3, f"Tab {mark}running  success  warning"))
        terminal.press("tab", "tab")
        terminal.until(on_line(3, f"Tab  running  success {mark}warning"))
        terminal.until(lambda lines: " of 3," in lines[4] and "state:success" in lines[4])
        before = terminal.rest()
        terminal.press(",fialed")
        shown = terminal.until(on_line(3, "! 'fialed' is not a state: did you mean failed?"))
        assert shown[4].startswith("/ state:success,fialed")
        terminal.rest()
        assert b"".join(UNDERLINED.findall(terminal.received[before:])).endswith(b"fialed")
        terminal.press("\x15")
        terminal.until(on_line(3, f"Tab {mark}state:  type:"))
        terminal.press("esc")
        terminal.until(lambda lines: "h failed" in lines[3] and not lines[4])


def test_what_was_kept_comes_back_in_the_next_emtui_of_this_profile_alone(demo: Demo, tmp_path: Path) -> None:
    with at_the_list(demo, tmp_path) as terminal:
        terminal.press("/", "licauto", "enter")
        terminal.until(on_line(4, "/ licauto "))
        terminal.press("/", "\x15", "took:>2h", "enter")
        terminal.until(on_line(4, "/ took:>2h "))
        terminal.press("0")
        terminal.until(lambda lines: not lines[4])
    (kept,) = (tmp_path / "state" / "emtui").glob("queries-*.txt")
    assert kept.read_text() == "licauto\ntook:>2h\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    with at_the_list(demo, tmp_path) as terminal:
        terminal.press("/")
        terminal.until("Tab complete")
        terminal.rest()
        terminal.press("bs0", "up")
        terminal.until(on_line(4, "/ took:>2h"))
        terminal.press("up")
        terminal.until(on_line(4, "/ licauto"))
        terminal.press("down", "down")
        terminal.until(on_line(4, "/ bs0"))
        terminal.press("esc")
        terminal.until(lambda lines: not lines[4])
    elsewhere = ("--server", demo.url, "--user", demo.user, "--pin", demo.sha256)
    with at_the_list(demo, tmp_path / "other", *elsewhere) as terminal:
        terminal.press("/", "up")
        terminal.until("No query was kept yet: Enter keeps one.")
        terminal.press("collect", "enter", "/", "\x15", "up")
        terminal.until(on_line(4, "/ collect"))
        terminal.press("esc")
        terminal.until(on_line(4, "/ collect "))
    assert list((tmp_path / "other").rglob("queries-*")) == []


def test_digits_show_what_they_are_set_to_and_say_how_they_are_set(demo: Demo, tmp_path: Path) -> None:
    with at_the_list(demo, tmp_path) as terminal:
        for digit, query in (("1", "state:failed,warning"), ("2", "state:running"), ("3", "is:unseen")):
            terminal.press(digit)
            terminal.until(on_line(4, f"/ {query} "))
        terminal.until("Nothing has come or changed that you have not seen.")
        terminal.press("5")
        terminal.until(on_line(4, "/ type:CollectJob took:>3m "))
        terminal.press("6")
        terminal.until("6: Unknown query key 'stat': did you mean state:?")
        terminal.press("7")
        terminal.until('7 is yours to set: in config.toml, under [queries], 7 = "took:>10m"')
        terminal.press("?")
        terminal.press("G")
        terminal.until("5                   type:CollectJob took:>3m")
        terminal.press("q", "0")
        terminal.until(lambda lines: not lines[4])
