"""Completion of command lines for shells, from the tables of commands and options.

Reads the configuration, the state folder and the environment; connects to nothing and runs nothing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from emtui.cli.arguments import OPTIONS_BY_NAME
from emtui.cli.command_table import BROWSE_COMMAND, COMMANDS, COMMANDS_BY_NAME, CommandSpec, OptionSpec

if TYPE_CHECKING:
    from emtui.local.configuration import Config
    from emtui.local.recent_sessions import RecentSession, RecentSessions
    from emtui.query import CompletionCandidates

MIN_SUBSTRING_LENGTH = 3
"""Characters from which on a word is completed to the only candidate that contains them."""
MAX_LISTED_IDS = 30
"""IDs offered before a digit of one is typed."""
_QUERY_KEY_PURPOSES = {
    "state": "outcome or state of the server",
    "type": "session type",
    "since": "started since, or still running",
    "before": "started before",
    "until": "started until",
    "took": "duration",
    "ratio": "duration as a multiple of the usual one",
    "is": "running, unusual, stuck, acknowledged",
    "message": "text of the message",
    "name": "text of the name",
    "id": "start of the ID",
}
_LIST_QUERY_KEY = re.compile(r"([-!]?)(type|state):(.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may stand at the cursor; with `is_open` more of it follows, such as a value."""

    value: str
    description: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class CompletionResult:
    """The candidates, best first; or with `is_file` the names of files, which the shell knows best."""

    candidates: tuple[Candidate, ...] = ()
    is_file: bool = False
    file_prefix: str = ""
    """The part of the word before the file name, such as `--ca-file=`."""


@dataclass(frozen=True, slots=True)
class _TypedCommand:
    """What precedes the cursor: operands and options, and an option that still needs its value."""

    operands: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    pending: OptionSpec | None = None
    has_dashes: bool = False
    command: CommandSpec | None = BROWSE_COMMAND

    def option(self, name: str) -> str | None:
        return next((value for option, value in reversed(self.options) if option == name), None)


def complete_words(words: Sequence[str]) -> CompletionResult:
    """The candidates for the last of the words, which follow the name of the program, without quotes."""
    *before, typed = words
    given = _read_words(before)
    names = _LocalNames(given)
    if given.pending:
        return _complete_value(given.pending, "", typed, names)
    if typed.startswith("-") and not given.has_dashes:
        return _complete_option(given, typed, names)
    if not given.operands:
        commands = [Candidate(one.name, one.purpose) for one in COMMANDS]
        return CompletionResult(_select(typed, commands))
    if given.command is None:
        return CompletionResult()
    return _complete_operand(given.command, len(given.operands) - 1, typed, names)


def _read_words(words: Iterable[str]) -> _TypedCommand:
    """Read the words as `parse_arguments` does, but without any error."""
    operands: list[str] = []
    options: list[tuple[str, str]] = []
    rest = iter(words)
    pending, has_dashes = None, False
    for word in rest:
        pending = None
        if word == "--":
            has_dashes = True
            operands += rest
        elif word.startswith("-") and word != "-":
            name, has_value, value = _split_option(word)
            option = _find_option(name, _command_of(operands))
            if option and option.metavar and not has_value:
                following = next(rest, None)
                pending, value = (option, "") if following is None else (None, following)
            if option:
                options.append((option.name, value))
        else:
            operands.append(word)
    return _TypedCommand(tuple(operands), tuple(options), pending, has_dashes, _command_of(operands))


def _split_option(word: str) -> tuple[str, str, str]:
    return word.partition("=") if word.startswith("--") else (word[:2], word[2:], word[2:])


def _command_of(operands: Sequence[str]) -> CommandSpec | None:
    return (COMMANDS_BY_NAME.get(operands[0]) if operands[0] else None) if operands else BROWSE_COMMAND


def _find_option(name: str, command: CommandSpec | None) -> OptionSpec | None:
    """The option of this command, else of any: options may precede the command."""
    accepted = command.accepted_options if command else ()
    own = (option for option in accepted if name in {option.name, option.short, *option.aliases})
    return next(own, None) or OPTIONS_BY_NAME.get(name)


def _complete_option(given: _TypedCommand, typed: str, names: _LocalNames) -> CompletionResult:
    """An option, or the value that is written together with it: `--output=json`, `-ojson`."""
    name, has_value, value = _split_option(typed)
    option = _find_option(name, given.command)
    if option and has_value and option.metavar:
        prefix = f"{name}=" if typed.startswith("--") else name
        return _complete_value(option, prefix, value, names)
    if given.command is None or has_value:
        return CompletionResult()
    used = {used_name for used_name, _ in given.options} - {"--play"}
    options = [
        Candidate(typed if typed == option.short else option.name, option.purpose)
        for option in given.command.accepted_options
        if option.name not in used
    ]
    return CompletionResult(_select(typed, options))


def _complete_value(option: OptionSpec, prefix: str, typed: str, names: _LocalNames) -> CompletionResult:
    if option.choices:
        found: Iterable[Candidate] = map(Candidate, option.choices)
    elif option.metavar == "FILE":
        return CompletionResult(is_file=True, file_prefix=prefix)
    else:
        found = _VALUE_COMPLETERS.get(option.metavar, _nothing)(typed, names)
    return CompletionResult(
        tuple(Candidate(prefix + one.value, one.description, one.is_open) for one in _select(typed, found))
    )


def _complete_operand(command: CommandSpec, index: int, typed: str, names: _LocalNames) -> CompletionResult:
    if command.subcommands:
        subcommands = command.subcommands if index == 0 else ()
        return CompletionResult(_select(typed, (Candidate(*one) for one in subcommands)))
    found: list[Candidate] = []
    for kind in command.operand_kinds(index):
        if not (kind == "ID" and index > 0 and command.max_operands is None):
            found += OPERAND_COMPLETERS.get(kind, _nothing)(typed, names)
    return CompletionResult(_select(typed, found))


def _select(typed: str, found: Iterable[Candidate]) -> tuple[Candidate, ...]:
    """The printable candidates that continue what is typed, without case; if none does, a single other one.

    Shells replace the word by what all candidates have in common.
    """
    candidates = list({one.value: one for one in found if one.value.isprintable()}.values())
    folded = _fold(typed)
    continuing = tuple(one for one in candidates if _fold(one.value).startswith(folded))
    return continuing or (
        tuple(candidates) if len(candidates) == 1 and _contains(candidates[0], typed) else ()
    )


def _fold(text: str) -> str:
    """The text without case, and without the quotes of a query, which are not typed first."""
    return text.replace('"', "").casefold()


def _contains(candidate: Candidate, typed: str) -> bool:
    """Whether the candidate contains the last part of what is typed, which is long enough to mean it."""
    part = re.split(r"[:,=]", _fold(typed))[-1]
    return len(part) >= MIN_SUBSTRING_LENGTH and part in _fold(candidate.value)


# --- kinds of values -------------------------------------------------------------------------


@dataclass
class _LocalNames:
    """Names from the configuration and from the state folder, read when they are needed."""

    given: _TypedCommand = field(default_factory=_TypedCommand)

    @cached_property
    def config(self) -> Config:
        """The configuration; empty if it is invalid, which every command reports."""
        from emtui.local.configuration import Config, load_config
        from emtui.local.paths import config_files
        from emtui.local.profiles import InvalidConfigError

        try:
            return load_config(*config_files())
        except InvalidConfigError:
            return Config()

    @cached_property
    def recent(self) -> RecentSessions:
        """The last sessions of the server that the command would use."""
        from emtui.em.errors import EmError
        from emtui.local.connection import ConnectionOptions, resolve_connection
        from emtui.local.recent_sessions import RecentSessions, load_recent_sessions

        options = ConnectionOptions(
            profile=self.given.option("--profile"),
            server=self.given.option("--server"),
            user=self.given.option("--user"),
            allow_http=True,
        )
        try:
            server = resolve_connection(options, os.environ, self.config).server
        except EmError:
            return RecentSessions()
        return load_recent_sessions(server) if server else RecentSessions()

    @cached_property
    def query_names(self) -> CompletionCandidates:
        """The types and states for the completion of queries."""
        from emtui.em.model import SESSION_TYPES
        from emtui.query import CompletionCandidates, completable_words, searchable_type_names

        names = searchable_type_names(self.recent.types or SESSION_TYPES)
        return CompletionCandidates(tuple(names), completable_words(self.recent.states))


def _nothing(_typed: str, _names: _LocalNames) -> Iterable[Candidate]:
    return ()


def _commands(_typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    return (Candidate(command.name, command.purpose) for command in COMMANDS)


def _examples(_typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    from emtui.cli.examples import describe_example, load_examples

    return (Candidate(name, describe_example(text)) for name, text in load_examples().items())


def _pages(_typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    from emtui.local.doc_pages import list_pages

    return (Candidate(page.name, page.purpose) for page in list_pages())


def _schemas(_typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    from emtui.cli.schema import load_schemas

    return map(Candidate, load_schemas())


def _profiles(_typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return (Candidate(profile.name, profile.server.authority) for profile in names.config.profiles)


def _servers(_typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return (Candidate(str(profile.server), profile.name) for profile in names.config.profiles)


def _users(_typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return (Candidate(profile.user, profile.name) for profile in names.config.profiles if profile.user)


def _query(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    """Terms by the engine of the session browser."""
    from emtui.query import complete

    text = _with_open_quote(typed)
    completion = complete(text, len(text), names.query_names)
    for suggestion in completion.suggestions:
        word, is_open = text[: completion.start] + suggestion, suggestion.endswith(":")
        key = suggestion.removesuffix(":")
        yield Candidate(_without_quotes(word), _QUERY_KEY_PURPOSES.get(key, "") if is_open else "", is_open)
    if text[-1:] not in {"", ":", ","}:
        shorter = complete(text[:-1], len(text) - 1, names.query_names)
        if text in {text[: shorter.start] + suggestion for suggestion in shorter.suggestions}:
            yield Candidate(_without_quotes(text))  # complete already: only a blank follows


def _with_open_quote(typed: str) -> str:
    """The term with the quotes that the shell has removed: `type:Database R` is one value."""
    term = _LIST_QUERY_KEY.fullmatch(typed)
    if not term or '"' in typed or " " not in typed:
        return typed
    head, comma, last = term[3].rpartition(",")
    values = (f'"{value}"' if " " in value else value for value in head.split(",") if comma)
    open_quote = '"' if " " in last else ""
    return f"{term[1]}{term[2]}:{','.join(values)}{comma}{open_quote}{last}"


def _without_quotes(term: str) -> str:
    """The term as one argument: without quotes of its own where the name is understood without them."""
    from emtui.cli.query_args import normalize_operands
    from emtui.query.quoting import unquote

    match = _LIST_QUERY_KEY.fullmatch(term)
    if '"' not in term or not match:
        return term
    plain = f"{match[1]}{match[2]}:{unquote(match[3])}"
    return plain if '"' not in plain and '"' in normalize_operands([plain])[0] else term


def _list_values(key: str, typed: str, names: _LocalNames) -> Iterator[Candidate]:
    """Values of `--type` and `--state`: comma lists without quotes."""
    from emtui.query.quoting import unquote

    head, comma, last = typed.rpartition(",")
    for one in _query(f"{key}:{last}", names):
        value = one.value.partition(":")[2]
        yield Candidate(head + comma + unquote(value))


def _types(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return _list_values("type", typed, names)


def _states(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return _list_values("state", typed, names)


def _times(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    return (Candidate(one.value.partition(":")[2]) for one in _query(f"since:{typed}", names))


def _session_ids(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    """`latest`, `latest:TYPE`, and the IDs of the sessions that were listed or opened last."""
    yield Candidate("latest", "the session that started last")
    if typed.casefold().startswith("l"):
        types = names.query_names.types
        yield from (Candidate(f"latest:{name}") for name in types if '"' not in name)
    else:
        yield Candidate("latest:", "the last session of a type", is_open=True)
    limit = None if typed else MAX_LISTED_IDS
    yield from (
        Candidate(session.id, _describe_session(session)) for session in names.recent.sessions[:limit]
    )


def _describe_session(session: RecentSession) -> str:
    started = f"{session.started.astimezone():%a %Y-%m-%d %H:%M}" if session.started else ""
    return " ".join(filter(None, (started, session.outcome, session.type)))


def _other_session_ids(typed: str, names: _LocalNames) -> Iterator[Candidate]:
    yield Candidate("last-success", "the last successful run before it")
    yield from _session_ids(typed, names)


def _sort_keys(typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    from emtui.query.sort_order import ALIASES, SORT_FIELDS

    sign = "-" if typed.startswith("-") else ""
    order = "descending" if sign else "ascending"
    fields = [name for name in SORT_FIELDS if name not in {"known", "duration_s"}]
    names = [*fields, *(alias for alias in ALIASES if alias != "took")]
    yield from (Candidate(sign + name, order) for name in names)
    if not typed:
        yield Candidate("-started", "descending")


def _faults(typed: str, _names: _LocalNames) -> Iterator[Candidate]:
    """Failures of the demo, with their values after the `=`."""
    from emtui.demo.fault_catalog import FAULT_OPTIONS

    name, has_value, _ = typed.partition("=")
    for fault in FAULT_OPTIONS:
        if has_value and fault.name == name:
            yield from (Candidate(f"{name}={choice}") for choice in fault.choices)
        elif not has_value:
            if fault.default is not None:
                yield Candidate(fault.name, fault.description)
            if fault.usage:
                yield Candidate(f"{fault.name}=", fault.description, is_open=True)


_Completer = Callable[[str, _LocalNames], Iterable[Candidate]]
OPERAND_COMPLETERS: dict[str, _Completer] = {
    "ID": _session_ids,
    "OTHER": _other_session_ids,
    "QUERY": _query,
    "COMMAND": _commands,
    "NAME": _examples,
    "SCHEMA": _schemas,
    "PAGE": _pages,
}
"""How to complete each kind of operand."""
_VALUE_COMPLETERS: dict[str, _Completer] = {
    "PROFILE": _profiles,
    "SERVER": _servers,
    "USER": _users,
    "ID": _other_session_ids,
    "TYPE": _types,
    "STATE": _states,
    "TIME": _times,
    "KEY": _sort_keys,
    "NAME[=VALUE]": _faults,
}
"""How to complete each kind of value of an option."""
