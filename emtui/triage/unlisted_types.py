"""Interface to runs that are no longer listed but still count for the status of their types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from emtui.em.model import Session


class UnlistedRunSource(Protocol):
    """The runs that the latest list lacks, as they were last seen."""

    @property
    def runs(self) -> Sequence[Session]:
        """The runs, newest first; empty if none are missing."""

    @property
    def since(self) -> datetime | None:
        """When the first list without some of them was received, by the server's clock."""
