"""Calendar files (RFC 5545) of sessions: stable ids, sequence numbers that only grow, and the event's time zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.domain.knowledge import Status
from bot.domain.language import Language, Localized
from bot.domain.programme import Programme, Session, Slot, Venue

if TYPE_CHECKING:
    from icalendar import Calendar, Event, Timezone

PRODUCT = "-//Delegate Assistant//Programme//EN"
_STATUS = {Status.CONFIRMED: "CONFIRMED", Status.SAMPLE: "TENTATIVE", Status.CANCELLED: "CANCELLED"}


def calendar_file(
    programme: Programme,
    sessions: Iterable[Session],
    language: Language,
    *,
    stamp: datetime,
    name: str,
    sample: str = "",
    former: Mapping[str, Session] | None = None,
    sequences: Mapping[str, int] | None = None,
) -> bytes:
    """The sessions as one file in one language; each time of a session is an event of its own.

    `name` is how calendars call it, `sample` the remark on sessions that nobody confirmed yet. `former` holds sessions
    as they were told before: times that are gone are called off. `sequences` overrule the programme's own numbers.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("x-wr-timezone", str(programme.zone))
    calendar.add_component(_zone(str(programme.zone)))
    for session in sessions:
        number = (sequences or {}).get(session.id, sequence_of(programme, session.id))
        was = (former or {}).get(session.id)
        _add(calendar, programme, session, was, language, stamp, sample, number)
    return calendar.to_ical()


def sequence_of(programme: Programme, session_id: str) -> int:
    """The publication in which the session last changed: larger with every change, never smaller."""
    return programme.last_changed.get(session_id, programme.version)


def uid_of(programme: Programme, session_id: str, place: int = 0) -> str:
    """The id of a session's event, the same in every version and language; `place` tells several times apart."""
    year = programme.days[0].year if programme.days else 0
    return f"{session_id}{f'.{place + 1}' if place else ''}@{year}.delegate-assistant"


def _add(
    calendar: Calendar, programme: Programme, session: Session, was: Session | None, language: Language,
    stamp: datetime, sample: str, number: int,
) -> None:  # fmt: skip
    slots = sorted(session.slots)
    for place, slot in enumerate(slots):
        event = _event(programme, session, slot, language, stamp, sample)
        event.add("uid", uid_of(programme, session.id, place))
        event.add("sequence", number)
        event.add("status", _STATUS[session.status])
        calendar.add_component(event)
    for place, slot in enumerate(sorted(was.slots) if was else ()):
        if place >= len(slots):
            event = _event(programme, was or session, slot, language, stamp, sample)
            event.add("uid", uid_of(programme, session.id, place))
            event.add("sequence", number)
            event.add("status", _STATUS[Status.CANCELLED])
            calendar.add_component(event)


def _event(
    programme: Programme, session: Session, slot: Slot, language: Language, stamp: datetime, sample: str
) -> Event:
    from icalendar import Event

    event = Event()
    event.add("dtstamp", stamp)
    event.add("dtstart", slot.start.astimezone(programme.zone))
    # Without a known end there is none in the file: calendars then show the beginning.
    if slot.end is not None:
        event.add("dtend", slot.end.astimezone(programme.zone))
    title, shown_in = session.title.show(language)
    event.add("summary", title, parameters={"language": shown_in.value})
    notes = [_text(session.summary, language), _text(session.registration, language)]
    if session.status is Status.SAMPLE:
        notes.append(sample)
    event.add("description", "\n\n".join(note for note in notes if note))
    room = programme.room(session.room_id)
    if room is not None:
        venue = next((venue for venue in programme.venues if venue.id == room.venue_id), None)
        event.add("location", _location(_text(room.name, language), venue, language))
        if venue is not None:
            event.add("geo", (venue.latitude, venue.longitude))
    return event


def _location(room: str, venue: Venue | None, language: Language) -> str:
    return " · ".join(part for part in (room, _text(venue.address, language) if venue else "") if part)


def _text(text: Localized | None, language: Language) -> str:
    return text.show(language)[0] if text is not None and any(text.items()) else ""


@lru_cache(maxsize=4)
def _zone(name: str) -> Timezone:
    """The definition of the zone, so that every calendar program shows the right hour; made once."""
    from datetime import date

    from icalendar import Timezone

    return Timezone.from_tzid(name, first_date=date(2000, 1, 1), last_date=date(2038, 1, 1))
