"""Names of the glossary and of rooms, found in any case form of Russian and in any spelling that is listed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from bot.domain.parity.values import Kind, Sheet, Value

# What is left of a Russian word without its ending is compared, so every ending of a noun or adjective stands here.
_ENDINGS = frozenset(
    """а я о е ё ы и у ю ь й ой ей ёй ый ий ая яя ое ее ые ие ого его ому ему ым им ом ем ём их ых ыми ими ую юю ою ею
    ами ями ам ям ах ях ов ев ёв ией ии ию ия ием иям иях иями ью ьями ье ья ьи ьё""".split()
)
_LONGEST_ENDING = 4
_SHORTEST_STEM = 3
_FLEETING = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])[ое](?=[бвгджзклмнпрстфхцчшщ]$)")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]+|[Ѐ-ԯ]+|\d+")
_HAN = re.compile(r"[㐀-鿿]")
_STREETS = frozenset("路街道")
_QUOTES = re.compile(r"[«»“”\"„‘’《》]")


@dataclass(frozen=True)
class Name:
    """Something with a name: every form, in any language, under which it may be met."""

    id: str
    kind: Kind
    forms: tuple[str, ...]
    nicknames: tuple[str, ...] = ()
    """Forms so common that they may mean something else: they support a name, but nobody misses them."""


class _Pattern(NamedTuple):
    words: tuple[frozenset[str], ...]
    name: Name
    weak: bool


class _Match(NamedTuple):
    start: int
    end: int
    name: Name
    weak: bool


def stems(word: str) -> frozenset[str]:
    """What may be the stem of a word: itself, without a plural s, and every rest that leaves a Russian ending."""
    word = word.lower().replace("ё", "е")
    if not _is_russian(word):
        return frozenset((word.removesuffix("s"),))
    found = {word}
    for length in range(1, min(_LONGEST_ENDING, len(word) - _SHORTEST_STEM) + 1):
        if word[-length:] in _ENDINGS:
            found.add(word[:-length])
    if len(word) > _SHORTEST_STEM + 1:  # Египет, Египта; конец, конца
        found.add(_FLEETING.sub("", word))
    return frozenset(found)


def _is_russian(word: str) -> bool:
    return "Ѐ" <= word[0] <= "ԯ"


def _adjectives(country: str) -> frozenset[str]:
    """Stems of what is named after a country: Egyptian, российский."""
    word = country.lower()
    if not _is_russian(word):
        people = re.sub(r"i?stan$", "", word)
        return frozenset({people, word + "n", word + "ian", word + "i", people + "i"} - {word})
    return frozenset(stem + tail for stem in stems(word) for tail in ("ск", "йск", "ийск"))


class Lexicon:
    """All names, ready to be found; of two that overlap in a text the longer one counts."""

    def __init__(self, names: Iterable[Name]) -> None:
        self._han: list[tuple[str, Name, bool]] = []
        self._patterns: dict[str, list[_Pattern]] = defaultdict(list)
        for name in names:
            for form in dict.fromkeys(name.forms):
                self._add(name, form, False)
            for form in dict.fromkeys(name.nicknames):
                self._add(name, form, True)

    def _add(self, name: Name, form: str, weak: bool) -> None:
        bare = _QUOTES.sub("", form)
        if _HAN.search(bare):
            self._han.append((bare, name, weak))
            return
        words = tuple(stems(word) for word in _WORD.findall(bare))
        if words:
            self._keep(_Pattern(words, name, weak))
        if len(words) == 1 and name.kind is Kind.COUNTRY and (people := _adjectives(bare)):
            self._keep(_Pattern((people,), name, True))

    def _keep(self, pattern: _Pattern) -> None:
        for stem in pattern.words[0]:
            self._patterns[stem].append(pattern)

    def read(self, sheet: Sheet) -> Iterator[Value]:
        """Every name, in any script: a Russian text may quote a Chinese one.

        A name inside a longer one (Uzbekistan in the name of its institute) is there, but weakly.
        """
        found = [*self._matches(sheet.text), *self._han_matches(sheet.text)]
        found.sort(key=lambda match: (match.start - match.end, match.start, match.weak))
        taken: list[Name | None] = [None] * len(sheet.text)
        for start, end, name, weak in found:
            holders = set(taken[start:end])
            if name in holders:
                continue
            nested = holders != {None}
            if not nested:
                taken[start:end] = [name] * (end - start)
            yield Value(name.kind, name.id, sheet.as_written(start, end), start, None, weak or nested)

    def _han_matches(self, text: str) -> Iterator[_Match]:
        for form, name, weak in self._han:
            place = text.find(form)
            while place >= 0:
                # 码头路 is a street, whatever its name is made of.
                if text[place + len(form) : place + len(form) + 1] not in _STREETS:
                    yield _Match(place, place + len(form), name, weak)
                place = text.find(form, place + len(form))

    def _matches(self, text: str) -> Iterator[_Match]:
        words = [(stems(found.group()), found.start(), found.end()) for found in _WORD.finditer(text)]
        for place, (forms, start, _) in enumerate(words):
            seen: set[int] = set()
            for stem in forms:
                for pattern in self._patterns.get(stem, ()):
                    length = len(pattern.words)
                    if id(pattern) in seen or place + length > len(words):
                        continue
                    seen.add(id(pattern))
                    if all(words[place + offset][0] & wanted for offset, wanted in enumerate(pattern.words)):
                        yield _Match(start, words[place + length - 1][2], pattern.name, pattern.weak)
