"""What of a question was understood and what was not: the words left over, and doubts about a reading."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.programme import Programme
from bot.domain.reading.common_words import BUSES, COUNTS, EATING, MODALS, han_content, is_common
from bot.domain.reading.cues import Cue
from bot.domain.reading.days import Calendar
from bot.domain.reading.model import Reading, Relation
from bot.domain.reading.names import Gazetteer, Name, Sort, is_own
from bot.domain.reading.windows import Times
from bot.domain.reading.writing import Writing, has_han

Cues = dict[Cue, tuple[int, int]]


def hosts_sessions(programme: Programme, rooms: Iterable[str]) -> bool:
    """Whether sessions take place in any of these rooms."""
    used = {session.room_id for session in programme.sessions}
    return any(room in used for room in rooms)


def doubt(
    writing: Writing, programme: Programme, calendar: Calendar, reading: Reading, names: list[Name], times: Times,
    cues: Cues,
) -> None:  # fmt: skip
    """Take back what does not fit the rest of the reading: it is left over for others to judge."""
    sessions = [programme.session(one) for one in reading.sessions]
    for name in names:
        said = name.ids if name.sort is Sort.KIND else name.kind_said
        if sessions and said and not any(one.kind in said for one in sessions):
            writing.uncover(name.start, name.end)
    if len(sessions) == 1 and reading.relation in (Relation.FIRST, Relation.LAST):
        has_parts = any(one.part_of == sessions[0].id for one in programme.sessions)
        if len(sessions[0].slots) == 1 and not has_parts:
            writing.uncover(*cues[Cue.FIRST if reading.relation is Relation.FIRST else Cue.LAST])
    if reading.relation is Relation.AT and Cue.WHEN in cues and not reading.named and Cue.WHAT not in cues:
        writing.uncover(*cues[Cue.WHEN])
    if reading.relation is Relation.NEXT and any(one.relation is Relation.AT for one in times.clocks):
        writing.uncover(*cues[Cue.NEXT])
    if reading.rooms and not reading.named and not hosts_sessions(programme, reading.rooms):
        for name in names:
            if name.sort is Sort.ROOM:
                writing.uncover(name.start, name.end)
    for day in times.days:
        if not any(calendar.is_close(one) or abs((one - calendar.today).days) <= 7 for one in day.days):
            writing.uncover(day.start, day.end)


def content_of(
    writing: Writing, programme: Programme, gazetteer: Gazetteer, reading: Reading, cues: Cues, others: list[Name]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The content words that were understood, and those that were not."""
    if Cue.EVENT in cues and reading.window is None and not reading.named and reading.relation in (
        Relation.WHEN_IS, Relation.WHERE_IS, Relation.HOW_LONG, Relation.DAY,
    ):  # fmt: skip
        writing.uncover(*cues[Cue.EVENT])
    covered: list[str] = []
    leftover: list[str] = []
    kinds = {*reading.kinds, *(programme.session(one).kind for one in reading.sessions)}
    idle = set(BUSES if "visit" in kinds else ()) | set(EATING if kinds & {"meal", "reception"} else ())
    if reading.sessions and cues.keys() & {Cue.WHEN, Cue.WHERE, Cue.NOW}:
        idle |= MODALS
    if reading.kinds:
        idle |= COUNTS
    for name in others:
        if not writing.is_covered(name.start, name.end):
            writing.cover(name.start, name.end)
            leftover.append(name.text)
    for token in writing.tokens:
        if has_han(token.text):
            _han_content(writing, token.start, token.end, covered, leftover)
        elif writing.is_covered(token.start, token.end):
            if not any(name.start <= token.start < name.end for name in others):
                covered.append(token.text)
        elif not is_common(token.text) and token.text not in idle:
            leftover.append(token.text)
    said = {name.text for name in others}
    rest = [
        one
        for one in leftover
        if one not in idle and (one in said or not is_own(gazetteer, reading.sessions, one))
    ]
    return tuple(covered), tuple(rest)


def _han_content(writing: Writing, start: int, end: int, covered: list[str], leftover: list[str]) -> None:
    place = start
    while place < end:
        mark = writing.is_covered(place, place + 1)
        stop = place
        while stop < end and writing.is_covered(stop, stop + 1) == mark:
            stop += 1
        piece = writing.text[place:stop]
        if mark:
            covered.append(piece)
        else:
            leftover.extend(han_content(piece))
        place = stop
