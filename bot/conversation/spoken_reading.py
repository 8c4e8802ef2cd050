"""What a schedule question was understood to ask, said in a few words, so that a wrong reading can be seen."""

from __future__ import annotations

from datetime import timedelta

from bot.conversation.sessions import text_of, title_of
from bot.domain.programme import Programme
from bot.domain.reading import PartOfDay, Reading, Relation, Window
from bot.i18n import Translator


def spoken(reading: Reading, programme: Programme, say: Translator) -> str:
    """Friday 11 July, afternoon · Hall B."""
    parts = [_time(reading, programme, say), *subjects(reading, programme, say)]
    if reading.relation is Relation.FIRST:
        parts.insert(0, say.label("reading", "first"))
    elif reading.relation is Relation.LAST:
        parts.insert(0, say.label("reading", "last"))
    return " · ".join(part for part in parts if part)


def heading(reading: Reading, programme: Programme, say: Translator) -> str:
    """The same with a colon: the first line of a list."""
    return say.text("{reading}:", reading=spoken(reading, programme, say) or say.label("reading", "the programme"))


def subjects(reading: Reading, programme: Programme, say: Translator) -> list[str]:
    """What was named: sessions, kinds, topics, speakers, rooms."""
    named = {person.id: person for person in programme.glossary}
    sessions = [session for one in reading.sessions if (session := programme.session(one))]
    rooms = [room for one in reading.rooms if (room := programme.room(one))]
    found = [say.list(title_of(session, say) for session in sessions)]
    found.append(say.list(kind_label(kind, say) for kind in reading.kinds))
    for ids in (reading.topics, reading.speakers):
        found.append(say.list(text_of(named[one].names, say) if one in named else one for one in ids))
    found.append(say.list(text_of(room.name, say) for room in rooms))
    if not rooms and reading.venue:
        found += [text_of(venue.title, say) for venue in programme.venues if venue.id == reading.venue]
    return [part for part in found if part]


def _time(reading: Reading, programme: Programme, say: Translator) -> str:
    if reading.relation is Relation.NOW and reading.moment:
        return say.text("now, {moment}", moment=say.moment(reading.moment))
    if reading.anchor and (session := programme.session(reading.anchor)):
        return _anchored(reading, title_of(session, say), say)
    if reading.relation is Relation.NEXT:
        if reading.window is not None:
            return say.text("next, {time}", time=_window(reading.window, reading.relation, say))
        return say.text("next after {time}", time=say.moment(reading.moment)) if reading.moment else ""
    if reading.window is not None:
        return _window(reading.window, reading.relation, say)
    return say.moment(reading.moment) if reading.moment else ""


def _anchored(reading: Reading, title: str, say: Translator) -> str:
    match reading.relation:
        case Relation.BEFORE:
            said = say.text("before “{title}”", title=title)
        case Relation.BETWEEN:
            said = say.text("during “{title}”", title=title)
        case Relation.NEXT:
            said = say.text("right after “{title}”", title=title)
        case _:
            said = say.text("after “{title}”", title=title)
    days = reading.window.days if reading.window else ()
    return say.text("{day}, {time}", day=say.day(days[0]), time=said) if len(days) == 1 else said


def _window(window: Window, relation: Relation, say: Translator) -> str:
    if window.whole:
        return say.label("reading", "the whole programme")
    days = _days(window, say)
    start, end = window.clock
    # "At 9" is told by the time alone; "at 9" and its one-minute window mean the same.
    if start is not None and end is not None:
        return say.text("{day}, {start}–{end}", day=days, start=f"{start:%H:%M}", end=f"{end:%H:%M}")
    if end is not None:
        return say.text("{day}, before {time}", day=days, time=f"{end:%H:%M}")
    if start is not None:
        if relation is Relation.AFTER:
            return say.text("{day}, after {time}", day=days, time=f"{start:%H:%M}")
        return say.text("{day}, {time}", day=days, time=f"{start:%H:%M}")
    if window.part is not None:
        return say.text("{day}, {part}", day=days, part=part_label(window.part, say))
    return days


def _days(window: Window, say: Translator) -> str:
    days = sorted(window.days) or [window.start.date()]
    if len(days) == 1:
        return say.day(days[0])
    if days[-1] - days[0] == timedelta(days=len(days) - 1) and len(days) > 2:
        return say.text("{start} – {end}", start=say.day(days[0]), end=say.day(days[-1]))
    return say.text("{start} and {end}", start=say.list(say.day(day) for day in days[:-1]), end=say.day(days[-1]))


def part_label(part: PartOfDay, say: Translator) -> str:
    """A part of a day."""
    match part:
        case PartOfDay.EARLY:
            return say.label("part of day", "early morning")
        case PartOfDay.MORNING:
            return say.label("part of day", "morning")
        case PartOfDay.BEFORE_LUNCH:
            return say.label("part of day", "before lunch")
        case PartOfDay.NOON:
            return say.label("part of day", "around noon")
        case PartOfDay.AFTERNOON:
            return say.label("part of day", "afternoon")
        case PartOfDay.DAYTIME:
            return say.label("part of day", "daytime")
        case PartOfDay.EVENING:
            return say.label("part of day", "evening")
        case _:
            return say.label("part of day", "night")


def kind_label(kind: str, say: Translator) -> str:
    """Sessions of one kind."""
    match kind:
        case "ceremony":
            return say.label("kind", "ceremonies")
        case "forum":
            return say.label("kind", "forum sessions")
        case "sub-forum":
            return say.label("kind", "sub-forums")
        case "visit":
            return say.label("kind", "site visits")
        case "meal":
            return say.label("kind", "meals")
        case "reception":
            return say.label("kind", "receptions")
        case "signing":
            return say.label("kind", "signings")
        case "exhibition":
            return say.label("kind", "exhibitions")
        case "desk":
            return say.label("kind", "desks")
        case _:
            return kind
