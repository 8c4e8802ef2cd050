"""The programme: venues, rooms and sessions, what is on when and where, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.event_name import EventName
from bot.domain.knowledge import Status
from bot.domain.language import Localized


@dataclass(frozen=True)
class Room:
    """A place inside a venue: a hall, a desk, a gate."""

    id: str
    venue_id: str
    name: Localized
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Other names people use, by language code."""
    level: int | None = None
    way: Localized | None = None


@dataclass(frozen=True)
class Venue:
    """A building with an address, coordinates (WGS 84 degrees) and rooms."""

    id: str
    title: Localized
    address: Localized
    latitude: float
    longitude: float
    rooms: tuple[Room, ...] = ()
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    step_free: Localized | None = None


@dataclass(frozen=True, order=True)
class Slot:
    """One time at which a session takes place; aware datetimes; an open end means "until further notice"."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True)
class Session:
    """Something in the programme with a stable id; a session moved in time or place keeps its id."""

    id: str
    kind: str
    slots: tuple[Slot, ...]
    room_id: str | None
    title: Localized
    summary: Localized
    status: Status
    section: str = "programme"
    part_of: str | None = None
    topics: tuple[str, ...] = ()
    speakers: tuple[str, ...] = ()
    interpretation: tuple[str, ...] = ()
    registration: Localized | None = None
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def cancelled(self) -> bool:
        """Whether the session was called off."""
        return self.status is Status.CANCELLED


@dataclass(frozen=True)
class Occurrence:
    """A session at one of its slots: what a timetable lists."""

    session: Session
    slot: Slot

    def is_on(self, moment: datetime, closing: datetime) -> bool:
        """Whether it is on at `moment`; an open-ended slot runs until `closing`, the end of its day."""
        return self.slot.start <= moment < (self.slot.end or closing)


@dataclass(frozen=True)
class Person:
    """A person or thing named in the glossary, with aliases by language code."""

    id: str
    kind: str
    names: Localized
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme:
    """All sessions, venues and names of one published version, in the event's time zone."""

    zone: ZoneInfo
    days: tuple[date, ...]
    sessions: tuple[Session, ...] = ()
    venues: tuple[Venue, ...] = ()
    glossary: tuple[Person, ...] = ()
    version: int = 0
    last_changed: Mapping[str, int] = field(default_factory=dict)
    """By session id: the running number of the publication in which the session last changed."""
    event: EventName | None = None
    """What the event is called."""

    def session(self, session_id: str) -> Session | None:
        """The session with this id, or None."""
        return next((session for session in self.sessions if session.id == session_id), None)

    def room(self, room_id: str | None) -> Room | None:
        """The room with this id, or None."""
        return next((room for room in self.rooms() if room.id == room_id), None)

    def rooms(self) -> Iterable[Room]:
        """Every room of every venue."""
        for venue in self.venues:
            yield from venue.rooms

    def occurrences(self) -> list[Occurrence]:
        """Every session at every slot, earliest first (parts after what they belong to)."""
        found = [Occurrence(session, slot) for session in self.sessions for slot in session.slots]
        return sorted(found, key=lambda item: (item.slot.start, item.session.part_of is not None, item.session.id))
