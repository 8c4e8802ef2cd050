"""Names in a question: sessions, rooms, the venue, kinds, topics and speakers, in any of their forms."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.domain.language import Localized
from bot.domain.programme import Programme
from bot.domain.reading import kinds
from bot.domain.reading.forms import EN_ORDINALS, RU_ORDINALS, stem
from bot.domain.reading.writing import Token, Writing, has_han, lowered, tidy, words


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


_PRACTICAL = "travel"
"""The kind of glossary terms of daily life: food, money, transport."""
_ORDER = list(Sort)
# Words inside a name that people leave out or put in.
_LOOSE = frozenset(stem(word) for word in "the of for a an по для номер number no и and у о об".split())
_SINGLE = str.maketrans("авсбекмнорт", "abcbekmhopt")
_RISKY_LETTER = frozenset("авс")
# After "зал в" these words show that the letter was the name and not a preposition.
_VERBS = frozenset("открыт открыта открыто открыты закрыт закрыта закрыто закрыты stand".split())
_AFTER_LETTER = frozenset(
    "завтра сегодня послезавтра сейчас будет идет идёт идут потом дальше после до перед во в на что когда утром днем "
    "днём вечером и или начинается проходит происходит следующее следующая следующий там с".split()
)
_RU_ORDINAL_WORDS: dict[int, list[str]] = defaultdict(list)
for _word, _number in RU_ORDINALS.items():
    _RU_ORDINAL_WORDS[_number].append(_word)
_RU_NOMINATIVE = {
    1: ("первый", "первая", "первой", "первую", "один"), 2: ("второй", "вторая", "вторую", "два"),
    3: ("третий", "третья", "третьей", "третью", "три"), 4: ("четвертый", "четвертая", "четвертой", "четыре"),
}  # fmt: skip
_EN_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_NUMERALS = frozenset("0123456789一二三四五六七八九十")
_HAN_WORDS = "零一二三四五六七八九"
# "First session" asks for the first of all; "first sub-forum" is the name of one.
_NO_ORDINAL = frozenset(stem(word) for word in "session секция форум forum".split())


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


def spellings(name: str) -> Iterator[str]:
    """A name as written, without quotation marks, its parts, and numbers as words."""
    name = lowered(tidy(name))
    name = re.sub(r"[«»“”\"()·]", " ", name).strip()
    pieces = [name, *(piece.strip() for piece in re.split(r"[::,;、]| - ", name))]
    seen: set[str] = set()
    for piece in pieces:
        for spelling in (piece, *_number_spellings(piece), *_joined(piece)):
            spelling = re.sub(r"\s+", " ", spelling).strip()
            if spelling and spelling not in seen:
                seen.add(spelling)
                yield spelling


def _joined(name: str) -> Iterator[str]:
    if re.search(r"\w-\w", name) and not has_han(name):
        yield re.sub(r"(\w)-(\w)", r"\1\2", name)


def _number_spellings(name: str) -> Iterator[str]:
    found = re.fullmatch(r"(\D*?[^\d\s])\s*(?:№|номер|no\.?)?\s*([1-6])", name)
    if not found:
        return
    head, number = found[1], int(found[2])
    if has_han(head):
        yield f"{head}{_HAN_WORDS[number]}"
        yield f"第{_HAN_WORDS[number]}{head}"
        yield f"第{number}{head}"
        yield f"{_HAN_WORDS[number]}号{head}"
        yield f"{number}号{head}"
        return
    ordinals: list[str] = []
    if re.search("[а-я]", head):
        ordinals = [*_RU_NOMINATIVE.get(number, ()), *_RU_ORDINAL_WORDS[number], f"{number}-й", f"{number}-м", f"{number}-го",
                    f"{number}-я", f"{number}-е", f"{number}-ю"]  # fmt: skip
        yield from (f"{head} {_RU_NOMINATIVE[number][-1]}",) if number in _RU_NOMINATIVE else ()
    else:
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
        ordinals = [word for word, value in EN_ORDINALS.items() if value == number] + [f"{number}{suffix}"]
        yield f"{head} {_EN_WORDS[number]}"
    if stem(head.split()[-1]) not in _NO_ORDINAL:
        yield from (f"{ordinal} {head}" for ordinal in ordinals)


def names_of(names: Localized, aliases: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Every name of an entity in every language."""
    yield from (text for _, text in names.items())
    for alternatives in aliases.values():
        yield from alternatives


def build(programme: Programme) -> Gazetteer:
    """All names of a programme."""
    gazetteer = Gazetteer()
    topics = {topic for session in programme.sessions for topic in session.topics}
    for session in programme.sessions:
        gazetteer.add(session.id.replace("-", " "), Sort.SESSION, session.id)
        for name in names_of(session.title, session.aliases):
            gazetteer.add(name, Sort.SESSION, session.id)
    for venue in programme.venues:
        for name in names_of(venue.title, venue.aliases):
            gazetteer.add(name, Sort.VENUE, venue.id)
        for room in venue.rooms:
            for name in names_of(room.name, room.aliases):
                gazetteer.add(name, Sort.ROOM, room.id)
    known = {session.kind for session in programme.sessions}
    for kind, names in kinds.NAMES.items():
        for name in names if kind in known else ():
            gazetteer.add(name, Sort.KIND, kind)
    foreign: set[str] = set()
    for term in programme.glossary:
        sort = Sort.TOPIC if term.id in topics else Sort.SPEAKER if term.kind == "person" else Sort.OTHER
        for name in names_of(term.names, term.aliases):
            if term.kind == _PRACTICAL:
                foreign.update(_key(part) for part in spellings(name))
            if sort is Sort.OTHER and _is_everyday(gazetteer, name):
                continue
            owners = [session.id for session in programme.sessions if term.id in session.topics]
            if len(owners) == 1 and kinds.names_a_forum(name):
                gazetteer.add(name, Sort.SESSION, owners[0])
                continue
            gazetteer.add(name, sort, term.id)
    _drop_ambiguous(gazetteer, programme, foreign)
    _add_hints(gazetteer, programme)
    return gazetteer


def _key(name: str) -> str:
    return name.replace(" ", "") if has_han(name) else " ".join(stems_of(words(name)))


def _is_everyday(gazetteer: Gazetteer, name: str) -> bool:
    """Whether a glossary term says nothing but what sessions, kinds and rooms are called anyway."""
    tidied = lowered(tidy(name))
    if has_han(tidied):
        rest = tidied
        for known in sorted((key for key in gazetteer.han if key in rest), key=len, reverse=True):
            rest = rest.replace(known, "")
        return not re.sub(r"[和与及暨、,\s]", "", rest)
    keys = stems_of(words(tidied))
    known_single = {word for key in gazetteer.stems for word in key}
    return bool(keys) and (keys in gazetteer.stems or (len(keys) > 1 and all(key in known_single for key in keys)))


def _drop_ambiguous(gazetteer: Gazetteer, programme: Programme, foreign: set[str]) -> None:
    """An alias of a session that is also the name of something else (halal food) does not name the session."""
    titles = {_key(part) for session in programme.sessions for _, text in session.title.items() for part in spellings(text)}
    for table in (gazetteer.stems, gazetteer.han):
        for key, meanings in table.items():
            flat = key if isinstance(key, str) else " ".join(key)
            if Sort.SESSION in meanings and flat in foreign and flat not in titles:
                meanings[Sort.OTHER] = meanings.pop(Sort.SESSION)


def _add_hints(gazetteer: Gazetteer, programme: Programme) -> None:
    """Words of the names of exactly one session, other than the words of its kind."""
    owners: dict[str, set[str]] = defaultdict(set)
    for session in programme.sessions:
        for name in names_of(session.title, session.aliases):
            for piece in spellings(name):
                if has_han(piece):
                    core = kinds.HAN_KIND.sub("", piece)
                    if len(core) >= 2 and core != piece:
                        owners[core].add(session.id)
                else:
                    for token in words(piece):
                        if len(token.text) >= 4 and not kinds.is_generic(token.stem):
                            owners[token.stem].add(session.id)
    for key, ids in owners.items():
        if len(ids) == 1:
            table = gazetteer.han_hints if has_han(key) else gazetteer.hints
            if (key if has_han(key) else (key,)) not in (gazetteer.han if has_han(key) else gazetteer.stems):
                table[key] = sorted(ids)
