"""Commands, options, examples and exit codes of the command line, each declared once.

`arguments` parses by these tables, `help_text` and `man_page` print them, `complete_words` completes by
them.
"""

from __future__ import annotations

from typing import NamedTuple

from emtui.local.terminal import THEME_NAMES


class OptionSpec(NamedTuple):
    """One option; a flag if it has no `metavar`. With `choices` no other value is accepted.

    `metavar` is the kind of its value, one of `OPTION_VALUE_KINDS`. `aliases` are older names, which are
    accepted but not documented.
    """

    name: str
    purpose: str
    metavar: str = ""
    short: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    group: str = "Options"
    aliases: tuple[str, ...] = ()


class Example(NamedTuple):
    """A command line and what it is for."""

    purpose: str
    line: str


class CommandSpec(NamedTuple):
    """One command; `run` is its function as `module:function` in this package.

    `operands` are the operands as in the usage: kinds of `ARGUMENT_KINDS` or subcommands, in brackets
    if they are optional. `max_operands` is their largest number, `None` for any number. A command
    that `needs_stdout` has no other result than its output. `details` is a paragraph of the help, `exits` the
    exit codes that only this command has, `subcommands` are the accepted first operands with their purposes.
    """

    name: str
    purpose: str
    entry_point: str
    options: tuple[OptionSpec, ...] = ()
    operands: str = ""
    max_operands: int | None = 0
    has_connection_options: bool = True
    needs_stdout: bool = True
    group: str = ""
    details: str = ""
    examples: tuple[Example, ...] = ()
    exits: tuple[tuple[str, str], ...] = ()
    subcommands: tuple[tuple[str, str], ...] = ()

    @property
    def accepted_options(self) -> tuple[OptionSpec, ...]:
        """All options that this command accepts."""
        return self.options + (CONNECTION_OPTIONS if self.has_connection_options else ()) + GENERAL_OPTIONS

    @property
    def title(self) -> str:
        """The command as it is typed: `emtui sessions`."""
        return f"emtui {self.name}".rstrip()

    def operand_kinds(self, index: int) -> tuple[str, ...]:
        """The kinds of the operand at this position; with subcommands, their names."""
        words = self.operands.split()
        if not words or (self.max_operands is not None and index >= self.max_operands):
            return ()
        return tuple(words[min(index, len(words) - 1)].strip("[]").replace("...", "").split("|"))

    @property
    def see(self) -> str:
        """The end of a sentence about wrong usage: where the right usage is documented."""
        return f"See {self.title} --help."


ARGUMENT_KINDS = {
    "ID": "Session ID: a GUID, its first 4 or more hex digits, a URN, a URL, latest or latest:TYPE",
    "OTHER": "Session ID, or last-success: the last successful session of the same type before it",
    "QUERY": "Words and key:value terms, all of which must match. Keys: state, type, since, before, "
    "until, took, ratio, is, message, name, id. Examples: state:failed took:>10m ratio:>2 "
    "is:stuck,unusual since:24h. A ! or - before a term excludes what matches it; a term that "
    "begins with - must follow --",
    "COMMAND": "Name of a command",
    "NAME": "Name of a file or folder as listed, such as systemd/emtui-check.service",
    "SCHEMA": "Name of a schema as listed, such as session",
    "PAGE": "Name of a page as listed, such as query",
}
"""Kinds of operands, with their descriptions in the help; `complete_words` completes each."""
OPTION_VALUE_KINDS = {
    "FILE": "a file",
    "PROFILE": "a profile of the configuration",
    "SERVER": "host, host:port or URL",
    "USER": "a user name",
    "SHA256": "a fingerprint",
    "ID": "a session ID, or last-success",
    "TYPE": "session types, separated by commas",
    "STATE": "outcomes and states, separated by commas",
    "TIME": "a time or a duration",
    "KEY": "a sort key",
    "NAME[=VALUE]": "a failure of the demo",
    "FORMAT": "one of the choices",
    "VIEW": "one of the choices",
    "THEME": "one of the choices",
    "N": "a number",
    "FACTOR": "a number",
    "PORT": "a number",
    "[WARN,]AGE": "one or two durations",
    "[WARN,]RATIO": "one or two numbers",
}
"""Kinds of values of options, named by `OptionSpec.metavar`; `complete_words` completes those that it can."""

_GLOBAL, _CONNECTION = "Global options", "Connection options"
GENERAL_OPTIONS = (
    OptionSpec("--help", "Show help and exit", short="-h", group=_GLOBAL),
    OptionSpec("--version", "Show the version and exit", short="-V", group=_GLOBAL),
    OptionSpec("--debug", "Write a debug log; it contains no secrets", group=_GLOBAL),
)
CONNECTION_OPTIONS = (
    OptionSpec(
        "--profile",
        "Profile (saved server) to use",
        "PROFILE",
        "-p",
        default="default_profile, or the only profile",
        group=_CONNECTION,
    ),
    OptionSpec(
        "--server", "Server: host, host:port or URL", "SERVER", default="port 9398, HTTPS", group=_CONNECTION
    ),
    OptionSpec("--user", r"User name (DOMAIN\user)", "USER", group=_CONNECTION),
    OptionSpec(
        "--ca-file",
        "PEM file of CA certificates to trust",
        "FILE",
        default="the system's certificate store",
        group=_CONNECTION,
    ),
    OptionSpec(
        "--pin",
        "Trust only the certificate with this SHA-256 fingerprint",
        "SHA256",
        group=_CONNECTION,
    ),
    OptionSpec("--no-proxy", "Connect without a proxy", group=_CONNECTION),
    OptionSpec("--allow-http", "Allow plain HTTP; the password is sent unencrypted", group=_CONNECTION),
    OptionSpec("--password-stdin", "Read the password from standard input", group=_CONNECTION),
)


def _output_option(*formats: str, default: str = "table") -> OptionSpec:
    return OptionSpec("--output", "Output format", "FORMAT", "-o", formats, default)


_TYPE = OptionSpec("--type", "Session types, separated by commas; * matches any text", "TYPE")
_FILTER_OPTIONS = (
    OptionSpec(
        "--since", "Sessions started since TIME (24h, 7d, 02:10, 2026-11-23), and all running ones", "TIME"
    ),
    OptionSpec("--state", "Outcomes or states, separated by commas: failed,warning", "STATE"),
    _TYPE,
)
_SORT_OPTION = OptionSpec(
    "--sort",
    "Sort by acknowledged or a JSON key: started, ended, duration, type, outcome, …; "
    "-KEY sorts in descending order",
    "KEY",
    default="-started",
)
_SCREEN_SORT = _SORT_OPTION._replace(
    purpose="Sort by a JSON key: started, ended, duration, type, outcome, …; -KEY sorts in descending order"
)
_VIEW_OPTION = OptionSpec(
    "--view",
    "View to open. types: one line per type; timeline: runs over time; attention: alerts; "
    "with an ID: facts (details), xml",
    "VIEW",
    choices=("types", "timeline", "attention", "facts", "xml"),
)
_DEMO_OPTIONS = (
    OptionSpec(
        "--seed",
        "Random seed; the same seed and clock give the same data; 0 gives no incidents",
        "N",
        default="1",
    ),
    OptionSpec("--sessions", "Approximate number of sessions", "N", default="3000"),
    OptionSpec("--clock", "Start time of the simulated clock (ISO 8601)", "TIME", default="now"),
    OptionSpec("--speed", "Speed of the simulated clock", "FACTOR", default="1"),
    OptionSpec("--play", "Simulate a failure; repeatable; --play help lists them", "NAME[=VALUE]"),
    OptionSpec("--serve", "Run only the server; print its address as one line of JSON"),
    OptionSpec("--port", "Port for --serve; 0 for any free port", "PORT", default="9398"),
)

_RECORDING = "Recording options"
_RECORDING_OPTIONS = (
    OptionSpec("--record", "Record the server's responses to a new file", "FILE", group=_RECORDING),
    OptionSpec("--replay", "Replay a recording; connects to no server", "FILE", group=_RECORDING),
    OptionSpec("--speed", "Speed of the replay", "FACTOR", default="1", group=_RECORDING),
)

_COMPARE_OPTION = OptionSpec(
    "--compare",
    "Compare with this session; last-success: the last successful run before it",
    "ID",
)
_DISPLAY = "Display options"
_SCREEN_OPTIONS = (
    OptionSpec(
        "--plain",
        "Line mode: questions and answers without drawing, for screen readers and serial consoles",
        default="on if TERM is dumb or not set",
        group=_DISPLAY,
    ),
    OptionSpec("--quiet", "Fewer screen updates, for slow links", group=_DISPLAY),
    OptionSpec(
        "--ascii", "Draw with ASCII characters only", default="on without a UTF-8 locale", group=_DISPLAY
    ),
    OptionSpec("--mouse", "Enable mouse support (Shift selects text)", group=_DISPLAY),
    OptionSpec(
        "--theme",
        f"Color theme: {', '.join(THEME_NAMES)}",
        "THEME",
        choices=THEME_NAMES,
        default="theme of the configuration, else by the terminal",
        group=_DISPLAY,
    ),
)

CHECK_COMMAND = "check"
"""The command whose exit code is 0 to 3 and whose output is one line, whatever goes wrong."""

BROWSE_COMMAND = CommandSpec(
    "",
    "Browse and monitor the system sessions of Veeam Backup Enterprise Manager",
    "start_tui:browse",
    (*_RECORDING_OPTIONS, *_SCREEN_OPTIONS),
    needs_stdout=False,
    details="System sessions are the server's own jobs, such as data collection, catalog replication and "
    "license updates; backup jobs are not shown. Without a command, emtui opens the session browser.",
    examples=(
        Example("Try emtui with a simulated server", "emtui demo"),
        Example("Open the session browser", r"emtui --server em01.example.net --user 'EXAMPLE\ops'"),
        Example("Failed sessions of the last day", "emtui sessions state:failed --since 24h"),
        Example("Last data collection and its events", "emtui show latest:CollectJob"),
    ),
)
_BROWSE, _READ, _REPORT, _SETUP = "Browser commands", "Session commands", "Report commands", "Setup commands"
COMMANDS = (
    CommandSpec(
        "open",
        "Open the session browser in a given view",
        "start_tui:open_view",
        (_COMPARE_OPTION, _SCREEN_SORT, _VIEW_OPTION, *_RECORDING_OPTIONS, *_SCREEN_OPTIONS),
        "[QUERY...|ID]",
        None,
        needs_stdout=False,
        group=_BROWSE,
        examples=(
            Example("Failed sessions and warnings", "emtui open state:failed,warning"),
            Example("One session, compared with the last success", "emtui open 5f1c --compare last-success"),
            Example("One line per session type", "emtui open --view types"),
        ),
    ),
    CommandSpec(
        "demo",
        "Browse a simulated server on this computer",
        "demo:run",
        (*_DEMO_OPTIONS, *_SCREEN_OPTIONS),
        has_connection_options=False,
        needs_stdout=False,
        group=_BROWSE,
        examples=(
            Example("Browse the simulated server; Enter logs on", "emtui demo"),
            Example("Simulate a server that answers slowly", "emtui demo --play slow-start=3"),
            Example("Run only the server, on any free port", "emtui demo --serve --port 0"),
        ),
    ),
    CommandSpec(
        "sessions",
        "List sessions",
        "sessions:run",
        (
            *_FILTER_OPTIONS,
            _SORT_OPTION,
            OptionSpec("--limit", "Maximum number of sessions, after sorting", "N"),
            _output_option("table", "json", "jsonl", "csv"),
        ),
        "[QUERY...]",
        None,
        group=_READ,
        details="On a terminal, only the last 24 hours and running sessions are listed unless the query "
        "names a time or an ID. On a pipe, all sessions are listed.",
        examples=(
            Example("Failed sessions of the last week", "emtui sessions state:failed --since 7d"),
            Example("All data collections as JSON", "emtui sessions type:CollectJob -o json"),
            Example("The five longest sessions", "emtui sessions --sort -duration --limit 5"),
            Example("Failures that are not acknowledged", "emtui sessions state:failed '!is:acknowledged'"),
        ),
    ),
    CommandSpec(
        "show",
        "Show one session and its events",
        "show:show",
        (_output_option("table", "json", "xml"),),
        "ID",
        1,
        group=_READ,
        examples=(
            Example("By the first hex digits of its ID", "emtui show 5f1c"),
            Example("The last data collection, as JSON", "emtui show latest:CollectJob -o json"),
        ),
    ),
    CommandSpec(
        "events",
        "List the events of one session",
        "events:print_events",
        (
            OptionSpec("--follow", "Print new events until the session ends (table, jsonl, csv)"),
            _output_option("table", "json", "jsonl", "csv", "xml"),
        ),
        "ID",
        1,
        group=_READ,
        examples=(
            Example("Events as JSON lines", "emtui events 5f1c -o jsonl"),
            Example("Follow a running session", "emtui events latest:CollectJob --follow"),
        ),
    ),
    CommandSpec(
        "tail",
        "Print one line per change until stopped (Ctrl+C)",
        "tail:run",
        (
            *_FILTER_OPTIONS,
            OptionSpec("--from-start", "First print the sessions already in the list, oldest first"),
            OptionSpec("--flat", "Print JSON lines without nested objects, each with the same keys"),
            _output_option("table", "jsonl", default="table; on a pipe jsonl"),
        ),
        "[QUERY...]",
        None,
        group=_READ,
        examples=(
            Example("Failures and warnings as they happen", "emtui tail state:failed,warning"),
            Example("All changes as JSON lines", "emtui tail --from-start -o jsonl"),
            Example(
                "Failures for jq or a log shipper",
                "emtui tail --flat | jq -c 'select(.outcome == \"failed\") | [.at, .type]'",
            ),
        ),
    ),
    CommandSpec(
        "wait",
        "Wait until a session ends",
        "wait:wait",
        (
            OptionSpec("--timeout", "Maximum time to wait, in seconds or as 30m", "TIME", default="no limit"),
            _output_option("table", "json"),
        ),
        "ID",
        1,
        group=_READ,
        examples=(
            Example(
                "Wait for the last data collection, at most 30 minutes",
                "emtui wait latest:CollectJob --timeout 30m",
            ),
        ),
        exits=(
            ("0", "success"),
            ("10", "warning"),
            ("11", "failed"),
            ("12", "canceled"),
            ("13", "timeout"),
            ("14", "unknown outcome"),
        ),
    ),
    CommandSpec(
        "explain",
        "Print the findings on one session",
        "explain:run",
        (_output_option("table", "json"),),
        "ID",
        1,
        group=_REPORT,
        details="The findings are those of the session's page in the browser; they are based on the session "
        "list and on the events of the last successful runs before the session.",
        examples=(
            Example("What is known about the newest data collection", "emtui explain latest:CollectJob"),
            Example("By an ID that emtui sessions state:failed lists", "emtui explain 5f1c"),
            Example("The findings as JSON", "emtui explain 5f1c -o json"),
        ),
    ),
    CommandSpec(
        "diff",
        "Compare the events of one session with those of another",
        "diff:run",
        (
            OptionSpec("--all", "Also print equal lines that are far from any difference"),
            _output_option("text", "json", default="text"),
        ),
        "ID [OTHER]",
        2,
        group=_REPORT,
        details="Without OTHER, it is compared with the last successful session of the same type before it. "
        "The exit code is 0 whether or not they differ.",
        examples=(
            Example("With the last successful run before it", "emtui diff 5f1c"),
            Example("With another session, every line", "emtui diff 5f1c 3b90 --all"),
            Example("New lines only", "emtui diff 5f1c -o json | jq '.lines[] | select(.change == \"new\")'"),
        ),
    ),
    CommandSpec(
        "ticket",
        "Print a report on one session, to paste into a ticket",
        "reports:ticket",
        (_output_option("markdown", "text", "json", default="markdown"),),
        "ID",
        1,
        group=_REPORT,
        examples=(
            Example("In Markdown", "emtui ticket 5f1c"),
            Example(
                "Plain text by mail", "emtui ticket latest:CollectJob -o text | mail -s 'Failed run' ops"
            ),
        ),
    ),
    CommandSpec(
        "shift",
        "Print a summary of the last hours for the next shift",
        "reports:shift",
        (
            OptionSpec("--since", "Start of the summary: 12h, 7d, 06:00, 2026-11-23", "TIME", default="12h"),
            _output_option("markdown", "text", "json", default="markdown"),
        ),
        group=_REPORT,
        examples=(
            Example("The last 12 hours", "emtui shift"),
            Example("Since six o'clock, as plain text", "emtui shift --since 06:00 -o text"),
        ),
    ),
    CommandSpec(
        "bundle",
        "Write everything about one session to a new zip file",
        "reports:bundle",
        (
            OptionSpec(
                "--output",
                "File to create, or - for standard output; an existing file is never overwritten",
                "FILE",
                "-o",
                default="emtui-TYPE-START-ID.zip in the current directory",
            ),
        ),
        "ID",
        1,
        group=_REPORT,
        details="The zip contains the ticket, the session and its events, the comparison with the last "
        "successful run, the server's XML, and a manifest. It is readable only by you (0600). Its path is "
        "printed.",
        examples=(
            Example("In the current directory", "emtui bundle 5f1c"),
            Example("To a file of another name", "emtui bundle 5f1c -o /tmp/case-4711.zip"),
            Example("To another host", "emtui bundle 5f1c -o - | ssh em02.example.net 'cat > bundle.zip'"),
        ),
    ),
    CommandSpec(
        CHECK_COMMAND,
        "Check all session types, as a monitoring plugin",
        "check:run",
        (
            _TYPE._replace(default="all types"),
            OptionSpec(
                "--max-age",
                "Maximum age of the last successful run: 26h, or 20h,26h with a warning first",
                "[WARN,]AGE",
            ),
            OptionSpec(
                "--max-ratio",
                "Maximum duration as a multiple of the usual duration: 3, or 2,3 with a warning first",
                "[WARN,]RATIO",
            ),
            OptionSpec(
                "--stuck",
                "Check for running sessions that take longer than any earlier successful run",
                default="on, unless another condition is given",
            ),
            OptionSpec(
                "--overdue",
                "Check for runs that did not start on schedule",
                default="on, unless another condition is given",
            ),
            OptionSpec("--ignore-acknowledged", "Ignore acknowledged failures", aliases=("--ignore-known",)),
            OptionSpec("--timeout", "Time limit of the check, in seconds or as 30s", "TIME", default="10"),
        ),
        needs_stdout=False,
        group=_READ,
        details="Prints one line, EMTUI OK, WARNING, CRITICAL or UNKNOWN, with performance data. "
        "Never asks for a password.",
        examples=(
            Example("Failed, stuck and overdue runs of all types", "emtui check"),
            Example(
                "Alert if the last data collection is too old",
                "emtui check --type CollectJob --max-age 1h,4h",
            ),
            Example(
                "One type, without acknowledged failures",
                "emtui check --type CollectJob --ignore-acknowledged",
            ),
        ),
        exits=(
            ("0", "OK"),
            ("1", "WARNING"),
            ("2", "CRITICAL"),
            ("3", "UNKNOWN, also for wrong usage and connection problems"),
        ),
    ),
    CommandSpec(
        "types",
        "List session types with status, history and next start",
        "type_overview:run",
        (_TYPE._replace(default="all types"), _output_option("table", "json", "jsonl", "csv")),
        group=_READ,
        details="Types with alerts come first. On a terminal, one sign for each of the last 30 days shows "
        "its worst run: low for success, high for failed, × for a run that was due and did not start. "
        "Alerts, usual durations and next starts are those of the session browser.",
        examples=(
            Example("Status of all types", "emtui types"),
            Example("Types with an alert", "emtui types -o json | jq -r '.[] | select(.alert) | .type'"),
        ),
    ),
    CommandSpec(
        "timeline",
        "Show runs, missed starts and idle periods over time",
        "run_timeline:run",
        (
            OptionSpec(
                "--since", "Start of the timeline (24h, 7d, 02:10, 2026-11-23)", "TIME", default="24h"
            ),
            _TYPE._replace(default="all types"),
            _output_option("table", "json", "jsonl", "csv"),
        ),
        group=_READ,
        details="On a terminal, the runs are drawn in one lane per type. On a pipe and in the other formats, "
        "there is one line per run, missed start and idle period, oldest first.",
        examples=(
            Example("The last 24 hours, drawn", "emtui timeline"),
            Example(
                "Runs that were due last week and did not start",
                "emtui timeline --since 7d -o jsonl | jq -c 'select(.entry == \"missed\")'",
            ),
        ),
    ),
    CommandSpec(
        "metrics",
        "Print metrics for Prometheus, or write them to a file",
        "metrics:run",
        (
            OptionSpec(
                "--output",
                "Replace FILE instead of printing; mode 0644, so that a collector can read it",
                "FILE",
                "-o",
            ),
            OptionSpec(
                "--timeout", "Time limit for the session list, in seconds or as 30s", "TIME", default="60"
            ),
        ),
        needs_stdout=False,
        group=_READ,
        details="Polls once and prints OpenMetrics text for node_exporter, Telegraf or a push gateway. "
        "If the poll fails, the metrics are emtui_up 0 and the exit code, and the exit code is the same. "
        "Never asks for a password.",
        examples=(
            Example("Print the metrics of the profile prod", "emtui metrics -p prod"),
            Example(
                "For node_exporter's textfile collector",
                "emtui metrics -o /var/lib/prometheus/node-exporter/emtui.prom",
            ),
            Example(
                "To a push gateway",
                "emtui metrics | curl --data-binary @- http://push:9091/metrics/job/emtui",
            ),
        ),
    ),
    CommandSpec(
        "login",
        "Verify the logon and save it as a profile",
        "login:login",
        (OptionSpec("--remember", "Save the password in the keyring of this computer"),),
        needs_stdout=False,
        group=_SETUP,
        examples=(
            Example(
                "Create the profile prod",
                r"emtui login -p prod --server em01.example.net --user 'EXAMPLE\ops'",
            ),
            Example("Enter a new password for it", "emtui login -p prod --remember"),
        ),
    ),
    CommandSpec(
        "logout",
        "Remove the saved password",
        "login:logout",
        (OptionSpec("--forget-pin", "Also remove the pinned certificate from the profile"),),
        needs_stdout=False,
        group=_SETUP,
        examples=(
            Example("Remove the password of the profile prod", "emtui logout -p prod"),
            Example("Also stop trusting its certificate", "emtui logout -p prod --forget-pin"),
        ),
    ),
    CommandSpec(
        "profiles",
        "List the configured profiles",
        "profiles:run",
        (_output_option("table", "json"),),
        group=_SETUP,
        examples=(Example("Names of all profiles", "emtui profiles -o json | jq -r '.[].name'"),),
    ),
    CommandSpec(
        "config",
        "Show, check or create the configuration",
        "config:run",
        (
            OptionSpec(
                "--defaults", "With show: also list the settings that are not set, with their defaults"
            ),
            _output_option("table", "json"),
        ),
        "init|validate|path|show",
        1,
        has_connection_options=False,
        group=_SETUP,
        subcommands=(
            ("init", "Create your configuration file, with every setting as a comment; never overwrites one"),
            ("validate", "Check all files and print each mistake; exit code 2 if there is one"),
            ("path", "Print the configuration files, highest priority first"),
            ("show", "Print each value and where it comes from"),
        ),
        examples=(
            Example("All values with their files", "emtui config show"),
            Example("Create a configuration file", "emtui config init"),
            Example("Find mistakes", "emtui config validate"),
        ),
    ),
    CommandSpec(
        "doctor",
        "Diagnose the configuration and the connection",
        "doctor:run",
        (
            _output_option("table", "json"),
            OptionSpec("--report", "Print the structure of the server's responses, without any values"),
        ),
        group=_SETUP,
        examples=(
            Example("Check the profile prod", "emtui doctor -p prod"),
            Example("A report to attach to an issue", "emtui doctor --report > report.txt"),
        ),
    ),
    CommandSpec(
        "examples",
        "List or print ready files for cron, systemd and monitoring systems",
        "examples:run",
        operands="[NAME]",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        examples=(
            Example("All files", "emtui examples"),
            Example("Install one of them", "emtui examples systemd/emtui-check.timer > emtui-check.timer"),
        ),
    ),
    CommandSpec(
        "schema",
        "List or print the JSON schemas of the output",
        "schema:run",
        operands="[SCHEMA]",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        examples=(
            Example("All schemas", "emtui schema"),
            Example("Schema of emtui sessions -o json", "emtui schema session > session.json"),
        ),
    ),
    CommandSpec(
        "completion",
        "Print a script that completes emtui in a shell",
        "shell_completion:run",
        operands="bash|zsh|fish",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        details="Completes commands, options and their values, profiles, query keys and values, and the IDs "
        "of sessions that emtui has listed. Completion connects to no server.",
        subcommands=(
            ("bash", "Script for bash 4 or newer"),
            ("zsh", "Script for zsh, as _emtui in a folder of $fpath"),
            ("fish", "Script for fish, as emtui.fish in ~/.config/fish/completions"),
        ),
        examples=(
            Example("In ~/.bashrc: source <(emtui completion bash)", "emtui completion bash"),
            Example("In a folder of $fpath", "emtui completion zsh > ~/.zfunc/_emtui"),
            Example("For fish", "emtui completion fish > ~/.config/fish/completions/emtui.fish"),
        ),
    ),
    CommandSpec(
        "man",
        "Print a manual page",
        "man_page:run",
        operands="[COMMAND]",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        details="Without a command, prints the page of emtui with all commands; with one, the page of that "
        "command. The pages are for man(1); read them at once with: emtui man | man -l -",
        examples=(
            Example("Read the page", "emtui man | man -l -"),
            Example("Install it for all users", "emtui man > /usr/local/share/man/man1/emtui.1"),
            Example(
                "The page of one command", "emtui man sessions > ~/.local/share/man/man1/emtui-sessions.1"
            ),
        ),
    ),
    CommandSpec(
        "docs",
        "List the pages of the documentation, or print one",
        "docs:run",
        operands="[PAGE]",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        examples=(
            Example("All pages", "emtui docs"),
            Example("The query language", "emtui docs query"),
        ),
    ),
    CommandSpec(
        "help",
        "Show help for a command",
        "help_text:run",
        operands="[COMMAND]",
        max_operands=1,
        has_connection_options=False,
        group=_SETUP,
        examples=(Example("Help for the command sessions", "emtui help sessions"),),
    ),
)
COMMANDS_BY_NAME = {command.name: command for command in (BROWSE_COMMAND, *COMMANDS)}
EXIT_CODES = (
    ("0", "success"),
    ("1", "internal error"),
    ("2", "wrong usage or configuration"),
    ("3", "session not found"),
    ("4", "logon refused, access denied or no password"),
    ("5", "server unreachable"),
    ("6", "invalid response from the server"),
    ("7", "certificate not trusted or changed"),
    ("129", "ended by SIGHUP"),
    ("130", "interrupted (Ctrl+C)"),
    ("141", "output pipe closed"),
    ("143", "ended by SIGTERM"),
)
"""What the exit codes mean; `exit_codes` decides which one an error has."""
ENVIRONMENT = (
    ("EMTUI_PROFILE", "Profile to use, like --profile"),
    ("EMTUI_SERVER", "Server, like --server"),
    ("EMTUI_USER", "User name, like --user"),
    ("EMTUI_PASSWORD", "Password, removed from the environment once it is read"),
    ("EMTUI_CA_FILE", "CA certificates, like --ca-file"),
    ("EMTUI_PIN", "Certificate fingerprint, like --pin"),
)
"""Environment variables; options override them, and they override the configuration."""
FILES = (
    (
        "~/.config/emtui/config.toml",
        "Your configuration; emtui config path prints the files of this computer",
    ),
    ("/etc/xdg/emtui/config.toml", "Configuration of the team; your own values override it"),
    ("notes.toml", "Notes about messages, beside each configuration file"),
    ("~/.local/state/emtui/", "Saved state and the log"),
)
"""Files on Linux; on other systems they are in the usual places."""
