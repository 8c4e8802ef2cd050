"""The calendar of a programme: its days, the moment each day closes, and when lunch ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from bot.domain.programme import Occurrence, Programme
from bot.domain.reading.days import Calendar


def dates_of(programme: Programme) -> tuple[date, ...]:
    """Every day on which something starts, and the days of the event."""
    starts = {slot.start.astimezone(programme.zone).date() for session in programme.sessions for slot in session.slots}
    return tuple(sorted(starts | set(programme.days)))


def calendar_of(programme: Programme, today: date) -> Calendar:
    """What "today", "the last day" or "Friday" mean for this programme."""
    dates = dates_of(programme)
    return Calendar(today, programme.days or dates, dates)


def midnight(programme: Programme, day: date) -> datetime:
    """The beginning of a day in the event's zone."""
    return datetime.combine(day, time(), programme.zone)


def closing_of(programme: Programme, day: date) -> datetime:
    """When a day of the programme is over: its last known end, or midnight when no end is known."""
    ends = [
        slot.end.astimezone(programme.zone)
        for session in programme.sessions
        if not session.cancelled
        for slot in session.slots
        if slot.end is not None and slot.start.astimezone(programme.zone).date() == day
    ]
    starts = [
        slot.start.astimezone(programme.zone)
        for session in programme.sessions
        for slot in session.slots
        if slot.start.astimezone(programme.zone).date() == day
    ]
    if ends and max(ends) > max(starts):
        return max(ends)
    return midnight(programme, day + timedelta(days=1))


def end_of(programme: Programme, occurrence: Occurrence) -> datetime:
    """When an occurrence ends; an open end is the closing of its day."""
    if occurrence.slot.end is not None:
        return occurrence.slot.end
    return closing_of(programme, occurrence.slot.start.astimezone(programme.zone).date())


def lunch_of(programme: Programme, day: date) -> tuple[datetime, datetime] | None:
    """The lunch break of a day: a meal that starts around noon."""
    for session in programme.sessions:
        for slot in session.slots if session.kind == "meal" else ():
            start = slot.start.astimezone(programme.zone)
            if start.date() == day and 11 <= start.hour <= 14 and slot.end is not None:
                return start, slot.end.astimezone(programme.zone)
    return None
