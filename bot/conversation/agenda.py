"""/agenda and /reminders: the delegate's own choice of sessions, its calendar file, and how to be reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.conversation import entries, schedule, sessions
from bot.conversation.reply import Attachment, Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.agenda import chosen, clashes
from bot.domain.edition import Edition
from bot.domain.language import Language
from bot.domain.programme import Occurrence, Session
from bot.i18n import Translator, catalog
from bot.services.calendar_files import calendar_file
from bot.stores.database import agenda as agendas
from bot.stores.database import delegates
from bot.stores.database.delegates import Delegate

CHOICES = (5, 10, 15, 30, 60)
"""Minutes before the start that are offered for reminders."""
MOST_MINUTES = 24 * 60
MOST_BUTTONS = 12


async def agenda_reply(turn: Turn, language: Language) -> Reply:
    """The chosen sessions by day, with a warning where two of them overlap."""
    say, programme = catalog(language), turn.edition.programme
    ids = await agendas.sessions(turn.tx, turn.chat)
    own = chosen(ids, programme)
    title = say.label("heading", "⭐ My agenda")
    back = (Button(say.label("button", "↩ Schedule"), f"d:home::0:{language}"),)
    languages = entries.language_row("a:list:", language)
    if not own:
        text = say.text("Your agenda is empty. Open a session in the schedule and add it.")
        return Reply(title=title, text=text, buttons=(back, languages))
    kept = {session.id for session in own}
    found = [one for one in programme.occurrences() if one.session.id in kept]
    parts = [sessions.listing(found, programme, say, turn.now, days=True)]
    parts += [clash_text(pair, say) for pair in clashes(own, programme)]
    if len(own) < len(ids):
        number = len(ids) - len(own)
        parts.append(
            say.plural(
                "{number} session of your agenda is no longer in the programme.",
                "{number} sessions of your agenda are no longer in the programme.",
                number,
            )
        )
    parts.append(reminder_text(turn.delegate, say))
    rows = sessions.card_buttons(own, say, "s", MOST_BUTTONS)
    rows.append(
        (
            Button(say.label("button", "📆 Calendar file"), f"a:all:{language}"),
            Button(say.label("button", "⏰ Reminders"), f"a:rem:{language}"),
        )
    )
    rows += [back, languages]
    small_print = sessions.small_print(own, turn.edition, say)
    return Reply(title=title, text="\n\n".join(parts), small_print=small_print, buttons=tuple(rows))


def clash_text(pair: tuple[Session, Session], say: Translator) -> str:
    """Two chosen sessions at the same time."""
    one, other = (sessions.title_of(session, say) for session in pair)
    return say.text("⚠️ At the same time: “{one}” and “{other}”.", one=one, other=other)


def reminder_text(delegate: Delegate, say: Translator) -> str:
    """How the person is reminded."""
    if not delegate.reminder_minutes:
        return say.text("⏰ Reminders are off.")
    before = say.minutes(timedelta(minutes=delegate.reminder_minutes))
    return say.text("⏰ I remind you {time} before a session starts.", time=before)


def reminders_reply(delegate: Delegate, language: Language) -> Reply:
    """/reminders: the state, and buttons to change it."""
    say = catalog(language)
    if delegate.announcements:
        news = say.text("🔔 You get the organizers' announcements and word of changes.")
        switch = Button(say.label("button", "🔕 No announcements, no changes"), f"a:news:0:{language}")
    else:
        news = say.text("🔕 You get no announcements and no word of changes.")
        switch = Button(say.label("button", "🔔 Announcements and changes"), f"a:news:1:{language}")
    minutes = tuple(
        Button(f"• {number}" if number == delegate.reminder_minutes else str(number), f"a:min:{number}:{language}")
        for number in CHOICES
    )
    off = Button(say.label("button", "Off"), f"a:min:0:{language}")
    hint = say.text("How many minutes before the start? Also by command: /reminders 20, /reminders 0.")
    return Reply(
        title=say.label("heading", "⏰ Reminders"),
        text="\n\n".join((reminder_text(delegate, say), news, hint)),
        buttons=(minutes, (off,), (switch,), entries.language_row("a:rem:", language)),
    )


def file_of(own: Sequence[Session], edition: Edition, say: Translator, stamp: object, name: str) -> Attachment:
    """The calendar file of these sessions."""
    content = calendar_file(
        edition.programme,
        own,
        say.language,
        stamp=stamp,
        name=calendar_name(say),
        sample=sample_remark(say),
    )
    return Attachment(f"{name}.ics", content)


def sample_remark(say: Translator) -> str:
    """What calendars say of a session that nobody confirmed yet."""
    return say.text("⚠️ Sample data of the demo event: the organizers have not confirmed it yet.")


def calendar_name(say: Translator) -> str:
    """How calendars call what comes from here."""
    return say.text("SCO Digital Economy Forum 2025")


async def agenda(turn: Turn, _: str) -> list[Reply]:
    """/agenda."""
    return [await agenda_reply(turn, turn.language)]


async def reminders(turn: Turn, text: str) -> list[Reply]:
    """/reminders, or /reminders and a number of minutes."""
    if text.strip().isdecimal() and int(text) <= MOST_MINUTES:
        return [await _set_minutes(turn, int(text), turn.language)]
    return [reminders_reply(turn.delegate, turn.language)]


async def _set_minutes(turn: Turn, minutes: int, language: Language) -> Reply:
    await delegates.set_preferences(turn.tx, turn.chat, reminder_minutes=minutes)
    changed = replace(turn.delegate, reminder_minutes=minutes)
    return replace(reminders_reply(changed, language), toast=reminder_text(changed, catalog(language)))


async def press(turn: Turn, data: str) -> list[Reply]:
    """`list|all|rem|set:<language>`, `add|del|ics:<session>:<language>`, `min|news:<number>:<language>`."""
    parts = data.split(":")
    if len(parts) not in (2, 3):
        raise ButtonRefused(data)
    what, language = parts[0], language_from(parts[-1])
    if len(parts) == 2:
        return [await _own(turn, what, language)]
    if what in ("min", "news"):
        number = number_from(parts[1])
        if what == "min" and number <= MOST_MINUTES:
            return [replace(await _set_minutes(turn, number, language), replaces=True)]
        if what == "news" and number in (0, 1):
            return [await _set_news(turn, bool(number), language)]
        raise ButtonRefused(data)
    return [await _choose(turn, what, parts[1], language)]


async def _own(turn: Turn, what: str, language: Language) -> Reply:
    say = catalog(language)
    match what:
        case "list":
            return replace(await agenda_reply(turn, language), replaces=True)
        case "rem":
            return replace(reminders_reply(turn.delegate, language), replaces=True)
        case "set":  # below a reminder, which stays as it is
            return reminders_reply(turn.delegate, language)
        case "all":
            own = chosen(await agendas.sessions(turn.tx, turn.chat), turn.edition.programme)
            if not own:
                return Reply(toast=say.text("Your agenda is empty. Open a session in the schedule and add it."))
            file = file_of(own, turn.edition, say, turn.now, "agenda")
            return Reply(text=say.text("Your agenda for the calendar of your phone or computer."), attachment=file)
        case _:
            raise ButtonRefused(what)


async def _set_news(turn: Turn, wanted: bool, language: Language) -> Reply:
    """Switch announcements; the message with the button (perhaps an announcement itself) stays as it is."""
    await delegates.set_preferences(turn.tx, turn.chat, announcements=wanted)
    say, changed = catalog(language), replace(turn.delegate, announcements=wanted)
    if wanted:
        toast = say.text("You get announcements and word of changes again.")
    else:
        toast = say.text("You get no announcements any more; /reminders switches them on again.")
    return replace(reminders_reply(changed, language), toast=toast)


async def _choose(turn: Turn, what: str, key: str, language: Language) -> Reply:
    """A session goes into the agenda or out of it, or its calendar file is wanted."""
    say, programme = catalog(language), turn.edition.programme
    if what == "del":
        # Also what the programme no longer has can be taken out.
        ids = await agendas.sessions(turn.tx, turn.chat)
        session_id = sessions.resolve(key, dict.fromkeys((*(one.id for one in programme.sessions), *ids)))
        await agendas.remove(turn.tx, turn.chat, session_id)
        toast = say.text("Removed from your agenda.")
        session = programme.session(session_id)
        if session is None:
            return replace(await agenda_reply(turn, language), replaces=True, toast=toast)
        return replace(await schedule.card(turn, session, language), replaces=True, toast=toast)
    session = sessions.session_named(key, programme)
    if what == "ics":
        text = say.text("For the calendar of your phone or computer: “{title}”.", title=sessions.title_of(session, say))
        return Reply(text=text, attachment=file_of([session], turn.edition, say, turn.now, entries.key_of(session.id)))
    if what != "add" or session.cancelled:
        raise ButtonRefused(what)
    added = await agendas.add(turn.tx, turn.chat, session.id)
    own = chosen(await agendas.sessions(turn.tx, turn.chat), programme)
    notes = [clash_text(pair, say) for pair in clashes(own, programme) if session in pair]
    toast = say.text("Added to your agenda.") if added else say.text("It is in your agenda already.")
    if notes:
        toast = f"{toast} {notes[0]}"
    elif added and turn.delegate.reminder_minutes and _is_coming(session, turn):
        toast = f"{toast} {reminder_text(turn.delegate, say)}"
    return replace(await schedule.card(turn, session, language, "\n".join(notes)), replaces=True, toast=toast)


def _is_coming(session: Session, turn: Turn) -> bool:
    occurrences = (Occurrence(session, slot) for slot in session.slots)
    return any(one.slot.start > turn.now for one in occurrences)


COMMANDS: dict[str, Handler] = {"agenda": agenda, "reminders": reminders}
BUTTONS: dict[str, Handler] = {"a": press}
