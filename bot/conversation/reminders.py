"""Reminders of chosen sessions: found by the clock, written once, gone when the session has begun."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from bot.conversation import entries, sessions
from bot.conversation.reply import Button, Reply
from bot.domain.edition import Edition
from bot.domain.language import Language
from bot.domain.programme import Occurrence, Programme, Slot
from bot.i18n import catalog
from bot.services.notices import languages_of
from bot.stores.database import Transaction
from bot.stores.database import agenda as agendas


async def due(tx: Transaction, edition: Edition, now: datetime) -> list[tuple[str, Reply]]:
    """The reminders that are due, each with its deduplication key; in this transaction they are marked as given."""
    slots = next_slots(edition.programme, now)
    found = await agendas.due_reminders(tx, {one: slot.start for one, slot in slots.items()}, now)
    speaks = await languages_of(tx, [reminder.chat for reminder in found])
    timed = []
    for reminder in found:
        slot = slots[reminder.session_id]
        language = speaks.get(reminder.chat, reminder.language or Language.EN)
        reply = reminder_of(reminder.session_id, slot, edition, language, now)
        timed.append((reminder.dedup, replace(reply, chat=reminder.chat)))
        await agendas.reminded(tx, reminder)
    return timed


def next_slots(programme: Programme, now: datetime) -> dict[str, Slot]:
    """The next slot of every session that still has one; nothing of what was called off."""
    return {
        session.id: min(coming)
        for session in programme.sessions
        if not session.cancelled and (coming := [slot for slot in session.slots if slot.start > now])
    }


def reminder_of(session_id: str, slot: Slot, edition: Edition, language: Language, now: datetime) -> Reply:
    """In 15 minutes: Opening ceremony, 09:00-09:40, Main Hall, and the way."""
    say, programme = catalog(language), edition.programme
    session = programme.session(session_id)
    assert session is not None
    left = slot.start - now
    lines = [sessions.line(Occurrence(session, slot), programme, say, day=left > timedelta(hours=12), room=False)]
    if room := programme.room(session.room_id):
        lines.append(sessions.way_to(room, programme, say))
    key = entries.key_of(session_id)
    return Reply(
        title=say.text("⏰ In {time}: {title}", time=say.minutes(left), title=sessions.title_of(session, say)),
        text="\n".join(lines),
        small_print=sessions.small_print([session], edition, say),
        buttons=(
            (Button(say.label("button", "📋 The session"), f"o:{key}:{language}"),),
            (Button(say.label("button", "⏰ Reminders"), f"a:set:{language}"),),
        ),
        ref=f"entry:{session_id}",
        valid_until=slot.start,
    )
