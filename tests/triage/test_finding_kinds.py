"""Every finding has a kind, and no two have the same."""

from __future__ import annotations

from emtui.triage.finding_kinds import KINDS_OF_ALL_TYPES, KINDS_OF_ONE_TYPE
from emtui.triage.findings import WORST_FIRST


def test_every_finding_has_one_kind_and_no_two_have_the_same() -> None:
    assert {*KINDS_OF_ALL_TYPES, *KINDS_OF_ONE_TYPE} == {*WORST_FIRST}
    assert len({*KINDS_OF_ALL_TYPES.values(), *KINDS_OF_ONE_TYPE.values()}) == len(WORST_FIRST)
