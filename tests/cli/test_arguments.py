"""Parsing of the command line, and errors for typing mistakes."""

import re
import shlex
from datetime import UTC, datetime

import pytest

from emtui.cli.arguments import UsageError, parse_arguments
from emtui.cli.command_table import COMMANDS, COMMANDS_BY_NAME, CommandSpec
from emtui.cli.exit_codes import NoPasswordError, exit_code_for
from emtui.cli.help_text import format_help
from emtui.cli.query_args import normalize_operands, query_text
from emtui.query import InvalidQueryError, NoMatchingSessionError, is_session_ref, parse, parse_sort_order


def test_without_a_command_it_is_the_browser() -> None:
    assert parse_arguments([]).command.name == ""
    assert parse_arguments(["--server", "em01.example.net"]).command.name == ""


@pytest.mark.parametrize(
    "argv",
    [
        ["--server", "em01.example.net", "-p", "prod", "--no-proxy", "sessions", "failed"],
        ["sessions", "--server=em01.example.net", "failed", "--profile", "prod", "--no-proxy"],
        ["--no-proxy", "sessions", "-pprod", "failed", "--server", "em01.example.net"],
    ],
)
def test_connection_options_mean_the_same_before_and_after_the_command(argv: list[str]) -> None:
    given = parse_arguments(argv)
    assert given.command.name == "sessions"
    assert given.operands == ("failed",)
    assert given.value_of("--server") == "em01.example.net"
    assert given.value_of("--profile") == "prod"
    assert given.has("--no-proxy")


def test_options_stand_anywhere_between_the_words() -> None:
    given = parse_arguments(
        ["sessions", "failed", "-o", "json", "collect", "--sort", "-started", "--limit", "5"]
    )
    assert given.operands == ("failed", "collect")
    assert (given.value_of("--output"), given.value_of("--sort"), given.value_of("--limit")) == (
        "json",
        "-started",
        "5",
    )


def test_after_two_dashes_every_argument_is_a_query_word() -> None:
    assert parse_arguments(["sessions", "--limit", "5", "--", "-collect", "--sort"]).operands == (
        "-collect",
        "--sort",
    )


def test_the_last_of_a_repeated_option_wins_and_play_collects_all() -> None:
    assert parse_arguments(["sessions", "-o", "json", "-o", "csv"]).value_of("--output") == "csv"
    assert parse_arguments(["demo", "--play", "v13", "--play", "idle=5"]).values_of("--play") == (
        "v13",
        "idle=5",
    )


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["sesions"], "Unknown command 'sesions': did you mean sessions? See emtui --help."),
        (["frobnicate"], "Unknown command 'frobnicate'. See emtui --help."),
        (["hlep"], "did you mean help?"),
        ([""], "Unknown command ''."),
        (
            ["sessions", "--sicne", "24h"],
            "Unknown option --sicne: did you mean --since? See emtui sessions --help.",
        ),
        (["sessions", "-collect"], "Use -- before arguments that start with a dash."),
        (["show", "latest", "--sicne", "24h"], "See emtui show --help."),
        (["--sicne", "24h"], "See emtui --help."),
        (["--sever", "em01"], "Unknown option --sever: did you mean --server? See emtui --help."),
        (["profiles", "-x"], "Unknown option -x. See emtui profiles --help."),
        (["check", "--ignore-acknowledge"], "did you mean --ignore-acknowledged?"),
        (["help", "check", "wait"], "emtui help takes only [COMMAND]: unexpected 'wait'."),
        (["sessions", "-o", "xml"], "'xml' is not one of table, json, jsonl, csv."),
        (["sessions", "-o"], "-o needs a value: -o FORMAT."),
        (["metrics", "-o"], "-o needs a value: -o FILE."),
        (["sessions", "--pin", ""], "--pin needs a value: --pin SHA256."),
        (["sessions", "--no-proxy=1"], "--no-proxy takes no value."),
        (["show"], "emtui show needs a session ID"),
        (["config"], "emtui config needs a subcommand: init, validate, path, show."),
        (["config", "shwo"], "emtui config has no subcommand 'shwo': did you mean show?"),
        (["config", "edit"], "no subcommand 'edit': valid values are init, validate, path, show."),
        (["show", "3f2a", "4b2c"], "emtui show takes only ID: unexpected '4b2c'. See emtui show --help."),
        (["show", "3f2a", "--limit", "3"], "emtui show has no option --limit. See emtui show --help."),
        (["profiles", "prod"], "emtui profiles takes no arguments: unexpected 'prod'."),
        (["demo", "--server", "em01.example.net"], "emtui demo has no option --server."),
        (["--sort", "started"], "emtui has no option --sort."),
    ],
)
def test_a_typing_mistake_is_one_sentence(argv: list[str], hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_arguments(argv)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_format_of_a_command_is_taken_by_it() -> None:
    assert parse_arguments(["show", "latest", "-o", "xml"]).value_of("--output") == "xml"
    assert parse_arguments(["events", "latest", "-ocsv"]).value_of("--output") == "csv"


EVERY = pytest.mark.parametrize(
    "command", COMMANDS_BY_NAME.values(), ids=lambda command: command.name or "emtui"
)


@EVERY
def test_help_names_every_option_of_a_command(command: CommandSpec) -> None:
    text = format_help(command)
    assert text.startswith(f"{command.purpose}.\n")
    assert f"\nUsage:\n  {command.title} " in text
    assert all(f" {option.name}" in text for option in command.accepted_options)
    assert all(f" {option.short}, " in text for option in command.accepted_options if option.short)


@EVERY
def test_no_line_of_a_help_is_cut_or_broken_at_80_columns(command: CommandSpec) -> None:
    text = format_help(command)
    assert all(len(line) < 80 and line == line.rstrip() for line in text.splitlines())
    words = " ".join(text.split())
    assert all(" ".join(option.purpose.split()) in words for option in command.accepted_options)


@EVERY
def test_every_help_has_examples_that_are_right_usage(command: CommandSpec) -> None:
    text = format_help(command)
    assert "\nExamples:\n" in text
    for example in command.examples:
        assert f"  $ {example.line}\n" in text
        words = shlex.split(example.line.partition(" | ")[0].partition(" > ")[0])
        assert words[0] == "emtui"
        given = parse_arguments(words[1:])
        assert command is COMMANDS_BY_NAME[""] or given.command is command
        if command.name in {"sessions", "tail", "open"} and not is_session_ref(" ".join(given.operands)):
            parse(query_text(given), now=datetime.now(UTC), zone=UTC)
        if order := given.value_of("--sort"):
            parse_sort_order(order)


def test_help_without_a_command_names_every_command() -> None:
    text = format_help(COMMANDS_BY_NAME[""])
    assert all(f"\n  {command.name} " in text for command in COMMANDS)


def test_the_help_lists_every_exit_code_that_an_error_has() -> None:
    text = format_help(COMMANDS_BY_NAME[""])
    for error in (
        ValueError(),
        UsageError(),
        NoPasswordError(),
        InvalidQueryError("", ""),
        NoMatchingSessionError(),
    ):
        assert f"\n  {exit_code_for(error)}    " in text


def test_an_old_option_name_is_accepted_and_not_documented() -> None:
    given = parse_arguments(["check", "--ignore-known"])
    assert given.has("--ignore-acknowledged")
    assert given == parse_arguments(["check", "--ignore-acknowledged"])
    assert "--ignore-known" not in format_help(COMMANDS_BY_NAME["check"])


def test_options_are_query_words_under_other_names() -> None:
    given = parse_arguments(
        ["sessions", "bs02", "--since", "24h", "--state", "failed,warning", "--type", "Data Collection"]
    )
    assert query_text(given) == 'bs02 since:24h state:failed,warning type:"Data Collection"'


@pytest.mark.parametrize(
    ("options", "query"),
    [
        (["--type", '"Database Replication"'], 'type:"Database Replication"'),
        (["--type", "Database Replication,CollectJob"], 'type:"Database Replication,CollectJob"'),
        (["--since", "2026-11-23 02:10"], 'since:"2026-11-23 02:10"'),
        (["--state", "failed, warning"], 'state:"failed, warning"'),
        (["--type", 'My "own" Job'], r'type:"My \"own\" Job"'),
        (["--type", '"Data Collection', "--state", "failed"], 'state:failed type:"Data Collection"'),
        (["--type", "a -state:failed"], 'type:"a -state:failed"'),
    ],
)
def test_the_value_of_an_option_stays_one_value(options: list[str], query: str) -> None:
    assert query_text(parse_arguments(["sessions", *options])) == query


@pytest.mark.parametrize(
    ("operand", "term"),
    [
        ("type:Database Replication", 'type:"Database Replication"'),
        ("TYPE:database  replication", 'TYPE:"database  replication"'),
        (" type:Database Replication ", 'type:"Database Replication"'),
        ("-type:Database Replication", '-type:"Database Replication"'),
        ("!type:Database Replication", '!type:"Database Replication"'),
        ("type:Database Replication,Catalog Crawl", 'type:"Database Replication,Catalog Crawl"'),
        ("type:Catalog Crawl, Collect*", "type:Catalog Crawl, Collect*"),
        ("type:Database Replication,Collect*", 'type:"Database Replication,Collect*"'),
        ('type:"Database Replication"', 'type:"Database Replication"'),
    ],
)
def test_the_name_of_a_type_is_one_value_though_the_shell_took_its_quotes(operand: str, term: str) -> None:
    assert normalize_operands([operand]) == [term]


@pytest.mark.parametrize(
    "operand",
    [
        "message:connect bs02",
        "-message:cannot connect",
        "type:CollectJob bs02",
        "type:CollectJob, bs02",
        "type:CollectJob, LicAutoUpdate",
        "type:Database Replication bs02",
        "type:CollectJob state:failed",
        'type:CollectJob "cannot connect"',
        "state:failed bs02",
        "state:failed since:24h",
        "since:2026-11-23 02:10",
        "name:Collect Job",
        "cannot connect",
        "",
    ],
)
def test_any_other_operand_is_read_as_it_is_typed_in_the_screens(operand: str) -> None:
    assert normalize_operands([operand]) == [operand]


def test_an_unclosed_quote_reaches_to_the_end_of_its_own_operand() -> None:
    assert normalize_operands(['message:"cannot connect', "bs02"]) == ['message:"cannot connect"', "bs02"]
    given = parse_arguments(["sessions", '"in C:\\Program Files\\', "--state", "failed"])
    assert query_text(given) == '"in C:\\Program Files\\\\" state:failed'


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_option_that_is_suggested_is_one_of_the_command(command: CommandSpec) -> None:
    every = {option.name for other in COMMANDS for option in other.accepted_options}
    for name in every:
        slip = f"{name}x"
        for argv in ([command.name, slip], [slip, "24h", command.name]):
            with pytest.raises(UsageError) as caught:
                parse_arguments(argv)
            suggestion = re.search(r"did you mean (.*)\?", str(caught.value))
            assert suggestion is None or suggestion[1] in {option.name for option in command.accepted_options}
            assert str(caught.value).endswith(f" See emtui {command.name} --help.")
