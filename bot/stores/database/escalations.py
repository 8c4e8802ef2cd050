"""Escalations: opening and joining, claiming, answering, lapsing; every step is one conditional UPDATE.

So two volunteers, two processes or a pressed-twice button can never both succeed: the caller is told whether it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, update

from bot.domain.escalation import Escalation, EscalationState
from bot.domain.language import Language
from bot.domain.question import HandoverReason
from bot.stores.database import tables
from bot.stores.database.engine import Transaction
from bot.stores.database.threads import Asker, ThreadMessage, add_message, askers, thread

__all__ = [
    "CLAIM_LASTS", "LEADS_AFTER", "REMINDER_AFTER", "Asker", "Opened", "ThreadMessage", "add_message", "answer",
    "askers", "claim", "close", "cluster_of", "dismiss", "due_leads", "due_reminders", "find_open",
    "for_delegate", "get", "hand_back", "lapse", "open", "queue", "reopen", "thread",
]  # fmt: skip

CLAIM_LASTS = timedelta(minutes=10)
REMINDER_AFTER = timedelta(minutes=3)
LEADS_AFTER = timedelta(minutes=10)
_ESCALATIONS = tables.escalations.c
_OPEN = EscalationState.OPEN.value
_CLAIMED = EscalationState.CLAIMED.value
_WAITING = _ESCALATIONS.state.in_([_OPEN, _CLAIMED])
_UNCLAIMED: dict[str, Any] = {"state": _OPEN} | dict.fromkeys(("claimed_by", "claimed_at", "reminded_at", "leads_at"))


@dataclass(frozen=True)
class Opened:
    """What `open` did."""

    escalation: Escalation
    joined: bool
    """It was there before: no new card, the counter of its card changes."""
    new_asker: bool
    """This person did not wait for it yet."""


async def open(
    tx: Transaction,
    *,
    chat: int,
    language: Language,
    question: str,
    reason: HandoverReason,
    nearest: Sequence[str] = (),
    at: datetime,
    cluster: str | None = None,
    message: int | None = None,
    exchange: int | None = None,
    answer_given: str | None = None,
) -> Opened:
    """A question goes to people: as a new escalation, or joining the one of its `cluster` that still waits.

    `cluster` is the same for the same question, whoever asks and in whatever language; None never joins.
    `message` is the id of the person's question, so that the answer can quote it.
    """
    insert = tx.insert(tables.escalations).values(
        state=_OPEN,
        cluster=cluster,
        language=language.value,
        question=question,
        reason=reason.value,
        nearest=list(nearest),
        answer_given=answer_given,
        opened_at=at,
        waiting_since=at,
    )
    number, joined = None, False
    while number is None:
        made = await tx.connection.execute(insert.on_conflict_do_nothing().returning(_ESCALATIONS.id))
        number = made.scalar_one_or_none()
        if number is None:
            # Locked on PostgreSQL, so that it cannot be answered between finding it and joining it. None when it
            # was closed just now: then the insert succeeds.
            waiting = select(_ESCALATIONS.id).where(_ESCALATIONS.cluster == cluster, _WAITING)
            number = (await tx.connection.execute(_locked(tx, waiting))).scalar_one_or_none()
            joined = number is not None
    asker = tx.insert(tables.askers).values(
        escalation=number,
        chat=chat,
        language=language.value,
        question=question,
        message=message,
        exchange=exchange,
        asked_at=at,
    )
    new_asker = (await tx.connection.execute(asker.on_conflict_do_nothing())).rowcount > 0
    escalation = await get(tx, number)
    assert escalation is not None
    return Opened(escalation, joined, new_asker)


async def get(tx: Transaction, number: int) -> Escalation | None:
    """The escalation with this number, or None."""
    found = await _select(tx, _ESCALATIONS.id == number)
    return found[0] if found else None


async def find_open(tx: Transaction, cluster: str) -> Escalation | None:
    """The escalation of this cluster that still waits, or None."""
    found = await _select(tx, and_(_ESCALATIONS.cluster == cluster, _WAITING))
    return found[0] if found else None


async def cluster_of(tx: Transaction, number: int) -> str | None:
    """The cluster of this escalation, so that another question can join it."""
    return (
        await tx.connection.execute(select(_ESCALATIONS.cluster).where(_ESCALATIONS.id == number))
    ).scalar_one_or_none()


async def claim(tx: Transaction, number: int, person: int, at: datetime) -> bool:
    """This volunteer takes it; true for exactly one. It must be open, or its claim must have run out."""
    free = or_(
        _ESCALATIONS.state == _OPEN,
        and_(_ESCALATIONS.state == _CLAIMED, _ESCALATIONS.claimed_at <= at - CLAIM_LASTS),
    )
    return await _move(tx, number, free, state=_CLAIMED, claimed_by=person, claimed_at=at)


async def hand_back(tx: Transaction, number: int, person: int, at: datetime) -> bool:
    """The volunteer who has it gives it back."""
    theirs = and_(_ESCALATIONS.state == _CLAIMED, _ESCALATIONS.claimed_by == person)
    return await _move(tx, number, theirs, waiting_since=at, **_UNCLAIMED)


async def answer(tx: Transaction, number: int, person: int, at: datetime) -> bool:
    """The first answer is given, by the volunteer who has it or, when nobody has, by this one.

    False when somebody else has it or it is closed; further messages of its thread need no step.
    """
    return await _close(tx, number, person, at, EscalationState.ANSWERED)


async def dismiss(tx: Transaction, number: int, person: int, at: datetime) -> bool:
    """Closed without an answer, by the volunteer who has it or, when nobody has, by this one."""
    return await _close(tx, number, person, at, EscalationState.DISMISSED)


async def close(tx: Transaction, number: int, at: datetime) -> bool:
    """Answered, and the talk about it is over."""
    answered = _ESCALATIONS.state == EscalationState.ANSWERED.value
    return await _move(tx, number, answered, state=EscalationState.CLOSED.value, closed_at=at)


async def reopen(tx: Transaction, number: int, at: datetime) -> bool:
    """Answered, closed or dismissed, but wanted again: open as if asked now. A forgotten one stays closed."""
    closed = and_(_ESCALATIONS.state.not_in([_OPEN, _CLAIMED]), ~_ESCALATIONS.forgotten)
    # If the same question was asked anew meanwhile, this one stands by itself: one cluster, one waiting escalation.
    other = tables.escalations.alias("other")
    rival = (
        select(other.c.id)
        .where(
            other.c.cluster == _ESCALATIONS.cluster,
            other.c.state.in_([_OPEN, _CLAIMED]),
            other.c.id != _ESCALATIONS.id,
        )
        .exists()
    )
    await tx.connection.execute(
        update(tables.escalations).where(_ESCALATIONS.id == number, closed, rival).values(cluster=None)
    )
    return await _move(tx, number, closed, waiting_since=at, closed_at=None, closed_by=None, **_UNCLAIMED)


async def lapse(tx: Transaction, now: datetime, after: timedelta = CLAIM_LASTS) -> list[tuple[Escalation, int]]:
    """Claims without an answer for `after` end; each is returned to one caller, with the volunteer who had it."""
    overdue = and_(_ESCALATIONS.state == _CLAIMED, _ESCALATIONS.claimed_at <= now - after)
    query = _locked(tx, select(_ESCALATIONS.id, _ESCALATIONS.claimed_by).where(overdue))
    had = {row.id: row.claimed_by for row in await tx.connection.execute(query)}
    lapsed = await _move_all(tx, and_(_ESCALATIONS.id.in_(had), overdue), waiting_since=now, **_UNCLAIMED)
    return [(escalation, had[escalation.id]) for escalation in lapsed]


async def due_reminders(tx: Transaction, now: datetime, after: timedelta = REMINDER_AFTER) -> list[Escalation]:
    """Those that nobody has had for `after`; each is returned once a waiting, to one caller."""
    due = and_(
        _ESCALATIONS.state == _OPEN, _ESCALATIONS.reminded_at.is_(None), _ESCALATIONS.waiting_since <= now - after
    )
    return await _move_all(tx, due, reminded_at=now)


async def due_leads(tx: Transaction, now: datetime, after: timedelta = LEADS_AFTER) -> list[Escalation]:
    """Those that nobody has had for so long that the leads are called; each once a waiting, to one caller."""
    due = and_(_ESCALATIONS.state == _OPEN, _ESCALATIONS.leads_at.is_(None), _ESCALATIONS.waiting_since <= now - after)
    return await _move_all(tx, due, leads_at=now)


async def queue(tx: Transaction) -> list[Escalation]:
    """What waits, claimed or not, oldest first."""
    return await _select(tx, _WAITING)


async def for_delegate(tx: Transaction, chat: int, closed_since: datetime | None = None) -> list[Escalation]:
    """What this person waits for, oldest first; with `closed_since`, also what was closed from then on."""
    wanted: ColumnElement[bool] = _WAITING
    if closed_since is not None:
        wanted = or_(_WAITING, _ESCALATIONS.closed_at >= closed_since)
    theirs = select(tables.askers.c.escalation).where(tables.askers.c.chat == chat)
    return await _select(tx, and_(wanted, _ESCALATIONS.id.in_(theirs)))


async def _close(tx: Transaction, number: int, person: int, at: datetime, state: EscalationState) -> bool:
    allowed = or_(
        _ESCALATIONS.state == _OPEN,
        and_(
            _ESCALATIONS.state == _CLAIMED,
            or_(_ESCALATIONS.claimed_by == person, _ESCALATIONS.claimed_at <= at - CLAIM_LASTS),
        ),
    )
    moment = literal(at, tables.Moment())
    values: dict[str, Any] = {"state": state.value, "closed_at": at, "closed_by": person}
    values |= {"claimed_by": person, "claimed_at": func.coalesce(_ESCALATIONS.claimed_at, moment)}
    if state is EscalationState.ANSWERED:
        values["first_answer_at"] = func.coalesce(_ESCALATIONS.first_answer_at, moment)
    return await _move(tx, number, allowed, **values)


async def _move(tx: Transaction, number: int, condition: ColumnElement[bool], **values: Any) -> bool:
    changed = await tx.connection.execute(
        update(tables.escalations).where(_ESCALATIONS.id == number, condition).values(**values)
    )
    return changed.rowcount > 0


async def _move_all(tx: Transaction, condition: ColumnElement[bool], **values: Any) -> list[Escalation]:
    statement = update(tables.escalations).where(condition).values(**values).returning(_ESCALATIONS.id)
    moved = (await tx.connection.execute(statement)).scalars().all()
    return await _select(tx, _ESCALATIONS.id.in_(moved)) if moved else []


async def _select(tx: Transaction, condition: ColumnElement[bool]) -> list[Escalation]:
    waiting = (
        select(func.count()).where(tables.askers.c.escalation == _ESCALATIONS.id).correlate(tables.escalations)
    ).scalar_subquery()
    query = select(tables.escalations, waiting.label("askers")).where(condition)
    rows = await tx.connection.execute(query.order_by(_ESCALATIONS.opened_at, _ESCALATIONS.id))
    return [
        Escalation(
            id=row.id,
            state=EscalationState(row.state),
            language=Language(row.language),
            question=row.question,
            reason=HandoverReason(row.reason),
            nearest=tuple(row.nearest),
            askers=row.askers,
            opened_at=row.opened_at,
            claimed_by=row.claimed_by,
            claimed_at=row.claimed_at,
            answer_given=row.answer_given,
        )
        for row in rows
    ]


def _locked(tx: Transaction, query: Select[Any]) -> Select[Any]:
    return query if tx.database.is_sqlite else query.with_for_update()
