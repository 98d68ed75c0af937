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

COLUMN_GAP = "  "
_ENCODER = json.JSONEncoder(ensure_ascii=False)
"""Shared, since `json.dumps` creates one for every record."""
_FORMULA = re.compile("\\s*[=+\\-@＝＋－＠]|[\t\r]")  # noqa: RUF001 - spreadsheets accept full-width ones
"""The start of a spreadsheet formula, also after blanks and with full-width characters."""


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of a table; numbers are aligned to the right."""

    title: str
    is_right_aligned: bool = False


def format_json(records: Sequence[Mapping[str, object]]) -> str:
    """One array with one object per line."""
    if not records:
        return "[]\n"
    return "[\n" + ",\n".join(f"  {_encode(record)}" for record in records) + "\n]\n"


def format_json_lines(records: Iterable[Mapping[str, object]]) -> str:
    """One object per line."""
    return "".join(f"{_encode(record)}\n" for record in records)


def format_json_line(record: Mapping[str, object]) -> str:
    """One object on one line."""
    return json.dumps(record, ensure_ascii=False) + "\n"


def format_json_object(record: Mapping[str, object], **parts: object) -> str:
    """One indented object, followed by the given parts as keys."""
    return json.dumps({**record, **parts}, ensure_ascii=False, indent=2) + "\n"


def _encode(record: Mapping[str, object]) -> str:
    return _ENCODER.encode(record)


def format_csv(records: Iterable[Mapping[str, object]], keys: Sequence[str]) -> str:
    """CSV with a header of the keys; null is empty, and formulas are escaped."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_csv_cell(record[key]) for key in keys] for record in records)
    return text.getvalue()


def _csv_cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() if _FORMULA.match(value):
            return "'" + value
        case _:
            return str(value)


def format_records(output_format: str, records: Iterable[Mapping[str, object]], keys: Sequence[str]) -> str:
    """The records as `json`, `jsonl` or `csv`, which has only these keys."""
    match output_format:
        case "json":
            return format_json(list(records))
        case "csv":
            return format_csv(records, keys)
        case _:
            return format_json_lines(records)


def format_table(columns: Sequence[OutputColumn], rows: Sequence[Sequence[str]], width: int | None) -> str:
    """A header line and one line per row, cut to `width` cells if it is given."""
    clean_rows = [[text_format.join_lines(cell) for cell in row] for row in rows]
    lines = [[column.title for column in columns], *clean_rows]
    widths = [max(text_format.cell_width(line[index]) for line in lines) for index in range(len(columns))]
    return "".join(_format_table_line(columns, line, widths, width) for line in lines)


def _format_table_line(
    columns: Sequence[OutputColumn], line: Sequence[str], widths: Sequence[int], width: int | None
) -> str:
    padded = [
        text_format.fit_width(cell, column_width, column.is_right_aligned)
        for column, cell, column_width in zip(columns[:-1], line, widths, strict=False)
    ]
    last = (
        text_format.fit_width(line[-1], widths[-1], align_right=True)
        if columns[-1].is_right_aligned
        else line[-1]
    )
    text = COLUMN_GAP.join([*padded, last]).rstrip()
    return (text if width is None else text_format.truncate(text_format.strip_ambiguous(text), width)) + "\n"
