"""Commands, options, examples and exit codes of the command line, each declared once.

`arguments` parses by these tables and `help_text` prints them.
"""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """One option; a flag if it has no `value` name. With `choices` no other value is accepted.

    `aliases` are older names, which are accepted but not documented.
    """

    name: str
    purpose: str
    value: str = ""
    short: str = ""
    choices: tuple[str, ...] = ()
    default: str = ""
    group: str = "Options"
    aliases: tuple[str, ...] = ()


class Example(NamedTuple):
    """A command line and what it is for."""

    purpose: str
    line: str


class Command(NamedTuple):
    """One command; `run` is its function as `module:function` in this package.

    `most` is the largest number of operands, `None` for any number. A command that `writes` needs
    a standard output. `details` is a paragraph of the help, `exits` the exit codes that only this
    command has.
    """

    name: str
    purpose: str
    run: str
    options: tuple[Option, ...] = ()
    operands: str = ""
    most: int | None = 0
    connects: bool = True
    writes: bool = True
    group: str = ""
    details: str = ""
    examples: tuple[Example, ...] = ()
    exits: tuple[tuple[str, str], ...] = ()

    @property
    def taken(self) -> tuple[Option, ...]:
        """All options that this command accepts."""
        return self.options + (CONNECTION if self.connects else ()) + GENERAL

    @property
    def title(self) -> str:
        """The command as it is typed: `emtui sessions`."""
        return f"emtui {self.name}".rstrip()

    @property
    def see(self) -> str:
        """The end of a sentence about wrong usage: where the right usage is documented."""
        return f"See {self.title} --help."


_GLOBAL, _CONNECTION = "Global options", "Connection options"
GENERAL = (
    Option("--help", "Show help and exit", short="-h", group=_GLOBAL),
    Option("--version", "Show the version and exit", short="-V", group=_GLOBAL),
    Option("--debug", "Write a debug log; it contains no secrets", group=_GLOBAL),
)
CONNECTION = (
    Option(
        "--profile",
        "Profile (saved server) to use",
        "NAME",
        "-p",
        default="default_profile, or the only profile",
        group=_CONNECTION,
    ),
    Option(
        "--server", "Server: host, host:port or URL", "SERVER", default="port 9398, HTTPS", group=_CONNECTION
    ),
    Option("--user", r"User name (DOMAIN\user)", "USER", group=_CONNECTION),
    Option(
        "--ca-file",
        "PEM file of CA certificates to trust",
        "FILE",
        default="the system's certificate store",
        group=_CONNECTION,
    ),
    Option(
        "--pin",
        "Trust only the certificate with this SHA-256 fingerprint",
        "SHA256",
        group=_CONNECTION,
    ),
    Option("--no-proxy", "Connect without a proxy", group=_CONNECTION),
    Option("--allow-http", "Allow plain HTTP; the password is sent unencrypted", group=_CONNECTION),
    Option("--password-stdin", "Read the password from standard input", group=_CONNECTION),
)


def _output(*formats: str, default: str = "table") -> Option:
    return Option("--output", "Output format", "FORMAT", "-o", formats, default)


_TYPE = Option("--type", "Session types, separated by commas; * matches any text", "TYPE")
_FILTERS = (
    Option(
        "--since", "Sessions started since then, and all running ones: 24h, 7d, 02:10, 2026-11-23", "TIME"
    ),
    Option("--state", "Outcomes or states, separated by commas: failed,warning", "STATE"),
    _TYPE,
)
_SORT = Option(
    "--sort", "Sort by a JSON key or by acknowledged; -KEY reverses the order", "KEY", default="-started"
)
_SCREEN_SORT = _SORT._replace(purpose="Sort by a JSON key; -KEY reverses the order")
_VIEW = Option(
    "--view",
    "View to open. types: one line per type; attention: alerts; with an ID: facts (details), xml",
    "VIEW",
    choices=("types", "attention", "facts", "xml"),
)
_DEMO_OPTIONS = (
    Option(
        "--seed",
        "Random seed; the same seed and clock give the same data, 0 gives no incidents",
        "N",
        default="1",
    ),
    Option("--sessions", "Approximate number of sessions", "N", default="3000"),
    Option("--clock", "Start time of the simulated clock (ISO 8601)", "TIME", default="now"),
    Option("--speed", "Speed of the simulated clock", "FACTOR", default="1"),
    Option("--play", "Simulate a failure; repeatable, --play help lists them", "NAME[=VALUE]"),
    Option("--serve", "Run only the server; print its address as one line of JSON"),
    Option("--port", "Port for --serve; 0 for any free port", "PORT", default="9398"),
)

_RECORDING = "Recording options"
_RECORDINGS = (
    Option("--record", "Record the server's responses to a new file", "FILE", group=_RECORDING),
    Option("--replay", "Replay a recording; connects to no server", "FILE", group=_RECORDING),
    Option("--speed", "Speed of the replay", "FACTOR", default="1", group=_RECORDING),
)

_COMPARE = Option(
    "--compare",
    "Compare with this session; last-success: the last successful run before it",
    "ID",
)
_DISPLAY = "Display options"
_SCREENS = (
    Option("--quiet", "Fewer screen updates, for slow links", group=_DISPLAY),
    Option("--ascii", "Draw with ASCII characters only", default="on without a UTF-8 locale", group=_DISPLAY),
    Option("--mouse", "Enable mouse support (Shift selects text)", group=_DISPLAY),
)

CHECK = "check"
"""The command whose exit code is 0 to 3 and whose output is one line, whatever goes wrong."""

BROWSE = Command(
    "",
    "Browse and monitor the system sessions of Veeam Backup Enterprise Manager",
    "start_tui:browse",
    (*_RECORDINGS, *_SCREENS),
    writes=False,
    details="System sessions are the server's own jobs, such as data collection, catalog replication and "
    "license updates; backup jobs are not shown. Without a command, emtui opens the session browser.",
    examples=(
        Example("Try emtui with a simulated server", "emtui demo"),
        Example("Open the session browser", r"emtui --server em01.example.net --user 'EXAMPLE\ops'"),
        Example("Failed sessions of the last day", "emtui sessions state:failed --since 24h"),
        Example("Last data collection and its events", "emtui show latest:CollectJob"),
    ),
)
_BROWSE, _READ, _SETUP = "Browser commands", "Session commands", "Setup commands"
COMMANDS = (
    Command(
        "open",
        "Open the session browser in a given view",
        "start_tui:open_view",
        (_COMPARE, _SCREEN_SORT, _VIEW, *_RECORDINGS, *_SCREENS),
        "[QUERY...|ID]",
        None,
        writes=False,
        group=_BROWSE,
        examples=(
            Example("Failed sessions and warnings", "emtui open state:failed,warning"),
            Example("One session, compared with the last success", "emtui open 5f1c --compare last-success"),
            Example("One line per session type", "emtui open --view types"),
        ),
    ),
    Command(
        "demo",
        "Browse a simulated server on this computer",
        "demo:run",
        (*_DEMO_OPTIONS, *_SCREENS),
        connects=False,
        writes=False,
        group=_BROWSE,
        examples=(
            Example("Browse the simulated server; Enter logs on", "emtui demo"),
            Example("Simulate a server that answers slowly", "emtui demo --play slow-start=3"),
            Example("Run only the server, on any free port", "emtui demo --serve --port 0"),
        ),
    ),
    Command(
        "sessions",
        "List sessions",
        "sessions:run",
        (
            *_FILTERS,
            _SORT,
            Option("--limit", "Maximum number of sessions, after sorting", "N"),
            _output("table", "json", "jsonl", "csv"),
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
    Command(
        "show",
        "Show one session and its events",
        "show:show",
        (_output("table", "json", "xml"),),
        "ID",
        1,
        group=_READ,
        examples=(
            Example("By the first digits of its ID", "emtui show 5f1c"),
            Example("The last data collection, as JSON", "emtui show latest:CollectJob -o json"),
        ),
    ),
    Command(
        "events",
        "List the events of one session",
        "events:events",
        (
            Option("--follow", "Print new events until the session ends (table, jsonl, csv)"),
            _output("table", "json", "jsonl", "csv", "xml"),
        ),
        "ID",
        1,
        group=_READ,
        examples=(
            Example("Events as JSON lines", "emtui events 5f1c -o jsonl"),
            Example("Follow a running session", "emtui events latest:CollectJob --follow"),
        ),
    ),
    Command(
        "tail",
        "Print one line per change until stopped (Ctrl+C)",
        "tail:run",
        (
            *_FILTERS,
            Option("--from-start", "Begin with the sessions that are already listed, oldest first"),
            _output("table", "jsonl", default="table; on a pipe jsonl"),
        ),
        "[QUERY...]",
        None,
        group=_READ,
        examples=(
            Example("Failures and warnings as they happen", "emtui tail state:failed,warning"),
            Example("All changes as JSON lines", "emtui tail --from-start -o jsonl"),
        ),
    ),
    Command(
        "wait",
        "Wait until a session ends",
        "wait:wait",
        (
            Option("--timeout", "Maximum time to wait, in seconds or as 30m", "TIME", default="no limit"),
            _output("table", "json"),
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
    Command(
        CHECK,
        "Check all session types, as a monitoring plugin",
        "check:run",
        (
            _TYPE._replace(default="all types"),
            Option(
                "--max-age",
                "Maximum age of the last successful run: 26h, or 20h,26h with a warning first",
                "[WARN,]AGE",
            ),
            Option("--max-ratio", "Maximum run time as a multiple of the usual: 3, or 2,3", "[WARN,]RATIO"),
            Option(
                "--stuck",
                "Check for sessions that run longer than ever",
                default="on, unless another condition is given",
            ),
            Option(
                "--overdue",
                "Check for runs that did not start on schedule",
                default="on, unless another condition is given",
            ),
            Option("--ignore-acknowledged", "Ignore acknowledged failures", aliases=("--ignore-known",)),
            Option("--timeout", "Time limit of the check, in seconds or as 30s", "TIME", default="10"),
        ),
        writes=False,
        group=_READ,
        details="Prints one line, EMTUI OK, WARNING, CRITICAL or UNKNOWN, with performance data. "
        "Never asks for a password.",
        examples=(
            Example("Alert if the last success is older than 26 hours", "emtui check --max-age 26h"),
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
    Command(
        "login",
        "Verify the logon and save it as a profile",
        "login:login",
        (Option("--remember", "Save the password in the keyring of this computer"),),
        writes=False,
        group=_SETUP,
        examples=(
            Example(
                "Create the profile prod",
                r"emtui login -p prod --server em01.example.net --user 'EXAMPLE\ops'",
            ),
            Example("Enter a new password for it", "emtui login -p prod --remember"),
        ),
    ),
    Command(
        "logout",
        "Remove the saved password",
        "login:logout",
        (Option("--forget-pin", "Also remove the pinned certificate from the profile"),),
        writes=False,
        group=_SETUP,
        examples=(
            Example("Remove the password of the profile prod", "emtui logout -p prod"),
            Example("Also stop trusting its certificate", "emtui logout -p prod --forget-pin"),
        ),
    ),
    Command(
        "profiles",
        "List the configured profiles",
        "profiles:run",
        (_output("table", "json"),),
        group=_SETUP,
        examples=(Example("Names of all profiles", "emtui profiles -o json | jq -r '.[].name'"),),
    ),
    Command(
        "config",
        "Show the configuration and where each value comes from",
        "config:run",
        (_output("table", "json"),),
        "show",
        1,
        connects=False,
        group=_SETUP,
        examples=(Example("All values with their files", "emtui config show"),),
    ),
    Command(
        "doctor",
        "Diagnose the configuration and the connection",
        "doctor:run",
        (
            _output("table", "json"),
            Option("--report", "Print the structure of the server's responses, without any values"),
        ),
        group=_SETUP,
        examples=(
            Example("Check the profile prod", "emtui doctor -p prod"),
            Example("A report to attach to an issue", "emtui doctor --report > report.txt"),
        ),
    ),
    Command(
        "help",
        "Show help for a command",
        "help_text:run",
        operands="[COMMAND]",
        most=1,
        connects=False,
        group=_SETUP,
        examples=(Example("Help for the command sessions", "emtui help sessions"),),
    ),
)
BY_NAME = {command.name: command for command in (BROWSE, *COMMANDS)}
EXIT_CODES = (
    ("0", "success"),
    ("1", "internal error"),
    ("2", "wrong usage or configuration"),
    ("3", "session not found"),
    ("4", "logon refused, access denied or no password"),
    ("5", "server unreachable"),
    ("6", "invalid response from the server"),
    ("7", "certificate not trusted or changed"),
    ("130", "interrupted (Ctrl+C)"),
    ("129", "ended by SIGHUP"),
    ("143", "ended by SIGTERM"),
    ("141", "output pipe closed"),
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
