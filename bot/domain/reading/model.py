"""What a schedule question was understood to ask: data only, no sentences, so that any language can show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum


class Relation(StrEnum):
    """What is asked about the programme."""

    NOW = "now"
    NEXT = "next"
    AT = "at"
    BEFORE = "before"
    AFTER = "after"
    BETWEEN = "between"
    DAY = "day"
    """What is on in a day, a part of it, or several days."""
    FIRST = "first"
    LAST = "last"
    WHEN_IS = "when-is"
    WHERE_IS = "where-is"
    HOW_LONG = "how-long"
    WHAT_IN_ROOM = "what-in-room"


class PartOfDay(StrEnum):
    """A part of a day as people name it."""

    EARLY = "early"
    MORNING = "morning"
    BEFORE_LUNCH = "before-lunch"
    NOON = "noon"
    AFTERNOON = "afternoon"
    """Also "after lunch": from the end of the lunch break."""
    DAYTIME = "daytime"
    EVENING = "evening"
    NIGHT = "night"


class Aspect(StrEnum):
    """Which end of a session is asked about."""

    START = "start"
    END = "end"


@dataclass(frozen=True)
class Window:
    """From `start` until before `end` (aware, in the event's zone), and how it was named."""

    start: datetime
    end: datetime
    days: tuple[date, ...] = ()
    """The day or days that were meant; several for "both days"."""
    part: PartOfDay | None = None
    clock: tuple[time | None, time | None] = (None, None)
    """The times of day that were named: (from, to); "before 11" is (None, 11:00), "at 9" is (9:00, None)."""
    day_named: bool = False
    """False when the day was not said but chosen as the most likely one."""
    whole: bool = False
    """The whole programme is meant."""


@dataclass(frozen=True)
class Reading:
    """A question as the grammar of time and place understood it."""

    relation: Relation
    window: Window | None = None
    moment: datetime | None = None
    """The moment asked about: for AT and NOW; for NEXT the moment after which."""
    sessions: tuple[str, ...] = ()
    rooms: tuple[str, ...] = ()
    venue: str | None = None
    kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    anchor: str | None = None
    """The session that the time is told by: "after the opening"."""
    aspect: Aspect | None = None
    starting: bool = False
    """AT: only what starts at that moment is wanted."""
    explicit: bool = False
    """A word asks for a time, a place, a length or a listing; False for a bare name or a bare day."""
    loose: bool = False
    """Something was recognized only by a distinctive word of its name."""
    covered: tuple[str, ...] = ()
    leftover: tuple[str, ...] = ()

    @property
    def named(self) -> bool:
        """Whether sessions are singled out by name, kind, topic or speaker."""
        return bool(self.sessions or self.kinds or self.topics or self.speakers)

    @property
    def about_place(self) -> bool:
        """Whether only a room or the venue is asked for, not what is on in it: a question for its own entry."""
        in_programme = self.named or self.window or self.moment or self.relation in (Relation.FIRST, Relation.LAST)
        return bool(self.rooms or self.venue) and not in_programme and self.relation is not Relation.WHAT_IN_ROOM

    @property
    def seeks_room(self) -> bool:
        """Whether the way to one room is asked for and nothing else."""
        return self.relation is Relation.WHERE_IS and self.about_place and len(self.rooms) == 1 and not self.leftover

    @property
    def bare(self) -> bool:
        """Whether there is nothing but a name, or nothing but several days: no question was asked about it."""
        if self.explicit or self.relation in (Relation.NOW, Relation.NEXT, Relation.FIRST, Relation.LAST):
            return False
        if self.window is None:
            return self.moment is None
        greeting = self.window.part is not None and not self.window.day_named  # "good evening", "morning"
        return self.moment is None and not self.named and not self.rooms and (len(self.window.days) > 1 or greeting)

    @property
    def pure(self) -> bool:
        """Whether the whole question was understood as one about the programme: nothing is left over."""
        if self.leftover or self.about_place or self.bare:
            return False
        asks_one = self.relation in (Relation.WHEN_IS, Relation.WHERE_IS, Relation.HOW_LONG)
        return self.named or not asks_one

    @property
    def specific(self) -> bool:
        """Whether more than a loose day is told: a name, a room, a time of day, or now, next, first, last."""
        in_relation = self.relation not in (Relation.DAY, Relation.WHAT_IN_ROOM)
        return self.named or bool(self.rooms) or in_relation or bool(self.window and self.window.part)
