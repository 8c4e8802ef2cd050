"""Personal data: forgetting one person everywhere, and purging what is older than the retention allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, Table, and_, case, cast, delete, func, literal, or_, select, update

from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_ESCALATIONS = tables.escalations.c
_ASKERS = tables.askers.c
_OUTBOX = tables.outbox.c
_INBOX = tables.inbox.c
_DELEGATES = tables.delegates.c


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

    Rows that queues and reports still count on stay, without text and without the person.
    """
    run = tx.connection.execute
    pseudonym = (await run(select(_DELEGATES.pseudonym).where(_DELEGATES.chat == chat))).scalar_one_or_none()
    closed, changed = await _leave_escalations(tx, chat)
    await _empty_outbox(tx, chat, (*closed, *changed))
    # What is still waiting from them is not answered any more; the row being worked on now may finish.
    theirs = or_(_INBOX.chat == chat, _INBOX.person == chat)
    now = await tx.now()
    await run(update(tables.inbox).where(theirs, _INBOX.state == "new").values(state="done", finished_at=now))
    await run(update(tables.inbox).where(theirs).values(payload=None, chat=None, person=None))
    for table in (tables.messages, tables.exchanges, tables.deliveries, tables.agenda, tables.delegates):
        await run(delete(table).where(table.c.chat == chat))
    await run(delete(tables.volunteers).where(tables.volunteers.c.person == chat))
    await run(delete(tables.stored_values).where(tables.stored_values.c.key.startswith(f"chat:{chat}:")))
    return Forgotten(pseudonym, tuple(closed), tuple(changed))


async def purge(tx: Transaction, before: datetime, limit: int = 500) -> int:
    """Remove what people wrote and were told before a moment, at most `limit` rows a table.

    Returns how many rows went; call it until it returns 0, each time in a transaction of its own, so that nobody
    waits. Delegates themselves go when nothing else of them is left and they came before the moment too.
    """
    gone = 0
    times: tuple[tuple[Table, Any, Any], ...] = (
        (tables.exchanges, tables.exchanges.c.id, tables.exchanges.c.at),
        (tables.escalations, _ESCALATIONS.id, _ESCALATIONS.opened_at),
        (tables.inbox, _INBOX.id, _INBOX.received_at),
        (tables.outbox, _OUTBOX.id, _OUTBOX.created_at),
    )
    for table, key, at in times:
        old = select(key).where(at < before).order_by(key).limit(limit)
        gone += (await tx.connection.execute(delete(table).where(key.in_(old)))).rowcount
    for table, at in (
        (tables.deliveries, tables.deliveries.c.at),
        (tables.messages, tables.messages.c.at),
        (tables.agenda, tables.agenda.c.added_at),
    ):
        chats = select(table.c.chat).where(at < before).distinct().limit(limit)
        gone += (await tx.connection.execute(delete(table).where(table.c.chat.in_(chats), at < before))).rowcount
    if gone:
        return gone
    active = [
        select(table.c.chat).where(table.c.chat == _DELEGATES.chat).exists()
        for table in (tables.exchanges, tables.agenda, tables.askers, tables.deliveries)
    ]
    idle = select(_DELEGATES.chat).where(_DELEGATES.first_seen < before, ~or_(*active)).limit(limit)
    return (await tx.connection.execute(delete(tables.delegates).where(_DELEGATES.chat.in_(idle)))).rowcount


async def _leave_escalations(tx: Transaction, chat: int) -> tuple[list[int], list[int]]:
    """Take the person out of every escalation; returns those left without asker and those others wait for."""
    run = tx.connection.execute
    query = select(_ASKERS.escalation).where(_ASKERS.chat == chat).order_by(_ASKERS.escalation)
    numbers = (await run(query)).scalars().all()
    closed: list[int] = []
    changed: list[int] = []
    await run(delete(tables.askers).where(_ASKERS.chat == chat))
    await run(delete(tables.threads).where(or_(tables.threads.c.chat == chat, tables.threads.c.person == chat)))
    for number in numbers:
        remaining = select(tables.askers).where(_ASKERS.escalation == number)
        heir = (await run(remaining.order_by(_ASKERS.asked_at, _ASKERS.chat).limit(1))).first()
        values: dict[str, Any]
        if heir is not None:
            changed.append(number)
            values = {"question": heir.question, "language": heir.language}
        else:
            closed.append(number)
            await run(delete(tables.threads).where(tables.threads.c.escalation == number))
            waits = _ESCALATIONS.state.in_(["open", "claimed"])
            values = {
                "question": "",
                "cluster": None,
                "forgotten": True,
                "state": case((waits, "dismissed"), else_=_ESCALATIONS.state),
                "closed_at": func.coalesce(_ESCALATIONS.closed_at, literal(await tx.now(), tables.Moment())),
            }
        await run(update(tables.escalations).where(_ESCALATIONS.id == number).values(**values))
    return closed, changed


async def _empty_outbox(tx: Transaction, chat: int, escalations: tuple[int, ...]) -> None:
    """Empty the rows for the person and the cards about them; reports still count the rows."""
    run = tx.connection.execute
    refs = [f"escalation:{number}" for number in escalations]
    about = or_(_OUTBOX.about.contains(f",{chat},"), and_(_OUTBOX.kind == "card", _OUTBOX.ref.in_(refs)))
    theirs = or_(_OUTBOX.chat == chat, about)
    now = await tx.now()
    await run(
        update(tables.outbox)
        .where(theirs, _OUTBOX.state.in_(["new", "busy"]))
        .values(state="cancelled", finished_at=now, lease=None, owner=None)
    )
    await run(update(tables.outbox).where(theirs).values(body=None, last_error=None, about=""))
    # The key often names the chat ("announcement:7:<chat>"); the number of the row takes its place.
    nameless = literal("nobody:").concat(cast(_OUTBOX.id, String))
    await run(update(tables.outbox).where(_OUTBOX.chat == chat).values(chat=0, ref="", dedup=nameless))
