"""Format records and rows for stdout: tables, JSON, JSON lines, CSV.

Tables are cut to the width of a terminal and never on a pipe: one line per row, two
blanks between columns, no frames.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from emtui import text_format
from emtui.handover.json_schema import Record, Value

GAP = "  "
_ENCODER = json.JSONEncoder(ensure_ascii=False)
"""Shared, since `json.dumps` creates one for every record."""
_FORMULA = re.compile("\\s*[=+\\-@＝＋－＠]|[\t\r]")  # noqa: RUF001 - spreadsheets accept full-width ones
"""The start of a spreadsheet formula, also after blanks and with full-width characters."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table; numbers are aligned to the right."""

    title: str
    right: bool = False


def as_json(records: Sequence[Record]) -> str:
    """One array with one object per line."""
    if not records:
        return "[]\n"
    return "[\n" + ",\n".join(f"  {_json(record)}" for record in records) + "\n]\n"


def as_jsonl(records: Iterable[Record]) -> str:
    """One object per line."""
    return "".join(f"{_json(record)}\n" for record in records)


def as_line(record: Mapping[str, object]) -> str:
    """One object on one line."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def as_object(record: Record, **parts: Sequence[Record] | None) -> str:
    """One indented object, followed by the given arrays as keys."""
    return json.dumps({**record, **parts}, ensure_ascii=False, indent=2) + "\n"


def _json(record: Record) -> str:
    return _ENCODER.encode(record)


def as_csv(records: Iterable[Record], keys: Sequence[str]) -> str:
    """CSV with a header of the keys; null is empty, and formulas are escaped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_cell(record[key]) for key in keys] for record in records)
    return text.getvalue()


def _cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() if _FORMULA.match(value):
            return "'" + value
        case _:
            return str(value)


def as_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """A header line and one line per row, cut to `width` cells if it is given."""
    plain = [[text_format.one_line(cell) for cell in row] for row in rows]
    lines = [[column.title for column in columns], *plain]
    widths = [max(text_format.cells(line[place]) for line in lines) for place in range(len(columns))]
    return "".join(_line(columns, line, widths, width) for line in lines)


def _line(columns: Sequence[Column], line: Sequence[str], widths: Sequence[int], width: int | None) -> str:
    padded = [
        text_format.fit(cell, wide, column.right)
        for column, cell, wide in zip(columns[:-1], line, widths, strict=False)
    ]
    last = text_format.fit(line[-1], widths[-1], right=True) if columns[-1].right else line[-1]
    text = GAP.join([*padded, last]).rstrip()
    return (text if width is None else text_format.cut(text_format.for_terminal(text), width)) + "\n"
