"""What the handbook holds and in which order: the programme by day, then every published entry under its topic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.domain.knowledge import Entry, EntryKind
from bot.domain.programme import Occurrence, Programme

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
