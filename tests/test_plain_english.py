"""Retired words: none is left in what users see, nor in the names of modules and identifiers.

`RETIRED_PHRASES` is checked over the README, the pages, every string in `emtui/` that is not a docstring,
and the help of every command; `RETIRED_NAMES` and `RETIRED_MODULES` over `emtui/`, the pages and the tests.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from emtui.cli.command_table import BROWSE_COMMAND, COMMANDS
from emtui.cli.help_text import format_help

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "emtui").rglob("*.py"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "emtui" / "docs").glob("*.md"))]
TESTS = sorted(path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__).resolve())

RETIRED_PHRASES = {
    r"needs? (some|no|any)body|nothing needs (you|any)|what needs you": "needs attention",
    r"(some|no|any|every)body": "you, another user, no user",
    r"whoever": "anyone who, the user",
    r"one by one": "next alert",
    r"BLIND since|blind (periods?|since|\S+ –)|is blind|been blind": "NO DATA since, no data",
    r"nothing is known|nothing known": "not connected, not loaded",
    r"known no more|(as|make|made) known|no more known|mark(ed|s)? as known|nothing to mark": "acknowledge",
    r"\d known\b(?! by)|known by name|is known here|known here": "acknowledged, without details",
    r"good runs?|last good|as it should be|last was well|good (since|again)": "success, successful run",
    r"(is|are|was) asked|already asking|ask(s|ing)? (the server|now|for the list|once)": "refresh, request",
    r"asked of|pause asking|asking \S+ since": "requested from, pause, loading",
    r"un-?fold(s|ed)?|fold(s|ed|ing)?": "group, expand, collapse",
    r"rests? on|resting on|on what ground|the ground": "based on",
    r"(leaves?|leaving) emtui|(and|to|twice:) leave(?=[.,;:]|$)|never leave": "quit",
    r"for ever": "until stopped, indefinitely",
    r"sounds? like (trouble|it)": "suspected error",
    r"so long as|so long": "as long as, while",
    r"hand(s|ed|ing)? (\w+ ){0,2}over": "report",
    r"difference from": "compare with, comparison",
    r"turn(s|ed)? the order|order round": "reverse the sort order",
    r"innermost thing": "cancel",
    r"to what is missing": "next field",
    r"draws? the screen anew|anew": "redraw, again",
    r"how well": "connection health",
    r"follow the top|top of the list is followed": "stay at newest",
    r"the board": "types",
    r"a rhythm|the rhythm|without a rhythm": "schedule",
    r"types on time": "on schedule",
    r"mute": "does not respond",
    r"without a word": "automatically, silently",
    r"yours alone|owner's alone|alone \(0600\)": "readable only by you (0600)",
    r"in clear(?! text)": "unencrypted, in plain text",
    r"(could|can|cannot) (not )?be had|that is had|is not had": "not available",
    r"by itself|of itself": "automatically",
    r"fault of ours|own fault": "internal error",
    r"made no sense|makes no sense": "invalid response",
    r"whom to log on": "user name",
    r"spares? the line": "fewer screen updates",
    r"says nothing": "is not set",
    r"never ask it|ask it\b": "do not use the keyring",
    r"knows? (no|nothing)|does not know": "not found",
    r"there is no option -": "unknown option",
    r"let go\b|lets go\b|letting go": "locked by, releases",
    r"nothing listens": "connection refused",
    r"it has ended|this run has ended": "run ended",
    r"nothing will come": "no more events",
    r"takes? (it |that |the mark )?(back|away)|take away": "undo, remove",
    r"going on\.|goes? on with": "polling resumed, continue",
    r"to think about": "not loaded yet",
    r"what was pasted": "pasted text is not a session ID",
    r"colours?|licence|catalogue|cancelled|recognise[ds]?|neighbours?|behaviour|greys?": "American spelling",
}
"""What users no longer read, as regular expressions without case; and what they read now.

A blank matches line ends, too; each phrase begins and ends at the edge of a word.
"""

INTERFACE = {
    r"\b(is:|--sort )known|--ignore-known|known = true|`known`": "query word, option, note key and JSON key",
    r"`blind`": "value of `change` in the JSON of `tail`",
}
"""Words that stay, because scripts and configurations contain them; and what they are."""

INTERFACE_STRINGS = {
    "fold": "earlier name of a command, can still be typed",
    "fold_all": "the same",
    "hand_over": "the same",
}
"""Complete strings that stay, and why."""

SERVER_WORDS = {
    "emtui/triage/error_keywords.py": "words in messages of servers, in any spelling",
    "emtui/query/type_aliases.py": "names of types that can be typed in either spelling",
}
"""Files whose strings are not text for users, and why."""

RETIRED_MODULES = {
    "em": """address answers arrival dial document exchange gently mishaps plain prolog repair rows source
        target text threads times wire""",
    "lookup": """bad beyond complete measures moments pinned reading sieve target texts types until""",
    "query": """bad beyond complete measures moments pinned reading sieve target texts types until""",
    "monitor": """away alarm follow one pace past health""",
    "monitor.recording": """hiding reading records as_json""",
    "triage": """about around attention compare alignment differing explained finding folds gaps known marks
        masks rhythm runs servers standing steps stretches telling telling_known trouble""",
    "handover": """against case dated document plain markdown records shift surroundings unknown withheld""",
    "local": """faults journal keyring_child lock logging_on logon_book refusals marks new_file notes process
        queries recent watermark writing zone""",
    "cli": """asking browse exits finding history judging known manual report resting spec streams typed""",
    "demo": """chance child directory faults guise paths play switches story texts things""",
    "doctor": """check here there shape""",
    "tui": """aid at_terminal background board certificate columns day describe differing driver ending
        event_rows log_lines log_words fact_lines first_logon fold_row frames garbage gathering handing_over
        health ink inlet leaving logging_on logon looking_back lumps manual notebook opening outcomes outlet
        paper plain plain_thoughts ringing server_rows start timed turns way_back""",
    "tui.screens": """page above lookup querying digits following watching knowing judging folding walking
        opened explaining keeping_up searching hopping detail comparing seeking difference choosing board
        findings handover preparing marking raw text palette trust""",
    "tui.widgets": """lines lineup sifted keeping oneline pairs rows ways entry field log_list event_list""",
}
"""Modules that had these names, by package."""

RETIRED_IDENTIFIERS = """
    there told here whole said odd beside anew somebody nobody whoever oneself
    stands knows fate Fate Place Pieces Pace Sight Beyond upon rests_on follow_basis
    Sieve Sifted Lineup sift line_up at_rest _go_on found_usual hop Teller teller telling ground Ground
    judge judged Judged think thoughts_at_once show_thoughts _think_again
    Standings standing standings board Known Mark NOTHING_KNOWN make_known forget spares
    Notebook KnownNow edition heard_key touched too_early spares_the_line relayed
    wave_away forget_absence veiled veil sticks sought Follow _look Absence was_left Alarm _tell
    lend let_go take_back caught_up lit Outlet Inlet Paper Turns Frames Ink
    Meant Lump Lumped Pasted Shown lumps Met NotVerified trusting _shook Decision Gate OPEN Another no_other
    Receipt Seat seated HeadRoom head_room Subject Case Way Ways way_back _reservation no_command
    _ask_who _ask_instead _only_lookup _overheard _farewell _list_first _log_on_behind
    SHORT USELESS PATIENCE LITTLE WORTH_A_JUMP NOBODY
    Refused Broken Cut Denied Nonsense Untrusted Compressed
    Item Answer Asked Page Moved Rows Kind Said Verdict Origin Logons NotWritten Unreadable
    guise gently mishaps folds Fold masks rhythm Rhythm unfold BLIND
"""
"""Identifiers that are no longer used: riddles, pronouns, participles, and names of several things."""
RETIRED_NAMES = frozenset(RETIRED_IDENTIFIERS.split())


@cache
def phrase_pattern() -> re.Pattern[str]:
    phrases = "|".join(f"(?:{phrase})" for phrase in RETIRED_PHRASES)
    return re.compile(rf"(?<![\w-])(?:{phrases})(?![\w-])".replace(" ", r"\s+"), re.IGNORECASE)


def without_interface(text: str) -> str:
    """The text with interface words replaced by as many `~`; positions stay."""
    for pattern in INTERFACE:
        text = re.sub(pattern, lambda found: "~" * len(found.group()), text)
    return text


def retired_phrases(text: str) -> Iterator[tuple[int, str]]:
    """The line, from zero, and the words of each retired phrase."""
    for found in phrase_pattern().finditer(without_interface(text)):
        yield text.count("\n", 0, found.start()), " ".join(found.group().split())


def shown_strings(source: str) -> Iterator[tuple[int, str]]:
    """The line and the text of each string that is not a docstring; `{}` for the values of an f-string."""
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            texts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(map(str, texts))
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings | parts
            and node.value not in INTERFACE_STRINGS
        ):
            yield node.lineno, node.value


def used_names(source: str) -> Iterator[tuple[int, str]]:
    """The line and the name of each identifier."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME:
            yield token.start[0], token.string


def code_words(page: str) -> Iterator[tuple[int, str]]:
    """The line and each word of a Markdown page that stands in a code span of one line."""
    for number, line in enumerate(page.splitlines(), 1):
        for span in re.findall(r"`([^`]+)`", line):
            yield from ((number, word) for word in re.findall(r"[A-Za-z_]\w*", span))


def module_pattern() -> re.Pattern[str]:
    """`em/wire.py`, `emtui/em/wire`, `emtui.em.wire`: a path or a dotted name of a retired module."""
    paths = (
        rf"(?:emtui/)?{package.replace('.', '/')}/(?:{names})\.py|emtui\.{re.escape(package)}\.(?:{names})"
        for package, names in (
            (package, "|".join(names.split())) for package, names in RETIRED_MODULES.items()
        )
    )
    return re.compile(rf"(?<![\w./])(?:{'|'.join(paths)})\b(?!\.\w+ import)")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def expect_none(found: list[str]) -> None:
    """Fail with one line for each finding."""
    if found:
        pytest.fail(f"{len(found)} retired:\n" + "\n".join(found), pytrace=False)


def test_no_page_has_a_retired_phrase() -> None:
    found = [
        f"{relative(path)}:{line + 1}: {phrase}"
        for path in PAGES
        for line, phrase in retired_phrases(re.sub(r"::\w+", "", path.read_text("utf-8")))
    ]
    expect_none(found)


def test_no_string_has_a_retired_phrase() -> None:
    found = [
        f"{relative(path)}:{line}: {phrase}"
        for path in SOURCES
        if relative(path) not in SERVER_WORDS
        for line, text in shown_strings(path.read_text("utf-8"))
        for _, phrase in retired_phrases(text)
    ]
    expect_none(found)


def test_no_help_has_a_retired_phrase() -> None:
    found = [
        f"emtui help {command.name}:{line + 1}: {phrase}"
        for command in (BROWSE_COMMAND, *COMMANDS)
        for line, phrase in retired_phrases(format_help(command))
    ]
    expect_none(found)


def test_no_identifier_has_a_retired_name() -> None:
    found = [
        f"{relative(path)}:{line}: {name}"
        for path in (*SOURCES, *TESTS)
        for line, name in used_names(path.read_text("utf-8"))
        if name in RETIRED_NAMES
    ]
    found += [
        f"{relative(path)}:{line}: {name}"
        for path in PAGES
        for line, name in code_words(path.read_text("utf-8"))
        if name in RETIRED_NAMES and not name.islower()
    ]
    expect_none(found)


def test_no_module_has_a_retired_name_and_none_is_mentioned() -> None:
    files = {relative(path).removesuffix(".py").replace("/", ".") for path in SOURCES}
    found = [
        f"{package}.{name} exists"
        for package, names in RETIRED_MODULES.items()
        for name in names.split()
        if f"emtui.{package}.{name}" in files - ALLOWED_MODULES.keys()
    ]
    found += [
        f"{relative(path)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group()}"
        for path in (*SOURCES, *PAGES, *TESTS)
        for text in [path.read_text("utf-8")]
        for match in module_pattern().finditer(text)
        if dotted(match.group()) not in ALLOWED_MODULES
    ]
    expect_none(found)


ALLOWED_MODULES: dict[str, str] = {}
"""Modules that have a name from the list again, and why."""


def dotted(mention: str) -> str:
    """The dotted name of a path or a dotted name."""
    return "emtui." + mention.removesuffix(".py").replace("/", ".").removeprefix("emtui.")


@pytest.mark.parametrize(
    "text",
    [
        "4: what needs\n   somebody",
        "BLIND since Sat 22:04",
        "last good 01:40",
        "how many folds",
        "It goes on for ever.",
        "Handing the run over",
        "the colour of it",
    ],
)
def test_a_retired_phrase_is_found(text: str) -> None:
    assert [*retired_phrases(text)]


@pytest.mark.parametrize(
    "text", ["is:known", "an unknown outcome", "a manifold", "NO DATA since", "a good idea", "`known`"]
)
def test_other_words_are_not(text: str) -> None:
    assert not [*retired_phrases(text)]


def test_docstrings_are_not_checked_and_the_parts_of_an_f_string_are_joined() -> None:
    source = 'def f(x):\n    """Nobody."""\n    a = 1\n    """Nobody."""\n    return f"last {x} good" "run"\n'
    assert [*shown_strings(source)] == [(5, "last {} goodrun")]


@pytest.mark.parametrize("mention", ["em/wire.py", "emtui/em/wire.py", "emtui.em.wire"])
def test_a_retired_module_is_found(mention: str) -> None:
    assert module_pattern().search(f"see {mention} for more")
    assert not module_pattern().search("see emtui/em/wire_format.py and em/xml_codec.py")
