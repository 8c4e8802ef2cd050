"""What of a question was understood and what was not: the words left over, and doubts about a reading."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.programme import Programme
from bot.domain.reading.common_words import BUSES, COUNTS, EATING, MODALS, SPEAKING, han_content, is_common
from bot.domain.reading.cues import SESSION_NOUN, Cue, content_asked
from bot.domain.reading.days import Calendar
from bot.domain.reading.model import Reading, Relation
from bot.domain.reading.names import Gazetteer, Name, Sort, is_own
from bot.domain.reading.windows import Times
from bot.domain.reading.writing import Writing, has_han

Span = tuple[int, int]
Cues = dict[Cue, Span]


def hosts_sessions(programme: Programme, rooms: Iterable[str]) -> bool:
    """Whether sessions take place in any of these rooms."""
    used = {session.room_id for session in programme.sessions}
    return any(room in used for room in rooms)


def doubt(
    writing: Writing, programme: Programme, calendar: Calendar, reading: Reading, names: list[Name], times: Times,
    cues: Cues,
) -> list[Span]:  # fmt: skip
    """What does not fit the rest of the reading: it is left over for others to judge."""
    doubted: list[Span] = []
    sessions = [programme.session(one) for one in reading.sessions]
    for name in names:
        said = name.ids if name.sort is Sort.KIND else name.kind_said
        if sessions and said and not any(one.kind in said for one in sessions):
            doubted.append((name.start, name.end))
    if len(sessions) == 1 and reading.relation in (Relation.FIRST, Relation.LAST):
        has_parts = any(one.part_of == sessions[0].id for one in programme.sessions)
        if len(sessions[0].slots) == 1 and not has_parts:
            doubted.append(cues[Cue.FIRST if reading.relation is Relation.FIRST else Cue.LAST])
    doubted += _doubt_the_subject(writing, reading, cues)
    if reading.relation is Relation.AT and Cue.WHEN in cues and not reading.named and Cue.WHAT not in cues:
        doubted.append(cues[Cue.WHEN])
    if reading.relation is Relation.NEXT and any(one.relation is Relation.AT for one in times.clocks):
        doubted.append(cues[Cue.NEXT])
    asks_what_is_on = reading.relation is not Relation.WHERE_IS
    if reading.rooms and not reading.named and asks_what_is_on and not hosts_sessions(programme, reading.rooms):
        for name in names:
            if name.sort is Sort.ROOM:
                doubted.append((name.start, name.end))
    for day in times.days:
        if not any(calendar.is_close(one) or abs((one - calendar.today).days) <= 7 for one in day.days):
            doubted.append((day.start, day.end))
    return doubted


def _doubt_the_subject(writing: Writing, reading: Reading, cues: Cues) -> list[Span]:
    """Questions that say when or which, but of something the programme may not hold."""
    named = bool(reading.named or reading.rooms or reading.anchor)
    doubtful: list[Cue] = []
    if reading.relation in (Relation.FIRST, Relation.LAST, Relation.NEXT) and not named and reading.window is None:
        told = SESSION_NOUN.search(writing.text) or (reading.relation is Relation.NEXT and (Cue.WHAT in cues or "what" in writing.text))
        doubtful += [] if told else [Cue.FIRST, Cue.LAST, Cue.NEXT]
    if not named and not cues.keys() & {Cue.WHAT, Cue.WHEN, Cue.WHOLE}:
        doubtful += [Cue.START, Cue.END]
    if Cue.WHERE in cues and not named and reading.relation is not Relation.NOW and Cue.WHAT not in cues:
        doubtful.append(Cue.WHERE)
    if Cue.WHERE in cues and Cue.WHOLE in cues:
        doubtful.append(Cue.WHOLE)
    spans = [cues[cue] for cue in doubtful if cue in cues]
    content = content_asked(writing.text) if reading.sessions or reading.kinds else None
    return [*spans, content] if content else spans


def content_of(
    writing: Writing, programme: Programme, gazetteer: Gazetteer, reading: Reading, cues: Cues, doubted: list[Span]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The content words that were understood, and those that were not."""
    if Cue.EVENT in cues and reading.window is None and not reading.named and reading.relation in (
        Relation.WHEN_IS, Relation.WHERE_IS, Relation.HOW_LONG, Relation.DAY,
    ):  # fmt: skip
        doubted = [*doubted, cues[Cue.EVENT]]
    covered: list[str] = []
    leftover: list[str] = []
    kinds = {*reading.kinds, *(programme.session(one).kind for one in reading.sessions)}
    idle = set(BUSES if "visit" in kinds else ()) | set(EATING if kinds & {"meal", "reception"} else ())
    if reading.sessions and cues.keys() & {Cue.WHEN, Cue.WHERE, Cue.NOW}:
        idle |= MODALS
    if reading.kinds:
        idle |= COUNTS
    if not kinds and (reading.rooms or reading.window is not None):
        idle |= SPEAKING
    for start, end in sorted(set(doubted)):
        writing.uncover(start, end)
    apart = {number for start, end in doubted for number in range(start, end)}
    for token in writing.tokens:
        if has_han(token.text):
            _han_content(writing, token.start, token.end, covered, leftover)
        elif token.start in apart:
            continue
        elif writing.is_covered(token.start, token.end):
            covered.append(token.text)
        elif not is_common(token.text) and token.text not in idle:
            leftover.append(token.text)
    rest = [one for one in leftover if one not in idle and not is_own(gazetteer, reading.sessions, one)]
    apart_words = [writing.text[start:end].strip() for start, end in sorted(set(doubted))]
    rest += [one for one in apart_words if one not in idle]
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
