"""What can only be seen across files: ids, references, overlaps, days, and the same question twice."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import combinations
from typing import TypeVar

from bot.domain.knowledge import Entry, EntryKind
from bot.domain.language import fold
from bot.domain.programme import Person, Session, Slot, Venue
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files.fields import with_nearest
from bot.stores.knowledge_files.programme_files import Event, Found
from bot.stores.knowledge_files.sources import Report

SECTIONS = ("forum", "cooperation", "tianjin", "sco", "practical", "venues", "visits", "programme")
SHARING = {"visit", "desk", "exhibition", "reception"}
"""Kinds that may be in one room at the same time: a gate has two buses, a lobby two desks."""

Thing = TypeVar("Thing", Session, Venue, Person)

_NOT_WORDS = re.compile(r"[\W_]+")


def unique(found: Iterable[Found[Thing]], taken: dict[str, str]) -> list[Found[Thing]]:
    """Those whose id is new; `taken` maps ids to where they stand and grows."""
    kept = []
    for one in found:
        place = f"{one.report.path}:{one.fields.node.line}"
        if earlier := taken.get(one.item.id):
            problem = Sentence(
                "the id {id} is already taken in {place}; choose another one", id=one.item.id, place=earlier
            )
            one.error("id", problem)
        else:
            taken[one.item.id] = place
            kept.append(one)
    return kept


def check_rooms(venues: list[Found[Venue]]) -> None:
    """Room ids are unique in all venues and differ from the venues' own."""
    taken = {venue.item.id: f"{venue.report.path}:1" for venue in venues}
    for venue in venues:
        for room in venue.item.rooms:
            if room.id in taken:
                problem = Sentence("the room id {id} is already taken in {place}", id=room.id, place=taken[room.id])
                venue.error("rooms", problem)
            taken[room.id] = f"{venue.report.path}:{venue.fields.at('rooms').line}"


def check_references(
    sessions: list[Found[Session]],
    venues: list[Found[Venue]],
    terms: list[Found[Person]],
    event: Event,
    event_report: Report,
    unread: set[str],
) -> None:
    """Rooms, parents, speakers, topics and the event's venue exist.

    What refers to a file that could not be read (`unread`: venues, programme, glossary.yaml) is passed over,
    so that one slip does not bury itself under others.
    """
    rooms = {room.id for venue in venues for room in venue.item.rooms}
    ids = {session.item.id for session in sessions}
    people = {term.item.id for term in terms if term.item.kind == "person"}
    topics = {term.item.id for term in terms}
    venue_ids = {venue.item.id for venue in venues}
    known_rooms, known_terms = "venues" not in unread, "glossary.yaml" not in unread
    if known_rooms and event.venue and event.venue not in venue_ids:
        problem = Sentence("venue {id} is unknown", id=event.venue)
        event_report.error(1, with_nearest(problem, event.venue, venue_ids))
    parents = {session.item.id: session.item.part_of for session in sessions}
    for session in sessions:
        item = session.item
        if known_rooms and item.room_id and item.room_id not in rooms:
            problem = Sentence("room {id} is unknown", id=item.room_id)
            session.error("room", with_nearest(problem, item.room_id, rooms))
        if "programme" not in unread and item.part_of and item.part_of not in ids:
            problem = Sentence("part_of {id} is unknown", id=item.part_of)
            session.error("part_of", with_nearest(problem, item.part_of, ids))
        elif item.id in _ancestors(item.id, parents):
            session.error("part_of", Sentence("{id} is part of itself", id=item.id))
        for speaker in item.speakers:
            if known_terms and speaker not in people:
                problem = Sentence("speaker {id} is not a person in glossary.yaml", id=speaker)
                session.error("speakers", with_nearest(problem, speaker, people))
        for topic in item.topics:
            if topics and topic not in topics:
                problem = Sentence("topic {id} is not in glossary.yaml", id=topic)
                session.warning("topics", with_nearest(problem, topic, topics))
        if not item.slots:
            continue
        if len({slot.start for slot in item.slots}) < len(item.slots):
            session.error("slots", Sentence("two slots begin at the same time"))


def _ancestors(session_id: str, parents: dict[str, str | None]) -> set[str]:
    found: set[str] = set()
    current = parents.get(session_id)
    while current and current not in found:
        found.add(current)
        current = parents.get(current)
    return found


def check_days(sessions: list[Found[Session]], event: Event) -> None:
    """Sessions lie on the event's days, or between the day the doors open and the first of them."""
    if not event.days:
        return
    first, last = min(event.first_day_open or event.days[0], event.days[0]), event.days[-1]
    for session in sessions:
        for slot in session.item.slots:
            day = slot.start.astimezone(event.zone).date()
            allowed = day in event.days or first <= day < event.days[0]
            if not allowed or (slot.end and slot.end.astimezone(event.zone).date() > last + timedelta(days=1)):
                key = "slots" if session.fields.has("slots") else "start"
                problem = Sentence(
                    "{day} is outside the event ({first} to {last}, see event.yaml)", day=day, first=first, last=last
                )
                session.error(key, problem)


def check_overlaps(sessions: list[Found[Session]], event: Event) -> None:
    """One room holds one thing at a time, and one person speaks in one place at a time."""
    parents = {session.item.id: session.item.part_of for session in sessions}
    ancestors = {session_id: _ancestors(session_id, parents) for session_id in parents}
    going = [session for session in sessions if not session.item.cancelled]
    times = [(session, slot, _end(slot, event)) for session in going for slot in session.item.slots]
    times.sort(key=lambda one: (one[1].start, one[0].item.id))
    for (one, early, early_end), (other, late, _) in combinations(times, 2):
        if late.start >= early_end:
            continue
        mine, theirs = one.item, other.item
        related = mine.id in ancestors[theirs.id] or theirs.id in ancestors[mine.id]
        place = f"{one.report.path}:{one.fields.node.line}"
        if mine.room_id and mine.room_id == theirs.room_id and not related:
            both_share = mine.kind in SHARING and theirs.kind in SHARING and mine is not theirs
            if not both_share:
                problem = Sentence(
                    "{id} overlaps {other} ({place}) in {room}: {time} and {other_time}",
                    id=theirs.id, other=mine.id, place=place, room=mine.room_id,
                    time=_period(late), other_time=_period(early),
                )  # fmt: skip
                other.error("slots" if other.fields.has("slots") else "start", problem)
        shared = set(mine.speakers) & set(theirs.speakers)
        if mine is not theirs and not related and mine.room_id != theirs.room_id:
            for speaker in sorted(shared):
                problem = Sentence(
                    "{speaker} speaks at the same time in {session} ({place})",
                    speaker=speaker, session=mine.id, place=place,
                )  # fmt: skip
                other.error("speakers", problem)


def _end(slot: Slot, event: Event) -> datetime:
    if slot.end is not None:
        return slot.end
    day = slot.start.astimezone(event.zone).date()
    return datetime.combine(day + timedelta(days=1), time(0, 0), event.zone)


def _period(slot: Slot) -> str:
    return f"{slot.start:%m-%d %H:%M}-{slot.end:%H:%M}" if slot.end else f"{slot.start:%m-%d %H:%M}-"


def check_sections(entries: Iterable[Entry], reports: dict[str, Report]) -> None:
    """A section that the assistant does not know has no name in the menu."""
    for entry in entries:
        if entry.section not in SECTIONS and entry.renderings:
            rendering = next(iter(entry.renderings.values()))
            problem = Sentence("section {section} is not in the menu", section=entry.section)
            reports[rendering.path].warning(
                rendering.line if entry.kind is not EntryKind.PROSE else 1,
                with_nearest(problem, entry.section, SECTIONS),
            )


def _check_not_answered(
    entries: Sequence[Entry], askers: Mapping[tuple[str, str], Mapping[str, str]], reports: dict[str, Report]
) -> None:
    for entry in entries:
        for language, rendering in entry.renderings.items():
            for question in rendering.not_answered:
                answered = askers.get((language.value, _NOT_WORDS.sub(" ", fold(question)).strip()))
                if answered:
                    problem = Sentence(
                        "not_answered has a question that {entry} answers: {question}",
                        entry=next(iter(answered)), question=question,
                    )  # fmt: skip
                    reports[rendering.path].warning(rendering.line, problem)


def check_questions(entries: Iterable[Entry], reports: dict[str, Report]) -> None:
    """The same question under two entries helps neither; nor does one that is answered and not answered."""
    entries = list(entries)
    askers: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for entry in entries:
        for language, rendering in entry.renderings.items():
            for question in rendering.questions:
                key = (language.value, _NOT_WORDS.sub(" ", fold(question)).strip())
                askers[key].setdefault(entry.id, question)
    _check_not_answered(entries, askers, reports)
    for (language, words), found in askers.items():
        if len(found) < 2 or not words:
            continue
        first, *others = found
        for other in others:
            rendering = next(
                rendering for entry in entries if entry.id == other
                for own, rendering in entry.renderings.items() if own == language
            )  # fmt: skip
            problem = Sentence(
                "{entry} and {other} answer the same question: {question}",
                entry=other, other=first, question=found[other],
            )  # fmt: skip
            reports[rendering.path].warning(rendering.line, problem)
