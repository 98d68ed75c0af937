"""The command line as declared once: commands, their options, and what each is for.

Reading (`arguments`) and help (`help_text`) follow from these tables.
"""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """One option; without a `value` to name it is a flag, with `choices` nothing else is taken."""

    name: str
    purpose: str
    value: str = ""
    short: str = ""
    choices: tuple[str, ...] = ()


class Command(NamedTuple):
    """One command; `run` names the function that does it, as `module:function` in this package.

    One that `writes` needs a standard output.
    """

    name: str
    purpose: str
    run: str
    options: tuple[Option, ...] = ()
    operands: str = ""
    most: int | None = 0
    connects: bool = True
    writes: bool = True

    @property
    def taken(self) -> tuple[Option, ...]:
        """All options that may stand with this command."""
        return self.options + (CONNECTION if self.connects else ()) + GENERAL


GENERAL = (
    Option("--help", "show this and leave", short="-h"),
    Option("--version", "show the version and leave"),
    Option("--debug", "write what is done into the log, without secrets"),
)
CONNECTION = (
    Option("--profile", "a server from the configuration", "NAME", "-p"),
    Option("--server", "host, host:port or URL; port 9398 unless given", "SERVER"),
    Option("--user", "whom to log on as", "USER"),
    Option("--ca-file", "certificates to trust instead of the system's", "FILE"),
    Option("--pin", "trust only the certificate with this SHA-256", "SHA256"),
    Option("--no-proxy", "go to the server directly"),
    Option("--allow-http", "send the password in clear, if it must be"),
    Option("--password-stdin", "read the password from standard input"),
)


def _output(*formats: str) -> Option:
    return Option("--output", f"{', '.join(formats)}; table unless given", "FORMAT", "-o", formats)


_FILTERS = (
    Option("--since", "started since, and whatever still runs: 30s 15m 24h 7d, ISO, 02:10", "TIME"),
    Option("--state", "outcomes or the server's words, with commas", "STATE"),
    Option("--type", "session types, with commas; * stands for any text", "TYPE"),
)
_SORT = Option("--sort", "by this key of the JSON, -KEY for the largest first; -started unless given", "KEY")
_VIEW = Option(
    "--view",
    "types: one line per type; attention: what needs somebody; of an ID: facts, xml",
    "VIEW",
    choices=("types", "attention", "facts", "xml"),
)
_DEMO_OPTIONS = (
    Option("--seed", "which world; the same seed and clock are the same world", "N"),
    Option("--sessions", "about how many sessions to list", "N"),
    Option("--clock", "what time it is there, ISO 8601", "TIME"),
    Option("--speed", "how fast its clock runs", "FACTOR"),
    Option("--play", "a fault or a doubt to play; `--play help` lists them; may be repeated", "NAME[=VALUE]"),
    Option("--serve", "only serve, and print where as one JSON line"),
    Option("--port", "where to serve; 9398 unless given, 0 for any", "PORT"),
)

_RECORDINGS = (
    Option("--record", "keep what the server says in this new file, to be shown again", "FILE"),
    Option("--replay", "show a recording; no server is asked", "FILE"),
    Option("--speed", "how many times as fast a recording is shown", "FACTOR"),
)

_COMPARE = Option("--compare", "at its difference from this run; good is the last good one before it", "ID")
_SCREENS = (
    Option("--quiet", "spare the line: fewer frames, as over SSH"),
    Option("--ascii", "draw with ASCII only, as on a console or without a UTF-8 locale"),
    Option("--mouse", "listen to the mouse; shift selects text then"),
)

CHECK = "check"
"""The command that ends with 0 to 3 and one line, whatever goes wrong."""

BROWSE = Command(
    "", "browse sessions in the terminal", "start_tui:browse", (*_RECORDINGS, *_SCREENS), writes=False
)
COMMANDS = (
    Command(
        "open",
        "browse, in exactly this view",
        "start_tui:open_view",
        (_COMPARE, _SORT, _VIEW, *_RECORDINGS, *_SCREENS),
        "[QUERY…|ID]",
        None,
        writes=False,
    ),
    Command(
        "sessions",
        "list sessions",
        "sessions:run",
        (
            *_FILTERS,
            _SORT,
            Option("--limit", "no more than this many, after sorting", "N"),
            _output("table", "json", "jsonl", "csv"),
        ),
        "[QUERY…]",
        None,
    ),
    Command("show", "one session and its events", "show:show", (_output("table", "json", "xml"),), "ID", 1),
    Command(
        "events",
        "the events of one session",
        "events:events",
        (
            Option("--follow", "print what comes until the session ends: table, jsonl, csv"),
            _output("table", "json", "jsonl", "csv", "xml"),
        ),
        "ID",
        1,
    ),
    Command(
        "tail",
        "one line for each change, for ever",
        "tail:run",
        (
            *_FILTERS,
            Option("--from-start", "first what is listed already, oldest first"),
            Option("--output", "table, jsonl; jsonl on a pipe", "FORMAT", "-o", ("table", "jsonl")),
        ),
        "[QUERY…]",
        None,
    ),
    Command(
        "wait",
        "until a session ends; 0 success, 10 warning, 11 failed, 12 canceled",
        "wait:wait",
        (
            Option("--timeout", "no longer than this; then 13", "SECONDS"),
            _output("table", "json"),
        ),
        "ID",
        1,
    ),
    Command(
        CHECK,
        "one line for a monitoring system; 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN",
        "check:run",
        (
            Option("--type", "session types, with commas; * stands for any text", "TYPE"),
            Option(
                "--max-age", "how long ago the last good run may have ended: 26h, or 20h,26h", "[WARN,]AGE"
            ),
            Option("--max-ratio", "how many times the usual the newest run may take", "[WARN,]RATIO"),
            Option("--stuck", "whether a run goes on for longer than ever; unless asked for less, yes"),
            Option("--overdue", "whether a run is due and has not begun; unless asked for less, yes"),
            Option(
                "--ignore-known", "what you have marked as known, or a notes.toml says is, does not count"
            ),
            Option("--timeout", "no longer than this; 10 unless given", "SECONDS"),
        ),
        writes=False,
    ),
    Command("profiles", "list the servers of the configuration", "profiles:run", (_output("table", "json"),)),
    Command(
        "config",
        "what the configuration says, and where each value comes from",
        "config:run",
        (_output("table", "json"),),
        "show",
        1,
        connects=False,
    ),
    Command(
        "login",
        "try a logon and keep server, user and certificate as a profile",
        "login:login",
        (Option("--remember", "keep the password in this computer's keyring"),),
        writes=False,
    ),
    Command(
        "logout",
        "forget the password that the keyring holds",
        "login:logout",
        (Option("--forget-pin", "forget the accepted certificate, too"),),
        writes=False,
    ),
    Command(
        "doctor",
        "see what is right and wrong between here and the server",
        "doctor:run",
        (_output("table", "json"), Option("--report", "the shape of what the server answers, no values")),
    ),
    Command(
        "demo",
        "browse a simulated server on this computer",
        "demo:run",
        (*_DEMO_OPTIONS, *_SCREENS),
        connects=False,
        writes=False,
    ),
)
BY_NAME = {command.name: command for command in (BROWSE, *COMMANDS)}
