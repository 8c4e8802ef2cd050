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
from bot.stores.index_fields import CosineField, LanguageBm25, Units, analysed

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

QUESTION_FEATURES = (
    "content words", "unknown words", "uncovered weight",
    "dense unanswered", "dense unanswered, three best", "all four unanswered",
    "dense unanswered less answered", "all four unanswered less answered",
)  # fmt: skip

SMOOTHING = 8.0
"""Pseudo-questions of the background in an entry's language model (Dirichlet prior, Zhai & Lafferty 2001)."""
TELLING = 3.0
"""A word stands in less than one question in twenty from this self-information (nats) on: only such words tell."""

CONCEPT = "c:"
"""What marks a concept among words."""

Nearest = Callable[[np.ndarray, int], Sequence[int]]


class Searcher:
    """Weighs the entries of one generation; read-only after its construction, so safe in many threads."""

    def __init__(
        self,
        entries: Mapping[str, Entry],
        passages: Sequence[Passage],
        units: Sequence[Units],
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
        self._unanswered = np.flatnonzero(kinds == PassageKind.NOT_ANSWERED)
        self._telling = np.flatnonzero(kinds != PassageKind.NOT_ANSWERED)
        asked = (kinds == PassageKind.QUESTION) | (kinds == PassageKind.TITLE)
        self._groups = {kind: np.flatnonzero(kinds == kind.value) for kind in PassageKind}
        self._asked = np.flatnonzero(asked)
        self._asked_in = {language: np.flatnonzero(asked & (languages == language.value)) for language in Language}
        self._spoken = {language: languages == language.value for language in Language}
        self._read_entries(units)
        self._count_units(units)

    def _read_entries(self, units: Sequence[Units]) -> None:
        """Which words, concepts and numbers each entry's facts have, and which it knows at all."""
        self._facts: list[set[str]] = [set() for _ in self._ids]
        self._known: list[set[str]] = [set() for _ in self._ids]
        self._numbers: list[set[str]] = [set() for _ in self._ids]
        self._brings_questions = [False for _ in self._ids]
        for passage, owner, found in zip(self._passages, self._owner, units, strict=True):
            if passage.kind is PassageKind.NOT_ANSWERED:
                continue
            self._known[owner].update(every(found))
            self._numbers[owner].update(numbers(passage.text))
            if passage.kind is PassageKind.QUESTION:
                self._brings_questions[owner] = True
            else:
                self._facts[owner].update(every(found))

    def _count_units(self, units: Sequence[Units]) -> None:
        """The language model of each entry: in how many of its questions a word or concept stands."""
        self._vocabulary: dict[str, int] = {}
        rows, columns = [], []
        for passage in self._asked:
            for unit in set(telling(units[passage])):
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
        spoken = analysed(text)
        dense = self._vectors @ vector
        terms, concepts, sound = (self._fields[name].cosines(spoken[name]) for name in ("terms", "concepts", "sound"))
        bm25 = sum(self._bm25[asked].scores(spoken["terms"], len(self._passages)) for asked in Language)
        bm25 = bm25 / (sum(self._fields["terms"].weight(term) for term in spoken["terms"]) or 1.0)
        if only is not None:
            mask = self._spoken[only]
            dense, terms, concepts, sound, bm25 = (scores * mask for scores in (dense, terms, concepts, sound, bm25))
        together = (dense + concepts + terms + sound) / 4
        likelihood, least = self._likelihood(spoken)
        asked, own, best = self._asked, self._asked_in[language], self._best
        columns = np.column_stack(
            [
                best(dense, asked), best(dense, own), self._three_best(dense, asked),
                best(dense, self._groups[PassageKind.TITLE]), best(dense, self._groups[PassageKind.SENTENCE]),
                best(dense, self._groups[PassageKind.BODY]), np.minimum(best(bm25, self._telling), 2.0),
                best(terms, self._telling), best(concepts, self._telling), best(sound, self._telling), best(sound, own),
                best((dense + concepts) / 2, asked), best(together, asked),
                likelihood, least,
            ]
        )  # fmt: skip
        places = [
            place
            for place in self._candidates(vector, columns)
            if self._entries[self._ids[place]].is_valid_at(now)
        ]  # fmt: skip
        unanswered = self._likeness_to_unanswered(dense, together)
        return self._weigh(text, spoken, columns, places, unanswered)

    def _likeness_to_unanswered(self, dense: np.ndarray, together: np.ndarray) -> tuple[float, ...]:
        """How like the question is to those that nobody has told us the answer to, and how much more so."""
        if not len(self._unanswered):
            return (0.0, 0.0, 0.0, -1.0, -1.0)
        likeness = dense[self._unanswered]
        best, best_together = float(likeness.max()), float(together[self._unanswered].max())
        three = float(np.partition(likeness, -3)[-3:].mean()) if len(likeness) >= 3 else best
        answered = max(float(dense[self._asked].max(initial=0.0)), 0.0)
        answered_together = max(float(together[self._asked].max(initial=0.0)), 0.0)
        return (best, three, best_together, best - answered, best_together - answered_together)

    def _weigh(
        self,
        text: str,
        spoken: Units,
        columns: np.ndarray,
        places: Sequence[int],
        unanswered: tuple[float, ...],
    ) -> Evidence:
        """Add what needs the question's own words: how much of it each candidate covers."""
        content = analysis.content(spoken["words"])
        weights = {word: self._fields["terms"].weight(word) for word in content}
        meanings = {word: lexicon.concepts_in(word) for word in weights}
        meant = {concept: self._fields["concepts"].weight(concept) for concept in set(spoken["concepts"])}
        informative = {unit: self._information(unit) for unit in telling(spoken)}
        asked_numbers = numbers(text)
        said = tuple(dict.fromkeys(every(spoken)))
        candidates = []
        for place in places:
            known = self._known[place]
            covered = sum(
                weight
                for word, weight in weights.items()
                if word in known or any(CONCEPT + meaning in known for meaning in meanings[word])
            )
            shares = (
                covered / (sum(weights.values()) or 1.0),
                sum(weight for concept, weight in meant.items() if CONCEPT + concept in known)
                / (sum(meant.values()) or 1.0),
                sum(weight for unit, weight in informative.items() if unit in self._facts[place])
                / (sum(informative.values()) or 1.0),
                len(asked_numbers - self._numbers[place]) / max(len(asked_numbers), 1),
                float(self._brings_questions[place]),
            )
            figures = (*map(float, columns[place]), *shares)
            candidates.append(Candidate(self._ids[place], figures, self._marks(place, said)))
        vocabulary = self._fields["terms"].vocabulary
        unknown = [word for word in weights if word not in vocabulary and not meanings[word]]
        covering = max((candidate.features[COVERAGE] for candidate in candidates), default=0.0)
        return Evidence(
            tuple(candidates),
            (
                min(len(weights), 10) / 10,
                len(unknown) / max(len(weights), 1),
                (1 - covering) * min(sum(weights.values()), 30) / 30,
                *unanswered,
            ),
            said,
        )

    def _marks(self, place: int, said: Sequence[str]) -> str:
        facts, known = self._facts[place], self._known[place]
        return "".join("f" if unit in facts else "q" if unit in known else "u" for unit in said)

    def _information(self, unit: str) -> float:
        column = self._vocabulary.get(unit)
        return float(-np.log(self._rarest if column is None else self._background[column]))

    def _likelihood(self, spoken: Units) -> tuple[np.ndarray, np.ndarray]:
        """How much likelier each entry makes the question's words than all questions do; and the least likely word."""
        ratios, weights = [np.zeros(len(self._ids))], [1e-9]
        for unit in dict.fromkeys(telling(spoken)):
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
        told = table[weight > TELLING]
        least = np.minimum(told.min(axis=0), 2.0) if len(told) else np.full(len(self._ids), 2.0)
        return mean / 3, least / 3

    def _best(self, scores: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The best score of each entry among some passages; 0 for an entry without any."""
        result = np.zeros(len(self._ids), np.float32)
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


def every(found: Units) -> list[str]:
    """Every word of a text, question words too, and its concepts, told apart by a mark."""
    return [*found["words"], *(CONCEPT + concept for concept in found["concepts"])]


def telling(found: Units) -> list[str]:
    """The same without the words that carry no subject."""
    return [*analysis.content(found["words"]), *(CONCEPT + concept for concept in found["concepts"])]


def numbers(text: str) -> set[str]:
    """The numbers written in digits."""
    return set(re.findall(r"\d+", text))
