"""Evidence for a question: every retriever's figures for each entry worth weighing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

import numpy as np

from bot.domain.calibration import Candidate, Evidence
from bot.domain.knowledge import NOBODY, Entry, Passage, PassageKind
from bot.domain.language import Language
from bot.encoder import analysis, lexicon
from bot.encoder.lexicon import CONCEPT
from bot.stores.entry_words import EntryWords, every, is_telling, telling
from bot.stores.index_fields import CosineField, LanguageBm25
from bot.stores.passage_groups import Group
from bot.stores.units import Column, Units, analysed
from bot.stores.word_alignment import ALIGNED, WordAlignment

DENSE_HITS = 80
"""Passages asked of Chroma; their owners are weighed."""
LEXICAL_HITS = 12
"""Entries each lexical field adds to them."""

FEATURES = (
    "dense question", "dense question, asked language", "dense three best", "dense title", "dense sentence",
    "dense body", "bm25", "terms", "concepts", "sound", "sound, asked language", "dense and concepts, one passage",
    "all four, one passage", "likelihood", "least likely word", "coverage", "concept coverage", "coverage by the body",
    "numbers missing", "dense by its own questions", "questions of its own",
)  # fmt: skip
"""What each figure of a candidate is; all lie in about -1..1."""

DOUBTS = (
    "share of the nearest", "dense unanswered of its own", "dense answered less unanswered of its own",
    "all four unanswered of its own", "all four answered less unanswered of its own",
    "share of the nearest, unanswered of its own",
    *(f"question: {name}" for name in ALIGNED), *(f"unanswered question: {name}" for name in ALIGNED),
)  # fmt: skip
"""What is known of a candidate besides: no reason to rank it lower (that cost a point of hit@1), but to doubt it."""

QUESTION_FEATURES = (
    "content words", "unknown words", "uncovered weight",
    *(
        f"{figure} {kind}"
        for kind in ("unanswered", "elsewhere")
        for figure in ("dense", "dense, three best,", "all four", "dense less answered", "all four less answered")
    ),
    "neither answered of the 3 nearest", "neither answered of the 10 nearest", "neither answered of the 20 nearest",
    "unanswered share of the nearest", "elsewhere share of the nearest",
)  # fmt: skip
"""What is known of the question itself: how like what nobody has told us, and how like what is far from the event."""

NEAREST_TO_ITS_OWN = 1.5
"""So much nearer than its own questions are to each other counts as nearest."""
NEAREST = 20
"""Questions, answered or not, whose owners and kinds vote (k nearest neighbours, weighted; Dudani 1976)."""
SHARPNESS = 8.0
"""How fast a neighbour's vote fades with its likeness: exp(8 * likeness)."""

Nearest = Callable[[np.ndarray, int], Sequence[int]]


class Searcher:
    """Weighs the entries of one generation; read-only after its construction, so safe in many threads."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        passages: Sequence[Passage],
        units: Mapping[str, Column],
        vectors: np.ndarray,
        word_vectors: Mapping[str, np.ndarray],
        fields: Mapping[str, CosineField],
        bm25: Mapping[Language, LanguageBm25],
        nearest: Nearest,
        encode: Callable[[list[str]], np.ndarray],
    ) -> None:
        self._entries, self._vectors = entries, vectors
        self._fields, self._bm25, self._nearest = fields, bm25, nearest
        self._ids = [*entries, NOBODY]
        place = {entry_id: number for number, entry_id in enumerate(self._ids)}
        self._owner = np.array([place[passage.entry_id] for passage in passages], np.int64)
        kinds = np.array([passage.kind.value for passage in passages])
        languages = np.array([passage.language.value for passage in passages])
        self._elsewhere = kinds == PassageKind.ELSEWHERE.value
        self._lacks = self._elsewhere | (kinds == PassageKind.NOT_ANSWERED.value)
        asked = (kinds == PassageKind.QUESTION) | (kinds == PassageKind.TITLE)
        group = partial(Group.of, owner=self._owner, entries=len(self._ids))
        self._groups = {kind: group(kinds == kind.value) for kind in PassageKind}
        self._telling, self._asked = group(~self._lacks), group(asked)
        self._asked_in = {language: group(asked & (languages == language.value)) for language in Language}
        self._compared = np.flatnonzero(asked | self._lacks)
        self._spoken = {language: languages == language.value for language in Language}
        words_and_concepts = every_unit(units)
        self._words = EntryWords(passages, self._owner, len(self._ids), words_and_concepts)
        self._numbers: list[set[str]] = [set() for _ in self._ids]
        self._brings_questions = np.zeros(len(self._ids))
        self._brings_questions[self._groups[PassageKind.QUESTION].owners] = 1.0
        self._cohesion = np.where(self._brings_questions, self._asked.cohesion(vectors), 1.0)
        for place in self._telling.places:
            self._numbers[self._owner[place]].update(numbers(passages[place].text))
        self._alignment = WordAlignment(compared(passages, words_and_concepts), word_vectors, encode)

    def evidence(
        self, text: str, vector: np.ndarray, language: Language, now: datetime, only: Language | None
    ) -> Evidence:
        """The figures of every candidate that may be told at `now`; `vector` is the text's unit vector."""
        spoken = analysed(text)
        dense = self._vectors @ vector
        terms, concepts, sound = (self._fields[name].cosines(spoken[name]) for name in ("terms", "concepts", "sound"))
        bm25 = sum(self._bm25[asked].scores(spoken["terms"], len(self._vectors)) for asked in Language)
        bm25 = bm25 / (sum(self._fields["terms"].weight(term) for term in spoken["terms"]) or 1.0)
        if only is not None:
            mask = self._spoken[only]
            dense, terms, concepts, sound, bm25 = (scores * mask for scores in (dense, terms, concepts, sound, bm25))
        together = (dense + concepts + terms + sound) / 4
        likelihood, least = self._words.likelihood(telling(spoken))
        asked, own, told = self._asked, self._asked_in[language], self._telling
        kinds, lacking = self._groups, self._groups[PassageKind.NOT_ANSWERED]
        dense_asked, together_asked = asked.best(dense), asked.best(together)
        dense_lacking, together_lacking = lacking.best(dense), lacking.best(together)
        shares, lacking_shares, votes = self._votes(together, np.concatenate([together_asked, together_lacking]))
        columns = np.column_stack(
            [
                dense_asked, own.best(dense), asked.three_best(dense), kinds[PassageKind.TITLE].best(dense),
                kinds[PassageKind.SENTENCE].best(dense), kinds[PassageKind.BODY].best(dense),
                np.minimum(told.best(bm25), 2.0), told.best(terms), told.best(concepts), told.best(sound),
                own.best(sound), asked.best((dense + concepts) / 2), together_asked,
                likelihood, least,
            ]
        )  # fmt: skip
        doubts = np.column_stack(
            [
                shares, dense_lacking, dense_asked - dense_lacking,
                together_lacking, together_asked - together_lacking, lacking_shares,
            ]
        )  # fmt: skip
        places = [
            place
            for place in self._candidates(vector, columns)
            if self._ids[place] != NOBODY and self._entries[self._ids[place]].is_valid_at(now)
        ]  # fmt: skip
        nearest = asked.firsts(together, places) + lacking.firsts(together, places)
        aligned = self._alignment.figures(telling(spoken), nearest)
        doubts = np.hstack([doubts[places], *np.split(aligned, 2)])
        likenesses = (
            likeness
            for kind in (PassageKind.NOT_ANSWERED, PassageKind.ELSEWHERE)
            for likeness in self._likeness(
                kinds[kind].places, dense, together, float(dense_asked.max()), float(together_asked.max())
            )
        )
        return self._weigh(text, spoken, columns, doubts, places, (*likenesses, *votes))

    def _votes(self, together: np.ndarray, bests: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[float, ...]]:
        """Each entry's share of the nearest questions, answered and unanswered ones; and how many are not answered.

        `bests` are scores of different passages among the compared, or 0: whatever is nearest reaches the twentieth of
        them, which leaves a few dozen to be sorted.
        """
        compared = self._compared
        least = np.partition(bests, -NEAREST)[-NEAREST] if len(bests) > NEAREST else 0.0
        if least > 0:
            compared = compared[together[compared] >= least]
        nearest = compared[np.lexsort((compared, -together[compared]))][:NEAREST]
        weights = np.exp(SHARPNESS * together[nearest])
        weights /= weights.sum() or 1.0
        lacking, owners = self._lacks[nearest], self._owner[nearest]
        shares, lacking_shares = (
            np.bincount(owners[kind], weights[kind], len(self._ids)) for kind in (~lacking, lacking)
        )
        counted = tuple(float(lacking[:first].sum()) / first for first in (3, 10, NEAREST))
        elsewhere = float(weights[self._elsewhere[nearest]].sum())
        return shares, lacking_shares, (*counted, float(weights[lacking].sum()) - elsewhere, elsewhere)

    def _likeness(
        self, places: np.ndarray, dense: np.ndarray, together: np.ndarray, answered: float, answered_together: float
    ) -> tuple[float, ...]:
        """How like the question is to these passages, and how much more so than to any question that is answered."""
        if not len(places):
            return (0.0, 0.0, 0.0, -1.0, -1.0)
        likeness = dense[places]
        best, best_together = float(likeness.max()), float(together[places].max())
        three = float(np.partition(likeness, -3)[-3:].mean()) if len(likeness) >= 3 else best
        return (best, three, best_together, best - answered, best_together - answered_together)

    def _weigh(
        self,
        text: str,
        spoken: Units,
        columns: np.ndarray,
        doubts: np.ndarray,
        places: Sequence[int],
        likenesses: tuple[float, ...],
    ) -> Evidence:
        """Add what needs the question's own words: how much of it each candidate covers."""
        weights = {word: self._fields["terms"].weight(word) for word in analysis.content(spoken["words"])}
        meanings = {word: lexicon.concepts_in(word) for word in weights}
        meant = {CONCEPT + concept: self._fields["concepts"].weight(concept) for concept in spoken["concepts"]}
        informative = {unit: self._words.information(unit) for unit in telling(spoken)}
        asked_numbers = numbers(text)
        said = tuple(dict.fromkeys(every(spoken)))
        words = self._words
        understood = words.known(weights, places)
        for row, word in enumerate(weights):
            understood[row] |= words.known([CONCEPT + one for one in meanings[word]], places).any(axis=0)
        coverage = _share(weights, understood)
        dense = columns[places, FEATURES.index("dense question")]
        by_own = np.minimum(dense / self._cohesion[places], NEAREST_TO_ITS_OWN)
        figures = np.column_stack(
            [
                columns[places], coverage, _share(meant, words.known(meant, places)),
                _share(informative, words.facts(informative, places)),
                [len(asked_numbers - self._numbers[place]) / max(len(asked_numbers), 1) for place in places],
                by_own / NEAREST_TO_ITS_OWN, self._brings_questions[places],
            ]
        )  # fmt: skip
        marks = np.where(words.facts(said, places), "f", np.where(words.known(said, places), "q", "u")).T
        candidates = [
            Candidate(self._ids[place], tuple(own), "".join(letters), tuple(doubt))
            for place, own, letters, doubt in zip(places, figures.tolist(), marks, doubts.tolist(), strict=True)
        ]
        unknown = [word for word in weights if not words.is_known(word) and not meanings[word]]
        uncovered = 1 - float(coverage.max(initial=0.0))
        return Evidence(
            tuple(candidates),
            (
                min(len(weights), 10) / 10,
                len(unknown) / max(len(weights), 1),
                uncovered * min(sum(weights.values()), 30) / 30,
                *likenesses,
            ),
            said,
        )

    def _candidates(self, vector: np.ndarray, columns: np.ndarray) -> list[int]:
        """Entries worth weighing: the owners of Chroma's nearest passages and the leaders of each lexical field."""
        places = {int(self._owner[passage]) for passage in self._nearest(vector, DENSE_HITS)}
        for name in ("bm25", "terms", "concepts", "sound"):
            column = columns[:, FEATURES.index(name)]
            leading = np.argsort(-column, kind="stable")[:LEXICAL_HITS]
            places.update(int(place) for place in leading if column[place] > 0)
        return sorted(places)


def every_unit(units: Mapping[str, Column]) -> Column:
    """The words and the concepts of each passage, concepts marked."""
    return units["words"].merged(units["concepts"], CONCEPT)


def compared(passages: Sequence[Passage], units: Column) -> Column:
    """By what each passage that asks is compared with a question word by word; nothing for the others."""
    asking = (PassageKind.QUESTION, PassageKind.TITLE, PassageKind.NOT_ANSWERED, PassageKind.ELSEWHERE)
    return units.kept(is_telling, np.array([passage.kind in asking for passage in passages], bool))


def _share(weights: Mapping[str, float], held: np.ndarray) -> np.ndarray:
    """Of each entry: the weight of the units it has, as a share of all."""
    return np.array([*weights.values()]) @ held / (sum(weights.values()) or 1.0)


def numbers(text: str) -> set[str]:
    """The numbers written in digits."""
    return set(re.findall(r"\d+", text))
