"""The words of each entry: which it has, in its facts or only in its questions, and how likely they make a word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from bot.domain.knowledge import Passage, PassageKind
from bot.encoder import analysis
from bot.encoder.lexicon import CONCEPT
from bot.stores.units import Column, Units

SMOOTHING = 8.0
"""Pseudo-questions of the background in an entry's language model (Dirichlet prior, Zhai & Lafferty 2001)."""
TELLING = 3.0
"""A word stands in less than one question in twenty from this self-information (nats) on: only such words tell."""


class EntryWords:
    """Words and concepts of the entries of one generation; read-only after its construction."""

    def __init__(self, passages: Sequence[Passage], owners: np.ndarray, entries: int, units: Column) -> None:
        """`owners` are the numbers of the passages' entries, `entries` how many there are, `units` see `every`."""
        from scipy import sparse

        self._number = {name: number for number, name in enumerate(units.names)}
        kinds = np.array([passage.kind.value for passage in passages])
        asking = (kinds == PassageKind.QUESTION.value) | (kinds == PassageKind.TITLE.value)
        unanswered = (kinds == PassageKind.NOT_ANSWERED.value) | (kinds == PassageKind.ELSEWHERE.value)
        self._known = self._table(units, owners, entries, ~unanswered)
        self._facts = self._table(units, owners, entries, ~unanswered & (kinds != PassageKind.QUESTION.value))
        asked = units.kept(is_telling, asking)
        pairs = (np.ones(len(asked.numbers)), (owners[asked.rows], asked.numbers))
        self._counts = sparse.csr_matrix(pairs, shape=(entries, max(len(units.names), 1))).tocsc()
        self._questions = np.bincount(owners[asking], minlength=entries).astype(float)
        total = self._questions.sum()
        self._background = (np.asarray(self._counts.sum(axis=0)).ravel() + 0.5) / (total + 1)
        self._rarest = 0.5 / (total + 1)

    @staticmethod
    def _table(units: Column, owners: np.ndarray, entries: int, passages: np.ndarray) -> np.ndarray:
        """One row a unit, one column an entry: whether these passages have it; the last row is for unheard-of units."""
        table = np.zeros((len(units.names) + 1, entries), bool)
        rows = units.rows
        chosen = passages[rows]
        table[units.numbers[chosen], owners[rows[chosen]]] = True
        return table

    def known(self, units: Iterable[str], entries: Sequence[int]) -> np.ndarray:
        """One row a unit: which of these entries have it, be it in their questions."""
        return self._known[self._rows(units)][:, entries]

    def facts(self, units: Iterable[str], entries: Sequence[int]) -> np.ndarray:
        """One row a unit: which of these entries have it in title or text."""
        return self._facts[self._rows(units)][:, entries]

    def is_known(self, unit: str) -> bool:
        """Whether any entry has it."""
        return bool(self._known[self._number.get(unit, -1)].any())

    def _rows(self, units: Iterable[str]) -> list[int]:
        return [self._number.get(unit, -1) for unit in units]

    def information(self, unit: str) -> float:
        """How little one would expect it in a question, in nats."""
        number = self._number.get(unit)
        return float(-np.log(self._rarest if number is None else self._background[number]))

    def likelihood(self, units: Iterable[str]) -> tuple[np.ndarray, np.ndarray]:
        """How much likelier each entry makes these units than all questions do; and the least likely telling one."""
        entries = len(self._questions)
        ratios, weights = [np.zeros(entries)], [1e-9]
        for unit in dict.fromkeys(units):
            number = self._number.get(unit)
            counts, background = np.zeros(entries), self._rarest
            if number is not None:
                begin, end = self._counts.indptr[number], self._counts.indptr[number + 1]
                counts[self._counts.indices[begin:end]] = self._counts.data[begin:end]
                background = self._background[number]
            ratios.append(np.log((counts + SMOOTHING * background) / (self._questions + SMOOTHING) / background))
            weights.append(self.information(unit))
        table, weight = np.array(ratios), np.array(weights)
        mean = (table * weight[:, None]).sum(axis=0) / weight.sum()
        told = table[weight > TELLING]
        least = np.minimum(told.min(axis=0), 2.0) if len(told) else np.full(entries, 2.0)
        return mean / 3, least / 3


def every(found: Units) -> list[str]:
    """Every word of a text, question words too, and its concepts, told apart by a mark."""
    return [*found["words"], *(CONCEPT + concept for concept in found["concepts"])]


def telling(found: Units) -> list[str]:
    """The same without the words that carry no subject."""
    return [unit for unit in every(found) if is_telling(unit)]


def is_telling(unit: str) -> bool:
    """Whether a word or concept may carry a subject."""
    return unit not in analysis.STOP


def is_concept(unit: str) -> bool:
    """Whether a unit is a concept of the lexicon, not a word."""
    return unit.startswith(CONCEPT)
