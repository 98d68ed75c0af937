"""How the command line is read, and how a slip is answered."""

import re

import pytest

from emtui.cli.arguments import BadUsage, read
from emtui.cli.command_table import BY_NAME, COMMANDS, Command
from emtui.cli.help_text import manual
from emtui.cli.query_args import joined, query_text


def test_without_a_command_it_is_the_browser() -> None:
    assert read([]).command.name == ""
    assert read(["--server", "em01.example.net"]).command.name == ""


@pytest.mark.parametrize(
    "argv",
    [
        ["--server", "em01.example.net", "-p", "prod", "--no-proxy", "sessions", "failed"],
        ["sessions", "--server=em01.example.net", "failed", "--profile", "prod", "--no-proxy"],
        ["--no-proxy", "sessions", "-pprod", "failed", "--server", "em01.example.net"],
    ],
)
def test_connection_options_mean_the_same_before_and_after_the_command(argv: list[str]) -> None:
    given = read(argv)
    assert given.command.name == "sessions"
    assert given.operands == ("failed",)
    assert given.one("--server") == "em01.example.net"
    assert given.one("--profile") == "prod"
    assert given.has("--no-proxy")


def test_options_stand_anywhere_between_the_words() -> None:
    given = read(["sessions", "failed", "-o", "json", "collect", "--sort", "-started", "--limit", "5"])
    assert given.operands == ("failed", "collect")
    assert (given.one("--output"), given.one("--sort"), given.one("--limit")) == ("json", "-started", "5")


def test_after_two_dashes_everything_is_a_word() -> None:
    assert read(["sessions", "--limit", "5", "--", "-collect", "--sort"]).operands == ("-collect", "--sort")


def test_the_last_of_a_repeated_option_holds_and_play_keeps_all() -> None:
    assert read(["sessions", "-o", "json", "-o", "csv"]).one("--output") == "csv"
    assert read(["demo", "--play", "v13", "--play", "idle=5"]).all("--play") == ("v13", "idle=5")


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["sesions"], "did you mean sessions?"),
        (["frobnicate"], "open, sessions, show"),
        ([""], "no command ''"),
        (["sessions", "--sicne", "24h"], "did you mean --since?"),
        (["sessions", "-collect"], "put -- before"),
        (["show", "latest", "--sicne", "24h"], "emtui show --help"),
        (["--sicne", "24h"], "emtui --help"),
        (["profiles", "-x"], "emtui profiles --help"),
        (["help"], "use emtui --help or emtui COMMAND --help"),
        (["help", "check"], "use emtui --help or emtui check --help"),
        (["help", "nothing"], "use emtui --help or emtui COMMAND --help"),
        (["sessions", "-o", "xml"], "table, json, jsonl, csv, not 'xml'"),
        (["sessions", "-o"], "needs a value"),
        (["sessions", "--pin", ""], "--pin needs a value"),
        (["sessions", "--no-proxy=1"], "takes no value"),
        (["show"], "needs an ID"),
        (["show", "3f2a", "4b2c"], "not also '4b2c'"),
        (["show", "3f2a", "--limit", "3"], "takes no option --limit"),
        (["profiles", "prod"], "not also 'prod'"),
        (["demo", "--server", "em01.example.net"], "takes no option --server"),
        (["--sort", "started"], "takes no option --sort"),
    ],
)
def test_a_slip_is_answered_with_one_sentence(argv: list[str], hint: str) -> None:
    with pytest.raises(BadUsage) as caught:
        read(argv)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_format_of_a_command_is_taken_by_it() -> None:
    assert read(["show", "latest", "-o", "xml"]).one("--output") == "xml"
    assert read(["events", "latest", "-ocsv"]).one("--output") == "csv"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_help_names_every_option_of_a_command(command: object) -> None:
    known = BY_NAME[getattr(command, "name", "")]
    text = manual(known)
    assert all(option.name in text for option in known.taken)
    assert text.startswith(f"usage: emtui {known.name}")
    assert all(len(line) <= 110 for line in text.splitlines())


def test_help_without_a_command_names_every_command() -> None:
    text = manual(BY_NAME[""])
    assert all(f"  {command.name}" in text for command in COMMANDS)


def test_options_are_query_words_under_other_names() -> None:
    given = read(
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
    assert query_text(read(["sessions", *options])) == query


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
    assert joined([operand]) == [term]


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
    assert joined([operand]) == [operand]


def test_an_unclosed_quote_reaches_to_the_end_of_its_own_operand() -> None:
    assert joined(['message:"cannot connect', "bs02"]) == ['message:"cannot connect"', "bs02"]
    given = read(["sessions", '"in C:\\Program Files\\', "--state", "failed"])
    assert query_text(given) == '"in C:\\Program Files\\\\" state:failed'


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_an_option_that_is_suggested_is_one_of_the_command(command: Command) -> None:
    every = {option.name for other in COMMANDS for option in other.taken}
    for name in every:
        slip = f"{name}x"
        for argv in ([command.name, slip], [slip, "24h", command.name]):
            with pytest.raises(BadUsage) as caught:
                read(argv)
            said = re.search(r"did you mean (.*)\?", str(caught.value))
            assert said is None or said[1] in {option.name for option in command.taken}
            assert said or command.most is None or f"emtui {command.name} --help" in str(caught.value)
