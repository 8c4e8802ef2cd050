"""What texts consist of (words, terms, concepts, sounds), of many passages at once and by number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bot.encoder import analysis, lexicon, sound

Analyzer = Callable[[str], Sequence[str]]

ANALYZERS: dict[str, Analyzer] = {
    "words": analysis.words,
    "terms": analysis.lexical_terms,
    "concepts": lexicon.concepts_in,
    "sound": sound.grams,
}
"""Every kind of unit and what cuts a text into it."""

Units = Mapping[str, Sequence[str]]
"""One text as units, by their kind."""


def analysed(text: str) -> Units:
    """Everything the index knows a text by, besides its vector."""
    return {kind: analyzer(text) for kind, analyzer in ANALYZERS.items()}


@dataclass(frozen=True)
class Column:
    """One kind of unit of many passages: every unit by its number, those of one passage side by side."""

    names: list[str]
    """The units in alphabetical order: what a number stands for."""
    numbers: np.ndarray
    """int32, the units of all passages."""
    ends: np.ndarray
    """int64, one more than passages: where each passage's units end, after a zero."""

    @classmethod
    def of(cls, passages: Sequence[Sequence[str]]) -> Column:
        """From the units of each passage."""
        names = sorted({unit for passage in passages for unit in passage})
        number = {name: place for place, name in enumerate(names)}
        ends = np.cumsum([0, *map(len, passages)], dtype=np.int64)
        flat = np.fromiter((number[unit] for passage in passages for unit in passage), np.int32, int(ends[-1]))
        return cls(names, flat, ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    def followed_by(self, other: Column) -> Column:
        """The passages of both, one after the other."""
        if not len(self):
            return other
        names = sorted({*self.names, *other.names})
        number = {name: place for place, name in enumerate(names)}
        numbers = [
            np.array([number[name] for name in one.names], np.int32)[one.numbers] for one in (self, other) if one.names
        ]
        ends = np.concatenate([self.ends, self.ends[-1] + other.ends[1:]])
        return Column(names, np.concatenate([np.zeros(0, np.int32), *numbers]), ends)

    def taken(self, rows: Iterable[int]) -> Column:
        """Only these passages, in this order, and no unit that none of them has."""
        chosen = np.fromiter(rows, np.int64)
        begins, lengths = self.ends[chosen], self.ends[chosen + 1] - self.ends[chosen]
        ends = np.cumsum([0, *lengths], dtype=np.int64)
        numbers = self.numbers[np.repeat(begins - ends[:-1], lengths) + np.arange(ends[-1])]
        is_used = np.zeros(len(self.names), bool)
        is_used[numbers] = True
        renumbered = np.cumsum(is_used, dtype=np.int32) - 1
        return Column([self.names[place] for place in np.flatnonzero(is_used)], renumbered[numbers], ends)

    @property
    def rows(self) -> np.ndarray:
        """For each unit the passage it stands in."""
        return np.repeat(np.arange(len(self)), np.diff(self.ends))

    def merged(self, other: Column, mark: str) -> Column:
        """Each passage with the units of both, those of the other one after a mark."""
        numbers = np.concatenate([self.numbers, other.numbers + len(self.names)])
        order = np.argsort(np.concatenate([self.rows, other.rows]), kind="stable")
        return Column([*self.names, *(mark + name for name in other.names)], numbers[order], self.ends + other.ends)

    def kept(self, names: Callable[[str], bool], passages: np.ndarray) -> Column:
        """Each unit once a passage; only those whose name is to be kept, and none of passages that are not (a mask)."""
        rows = self.rows
        _, firsts = np.unique(rows * max(len(self.names), 1) + self.numbers, return_index=True)
        chosen = np.zeros(len(self.numbers), bool)
        chosen[firsts] = True
        chosen &= np.array([names(name) for name in self.names], bool)[self.numbers] & passages[rows]
        return Column(self.names, self.numbers[chosen], np.concatenate([[0], np.cumsum(chosen)])[self.ends])

    def lists(self) -> list[list[str]]:
        """The units of each passage as text."""
        flat = [self.names[number] for number in self.numbers.tolist()]
        return [flat[begin:end] for begin, end in pairwise(self.ends.tolist())]

    def save(self, path: Path) -> None:
        """Write it as one .npz file."""
        names = np.frombuffer("\n".join(self.names).encode(), np.uint8)
        np.savez(path, names=names, numbers=self.numbers, ends=self.ends)

    @classmethod
    def load(cls, path: Path) -> Column:
        """Read what `save` wrote."""
        with np.load(path, allow_pickle=False) as stored:
            text = stored["names"].tobytes().decode()
            return cls(text.split("\n") if text else [], stored["numbers"], stored["ends"])


def columns_of(texts: Sequence[str]) -> dict[str, Column]:
    """Every kind of unit of many texts; small enough to come from a process of its own."""
    found = [analysed(text) for text in texts]
    return {kind: Column.of([units[kind] for units in found]) for kind in ANALYZERS}
