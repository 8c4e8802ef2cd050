"""Exchanges and deliveries: what was asked, what was answered, and which version of an entry a person was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.domain.language import Language
from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_EXCHANGES = tables.exchanges.c
_DELIVERIES = tables.deliveries.c
_LONGEST_MEMORY = 8
# Asked for every message: put together once, because that costs SQLAlchemy more than SQLite takes to answer.
_LATEST = (
    select(tables.exchanges).where(_EXCHANGES.chat == bindparam("chat")).order_by(_EXCHANGES.id.desc()).limit(1)
)
_PREVIOUS = (
    select(_EXCHANGES.question)
    .where(
        _EXCHANGES.chat == bindparam("chat"), _EXCHANGES.at >= bindparam("since"), _EXCHANGES.outcome != "courtesy"
    )
    .order_by(_EXCHANGES.at.desc(), _EXCHANGES.id.desc())
    .limit(_LONGEST_MEMORY)
)


@dataclass(frozen=True)
class Exchange:
    """One question and what became of it."""

    id: int
    chat: int
    question: str
    language: Language
    outcome: str
    """answer | clarify | handover | courtesy"""
    entries: tuple[str, ...]
    nearest: tuple[str, ...]
    confidence: float
    milliseconds: float
    generation: str
    at: datetime
    message: int | None = None
    """Id of the person's message, so that a later answer can quote it."""
    useful: bool | None = None
    reading: dict[str, Any] | None = None
    """What was understood of a question that the programme answered, as data."""


async def record(
    tx: Transaction,
    chat: int,
    question: str,
    language: Language,
    outcome: str,
    entries: Sequence[str] = (),
    nearest: Sequence[str] = (),
    confidence: float = 0.0,
    milliseconds: float = 0.0,
    generation: str = "",
    at: datetime | None = None,
    message: int | None = None,
    reading: dict[str, Any] | None = None,
) -> int:
    """Keep an exchange; returns its id."""
    values = {
        "chat": chat,
        "question": question,
        "language": language.value,
        "outcome": outcome,
        "entries": list(entries),
        "nearest": list(nearest),
        "confidence": confidence,
        "milliseconds": milliseconds,
        "generation": generation,
        "at": at or await tx.now(),
        "message": message,
        "reading": reading,
    }
    insert = tx.insert(tables.exchanges).returning(_EXCHANGES.id)
    return (await tx.connection.execute(insert, values)).scalar_one()


async def get(tx: Transaction, exchange_id: int) -> Exchange | None:
    """The exchange with this id, or None when it is unknown or forgotten."""
    row = (await tx.connection.execute(select(tables.exchanges).where(_EXCHANGES.id == exchange_id))).first()
    return row and _exchange(row)


async def change_outcome(tx: Transaction, exchange_id: int, outcome: str, entries: Sequence[str] = ()) -> None:
    """The same question ended otherwise: a choice was made, or a person was asked for after all."""
    values: dict[str, Any] = {"outcome": outcome} | ({"entries": list(entries)} if entries else {})
    await tx.connection.execute(update(tables.exchanges).where(_EXCHANGES.id == exchange_id).values(**values))


async def rate(tx: Transaction, exchange_id: int, useful: bool) -> bool:
    """Keep whether the answer was useful; false when nothing changed (unknown, or rated so before)."""
    changed = await tx.connection.execute(
        update(tables.exchanges)
        .where(_EXCHANGES.id == exchange_id, _EXCHANGES.useful.is_distinct_from(useful))
        .values(useful=useful)
    )
    return changed.rowcount > 0


async def previous(tx: Transaction, chat: int, since: datetime) -> tuple[str, ...]:
    """The same person's recent questions (courtesy left out), oldest first, for follow-ups."""
    found = await tx.connection.execute(_PREVIOUS, {"chat": chat, "since": since})
    return tuple(reversed(found.scalars().all()))


async def latest(tx: Transaction, chat: int) -> Exchange | None:
    """The person's last exchange, or None."""
    row = (await tx.connection.execute(_LATEST, {"chat": chat})).first()
    return row and _exchange(row)


async def between(tx: Transaction, since: datetime, until: datetime) -> list[Exchange]:
    """All exchanges of a stretch of time, oldest first, for the organizers' report."""
    query = select(tables.exchanges).where(_EXCHANGES.at >= since, _EXCHANGES.at < until)
    rows = await tx.connection.execute(query.order_by(_EXCHANGES.at, _EXCHANGES.id))
    return [_exchange(row) for row in rows]


async def languages(tx: Transaction) -> dict[int, Language]:
    """In which language each person wrote last, by chat; courtesy tells as much as a question."""
    newest = select(func.max(_EXCHANGES.id)).group_by(_EXCHANGES.chat)
    query = select(_EXCHANGES.chat, _EXCHANGES.language).where(_EXCHANGES.id.in_(newest))
    return {chat: Language(language) for chat, language in await tx.connection.execute(query)}


async def count_outcomes(tx: Transaction, since: datetime | None = None) -> dict[str, int]:
    """How many exchanges ended in which outcome, since a moment or in all."""
    query = select(_EXCHANGES.outcome, func.count()).group_by(_EXCHANGES.outcome)
    if since is not None:
        query = query.where(_EXCHANGES.at >= since)
    return dict((await tx.connection.execute(query)).all())


async def record_delivery(tx: Transaction, chat: int, entry_id: str, version: str, at: datetime | None = None) -> None:
    """The person was told this entry in this version; an older version told before no longer counts."""
    await record_deliveries(tx, [(chat, entry_id)], version, at)


async def record_deliveries(
    tx: Transaction, told: Iterable[tuple[int, str]], version: str, at: datetime | None = None
) -> None:
    """The same for many people and entries at once, as (chat, entry)."""
    at = at or await tx.now()
    rows = [{"chat": chat, "entry_id": entry_id, "version": version, "at": at} for chat, entry_id in told]
    if rows:
        insert = tx.insert(tables.deliveries)
        newer = {"version": insert.excluded.version, "at": insert.excluded.at}
        await tx.connection.execute(insert.on_conflict_do_update(index_elements=["chat", "entry_id"], set_=newer), rows)


async def recipients(tx: Transaction, entry_id: str, since: datetime) -> list[tuple[int, str]]:
    """Who was told this entry since a moment, each with the version they were told last."""
    query = select(_DELIVERIES.chat, _DELIVERIES.version).where(
        _DELIVERIES.entry_id == entry_id, _DELIVERIES.at >= since
    )
    return [(chat, version) for chat, version in await tx.connection.execute(query.order_by(_DELIVERIES.chat))]


def _exchange(row: Row[Any]) -> Exchange:
    values = dict(row._mapping)
    values |= {"language": Language(row.language), "entries": tuple(row.entries), "nearest": tuple(row.nearest)}
    return Exchange(**values)
