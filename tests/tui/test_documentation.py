"""The pages of the documentation are read in the screens."""

from __future__ import annotations

import pytest
from tui_driver import TuiDriver, demo_app

from emtui import text_format
from emtui.local.doc_pages import list_pages, read_page
from emtui.tui.widgets.markdown_view import layout_markdown


async def run_command(ui: TuiDriver, text: str) -> None:
    await ui.press("colon", *("space" if key == " " else key for key in text), "enter")
    await ui.wait_for(lambda: ui.screen_name() != "command_palette")


async def test_the_list_has_every_page_and_enter_opens_one() -> None:
    async with demo_app() as ui:
        await run_command(ui, "docs")
        assert ui.screen_name() == "documentation"
        assert all(page.title in line for page, line in zip(list_pages(), ui.lines()[2:-1], strict=False))
        await ui.press("j", "enter")
        assert ui.screen_name() == "text_viewer"
        assert list_pages()[1].title in ui.lines()[1]
        await ui.press("escape")
        assert ui.screen_name() == "documentation"
        assert list_pages()[1].title in ui.cursor_row()
        await ui.press("escape")
        assert ui.screen_name() == "session_list"


async def test_a_page_is_opened_by_its_name() -> None:
    async with demo_app() as ui:
        await run_command(ui, "docs query")
        assert ui.screen_name() == "text_viewer"
        assert "state:failed" in "\n".join(ui.lines())


async def test_an_unknown_page_is_named_and_nothing_opens() -> None:
    async with demo_app() as ui:
        await run_command(ui, "docs nosuchpage")
        assert ui.screen_name() == "session_list"
        assert "Unknown page nosuchpage. :docs lists the pages." in ui.footer()


async def test_a_page_is_filtered() -> None:
    async with demo_app() as ui:
        await run_command(ui, "docs query")
        await ui.press("slash", *"stuck", "enter")
        body = [line for line in ui.lines()[2:-1] if line.strip()]
        assert body
        assert all("stuck" in line for line in body)


@pytest.mark.parametrize("width", [40, 78, 198])
@pytest.mark.parametrize("page", list_pages(), ids=lambda page: page.name)
def test_every_page_fits_the_screen_and_shows_no_markup(page: tuple[str, ...], width: int) -> None:
    lines = ["".join(text for text, _ in spans) for spans in layout_markdown(read_page(page[0]), width)]
    assert max(map(text_format.cell_width, lines)) <= width
    assert lines[0].strip() == read_page(page[0]).splitlines()[0].removeprefix("# ").replace("`", "")
    assert not [line for line in lines if line.startswith(("## ", "| ", "```"))]


def test_a_link_shows_its_text_and_code_keeps_its_lines() -> None:
    lines = layout_markdown("See [the check](check.md).\n\n```sh\nemtui   check\n# all\n```\n", 40)
    texts = ["".join(text for text, _ in spans).rstrip() for spans in lines]
    assert texts == ["See the check.", "", "  emtui   check", "  # all"]
    assert not [style for spans in lines for _, style in spans if style.link]


def test_a_long_path_in_a_table_is_shown_in_full() -> None:
    path = "/usr/share/bash-completion/completions/emtui"
    lines = layout_markdown(f"| File | For |\n| --- | --- |\n| `{path}` | all users of bash |\n", 40)
    first_cells = ["".join(text for text, _ in spans)[1:].partition("  ")[0] for spans in lines]
    assert path in "".join(first_cells).replace(" ", "")


def test_a_long_line_of_a_screen_is_cut_and_a_long_sentence_wrapped() -> None:
    output = "failed   CollectJob  03:10:25\nwarned 3 times since Sat 01:31\n"
    lines = layout_markdown(f"```console\n$ emtui sessions  --limit 3\n{output}```\n", 22)
    texts = ["".join(text for text, _ in spans).rstrip() for spans in lines]
    assert texts == [
        *("  $ emtui sessions", "  --limit 3"),
        "  failed   CollectJob…",
        *("  warned 3 times since", "  Sat 01:31"),
    ]
