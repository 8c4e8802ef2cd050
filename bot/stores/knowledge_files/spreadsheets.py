"""The programme as a spreadsheet: rows of a CSV or XLSX file as the sessions that YAML would give."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time

from bot.domain.sentence import Sentence
from bot.stores.knowledge_files.fields import LANGUAGES, with_nearest
from bot.stores.knowledge_files.programme_files import SESSION_KEYS
from bot.stores.knowledge_files.safe_yaml import Node
from bot.stores.knowledge_files.sources import Report, text_of

MOST_ROWS = 2_000
MOST_COLUMNS = 60
LARGEST_UNPACKED = 20_000_000
HIGHEST_RATIO = 100
"""A real workbook is packed about ten times; a bomb a thousand times."""

_LOCALIZED_TEXTS = ("title", "summary", "source", "registration")
_LOCALIZED_LISTS = ("aliases", "questions", "not_answered")
_LISTS = ("topics", "speakers", "interpretation", "parity")
COLUMNS = (
    *(key for key in SESSION_KEYS if key not in {"slots", *_LOCALIZED_TEXTS, *_LOCALIZED_LISTS}),
    *(f"{key}_{language}" for key in (*_LOCALIZED_TEXTS, *_LOCALIZED_LISTS) for language in LANGUAGES),
)
"""`start` and `end` may hold several times, one a line or separated by |."""

_PARTS = re.compile(r"[\n|]")
Row = list[str]


class _Unreadable(Exception):
    def __init__(self, problem: Sentence) -> None:
        super().__init__(problem)
        self.problem = problem


def read_rows(path: str, content: bytes, report: Report) -> list[Node]:
    """Every row as the mapping of a session, each value knowing its cell."""
    try:
        rows = _workbook(content) if path.lower().endswith(".xlsx") else _csv(content, report)
    except _Unreadable as error:
        report.error(1, error.problem)
        return []
    header_at = next((number for number, row in enumerate(rows) if any(row)), None)
    if header_at is None:
        example = "id, start, end, room, title_zh, …"
        problem = Sentence("the table is empty; the first row must name the columns ({example})", example=example)
        report.error(1, problem)
        return []
    names = [name.strip().lower() for name in rows[header_at]]
    for place, name in enumerate(names):
        at = Node("", header_at + 1, f"{column(place)}{header_at + 1}")
        if name and name not in COLUMNS:
            report.error(at, with_nearest(Sentence("unknown column {column}", column=name), name, COLUMNS))
        elif name and name in names[:place]:
            report.error(at, Sentence("the column {column} is given twice", column=name))
    if "id" not in names:
        report.error(header_at + 1, Sentence("there is no column {column}", column="id"))
        return []
    return [
        _session(names, row, header_at + 2 + number)
        for number, row in enumerate(rows[header_at + 1 :])
        if any(cell.strip() for cell in row)
    ]


def column(place: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _session(names: list[str], row: Row, line: int) -> Node:
    fields: dict[str, Node] = {}
    for place, name in enumerate(names):
        text = row[place].strip() if place < len(row) else ""
        cell = f"{column(place)}{line}"
        if not text or name not in COLUMNS:
            continue
        key, _, language = name.rpartition("_")
        if key in (*_LOCALIZED_TEXTS, *_LOCALIZED_LISTS) and language in LANGUAGES:
            value = _list(text, line, cell) if key in _LOCALIZED_LISTS else Node(text, line, cell)
            group = fields.setdefault(key, Node({}, line, cell))
            group.value[language] = value
        else:
            fields[name] = _list(text, line, cell) if name in _LISTS else Node(text, line, cell)
    starts = _list(fields["start"].value, line, "").value if "start" in fields else []
    if len(starts) > 1:
        start, end = fields.pop("start"), fields.pop("end", None)
        ends = _PARTS.split(end.value) if end else []
        fields["slots"] = Node(
            [
                Node({"start": Node(one.value, line, start.cell)} | _end(ends, number, line, end), line, start.cell)
                for number, one in enumerate(starts)
            ],
            line,
            start.cell,
        )
    return Node(fields, line, f"A{line}")


def _end(ends: list[str], number: int, line: int, at: Node | None) -> dict[str, Node]:
    text = ends[number].strip() if number < len(ends) else ""
    return {"end": Node(text, line, at.cell)} if text and at else {}


def _list(text: str, line: int, cell: str) -> Node:
    return Node([Node(part.strip(), line, cell) for part in _PARTS.split(text) if part.strip()], line, cell)


def _csv(content: bytes, report: Report) -> list[Row]:
    text = text_of(content, report)
    if text is None:
        return []
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        return _limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _Unreadable(
            Sentence("not a valid CSV table; look for a quotation mark that is not closed, or save the table again")
        ) from error


def _limited(rows: Iterable[Iterable[object]]) -> list[Row]:
    found: list[Row] = []
    for row in rows:
        if len(found) >= MOST_ROWS:
            raise _Unreadable(Sentence("more than {most} rows", most=MOST_ROWS))
        found.append([_said(cell) for cell in row])
        if len(found[-1]) > MOST_COLUMNS and any(found[-1][MOST_COLUMNS:]):
            raise _Unreadable(Sentence("more than {most} columns", most=MOST_COLUMNS))
    while found and not any(found[-1]):
        found.pop()
    return found


def _said(cell: object) -> str:
    """A cell as the text that YAML would hold."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}" if cell.time() == time(0, 0) else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, time):
        return f"{cell:%H:%M}"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")


def _workbook(content: bytes) -> list[Row]:
    """The first sheet, after the archive was checked to be harmless."""
    invalid = Sentence("not a valid XLSX workbook; save it again from the spreadsheet program")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_archive(archive, len(content))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise _Unreadable(invalid) from error
    import openpyxl

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # a file may claim a million rows
            return _limited(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS + 1, values_only=True))
        finally:
            book.close()
    except _Unreadable:
        raise
    except Exception as error:  # openpyxl raises whatever its XML parser meets
        raise _Unreadable(invalid) from error


def _check_archive(archive: zipfile.ZipFile, packed: int) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    if len(members) > 500 or unpacked > LARGEST_UNPACKED or unpacked > HIGHEST_RATIO * max(packed, 1):
        raise _Unreadable(Sentence("the workbook unpacks to far more than a programme needs; refused"))
    if any(member.flag_bits & 1 for member in members):
        raise _Unreadable(Sentence("the workbook is protected by a password; save it without one"))
    for member in members:
        # Entities are how a small XML file grows; UTF-16 has a zero byte between the letters.
        if re.search(rb"<!(?:DOCTYPE|ENTITY)", archive.read(member).replace(b"\0", b"")):
            raise _Unreadable(Sentence("the workbook declares XML entities; refused"))
