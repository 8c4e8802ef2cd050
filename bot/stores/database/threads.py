"""What belongs to an escalation: the delegates who asked, and the messages between them and the volunteers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from bot.domain.language import Language
from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_ASKERS = tables.askers.c
_THREADS = tables.threads.c


@dataclass(frozen=True)
class Asker:
    """A delegate who waits for an escalation, in their own words and language."""

    escalation: int
    chat: int
    language: Language
    question: str
    asked_at: datetime
    message: int | None = None
    """Id of their question in their chat, for quoting it."""
    exchange: int | None = None


@dataclass(frozen=True)
class ThreadMessage:
    """One message of an escalation's thread, from a volunteer or a delegate."""

    id: int
    escalation: int
    chat: int | None
    """The delegate's chat it was written in or for; None: for everybody who asked."""
    author: str
    """volunteer | delegate"""
    person: int
    text: str
    at: datetime
    language: Language | None = None
    message: int | None = None
    """Id of the message as the author wrote it, in the author's chat."""
    body: dict[str, Any] | None = None
    """An attachment or a place, as JSON; its shape is the caller's."""


async def askers(tx: Transaction, escalation: int) -> list[Asker]:
    """Who waits for it, in the order they asked."""
    query = select(tables.askers).where(_ASKERS.escalation == escalation).order_by(_ASKERS.asked_at, _ASKERS.chat)
    return [
        Asker(row.escalation, row.chat, Language(row.language), row.question, row.asked_at, row.message, row.exchange)
        for row in await tx.connection.execute(query)
    ]


async def add_message(
    tx: Transaction,
    escalation: int,
    *,
    author: str,
    person: int,
    text: str,
    at: datetime,
    chat: int | None = None,
    language: Language | None = None,
    message: int | None = None,
    body: dict[str, Any] | None = None,
) -> int:
    """Keep a message of the thread; returns its id."""
    insert = tx.insert(tables.threads).values(
        escalation=escalation,
        chat=chat,
        author=author,
        person=person,
        text=text,
        language=language and language.value,
        message=message,
        body=body,
        at=at,
    )
    return (await tx.connection.execute(insert.returning(_THREADS.id))).scalar_one()


async def thread(tx: Transaction, escalation: int, chat: int | None = None) -> list[ThreadMessage]:
    """The messages, oldest first; with `chat`, what this delegate wrote or was meant to read."""
    query = select(tables.threads).where(_THREADS.escalation == escalation)
    if chat is not None:
        query = query.where(or_(_THREADS.chat == chat, _THREADS.chat.is_(None)))
    return [
        ThreadMessage(
            id=row.id,
            escalation=row.escalation,
            chat=row.chat,
            author=row.author,
            person=row.person,
            text=row.text,
            at=row.at,
            language=Language(row.language) if row.language else None,
            message=row.message,
            body=row.body,
        )
        for row in await tx.connection.execute(query.order_by(_THREADS.id))
    ]
