"""What the handbook holds and in which order: the programme by day, then every published entry under its topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.knowledge import Entry, EntryKind
from bot.domain.language import Language
from bot.domain.programme import Occurrence, Programme, Room
from bot.encoder.analysis import simplified

_KINDS = [EntryKind.VENUE, EntryKind.PROSE, EntryKind.SESSION]


@dataclass(frozen=True)
class Contents:
    """The handbook's order; every entry that may be told now or later stands in exactly one topic."""

    days: Sequence[tuple[date, Sequence[Occurrence]]]
    topics: Sequence[tuple[str, Sequence[Entry]]]

    @property
    def entries(self) -> list[Entry]:
        """All entries, as they follow one another."""
        return [entry for _, found in self.topics for entry in found]


def contents(
    entries: Mapping[str, Entry], programme: Programme, topics: Mapping[str, tuple[str, ...]], now: datetime
) -> Contents:
    """The contents at `now`; `topics` are the sections under each topic, none meaning all other sections."""
    lasting = [entry for entry in entries.values() if entry.valid_until is None or now < entry.valid_until]
    topic_of = {section: topic for topic, sections in topics.items() for section in sections}
    rest = next((topic for topic, sections in topics.items() if not sections), "")
    starts = {session.id: min(session.slots).start for session in programme.sessions if session.slots}
    found: dict[str, list[Entry]] = {topic: [] for topic in topics}
    for entry in lasting:
        found.setdefault(topic_of.get(entry.section, rest), []).append(entry)

    def order(entry: Entry) -> tuple[int, float, int]:
        # What has a time comes by its time, then buildings, then texts; otherwise as the organizers wrote it.
        if entry.id in starts:
            return (0, starts[entry.id].timestamp(), 0)
        return (1, 0.0, _KINDS.index(entry.kind))

    days: dict[date, list[Occurrence]] = {}
    for occurrence in programme.occurrences():
        days.setdefault(occurrence.slot.start.astimezone(programme.zone).date(), []).append(occurrence)
    return Contents(
        days=[(day, _parts_after_wholes(days[day])) for day in sorted(days)],
        topics=[(topic, sorted(own, key=order)) for topic, own in found.items() if own],
    )


def names_of(entry: Entry, programme: Programme, language: Language) -> list[str]:
    """What an entry is called besides its title: its titles in other languages, what people call it, its rooms."""
    found = [other.title for spoken, other in entry.renderings.items() if spoken is not language]
    for session in (one for one in programme.sessions if one.id == entry.id):
        found += session.aliases.get(language, ())
        if room := programme.room(session.room_id):
            found += _room_names(room, language)
    for venue in (one for one in programme.venues if one.id == entry.id):
        found += venue.aliases.get(language, ())
        for room in venue.rooms:
            found += _room_names(room, language)
    return list(dict.fromkeys(found))


def _room_names(room: Room, language: Language) -> list[str]:
    return [room.name.show(language)[0], *room.aliases.get(language, ())]


def traditional_of(text: str) -> str:
    """Each Traditional character beside the Simplified one of the text that it stands for: 會会鐵铁."""
    known = set(text)
    characters = [chr(code) for code in range(0x4E00, 0xA000)]
    pairs = zip(characters, simplified(" ".join(characters)).split(" "), strict=True)
    return "".join(old + new for old, new in pairs if old != new and new in known)


def _parts_after_wholes(occurrences: Sequence[Occurrence]) -> list[Occurrence]:
    """By start, but each part right after what it belongs to."""
    here = {one.session.id for one in occurrences}
    parts: dict[str, list[Occurrence]] = {}
    for one in occurrences:
        if one.session.part_of in here:
            parts.setdefault(one.session.part_of, []).append(one)
    ordered: list[Occurrence] = []
    for one in occurrences:
        if one.session.part_of not in here:
            ordered += [one, *parts.pop(one.session.id, ())]
    return ordered
