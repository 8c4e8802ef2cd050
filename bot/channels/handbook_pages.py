"""The handbook: the published knowledge and programme as three printable pages that work without a network."""

from __future__ import annotations

import argparse
import re
from datetime import datetime
from pathlib import Path

from bot.conversation import browsing, entries, sessions
from bot.conversation.hypertext import Html, join, page, paragraphs, tag
from bot.conversation.reply import Reply
from bot.domain.edition import Edition
from bot.domain.knowledge import Entry
from bot.domain.language import NATIVE_NAMES, Language
from bot.domain.programme import Occurrence
from bot.i18n import Translator, catalog
from bot.services.handbook import Contents, contents, names_of, traditional_of
from bot.settings import Settings
from bot.stores import generations
from bot.stores.index_files import read_snapshot


def run(options: argparse.Namespace, now: datetime) -> int:
    """Write zh.html, ru.html and en.html."""
    folder = Path(options.folder)
    folder.mkdir(parents=True, exist_ok=True)
    edition = read_snapshot(generations.current(Settings().data_dir))
    for language in Language:
        path = folder / f"{language}.html"
        path.write_text(handbook_page(edition, language, now), "utf-8")
        print(path)
    return 0


def handbook_page(edition: Edition, language: Language, now: datetime) -> str:
    """The whole handbook in one language."""
    say = catalog(language)
    found = contents(edition.entries, edition.programme, browsing.TOPICS, now)
    heading = say.text("2025 SCO Digital Economy Forum: delegate handbook")
    main = tag("main", _days(found, edition, say), *(_topic(*topic, edition, say, now) for topic in found.topics))
    body = join(
        _opening(heading, edition, say, now, traditional_of(main)), _table_of_contents(found, say), main
    )  # fmt: skip
    return page(heading, language, body, "handbook.css", "handbook.js")


def told(entry: Entry, edition: Edition, say: Translator) -> Reply:
    """An entry as the bot tells it: the same words, the same small print."""
    return entries.show([entry], edition, say)


def _opening(heading: str, edition: Edition, say: Translator, now: datetime, traditional: str) -> Html:
    languages = [
        tag("b", name) if language is say.language else tag("a", name, href=f"{language}.html")
        for language, name in NATIVE_NAMES.items()
    ]
    state = say.text("Version {version}, prepared on {date}", version=edition.version, date=say.date(now))
    search = say.label("field", "Search")
    looking = tag("input", type="search", placeholder=search, aria_label=search, autocomplete="off")
    nothing = tag("output", class_="soft", data_none=say.text("Nothing found. Please try another word."))
    return tag(
        "header",
        tag("p", *languages, class_="languages"),
        tag("h1", heading),
        tag("p", state, class_="soft"),
        tag("div", looking, nothing, tag("ol"), class_="find", data_traditional=traditional, hidden=True),
    )


def _table_of_contents(found: Contents, say: Translator) -> Html:
    links = [tag("li", tag("a", _programme_heading(say), href="#days"))]
    for topic, _ in found.topics:
        links.append(tag("li", tag("a", _topic_heading(topic, say), href=f"#t-{topic}")))
    return tag("nav", tag("ul", *links))


def _programme_heading(say: Translator) -> str:
    return say.label("heading", "Programme by day")


def _topic_heading(topic: str, say: Translator) -> str:
    """The topic's name without its emoji: paper and old phones have no glyphs for it."""
    return re.sub(r"^\W+", "", browsing.topic_label(topic, say))


def _days(found: Contents, edition: Edition, say: Translator) -> Html | None:
    if not found.days:
        return None
    tables = [
        tag("table", tag("caption", say.day(day)), tag("tbody", *(_row(one, edition, say) for one in occurrences)))
        for day, occurrences in found.days
    ]
    return tag("section", tag("h2", _programme_heading(say)), *tables, id="days", class_="days")


def _row(one: Occurrence, edition: Edition, say: Translator) -> Html:
    session, programme = one.session, edition.programme
    title = sessions.title_of(session, say)
    if session.cancelled:
        title = say.text("{title} (cancelled)", title=title)
    linked = tag("a", title, href=f"#e-{session.id}") if session.id in edition.entries else title
    room = programme.room(session.room_id)
    place = None
    if room is not None:
        name = sessions.text_of(room.name, say)
        place = tag("span", name if room.level is None else f"{name} · {sessions.level(room, say)}", class_="soft")
    return tag("tr", tag("td", say.period(one.slot.start, one.slot.end)), tag("td", linked, place),
               class_="part" if session.part_of else None)  # fmt: skip


def _topic(topic: str, own: list[Entry], edition: Edition, say: Translator, now: datetime) -> Html:
    articles = [_article(entry, edition, say, now) for entry in own]
    return tag("section", tag("h2", _topic_heading(topic, say)), *articles, id=f"t-{topic}", class_="topic")


def _article(entry: Entry, edition: Edition, say: Translator, now: datetime) -> Html:
    reply = told(entry, edition, say)
    limits = []
    if entry.valid_from is not None and now < entry.valid_from:
        limits.append(tag("p", say.text("Valid from {moment}", moment=say.moment(entry.valid_from)), class_="soft"))
    if entry.valid_until is not None:
        limits.append(tag("p", say.text("Valid until {moment}", moment=say.moment(entry.valid_until)), class_="soft"))
    return tag(
        "article",
        tag("h3", reply.title),
        tag("div", paragraphs(reply.text), class_="text"),
        *limits,
        tag("div", paragraphs(reply.small_print), class_="small"),
        id=f"e-{entry.id}",
        # What the search reads besides the text: other names, and how people ask.
        data_names=" · ".join(names_of(entry, edition.programme, say.language)),
        data_also=" · ".join(entry.renderings[say.language].questions if say.language in entry.renderings else ()),
        # The language a text is really in, when it does not exist in the page's.
        lang=None if (spoken := entry.shown_in(say.language)[1]) is say.language else spoken.value,
    )
