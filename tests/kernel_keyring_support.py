"""Whether tests can use kernel keyrings; containers often forbid them."""

from __future__ import annotations

from emtui.local.kernel_keyring import format_kernel_error
from emtui.local.keyctl import KernelKeys


def keyring_refusal() -> str:
    """Why kernel keyrings are unavailable; empty if they are available."""
    try:
        KernelKeys()
    except OSError as problem:
        return format_kernel_error(problem)
    return ""
