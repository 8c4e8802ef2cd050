"""Prose entries: one Markdown file a language, with optional front matter."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files import safe_yaml
from bot.stores.knowledge_files.fields import LANGUAGE_NAMES, LANGUAGES, Fields, is_id, not_an_id, with_nearest
from bot.stores.knowledge_files.safe_yaml import Node
from bot.stores.knowledge_files.sources import Report, text_of

KEYS = ("status", "source", "checked", "valid_from", "valid_until", "part_of", "questions", "not_answered",
        "parity")  # fmt: skip
SHARED = ("status", "valid_from", "valid_until", "part_of")
"""What the files of one entry must agree in."""
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
    unread: frozenset[str] = frozenset()
    """Those of SHARED whose value is reported as wrong: nobody knows whether the other files agree."""


def read_page(path: str, content: bytes, zone: ZoneInfo, report: Report) -> Page | None:
    """One file, or None when it cannot be one; everything wrong with it is reported."""
    place = _place(path, report)
    text = text_of(content, report)
    if text is None or place is None:
        return None
    section, entry_id, language = place
    front, first_line, body_lines = _parted(text, report)
    fields = Fields(front or Node({}, 1), report, KEYS, Sentence("the front matter"))
    title, body, title_line = _title_and_body(body_lines, first_line, language, report)
    missing = tuple(key for key in ("status", "source", "checked") if not fields.has(key))
    if missing and front is not None:
        report.warning(1, Sentence("{entry} has no {keys}", entry=Sentence("the front matter"), keys=missing), gap=True)
    valid_from = fields.moment("valid_from", zone)
    valid_until = fields.moment("valid_until", zone, whole_day=True)
    if valid_from and valid_until and valid_from >= valid_until:
        report.error(fields.at("valid_from"), Sentence("valid_from is after valid_until"))
    rendering = Rendering(
        title, body, fields.text("source"), fields.list("questions"), path, title_line, fields.list("not_answered")
    )
    status, part_of = status_of(fields, (Status.CONFIRMED, Status.SAMPLE)), fields.text("part_of")
    shared = dict(zip(SHARED, (status, valid_from, valid_until, part_of), strict=True))
    wrong = frozenset(name for name, value in shared.items() if fields.has(name) and not value)
    return Page(
        entry_id, section, language, rendering, status or Status.CONFIRMED, fields.day("checked"), valid_from,
        valid_until, part_of, fields.list("parity"), frozenset(SHARED) if front is None else wrong,
    )  # fmt: skip


def status_of(fields: Fields, allowed: tuple[Status, ...]) -> Status | None:
    """The status; confirmed when none is given, None (and an error) when it is no allowed one."""
    text = fields.text("status")
    values = [status.value for status in allowed]
    if text and text not in values:
        known = reduce(lambda one, other: Sentence("{one} or {other}", one=one, other=other), values)
        problem = Sentence("status '{status}' must be {known}", status=text, known=known)
        fields.report.error(fields.at("status"), with_nearest(problem, text, values))
        return None
    return Status(text) if text else Status.CONFIRMED


def _place(path: str, report: Report) -> tuple[str, str, Language] | None:
    """Section, id and language from `<section>/<id>.<language>.md`."""
    parts = PurePosixPath(path).parts
    pieces = parts[-1].split(".")
    names = tuple(f"{pieces[0] or 'id'}.{language}.md" for language in LANGUAGES)
    problem = None
    if len(parts) != 2:
        problem = Sentence("a text belongs into a section folder: <section>/<id>.<zh|ru|en>.md")
    elif len(pieces) != 3:
        problem = Sentence("the name must say the language: {names}", names=names)
    elif pieces[1] not in LANGUAGES:
        problem = Sentence(
            "'{language}' is not a language of the assistant; use one of: {names}", language=pieces[1], names=names
        )
    elif not is_id(pieces[0]):
        problem = not_an_id(pieces[0])
    elif not is_id(parts[0]):
        problem = Sentence("section '{section}' must be a-z, 0-9 and hyphens", section=parts[0])
    if problem:
        report.error(1, problem)
        return None
    return parts[0], pieces[0], Language(pieces[1])


def _parted(text: str, report: Report) -> tuple[Node | None, int, list[str]]:
    """The front matter as a tree (None when it cannot be read), the number of the first line after it, those lines."""
    lines = text.split("\n")
    if lines[0].strip() != "---":
        return Node({}, 1), 1, lines
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "---":
            tree = safe_yaml.parse("\n".join(lines[1:number]), report.error, first_line=2)
            if tree is not None and tree.is_empty:
                tree = Node({}, 1)
            return tree, number + 2, lines[number + 1 :]
    report.error(1, Sentence("the front matter is not closed; put a line --- after it"))
    return None, 1, lines[1:]


def _title_and_body(lines: list[str], first_line: int, language: Language, report: Report) -> tuple[str, str, int]:
    """The first heading, what follows it, and the line of the heading."""
    place = next((number for number, line in enumerate(lines) if re.match(r"#{1,6}(\s|$)", line)), None)
    if place is None:
        report.error(first_line, Sentence("no title; the text must begin with a line `# Title`"))
        return "", "", first_line
    line = first_line + place
    if any(before.strip() for before in lines[:place]):
        report.error(first_line, Sentence("text before the title; begin with `# Title`"))
    title = lines[place].lstrip("#").strip()
    body = "\n".join(lines[place + 1 :]).strip()
    if not title:
        report.error(line, Sentence("the title is empty"))
    if not body:
        report.error(line, Sentence("the text under the title is empty"))
    check_words(title, body, language, line, report)
    return title, body, line


def check_words(title: str, body: str, language: Language, at: Node | int, report: Report) -> None:
    """Warn of a title too long for a button, of markup, and of a text that is hardly in its language."""
    if len(title) > LONGEST_TITLE[language]:
        problem = Sentence(
            "the title has {length} characters; a button shows {most}", length=len(title), most=LONGEST_TITLE[language]
        )
        report.warning(at, problem)
    if found := _MARKUP.search(body):
        problem = Sentence(
            "the text is shown as it is written, with the markup '{markup}'", markup=found.group().strip()
        )
        report.warning(at, problem)
    words = title + body
    own = len(_SCRIPTS[language].findall(words))
    if words and own * 4 < max(len(script.findall(words)) for script in _SCRIPTS.values()):
        report.warning(at, Sentence("hardly any {language} in this text", language=LANGUAGE_NAMES[language.value]))


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
            problem = Sentence(
                "the id {id} is already taken in {place}; choose another one", id=entry_id, place=first.rendering.path
            )
            report.error(1, problem)
            continue
        renderings[page.language] = page.rendering
    _compare([page for page in group if page.section == first.section], reports)
    missing = [language for language in Language if language not in renderings]
    if missing:
        problem = Sentence(
            "{entry} has no {languages} ({files})",
            entry=entry_id,
            languages=tuple(LANGUAGE_NAMES[language.value] for language in missing),
            files=tuple(f"{entry_id}.{language}.md" for language in missing),
        )
        reports[first.rendering.path].warning(1, problem, gap=True)
    dates = [page.checked for page in group if page.checked]
    return Entry(
        entry_id, first.section, EntryKind.PROSE, first.status,
        {language: renderings[language] for language in Language if language in renderings},
        min(dates, default=None), first.valid_from, first.valid_until, first.part_of or None,
    )  # fmt: skip


def _compare(pages: list[Page], reports: dict[str, Report]) -> None:
    """Report what the files of one entry contradict each other in."""
    for name in SHARED:
        known = [page for page in pages if name not in page.unread]
        for page in known[1:]:
            mine, theirs = getattr(page, name), getattr(known[0], name)
            if mine != theirs:
                problem = Sentence(
                    "{key} is {value} here but {other} in {place}",
                    key=name, value=_said(mine), other=_said(theirs), place=known[0].rendering.path,
                )  # fmt: skip
                reports[page.rendering.path].error(1, problem)


def _said(value: object) -> str | Sentence:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value) if value else Sentence("not given")
