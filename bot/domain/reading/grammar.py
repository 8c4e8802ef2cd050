"""The grammar of time and place: a question in Chinese, Russian or English becomes a reading, or None."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.programme import Programme
from bot.domain.reading import days, distances
from bot.domain.reading import times as clock_times
from bot.domain.reading.anchors import find_anchor
from bot.domain.reading.calendar import calendar_of
from bot.domain.reading.common_words import BUSES, PHRASES
from bot.domain.reading.cues import Cue, asks_whether_open, find_cues, find_hours, is_other_matter
from bot.domain.reading.finding import lookup
from bot.domain.reading.judging import Cues, content_of, doubt, hosts_sessions
from bot.domain.reading.model import Aspect, Reading, Relation, Window
from bot.domain.reading.names import Gazetteer, Name, Sort
from bot.domain.reading.naming import build
from bot.domain.reading.windows import Times, window_for
from bot.domain.reading.writing import Writing, has_han

_gazetteers: dict[int, tuple[weakref.ref[Programme], Gazetteer]] = {}
_MOST_CHARACTERS = 300


def gazetteer_of(programme: Programme) -> Gazetteer:
    """The names of a programme, built once for each programme object."""
    known = _gazetteers.get(id(programme))
    if known is not None and known[0]() is programme:
        return known[1]
    for key in [key for key, (reference, _) in list(_gazetteers.items()) if reference() is None]:
        _gazetteers.pop(key, None)
    built = build(programme)
    _gazetteers[id(programme)] = (weakref.ref(programme), built)
    return built


def read(
    text: str, programme: Programme, now: datetime, lemmatize: Callable[[str], str] | None = None
) -> Reading | None:
    """What a question asks of the programme; None when it says nothing of time, place or sessions.

    `lemmatize` may bring Cyrillic words to their dictionary form first; the grammar's own endings do without.
    """
    writing = Writing(text[:_MOST_CHARACTERS])
    if not writing.tokens or is_other_matter(writing.text):
        return None
    if lemmatize is not None:
        writing.relemmatize(lemmatize)
    return _Reader(writing, programme, now.astimezone(programme.zone)).read()


class _Reader:
    """One question being read."""

    def __init__(self, writing: Writing, programme: Programme, now: datetime) -> None:
        self.writing = writing
        self.programme = programme
        self.now = now
        self.gazetteer = gazetteer_of(programme)
        self.calendar = calendar_of(programme, now.date())

    def read(self) -> Reading | None:
        writing = self.writing
        times = Times()
        for mention in distances.find_parts(writing, by_lunch=True):
            times.add_part(mention)
        for found in PHRASES.finditer(writing.remaining):
            writing.cover(*found.span())
        hours = find_hours(writing)
        names = self._names()
        anchor, side = find_anchor(writing, names)
        names = [name for name in names if name is not anchor]
        for offset in distances.find_offsets(writing):
            times.offsets.append(offset)
        for day in days.find_days(writing, self.calendar):
            times.days.append(day)
        for mention in clock_times.find_clocks(writing):
            times.clocks.append(mention)
        for part in distances.find_parts(writing):
            times.add_part(part)
        times.read_bounds(writing)
        cues = find_cues(writing)
        if hours:
            cues.setdefault(Cue.WHEN, hours)
        names += self._hints(names, cues)
        names = self._without_verbs(names, cues)
        return self._compose(names, times, cues, anchor, side)

    # Names

    def _names(self) -> list[Name]:
        found = self.gazetteer.find(self.writing)
        for name in found:
            if name.sort is not Sort.OTHER:
                self.writing.cover(name.start, name.end)
        return found

    def _hints(self, names: list[Name], cues: Cues) -> list[Name]:
        """A distinctive word counts next to the word for a kind of session, or after "anything about"."""
        if any(name.sort in (Sort.SESSION, Sort.SPEAKER, Sort.TOPIC) for name in names):
            return []
        about_visits = any(token.text in BUSES for token in self.writing.tokens) or "大巴" in self.writing.text
        if not (about_visits or any(name.sort is Sort.KIND for name in names) or Cue.EVENT in cues or _ABOUT.search(self.writing.text)):
            return []
        hints = [
            hint
            for hint in self.gazetteer.find_hints(self.writing)
            if not any(hint.start < name.end and name.start < hint.end for name in names)
        ]
        sessions = {hint.ids for hint in hints}
        if len(sessions) != 1:
            return []
        for hint in hints:
            self.writing.cover(hint.start, hint.end)
        return hints

    def _without_verbs(self, names: list[Name], cues: Cues) -> list[Name]:
        """ "The opening of the exhibition" asks when the exhibition opens; the opening ceremony is not meant."""
        kept = []
        for place, name in enumerate(names):
            others = [other for other in names if other.sort in (Sort.SESSION, Sort.ROOM) and other is not name]
            aspect = _ASPECT_WORDS.get(name.text) if name.sort is Sort.SESSION else None
            if aspect and others:
                following = names[place + 1] if place + 1 < len(names) else None
                before = names[place - 1] if place else None
                gap = self.writing.text[name.end : following.start] if following else None
                back = self.writing.text[before.end : name.start] if before else None
                if (following in others and gap is not None and _OF.fullmatch(gap)) or (
                    has_han(name.text) and before in others and back in ("", "的")
                ):
                    cues.setdefault(aspect, (name.start, name.end))
                    continue
            kept.append(name)
        return kept

    # Putting it together

    def _compose(
        self, names: list[Name], times: Times, cues: Cues, anchor: Name | None,
        side: Relation | None,
    ) -> Reading | None:  # fmt: skip
        ids = {sort: _ids(names, sort) for sort in Sort}
        sessions = self._narrow(ids, {*ids[Sort.KIND], *(kind for name in names for kind in name.kind_said)})
        reading = Reading(
            Relation.DAY,
            sessions=sessions,
            rooms=ids[Sort.ROOM],
            venue=next(iter(ids[Sort.VENUE]), None),
            kinds=() if sessions else ids[Sort.KIND],
            topics=() if sessions else ids[Sort.TOPIC],
            speakers=ids[Sort.SPEAKER],
            loose=any(not name.exact for name in names),
            aspect=Aspect.END if Cue.END in cues else Aspect.START if Cue.START in cues else None,
        )
        if anchor is not None and side is Relation.BEFORE and Cue.LONG in cues:  # "how long until dinner": when it is tells that
            reading = replace(reading, sessions=self._meant(anchor), relation=Relation.WHEN_IS)
        elif anchor is not None:
            told_by = [self.programme.session(one) for one in self._meant(anchor)]
            directly = Cue.RIGHT_AFTER in cues or Cue.NEXT in cues
            reading = times.by_anchor(reading, told_by, side, self.now, self.calendar, directly)
        else:
            reading = self._relate(reading, times, cues)
        if reading is None:
            return None
        doubted = doubt(self.writing, self.programme, self.calendar, reading, names, times, cues)
        doubted += [(one.start, one.end) for one in names if one.sort is Sort.OTHER and not self._understood(one)]
        covered, leftover = content_of(self.writing, self.programme, self.gazetteer, reading, cues, doubted)
        asking = cues.keys() - {Cue.EVENT, Cue.START, Cue.END} - ({Cue.WHAT} if reading.sessions or reading.topics else set())
        explicit = bool(asking) or anchor is not None or bool(_ABOUT.search(self.writing.text))
        return replace(reading, explicit=explicit, covered=covered, leftover=leftover)

    def _meant(self, name: Name) -> tuple[str, ...]:
        """The sessions that a name or the word for a kind stands for."""
        if name.sort is Sort.KIND:
            return tuple(one.id for one in self.programme.sessions if one.kind in name.ids)
        return name.ids

    def _understood(self, name: Name) -> bool:
        """Whether a term of the glossary is a word of the grammar anyway: "schedule"."""
        return self.writing.is_covered(name.start, name.end)

    def _narrow(self, ids: dict[Sort, tuple[str, ...]], kinds: set[str]) -> tuple[str, ...]:
        """Sessions named; a kind or a room said with an ambiguous name picks among them."""
        sessions = ids[Sort.SESSION]
        found = [self.programme.session(one) for one in sessions]
        if len(found) > 1 and kinds:
            fitting = tuple(one.id for one in found if one.kind in kinds)
            return fitting or sessions
        return sessions

    def _relate(self, reading: Reading, times: Times, cues: Cues) -> Reading | None:
        if reading.sessions and Cue.REMAINING in cues:
            cues.setdefault(Cue.STILL, cues.pop(Cue.REMAINING))
        window, moment, relation = window_for(
            times, self.now, self.calendar, self.programme, remaining=Cue.REMAINING in cues, whole=Cue.WHOLE in cues,
            busy=self._busy(reading) if reading.named or reading.rooms else None,
        )  # fmt: skip
        reading = replace(reading, window=window, moment=moment, relation=relation or Relation.DAY)
        named, timed = reading.named, relation is not None
        if Cue.LONG in cues:
            return replace(reading, relation=Relation.HOW_LONG)
        if Cue.NEXT in cues and Cue.WHEN not in cues and not (timed and moment):
            origin = max(self.now, window.start) if window else self.now
            return replace(reading, relation=Relation.NEXT, moment=origin)
        if Cue.NEXT in cues and named:
            return replace(reading, relation=Relation.NEXT, moment=max(self.now, window.start) if window else self.now)
        if Cue.FIRST in cues:
            return replace(reading, relation=Relation.FIRST)
        if Cue.LAST in cues:
            return replace(reading, relation=Relation.LAST)
        if Cue.WHEN in cues and not named and window and Cue.END in cues:
            return replace(reading, relation=Relation.LAST)
        if Cue.WHEN in cues and not named and window and Cue.START in cues:
            return replace(reading, relation=Relation.FIRST)
        if Cue.NOW in cues and Cue.WHEN not in cues and relation not in (Relation.AT, Relation.AFTER, Relation.BEFORE):
            if Cue.WHERE in cues and reading.sessions and not timed:
                return replace(reading, relation=Relation.WHERE_IS)
            return replace(reading, relation=Relation.NOW, moment=self.now, window=None)
        if Cue.WHEN in cues and not (timed and moment):
            return replace(reading, relation=Relation.WHEN_IS)
        if Cue.WHERE in cues and (named or reading.rooms or reading.venue or not timed):
            if reading.rooms and timed and not reading.named:
                return reading
            return replace(reading, relation=Relation.WHERE_IS)
        whether_open = Cue.STILL in cues or asks_whether_open(self.writing.text)
        if whether_open and reading.sessions and not timed and Cue.WHEN not in cues:
            return replace(reading, relation=Relation.NOW, moment=self.now)
        if timed:
            starting = Cue.START in cues and relation is Relation.AT and not reading.sessions
            return replace(reading, starting=starting)
        if reading.named:
            return replace(reading, relation=Relation.WHEN_IS)
        if reading.rooms:
            return replace(reading, relation=Relation.WHAT_IN_ROOM if hosts_sessions(self.programme, reading.rooms) else Relation.WHERE_IS)
        return None

    def _busy(self, reading: Reading) -> Callable[[Window], bool]:
        """Whether something of what is asked for is on in a stretch of time."""
        return lambda window: bool(
            lookup(replace(reading, relation=Relation.BETWEEN, window=window), self.programme, self.now).occurrences
        )

def _ids(names: list[Name], sort: Sort) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for name in names if name.sort is sort for one in name.ids))


_ABOUT = re.compile(
    r"(?<![a-zа-я])(?:about|on the|session on|anything on|regarding|про|по|о|об|обо|посвящ\w+"
    r"|связан\w+)(?![a-zа-я])|关于|有关|相关|方面"
)
_OF = re.compile(r" (?:of )?(?:the )?")
_ASPECT_WORDS = {
    **dict.fromkeys(("opening", "открытие", "открытия", "открытии", "开幕"), Cue.START),
    **dict.fromkeys(("closing", "закрытие", "закрытия", "закрытии", "闭幕"), Cue.END),
}
