"""Prose entries: one Markdown file a language, with optional front matter."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language
from bot.stores.knowledge_files import safe_yaml
from bot.stores.knowledge_files.fields import LANGUAGE_NAMES, LANGUAGES, Fields, is_id, nearest
from bot.stores.knowledge_files.safe_yaml import Node
from bot.stores.knowledge_files.sources import Report, text_of

KEYS = ("status", "source", "checked", "valid_from", "valid_until", "part_of", "questions", "not_answered",
        "parity")  # fmt: skip
LONGEST_TITLE = {Language.ZH: 18, Language.RU: 40, Language.EN: 40}
"""Characters of a title that fit on a button."""

_MARKUP = re.compile(r"^\s*(?:[-*+]|\d+\.)\s|^#|\*\*|__|</?[a-zA-Z][^>]*>|\[[^\]]+\]\([^)]+\)", re.MULTILINE)
_SCRIPTS = {
    Language.ZH: re.compile(r"[\u4e00-\u9fff]"),
    Language.RU: re.compile(r"[А-Яа-яЁё]"),
    Language.EN: re.compile(r"[A-Za-z]"),
}


@dataclass(frozen=True)
class Page:
    """One Markdown file that was read."""

    id: str
    section: str
    language: Language
    rendering: Rendering
    status: Status
    checked: date | None
    valid_from: datetime | None
    valid_until: datetime | None
    part_of: str
    parity: tuple[str, ...] = ()
    """`value: reason` for what the comparison with the other languages shall pass over."""


def read_page(path: str, content: bytes, zone: ZoneInfo, report: Report) -> Page | None:
    """One file, or None when it cannot be one; everything wrong with it is reported."""
    place = _place(path, report)
    text = text_of(content, report)
    if text is None or place is None:
        return None
    section, entry_id, language = place
    front, first_line, body_lines = _parted(text, report)
    fields = Fields(front, report, KEYS, "the front matter")
    title, body, title_line = _title_and_body(body_lines, first_line, language, report)
    missing = [key for key in ("status", "source", "checked") if not fields.has(key)]
    if missing:
        report.warning(1, f"the front matter has no {', no '.join(missing)}")
    valid_from = fields.moment("valid_from", zone)
    valid_until = fields.moment("valid_until", zone, whole_day=True)
    if valid_from and valid_until and valid_from >= valid_until:
        report.error(fields.at("valid_from"), "valid_from is after valid_until")
    rendering = Rendering(
        title, body, fields.text("source"), fields.list("questions"), path, title_line, fields.list("not_answered")
    )
    return Page(
        entry_id, section, language, rendering, status_of(fields, (Status.CONFIRMED, Status.SAMPLE)),
        fields.day("checked"), valid_from, valid_until, fields.text("part_of"),
        fields.list("parity"),
    )  # fmt: skip


def status_of(fields: Fields, allowed: tuple[Status, ...]) -> Status:
    """The status; confirmed when none is given."""
    text = fields.text("status")
    values = [status.value for status in allowed]
    if text and text not in values:
        message = f"status {text!r} must be {' or '.join(values)}{nearest(text, values)}"
        fields.report.error(fields.at("status"), message)
    return Status(text) if text in values else Status.CONFIRMED


def _place(path: str, report: Report) -> tuple[str, str, Language] | None:
    """Section, id and language from `<section>/<id>.<language>.md`."""
    parts = PurePosixPath(path).parts
    pieces = parts[-1].split(".")
    problem = None
    if len(parts) != 2:
        problem = "a text belongs into a section folder: <section>/<id>.<zh|ru|en>.md"
    elif len(pieces) != 3:
        stem = pieces[0] or "id"
        problem = f"the name must say the language: {stem}.zh.md, {stem}.ru.md or {stem}.en.md"
    elif pieces[1] not in LANGUAGES:
        problem = f"{pieces[1]!r} is not a language of the assistant; use {pieces[0]}.zh.md, .ru.md or .en.md"
    elif not is_id(pieces[0]):
        problem = f"the id {pieces[0]!r} must be a-z, 0-9 and hyphens, at most 40 characters"
    elif not is_id(parts[0]):
        problem = f"the section {parts[0]!r} must be a-z, 0-9 and hyphens"
    if problem:
        report.error(1, problem)
        return None
    return parts[0], pieces[0], Language(pieces[1])


def _parted(text: str, report: Report) -> tuple[Node, int, list[str]]:
    """The front matter as a tree, and the lines after it with the number of the first."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return Node({}, 1), 1, lines
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            tree = safe_yaml.parse("\n".join(lines[1:number]), report.error, first_line=2)
            if tree is None or tree.is_empty:
                tree = Node({}, 1)
            return tree, number + 2, lines[number + 1 :]
    report.error(1, "the front matter is not closed; put a line --- after it")
    return Node({}, 1), 1, lines[1:]


def _title_and_body(lines: list[str], first_line: int, language: Language, report: Report) -> tuple[str, str, int]:
    """The first heading, what follows it, and the line of the heading."""
    place = next((number for number, line in enumerate(lines) if re.match(r"#{1,6}(\s|$)", line)), None)
    if place is None:
        report.error(first_line, "no title; the text must begin with a line `# Title`")
        return "", "", first_line
    line = first_line + place
    if any(before.strip() for before in lines[:place]):
        report.error(first_line, "text before the title; begin with `# Title`")
    title = lines[place].lstrip("#").strip()
    body = "\n".join(lines[place + 1 :]).strip()
    if not title:
        report.error(line, "the title is empty")
    if not body:
        report.error(line, "the text under the title is empty")
    check_words(title, body, language, line, report)
    return title, body, line


def check_words(title: str, body: str, language: Language, at: Node | int, report: Report) -> None:
    """Warn of a title too long for a button, of markup, and of a text that is hardly in its language."""
    if len(title) > LONGEST_TITLE[language]:
        report.warning(at, f"the title has {len(title)} characters; a button shows {LONGEST_TITLE[language]}")
    if found := _MARKUP.search(body):
        report.warning(at, f"the text is shown as it is written, with the markup {found.group().strip()!r}")
    words = title + body
    own = len(_SCRIPTS[language].findall(words))
    if words and own * 4 < max(len(script.findall(words)) for script in _SCRIPTS.values()):
        report.warning(at, f"hardly any {LANGUAGE_NAMES[language.value]} in this text")


def join_pages(pages: list[Page], reports: dict[str, Report]) -> list[Entry]:
    """Entries out of their renderings; what the files of one entry contradict each other in is reported."""
    groups: dict[str, list[Page]] = defaultdict(list)
    for page in pages:
        groups[page.id].append(page)
    return [_joined(entry_id, group, reports) for entry_id, group in sorted(groups.items())]


def _joined(entry_id: str, group: list[Page], reports: dict[str, Report]) -> Entry:
    first = group[0]
    renderings: dict[Language, Rendering] = {}
    for page in group:
        report = reports[page.rendering.path]
        if page.section != first.section:
            report.error(1, f"the id {entry_id} is taken by {first.rendering.path}; choose another one")
            continue
        for name in ("status", "valid_from", "valid_until", "part_of"):
            mine, theirs = getattr(page, name), getattr(first, name)
            if mine != theirs:
                report.error(1, f"{name} is {_said(mine)} here but {_said(theirs)} in {first.rendering.path}")
        renderings[page.language] = page.rendering
    missing = [language for language in Language if language not in renderings]
    if missing:
        names = " and no ".join(LANGUAGE_NAMES[language.value] for language in missing)
        files = ", ".join(f"{entry_id}.{language}.md" for language in missing)
        reports[first.rendering.path].warning(1, f"{entry_id} has no {names} ({files})")
    dates = [page.checked for page in group if page.checked]
    return Entry(
        entry_id, first.section, EntryKind.PROSE, first.status,
        {language: renderings[language] for language in Language if language in renderings},
        min(dates, default=None), first.valid_from, first.valid_until, first.part_of or None,
    )  # fmt: skip


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "not given" if value is None else str(value)
