"""The lexical fields of the index: BM25 per language, concepts across languages, and sound."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.domain.knowledge import Passage
from bot.domain.language import Language
from bot.stores.units import Column

if TYPE_CHECKING:
    from scipy import sparse


class CosineField:
    """Passages and questions as tf-idf vectors of one kind of unit; their cosines lie in 0..1.

    Weights are (1 + log tf) * idf with smoothed idf (Salton & Buckley 1988, scheme ltc).
    """

    def __init__(self, vocabulary: dict[str, int], idf: np.ndarray, matrix: sparse.csc_matrix) -> None:
        self.vocabulary = vocabulary
        self.idf = idf
        self._matrix = matrix
        self.unknown_idf = float(idf.max()) if len(idf) else 1.0

    @classmethod
    def build(cls, units: Column) -> CosineField:
        """The field over the units of all passages."""
        from scipy import sparse

        rows = np.repeat(np.arange(len(units)), np.diff(units.ends))
        shape = (len(units), max(len(units.names), 1))
        counts = np.ones(len(units.numbers), np.float32)
        matrix = sparse.csr_matrix((counts, (rows, units.numbers)), shape=shape)
        matrix.sum_duplicates()
        documents = np.bincount(matrix.indices, minlength=shape[1])
        idf = (np.log((1 + shape[0]) / (1 + documents)) + 1).astype(np.float32)
        matrix.data = (1 + np.log(matrix.data)) * idf[matrix.indices]
        norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
        matrix = sparse.diags(1 / np.maximum(norms, 1e-9)).dot(matrix).tocsc().astype(np.float32)
        return cls({name: place for place, name in enumerate(units.names)}, idf, matrix)

    def cosines(self, units: Sequence[str]) -> np.ndarray:
        """The cosine of a question, given as units, with every passage; unknown units lengthen the question."""
        counts: dict[str, int] = {}
        for unit in units:
            counts[unit] = counts.get(unit, 0) + 1
        result = np.zeros(self._matrix.shape[0], np.float32)
        length = 0.0
        for unit, count in counts.items():
            column = self.vocabulary.get(unit)
            weight = (1 + math.log(count)) * (self.unknown_idf if column is None else float(self.idf[column]))
            length += weight * weight
            if column is not None:
                begin, end = self._matrix.indptr[column], self._matrix.indptr[column + 1]
                # A column names each passage once, so plain indexing adds rightly (and three times as fast as add.at).
                result[self._matrix.indices[begin:end]] += np.float32(weight) * self._matrix.data[begin:end]
        return result / np.float32(max(length, 1e-9) ** 0.5)

    def weight(self, unit: str) -> float:
        """The idf of a unit; the highest one for a unit that no passage has."""
        column = self.vocabulary.get(unit)
        return self.unknown_idf if column is None else float(self.idf[column])

    def save(self, path: Path) -> None:
        """Write the field as one .npz file; its vocabulary stands with the units."""
        matrix = self._matrix
        np.savez(
            path, idf=self.idf, data=matrix.data, indices=matrix.indices, indptr=matrix.indptr,
            shape=np.array(matrix.shape),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path, names: Sequence[str]) -> CosineField:
        """Read what `save` wrote; `names` are the units in the order of their numbers."""
        from scipy import sparse

        with np.load(path, allow_pickle=False) as stored:
            parts = (stored["data"], stored["indices"], stored["indptr"])
            matrix = sparse.csc_matrix(parts, shape=tuple(stored["shape"]))
            return cls({name: place for place, name in enumerate(names)}, stored["idf"], matrix)


class LanguageBm25:
    """BM25 over the passages of one language (bm25s, Lucene's variant, k1 1.5, b 0.75)."""

    def __init__(self, retriever: Any, places: np.ndarray) -> None:
        self._retriever = retriever
        self._places = places

    @classmethod
    def build(cls, language: Language, passages: Sequence[Passage], units: Column) -> LanguageBm25:
        """The index over the passages of `language`; `places` remember where they stand among all."""
        import bm25s
        from bm25s.tokenization import Tokenized

        places = np.array([place for place, passage in enumerate(passages) if passage.language is language], np.int64)
        retriever = bm25s.BM25()
        if len(places):
            own = units.taken(places)
            vocabulary = {name: number for number, name in enumerate([*own.names, "∅"])}
            ends = own.ends.tolist()
            # A passage of no unit has one that nobody asks for.
            numbers = [own.numbers[begin:end].tolist() or [len(own.names)] for begin, end in pairwise(ends)]
            retriever.index(Tokenized(numbers, vocabulary), show_progress=False)
        return cls(retriever, places)

    def scores(self, units: Sequence[str], length: int) -> np.ndarray:
        """The BM25 score of every passage of the whole index; zero in other languages."""
        result = np.zeros(length, np.float32)
        vocabulary = getattr(self._retriever, "vocab_dict", {})
        known = [unit for unit in units if unit in vocabulary]
        if known and len(self._places):
            result[self._places] = self._retriever.get_scores(known)
        return result

    def save(self, folder: Path) -> None:
        """Write the index as a folder."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "places.npy", self._places)
        if len(self._places):
            self._retriever.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LanguageBm25:
        """Read what `save` wrote."""
        import bm25s

        places = np.load(folder / "places.npy", allow_pickle=False)
        return cls(bm25s.BM25.load(folder, load_corpus=False, show_progress=False) if len(places) else None, places)
