"""What changed in the programme between two versions, session by session, as a delegate would notice it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum

from bot.domain.programme import Occurrence, Programme, Room, Session, Slot
from bot.domain.reading.calendar import end_of


class ChangeKind(StrEnum):
    """One way in which a session can change."""

    ADDED = "added"
    CANCELLED = "cancelled"
    """Called off, or gone from the programme."""
    RESTORED = "restored"
    MOVED_TIME = "moved-time"
    MOVED_PLACE = "moved-place"
    RETITLED = "retitled"


@dataclass(frozen=True)
class SessionChange:
    """A session before and after; `old` is None when it is new, `new` when it is gone from the programme."""

    session_id: str
    kinds: tuple[ChangeKind, ...]
    old: Session | None
    new: Session | None
    old_room: Room | None = None
    new_room: Room | None = None

    @property
    def session(self) -> Session:
        """The session as it is now, or as it was last."""
        session = self.new or self.old
        assert session is not None
        return session


def changes_between(old: Programme, new: Programme) -> tuple[SessionChange, ...]:
    """Every session that differs in time, place, title or status, in the order of the (new) programme."""
    before = {session.id: session for session in old.sessions}
    after = {session.id: session for session in new.sessions}
    found = []
    for session_id in dict.fromkeys((*after, *before)):
        change = change_of(session_id, before.get(session_id), after.get(session_id), old, new)
        if change is not None:
            found.append(change)
    return tuple(sorted(found, key=lambda change: (min(change.session.slots, default=_NEVER), change.session_id)))


def change_of(
    session_id: str, old: Session | None, new: Session | None, was: Programme, now: Programme
) -> SessionChange | None:
    """What changed about one session; None when a delegate would notice nothing."""
    old_room = was.room(old.room_id) if old else None
    new_room = now.room(new.room_id) if new else None
    kinds = _kinds(old, new, old_room, new_room)
    return SessionChange(session_id, kinds, old, new, old_room, new_room) if kinds else None


def _kinds(old: Session | None, new: Session | None, old_room: Room | None, new_room: Room | None) -> tuple:
    if old is None or new is None:
        if new is not None:
            return () if new.cancelled else (ChangeKind.ADDED,)
        return () if old is None or old.cancelled else (ChangeKind.CANCELLED,)
    if new.cancelled:
        return () if old.cancelled else (ChangeKind.CANCELLED,)
    found = [ChangeKind.RESTORED] if old.cancelled else []
    if sorted(old.slots) != sorted(new.slots):
        found.append(ChangeKind.MOVED_TIME)
    if old.room_id != new.room_id or _name(old_room) != _name(new_room):
        found.append(ChangeKind.MOVED_PLACE)
    if old.title != new.title:
        found.append(ChangeKind.RETITLED)
    return tuple(found)


def still_matters(change: SessionChange, programme: Programme, now: datetime) -> bool:
    """Whether anything of the session, as it was or as it is, is not over yet."""
    slots = [(session, slot) for session in (change.old, change.new) if session for slot in session.slots]
    return any(end_of(programme, Occurrence(session, slot)) > now for session, slot in slots)


def stamped(programme: Programme, former: Programme | None, publication: int) -> Programme:
    """The programme with `last_changed` carried on from the former one; `publication` for all that is new or other.

    Calendars take a file only when its SEQUENCE has grown, so these numbers never go back, also not in a rollback.
    """
    before = {session.id: session for session in former.sessions} if former else {}
    known: Mapping[str, int] = former.last_changed if former else {}
    numbers = {
        session.id: known[session.id]
        if session.id in known and former and _shown(before.get(session.id), former) == _shown(session, programme)
        else publication
        for session in programme.sessions
    }
    return replace(programme, last_changed=numbers)


def _shown(session: Session | None, programme: Programme) -> object:
    """All that a calendar shows of a session."""
    if session is None:
        return None
    room = programme.room(session.room_id)
    venue = next((venue for venue in programme.venues if room and venue.id == room.venue_id), None)
    place = (_name(room), room and room.level, venue and (venue.title, venue.address, venue.latitude, venue.longitude))
    return session.slots, session.title, session.summary, session.status, session.registration, place


def _name(room: Room | None) -> object:
    return room and room.name


_NEVER = Slot(datetime.max.replace(tzinfo=UTC))
