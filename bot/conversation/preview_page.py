"""The whole preview of a publication as one self-contained page in the organizer's language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from bot.conversation.hypertext import Html, join, page, tag
from bot.conversation.publishing_texts import collisions, fall, figure_names, kind_names, problem_line, session
from bot.domain.knowledge import Entry, Problem
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator, catalog
from bot.services.preview import Difference, Preview
from bot.services.replay import Told

MOST = 500
"""Questions of one kind on the page."""
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\W\u3400-\u9fff]+|\W")


def english(found: Preview) -> str:
    """The page for the command line."""
    return preview_page(found, catalog(Language.EN))


def preview_page(found: Preview, say: Translator) -> str:
    """Entries, sessions, questions before and after, test figures side by side, warnings."""
    heading = say.label("heading", "What this publication would change")
    against = (
        say.text("Compared with version {version}. Nothing is published yet.", version=found.old_version)
        if found.old_version
        else say.text("Nothing is published yet.")
    )
    body = join(
        tag("h1", heading),
        tag("p", against, class_="soft"),
        _falls(found, say),
        _entries(found, say),
        _sessions(found, say),
        _collisions(found, say),
        _differences(found, say),
        _figures(found, say),
        _problems(found.knowledge.warnings, say),
    )
    return page(heading, say.language, body, "preview.css")


def _section(heading: str, *children: Html) -> Html:
    return tag("section", tag("h2", heading), *children)


def _falls(found: Preview, say: Translator) -> Html | None:
    if not found.falls:
        return None
    items = [tag("li", fall(one, say)) for one in found.falls]
    heading = say.text("⚠️ The test questions are answered worse than before:")
    return tag("section", tag("p", heading), tag("ul", *items), class_="alarm")


def _entries(found: Preview, say: Translator) -> Html:
    rows: list[Html] = []
    for name, ids in (
        (say.label("preview", "New"), found.changes.added), (say.label("preview", "Changed"), found.changes.changed),
        (say.label("preview", "Removed"), found.changes.removed),
    ):  # fmt: skip
        for entry_id in ids:
            now = found.entries.get(entry_id) if entry_id not in found.changes.removed else None
            rows.append(
                tag("details", tag("summary", tag("b", name), " ", found.title(entry_id, say.language), " ",
                                   tag("code", entry_id)), _renderings(found.former.get(entry_id), now))
            )  # fmt: skip
    return _section(say.label("preview", "Entries"), *(rows or [tag("p", say.text("No entry changes."))]))


def _renderings(was: Entry | None, now: Entry | None) -> Html:
    """The texts of an entry, where they change the old one struck out above the new one."""
    parts: list[Html] = []
    for language in Language:
        old, new = (entry.renderings.get(language) if entry else None for entry in (was, now))
        if old and (new is None or (old.title, old.body) != (new.title, new.body)):
            parts.append(tag("p", tag("del", f"{old.title}. {old.body}"), lang=language))
        if new:
            parts.append(tag("p", tag("b", new.title), tag("br"), new.body, lang=language))
    return join(*parts)


def _sessions(found: Preview, say: Translator) -> Html | None:
    if not found.sessions:
        return None
    items = [tag("li", session(change, say)) for change in found.sessions]
    return _section(say.label("preview", "Sessions"), tag("ul", *items))


def _collisions(found: Preview, say: Translator) -> Html | None:
    if not found.collisions:
        return None
    items = [tag("li", line) for line in collisions(found, say)]
    return _section(say.label("preview", "Collisions"), tag("ul", *items))


def _differences(found: Preview, say: Translator) -> Html:
    parts: list[Html] = []
    for kind, name in kind_names(say).items():
        several = [one for one in found.differences if one.kind == kind]
        if several:
            parts.append(tag("details", tag("summary", tag("b", f"{name}: {len(several)}")),
                             _table(several[:MOST], found, say), open=kind in ("lost", "elsewhere")))  # fmt: skip
    intro = say.text(
        "I put {real} questions of delegates and {golden} test questions to the old and to the new version.",
        real=found.real,
        golden=found.golden,
    )
    parts = parts or [tag("p", say.text("No answer changes."))]
    return _section(say.label("preview", "Answers"), tag("p", intro, class_="soft"), *parts)


def _table(several: Sequence[Difference], found: Preview, say: Translator) -> Html:
    before, after = say.label("preview", "Before"), say.label("preview", "After")
    head = tag("tr", *(tag("th", name) for name in (say.label("preview", "Question"), before, after)))
    rows = [
        tag("tr", tag("td", one.asked.text, " ", tag("small", _mark(one, say)), lang=one.asked.language),
            *(tag("td", _told(found, told, say), _words(one, side), data_name=name)
              for side, (name, told) in enumerate(((before, one.before), (after, one.after)))))
        for one in several
    ]  # fmt: skip
    return tag("table", tag("thead", head), tag("tbody", *rows))


def _words(one: Difference, side: int) -> Html | None:
    """The words in which one of two answers differs from the other, and in them what differs."""
    words = one.words[side]
    return tag("p", *_marked(words, one.words[1 - side]), lang=one.asked.language) if words else None


def _marked(text: str, other: str) -> list[object]:
    pieces, others = (_PIECE.findall(side) for side in (text, other))
    found: list[object] = []
    for kind, start, end, *_ in SequenceMatcher(None, pieces, others, autojunk=False).get_opcodes():
        piece = "".join(pieces[start:end])
        found.append(tag("mark", piece) if kind != "equal" and piece.strip() else piece)
    return found


def _mark(one: Difference, say: Translator) -> str:
    if one.asked.golden:
        return say.label("preview", "test question")
    return f"×{one.times}"


def _told(found: Preview, told: Told, say: Translator) -> str:
    titles = " / ".join(found.title(entry_id, say.language) for entry_id in told.entries[:3])
    match told.kind:
        case "answer":
            return titles
        case "programme":
            return say.text("from the programme: {titles}", titles=titles or "–")
        case "choice":
            return say.text("a choice: {titles}", titles=titles)
    return say.text("a person answers")


def _figures(found: Preview, say: Translator) -> Html | None:
    names = list(dict.fromkeys(row.after.name for row in found.figures))
    if not names:
        return None
    head = tag("tr", tag("th"), *(tag("th", NATIVE_NAMES[language]) for language in Language))
    rows = []
    for name in names:
        cells = []
        for language in Language:
            row = next((row for row in found.figures if row.language is language and row.after.name == name), None)
            was = f"{row.before.value:.1%} → " if row and row.before and row.before.count else ""
            cells.append(tag("td", f"{was}{row.after.value:.1%}" if row else "–"))
        rows.append(tag("tr", tag("th", figure_names(say).get(name, name)), *cells))
    table = tag("table", tag("thead", head), tag("tbody", *rows))
    return _section(say.label("preview", "Test questions: figures before and after"), table)


def _problems(warnings: Sequence[Problem], say: Translator) -> Html | None:
    if not warnings:
        return None
    items = [tag("li", problem_line(problem, say)) for problem in warnings[:MOST]]
    return _section(say.label("preview", "Warnings"), tag("ul", *items))
