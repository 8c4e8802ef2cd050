"""/venues: cards of venues and rooms with a pin on the map, the way, and what is on there now and next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.conversation import entries, profile, schedule, sessions
from bot.conversation.reply import Button, Pin, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.language import Language
from bot.domain.programme import Programme, Room, Venue
from bot.i18n import Translator, catalog
from bot.stores.database import exchanges

PAGE = 10
"""Rooms a page, two in a row."""


def find(key: str, programme: Programme) -> tuple[Venue, Room | None]:
    """The venue, or the room with its venue, that a button or a link speaks of; ButtonRefused when there is none."""
    for venue in programme.venues:
        if key in (venue.id, entries.key_of(venue.id)):
            return venue, None
    room = programme.room(sessions.resolve(key, (room.id for room in programme.rooms())))
    venue = sessions.venue_of(room, programme)
    if venue is None:
        raise ButtonRefused(key)
    return venue, room


def home(turn: Turn, page: int, language: Language) -> Reply:
    """The venues and their rooms."""
    say, programme = catalog(language), turn.edition.programme
    rooms = list(programme.rooms())
    pages = max(-(-len(rooms) // PAGE), 1)
    page = min(page, pages - 1)
    rows = [
        (Button(f"📍 {sessions.short(sessions.text_of(venue.title, say))}", f"v:card:{_key(venue)}:{language}"),)
        for venue in programme.venues
    ]
    buttons = [
        Button(sessions.short(sessions.text_of(room.name, say), 30), f"v:card:{_key(room)}:{language}")
        for room in rooms[page * PAGE : (page + 1) * PAGE]
    ]
    rows += [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    if pages > 1:
        rows.append(entries.page_row("v:home:", page, pages, language))
    rows.append((Button(say.label("button", "ℹ️ More about the venue"), f"t:venues:0:{language}"),))
    rows.append(entries.language_row(f"v:home:{page}:", language))
    text = say.text("Please choose a building or a room.") if rooms else say.text("Nothing is published here yet.")
    if pages > 1:
        text += "\n" + say.text("Page {page} of {pages}", page=page + 1, pages=pages)
    return Reply(title=say.label("topic", "📍 Venues"), text=text, buttons=tuple(rows))


async def card(turn: Turn, key: str, language: Language) -> Reply:
    """A venue or a room: where it is, how one gets there, what is on and next."""
    say, programme = catalog(language), turn.edition.programme
    venue, room = find(key, programme)
    await _told(turn, venue.id)
    if room is not None:
        title, parts = sessions.text_of(room.name, say), [_room_lines(room, venue, say)]
    else:
        title, parts = sessions.text_of(venue.title, say), [_venue_lines(venue, turn, say)]
    on, coming = sessions.on_and_next(programme, turn.now, room.id if room else None)
    if room is not None or len(programme.venues) == 1:
        parts += await _happening(turn, on, coming, room, say)
    found = [one.session for one in (*on, *coming)]
    ids = dict.fromkeys((venue.id, *(session.id for session in found)))
    below = [turn.edition.entries[one] for one in ids if one in turn.edition.entries]
    rows = sessions.card_buttons(found, say, "s", 4) if room is not None else []
    rows.append((Button(say.label("button", "📍 Show on the map"), f"v:pin:{key}:{language}"),))
    if room is not None:
        whole = Button(say.label("button", "🗓 All that is on here"), f"d:room:{key}:0:{language}")
        rows += [(whole,)] if any(one.room_id == room.id for one in programme.sessions) else []
    rows.append((Button(say.label("button", "↩ All venues and rooms"), f"v:home:0:{language}"),))
    rows.append(entries.language_row(f"v:card:{key}:", language))
    return Reply(
        title=title,
        text="\n\n".join(part for part in parts if part),
        small_print=entries.small_print(below, turn.edition, say),
        buttons=tuple(rows),
        ref=f"entry:{venue.id}",
    )


def _room_lines(room: Room, venue: Venue, say: Translator) -> str:
    lines = [f"🏛 {sessions.text_of(venue.title, say)} · {sessions.text_of(venue.address, say)}"]
    if room.level is not None:
        lines.append(say.text("🪜 Level: {level}", level=room.level))
    if way := sessions.text_of(room.way, say):
        lines.append(f"🧭 {way}")
    if step_free := sessions.text_of(venue.step_free, say):
        lines.append(f"♿ {step_free}")
    return "\n".join(lines)


def _venue_lines(venue: Venue, turn: Turn, say: Translator) -> str:
    lines = [f"🏛 {sessions.text_of(venue.address, say)}"]
    if step_free := sessions.text_of(venue.step_free, say):
        lines.append(f"♿ {step_free}")
    if entry := turn.edition.entries.get(venue.id):
        lines += ["", entry.shown_in(say.language)[0].body]
    return "\n".join(lines)


async def _happening(turn: Turn, on: Sequence, coming: Sequence, room: Room | None, say: Translator) -> list[str]:
    """What is on and next, told and recorded as told."""
    programme, here = turn.edition.programme, room is None
    for one in (*on, *coming):
        await _told(turn, one.session.id)
    parts = []
    if on:
        lines = [sessions.line(one, programme, say, "on", room=here) for one in on]
        parts.append(say.text("Now:") + "\n" + "\n".join(lines))
    if coming:
        lines = [sessions.line(one, programme, say, day=True, room=here) for one in coming]
        parts.append(say.text("Next:") + "\n" + "\n".join(lines))
    if not parts and room is not None and any(one.room_id == room.id for one in programme.sessions):
        parts.append(say.text("Nothing more is on here."))
    return parts


async def _told(turn: Turn, entry_id: str) -> None:
    if entry_id in turn.edition.entries:
        await exchanges.record_delivery(turn.tx, turn.chat, entry_id, str(turn.edition.version), turn.now)


def pin_of(venue: Venue, room: Room | None, say: Translator) -> Pin:
    """The pin on the map: a room is where its building is."""
    title = sessions.text_of(venue.title, say)
    if room is not None:
        title = sessions.text_of(room.name, say)
    return Pin(title, sessions.text_of(venue.address, say), venue.latitude, venue.longitude)


async def venues(turn: Turn, _: str) -> list[Reply]:
    """/venues."""
    return [home(turn, 0, turn.language)]


async def press(turn: Turn, data: str) -> list[Reply]:
    """`home:<page>:<language>`, `card:<venue or room>:<language>` or `pin:<venue or room>:<language>`."""
    parts = data.split(":")
    if len(parts) != 3:
        raise ButtonRefused(data)
    what, key, language = parts[0], parts[1], language_from(parts[2])
    match what:
        case "home":
            return [replace(home(turn, number_from(key), language), replaces=True)]
        case "card":
            return [replace(await card(turn, key, language), replaces=True)]
        case "pin":
            venue, room = find(key, turn.edition.programme)
            await _told(turn, venue.id)
            return [Reply(pin=pin_of(venue, room, catalog(language)), ref=f"entry:{venue.id}")]
        case _:
            raise ButtonRefused(data)


async def start(turn: Turn, payload: str) -> list[Reply]:
    """/start, and the links `?start=v_<venue or room>` and `?start=s_<session>` of doors and printed programmes."""
    kind, _, name = payload.partition("_")
    try:
        if kind == "v" and name:
            return [await card(turn, entries.key_of(name), turn.language)]
        if kind == "s" and name:
            session = sessions.session_named(name, turn.edition.programme)
            return [await schedule.card(turn, session, turn.language)]
    except ButtonRefused:
        text = turn.say.text("This link leads to something that is no longer in the programme.")
        return [replace(schedule.home(turn, turn.language), text=text)]
    return await profile.start(turn, payload)


def link(bot: str, payload: str) -> str:
    """The address that opens the assistant at a card."""
    return f"https://t.me/{bot.lstrip('@')}?start={payload}"


def door_phrases(say: Translator) -> tuple[str, str]:
    """What stands on a sheet at a door: heading and invitation."""
    return (
        say.text("What is on here now and next?"),
        say.text("Scan the code with your phone: the Delegate Assistant answers in Chinese, Russian and English."),
    )


def _key(thing: Venue | Room) -> str:
    return entries.key_of(thing.id)


COMMANDS: dict[str, Handler] = {"venues": venues, "start": start}
BUTTONS: dict[str, Handler] = {"v": press}
