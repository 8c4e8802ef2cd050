"""What the programme says to a reading: the occurrences in order, and the situation they are in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.programme import Occurrence, Programme
from bot.domain.reading.calendar import closing_of, end_of
from bot.domain.reading.model import Reading, Relation, Window

_STANDING_KINDS = frozenset({"desk", "exhibition"})
"""Open all day: neither the first nor the last "session" of a day."""


@dataclass(frozen=True)
class Findings:
    """Facts for an answer; the sentences are made elsewhere."""

    occurrences: tuple[Occurrence, ...]
    """What was asked for, earliest first; a part stands right after the session it belongs to."""
    on_now: tuple[Occurrence, ...] = ()
    """Those of `occurrences` that are on at this moment."""
    over: tuple[Occurrence, ...] = ()
    """Those of `occurrences` that have ended."""
    next: tuple[Occurrence, ...] = ()
    """The next start (or starts at one time) among what was asked for, after now or after the window began."""
    cancelled: tuple[Occurrence, ...] = ()
    """Called off; part of `occurrences` only when asked for by name."""
    window: Window | None = None
    moment: datetime | None = None
    is_over: bool = False
    """Everything found has ended."""
    not_started: bool = False
    """Everything found is still to come."""
    nothing_then: bool = False
    """Nothing of what was asked for is on at that time; see `next` and `nearest_day`."""
    not_in_programme: bool = False
    """The programme has nothing of the kind at any time."""
    before_event: bool = False
    """Now is before anything starts."""
    after_event: bool = False
    """Now is after everything has ended."""
    nearest_day: date | None = None
    """When there is nothing then: the nearest day on which something of what was asked for is still to come."""


def lookup(reading: Reading, programme: Programme, now: datetime) -> Findings:
    """Everything the programme holds for a reading at this moment."""
    return _Search(reading, programme, now.astimezone(programme.zone)).find()


def rests_on(reading: Reading, findings: Findings, programme: Programme) -> tuple[str, ...]:
    """Ids of the entries an answer from the programme rests on: the sessions it shows, or the venue of the room."""
    if reading.seeks_room and (room := programme.room(reading.rooms[0])) is not None:
        return (room.venue_id,)
    shown = findings.occurrences or findings.next
    return tuple(dict.fromkeys(one.session.id for one in shown))


class _Search:
    def __init__(self, reading: Reading, programme: Programme, now: datetime) -> None:
        self.reading, self.programme, self.now = reading, programme, now
        self._closings: dict[date, datetime] = {}
        self.all = programme.occurrences()

    def end(self, one: Occurrence) -> datetime:
        if one.slot.end is not None:
            return one.slot.end
        day = one.slot.start.astimezone(self.programme.zone).date()
        if day not in self._closings:
            self._closings[day] = closing_of(self.programme, day)
        return self._closings[day]

    def find(self) -> Findings:
        reading = self.reading
        matching = [one for one in self.all if self.fits(one)]
        live = matching if reading.sessions else [one for one in matching if not one.session.cancelled]
        found = ordered(self.select(live))
        shown = {id(one) for one in found}
        in_window = [one for one in matching if one.session.cancelled and (id(one) in shown or self.in_window(one))]
        held = [one for one in self.all if not one.session.cancelled]
        nothing = not found
        return Findings(
            occurrences=tuple(found),
            on_now=tuple(one for one in found if one.slot.start <= self.now < self.end(one)),
            over=tuple(one for one in found if self.end(one) <= self.now),
            next=tuple(self.upcoming(live)),
            cancelled=tuple(in_window),
            window=reading.window,
            moment=reading.moment,
            is_over=bool(found) and all(self.end(one) <= self.now for one in found),
            not_started=bool(found) and all(one.slot.start > self.now for one in found),
            nothing_then=nothing,
            not_in_programme=not matching,
            before_event=bool(held) and self.now < min(one.slot.start for one in held),
            after_event=bool(held) and self.now >= max(self.end(one) for one in held),
            nearest_day=self.nearest(live or held) if nothing else None,
        )

    def fits(self, one: Occurrence) -> bool:
        """Whether an occurrence is among what was asked for, whatever the time."""
        reading, session = self.reading, one.session
        if reading.sessions:
            if reading.relation in (Relation.FIRST, Relation.LAST) and session.part_of in reading.sessions:
                return True
            return session.id in reading.sessions
        if reading.rooms and session.room_id not in reading.rooms:
            return False
        if reading.venue is not None and not reading.rooms:
            room = self.programme.room(session.room_id)
            if room is not None and room.venue_id != reading.venue:
                return False
        if reading.kinds and session.kind not in reading.kinds:
            return False
        if reading.topics and not set(reading.topics) & set(session.topics):
            return False
        if reading.speakers and not set(reading.speakers) & set(session.speakers):
            return False
        return not (reading.anchor and session.id == reading.anchor)

    def in_window(self, one: Occurrence) -> bool:
        reading, window = self.reading, self.reading.window
        if reading.relation is Relation.AT or reading.relation is Relation.NOW:
            moment = reading.moment or self.now
            return one.slot.start <= moment < self.end(one)
        if window is None:
            return True
        if reading.anchor and reading.relation is not Relation.BETWEEN:
            return window.start <= one.slot.start < window.end
        return one.slot.start < window.end and self.end(one) > window.start

    def select(self, live: Sequence[Occurrence]) -> list[Occurrence]:
        reading, window = self.reading, self.reading.window
        relation = reading.relation
        if relation is Relation.NEXT:
            return self.upcoming(live, within=window)
        found = [one for one in live if self.in_window(one)]
        if relation is Relation.AT and reading.starting:
            return [one for one in found if one.slot.start == reading.moment] or found
        if relation in (Relation.FIRST, Relation.LAST):
            return self.extreme(found, relation)
        if relation in (Relation.WHEN_IS, Relation.WHERE_IS, Relation.HOW_LONG, Relation.WHAT_IN_ROOM) and window is None:
            if relation is not Relation.WHAT_IN_ROOM and not reading.named:
                return []
            return [one for one in found if self.end(one) > self.now] or found
        return found

    def extreme(self, found: list[Occurrence], relation: Relation) -> list[Occurrence]:
        """The earliest or the latest start; desks and exhibitions count only when nothing else is there.

        Of one session: its first or last part.
        """
        if not self.reading.named:
            found = [one for one in found if one.session.kind not in _STANDING_KINDS] or found
        if not found:
            return []
        starts = [one.slot.start for one in found]
        wanted = min(starts) if relation is Relation.FIRST else max(starts)
        return [one for one in found if one.slot.start == wanted]

    def upcoming(self, live: Iterable[Occurrence], within: Window | None = None) -> list[Occurrence]:
        """The next start, with everything that starts then."""
        reading = self.reading
        after = self.now
        inclusive = False
        if reading.relation is Relation.NEXT and reading.moment is not None:
            after, inclusive = reading.moment, reading.moment != self.now
        elif reading.relation is Relation.AT and reading.moment is not None:
            after = max(self.now, reading.moment)
        elif reading.window is not None and reading.window.start > self.now:
            after, inclusive = reading.window.start, True
        later = [
            one
            for one in live
            if (one.slot.start > after or (inclusive and one.slot.start == after))
            and not one.session.cancelled
            and (within is None or one.slot.start < within.end)
        ]
        if not later:
            return []
        first = min(one.slot.start for one in later)
        return ordered(one for one in later if one.slot.start == first)

    def nearest(self, live: Sequence[Occurrence]) -> date | None:
        """The day with something of what was asked for, not over yet, that lies nearest to the time asked about."""
        moment = self.reading.window.start if self.reading.window else self.reading.moment or self.now
        asked = moment.astimezone(self.programme.zone).date()
        ahead = {one.slot.start.astimezone(self.programme.zone).date() for one in live if self.end(one) > self.now}
        return min(ahead, key=lambda day: (abs(day - asked), day), default=None)


def ordered(found: Iterable[Occurrence]) -> list[Occurrence]:
    """By start; what is part of another listed session stands right after it."""
    found = list(found)
    starts = {(one.session.id, one.slot.start.date()): one.slot.start for one in found}

    def key(one: Occurrence) -> tuple:
        whole = starts.get((one.session.part_of, one.slot.start.date())) if one.session.part_of else None
        if whole is None:
            return (one.slot.start, one.session.id, 0, one.slot.start)
        return (whole, one.session.part_of, 1, one.slot.start)

    return sorted(found, key=key)


__all__ = ["Findings", "end_of", "lookup", "ordered", "rests_on"]
