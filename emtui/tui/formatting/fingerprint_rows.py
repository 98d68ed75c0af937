"""The fingerprints of a certificate as styled lines. Pure."""

from __future__ import annotations

from emtui.display_text.certificate_text import fingerprint_halves
from emtui.em.errors import CertificateUntrustedError
from emtui.tui.theme import BOLD, PLAIN
from emtui.tui.widgets.virtual_list import StyledSpans

SIDE_BY_SIDE_WIDTH = 120
"""Width from which two fingerprints are beside each other."""

_HALF_CELLS = 39
"""Cells of half a SHA-256, in groups."""


def fingerprint_rows(error: CertificateUntrustedError, width: int) -> list[StyledSpans]:
    """Draw the fingerprint, of a changed certificate also the pinned one; beside each other if wide."""
    fingerprints = fingerprint_halves(error)
    if len(fingerprints) > 1 and width >= SIDE_BY_SIDE_WIDTH:
        rows = zip(*fingerprints, strict=True)
        return [
            [(f" {text:<{_HALF_CELLS}}  ", BOLD if index else PLAIN) for text in row]
            for index, row in enumerate(rows)
        ]
    label_cells = max(len(label) for label, _, _ in fingerprints)
    return [
        [(f" {shown_label:<{label_cells}}  ", PLAIN), (half, BOLD)]
        for label, first, second in fingerprints
        for shown_label, half in ((label, first), ("", second))
    ]
