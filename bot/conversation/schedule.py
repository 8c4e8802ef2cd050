"""/schedule: now and next, days, rooms and topics, page by page in one message; and the card of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from bot.conversation import entries, sessions
from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.language import Language
from bot.domain.programme import Occurrence, Programme, Session
from bot.domain.reading.calendar import dates_of
from bot.i18n import Translator, catalog
from bot.stores.database import agenda as agendas
from bot.stores.database import exchanges

PAGE = 8
"""Sessions a page: a phone shows them without scrolling."""


def home(turn: Turn, language: Language) -> Reply:
    """What is on now and next, and the ways into the programme."""
    say, programme = catalog(language), turn.edition.programme
    on, coming = sessions.on_and_next(programme, turn.now)
    parts = []
    if on:
        parts.append(say.text("Now:") + "\n" + _lines(on, programme, say, "on"))
    if coming:
        parts.append(say.text("Next:") + "\n" + _lines(coming, programme, say, "coming", day=True))
    held = [one for one in programme.occurrences() if not one.session.cancelled]
    if not held:
        parts.append(say.text("Nothing is published here yet."))
    elif turn.now < held[0].slot.start:
        parts.insert(0, say.text("The forum has not begun yet."))
    elif not on and not coming:
        parts.append(say.text("The forum is over."))
    days = [
        Button(say.short_day(day), f"d:day:{day.isoformat()}:0:{language}")
        for day in dates_of(programme)
        if any(sessions.day_of(one.slot, programme) == day for one in programme.occurrences())
    ]
    rows = [tuple(days[start : start + 3]) for start in range(0, len(days), 3)]
    rows.append(
        (
            Button(say.label("button", "🚪 By room"), f"d:rooms::0:{language}"),
            Button(say.label("button", "🏷 By topic"), f"d:topics::0:{language}"),
        )
    )
    rows.append(
        (
            Button(say.label("button", "⭐ My agenda"), f"a:list:{language}"),
            Button(say.label("button", "🔄 Now and next"), f"d:home::0:{language}"),
        )
    )
    rows.append(entries.language_row("d:home::0:", language))
    moment = say.moment(turn.now)
    return Reply(
        title=say.text("📅 Schedule · {moment}", moment=moment),
        text="\n\n".join(parts),
        small_print=sessions.small_print((one.session for one in (*on, *coming)), turn.edition, say),
        buttons=tuple(rows),
    )


def _lines(found: Iterable[Occurrence], programme: Programme, say: Translator, how: str, *, day: bool = False) -> str:
    return "\n".join(sessions.line(one, programme, say, how, day=day) for one in found)


def page_of(
    turn: Turn, found: Sequence[Occurrence], title: str, screen: str, page: int, language: Language, back: Button,
    *, days: bool, room: bool = True,
) -> Reply:  # fmt: skip
    """One page of a list of occurrences with a button for each session."""
    say, programme = catalog(language), turn.edition.programme
    pages = max(-(-len(found) // PAGE), 1)
    page = min(page, pages - 1)
    here = found[page * PAGE : (page + 1) * PAGE]
    text = sessions.listing(here, programme, say, turn.now, days=days, room=room)
    if pages > 1:
        text += "\n\n" + say.text("Page {page} of {pages}", page=page + 1, pages=pages)
    rows = sessions.card_buttons((one.session for one in here), say, "s")
    if pages > 1:
        rows.append(entries.page_row(f"d:{screen}:", page, pages, language))
    rows.append((back,))
    rows.append(entries.language_row(f"d:{screen}:{page}:", language))
    return Reply(
        title=title,
        text=text or say.text("Nothing is published here yet."),
        small_print=sessions.small_print((one.session for one in here), turn.edition, say),
        buttons=tuple(rows),
    )


def day_screen(turn: Turn, day: date, page: int, language: Language) -> Reply:
    """One day of the programme."""
    programme, say = turn.edition.programme, catalog(language)
    found = [one for one in programme.occurrences() if sessions.day_of(one.slot, programme) == day]
    if not found:
        raise ButtonRefused(day.isoformat())
    return page_of(turn, found, say.day(day), f"day:{day.isoformat()}", page, language, _home(say), days=False)


def rooms_screen(turn: Turn, language: Language) -> Reply:
    """The rooms in which something takes place."""
    programme, say = turn.edition.programme, catalog(language)
    used = {session.room_id for session in programme.sessions}
    buttons = [
        Button(sessions.short(sessions.text_of(room.name, say)), f"d:room:{entries.key_of(room.id)}:0:{language}")
        for room in programme.rooms()
        if room.id in used
    ]
    return _choice(say.label("heading", "By room"), say.text("Which room?"), buttons, "rooms", say)


def topics_screen(turn: Turn, language: Language) -> Reply:
    """The topics that sessions have."""
    programme, say = turn.edition.programme, catalog(language)
    buttons = [
        Button(sessions.short(topic_name(one, programme, say)), f"d:topic:{entries.key_of(one)}:0:{language}")
        for one in _topics(programme)
    ]
    return _choice(say.label("heading", "By topic"), say.text("Which topic?"), buttons, "topics", say)


def _choice(title: str, text: str, buttons: list[Button], screen: str, say: Translator) -> Reply:
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    rows += [(_home(say),), entries.language_row(f"d:{screen}::0:", say.language)]
    return Reply(title=title, text=text if buttons else say.text("Nothing is published here yet."), buttons=tuple(rows))


def _topics(programme: Programme) -> list[str]:
    return list(dict.fromkeys(topic for session in programme.sessions for topic in session.topics))


def topic_name(topic: str, programme: Programme, say: Translator) -> str:
    """A topic as the glossary calls it."""
    names = next((person.names for person in programme.glossary if person.id == topic), None)
    return sessions.text_of(names, say) or topic.replace("-", " ")


def _home(say: Translator) -> Button:
    return Button(say.label("button", "↩ Schedule"), f"d:home::0:{say.language}")


async def schedule(turn: Turn, _: str) -> list[Reply]:
    """/schedule."""
    return [home(turn, turn.language)]


async def turn_to(turn: Turn, data: str) -> list[Reply]:
    """A screen of the schedule: `<screen>:<argument>:<page>:<language>`."""
    parts = data.split(":")
    if len(parts) != 4:
        raise ButtonRefused(data)
    screen, argument, page, language = parts[0], parts[1], number_from(parts[2]), language_from(parts[3])
    return [replace(_screen(turn, screen, argument, page, language), replaces=True)]


def _screen(turn: Turn, screen: str, argument: str, page: int, language: Language) -> Reply:
    programme, say = turn.edition.programme, catalog(language)
    match screen:
        case "home":
            return home(turn, language)
        case "rooms":
            return rooms_screen(turn, language)
        case "topics":
            return topics_screen(turn, language)
        case "day":
            try:
                return day_screen(turn, date.fromisoformat(argument), page, language)
            except ValueError as error:
                raise ButtonRefused(argument) from error
        case "room":
            room = programme.room(sessions.resolve(argument, (room.id for room in programme.rooms())))
            found = [one for one in programme.occurrences() if room and one.session.room_id == room.id]
            title = sessions.text_of(room.name if room else None, say)
            back = Button(say.label("button", "↩ All rooms"), f"d:rooms::0:{language}")
            return page_of(turn, found, title, f"room:{argument}", page, language, back, days=True, room=False)
        case "topic":
            topic = sessions.resolve(argument, _topics(programme))
            found = [one for one in programme.occurrences() if topic in one.session.topics]
            back = Button(say.label("button", "↩ All topics"), f"d:topics::0:{language}")
            title = topic_name(topic, programme, say)
            return page_of(turn, found, title, f"topic:{argument}", page, language, back, days=True)
        case _:
            raise ButtonRefused(screen)


def _facts(session: Session, turn: Turn, say: Translator) -> list[str]:
    """Time, place, and what belongs to a session, a line each."""
    programme = turn.edition.programme
    lines = []
    for slot in sorted(session.slots):
        how = sessions.state(Occurrence(session, slot), programme, turn.now)
        said = sessions.when(slot, say)
        if how == "on":
            said = say.text("{title} (on now)", title=said)
        elif how == "over":
            said = say.text("{title} (over)", title=said)
        lines.append(f"🕘 {said}")
    if room := programme.room(session.room_id):
        lines.append(sessions.way_to(room, programme, say))
    whole = programme.session(session.part_of or "")
    if whole is not None:
        lines.append(say.text("Part of: {title}", title=sessions.title_of(whole, say)))
    parts = [sessions.title_of(one, say) for one in programme.sessions if one.part_of == session.id]
    if parts:
        lines.append(say.text("Includes: {titles}", titles=say.list(parts)))
    speakers = [topic_name(one, programme, say) for one in session.speakers]
    if speakers:
        lines.append(say.text("🎤 Speakers: {names}", names=say.list(speakers)))
    spoken = [name for code in session.interpretation if (name := language_name(code, say))]
    if spoken:
        lines.append(say.text("🎧 Interpretation: {languages}", languages=say.list(spoken)))
    return lines


def language_name(code: str, say: Translator) -> str:
    """A language of interpretation."""
    match code:
        case "zh":
            return say.label("language", "Chinese")
        case "ru":
            return say.label("language", "Russian")
        case "en":
            return say.label("language", "English")
        case _:
            return code


async def card(turn: Turn, session: Session, language: Language, note: str = "") -> Reply:
    """Everything about one session, with its buttons; being shown it counts as being told."""
    say, programme = catalog(language), turn.edition.programme
    await exchanges.record_delivery(turn.tx, turn.chat, session.id, str(turn.edition.version), turn.now)
    entry = turn.edition.entries.get(session.id)
    summary = entry.shown_in(language)[0].body if entry else sessions.text_of(session.summary, say)
    parts = [note, "\n".join(_facts(session, turn, say)), summary, sessions.text_of(session.registration, say)]
    key, kept = entries.key_of(session.id), await agendas.sessions(turn.tx, turn.chat)
    rows = []
    if session.id in kept:
        rows.append((Button(say.label("button", "➖ Remove from my agenda"), f"a:del:{key}:{language}"),))
    elif not session.cancelled:
        rows.append((Button(say.label("button", "➕ Add to my agenda"), f"a:add:{key}:{language}"),))
    second = [Button(say.label("button", "📆 Calendar file"), f"a:ics:{key}:{language}")]
    if room := programme.room(session.room_id):
        room_key = entries.key_of(room.id)
        second.append(Button(say.label("button", "📍 Map"), f"v:pin:{room_key}:{language}"))
        label = say.text("🚪 {room}: now and next", room=sessions.text_of(room.name, say))
        rows += [tuple(second), (Button(sessions.short(label), f"v:card:{room_key}:{language}"),)]
    else:
        rows.append(tuple(second))
    if session.slots:
        day = sessions.day_of(min(session.slots), programme)
        rows.append((Button(f"↩ {say.short_day(day)}", f"d:day:{day.isoformat()}:0:{language}"), _home(say)))
    rows.append(entries.language_row(f"s:{key}:", language))
    return Reply(
        title=sessions.title_of(session, say),
        text="\n\n".join(part for part in parts if part),
        small_print=sessions.small_print([session], turn.edition, say),
        buttons=tuple(rows),
        ref=f"entry:{session.id}",
    )


async def show_card(turn: Turn, data: str) -> list[Reply]:
    """A session's card in place: `<session>:<language>`."""
    return [replace(await _card_named(turn, data), replaces=True)]


async def open_card(turn: Turn, data: str) -> list[Reply]:
    """A session's card as a message of its own, so that the answer stays: `<session>:<language>`."""
    return [await _card_named(turn, data)]


async def _card_named(turn: Turn, data: str) -> Reply:
    key, _, language = data.rpartition(":")
    return await card(turn, sessions.session_named(key, turn.edition.programme), language_from(language))


COMMANDS: dict[str, Handler] = {"schedule": schedule}
BUTTONS: dict[str, Handler] = {"d": turn_to, "s": show_card, "o": open_card}
