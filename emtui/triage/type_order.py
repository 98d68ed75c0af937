"""The order of types on a page: those with alerts first, then the others, then those that never ran."""

from __future__ import annotations

from emtui.em.model import SESSION_TYPES
from emtui.triage.prioritization import PrioritizedFindings
from emtui.triage.type_status import TypeStatuses


def types_by_urgency(statuses: TypeStatuses, attention: PrioritizedFindings) -> tuple[str, ...]:
    """Types with alerts in the order of the alerts, then the others by name, those without runs last."""
    alerted = dict.fromkeys(finding.type for finding in attention.findings if finding.type is not None)
    listed = {status.type for status in statuses.statuses}
    first = [kind for kind in alerted if kind in listed]
    return (
        *first,
        *sorted(listed.difference(first)),
        *sorted(kind for kind in SESSION_TYPES if kind not in listed),
    )
