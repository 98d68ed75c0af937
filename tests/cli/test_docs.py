"""`emtui docs`: the pages that come with emtui."""

from __future__ import annotations

from pathlib import Path

from command_runner import CommandRunner

from emtui.local.doc_pages import INDEX, list_pages, read_page

PAGES = Path(__file__).parents[2] / "emtui" / "docs"


def test_the_index_lists_every_page_once() -> None:
    names = [page.name for page in list_pages()]
    assert sorted(names) == sorted(path.stem for path in PAGES.glob("*.md") if path.stem != INDEX)


def test_the_list_names_each_page_and_when_to_read_it(shell: CommandRunner) -> None:
    lines = shell("docs").stdout.splitlines()
    assert len(lines) == 1 + len(list_pages())
    for page, line in zip(list_pages(), lines[1:], strict=True):
        assert line.split(maxsplit=1) == [page.name, page.purpose]


def test_a_page_is_printed_as_it_is(shell: CommandRunner) -> None:
    assert shell("docs", "query").stdout == read_page("query")
    assert shell("docs", "Query.md").stdout == read_page("query")
    assert shell("docs", "index").stdout == read_page(INDEX)


def test_a_mistyped_page_names_the_nearest_one(shell: CommandRunner) -> None:
    result = shell("docs", "qery")
    assert result.returncode == 2
    assert result.stderr == "emtui: Unknown page 'qery': did you mean query? List them with emtui docs.\n"


def test_a_path_is_no_page(shell: CommandRunner) -> None:
    result = shell("docs", "../docs/query")
    assert result.returncode == 2
    assert result.stdout == ""
