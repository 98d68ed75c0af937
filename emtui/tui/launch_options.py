"""Options that the screens are started with."""

from __future__ import annotations

from dataclasses import dataclass, field

from emtui.keys.keymap import DEFAULT_KEYMAP, Keymap
from emtui.monitor.browser_options import BrowserOptions
from emtui.tui.terminal.capabilities import TerminalOptions


@dataclass(frozen=True, slots=True)
class LaunchOptions(BrowserOptions):
    """Options of one run of the screens.

    `keymap` has the keys of all commands. `low_bandwidth` treats the connection to the terminal as slow;
    `mouse_enabled` turns the mouse on; `theme` is the color theme that the user chose; `terminal`
    describes the terminal, and is filled in by `run`.
    """

    keymap: Keymap = DEFAULT_KEYMAP
    low_bandwidth: bool = False
    mouse_enabled: bool = False
    theme: str | None = None
    terminal: TerminalOptions = field(default_factory=TerminalOptions)
