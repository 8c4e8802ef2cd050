"""Browsing: topics down to entries, page by page in one message."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.conversation import entries
from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.edition import Edition
from bot.domain.knowledge import Entry, EntryKind
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator, catalog
from bot.stores.database import exchanges

PAGE = 8
"""Entries a page: a phone shows them without scrolling."""

TOPICS: dict[str, tuple[str, ...]] = {
    "schedule": ("programme", "visits"),
    "venues": ("venues",),
    "cooperation": ("cooperation",),
    "practical": ("practical",),
    "forum": ("forum",),
    "tianjin": ("tianjin",),
    "sco": ("sco",),
    "other": (),
}
"""Topics and the sections of knowledge in them; "other" holds the sections that no topic names."""

_NAMED = frozenset(section for sections in TOPICS.values() for section in sections)


def topic_label(topic: str, say: Translator) -> str:
    """How a topic is called."""
    match topic:
        case "schedule":
            return say.label("topic", "📅 Schedule")
        case "venues":
            return say.label("topic", "📍 Venues")
        case "cooperation":
            return say.label("topic", "🤝 Cooperation areas")
        case "practical":
            return say.label("topic", "🧭 Practical matters")
        case "forum":
            return say.label("topic", "🏛 The forum")
        case "tianjin":
            return say.label("topic", "🌆 Tianjin")
        case "sco":
            return say.label("topic", "🌐 The SCO")
        case _:
            return say.label("topic", "📄 Further topics")


def entries_of(topic: str, edition: Edition, now: datetime) -> list[Entry]:
    """What can be read under a topic now: sessions first, by their start, then the rest as published."""
    sections = TOPICS[topic]
    found = [
        entry
        for entry in edition.entries.values()
        if entry.is_valid_at(now) and (entry.section in sections if sections else entry.section not in _NAMED)
    ]
    starts = {session.id: min(session.slots).start for session in edition.programme.sessions if session.slots}
    timed = sorted((entry for entry in found if entry.id in starts), key=lambda entry: (starts[entry.id], entry.id))
    if topic == "schedule":
        return timed + [entry for entry in found if entry.id not in starts]
    kinds = [EntryKind.VENUE, EntryKind.PROSE, EntryKind.SESSION]
    return sorted(found, key=lambda entry: kinds.index(entry.kind))


def topics_reply(turn: Turn, language: Language) -> Reply:
    """All topics that hold something."""
    say = catalog(language)
    filled = [topic for topic in TOPICS if entries_of(topic, turn.edition, turn.now)]
    buttons = [Button(topic_label(topic, say), f"t:{topic}:0:{language}") for topic in filled]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    rows.append(entries.language_row("t::0:", language))
    text = say.text("Please choose a topic, or simply write your question.")
    return Reply(title=say.label("heading", "Topics"), text=text, buttons=tuple(rows))


def topic_reply(turn: Turn, topic: str, page: int, language: Language) -> Reply:
    """One page of a topic."""
    say = catalog(language)
    found = entries_of(topic, turn.edition, turn.now)
    pages = max(-(-len(found) // PAGE), 1)
    page = min(page, pages - 1)
    here = found[page * PAGE : (page + 1) * PAGE]
    rows = [
        (Button(entries.title_of(entry, language), f"e:{topic}:{page}:{entries.key_of(entry.id)}:{language}"),)
        for entry in here
    ]
    if pages > 1:
        rows.append(entries.page_row(f"t:{topic}:", page, pages, language))
    rows.append((Button(say.label("button", "↩ All topics"), f"t::0:{language}"),))
    rows.append(entries.language_row(f"t:{topic}:{page}:", language))
    if not found:
        text = say.text("Nothing is published here yet.")
    elif pages > 1:
        text = say.text("Page {page} of {pages}", page=page + 1, pages=pages)
    else:
        text = say.plural("{number} entry", "{number} entries", len(found))
    return Reply(title=topic_label(topic, say), text=text, buttons=tuple(rows))


async def topics(turn: Turn, _: str) -> list[Reply]:
    """/topics."""
    return [topics_reply(turn, turn.language)]


async def schedule(turn: Turn, _: str) -> list[Reply]:
    """/schedule as a plain list."""
    return [topic_reply(turn, "schedule", 0, turn.language)]


async def venues(turn: Turn, _: str) -> list[Reply]:
    """/venues as a plain list."""
    return [topic_reply(turn, "venues", 0, turn.language)]


async def turn_page(turn: Turn, data: str) -> list[Reply]:
    """A page button: `<topic or nothing>:<page>:<language>`."""
    parts = data.split(":")
    if len(parts) != 3 or (parts[0] and parts[0] not in TOPICS):
        raise ButtonRefused(data)
    topic, page, language = parts[0], number_from(parts[1]), language_from(parts[2])
    reply = topic_reply(turn, topic, page, language) if topic else topics_reply(turn, language)
    return [replace(reply, replaces=True)]


async def open_entry(turn: Turn, data: str) -> list[Reply]:
    """An entry picked from a list: `<topic>:<page>:<entry>:<language>`."""
    parts = data.split(":")
    if len(parts) != 4 or parts[0] not in TOPICS:
        raise ButtonRefused(data)
    topic, page, language = parts[0], number_from(parts[1]), language_from(parts[3])
    entry, say = entries.entry_named(parts[2], turn.edition.entries), catalog(language)
    if not entry.is_valid_at(turn.now):
        raise ButtonRefused(data)
    await exchanges.record_delivery(turn.tx, turn.chat, entry.id, str(turn.edition.version), turn.now)
    back = Button(say.label("button", "↩ Back to the list"), f"t:{topic}:{page}:{language}")
    languages = entries.language_row(f"e:{topic}:{page}:{parts[2]}:", language)
    toast = "" if language is turn.language else say.text("Shown in {language}.", language=NATIVE_NAMES[language])
    reply = entries.show([entry], turn.edition, say)
    return [replace(reply, buttons=((back,), languages), replaces=True, toast=toast, ref=f"entry:{entry.id}")]


COMMANDS: dict[str, Handler] = {"topics": topics, "schedule": schedule, "venues": venues}
BUTTONS: dict[str, Handler] = {"t": turn_page, "e": open_entry}
