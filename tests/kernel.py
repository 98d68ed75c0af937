"""Whether tests can use kernel keyrings; containers often forbid them."""

from __future__ import annotations

from emtui.local.kernel_keyring import explained
from emtui.local.keyctl import Keys


def refusal() -> str:
    """Why the kernel lets nobody at its keyrings here; empty if it does."""
    try:
        Keys()
    except OSError as problem:
        return explained(problem)
    return ""
