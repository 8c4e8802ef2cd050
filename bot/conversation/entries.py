"""How an approved entry is shown: its words, source and marks in small print, and the buttons under it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused
from bot.domain.edition import Edition
from bot.domain.knowledge import Entry, Status
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator

_LONGEST_KEY = 30
_LONGEST_LABEL = 60


def key_of(entry_id: str) -> str:
    """A short name of an entry for a button's data: its id, or a digest of an id too long for Telegram."""
    if len(entry_id.encode()) <= _LONGEST_KEY and ":" not in entry_id:
        return entry_id
    return "~" + hashlib.sha256(entry_id.encode()).hexdigest()[:16]


def entry_named(key: str, entries: Mapping[str, Entry]) -> Entry:
    """The entry a button speaks of; ButtonRefused when there is none."""
    if key in entries:
        return entries[key]
    for entry_id, entry in entries.items():
        if key.startswith("~") and key_of(entry_id) == key:
            return entry
    raise ButtonRefused(key)


def shown_now(ids: Sequence[str], edition: Edition, now: datetime) -> list[Entry]:
    """The entries with these ids that are published and may be told at `now`."""
    return [edition.entries[name] for name in ids if name in edition.entries and edition.entries[name].is_valid_at(now)]


def title_of(entry: Entry, language: Language) -> str:
    """The title, short enough for a button."""
    title = entry.shown_in(language)[0].title
    return title if len(title) <= _LONGEST_LABEL else title[: _LONGEST_LABEL - 1].rstrip() + "…"


def show(entries: Sequence[Entry], edition: Edition, say: Translator) -> Reply:
    """One or several entries as one message, without buttons; the first is the answer, the others add to it."""
    first, _ = entries[0].shown_in(say.language)
    parts = [first.body]
    for entry in entries[1:]:
        rendering, _ = entry.shown_in(say.language)
        parts.append(f"{rendering.title}\n{rendering.body}")
    return Reply(title=first.title, text="\n\n".join(parts), small_print=small_print(entries, edition, say))


def small_print(entries: Sequence[Entry], edition: Edition, say: Translator) -> str:
    """Marks, source, date and version: what an answer rests on."""
    lines = []
    for language in dict.fromkeys(entry.shown_in(say.language)[1] for entry in entries):
        if language is not say.language:
            lines.append(_only_in(language, say))
    if any(entry.status is Status.SAMPLE for entry in entries):
        lines.append(say.text("⚠️ Sample data of the demo event: the organizers have not confirmed it yet."))
    if any(entry.status is Status.CANCELLED for entry in entries):
        lines.append(say.text("❌ Cancelled."))
    sources: dict[str, None] = {}
    for entry in entries:
        source = entry.shown_in(say.language)[0].source
        # The source of a sample says only that it is one, which the mark above has said.
        if source and entry.status is not Status.SAMPLE:
            sources[source] = None
    if sources:
        lines.append(say.text("Source: {source}", source=say.list(sources)))
    checked = [entry.checked for entry in entries if entry.checked]
    if checked:
        # Translators: version is the number of the published knowledge; date is when the fact was last checked.
        lines.append(
            say.text("Checked on {date} · version {version}", date=say.date(min(checked)), version=edition.version)
        )
    else:
        lines.append(say.text("Version {version}", version=edition.version))
    return "\n".join(lines)


def _only_in(language: Language, say: Translator) -> str:
    if language is Language.ZH:
        return say.text("🌐 So far this answer exists only in Chinese.")
    if language is Language.RU:
        return say.text("🌐 So far this answer exists only in Russian.")
    return say.text("🌐 So far this answer exists only in English.")


def page_row(prefix: str, page: int, pages: int, language: Language) -> tuple[Button, ...]:
    """To the page before and to the page after, where there is one."""
    before = (Button("‹", f"{prefix}{page - 1}:{language}"),) if page > 0 else ()
    after = (Button("›", f"{prefix}{page + 1}:{language}"),) if page < pages - 1 else ()
    return (*before, *after)


def language_row(prefix: str, current: Language | None, suffix: str = "") -> tuple[Button, ...]:
    """中文 · Русский · English; the one shown carries a dot."""
    return tuple(
        Button(f"• {name}" if language is current else name, f"{prefix}{language.value}{suffix}")
        for language, name in NATIVE_NAMES.items()
    )
