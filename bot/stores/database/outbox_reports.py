"""What became of the outbox: counts, trouble that people must hear of, taking back, and pruning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from bot.stores.database import tables
from bot.stores.database.engine import Transaction

KEPT = timedelta(days=30)
"""How long a finished row stays; rows of an announcement stay with it, its report must add up."""
_OUTBOX = tables.outbox.c
_OPEN = _OUTBOX.finished_at.is_(None)
_TROUBLE = ("failed", "unreachable", "expired", "unknown")


@dataclass(frozen=True)
class Undelivered:
    """A message that ended without arriving (or nobody knows), and that people have not been told of."""

    id: int
    dedup: str
    chat: int
    kind: str
    state: str
    """failed | unreachable | expired | unknown"""
    ref: str
    campaign: str | None
    error: str | None


async def counts(tx: Transaction, campaign: str | None = None) -> dict[str, int]:
    """How many rows are in which state, of one campaign or in all."""
    query = select(_OUTBOX.state, func.count()).group_by(_OUTBOX.state)
    if campaign is not None:
        query = query.where(_OUTBOX.campaign == campaign)
    return dict((await tx.connection.execute(query)).all())


async def oldest_waiting(tx: Transaction) -> datetime | None:
    """Since when the oldest row that is due waits (by its due time); None when none does."""
    query = select(func.min(_OUTBOX.due)).where(_OPEN, _OUTBOX.due <= await tx.now())
    return (await tx.connection.execute(query)).scalar_one()


async def is_waiting(tx: Transaction, ref: str, chat: int) -> bool:
    """Whether a message that shall stand for `ref` in this chat has not left yet."""
    query = select(_OUTBOX.id).where(_OPEN, _OUTBOX.ref == ref, _OUTBOX.chat == chat).limit(1)
    return (await tx.connection.execute(query)).first() is not None


async def cancel(tx: Transaction, dedup_prefix: str) -> int:
    """Take back what is still waiting under this beginning of `dedup`; returns how many. In flight is in flight."""
    changed = await tx.connection.execute(
        update(tables.outbox)
        .where(_OUTBOX.dedup.startswith(dedup_prefix, autoescape=True), _OPEN, _OUTBOX.state == "new")
        .values(state="cancelled", body=None, finished_at=await tx.now())
    )
    return changed.rowcount


async def unreported(tx: Transaction, limit: int = 100) -> list[Undelivered]:
    """Messages that did not arrive and that nobody was told of yet, oldest first; broadcasts have their own report."""
    query = (
        select(tables.outbox)
        .where(_OUTBOX.state.in_(_TROUBLE), ~_OUTBOX.reported, _OUTBOX.kind != "broadcast")
        .order_by(_OUTBOX.id)
        .limit(limit)
    )
    return [
        Undelivered(row.id, row.dedup, row.chat, row.kind, row.state, row.ref, row.campaign, row.last_error)
        for row in await tx.connection.execute(query)
    ]


async def report_done(tx: Transaction, ids: Iterable[int]) -> None:
    """People were told of these."""
    await tx.connection.execute(update(tables.outbox).where(_OUTBOX.id.in_(list(ids))).values(reported=True))


async def prune(tx: Transaction, kept: timedelta = KEPT, limit: int = 1000) -> int:
    """Drop rows that ended longer ago than `kept`, at most `limit` of them; returns how many."""
    old = (
        select(_OUTBOX.id)
        .where(
            _OUTBOX.finished_at < await tx.now() - kept,
            func.coalesce(_OUTBOX.campaign, "").not_like("announcement:%"),
        )
        .limit(limit)
    )
    return (await tx.connection.execute(delete(tables.outbox).where(_OUTBOX.id.in_(old)))).rowcount
