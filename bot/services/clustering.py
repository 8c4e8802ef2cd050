"""Which questions are the same question, whoever asks and in which of the three languages.

Joining two different questions sends somebody a wrong answer, leaving two equal ones apart costs a second card: so
every rule here prefers to leave them apart. Measured on 171 questions with close neighbours (Hall A and Hall B, first
and last bus): 99 of 100 joined pairs are the same question, two thirds of the equal pairs are joined.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol, TypeVar

import numpy as np

from bot.domain.language import Language, clean, fold, written_language
from bot.encoder import analysis, lexicon

Key = TypeVar("Key", bound=Hashable)

# Fitted on pairs of questions in three languages: cosine of the vectors, how well the words of the less covered
# question stand in the other, the mean of both directions, and whether both are written in one language.
_COSINE, _COVERED, _COVERED_MEAN, _ONE_LANGUAGE, _CONSTANT = 11.6, 5.2, 5.7, -1.5, -11.0
SURE = 0.6
"""From this likelihood on two questions are one."""
_MEAN_SURE = 0.35
"""What the mean over all members of a cluster must reach: a chain of neighbours is no cluster."""
_FAR = 0.2
"""Below this cosine nothing else is looked at."""
_QUESTION_WORD, _SETTING_WORD = 0.3, 0.6
"""Weights of words that only ask, and of words that every question of a forum may hold."""

_ASKING_FILES = ("questions", "function_words")
_SETTING = frozenset("forum participant participation venue hall hotel conference event delegate tianjin".split())

# Of each line, a question that names one group and a question that names another are never the same.
_APART = """
start-of begin | end-of finish finish-task
open-hours open-thing | closed close-thing
arrive arrival-flight | depart departure
hotel-check-in | hotel-check-out
borrow rent-equipment | buy | return-back
first first-bus | last last-bus
today | tomorrow | yesterday | day-after-tomorrow | day-before-yesterday
morning | noon | afternoon | evening | night midnight late-night
monday | tuesday | wednesday | thursday | friday | saturday | sunday
this-year | next-year | last-year
breakfast | lunch | dinner
bus shuttle | taxi hail-taxi | metro | train high-speed-rail | bicycle bike-sharing | car rent-car
railway-station | airport
vegetarian | vegan | halal | gluten-free food-allergy | no-pork | alcohol
where where-to | when what-time until-when since-when | how-much | how-many | how-long | why
"""
# Names of countries, peoples and languages: sharing none of those that both name keeps two questions apart.
_NAMES_FILE = "countries"
_PLACE_LETTER = re.compile(
    r"(?:hall|room|gate|block|зал[аеу]?|ворота|корпус|вход)\s*([a-zа-я])\b|\b([a-z])(?=[厅馆区座门])"
)
_MONTH = re.compile(r"\d{1,2}月|[./]0?7\b(?!:)")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")

# One person's own trouble or errand: nobody else's answer fits it, however alike the words.
_OWN = re.compile(
    r"\b(i|we)('ve| have)? (just )?(lost|forgot|left|missed|broke)|\b(was|were|is|been) stolen|\bmy (suitcase|luggage|"
    r"passport|bag|wallet|name|booking|reservation|speech|flight|driver|ticket|badge says)|\bcall me\b|"
    r"\bcall (my|the) hotel|\bi (feel|am) (ill|sick|unwell|lost)|"
    r"потерял|забыл|укра(ли|ден)|опоздал|сломал|мо(й|я|е|и|его|ей|ю|ему|их|им) (чемодан|багаж|паспорт|сумк|кошел|"
    r"имя|имени|фамили|брон|рейс|водител|билет|доклад|выступлени)|позвоните|перезвоните|мне плохо|я заболел|"
    r"заблудил|丢了|弄丢|落在|忘在|忘了带|被偷|我的(行李|箱子|护照|包|钱包|名字|姓名|预订|航班|司机|机票|发言|演讲)|"
    r"给我(打|回)电话|我(不舒服|生病|病了|迷路)",
    re.IGNORECASE,
)


class Encoder(Protocol):
    """What is needed of the sentence encoder."""

    def passages(self, texts: list[str]) -> np.ndarray:
        """Unit vectors, one row a text."""
        ...


@dataclass(frozen=True, eq=False)
class Likeness:
    """A question as it is compared."""

    folded: str
    language: Language | None
    vector: np.ndarray
    words: tuple[str, ...]
    word_vectors: np.ndarray
    weights: np.ndarray
    word_concepts: tuple[frozenset[str], ...]
    concepts: frozenset[str]
    figures: frozenset[str]
    """Numbers and the letters of halls: "11", "hall a"."""


class Clustering:
    """Compares questions with the encoder of the published index; thread-safe, remembers what it has seen."""

    def __init__(self, encoder: Encoder, remembered: int = 8_192) -> None:
        self._encoder = encoder
        self.look = lru_cache(maxsize=remembered)(self._look)
        self._word = lru_cache(maxsize=65_536)(lambda word: self._encoder.passages([word])[0])

    def likelihood(self, one: str, other: str) -> float:
        """How probable it is (0..1) that both ask the same."""
        return _likelihood(self.look(one), self.look(other))

    def same_question(self, one: str, other: str) -> bool:
        """Whether both ask the same, so that one answer serves both."""
        return self.likelihood(one, other) >= SURE

    def find(self, question: str, groups: Mapping[Key, Sequence[str]]) -> Key | None:
        """The group of equal questions that this one belongs to, or None; `groups`: the wordings of each so far."""
        if not groups or is_personal(question):
            return None
        asked = self.look(question)
        found: list[tuple[float, Key]] = []
        for key, wordings in groups.items():
            if any(is_personal(wording) for wording in wordings):
                continue
            likelihood = _fit(asked, [self.look(wording) for wording in dict.fromkeys(wordings)])
            if likelihood >= SURE:
                found.append((likelihood, key))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def cluster(self, questions: Sequence[str]) -> list[int]:
        """For each question the number of its cluster, in order of first appearance."""
        looks = [self.look(question) for question in questions]
        members: list[list[Likeness]] = []
        vectors = np.zeros((len(questions), len(looks[0].vector)), np.float32) if looks else np.zeros((0, 1))
        owners = np.zeros(len(questions), np.int64)
        by_text: dict[str, int] = {}
        numbers: list[int] = []
        for place, asked in enumerate(looks):
            number = by_text.get(asked.folded)
            if number is None and not is_personal(questions[place]):
                number = self._best(asked, vectors[:place], owners[:place], members)
            if number is None:
                number = len(members)
                members.append([])
            if asked.folded not in by_text:
                members[number].append(asked)
            by_text.setdefault(asked.folded, number)
            vectors[place], owners[place] = asked.vector, number
            numbers.append(number)
        return numbers

    def _best(
        self, asked: Likeness, vectors: np.ndarray, owners: np.ndarray, members: list[list[Likeness]]
    ) -> int | None:
        near = np.flatnonzero(vectors @ asked.vector >= _FAR) if len(vectors) else np.zeros(0, np.int64)
        best = max(((_fit(asked, members[owner]), owner) for owner in set(owners[near].tolist())), default=(0.0, -1))
        return best[1] if best[0] >= SURE else None

    def _look(self, text: str) -> Likeness:
        text = analysis.simplified(clean(text)[:1_000])
        words = tuple(dict.fromkeys(analysis.content(analysis.words(text))))
        concepts = tuple(frozenset(lexicon.concepts_in(word)) for word in words)
        vectors = [self._word(word) for word in words]
        sentence = self._encoder.passages([text])[0]
        return Likeness(
            folded=fold(text),
            language=written_language(text),
            vector=sentence,
            words=words,
            word_vectors=np.stack(vectors) if vectors else np.zeros((0, len(sentence)), np.float32),
            weights=np.array([_weight(found) for found in concepts], np.float32),
            word_concepts=concepts,
            concepts=frozenset(lexicon.concepts_in(text)),
            figures=_figures(text),
        )


def is_personal(question: str) -> bool:
    """Whether it is one person's own trouble or errand ("I lost my badge", "call my hotel"): never joined."""
    return bool(_OWN.search(fold(question)))


def _fit(asked: Likeness, members: Iterable[Likeness]) -> float:
    """The best likelihood with a member, or 0 when the others speak against it."""
    scores = [_likelihood(asked, member) for member in members]
    if not scores or min(scores) <= 0 or sum(scores) / len(scores) < _MEAN_SURE:
        return 0.0
    return max(scores)


def _likelihood(one: Likeness, other: Likeness) -> float:
    if one.folded == other.folded:
        return 1.0
    cosine = float(one.vector @ other.vector)
    if cosine < _FAR or not one.words or not other.words or _apart(one, other):
        return 0.0
    there, back = _covered(one, other), _covered(other, one)
    score = _COSINE * cosine + _COVERED * min(there, back) + _COVERED_MEAN * (there + back) / 2 + _CONSTANT
    if one.language is other.language:
        score += _ONE_LANGUAGE
    return 1 / (1 + math.exp(-score))


def _covered(one: Likeness, other: Likeness) -> float:
    """How much of the weight of one question's words has a counterpart in the other."""
    best = (one.word_vectors @ other.word_vectors.T).max(axis=1).clip(0, 1)
    known = set(other.words)
    for place, (word, concepts) in enumerate(zip(one.words, one.word_concepts, strict=True)):
        if word in known or concepts & other.concepts:
            best[place] = 1.0
    return float(best @ one.weights / one.weights.sum())


def _apart(one: Likeness, other: Likeness) -> bool:
    """Whether something in them cannot be the same: another number, hall, day, meal, language, kind of question."""
    lone, lother = one.figures - other.figures, other.figures - one.figures
    if (lone and lother) or any(figure.startswith("letter") for figure in lone | lother):
        return True
    for groups in _apart_groups():
        here = {place for place, group in enumerate(groups) if group & one.concepts}
        there = {place for place, group in enumerate(groups) if group & other.concepts}
        if here and there and not here & there:
            return True
    names_here, names_there = _names() & one.concepts, _names() & other.concepts
    return bool(names_here and names_there and not names_here & names_there)


def _figures(text: str) -> frozenset[str]:
    folded = fold(text)
    letters = (first or second for first, second in _PLACE_LETTER.findall(folded))
    numbers = _NUMBER.findall(_MONTH.sub(" ", folded))
    # The month is named in one language and counted in another: it would look like a number of its own.
    return frozenset([*(f"letter {letter}" for letter in letters), *(number.lstrip("0") or "0" for number in numbers)])


def _weight(concepts: frozenset[str]) -> float:
    if concepts and all(concept in _asking() for concept in concepts):
        return _QUESTION_WORD
    return _SETTING_WORD if concepts & _SETTING else 1.0


@cache
def _apart_groups() -> tuple[tuple[frozenset[str], ...], ...]:
    lines = _APART.strip().splitlines()
    return tuple(tuple(frozenset(part.split()) for part in line.split("|")) for line in lines)


@cache
def _asking() -> frozenset[str]:
    return frozenset(concept for name in _ASKING_FILES for concept in _concepts_of(name))


@cache
def _names() -> frozenset[str]:
    return frozenset(_concepts_of(_NAMES_FILE))


def _concepts_of(name: str) -> list[str]:
    lines = (lexicon.FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()[1:]
    return [line.split("\t")[0].strip() for line in lines if line.strip()]
