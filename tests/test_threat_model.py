"""Every claim of the threat model names a test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "emtui" / "docs" / "threat-model.md").read_text("utf-8")
CLAIM_ROW = PAGE.partition("## What is defended")[2].partition("\n## ")[0]
CLAIMS = [line for line in CLAIM_ROW.splitlines() if line.startswith("| ") and "---" not in line]
CLAIMS = [line for line in CLAIMS if not line.startswith("| Claim")]


def test_there_are_claims() -> None:
    assert len(CLAIMS) > 20


@pytest.mark.parametrize("claim", CLAIMS)
def test_every_claim_names_an_existing_test(claim: str) -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", claim)
    assert named, "no test for this claim"
    for file, test in named:
        assert re.search(rf"^(?:async )?def {test}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE), test
