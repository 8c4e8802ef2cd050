"""Personal data: forgetting one person everywhere, and purging what is older than the retention allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, case, delete, func, literal, or_, select, tuple_, update

from bot.stores.database import outbox, tables
from bot.stores.database.engine import Transaction

_ESCALATIONS = tables.escalations.c
_ASKERS = tables.askers.c
_THREADS = tables.threads.c
_OUTBOX = tables.outbox.c
_INBOX = tables.inbox.c
_DELEGATES = tables.delegates.c
_VOLUNTEERS = tables.volunteers.c
_VALUES = tables.stored_values.c


@dataclass(frozen=True)
class Forgotten:
    """What others still show of the person and must be changed: the desk's cards."""

    pseudonym: int | None
    closed: tuple[int, ...]
    """Escalations that lost their only asker: emptied and dismissed; their cards say so."""
    changed: tuple[int, ...]
    """Escalations that others wait for too: the words of the next asker stand there now."""


async def forget(tx: Transaction, chat: int) -> Forgotten:
    """Remove everything of a person from every table; afterwards `Database.scrub` clears the files.

    Rows that queues and reports still count on stay, without text and without the person. What came after the wish
    to be forgotten waits in the inbox as before: it is answered as to somebody new.
    """
    run = tx.connection.execute
    pseudonym = (await run(select(_DELEGATES.pseudonym).where(_DELEGATES.chat == chat))).scalar_one_or_none()
    closed, changed = await _leave_escalations(tx, chat)
    await _empty_outbox(tx, chat, (*closed, *changed))
    # A chat's messages are answered in order: those before the wish are done, and the wish itself is being worked on.
    read = and_(_INBOX.chat == chat, _INBOX.state != "new")
    await run(update(tables.inbox).where(read).values(payload=None, chat=None, person=None))
    elsewhere = and_(_INBOX.person == chat, _INBOX.chat.is_distinct_from(chat))
    await run(update(tables.inbox).where(elsewhere).values(person=None))
    for table in (tables.messages, tables.exchanges, tables.deliveries, tables.agenda, tables.delegates):
        await run(delete(table).where(table.c.chat == chat))
    await run(delete(tables.volunteers).where(_VOLUNTEERS.person == chat))
    await run(delete(tables.stored_values).where(_VALUES.key.startswith(f"chat:{chat}:")))
    return Forgotten(pseudonym, tuple(closed), tuple(changed))


async def purge(tx: Transaction, before: datetime, limit: int = 200) -> int:
    """Remove what people wrote and were told before a moment, at most `limit` rows a table.

    Returns how many rows went; call it until it returns 0, each time in a transaction of its own, so that nobody
    waits. A question that people have goes with the last word about it; those who asked it before the moment leave it
    to those who joined later. Delegates and volunteers themselves go when nothing else of them is left.
    """
    await tx.serialize("purge")
    gone = await _purge_escalations(tx, before, limit)
    for table, old in (
        (tables.exchanges, tables.exchanges.c.at < before),
        (tables.threads, _THREADS.at < before),
        (tables.deliveries, tables.deliveries.c.at < before),
        # What stands in the staff group names nobody, and a reply to a card must still be understood.
        (tables.messages, and_(tables.messages.c.at < before, tables.messages.c.chat > 0)),
        (tables.agenda, tables.agenda.c.added_at < before),
        # What is not done yet is neither lost nor old.
        (tables.inbox, and_(_INBOX.received_at < before, _INBOX.finished_at.is_not(None))),
        (tables.outbox, and_(_OUTBOX.created_at < before, _OUTBOX.finished_at.is_not(None))),
    ):
        gone += await _delete(tx, table, old, limit)
    return gone or await _purge_people(tx, before, limit)


async def _purge_escalations(tx: Transaction, before: datetime, limit: int) -> int:
    """Those of which all was said before the moment, then the askers who said no word since then."""
    asked = select(_ASKERS.chat).where(_ASKERS.escalation == _ESCALATIONS.id, _ASKERS.asked_at >= before)
    talked = select(_THREADS.id).where(_THREADS.escalation == _ESCALATIONS.id, _THREADS.at >= before)
    silent = and_(_ESCALATIONS.opened_at < before, ~asked.exists(), ~talked.exists())
    if gone := await _delete(tx, tables.escalations, silent, limit):
        return gone
    with_them = or_(_THREADS.chat == _ASKERS.chat, _THREADS.chat.is_(None))
    talked = select(_THREADS.id).where(_THREADS.escalation == _ASKERS.escalation, _THREADS.at >= before, with_them)
    early = select(_ASKERS.escalation, _ASKERS.chat).where(_ASKERS.asked_at < before, ~talked.exists()).limit(limit)
    leaving = (await tx.connection.execute(early)).all()
    for number, chat in leaving:
        await _leave(tx, number, chat)
    return len(leaving)


async def _purge_people(tx: Transaction, before: datetime, limit: int) -> int:
    """Delegates who came before the moment, and volunteers, of whom nothing else is left."""
    run = tx.connection.execute
    traces = [
        select(table.c.chat).where(table.c.chat == _DELEGATES.chat).exists()
        for table in (
            tables.exchanges, tables.agenda, tables.askers, tables.deliveries, tables.messages, tables.inbox,
            tables.outbox,
        )
    ]  # fmt: skip
    idle = select(_DELEGATES.chat).where(_DELEGATES.first_seen < before, ~or_(*traces)).limit(limit)
    chats = (await run(idle)).scalars().all()
    if chats:
        theirs = (_VALUES.key.startswith(f"chat:{chat}:") for chat in chats)
        await run(delete(tables.stored_values).where(or_(*theirs)))
        await run(delete(tables.delegates).where(_DELEGATES.chat.in_(chats)))
    acts = [
        select(column).where(column == _VOLUNTEERS.person).exists()
        for column in (_ESCALATIONS.claimed_by, _ESCALATIONS.closed_by, _THREADS.person, _INBOX.person)
    ]
    return len(chats) + await _delete(tx, tables.volunteers, ~or_(*acts), limit)


async def _delete(tx: Transaction, table: Table, condition: ColumnElement[bool], limit: int) -> int:
    """Delete at most `limit` rows; returns how many."""
    key = tuple_(*table.primary_key.columns)
    found = select(*table.primary_key.columns).where(condition).limit(limit)
    return (await tx.connection.execute(delete(table).where(key.in_(found)))).rowcount


async def _leave_escalations(tx: Transaction, chat: int) -> tuple[list[int], list[int]]:
    """Take the person out of every escalation; returns those left without asker and those others wait for."""
    run = tx.connection.execute
    query = select(_ASKERS.escalation).where(_ASKERS.chat == chat).order_by(_ASKERS.escalation)
    numbers = (await run(query)).scalars().all()
    closed: list[int] = []
    changed: list[int] = []
    # Also what they wrote as a volunteer, about the questions of others.
    await run(delete(tables.threads).where(or_(_THREADS.chat == chat, _THREADS.person == chat)))
    for number in numbers:
        (changed if await _leave(tx, number, chat) else closed).append(number)
    return closed, changed


async def _leave(tx: Transaction, number: int, chat: int) -> bool:
    """Take a person out of an escalation; whether others wait for it: the words of the next one stand there then."""
    run = tx.connection.execute
    await run(delete(tables.askers).where(_ASKERS.escalation == number, _ASKERS.chat == chat))
    theirs = or_(_THREADS.chat == chat, _THREADS.person == chat)
    await run(delete(tables.threads).where(_THREADS.escalation == number, theirs))
    remaining = select(tables.askers).where(_ASKERS.escalation == number)
    heir = (await run(remaining.order_by(_ASKERS.asked_at, _ASKERS.chat).limit(1))).first()
    values: dict[str, Any]
    if heir is not None:
        values = {"question": heir.question, "language": heir.language}
    else:
        await run(delete(tables.threads).where(_THREADS.escalation == number))
        waits = _ESCALATIONS.state.in_(["open", "claimed"])
        values = {
            "question": "",
            "cluster": None,
            "forgotten": True,
            "state": case((waits, "dismissed"), else_=_ESCALATIONS.state),
            "closed_at": func.coalesce(_ESCALATIONS.closed_at, literal(await tx.now(), tables.Moment())),
        }
    await run(update(tables.escalations).where(_ESCALATIONS.id == number).values(**values))
    return heir is not None


async def _empty_outbox(tx: Transaction, chat: int, escalations: tuple[int, ...]) -> None:
    """Empty the rows for the person and the cards about them; reports still count the rows.

    What is owed to everybody who presses a button goes out all the same.
    """
    run = tx.connection.execute
    refs = [f"escalation:{number}" for number in escalations]
    about = or_(_OUTBOX.about.contains(f",{chat},"), and_(_OUTBOX.kind == "card", _OUTBOX.ref.in_(refs)))
    theirs = and_(_OUTBOX.campaign.is_distinct_from(outbox.NAMELESS), or_(_OUTBOX.chat == chat, about))
    now = await tx.now()
    await run(
        update(tables.outbox)
        .where(theirs, _OUTBOX.state.in_(["new", "busy"]))
        .values(state="cancelled", finished_at=now, lease=None, owner=None)
    )
    await run(update(tables.outbox).where(theirs).values(body=None, last_error=None, about=""))
    await run(update(tables.outbox).where(theirs, _OUTBOX.chat == chat).values(ref="", **outbox.NOBODY))
