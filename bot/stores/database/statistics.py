"""Figures for /stats and for an honest waiting time: outcomes, and how long people took to answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from bot.stores.database import exchanges, tables
from bot.stores.database.engine import Transaction

_ESCALATIONS = tables.escalations.c


@dataclass(frozen=True)
class Statistics:
    """What was asked and what became of it, since a moment or in all; courtesy is not a question."""

    asked: int
    answered: int
    """By the assistant itself."""
    clarified: int
    handed_over: int
    answered_by_people: int
    dismissed: int
    waiting: int
    """Open or claimed now, whenever they were opened."""
    median_wait: timedelta | None
    """From the question to the first answer of a person; None while there is none."""
    ninetieth_wait: timedelta | None


async def statistics(tx: Transaction, since: datetime | None = None) -> Statistics:
    """The figures since a moment or, without one, in all."""
    outcomes = await exchanges.count_outcomes(tx, since)
    waits = await _waits(tx, since)
    states = select(_ESCALATIONS.state, func.count()).group_by(_ESCALATIONS.state)
    recent = states if since is None else states.where(_ESCALATIONS.opened_at >= since)
    by_state = dict((await tx.connection.execute(recent)).all())
    all_states = dict((await tx.connection.execute(states)).all())
    return Statistics(
        asked=sum(number for outcome, number in outcomes.items() if outcome != "courtesy"),
        answered=outcomes.get("answer", 0),
        clarified=outcomes.get("clarify", 0),
        handed_over=outcomes.get("handover", 0),
        answered_by_people=len(waits),
        dismissed=by_state.get("dismissed", 0),
        waiting=all_states.get("open", 0) + all_states.get("claimed", 0),
        median_wait=quantile(waits, 0.5),
        ninetieth_wait=quantile(waits, 0.9),
    )


async def usual_wait(tx: Transaction, since: datetime) -> timedelta | None:
    """The median time to a person's answer since a moment; None when nothing was answered."""
    return quantile(await _waits(tx, since), 0.5)


def quantile(values: Sequence[timedelta], share: float) -> timedelta | None:
    """The smallest value that at least this share of the values does not exceed."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


async def _waits(tx: Transaction, since: datetime | None) -> list[timedelta]:
    query = select(_ESCALATIONS.opened_at, _ESCALATIONS.first_answer_at).where(
        _ESCALATIONS.first_answer_at.is_not(None)
    )
    if since is not None:
        query = query.where(_ESCALATIONS.opened_at >= since)
    return [answered - opened for opened, answered in await tx.connection.execute(query)]
