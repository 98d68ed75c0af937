"""Pictures of a terminal: text and shapes where the cells are, in their colors; and animations of them."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from svg_picture import DARK, LIGHT, Cell, Frame, animate, draw

SVG = "{http://www.w3.org/2000/svg}"


def cells(text: str, codes: str = "") -> list[Cell]:
    return [(character, codes) for character in text]


def elements(picture: str, tag: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(SVG + tag))  # noqa: S314 - our own text


def texts(picture: str) -> list[tuple[str, str]]:
    """Column in cells and text of each text."""
    return [(f"{int(one.get('x', '')) // 10}", one.text or "") for one in elements(picture, "text")]


def shapes(picture: str) -> list[tuple[str, ...]]:
    """Left, width and color of each shape, without the background of the picture."""
    return [
        (one.get("x", ""), one.get("width", ""), one.get("fill", "")) for one in elements(picture, "rect")[1:]
    ]


def test_text_stands_in_its_columns_and_is_divided_at_wide_gaps() -> None:
    assert texts(draw([cells(" failed  Sun 22 Nov <b>")], DARK)) == [("1", "failed"), ("9", "Sun 22 Nov <b>")]


def test_blocks_and_rules_are_shapes_and_those_beside_each_other_are_one() -> None:
    picture = draw([cells("▄▄▄█a──▌▌")], DARK)
    assert [(left, width) for left, width, _ in shapes(picture)] == [
        ("0", "30"),
        ("30", "10"),
        ("50", "20"),
        ("70", "5"),
        ("80", "5"),
    ]
    assert texts(picture) == [("4", "a")]


def test_codes_are_colors_weights_and_backgrounds() -> None:
    codes = ("1;31", "38;5;208", "48;5;237;4")
    line = [*(cell for own in codes for cell in cells("a", own)), *cells("█", "90"), *cells("b", "38;5;1")]
    picture = draw([line], DARK)
    first, second, third, fourth = elements(picture, "text")
    assert (first.get("class"), first.get("style")) == ("b", f"fill:{DARK.colors[1]}")
    assert second.get("style") == "fill:#ff8700"
    assert (third.get("class"), third.get("style")) == ("u", None)
    assert (fourth.get("class"), fourth.get("style")) == (None, f"fill:{DARK.colors[1]}")
    assert [color for *_, color in shapes(picture)] == ["#3a3a3a", DARK.colors[8]]


def test_reverse_video_changes_text_and_background() -> None:
    picture = draw([cells("DEMO", "7")], LIGHT)
    assert elements(picture, "text")[0].get("style") == f"fill:{LIGHT.background}"
    assert shapes(picture) == [("0", "40", LIGHT.text)]


def test_a_wide_character_takes_two_cells() -> None:
    assert texts(draw([[("語", ""), ("", ""), ("x", "")]], DARK)) == [("0", "語x")]
    assert elements(draw([[("語", ""), ("", ""), ("x", "")]], DARK), "text")[0].get("textLength") == "30"


def shown_at(picture: str, percent: float) -> set[str]:
    """The texts that are visible at this part of an animation."""
    rules = dict(re.findall(r"@keyframes (\w+)\{(.*?\})\}", picture))
    visible = set()
    for group in elements(picture, "g")[1:]:
        steps = re.findall(r"([\d.]+)%\{visibility:(\w+)\}", rules[group.get("class", "")])
        state = [value for start, value in steps if float(start) <= percent][-1]
        assert (group.get("visibility") == "hidden") is (steps[0][1] == "hidden"), (
            "the first screen without animation"
        )
        if state == "visible":
            visible |= {one.text or "" for one in group.iter(SVG + "text")}
    return visible


def test_an_animation_shows_each_screen_in_its_time_and_what_stays_only_once() -> None:
    head = cells("emtui")
    picture = animate(
        [
            Frame([head, cells("list")], 1, "first"),
            Frame([head, cells("run")], 2, "second"),
            Frame([head, cells("list")], 1, "third"),
        ],
        DARK,
    )
    assert picture.count("emtui") == picture.count("list") == 1
    assert shown_at(picture, 0) == {"list", "first"}
    assert shown_at(picture, 26) == shown_at(picture, 74) == {"run", "second"}
    assert shown_at(picture, 76) == {"list", "third"}
    assert "4s step-end infinite" in picture
