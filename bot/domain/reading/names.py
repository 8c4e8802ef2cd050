"""Names in a question: sessions, rooms, the venue, kinds, topics and speakers, in any of their forms."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.reading.forms import stem
from bot.domain.reading.spellings import spellings
from bot.domain.reading.writing import Token, Writing, has_han, words


class Sort(StrEnum):
    """What a name stands for."""

    SESSION = "session"
    ROOM = "room"
    KIND = "kind"
    TOPIC = "topic"
    SPEAKER = "speaker"
    VENUE = "venue"
    OTHER = "other"
    """A term of the glossary that no session is about: it is left for others to answer."""


_ORDER = list(Sort)
# Words inside a name that people leave out or put in.
_LOOSE = frozenset(stem(word) for word in "the of for a an по для номер number no и and у о об".split())
_SINGLE = str.maketrans("авсбекмнорт", "abcbekmhopt")
_RISKY_LETTER = frozenset("авс")
# Forms of verbs that look like names: "открыта" is not "открытие".
_VERBS = frozenset("открыт открыта открыто открыты закрыт закрыта закрыто закрыты открытое подписан подписано подписана подписаны stand".split())
# After "зал в" these words show that the letter was the name and not a preposition.
_AFTER_LETTER = frozenset(
    "завтра сегодня послезавтра сейчас будет идет идёт идут потом дальше после до перед во в на что когда утром днем "
    "днём вечером и или начинается проходит происходит следующее следующая следующий там с".split()
)
_NUMERALS = frozenset("0123456789一二三四五六七八九十")


@dataclass(frozen=True)
class Name:
    """A stretch of the question that names something."""

    sort: Sort
    ids: tuple[str, ...]
    start: int
    end: int
    text: str
    exact: bool = True
    kind_said: tuple[str, ...] = ()
    """The kinds that a word right next to the name means."""


@dataclass
class Gazetteer:
    """All names of one programme, ready for look-up."""

    stems: dict[tuple[str, ...], dict[Sort, list[str]]] = field(default_factory=dict)
    han: dict[str, dict[Sort, list[str]]] = field(default_factory=dict)
    hints: dict[str, list[str]] = field(default_factory=dict)
    """Distinctive stems: words of a session's names that no other session has."""
    han_hints: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    """By session: all stems of its names; said next to the name they add nothing."""
    own_han: dict[str, str] = field(default_factory=dict)
    longest: int = 1
    longest_han: int = 1

    def add(self, name: str, sort: Sort, entity: str) -> None:
        """Put one name in, with the spellings it is met in."""
        for part in spellings(name):
            if has_han(part):
                key = part.replace(" ", "")
                self._put(self.han, key, sort, entity)
                self.longest_han = max(self.longest_han, len(key))
            elif key := stems_of(words(part)):
                self._put(self.stems, key, sort, entity)
                self.longest = max(self.longest, len(key))

    @staticmethod
    def _put(table: dict, key: object, sort: Sort, entity: str) -> None:
        known = table.setdefault(key, {}).setdefault(sort, [])
        if entity not in known:
            known.append(entity)

    def find(self, writing: Writing) -> list[Name]:
        """The names in a text, longest first and none inside another."""
        candidates = [*self._find_han(writing), *self._find_stems(writing)]
        candidates.sort(key=lambda name: (name.start - name.end, _rank(name), name.start))
        taken: list[Name] = []
        for name in candidates:
            if all(name.end <= other.start or name.start >= other.end for other in taken):
                taken.append(name)
        return merged(writing, sorted(taken, key=lambda name: name.start))

    def _find_han(self, writing: Writing) -> Iterator[Name]:
        text = writing.remaining
        if not has_han(text):
            return
        for start in range(len(text)):
            if start and text[start] in _NUMERALS and text[start - 1] in _NUMERALS:
                continue
            for length in range(min(self.longest_han, len(text) - start), 0, -1):
                meanings = self.han.get(text[start : start + length])
                if meanings:
                    for sort, ids in meanings.items():
                        yield Name(sort, tuple(ids), start, start + length, text[start : start + length])
                    break

    def _find_stems(self, writing: Writing) -> Iterator[Name]:
        tokens = [token for token in writing.tokens if not writing.is_covered(token.start, token.end)]
        kept = [token for token in tokens if token.stem not in _LOOSE or token.raw == "A" or _is_letter(token)]
        keys = [key_of(token) for token in kept]
        for first in range(len(kept)):
            for last in range(min(len(kept), first + self.longest), first, -1):
                meanings = self.stems.get(tuple(keys[first:last]))
                if last - first == 1 and kept[first].text in _VERBS:
                    continue
                if not meanings or not _together(writing, kept[first:last]):
                    continue
                if _is_preposition(writing, kept, first, last):
                    continue
                start, end = kept[first].start, kept[last - 1].end
                for sort, ids in meanings.items():
                    yield Name(sort, tuple(ids), start, end, writing.text[start:end])

    def find_hints(self, writing: Writing) -> Iterator[Name]:
        """Words that only one session has in its names."""
        text = writing.remaining
        for token in writing.tokens:
            if not writing.is_covered(token.start, token.end) and token.stem in self.hints:
                yield Name(Sort.SESSION, tuple(self.hints[token.stem]), token.start, token.end, token.text, exact=False)
        for key, ids in self.han_hints.items():
            start = text.find(key)
            if start >= 0:
                yield Name(Sort.SESSION, tuple(ids), start, start + len(key), key, exact=False)


def _rank(name: Name) -> int:
    """Which of two readings of the same words is taken; a plural means the kind ("ceremonies")."""
    if name.sort is Sort.KIND and name.text.isascii() and name.text.endswith("s"):
        return -1
    return _ORDER.index(name.sort)


def merged(writing: Writing, names: list[Name]) -> list[Name]:
    """A session and the word for a kind right next to it are one name: 天津港 + 参观."""
    found: list[Name] = []
    for name in names:
        last = found[-1] if found else None
        if last is not None and {last.sort, name.sort} == {Sort.SESSION, Sort.KIND}:
            gap = writing.text[last.end : name.start]
            session = last if last.sort is Sort.SESSION else name
            if gap == "" or (gap == " " and last is session):
                found[-1] = replace(session, start=last.start, end=name.end, kind_said=(name if session is last else last).ids)
                continue
        found.append(name)
    return found


def key_of(token: Token) -> str:
    """The stem of a word; the letter of a hall is the same letter in both alphabets."""
    return token.text.translate(_SINGLE) if len(token.text) == 1 and not token.text.isdigit() else token.stem


def stems_of(tokens: Iterable[Token]) -> tuple[str, ...]:
    """The look-up key of a name."""
    tokens = list(tokens)
    return tuple(key_of(one) for one in tokens if one.stem not in _LOOSE or len(one.text) == 1) or tuple(
        key_of(one) for one in tokens
    )


def _is_letter(token: Token) -> bool:
    return len(token.text) == 1 and token.text in "aавсbc"


def _together(writing: Writing, tokens: list[Token]) -> bool:
    gaps = writing.text[tokens[0].start : tokens[-1].end]
    return not re.search(r"[,;?!]|\. ", gaps) and not writing.is_covered(tokens[0].start, tokens[-1].end)


def _is_preposition(writing: Writing, kept: list[Token], first: int, last: int) -> bool:
    """Whether a letter in a would-be name is a preposition: "в зале", "в зале в пятницу"."""
    head, final = kept[first], kept[last - 1]
    if len(head.text) == 1 and head.text.isalpha() and last - first >= 2:
        gap = writing.text[head.end : kept[first + 1].start]
        if gap != "-" and (gap != " " or head.text in _RISKY_LETTER):
            return True
    if final.text not in _RISKY_LETTER or last - first < 2:
        return False
    after = writing.text[final.end : final.end + 1]
    following = next((token for token in writing.tokens if token.start >= final.end), None)
    if following is None or after not in (" ", ""):
        return False
    if final.raw.isupper() and not writing.plain.isupper():
        return False
    return following.text not in _AFTER_LETTER


def is_own(gazetteer: Gazetteer, sessions: Iterable[str], word: str) -> bool:
    """Whether a word is part of the names of these sessions anyway."""
    if has_han(word):
        return any(word in gazetteer.own_han[one] for one in sessions)
    return any(stem(word) in gazetteer.own[one] for one in sessions)


