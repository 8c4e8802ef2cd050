"""The inbox: every update is kept before Telegram is told, and taken in order per chat, in parallel across chats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, or_, select, update

from bot.stores.database import tables
from bot.stores.database.engine import Transaction

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=7)
"""How long a finished row stays, so that a repeated update is recognized."""
_INBOX = tables.inbox.c
_OPEN = _INBOX.finished_at.is_(None)
# Written for every message: put together once, because that costs SQLAlchemy more than SQLite takes to write.
_CLOSE = update(tables.inbox).where(_INBOX.update_id == bindparam("which"), _OPEN)
_CLOSE_ONES_OWN = _CLOSE.where(_INBOX.owner == bindparam("holder"), _INBOX.state == "busy")


@dataclass(frozen=True)
class InboxRow:
    """An update that this worker holds; `tries` counts this attempt, so 2 means that one was cut short before."""

    update_id: int
    chat: int | None
    person: int | None
    payload: dict[str, Any]
    received_at: datetime
    tries: int


async def put(tx: Transaction, updates: Iterable[tuple[int, int | None, int | None, dict[str, Any]]]) -> int:
    """Keep updates (update id, chat, person, payload); those known before are left alone. Returns how many are new."""
    now, keep = await tx.now(), tx.insert(tables.inbox).on_conflict_do_nothing()
    added = 0
    for update_id, chat, person, payload in updates:
        row = {"update_id": update_id, "chat": chat, "person": person, "payload": payload, "received_at": now}
        added += (await tx.connection.execute(keep, row)).rowcount
    if added:
        tx.ring("inbox")
    return added


async def claim(tx: Transaction, owner: str, limit: int = 1, lease: timedelta = LEASE) -> list[InboxRow]:
    """Take the oldest rows, at most one a chat and none of a chat whose earlier row is being worked on.

    A row whose lease has run out belongs to nobody and is taken again.
    """
    await tx.serialize("inbox")
    now = await tx.now()
    earlier = tables.inbox.alias("earlier")
    blocked = (
        select(earlier.c.id)
        .where(
            earlier.c.chat == _INBOX.chat,
            earlier.c.finished_at.is_(None),
            earlier.c.id != _INBOX.id,
            or_(earlier.c.id < _INBOX.id, and_(earlier.c.state == "busy", earlier.c.lease > now)),
        )
        .exists()
    )
    free = or_(
        and_(_INBOX.state == "new", or_(_INBOX.lease.is_(None), _INBOX.lease <= now)),
        and_(_INBOX.state == "busy", _INBOX.lease <= now),
    )
    query = select(_INBOX.id).where(_OPEN, free, ~blocked).order_by(_INBOX.id).limit(limit)
    if not tx.database.is_sqlite:
        query = query.with_for_update(skip_locked=True, of=tables.inbox)
    ids = (await tx.connection.execute(query)).scalars().all()
    if not ids:
        return []
    taken = await tx.connection.execute(
        update(tables.inbox)
        .where(_INBOX.id.in_(ids))
        .values(state="busy", owner=owner, lease=now + lease, tries=_INBOX.tries + 1)
        .returning(tables.inbox)
    )
    return [
        InboxRow(row.update_id, row.chat, row.person, row.payload or {}, row.received_at, row.tries)
        for row in sorted(taken, key=lambda row: row.id)
    ]


async def finish(tx: Transaction, update_id: int, owner: str | None = None) -> bool:
    """The update is answered: its content goes, its id stays.

    With `owner`, false when the row is no longer theirs (their lease ran out and somebody else answered): then the
    transaction must be rolled back.
    """
    return await _close(tx, update_id, owner, state="done")


async def fail(tx: Transaction, update_id: int, reference: str, owner: str | None = None) -> bool:
    """The update could not be answered; `reference` is what the person was given and what the log carries."""
    return await _close(tx, update_id, owner, state="failed", reference=reference[:40])


async def retry(tx: Transaction, update_id: int, at: datetime) -> None:
    """Give the row back, to be taken again from `at` on; later rows of the chat wait behind it."""
    await tx.connection.execute(
        update(tables.inbox).where(_INBOX.update_id == update_id, _OPEN).values(state="new", owner=None, lease=at)
    )
    tx.ring("inbox")


async def renew(tx: Transaction, update_id: int, owner: str, lease: timedelta = LEASE) -> bool:
    """Hold a row for longer; false when it is no longer theirs."""
    changed = await tx.connection.execute(
        update(tables.inbox)
        .where(_INBOX.update_id == update_id, _INBOX.owner == owner, _INBOX.state == "busy")
        .values(lease=await tx.now() + lease)
    )
    return changed.rowcount > 0


async def release(tx: Transaction, owner: str | None = None) -> int:
    """Free the rows of an owner that is gone (None: of all, when this process is known to be alone)."""
    statement = update(tables.inbox).where(_INBOX.state == "busy")
    if owner is not None:
        statement = statement.where(_INBOX.owner == owner)
    freed = (await tx.connection.execute(statement.values(state="new", owner=None, lease=None))).rowcount
    tx.ring("inbox")
    return freed


async def oldest_waiting(tx: Transaction) -> datetime | None:
    """When the oldest row that is not answered yet was received; None when nothing waits."""
    return (await tx.connection.execute(select(func.min(_INBOX.received_at)).where(_OPEN))).scalar_one()


async def waiting(tx: Transaction, chat: int | None = None) -> int:
    """How many rows are not answered yet, of one chat or in all."""
    query = select(func.count()).select_from(tables.inbox).where(_OPEN)
    if chat is not None:
        query = query.where(_INBOX.chat == chat)
    return (await tx.connection.execute(query)).scalar_one()


async def prune(tx: Transaction, kept: timedelta = KEPT, limit: int = 1000) -> int:
    """Drop rows finished longer ago than `kept`, at most `limit` of them; returns how many."""
    old = (select(_INBOX.id).where(_INBOX.finished_at < await tx.now() - kept)).limit(limit)
    return (await tx.connection.execute(delete(tables.inbox).where(_INBOX.id.in_(old)))).rowcount


async def _close(tx: Transaction, update_id: int, owner: str | None, **values: Any) -> bool:
    values |= {"payload": None, "owner": None, "lease": None, "finished_at": await tx.now(), "which": update_id}
    if owner is None:
        changed = await tx.connection.execute(_CLOSE, values)
    else:
        changed = await tx.connection.execute(_CLOSE_ONES_OWN, {**values, "holder": owner})
    # The next row of the same chat has become free.
    tx.ring("inbox")
    return changed.rowcount > 0
