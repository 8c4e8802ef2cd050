"""The organizers' board as one self-contained page: figures, charts, and a file to fill for each open question."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation import charts
from bot.conversation.charts import Column
from bot.conversation.hypertext import Html, join, page, tag
from bot.domain.knowledge import Entry
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator
from bot.services.board import OUTCOMES, Board, Gap, Why
from bot.services.drafts import slug_of
from bot.settings import EVENT_ZONE

MOST_GAPS = 200
"""Clusters on the page; the rest is counted."""
_MOST_ROWS = 40


@dataclass(frozen=True)
class DraftFile:
    """A file to fill: its name below knowledge/drafts, and what stands in it already."""

    name: str
    text: str


def board_page(board: Board, entries: Mapping[str, Entry], say: Translator) -> str:
    """The page in the organizer's language."""
    heading = say.label("heading", "What delegates ask")
    period = say.text("{start} – {end}", start=say.moment(board.since), end=say.moment(board.until))
    masked = say.text(
        "Names, addresses and the numbers of phones, papers, rooms and seats in these questions are masked (…). The "
        "masking does not know every name: look through the page before you pass it on."
    )
    body = join(
        tag("h1", heading),
        tag("p", period, class_="soft"),
        tag("p", say.text("Knowledge: version {version}.", version=board.version), class_="soft"),
        tag("p", masked, class_="soft"),
        _figures(board, say),
        _courses(board, say),
        _gaps(board, entries, say),
        _care(board, entries, say),
        _sessions(board, entries, say),
    )  # fmt: skip
    return page(heading, say.language, body, "board.css", "board.js")


def outcome_names(say: Translator) -> dict[str, str]:
    """How the three outcomes are called."""
    return {
        "answer": say.label("outcome", "answered"),
        "clarify": say.label("outcome", "offered a choice"),
        "handover": say.label("outcome", "handed over"),
    }


def why_not(gap: Gap, entries: Mapping[str, Entry], say: Translator) -> str:
    """Why a question was not answered, with the nearest entry."""
    title = _title(gap.nearest, entries, say) if gap.nearest else ""
    sure = math.floor(gap.confidence * 100)
    match gap.why:
        case Why.ASKED:
            return say.text("The delegates asked for a person.")
        case Why.DISLIKED:
            return say.text("The answer given did not help. Nearest entry: “{title}”.", title=title)
        case Why.EXPIRED:
            return say.text("What was known has expired. Nearest entry: “{title}”.", title=title)
        case Why.CHOICE:
            return say.text("A choice was offered and nobody took it. Nearest entry: “{title}”.", title=title)
        case Why.NOTHING:
            return say.text("Nothing in the knowledge came near.")
    if not title:
        return say.text("Nothing in the knowledge came near.")
    return say.text(
        "Too unsure to answer then: nearest entry “{title}”, {percent}\u00a0% sure.", title=title, percent=sure
    )


def answered_today(gap: Gap, entries: Mapping[str, Entry], say: Translator) -> str | None:
    """What answers the question by now, when something does."""
    if gap.answered_now not in entries:
        return None
    return say.text("Today the knowledge answers it: “{title}”.", title=_title(gap.answered_now, entries, say))


def draft_files(gap: Gap, today: datetime) -> list[DraftFile]:
    """The entry that would answer it, to be filled in: one file a language, with the questions as people put them."""
    base = slug_of(gap.wordings[0].text) or "question"
    files = []
    for language in Language:
        asked = [wording.text for wording in gap.wordings if wording.language is language]
        lines = ["---", "status: confirmed", 'source: ""', f"checked: {today.astimezone(EVENT_ZONE):%Y-%m-%d}"]
        if asked:
            lines += ["questions:", *(f"  - {json.dumps(text, ensure_ascii=False)}" for text in asked)]
        lines += ["---", f"# {asked[0] if asked else '…'}", "", "…", ""]
        files.append(DraftFile(f"{base}.{language}.md", "\n".join(lines)))
    return files


def wait_in_words(length: timedelta | None, say: Translator) -> str:
    """A waiting time, or a dash."""
    return say.minutes(length) if length is not None else "–"


def _figures(board: Board, say: Translator) -> Html:
    names = outcome_names(say)
    shown: list[tuple[object, str]] = [(board.asked, say.label("figure", "questions"))]
    for outcome in OUTCOMES:
        number = board.outcomes.get(outcome, 0)
        share = round(100 * number / board.asked) if board.asked else 0
        shown.append((number, say.text("{name}, {percent}\u00a0%", name=names[outcome], percent=share)))
    shown += [
        (board.answered_by_people, say.label("figure", "answered by volunteers")),
        (board.still_open, say.label("figure", "still waiting")),
        (wait_in_words(board.median_wait, say), say.label("figure", "at most, for half of the answers")),
        (wait_in_words(board.ninetieth_wait, say), say.label("figure", "at most, for nine answers in ten")),
    ]
    return tag("div", *(tag("div", tag("b", value), tag("span", name), class_="figure") for value, name in shown),
               class_="figures")  # fmt: skip


def _courses(board: Board, say: Translator) -> Html | None:
    if not board.asked:
        return tag("p", say.text("Nobody has asked anything in this time."))
    names = outcome_names(say)
    over_time = [
        Column(
            f"{start:%d.%m}" if board.by_day else f"{start:%H}",
            f"{say.day(start) if board.by_day else say.moment(start)}: {_spelled(counts, names, say)}",
            counts,
            "" if board.by_day or (place and start.hour) else say.short_day(start),
        )
        for place, (start, counts) in enumerate(board.buckets)
    ]
    by_language = [
        Column(f"{NATIVE_NAMES[language]} · {sum(counts.values())}", _spelled(counts, names, say), counts)
        for language, counts in board.by_language.items()
    ]
    first = say.label("heading", "Questions by day") if board.by_day else say.label("heading", "Questions by hour")
    second = say.label("heading", "Questions by language")
    return join(
        tag("h2", first), charts.legend(names), charts.columns(over_time, OUTCOMES, first),
        tag("h2", second), charts.legend(names), charts.bars(by_language, OUTCOMES, second),
    )  # fmt: skip


def _spelled(counts: Mapping[str, int], names: Mapping[str, str], say: Translator) -> str:
    return say.list(f"{names[outcome]} {counts.get(outcome, 0)}" for outcome in OUTCOMES)


def _gaps(board: Board, entries: Mapping[str, Entry], say: Translator) -> Html:
    heading = tag("h2", say.label("heading", "Asked and not answered"))
    if not board.gaps:
        return join(heading, tag("p", say.text("Every question was answered.")))
    intro = say.text(
        "The same question in any of the three languages stands here once. The files go into knowledge/ when they are "
        "filled in."
    )
    left = len(board.gaps) - MOST_GAPS
    more = say.plural("{number} more question was asked.", "{number} more questions were asked.", left)
    shown = (_gap(gap, entries, say, board.until) for gap in board.gaps[:MOST_GAPS])
    return join(heading, tag("p", intro, class_="soft"), *shown, tag("p", more) if left > 0 else None)


def _gap(gap: Gap, entries: Mapping[str, Entry], say: Translator, today: datetime) -> Html:
    first = gap.wording_in(say.language)
    others = [wording for wording in gap.wordings if wording is not first]
    languages = [tag("span", f"{NATIVE_NAMES[language]} {number}", class_="lang")
                 for language, number in gap.languages.items()]  # fmt: skip
    when = (
        say.moment(gap.first)
        if gap.first == gap.last
        else say.text("{start} – {end}", start=say.moment(gap.first), end=say.moment(gap.last))
    )
    notes = [tag("p", why_not(gap, entries, say))]
    if gap.answered_by_people:
        told = say.plural("A volunteer has answered {number} of them.", "Volunteers have answered {number} of them.",
                          gap.answered_by_people)  # fmt: skip
        notes.append(tag("p", told))
    today_told = answered_today(gap, entries, say)
    if today_told:
        notes.append(tag("p", today_told, class_="now"))
    people = say.plural("{number} person", "{number} people", gap.people)
    return tag(
        "article",
        tag("div", f"{gap.count}×", tag("small", people), class_="count"),
        tag(
            "div",
            tag("h3", first.text, *languages),
            tag("p", when, class_="soft"),
            *notes,
            tag("ul", *(tag("li", wording.text) for wording in others)) if others else None,
            None if today_told else _draft(gap, say, today),
        ),
        class_="gap",
    )


def _draft(gap: Gap, say: Translator, today: datetime) -> Html:
    shown: list[Html] = []
    for file in draft_files(gap, today):
        data = base64.b64encode(file.text.encode()).decode()
        link = tag("a", file.name, href=f"data:text/markdown;charset=utf-8;base64,{data}", download=file.name)
        shown += [tag("p", link, class_="download"), tag("pre", file.text)]
    return tag("details", tag("summary", say.label("link", "Draft to fill in")), *shown)


def _care(board: Board, entries: Mapping[str, Entry], say: Translator) -> Html:
    """Entries that need somebody's attention."""
    title = say.label("column", "Entry")
    until = say.label("column", "Valid until")
    parts: list[Html] = []
    if board.expiring:
        rows = [[_title(one.entry_id, entries, say), _until(one.valid_until, say)] for one in board.expiring]
        parts += [tag("h2", say.label("heading", "About to expire")), _table([title, until], rows)]
    if board.expired:
        names = [title, until, say.label("column", "Questions it would have answered")]
        rows = [[_title(one.entry_id, entries, say), _until(one.valid_until, say), one.count] for one in board.expired]
        parts += [tag("h2", say.label("heading", "Expired, and missed")), _table(names, rows)]
    if board.disliked:
        names = [title, say.label("column", "Not useful"), say.label("column", "Times told")]
        rows = [[_title(one.entry_id, entries, say), one.count, one.of] for one in board.disliked]
        parts += [tag("h2", say.label("heading", "Answers that did not help")), _table(names, rows)]
    if board.never and board.asked:
        listed = tag("ul", *(tag("li", _title(name, entries, say)) for name in board.never), class_="columns")
        count = say.plural("{number} entry", "{number} entries", len(board.never))
        parts.append(tag("h2", say.label("heading", "Entries nobody needed")))
        parts.append(tag("details", tag("summary", count), listed))
    return join(*parts)


def _sessions(board: Board, entries: Mapping[str, Entry], say: Translator) -> Html | None:
    if not board.sessions:
        return None
    names = [say.label("column", "Session"), say.label("column", "Asked about"), say.label("column", "In agendas")]
    rows = [[_title(one.entry_id, entries, say), one.count, one.of] for one in board.sessions]
    return join(tag("h2", say.label("heading", "Sessions most asked about")), _table(names, rows))


def _title(name: str, entries: Mapping[str, Entry], say: Translator) -> str:
    return entries[name].shown_in(say.language)[0].title if name in entries else name


def _until(moment: datetime, say: Translator) -> Html:
    return tag("span", say.moment(moment))


def _table(names: Sequence[str], rows: Sequence[Sequence[object]]) -> Html:
    def cell(value: object) -> Html:
        return tag("td", value, class_="number" if isinstance(value, int) else None)

    numbers = [isinstance(value, int) for value in rows[0]]
    head = tag("tr", *(tag("th", name, class_="number" if number else None)
                       for name, number in zip(names, numbers, strict=True)))  # fmt: skip
    body = [tag("tr", *(cell(value) for value in row)) for row in rows[:_MOST_ROWS]]
    return tag("table", tag("thead", head), tag("tbody", *body))
