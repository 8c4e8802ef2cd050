"""Checks that Chinese, Russian and English say the same: every contradiction with files, lines and values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.domain.knowledge import Entry, EntryKind, Problem, Severity
from bot.domain.language import Language, Localized, fold
from bot.domain.parity import reading, rooms, schedule, wording
from bot.domain.parity.comparison import Contradiction, Missing, compare
from bot.domain.parity.names import Lexicon, Name
from bot.domain.parity.values import Kind, Value
from bot.domain.programme import Programme
from bot.domain.sentence import Sentence
from bot.services.file_places import Places
from bot.stores.knowledge_files import Knowledge

GLOSSARY_KINDS = {
    "person": Kind.PERSON, "country": Kind.COUNTRY, "institution": Kind.INSTITUTION, "place": Kind.PLACE,
}  # fmt: skip
KIND_NAMES = {
    Kind.NUMBER: Sentence("number"), Kind.DATE: Sentence("date"), Kind.WEEKDAY: Sentence("weekday"),
    Kind.TIME: Sentence("time"), Kind.ROOM: Sentence("room"), Kind.LEVEL: Sentence("level"),
    Kind.EXIT: Sentence("exit"), Kind.PHONE: Sentence("phone number"), Kind.LINK: Sentence("link"),
    Kind.CODE: Sentence("code"), Kind.COUNTRY: Sentence("country"), Kind.PERSON: Sentence("person"),
    Kind.INSTITUTION: Sentence("institution"), Kind.PLACE: Sentence("place"),
}  # fmt: skip
AMBIENT_SHARE = 0.1
"""A name in more than this share of the entries (China, Tianjin, the SCO) is left unsaid too often to be compared."""
LENGTH = "length"
"""What a list of silenced values calls the length of sentences."""
_SILENCE = re.compile(r"(.+?)(?:: +|(?<!\d)： *|： *(?!\d))(\S.*)", re.DOTALL)
"""A value and the reason to pass it over, with a colon of either script; 15:30 and 15：30 hold one of their own."""


@dataclass
class Piece:
    """One text in up to three languages, with what of it is to be passed over."""

    entry_id: str
    texts: Mapping[Language, str]
    silenced: Silences
    readings: dict[Language, tuple[Value, ...]] = field(default_factory=dict)


@dataclass
class Silences:
    """The values of an entry that its files tell us to pass over, each with its reason; and which were needed."""

    reasons: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def covers(self, *names: str) -> bool:
        """Whether one of these is to be passed over."""
        hits = {key for name in names if (key := fold(name)) in self.reasons}
        self.used |= hits
        return bool(hits)


def check(knowledge: Knowledge) -> tuple[Problem, ...]:
    """Every problem of parity and wording in what was read, sorted by file and line."""
    return tuple(sorted(dict.fromkeys(_Check(knowledge).problems())))


def checked(knowledge: Knowledge) -> Knowledge:
    """The same knowledge with the problems of parity among its problems."""
    return replace(knowledge, problems=tuple(sorted({*knowledge.problems, *check(knowledge)})))


class _Check:
    """One pass over one state of the knowledge."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._entries = {entry.id: entry for entry in knowledge.entries}
        self._places = Places(knowledge)
        self._silences: dict[str, Silences] = {}

    def problems(self) -> Iterator[Problem]:
        yield from self._read_silences()
        pieces = [
            Piece(entry_id, texts, self._silences.get(entry_id, Silences()))
            for entry_id, texts in _pieces(self._knowledge)
        ]
        lexicon = lexicon_of(self._knowledge.programme, (piece.texts for piece in pieces))
        for piece in pieces:
            piece.readings = {language: reading.read(text, language, lexicon) for language, text in piece.texts.items()}
            contradictions, missing = compare(piece.readings, self._silenced(piece))
            yield from (self._contradicted(piece, one) for one in contradictions)
            yield from (self._missed(piece, one) for one in missing)
            yield from self._odd(piece)
        yield from self._against_programme(lexicon)
        yield from self._uneven()
        yield from self._unneeded()

    def _silenced(self, piece: Piece) -> set[tuple[Kind, Any]]:
        """What is to be passed over: a value that is silenced by one of its spellings is so in every language."""
        return {
            (value.kind, value.key)
            for values in piece.readings.values() for value in values
            if piece.silenced.covers(*value.spellings)
        }  # fmt: skip

    def _read_silences(self) -> Iterator[Problem]:
        for entry_id, lines in self._knowledge.passed_over.items():
            silences = self._silences.setdefault(entry_id, Silences())
            for line in lines:
                if found := _SILENCE.fullmatch(line):
                    silences.reasons[fold(found.group(1))] = found.group(2).strip()
                else:
                    path, place = self._places.of_silence(self._entries[entry_id], line)
                    problem = Sentence("parity: '{text}' has no reason; write `value: reason`", text=line)
                    yield Problem(path, place, problem)

    def _unneeded(self) -> Iterator[Problem]:
        for entry_id, silences in self._silences.items():
            for value in silences.reasons.keys() - silences.used:
                if entry_id in self._entries:
                    path, line = self._places.of_silence(self._entries[entry_id], value)
                    problem = Sentence("parity: '{text}' is not needed any more", text=value)
                    yield Problem(path, line, problem, Severity.WARNING)

    def _contradicted(self, piece: Piece, found: Contradiction) -> Problem:
        (first, own), *others = found.sides.items()
        path, line = self._at(piece, first, own[0])
        kind, (second, other), rest = KIND_NAMES[found.kind], others[0], others[1:]
        place = self._named(piece, second, other[0])
        if rest:
            third, further = rest[0]
            problem = Sentence(
                "{kind} {own} here, but {other} in {place} and {third} in {third_place}",
                kind=kind, own=_said(own), other=_said(other), place=place,
                third=_said(further), third_place=self._named(piece, third, further[0]),
            )  # fmt: skip
        else:
            problem = Sentence(
                "{kind} {own} here, but {other} in {place}",
                kind=kind, own=_said(own), other=_said(other), place=place,
            )  # fmt: skip
        return Problem(path, line, problem)

    def _missed(self, piece: Piece, found: Missing) -> Problem:
        path, line = self._at(piece, found.absent[0], None)
        holders = self._named(piece, found.present[0], found.value)
        kind, text = KIND_NAMES[found.value.kind], found.value.text
        problem = Sentence("{kind} {text} ({place}) does not stand here", kind=kind, text=text, place=holders)
        if more := tuple(self._at(piece, other, None)[0] for other in found.absent[1:]):
            problem = Sentence("{problem}, nor in {places}", problem=problem, places=more)
        return Problem(path, line, problem, Severity.WARNING, gap=True)

    def _odd(self, piece: Piece) -> Iterator[Problem]:
        for language, text in piece.texts.items():
            for oddity in wording.oddities(text, language):
                if not piece.silenced.covers(oddity.text):
                    path, line = self._places.of_text(self._entries[piece.entry_id], language, text, oddity.start)
                    yield Problem(path, line, oddity.problem, Severity.WARNING)

    def _uneven(self) -> Iterator[Problem]:
        bodies = {
            entry.id: {language: rendering.body for language, rendering in entry.renderings.items()}
            for entry in self._knowledge.entries
        }
        for entry_id, uneven in wording.uneven(bodies).items():
            if self._silences.get(entry_id, Silences()).covers(LENGTH):
                continue
            entry = self._entries[entry_id]
            for one in uneven:
                path, line = self._places.of_text(entry, one.language, one.sentence, 0)
                other_path, other_line = self._places.of_text(entry, one.other_language, one.other, 0)
                place, text = f"{other_path}:{other_line}", _shortened(one.sentence)
                problem = (
                    Sentence("a text {much} times longer than usual against {place}: {text}",
                             much=f"{one.factor:.1f}", place=place, text=text)
                    if one.factor > 1
                    else Sentence("a text {much} times shorter than usual against {place}: {text}",
                                  much=f"{1 / one.factor:.1f}", place=place, text=text)
                )  # fmt: skip
                yield Problem(path, line, problem, Severity.WARNING)

    def _against_programme(self, lexicon: Lexicon) -> Iterator[Problem]:
        programme = self._knowledge.programme
        for session in programme.sessions:
            if (entry := self._entries.get(session.id)) is None:
                continue
            silenced = self._silences.get(session.id, Silences())
            room = programme.room(session.room_id)
            room_keys = _room_keys(room.name, lexicon) | {room.id} if room else None
            for language, rendering in entry.renderings.items():
                text = f"{rendering.title}\n{rendering.body}"
                values = reading.read(text, language, lexicon)
                for said, problem in schedule.deviations(session, values, programme.zone, room_keys):
                    if silenced.covers(*said.spellings):
                        continue
                    path, line = self._places.of_text(entry, language, text, said.start)
                    yield Problem(path, line, problem)

    def _at(self, piece: Piece, language: Language, value: Value | None) -> tuple[str, int]:
        entry = self._entries[piece.entry_id]
        return self._places.of_text(entry, language, piece.texts.get(language, ""), value.start if value else 0)

    def _named(self, piece: Piece, language: Language, value: Value) -> str:
        path, line = self._at(piece, language, value)
        return f"{path}:{line}"


def lexicon_of(programme: Programme, texts: Iterable[Mapping[Language, str]]) -> Lexicon:
    """The names of the glossary and the rooms, without those that stand in very many entries."""
    names = [*_glossary_names(programme), *_room_names(programme)]
    whole, every = Lexicon(names), list(texts)
    counts = Counter(
        value_id
        for piece in every
        for value_id in {value.key for text in piece.values() for value in whole.read(reading.Sheet(text))}
    )
    limit = max(AMBIENT_SHARE * len(every), 10)
    return Lexicon(name for name in names if counts[name.id] <= limit)


def _glossary_names(programme: Programme) -> Iterator[Name]:
    for term in programme.glossary:
        kind = GLOSSARY_KINDS.get(term.kind)
        if kind is None:
            continue
        names = [name for _, name in term.names.items()]
        aliases = [alias for several in term.aliases.values() for alias in several]
        vague = [alias for alias in aliases if _is_vague(alias, kind, names)]
        yield Name(term.id, kind, (*names, *(alias for alias in aliases if alias not in vague)), tuple(vague))


def _is_vague(alias: str, kind: Kind, names: Sequence[str]) -> bool:
    """Whether an alias may mean something else: «Secretariat» is anybody's, «the mayor of Tianjin» is a title."""
    if kind is Kind.PERSON:
        pieces = {piece for name in names for piece in re.findall(r"[㐀-鿿]|[^\W\d_㐀-鿿]{2,}", fold(name))}
        return not pieces & set(re.findall(r"[㐀-鿿]|[^\W\d_㐀-鿿]{2,}", fold(alias)))
    western = alias.isascii() or "Ѐ" <= alias[0] <= "ԯ"
    return kind in (Kind.INSTITUTION, Kind.PLACE) and western and " " not in alias


def _room_names(programme: Programme) -> Iterator[Name]:
    for room in programme.rooms():
        if not any(rooms.is_told_by_mark(name, language) for language, name in room.name.items()):
            aliases = tuple(alias for several in room.aliases.values() for alias in several)
            yield Name(room.id, Kind.ROOM, tuple(name for _, name in room.name.items()), aliases)


def _room_keys(name: Localized, lexicon: Lexicon) -> set[str]:
    found = (reading.read(text, language, lexicon) for language, text in name.items())
    return {value.key for values in found for value in values if value.kind is Kind.ROOM}


def _pieces(knowledge: Knowledge) -> Iterator[tuple[str, dict[Language, str]]]:
    """Everything with several renderings: entries, and the further texts of sessions, venues and rooms."""
    for entry in knowledge.entries:
        yield entry.id, _whole(entry)
    known = {entry.id for entry in knowledge.entries if entry.kind is not EntryKind.PROSE}
    for session in knowledge.programme.sessions:
        if session.registration and session.id in known:
            yield session.id, dict(session.registration.items())
    for venue in knowledge.programme.venues:
        if venue.id in known:
            texts: Sequence[Localized | None] = (venue.address, venue.step_free, *(room.way for room in venue.rooms))
            yield from ((venue.id, dict(text.items())) for text in texts if text)


def _whole(entry: Entry) -> dict[Language, str]:
    return {language: f"{rendering.title}\n{rendering.body}" for language, rendering in entry.renderings.items()}


def _said(values: Sequence[Value]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value.text for value in values))


def _shortened(sentence: str) -> str:
    return sentence if len(sentence) <= 60 else sentence[:59].rstrip() + "…"
