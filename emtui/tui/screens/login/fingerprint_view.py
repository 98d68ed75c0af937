"""The fingerprints of a certificate, in bold."""

from __future__ import annotations

from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from emtui.em.errors import CertificateUntrustedError
from emtui.tui.formatting.fingerprint_rows import fingerprint_rows
from emtui.tui.widgets.virtual_list import render_strip


class FingerprintView(Widget):
    """The fingerprint to compare, and the pinned one if the certificate has changed."""

    def __init__(self, error: CertificateUntrustedError) -> None:
        super().__init__(id="fingerprint")
        self._error = error

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return the number of lines."""
        return len(fingerprint_rows(self._error, width))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        rows = fingerprint_rows(self._error, self.size.width)
        return render_strip(rows[y] if y < len(rows) else [], self.size.width)
