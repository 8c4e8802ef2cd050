"""How long personal data is kept: until some days after the event, and what comes later for as many days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.domain.programme import Programme

_A_DAY = timedelta(days=1)
"""What was said within it stays in any case: somebody may be in the middle of a conversation."""


def last_day(programme: Programme, days: int, now: datetime) -> date | None:
    """The day after which everything is deleted; None once it is over, and while nobody knows when the event is."""
    last = _last_day(programme, days)
    return last if last is not None and now.astimezone(programme.zone).date() <= last else None


def kept_for(days: int) -> timedelta:
    """How long things are kept when there is no such day any more."""
    return max(timedelta(days=days), _A_DAY)


def deleted_before(programme: Programme, days: int, now: datetime) -> datetime | None:
    """The moment before which nothing may be left; None while everything is kept."""
    if last_day(programme, days, now) is not None:
        return None
    moment = now - kept_for(days)
    if (last := _last_day(programme, days)) is not None:
        moment = max(moment, datetime.combine(last + _A_DAY, time(), programme.zone))
    return min(moment, now - _A_DAY)


def _last_day(programme: Programme, days: int) -> date | None:
    return max(programme.days) + timedelta(days=days) if programme.days else None
