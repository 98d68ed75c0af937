"""Runs that were listed and are not any more: what a list lacks still says how its types stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from emtui.em.model import Session


class UnlistedRunSource(Protocol):
    """What the latest list lacks, as it was last seen."""

    @property
    def runs(self) -> Sequence[Session]:
        """The runs, newest first; none where nothing is lacking."""

    @property
    def since(self) -> datetime | None:
        """When the first list without some of them came, by the server's clock."""
