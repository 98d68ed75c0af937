"""The pages of the documentation: short, each opens with an example, no dead link, figures as in the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from emtui.local.doc_pages import INDEX, list_pages
from emtui.triage.baseline import MAX_SUCCESSES, MIN_EXCESS, MIN_SUCCESSES, UNUSUAL_RATIO
from emtui.triage.finding_kinds import KINDS_OF_ALL_TYPES, KINDS_OF_ONE_TYPE
from emtui.triage.findings import WORST_FIRST
from emtui.triage.step_timing import MIN_LOGS, MIN_SHOWN_WAIT, STUCK_MARGIN

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "emtui" / "docs"
PAGES = [ROOT / "README.md", ROOT / "screenshots" / "README.md", *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAX_WORDS = 1_650
"""Words that are read in about five minutes."""
LONGER_PAGES = {"development", "json", "threat-model"}
"""Pages in which one looks things up."""
MAX_OPENING_LINES = 14
"""Lines of a page before its first example ends at the latest."""
WITHOUT_EXAMPLE = {"changes", "development", "glossary", "index", "threat-model"}


def headings(path: Path) -> set[str]:
    """The anchors of a page, as GitHub makes them."""
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    names = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


def dead_links(path: Path) -> list[str]:
    """Links of a page to files or headings that do not exist."""
    dead = []
    for link in LINK.findall(path.read_text("utf-8")):
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        if not link.startswith("https://") and (
            not file.is_file() or (anchor and anchor not in headings(file))
        ):
            dead.append(link)
    return dead


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_link_leads_somewhere(path: Path) -> None:
    assert dead_links(path) == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A page\n[a](#a-page) [b](#nowhere) [c](other.md) [d](page.md#a-page)\n")
    assert dead_links(page) == ["#nowhere", "other.md"]


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_a_page_is_read_in_five_minutes(path: Path) -> None:
    words = len(re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL).split())
    assert words <= MAX_WORDS or path.stem in LONGER_PAGES, f"{words} words"


@pytest.mark.parametrize("page", [page for page in list_pages() if page.name not in WITHOUT_EXAMPLE])
def test_a_page_opens_with_an_example(page: tuple[str, ...]) -> None:
    opening = (DOCS / f"{page[0]}.md").read_text("utf-8").splitlines()[:MAX_OPENING_LINES]
    assert [line for line in opening if line.startswith("```")]


@pytest.mark.parametrize("page", list_pages(), ids=lambda page: page.name)
def test_the_index_uses_the_title_of_each_page(page: tuple[str, ...]) -> None:
    assert (DOCS / f"{page[0]}.md").read_text("utf-8").splitlines()[0] == f"# {page[1]}"


def test_every_page_can_be_reached() -> None:
    assert {page.name for page in list_pages()} == {path.stem for path in DOCS.glob("*.md")} - {INDEX}


def test_the_formulas_have_the_figures_of_the_code() -> None:
    rows = dict(
        re.findall(r"^\| ([a-z ]+) \| (.+) \|$", (DOCS / "triage.md").read_text("utf-8"), re.MULTILINE)
    )
    assert rows["usual duration"].startswith(
        f"*u* = median of the newest *n* ≤ {MAX_SUCCESSES} successful runs"
    )
    assert rows["usual duration"].endswith(f"unknown if *n* < {MIN_SUCCESSES}")
    excess = f"*d* ≥ *u* + {MIN_EXCESS.seconds} s"
    assert rows["unusually long"] == f"*d* ≥ {UNUSUAL_RATIO} *u* and {excess}"
    assert rows["unusually long step"].startswith(
        f"*d* ≥ {UNUSUAL_RATIO} *u*, *d* ≥ *u* + {MIN_SHOWN_WAIT.seconds} s, and"
    )
    assert "of which three at least" in rows["unusually long step"]
    assert MIN_LOGS == 3
    assert f"{excess}, and *d* more than {STUCK_MARGIN.seconds} s longer" in rows["stuck step"]


def first_column(page: str, title: str) -> list[str]:
    """The words in code spans in the first column of the table that begins with a title."""
    text = (DOCS / f"{page}.md").read_text("utf-8")
    table = re.search(rf"^\| {re.escape(title)} \|.*\n\| ---.*\n((?:\|.*\n)*)", text, re.MULTILINE)
    assert table, title
    return [word for row in table[1].splitlines() for word in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def test_every_kind_of_alert_is_described_worst_first() -> None:
    kinds = KINDS_OF_ALL_TYPES | KINDS_OF_ONE_TYPE
    assert first_column("triage", "Kind") == [kinds[kind] for kind in WORST_FIRST]
