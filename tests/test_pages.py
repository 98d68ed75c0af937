"""The pages of the documentation: short, each opens with an example, no dead link, figures as in the code."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from emtui.cli.check_rules import CheckLevel
from emtui.cli.command_table import COMMANDS_BY_NAME
from emtui.em.model import Outcome
from emtui.keys.keymap import DEFAULT_KEYMAP as KEYMAP
from emtui.keys.tui_commands import CommandScope
from emtui.local.doc_pages import INDEX, list_pages
from emtui.local.team_notes import NOTE_KEYS
from emtui.monitor.notification_policy import ALERT_SPACING
from emtui.monitor.poll_schedule import IDLE_AFTER, MIN_INTERVAL, PAUSE_PER_RESPONSE_TIME, PollSchedule
from emtui.query.parser import KEYS
from emtui.query.query_context import IS_WORDS
from emtui.query.type_aliases import TYPE_LABELS
from emtui.triage.baseline import MAX_SUCCESSES, MIN_EXCESS, MIN_SUCCESSES, UNUSUAL_RATIO
from emtui.triage.finding_kinds import KINDS_OF_ALL_TYPES, KINDS_OF_ONE_TYPE
from emtui.triage.findings import WORST_FIRST
from emtui.triage.step_timing import MIN_LOGS, MIN_SHOWN_WAIT, STUCK_MARGIN
from emtui.tui.screens.comparison.diff_row import BAR_WIDTH_CELLS
from emtui.tui.screens.overview.type_columns import VERY_WIDE_CELLS
from emtui.tui.screens.session_detail.event_row import BOTH_TIMES_CELLS, TRACK_WIDTH_CELLS, USUAL_CELLS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "emtui" / "docs"
PAGES = [ROOT / "README.md", ROOT / "screenshots" / "README.md", *sorted(DOCS.glob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
MAX_WORDS = 1_300
"""Words that are read in about five minutes."""
LONGER_PAGES = {"development", "json", "threat-model"}
"""Pages in which one looks things up."""
MAX_OPENING_LINES = 14
"""Lines of a page before its first example ends at the latest."""
WITHOUT_EXAMPLE = {"changes", "development", "threat-model"}


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


def test_every_term_of_a_query_is_described() -> None:
    terms = first_column("query", "Term")
    keys = {term.lstrip("-").partition(":")[0] for term in terms if ":" in term}
    assert keys == {*KEYS}
    assert {term for term in terms if term.startswith("is:")} == {f"is:{word}" for word in IS_WORDS}
    text = (DOCS / "query.md").read_text("utf-8")
    assert f"| `state:failed` | with this outcome: `{' '.join(Outcome)}` |" in text


def test_every_other_name_of_a_type_is_listed() -> None:
    text = (DOCS / "query.md").read_text("utf-8")
    types = {
        name: row[2]
        for row in re.finditer(r"^\| (`.+`) \| ([A-Z]\w+) \|$", text, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row[1])
    }
    assert types == {name: value for name, value in TYPE_LABELS.items() if "Licence" not in name}


def test_the_digits_filter_as_described() -> None:
    text = (DOCS / "query.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\d)` \| `(.+)` \|$", text, re.MULTILINE)
    commands = KEYMAP.commands_in(CommandScope.SESSION_LIST)
    filters = {key: one.action for one in commands for key in one.keys if one.action.startswith("filter(")}
    del filters["0"]  # shows everything
    assert {key: f"filter({query!r})" for key, query in rows} == filters


def test_every_level_and_condition_of_the_check_is_described() -> None:
    text = (DOCS / "check.md").read_text("utf-8")
    levels = re.findall(r"^\| ([A-Z]+) \| (\d) \|", text, re.MULTILINE)
    assert levels == [(level.name, str(level.value)) for level in CheckLevel]
    options = {option.split()[0] for option in re.findall(r"^\| `(--[^`]+)`", text, re.MULTILINE)}
    assert options == {option.name for option in COMMANDS_BY_NAME["check"].options}


def test_the_polling_is_as_described() -> None:
    text = (DOCS / "monitoring.md").read_text("utf-8")
    schedule = PollSchedule()
    assert f"| the list | every {schedule.interval:.0f} s;" in text
    assert f"number of seconds, at least {MIN_INTERVAL:.0f} |" in text
    assert f"for ten minutes | every {schedule.idle_interval / 60:.0f} minutes |" in text
    assert IDLE_AFTER == ALERT_SPACING == 10 * 60
    assert f"| at most once every {PAUSE_PER_RESPONSE_TIME}x the last response time |" in text
    assert f"then every {schedule.max_interval / 60:.0f} minutes" in text


def test_every_key_of_a_team_note_is_described() -> None:
    assert sorted(first_column("acknowledging", "Key")) == sorted(NOTE_KEYS)


def test_every_change_that_tail_prints_is_described() -> None:
    schema = json.loads((DOCS / "schemas" / "tail.json").read_text("utf-8"))
    section = (DOCS / "command-line.md").read_text("utf-8").partition("## Following changes")[2]
    described = set(re.findall(r"`([a-z]+)`", section.partition("\n## ")[0]))
    assert {*schema["properties"]["change"]["enum"]} <= described


@pytest.mark.parametrize(
    ("page", "phrase"),
    [
        ("runs", f"how long it usually takes (from {USUAL_CELLS} columns)"),
        ("runs", f"from {BOTH_TIMES_CELLS} columns both are shown"),
        ("runs", f"Below {TRACK_WIDTH_CELLS} columns there are no bars"),
        ("runs", f"From {BAR_WIDTH_CELLS} columns a line has one bar for both"),
        ("views", f"from {VERY_WIDE_CELLS} columns the last 24 hours"),
    ],
)
def test_the_sizes_are_those_of_the_screens(page: str, phrase: str) -> None:
    assert phrase in " ".join((DOCS / f"{page}.md").read_text("utf-8").split())
