"""Word by word: how far the words of a question and those of one passage stand for each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from bot.encoder.analysis import simplified
from bot.stores.entry_words import is_concept
from bot.stores.units import Column

ALIGNED = (
    "the question's units in the passage", "the passage's units in the question",
    "likeness of the question's words", "least likely of its telling words", "likeness of the passage's words",
)  # fmt: skip
"""What each figure of a passage is; all lie in 0..1 or, being cosines, in -1..1."""


class WordAlignment:
    """Compares a question with passages by their words: each with the one that is most like it.

    Weighted by information, as in soft token alignment (BERTScore, Zhang et al. 2020), with vectors of single words.
    A mean vector hides the one word in which two questions differ: here it stands out.
    """

    def __init__(
        self, units: Column, words: Mapping[str, np.ndarray], encode: Callable[[list[str]], np.ndarray]
    ) -> None:
        """`units` are those of each passage, once each; `words` the vectors of words, `encode` is for other words."""
        self._encode = encode
        self._units, self._ends = units.numbers, units.ends.tolist()
        self._vocabulary = {name: number for number, name in enumerate(units.names)}
        self._is_word = np.array([not is_concept(name) for name in units.names], bool)
        counts = np.bincount(self._units, minlength=len(units.names))
        self._information = np.log((len(units) + 1) / (counts + 0.5))
        self._rarest = float(np.log((len(units) + 1) / 0.5))
        dimension = len(next(iter(words.values()))) if words else 0
        self._vectors = np.zeros((len(units.names), dimension), np.float32)
        known = [(number, words[name]) for name, number in self._vocabulary.items() if name in words]
        if known:
            numbers, vectors = zip(*known, strict=True)
            self._vectors[list(numbers)] = vectors

    def figures(self, said: Iterable[str], places: Sequence[int | None]) -> np.ndarray:
        """One row of figures a passage (zeros for None) for the words and concepts of a question."""
        result = np.zeros((len(places), len(ALIGNED)))
        asked = list(dict.fromkeys(said))
        nothing = self._units[:0]
        spans = [nothing if one is None else self._units[slice(*self._ends[one : one + 2])] for one in places]
        filled = np.flatnonzero([len(span) for span in spans])
        if not asked or not len(filled):
            return result
        known = [self._vocabulary.get(unit, -1) for unit in asked]
        weights = np.array([self._rarest if unit < 0 else self._information[unit] for unit in known])
        units = np.concatenate(spans)
        starts = np.cumsum([0, *(len(spans[row]) for row in filled[:-1])])
        information = self._information[units]
        is_said = np.zeros(len(self._vocabulary), bool)
        is_said[[unit for unit in known if unit >= 0]] = True
        shared = np.add.reduceat(information * is_said[units], starts)
        result[filled, 0] = shared / weights.sum()
        result[filled, 1] = shared / np.add.reduceat(information, starts)
        is_word = np.array([not is_concept(unit) for unit in asked])
        held = self._is_word[units]
        counts = np.add.reduceat(held.astype(int), starts)
        if is_word.any() and held.any():
            rows, starts = filled[counts > 0], np.cumsum([0, *counts[counts > 0][:-1]])
            words = [unit for unit, word in zip(asked, is_word, strict=True) if word]
            self._align(result, rows, starts, units[held], words, weights[is_word])
        return result

    def _align(
        self, result: np.ndarray, rows: np.ndarray, starts: np.ndarray, units: np.ndarray, words: Sequence[str],
        weights: np.ndarray,
    ) -> None:  # fmt: skip
        likeness = self._question(words) @ self._vectors[units].T
        best = np.maximum.reduceat(likeness, starts, axis=1)
        result[rows, 2] = weights @ best / weights.sum()
        result[rows, 3] = best[weights >= np.median(weights)].min(axis=0)
        information = self._information[units]
        result[rows, 4] = np.add.reduceat(information * likeness.max(axis=0), starts) / np.add.reduceat(
            information, starts
        )

    def _question(self, words: Sequence[str]) -> np.ndarray:
        known = [self._vocabulary.get(word, -1) for word in words]
        vectors = self._vectors[known]
        if missing := [row for row, unit in enumerate(known) if unit < 0 or not self._vectors[unit].any()]:
            vectors[missing] = self._encode([simplified(words[row]) for row in missing])
        return vectors
