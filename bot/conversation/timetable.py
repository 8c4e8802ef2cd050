"""Answers from the programme: the reading first, then what is on, where, and what is over, next or called off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.conversation import entries, sessions
from bot.conversation.reply import Button, Reply
from bot.conversation.spoken_reading import heading, spoken
from bot.domain.edition import Edition
from bot.domain.programme import Occurrence, Programme, Room, Session
from bot.domain.question import ProgrammeAnswer
from bot.domain.reading import Aspect, Findings, Reading, Relation, lookup, rests_on
from bot.i18n import Translator
from bot.stores.database.exchanges import Exchange

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MOST_BUTTONS = 6
"""Sessions with a button of their own under an answer; the schedule has the rest."""


def show(answer: ProgrammeAnswer, edition: Edition, say: Translator, now: datetime) -> Reply:
    """The answer in one language, without buttons."""
    reading, findings = answer.reading, answer.findings
    if (room := _sought(reading, edition.programme)) is not None:
        return _way(room, edition, say)
    if (session := single(reading, edition.programme)) is not None:
        return _one(session, reading, findings, edition, say, now)
    text = "\n\n".join(part for part in _parts(reading, findings, edition.programme, say, now) if part)
    return Reply(
        title=_title(heading(reading, edition.programme, say), reading),
        text=text,
        small_print=sessions.small_print((one.session for one in told(answer)), edition, say),
    )


def told(answer: ProgrammeAnswer) -> list[Occurrence]:
    """Every occurrence that the answer shows."""
    findings = answer.findings
    also = findings.next if _adds_next(answer.reading, findings) else ()
    cancelled = [one for one in findings.cancelled if one not in findings.occurrences]
    return [*findings.occurrences, *cancelled, *also]


def told_ids(answer: ProgrammeAnswer, programme: Programme) -> tuple[str, ...]:
    """The entries the person now knows something of."""
    if answer.reading.seeks_room:
        return answer.entries
    named = single(answer.reading, programme)
    ids = [*(one.session.id for one in told(answer)), *([named.id] if named else [])]
    return tuple(dict.fromkeys(ids))


def rows(answer: ProgrammeAnswer, edition: Edition, say: Translator) -> list[tuple[Button, ...]]:
    """The buttons that lead on from an answer."""
    if (room := _sought(answer.reading, edition.programme)) is not None:
        data = f"v:pin:{entries.key_of(room.id)}:{say.language}"
        return [(Button(say.label("button", "📍 Show on the map"), data),)]
    named = single(answer.reading, edition.programme)
    if named is not None:
        label = say.label("button", "➕ Agenda, calendar, map")
        return [(Button(label, f"o:{entries.key_of(named.id)}:{say.language}"),)]
    found = {one.session.id: one.session for one in told(answer)}
    if not found or len(found) > MOST_BUTTONS:
        return [(Button(say.label("button", "📅 Schedule"), "m:schedule"),)]
    return sessions.card_buttons(found.values(), say, "o", MOST_BUTTONS)


def single(reading: Reading, programme: Programme) -> Session | None:
    """The one session a question is about, or None when it asks for a list."""
    # "The first part of the main forum" names one session and asks for others.
    if len(reading.sessions) != 1 or reading.anchor or reading.relation in (Relation.FIRST, Relation.LAST):
        return None
    return programme.session(reading.sessions[0])


def again(exchange: Exchange, edition: Edition) -> ProgrammeAnswer:
    """The answer of a kept exchange: the same reading at the same moment, in the programme as it is now."""
    reading = _readings().validate_python(exchange.reading)
    findings = lookup(reading, edition.programme, exchange.at)
    return ProgrammeAnswer(reading, findings, rests_on(reading, findings, edition.programme))


def kept(reading: Reading) -> dict[str, Any]:
    """A reading as JSON can carry it."""
    return _readings().dump_python(reading, mode="json")


@cache
def _readings() -> TypeAdapter[Reading]:
    from pydantic import TypeAdapter

    return TypeAdapter(Reading)


def _sought(reading: Reading, programme: Programme) -> Room | None:
    """The one room that a question only looks for."""
    return programme.room(reading.rooms[0]) if reading.seeks_room else None


def _way(room: Room, edition: Edition, say: Translator) -> Reply:
    """Where a room is."""
    below = [edition.entries[room.venue_id]] if room.venue_id in edition.entries else []
    return Reply(
        title=sessions.text_of(room.name, say),
        text=sessions.way_to(room, edition.programme, say),
        small_print=entries.small_print(below, edition, say),
    )


def _one(
    session: Session, reading: Reading, findings: Findings, edition: Edition, say: Translator, now: datetime
) -> Reply:
    """One session: when exactly, what is approved of it, and the way there."""
    programme = edition.programme
    found = [one for one in findings.occurrences if one.session.id == session.id]
    notes = []
    if not found:
        if (reading.window or reading.moment) and not session.cancelled:
            notes.append(say.text("Not at that time."))
        found = [Occurrence(session, slot) for slot in sorted(session.slots)]
    if session.cancelled:
        notes.append(say.text("❌ Cancelled."))
    times = "\n".join(_time(one, programme, say, now) for one in found)
    if reading.relation is Relation.HOW_LONG or reading.aspect is Aspect.END:
        notes += _lengths(found, reading, say)
    if not session.cancelled and all(sessions.state(one, programme, now) == "over" for one in found):
        notes.append(say.text("This is over."))
    room = programme.room(session.room_id)
    parts = ["\n".join(notes), times + ("\n" + sessions.way_to(room, programme, say) if room else "")]
    parts.append(_summary(session, edition, say))
    parts.append(sessions.text_of(session.registration, say))
    title = spoken(reading, programme, say) if reading.window is not None else sessions.title_of(session, say)
    text = "\n\n".join(part for part in parts if part)
    return Reply(title=_title(title, reading), text=text, small_print=sessions.small_print([session], edition, say))


def _time(one: Occurrence, programme: Programme, say: Translator, now: datetime) -> str:
    said = sessions.when(one.slot, say)
    how = sessions.state(one, programme, now)
    if how == "on":
        said = say.text("{title} (on now)", title=said)
    elif how == "over":
        said = say.text("{title} (over)", title=said)
    return f"🕘 {said}"


def _lengths(found: Iterable[Occurrence], reading: Reading, say: Translator) -> list[str]:
    lines = []
    for one in found:
        if one.slot.end is None:
            lines.append(say.text("The end is not set."))
        elif reading.relation is Relation.HOW_LONG:
            lines.append(say.text("It lasts {time}.", time=length(one, say)))
        else:
            lines.append(say.text("It ends at {time}.", time=say.time(one.slot.end)))
    return list(dict.fromkeys(lines))


def length(one: Occurrence, say: Translator) -> str:
    """How long an occurrence lasts, to the minute: 3 hours 30 minutes."""
    assert one.slot.end is not None
    hours, minutes = divmod(int((one.slot.end - one.slot.start).total_seconds()) // 60, 60)
    # Translators: in the accusative where it differs: "It lasts 1 minute".
    parts = [say.plural("{number} hour", "{number} hours", hours)] if hours else []
    parts += [say.plural("{number} minute", "{number} minutes", minutes)] if minutes or not hours else []
    return say.text("{hours} {minutes}", hours=parts[0], minutes=parts[1]) if len(parts) > 1 else parts[0]


def _summary(session: Session, edition: Edition, say: Translator) -> str:
    entry = edition.entries.get(session.id)
    return entry.shown_in(say.language)[0].body if entry is not None else sessions.text_of(session.summary, say)


def _adds_next(reading: Reading, findings: Findings) -> bool:
    """Whether the next start belongs to the answer although it was not asked for."""
    if not findings.next or reading.relation is Relation.NEXT:
        return False
    return not findings.occurrences or reading.relation is Relation.NOW


def _parts(reading: Reading, findings: Findings, programme: Programme, say: Translator, now: datetime) -> list[str]:
    """The paragraphs of a list."""
    parts = []
    about_now = reading.relation in (Relation.NOW, Relation.NEXT) and not (reading.window or reading.anchor)
    if findings.not_in_programme:
        return [say.text("The programme has nothing of this kind.")]
    if findings.before_event and (about_now or not findings.occurrences):
        parts.append(say.text("The forum has not begun yet."))
    if findings.after_event and (about_now or not findings.occurrences):
        parts.append(say.text("The forum is over."))
    shown = list(findings.occurrences)
    cancelled = [one for one in findings.cancelled if one not in shown]
    if shown:
        days = sessions.several_days(shown, programme) or _another_day(reading, shown, programme)
        alone = len(reading.rooms) == 1
        parts.append(sessions.listing(shown, programme, say, now, days=days, room=not alone))
    elif findings.after_event and about_now:
        parts.append(say.text("The schedule still shows what took place."))
    elif reading.relation is Relation.NEXT:
        parts.append(say.text("Nothing more follows."))
    else:
        parts.append(say.text("Nothing is on at that time."))
    if findings.is_over and len(shown) > 1:
        parts.append(say.text("All of this is over."))
    parts.append("\n".join(sessions.line(one, programme, say, "cancelled", day=True) for one in cancelled))
    if _adds_next(reading, findings):
        coming = "\n".join(sessions.line(one, programme, say, day=True) for one in findings.next)
        parts.append(say.text("Next:") + "\n" + coming)
    elif not shown and findings.nearest_day is not None:
        parts.append(say.text("The nearest day with something on: {day}.", day=say.day(findings.nearest_day)))
    return parts


def _another_day(reading: Reading, shown: list[Occurrence], programme: Programme) -> bool:
    """Whether the heading does not tell on which day the list is."""
    day = sessions.day_of(shown[0].slot, programme)
    if reading.window is not None and not reading.window.whole:
        return reading.window.days != (day,)
    return reading.moment is None or reading.moment.astimezone(programme.zone).date() != day


def _title(text: str, reading: Reading) -> str:
    """A heading begins with a capital letter, except for a date, which is written as dates are."""
    dated = reading.window is not None and reading.relation not in (Relation.NEXT, Relation.FIRST, Relation.LAST)
    return text if dated and not reading.window.whole else text[:1].upper() + text[1:]
