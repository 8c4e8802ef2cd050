"""Evidence for a question: every retriever's figures for each entry worth weighing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import numpy as np
from scipy import sparse

from bot.domain.calibration import Candidate, Evidence
from bot.domain.knowledge import Entry, Passage, PassageKind
from bot.domain.language import Language
from bot.encoder import analysis, lexicon
from bot.stores.index_fields import ANALYZERS, CosineField, LanguageBm25

DENSE_HITS = 80
"""Passages asked of Chroma; their owners are weighed."""
LEXICAL_HITS = 12
"""Entries each lexical field adds to them."""

FEATURES = (
    "dense question", "dense question, asked language", "dense three best", "dense title", "dense sentence",
    "dense body", "bm25", "terms", "concepts", "sound", "sound, asked language", "dense and concepts, one passage",
    "all four, one passage", "likelihood", "least likely word", "coverage", "concept coverage", "coverage by the body",
    "numbers missing", "questions of its own",
)  # fmt: skip
"""What each figure of a candidate is; all lie in about -1..1."""

COVERAGE = FEATURES.index("coverage")

QUESTION_FEATURES = ("content words", "unknown words", "uncovered weight")

SMOOTHING = 8.0
"""Pseudo-questions of the background in an entry's language model (Dirichlet prior, Zhai & Lafferty 2001)."""
TELLING = 3.0
"""A word stands in less than one question in twenty from this self-information (nats) on: only such words tell."""

Nearest = Callable[[np.ndarray, int], Sequence[int]]


class Searcher:
    """Weighs the entries of one generation; read-only after its construction, so safe in many threads."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        passages: Sequence[Passage],
        vectors: np.ndarray,
        fields: Mapping[str, CosineField],
        bm25: Mapping[Language, LanguageBm25],
        nearest: Nearest,
    ) -> None:
        self._entries, self._passages, self._vectors = entries, passages, vectors
        self._fields, self._bm25, self._nearest = fields, bm25, nearest
        self._ids = list(entries)
        place = {entry_id: number for number, entry_id in enumerate(self._ids)}
        self._owner = np.array([place[passage.entry_id] for passage in passages], np.int64)
        kinds = np.array([passage.kind.value for passage in passages])
        languages = np.array([passage.language.value for passage in passages])
        asked = (kinds == PassageKind.QUESTION) | (kinds == PassageKind.TITLE)
        self._groups = {kind: np.flatnonzero(kinds == kind.value) for kind in PassageKind}
        self._asked = np.flatnonzero(asked)
        self._asked_in = {language: np.flatnonzero(asked & (languages == language.value)) for language in Language}
        self._spoken = {language: languages == language.value for language in Language}
        self._read_entries()
        self._count_units()

    def _read_entries(self) -> None:
        """What words, concepts and numbers each entry has, over all its renderings."""
        self._words, self._concepts, self._facts, self._numbers = [], [], [], []
        self._brings_questions: list[bool] = []
        for entry in self._entries.values():
            facts = [text for rendering in entry.renderings.values() for text in (rendering.title, rendering.body)]
            asked = [question for rendering in entry.renderings.values() for question in rendering.questions]
            self._words.append({word for text in (*facts, *asked) for word in analysis.words(text)})
            self._concepts.append({concept for text in (*facts, *asked) for concept in lexicon.concepts_in(text)})
            self._brings_questions.append(bool(asked))
            self._facts.append({unit for text in facts for unit in units(text)})
            self._numbers.append({number for text in (*facts, *asked) for number in numbers(text)})

    def _count_units(self) -> None:
        """The language model of each entry: in how many of its questions a word or concept stands."""
        self._vocabulary: dict[str, int] = {}
        rows, columns = [], []
        for passage in self._asked:
            for unit in set(units(self._passages[passage].text)):
                rows.append(self._owner[passage])
                columns.append(self._vocabulary.setdefault(unit, len(self._vocabulary)))
        shape = (len(self._ids), max(len(self._vocabulary), 1))
        self._counts = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape).tocsc()
        self._questions = np.bincount(self._owner[self._asked], minlength=len(self._ids)).astype(float)
        total = self._questions.sum()
        self._background = (np.asarray(self._counts.sum(axis=0)).ravel() + 0.5) / (total + 1)
        self._rarest = 0.5 / (total + 1)

    def evidence(
        self, text: str, vector: np.ndarray, language: Language, now: datetime, only: Language | None
    ) -> Evidence:
        """The figures of every candidate that may be told at `now`; `vector` is the text's unit vector."""
        spoken = {name: analyzer(text) for name, analyzer in ANALYZERS.items()}
        dense = self._vectors @ vector
        terms, concepts, sound = (self._fields[name].cosines(spoken[name]) for name in ("terms", "concepts", "sound"))
        bm25 = sum(self._bm25[asked].scores(spoken["terms"], len(self._passages)) for asked in Language)
        bm25 = bm25 / (sum(self._fields["terms"].weight(term) for term in spoken["terms"]) or 1.0)
        if only is not None:
            mask = self._spoken[only]
            dense, terms, concepts, sound, bm25 = (scores * mask for scores in (dense, terms, concepts, sound, bm25))
        likelihood, least = self._likelihood(text)
        asked, own, best = self._asked, self._asked_in[language], self._best
        columns = np.column_stack(
            [
                best(dense, asked), best(dense, own), self._three_best(dense, asked),
                best(dense, self._groups[PassageKind.TITLE]), best(dense, self._groups[PassageKind.SENTENCE]),
                best(dense, self._groups[PassageKind.BODY]), np.minimum(best(bm25, None), 2.0),
                best(terms, None), best(concepts, None), best(sound, None), best(sound, own),
                best((dense + concepts) / 2, asked), best((dense + concepts + terms + sound) / 4, asked),
                likelihood, least,
            ]
        )  # fmt: skip
        places = [
            place
            for place in self._candidates(vector, columns)
            if self._entries[self._ids[place]].is_valid_at(now)
        ]  # fmt: skip
        return self._weigh(text, set(spoken["concepts"]), columns, places)

    def _weigh(self, text: str, concepts: set[str], columns: np.ndarray, places: Sequence[int]) -> Evidence:
        """Add what needs the question's own words: how much of it each candidate covers."""
        content = analysis.content(analysis.words(text))
        weights = {word: self._fields["terms"].weight(word) for word in content}
        meanings = {word: lexicon.concepts_in(word) for word in weights}
        meant = {concept: self._fields["concepts"].weight(concept) for concept in concepts}
        informative = {unit: self._information(unit) for unit in units(text)}
        asked_numbers = numbers(text)
        candidates = []
        for place in places:
            words, known = self._words[place], self._concepts[place]
            covered = sum(
                weight
                for word, weight in weights.items()
                if word in words or any(meaning in known for meaning in meanings[word])
            )
            shares = (
                covered / (sum(weights.values()) or 1.0),
                sum(weight for concept, weight in meant.items() if concept in known) / (sum(meant.values()) or 1.0),
                sum(weight for unit, weight in informative.items() if unit in self._facts[place])
                / (sum(informative.values()) or 1.0),
                len(asked_numbers - self._numbers[place]) / max(len(asked_numbers), 1),
                float(self._brings_questions[place]),
            )
            candidates.append(Candidate(self._ids[place], (*map(float, columns[place]), *shares)))
        vocabulary = self._fields["terms"].vocabulary
        unknown = [word for word in weights if word not in vocabulary and not meanings[word]]
        covering = max((candidate.features[COVERAGE] for candidate in candidates), default=0.0)
        return Evidence(
            tuple(candidates),
            (
                min(len(weights), 10) / 10,
                len(unknown) / max(len(weights), 1),
                (1 - covering) * min(sum(weights.values()), 30) / 30,
            ),
        )

    def _information(self, unit: str) -> float:
        column = self._vocabulary.get(unit)
        return float(-np.log(self._rarest if column is None else self._background[column]))

    def _likelihood(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """How much likelier each entry makes the question's words than all questions do; and the least likely word."""
        ratios, weights = [np.zeros(len(self._ids))], [1e-9]
        for unit in dict.fromkeys(units(text)):
            column = self._vocabulary.get(unit)
            if column is None:
                ratios.append(np.log(SMOOTHING / (self._questions + SMOOTHING)))
            else:
                counts = np.zeros(len(self._ids))
                begin, end = self._counts.indptr[column], self._counts.indptr[column + 1]
                counts[self._counts.indices[begin:end]] = self._counts.data[begin:end]
                background = self._background[column]
                ratios.append(np.log((counts + SMOOTHING * background) / (self._questions + SMOOTHING) / background))
            weights.append(self._information(unit))
        table, weight = np.array(ratios), np.array(weights)
        mean = (table * weight[:, None]).sum(axis=0) / weight.sum()
        telling = table[weight > TELLING]
        least = np.minimum(telling.min(axis=0), 2.0) if len(telling) else np.full(len(self._ids), 2.0)
        return mean / 3, least / 3

    def _best(self, scores: np.ndarray, places: np.ndarray | None) -> np.ndarray:
        """The best score of each entry among some passages; 0 for an entry without any."""
        result = np.zeros(len(self._ids), np.float32)
        if places is None:
            np.maximum.at(result, self._owner, scores)
        else:
            np.maximum.at(result, self._owner[places], scores[places])
        return result

    def _three_best(self, scores: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The mean of each entry's three best scores among the 400 best passages of all."""
        chosen = places
        if len(places) > 400:
            chosen = places[np.argpartition(-scores[places], 400)[:400]]
        order = chosen[np.lexsort((chosen, -scores[chosen]))]
        totals, seen = np.zeros(len(self._ids), np.float32), Counter[int]()
        for passage in order:
            owner = int(self._owner[passage])
            if seen[owner] < 3:
                totals[owner] += scores[passage]
                seen[owner] += 1
        return totals / 3

    def _candidates(self, vector: np.ndarray, columns: np.ndarray) -> list[int]:
        """Entries worth weighing: the owners of Chroma's nearest passages and the leaders of each lexical field."""
        places = {int(self._owner[passage]) for passage in self._nearest(vector, DENSE_HITS)}
        for name in ("bm25", "terms", "concepts", "sound"):
            column = columns[:, FEATURES.index(name)]
            leading = np.argsort(-column, kind="stable")[:LEXICAL_HITS]
            places.update(int(place) for place in leading if column[place] > 0)
        return sorted(places)


def units(text: str) -> list[str]:
    """The content words and the concepts of a text, told apart by a mark."""
    return [*analysis.content(analysis.words(text)), *("c:" + concept for concept in lexicon.concepts_in(text))]


def numbers(text: str) -> set[str]:
    """The numbers written in digits."""
    return set(re.findall(r"\d+", text))
