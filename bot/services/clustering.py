"""Which questions are the same question, whoever asks and in which of the three languages.

Joining two different questions sends somebody a wrong answer, leaving two equal ones apart costs a second card: so
every rule here prefers to leave them apart. tests/services/test_clustering.py holds what it reaches.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, TypeVar

import numpy as np

from bot.domain.language import Language, clean, fold, written_language
from bot.encoder import analysis, lexicon
from bot.services.contrasts import figures_in, is_personal, places_in, sides_of, telling_in

__all__ = ["Clustering", "Encoder", "Likeness", "is_personal"]

Key = TypeVar("Key", bound=Hashable)

# Logistic regression on 8,600 pairs of questions in three languages: cosine of the vectors, how well the words of the
# less covered question stand in the other, the mean of both directions, and whether both are in one language.
_COSINE, _COVERED, _COVERED_MEAN, _ONE_LANGUAGE, _CONSTANT = 10.1, 5.8, 6.3, -1.9, -11.2
SURE = 0.65
"""From this likelihood on two questions are one."""
_MEAN_SURE = 0.5
"""What the mean over all pairs of two clusters must reach to make them one: a chain of neighbours is no cluster."""
_FAR = 0.25
"""Below this cosine nothing else is looked at."""
_NEIGHBOURS = 60
"""How many of the nearest questions each one is compared with."""
_COMPARED = 12
"""How many members stand for a cluster when two clusters are compared."""
_REMEMBERED = 50_000
_ASKING_WORD, _SETTING_WORD = 0.3, 0.6
"""Weights of words that only ask, and of words that every question of a forum may hold."""

_ASKING = frozenset(
    """where where-to where-from when what-time until-when since-when how how-to how-much how-many how-long how-often
    who to-whom whose why what which what-kind what-about is-there do-you-have may-i can-i must-i need allowed possible
    recommend advice help explain tell-me show find find-out ask question answer want plan-intend list example some any
    all also with get-receive give use know please hello thanks exactly usually available look-see do-you include
    information detail""".split()
)
_ASKING_FILE = "function_words"
_SETTING = frozenset("forum participant participation venue hall hotel conference event delegate tianjin".split())


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
    places: frozenset[str]
    telling: frozenset[str]
    sides: tuple[frozenset[int], ...]
    personal: bool


class Clustering:
    """Compares questions; thread-safe, remembers what it has seen."""

    def __init__(self, likenesses: Callable[[Sequence[str]], Sequence[Likeness]]) -> None:
        """`likenesses` of questions, one each: those of `likenesses_by` an encoder, or of another process."""
        self._likenesses = likenesses
        self._known: dict[str, Likeness] = {}

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
            members = [self.look(wording) for wording in dict.fromkeys(wordings)]
            if any(member.personal for member in members):
                continue
            likelihoods = [_likelihood(asked, member) for member in members]
            if likelihoods and max(likelihoods) >= SURE and _agree(likelihoods):
                found.append((max(likelihoods), key))
        return max(found, key=lambda pair: pair[0])[1] if found else None

    def cluster(self, questions: Sequence[str]) -> list[int]:
        """For each question the number of its cluster, in order of first appearance, for one entry that answers all.

        The likeliest pair first, two clusters become one when their members agree on the mean (average linkage) and
        nothing keeps any two of them apart.
        """
        looks = self.looks(questions)
        first: dict[str, int] = {}
        places = [first.setdefault(look.folded, place) for place, look in enumerate(looks)]
        distinct = list(dict.fromkeys(places))
        owner = {place: place for place in distinct}
        members = {place: [looks[place]] for place in distinct}
        for _, one, other in _pairs([looks[place] for place in distinct]):
            here, there = sorted((owner[distinct[one]], owner[distinct[other]]))
            if here == there:
                continue
            few, many = _standing_for(members[here]), _standing_for(members[there])
            if _agree([_likelihood(mine, theirs) for mine in few for theirs in many]):
                members[here] += members.pop(there)
                owner = {place: here if cluster == there else cluster for place, cluster in owner.items()}
        numbers: dict[int, int] = {}
        return [numbers.setdefault(owner[place], len(numbers)) for place in places]

    def look(self, text: str) -> Likeness:
        """A question as it is compared."""
        return self.looks([text])[0]

    def looks(self, texts: Sequence[str]) -> list[Likeness]:
        """Questions as they are compared; new ones go through the encoder together."""
        if len(self._known) + len(texts) > _REMEMBERED:
            self._known = {}
        known = self._known
        if missing := [text for text in dict.fromkeys(texts) if text not in known]:
            known.update(zip(missing, self._likenesses(missing), strict=True))
        return [known[text] for text in texts]


def likenesses_by(encoder: Encoder, texts: Sequence[str]) -> list[Likeness]:
    """Questions as they are compared, one each; they and their words go through the encoder together."""
    read = [_read(text) for text in texts]
    parts = list(dict.fromkeys(part for sentence, words in read for part in (sentence, *words)))
    vectors = dict(zip(parts, encoder.passages(parts), strict=True)) if parts else {}
    return [_likeness(sentence, words, vectors) for sentence, words in read]


def _read(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as the encoder reads it, and its content words."""
    sentence = analysis.simplified(clean(text)[:1_000])
    return sentence, tuple(dict.fromkeys(analysis.content(analysis.words(sentence))))


def _likeness(sentence: str, words: tuple[str, ...], vectors: Mapping[str, np.ndarray]) -> Likeness:
    word_concepts = tuple(frozenset(lexicon.concepts_in(word)) for word in words)
    concepts = frozenset(lexicon.concepts_in(sentence))
    width = len(vectors[sentence])
    return Likeness(
        folded=fold(sentence),
        language=written_language(sentence),
        vector=vectors[sentence],
        words=words,
        word_vectors=np.stack([vectors[word] for word in words]) if words else np.zeros((0, width), np.float32),
        weights=np.array([_weight(found) for found in word_concepts], np.float32),
        word_concepts=word_concepts,
        concepts=concepts,
        figures=figures_in(sentence),
        places=places_in(concepts),
        telling=telling_in(concepts),
        sides=sides_of(concepts),
        personal=is_personal(sentence),
    )


def _pairs(looks: Sequence[Likeness]) -> list[tuple[float, int, int]]:
    """Every pair that is one question by itself, the likeliest first; ties by place, so that chance decides nothing."""
    if len(looks) < 2:
        return []
    vectors = np.stack([look.vector for look in looks])
    near: set[tuple[int, int]] = set()
    for place, vector in enumerate(vectors):
        cosines = vectors @ vector
        cosines[place] = -1.0
        nearest = np.argsort(-cosines, kind="stable")[:_NEIGHBOURS]
        near.update((min(place, int(other)), max(place, int(other))) for other in nearest if cosines[other] >= _FAR)
    found = [(_likelihood(looks[one], looks[other]), one, other) for one, other in near]
    return sorted((pair for pair in found if pair[0] >= SURE), key=lambda pair: (-pair[0], pair[1], pair[2]))


def _standing_for(members: Sequence[Likeness]) -> Sequence[Likeness]:
    """Members evenly drawn from a cluster, all of a small one."""
    return members[:: -(-len(members) // _COMPARED)]


def _agree(likelihoods: Sequence[float]) -> bool:
    """Whether nothing speaks against joining: the mean is high, and no pair is kept apart."""
    return min(likelihoods) > 0 and sum(likelihoods) / len(likelihoods) >= _MEAN_SURE


def _likelihood(one: Likeness, other: Likeness) -> float:
    if one.folded == other.folded:
        return 1.0
    if not one.words or not other.words or _apart(one, other):
        return 0.0
    cosine = float(one.vector @ other.vector)
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
    """Whether something in them cannot be the same: another number, hall, day, meal, country, kind of question."""
    mine, theirs = one.figures - other.figures, other.figures - one.figures
    if (mine and theirs) or any(figure.startswith("letter") for figure in mine | theirs):
        return True
    if one.telling != other.telling or (one.places and other.places and not one.places & other.places):
        return True
    return any(here and there and not here & there for here, there in zip(one.sides, other.sides, strict=True))


def _weight(concepts: frozenset[str]) -> float:
    if concepts and concepts <= _asking():
        return _ASKING_WORD
    return _SETTING_WORD if concepts & _SETTING else 1.0


@cache
def _asking() -> frozenset[str]:
    lines = (lexicon.FOLDER / f"{_ASKING_FILE}.tsv").read_text("utf-8").splitlines()[1:]
    return _ASKING | {line.split("\t")[0].strip() for line in lines if line.strip()}
