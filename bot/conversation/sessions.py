"""Sessions, rooms and times in words: what the timetable, the cards, the agenda and the notices share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from bot.conversation import entries
from bot.conversation.reply import Button
from bot.conversation.turn import ButtonRefused
from bot.domain.edition import Edition
from bot.domain.language import Localized
from bot.domain.programme import Occurrence, Programme, Room, Session, Slot, Venue
from bot.domain.reading import end_of
from bot.i18n import Translator

_LONG = timedelta(hours=12)
MARKS = {"on": "▶", "over": "✓", "cancelled": "❌", "coming": "•"}


def resolve(key: str, ids: Iterable[str]) -> str:
    """The id a button's data speaks of; ButtonRefused when there is none."""
    for one in ids:
        if one == key or entries.key_of(one) == key:
            return one
    raise ButtonRefused(key)


def session_named(key: str, programme: Programme) -> Session:
    """The session a button's data speaks of; ButtonRefused when the programme no longer has it."""
    session = programme.session(resolve(key, (session.id for session in programme.sessions)))
    assert session is not None
    return session


def text_of(text: Localized | None, say: Translator) -> str:
    """A localized text for this reader; empty when there is none."""
    return text.show(say.language)[0] if text is not None and any(text.items()) else ""


def title_of(session: Session, say: Translator) -> str:
    """The title of a session."""
    return text_of(session.title, say)


def day_of(slot: Slot, programme: Programme) -> date:
    """The day on which a slot begins, by the clock of the event."""
    return slot.start.astimezone(programme.zone).date()


def when(slot: Slot, say: Translator) -> str:
    """Friday 11 July, 09:00–09:40."""
    if slot.end is not None and slot.end - slot.start >= _LONG:
        return say.period(slot.start, slot.end)
    return say.text("{day}, {time}", day=say.day(slot.start), time=say.period(slot.start, slot.end))


def room_name(session: Session, programme: Programme, say: Translator) -> str:
    """The room in which a session takes place; empty when none is set."""
    room = programme.room(session.room_id)
    return text_of(room.name, say) if room else ""


def venue_of(room: Room | None, programme: Programme) -> Venue | None:
    """The venue a room is in."""
    return next((venue for venue in programme.venues if room and venue.id == room.venue_id), None)


def way_to(room: Room, programme: Programme, say: Translator) -> str:
    """Where a room is: level, way, building and address."""
    parts = [text_of(room.name, say)]
    # A way that tells the level already need not hear it twice.
    way = text_of(room.way, say)
    if room.level is not None and str(room.level) not in way:
        parts.append(level(room, say))
    if (venue := venue_of(room, programme)) is not None:
        parts.append(text_of(venue.address, say))
    place = " · ".join(part for part in parts if part)
    return f"📍 {place}" + (f"\n{way}" if way else "")


def level(room: Room, say: Translator) -> str:
    """Level 2."""
    return say.text("level {level}", level=room.level)


def state(occurrence: Occurrence, programme: Programme, now: datetime) -> str:
    """One of the keys of MARKS."""
    if occurrence.session.cancelled:
        return "cancelled"
    if end_of(programme, occurrence) <= now:
        return "over"
    return "on" if occurrence.slot.start <= now else "coming"


def line(occurrence: Occurrence, programme: Programme, say: Translator, how: str = "coming", *, day: bool = False,
         room: bool = True, part: bool = False) -> str:  # fmt: skip
    """One line of a list: mark, time, title, room; `how` is a state; a part of a whole is indented."""
    slot, session = occurrence.slot, occurrence.session
    time = when(slot, say) if day else say.period(slot.start, slot.end)
    place = room_name(session, programme, say) if room else ""
    title = title_of(session, say)
    if how == "cancelled":
        title = say.text("{title} (cancelled)", title=title)
    elif how == "over":
        title = say.text("{title} (over)", title=title)
    elif how == "on":
        title = say.text("{title} (on now)", title=title)
    said = say.text("{time} {title}", time=time, title=title)
    return ("      " if part else "") + f"{MARKS[how]} {said}" + (f" · {place}" if place else "")


def listing(found: Sequence[Occurrence], programme: Programme, say: Translator, now: datetime, *, days: bool,
            room: bool = True) -> str:  # fmt: skip
    """Several lines; with `days` a heading for each day; parts indented under their whole."""
    lines: list[str] = []
    shown: date | None = None
    wholes: set[tuple[str, date]] = set()
    for one in found:
        day = day_of(one.slot, programme)
        if days and day != shown:
            lines += [""] if lines else []
            lines.append(say.day(day))
            shown = day
        wholes.add((one.session.id, day))
        part = one.session.part_of is not None and (one.session.part_of, day) in wholes
        lines.append(line(one, programme, say, state(one, programme, now), room=room, part=part))
    return "\n".join(lines)


def several_days(found: Iterable[Occurrence], programme: Programme) -> bool:
    """Whether occurrences lie on more than one day."""
    return len({day_of(one.slot, programme) for one in found}) > 1


def short(text: str, length: int = 40) -> str:
    """A label that fits a button."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def card_buttons(sessions: Iterable[Session], say: Translator, prefix: str, limit: int = 8) -> list[tuple[Button, ...]]:
    """A button for each session: `prefix` o opens the card as a message of its own, s in place."""
    unique = {session.id: session for session in sessions}
    return [
        (Button(short(title_of(session, say)), f"{prefix}:{entries.key_of(session.id)}:{say.language}"),)
        for session in list(unique.values())[:limit]
    ]


def small_print(sessions: Iterable[Session], edition: Edition, say: Translator) -> str:
    """Marks, sources and version of the sessions' entries."""
    ids = dict.fromkeys(session.id for session in sessions)
    return entries.small_print([edition.entries[one] for one in ids if one in edition.entries], edition, say)


def on_and_next(programme: Programme, now: datetime, room_id: str | None = None) -> tuple[list[Occurrence], list]:
    """What is on at this moment and what starts next, in one room or everywhere."""
    held = [
        one
        for one in programme.occurrences()
        if not one.session.cancelled and (room_id is None or one.session.room_id == room_id)
    ]
    on = [one for one in held if one.slot.start <= now < end_of(programme, one)]
    later = [one for one in held if one.slot.start > now]
    return on, [one for one in later if one.slot.start == later[0].slot.start]
