"""Agendas: the sessions a delegate chose, and the reminders that are due for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update

from bot.domain.language import Language
from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_AGENDA = tables.agenda.c
_DELEGATES = tables.delegates.c


@dataclass(frozen=True)
class Reminder:
    """A delegate must be reminded of a session that starts at `start`."""

    chat: int
    session_id: str
    start: datetime
    language: Language | None

    @property
    def dedup(self) -> str:
        """The outbox key: once a person, a session and a start; a moved session is reminded of anew."""
        return f"reminder:{self.chat}:{self.session_id}:{self.start.timestamp():.0f}"


async def add(tx: Transaction, chat: int, session_id: str) -> bool:
    """Put a session into the agenda; false when it was there."""
    insert = tx.insert(tables.agenda).values(chat=chat, session_id=session_id, added_at=await tx.now())
    return (await tx.connection.execute(insert.on_conflict_do_nothing())).rowcount > 0


async def remove(tx: Transaction, chat: int, session_id: str) -> bool:
    """Take a session out; false when it was not there."""
    statement = delete(tables.agenda).where(_AGENDA.chat == chat, _AGENDA.session_id == session_id)
    return (await tx.connection.execute(statement)).rowcount > 0


async def sessions(tx: Transaction, chat: int) -> tuple[str, ...]:
    """The session ids of this agenda, in the order they were added."""
    query = select(_AGENDA.session_id).where(_AGENDA.chat == chat).order_by(_AGENDA.added_at, _AGENDA.session_id)
    return tuple((await tx.connection.execute(query)).scalars())


async def all_with(tx: Transaction, session_id: str) -> tuple[int, ...]:
    """The chats that have this session in their agenda."""
    query = select(_AGENDA.chat).where(_AGENDA.session_id == session_id).order_by(_AGENDA.chat)
    return tuple((await tx.connection.execute(query)).scalars())


async def due_reminders(tx: Transaction, starts: Mapping[str, datetime], now: datetime) -> list[Reminder]:
    """Who must be reminded now of which session; `starts`: the coming sessions with their (next) start.

    Due from the delegate's own number of minutes before the start until the start. A cancelled session is simply not
    given. What `reminded` was called for is not due again.
    """
    due: list[Reminder] = []
    for session_id, start in starts.items():
        minutes_left = math.ceil((start - now).total_seconds() / 60)
        # Nobody can ask to be reminded more than a day before; a query per coming day is spared.
        if start <= now or minutes_left > 24 * 60:
            continue
        query = (
            select(_AGENDA.chat, _DELEGATES.language)
            .join_from(tables.agenda, tables.delegates, _DELEGATES.chat == _AGENDA.chat)
            .where(
                _AGENDA.session_id == session_id,
                or_(_AGENDA.reminded_for.is_(None), _AGENDA.reminded_for != start),
                _DELEGATES.reminder_minutes > 0,
                _DELEGATES.reminder_minutes >= minutes_left,
                ~_DELEGATES.unreachable,
            )
            .order_by(_AGENDA.chat)
        )
        for chat, language in await tx.connection.execute(query):
            due.append(Reminder(chat, session_id, start, Language(language) if language else None))
    return due


async def reminded(tx: Transaction, reminder: Reminder) -> None:
    """The reminder stands in the outbox (same transaction)."""
    await tx.connection.execute(
        update(tables.agenda)
        .where(_AGENDA.chat == reminder.chat, _AGENDA.session_id == reminder.session_id)
        .values(reminded_for=reminder.start)
    )
