"""What the organizers' board counts besides the exchanges: what went to people and why, and whose agenda holds what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.domain.question import HandoverReason
from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_EXCHANGES = tables.exchanges.c
_ESCALATIONS = tables.escalations.c
_ASKERS = tables.askers.c


@dataclass(frozen=True)
class Escalated:
    """An exchange that went to people: why, and when one of them answered."""

    exchange: int
    reason: HandoverReason
    answered_at: datetime | None


async def escalated(tx: Transaction, since: datetime, until: datetime) -> list[Escalated]:
    """The exchanges of a stretch of time that went to people."""
    query = (
        select(_ASKERS.exchange, _ESCALATIONS.reason, _ESCALATIONS.first_answer_at)
        .join(tables.escalations, _ESCALATIONS.id == _ASKERS.escalation)
        .where(_ASKERS.exchange.is_not(None), _ASKERS.asked_at >= since, _ASKERS.asked_at < until)
        .order_by(_ASKERS.asked_at)
    )
    rows = await tx.connection.execute(query)
    return [Escalated(exchange, HandoverReason(reason), answered) for exchange, reason, answered in rows]


async def waits(tx: Transaction, since: datetime, until: datetime) -> list[timedelta]:
    """How long each question that was opened in a stretch of time waited for a person's first answer."""
    query = select(_ESCALATIONS.opened_at, _ESCALATIONS.first_answer_at).where(
        _ESCALATIONS.first_answer_at.is_not(None), _ESCALATIONS.opened_at >= since, _ESCALATIONS.opened_at < until
    )
    return [answered - opened for opened, answered in await tx.connection.execute(query)]


async def still_open(tx: Transaction) -> int:
    """How many escalations wait for a person now."""
    query = select(func.count()).where(_ESCALATIONS.state.in_(["open", "claimed"]))
    return (await tx.connection.execute(query)).scalar_one()


async def first_exchange(tx: Transaction) -> datetime | None:
    """When the oldest exchange that is kept took place."""
    return (await tx.connection.execute(select(func.min(_EXCHANGES.at, type_=_EXCHANGES.at.type)))).scalar_one()


async def agenda_counts(tx: Transaction) -> dict[str, int]:
    """In how many agendas each session stands."""
    agenda = tables.agenda.c
    query = select(agenda.session_id, func.count()).group_by(agenda.session_id)
    return dict((await tx.connection.execute(query)).all())
