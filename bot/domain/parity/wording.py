"""Wording that deserves a second look: leftovers, look-alike letters, odd digits and quotes, uneven lengths."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

from bot.domain.language import Language
from bot.domain.sentence import Sentence

_PLACEHOLDER = re.compile(
    r"\b(?:TODO|TBD|TBC|FIXME|XXX+|lorem ipsum)\b|\?{3,}|_{3,}|\{[^{}\n]{1,40}\}|\{\{|<[A-Za-zА-Яа-я ]{2,30}>|\[[.…]+\]"
    r"|待定|待补充|待确认|此处填写|ХХХ+|уточнить|вписать|заполнить|\binsert here\b",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?<!\w)(?=\w*[A-Za-z])(?=\w*[А-Яа-яЁё])[A-Za-zА-Яа-яЁё]+(?!\w)")
_LONE_LATIN = re.compile(r"(?<=[А-Яа-яЁё,.:;] )[acoeyxk](?= [а-яё0-9])")
_FULL_WIDTH = re.compile(r"[０-９]+")
_STRAIGHT = {
    Language.ZH: re.compile(r"\"[^\"\n]*[㐀-鿿][^\"\n]*\"|'[^'\n]*[㐀-鿿][^'\n]*'"),
    Language.RU: re.compile(r"\"[^\"\n]*[А-Яа-яЁё][^\"\n]*\"|'[^'\n]*[А-Яа-яЁё][^'\n]*'"),
}
_QUOTES = {Language.ZH: "“…”", Language.RU: "«…»"}
_SENTENCE_END = re.compile(r"(?<=[。！？!?])\s*|(?<=[.])\s+(?=[A-ZА-ЯЁ0-9«“\"])|\n+")

FEWEST = 30
"""Pairs of sentences below which nothing can be said about what is usual."""
SPREADS = 4.0
"""How many spreads (1.4826 median deviations) from the usual a pair of sentences stands out."""
LEAST_FACTOR = 2.0
"""And by how much at least it must be longer or shorter than usual."""


@dataclass(frozen=True)
class Oddity:
    """A stretch of a text with what is odd about it."""

    text: str
    start: int
    problem: Sentence


def oddities(text: str, language: Language) -> Iterator[Oddity]:
    """What is odd in one text by itself."""
    for found in _PLACEHOLDER.finditer(text):
        yield _oddity(found, Sentence("'{text}' looks like a leftover placeholder", text=found.group()))
    for found in _MIXED.finditer(text):
        yield _oddity(found, _mixed(found.group()))
    if language is Language.RU:
        for found in _LONE_LATIN.finditer(text):
            problem = Sentence("the word {text} is a Latin letter in a Russian sentence", text=found.group())
            yield _oddity(found, problem)
    for found in _FULL_WIDTH.finditer(text):
        yield _oddity(found, Sentence("full-width digits {text}; use ordinary ones", text=found.group()))
    if pattern := _STRAIGHT.get(language):
        for found in pattern.finditer(text):
            problem = Sentence(
                "straight quotes around {text}; use {quotes}", text=found.group(), quotes=_QUOTES[language]
            )
            yield _oddity(found, problem)


def _oddity(found: re.Match[str], problem: Sentence) -> Oddity:
    return Oddity(found.group(), found.start(), problem)


def _mixed(word: str) -> Sentence:
    latin = re.findall(r"[A-Za-z]", word)
    cyrillic = re.findall(r"[А-Яа-яЁё]", word)
    fewer, script = (latin, Sentence("Latin")) if len(latin) <= len(cyrillic) else (cyrillic, Sentence("Cyrillic"))
    return Sentence(
        "the word {text} mixes Cyrillic and Latin letters ({letters}: {script})",
        text=word, letters=tuple(dict.fromkeys(fewer)), script=script,
    )  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences of a body, as far as full stops tell."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


@dataclass(frozen=True)
class Uneven:
    """A sentence much longer than its siblings, or shorter: its language, itself and how it stands to the other."""

    language: Language
    sentence: str
    other_language: Language
    other: str
    factor: float
    """How many times longer than usual the first is against the second; below one: shorter."""


def uneven(bodies: Mapping[str, Mapping[Language, str]]) -> dict[str, list[Uneven]]:
    """Sentences whose length stands out, by entry; what is usual is taken from all the entries themselves.

    Sentences are compared one by one where two texts have equally many, otherwise the texts as wholes.
    """
    found: dict[str, list[Uneven]] = {}
    for one, other in combinations(Language, 2):
        pairs = [
            (entry_id, mine, theirs)
            for entry_id, texts in bodies.items() if one in texts and other in texts
            for mine, theirs in _aligned(texts[one], texts[other])
        ]  # fmt: skip
        if len(pairs) < FEWEST:
            continue
        ratios = [math.log(len(mine) / len(theirs)) for _, mine, theirs in pairs]
        usual = median(ratios)
        spread = 1.4826 * median(abs(ratio - usual) for ratio in ratios)
        limit = max(SPREADS * spread, math.log(LEAST_FACTOR))
        for (entry_id, mine, theirs), ratio in zip(pairs, ratios, strict=True):
            if abs(ratio - usual) > limit:
                found.setdefault(entry_id, []).append(Uneven(one, mine, other, theirs, math.exp(ratio - usual)))
    return found


def _aligned(one: str, other: str) -> Sequence[tuple[str, str]]:
    mine, theirs = sentences(one), sentences(other)
    if len(mine) == len(theirs):
        return list(zip(mine, theirs, strict=True))
    return [(one, other)] if one and other else []
