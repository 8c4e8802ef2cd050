"""From the mentions of days, parts of days and times to one stretch of time or one moment."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from bot.domain.programme import Programme, Session
from bot.domain.reading.calendar import lunch_of, midnight
from bot.domain.reading.clock import Clock
from bot.domain.reading.days import Calendar, DayMention
from bot.domain.reading.distances import PartMention
from bot.domain.reading.model import PartOfDay, Reading, Relation, Window
from bot.domain.reading.times import TimeMention
from bot.domain.reading.writing import Writing

_HOURS: dict[PartOfDay, tuple[int, int]] = {
    PartOfDay.EARLY: (5, 9),
    PartOfDay.MORNING: (5, 12),
    PartOfDay.BEFORE_LUNCH: (0, 12),
    PartOfDay.NOON: (12, 14),
    PartOfDay.AFTERNOON: (13, 18),
    PartOfDay.DAYTIME: (12, 18),
    PartOfDay.EVENING: (18, 24),
    PartOfDay.NIGHT: (21, 24),
}
"""From which hour until which a part of the day lasts; lunch moves two of them (see `_part`)."""

_BEFORE_DAY = re.compile(r"(?<![a-zа-я])(?:before|until|till|by|до|перед|раньше) (?:the )?$")
_AFTER_DAY = re.compile(r"(?<![a-zа-я])(?:after|since|from|после|с|начиная с) (?:the )?$")
_DAY_BEFORE = re.compile(r"(?:之|以)?前(?!天)")
_DAY_AFTER = re.compile(r"(?:之|以)?后(?!天)|起")


@dataclass
class Times:
    """All mentions of time in one question."""

    days: list[DayMention] = field(default_factory=list)
    parts: list[PartMention] = field(default_factory=list)
    clocks: list[TimeMention] = field(default_factory=list)
    offsets: list[TimeMention] = field(default_factory=list)
    day_bound: Relation | None = None

    def add_part(self, mention: PartMention) -> None:
        """Keep a part of a day."""
        self.parts.append(mention)

    def read_bounds(self, writing: Writing) -> None:
        """Whether a day is a limit: "before 11 July"."""
        if len(self.days) != 1 or self.clocks or self.parts:
            return
        day = self.days[0]
        before, after = writing.text[: day.start], writing.text[day.end :]
        for pattern, text, relation in (
            (_BEFORE_DAY, before, Relation.BEFORE), (_AFTER_DAY, before, Relation.AFTER),
        ):  # fmt: skip
            if (found := pattern.search(text)) and not writing.is_covered(found.start(), day.start):
                self.day_bound = relation
                writing.cover(found.start(), day.start)
        for pattern, relation in ((_DAY_BEFORE, Relation.BEFORE), (_DAY_AFTER, Relation.AFTER)):
            if found := pattern.match(after):
                self.day_bound = relation
                writing.cover(day.end, day.end + found.end())

    def named_days(self) -> tuple[date, ...]:
        """The days that were said, in order."""
        return tuple(sorted({day for mention in self.days for day in mention.days}))

    def by_anchor(
        self, reading: Reading, sessions: list[Session], side: Relation, now: datetime, calendar: Calendar,
        directly: bool,
    ) -> Reading | None:  # fmt: skip
        """Before, after or during a session (or all of a kind): on the day that was said, else at its next time."""
        zone = now.tzinfo
        said = self.named_days()
        slots = sorted((slot, one.id) for one in sessions for slot in one.slots)
        slots = [pair for pair in slots if pair[0].start.astimezone(zone).date() in said] or slots
        slots = [pair for pair in slots if (pair[0].end or pair[0].start) > now] or slots
        if not slots:
            return None
        day = slots[0][0].start.astimezone(zone).date()
        same = [pair for pair in slots if pair[0].start.astimezone(zone).date() == day]
        opening = datetime.combine(day, time(), zone)
        midnight_after = opening + timedelta(days=1)
        start = same[0][0].start.astimezone(zone)
        end = max(pair[0].end.astimezone(zone) if pair[0].end else midnight_after for pair in same)
        bounds = {
            Relation.AFTER: (end, midnight_after),
            Relation.BEFORE: (opening, start),
            Relation.BETWEEN: (start, end),
        }[side]
        window = Window(*bounds, days=(day,), day_named=bool(said))
        relation = Relation.NEXT if directly and side is Relation.AFTER else side
        moment = end if relation is Relation.NEXT else None
        return replace(reading, relation=relation, window=window, moment=moment, anchor=same[0][1])


Placed = tuple[Window | None, datetime | None, Relation | None]


def window_for(
    times: Times, now: datetime, calendar: Calendar, programme: Programme, remaining: bool, whole: bool,
    busy: Callable[[Window], bool] | None = None,
) -> Placed:  # fmt: skip
    """The stretch of time, or the moment, that was asked about; all None when no time was named.

    `busy` tells whether what was asked for takes place in a stretch: it chooses the day when none was said.
    """
    if times.offsets:
        offset = times.offsets[0]
        moment = now + offset.offset
        if offset.relation is Relation.AT:
            return None, moment, Relation.AT
        return Window(now, moment, (now.date(),), day_named=True), None, Relation.BETWEEN
    days = times.named_days()
    part = times.parts[0].part if times.parts else None
    if times.clocks:
        return _clocked(times, days, part, now, calendar, programme, busy)
    if part is not None:
        return _fit(days, lambda day: _part(programme, day, part), now, calendar, remaining, busy)
    if days:
        return _whole_days(times, days, now, calendar, programme, remaining)
    if remaining and not whole and calendar.today in calendar.dates:
        start = midnight(programme, calendar.today)
        return Window(now, start + timedelta(days=1), (calendar.today,)), None, Relation.AFTER
    if whole and calendar.dates:
        first, last = calendar.dates[0], calendar.dates[-1]
        window = Window(midnight(programme, first), midnight(programme, last + timedelta(days=1)), calendar.dates, whole=True)
        return window, None, Relation.DAY
    return None, None, None


def _part(programme: Programme, day: date, part: PartOfDay) -> Window:
    first, last = _HOURS[part]
    start = midnight(programme, day)
    begins, ends = start + timedelta(hours=first), start + timedelta(hours=last)
    lunch = lunch_of(programme, day)
    if lunch is not None and part is PartOfDay.AFTERNOON:
        begins = lunch[1]
    if lunch is not None and part is PartOfDay.BEFORE_LUNCH:
        ends = lunch[0]
    return Window(begins, ends, (day,), part)


def _fit(
    days: tuple[date, ...], build: Callable[[date], Window], now: datetime, calendar: Calendar, remaining: bool = False,
    busy: Callable[[Window], bool] | None = None,
) -> Placed:  # fmt: skip
    """The stretch on the day that was said, else on the first day of the event on which it is not yet over."""
    if days:
        window = build(days[0])
        if len(days) > 1:
            window = replace(window, end=build(days[-1]).end, days=days)
        window = replace(window, day_named=True)
    else:
        windows = [build(day) for day in likely_days(calendar)]
        ahead = [one for one in windows if one.end > now]
        fitting = [one for one in ahead or windows if busy(one)] if busy else []
        window = next(iter(fitting or ahead or windows))
    if remaining and window.start <= now < window.end:
        window = replace(window, start=now)
    return window, None, Relation.DAY


def likely_days(calendar: Calendar) -> list[date]:
    """The days meant by a time without a day: today if there is a programme, then the days of the event."""
    today = calendar.today
    found = [today] if today in calendar.dates else []
    found += [day for day in calendar.days if day > today]
    return found or [today]


def _whole_days(
    times: Times, days: tuple[date, ...], now: datetime, calendar: Calendar, programme: Programme, remaining: bool
) -> Placed:
    start, end = midnight(programme, days[0]), midnight(programme, days[-1] + timedelta(days=1))
    window = Window(start, end, days, day_named=True)
    if times.day_bound is Relation.BEFORE:
        first = min(calendar.dates[0], days[0]) if calendar.dates else days[0]
        return replace(window, start=midnight(programme, first), end=start), None, Relation.BEFORE
    if times.day_bound is Relation.AFTER:
        last = max(calendar.dates[-1], days[-1]) if calendar.dates else days[-1]
        return replace(window, start=end, end=midnight(programme, last + timedelta(days=1))), None, Relation.AFTER
    if remaining and start <= now < end:
        return replace(window, start=now), None, Relation.AFTER
    return window, None, Relation.DAY


def _resolve(clocks: tuple[Clock, ...], part: PartOfDay | None) -> list[time]:
    """The times of day meant; in a stretch "8 to 10 pm" the half of the day is said once."""
    resolved = [clock.resolve(part) for clock in clocks]
    if len(clocks) == 2 and clocks[0].half is None and clocks[1].half == "pm":
        shifted = Clock(clocks[0].hour, clocks[0].minute, "pm").resolve()
        if shifted < resolved[1]:
            resolved[0] = shifted
    if len(clocks) == 2 and clocks[1].half is None and clocks[0].half in ("am", "pm") and clocks[1].hour < 12:
        shifted = Clock(clocks[1].hour, clocks[1].minute, clocks[0].half).resolve()
        if shifted > resolved[0]:
            resolved[1] = shifted
    return resolved


def _clocked(
    times: Times, days: tuple[date, ...], part: PartOfDay | None, now: datetime, calendar: Calendar, programme: Programme,
    busy: Callable[[Window], bool] | None = None,
) -> Placed:  # fmt: skip
    mention = times.clocks[0]
    relation, clocks = mention.relation, mention.clocks
    if len(times.clocks) > 1:
        relations = {one.relation: one.clocks for one in times.clocks}
        if relations.keys() == {Relation.BEFORE, Relation.AFTER}:
            relation, clocks = Relation.BETWEEN, relations[Relation.AFTER] + relations[Relation.BEFORE]
    told = _resolve(clocks, part)
    first, last = told[0], told[-1]

    def build(day: date) -> Window:
        start = midnight(programme, day)
        at = datetime.combine(day, first, programme.zone)
        until = datetime.combine(day, last, programme.zone)
        evening = start + timedelta(days=1)
        if relation is Relation.BEFORE:
            return Window(start, at, (day,), part, (None, first))
        if relation is Relation.AFTER:
            return Window(at, evening, (day,), part, (first, None))
        if relation is Relation.BETWEEN:
            return Window(at, until if until > at else evening, (day,), part, (first, last))
        return Window(at, at + timedelta(minutes=1), (day,), part, (first, None))

    window, _, _ = _fit(days[:1], build, now, calendar, busy=busy)
    return window, window.start if relation is Relation.AT else None, relation
