"""The kind of a finding as a word, for JSON and metrics. The words are a public interface: they stay."""

from __future__ import annotations

from emtui.triage.findings import (
    CanceledFinding,
    CurrentIdleFinding,
    FailingFinding,
    Finding,
    OverdueFinding,
    PastIdleFinding,
    RecurringFailureFinding,
    SlowdownFinding,
    StuckRunFinding,
    UnlistedRunsFinding,
    WarningFinding,
)

KINDS_OF_ALL_TYPES: dict[type[Finding], str] = {
    UnlistedRunsFinding: "unlisted",
    CurrentIdleFinding: "idle",
    PastIdleFinding: "was_idle",
}
"""Kinds of findings that are about all types."""
KINDS_OF_ONE_TYPE: dict[type[Finding], str] = {
    FailingFinding: "failing",
    StuckRunFinding: "stuck",
    OverdueFinding: "overdue",
    SlowdownFinding: "slower",
    RecurringFailureFinding: "recurring",
    WarningFinding: "warning",
    CanceledFinding: "canceled",
}
"""Kinds of findings that are about one type."""


def finding_kind(finding: Finding) -> str:
    """The kind of a finding, such as `overdue`."""
    return {**KINDS_OF_ALL_TYPES, **KINDS_OF_ONE_TYPE}[type(finding)]
