"""Passages of some kind, those of one entry side by side: what each entry's best among them scores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

LEAST_COHESION = 0.2
"""What an entry's own questions are like at least; else any question would seem near to a muddle of them."""


@dataclass(frozen=True)
class Group:
    """Some of the passages; scores are those of all passages, results have a row an entry."""

    places: np.ndarray
    """Their numbers, rising."""
    owners: np.ndarray
    """Whose each of them is."""
    starts: np.ndarray
    """Where among them each entry begins."""
    spans: Mapping[int, slice]
    """Where each entry stands among them."""
    entries: int
    """How many entries there are, with passages here or without."""

    @classmethod
    def of(cls, chosen: np.ndarray, owner: np.ndarray, entries: int) -> Group:
        """Those for which `chosen` is true; `owner` is the number of each passage's entry, rising."""
        places = np.flatnonzero(chosen)
        owners = owner[places]
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        ends = [*starts[1:].tolist(), len(places)]
        spans = dict(zip(owners[starts].tolist(), map(slice, starts.tolist(), ends), strict=True))
        return cls(places, owners, starts, spans, entries)

    def best(self, scores: np.ndarray) -> np.ndarray:
        """The best score of each entry; 0 for an entry without any."""
        result = np.zeros(self.entries, np.float32)
        if len(self.places):
            result[self.owners[self.starts]] = np.maximum.reduceat(scores[self.places], self.starts)
        return np.maximum(result, 0)

    def three_best(self, scores: np.ndarray) -> np.ndarray:
        """The mean of each entry's three best scores among the 400 best passages of all."""
        own = scores[self.places]
        chosen = np.arange(len(own))
        if len(chosen) > 400:
            chosen = np.argpartition(-own, 400)[:400]
        chosen = chosen[np.lexsort((chosen, -own[chosen], self.owners[chosen]))]
        owners = self.owners[chosen]
        # The same owner three places before: the fourth best or a worse one.
        counted = np.ones(len(chosen), bool)
        counted[3:] = owners[3:] != owners[:-3]
        return np.bincount(owners[counted], own[chosen[counted]], self.entries) / 3

    def firsts(self, scores: np.ndarray, entries: Sequence[int]) -> list[int | None]:
        """The best-scored passage of each of these entries; None where an entry has none."""
        passages = [self.places[self.spans.get(entry, slice(0))] for entry in entries]
        return [int(own[np.argmax(scores[own])]) if len(own) else None for own in passages]

    def cohesion(self, vectors: np.ndarray) -> np.ndarray:
        """How near the passages of each entry are to the next of its own, on average; 1 where it has but one or none.

        An encoder holds together the questions it was fitted on: they lie nearer to each other, and what is asked
        lies nearer to them, than with an entry that is new. Measured by this, the two are alike.
        """
        result = np.ones(self.entries)
        for entry, span in self.spans.items():
            own = vectors[self.places[span]]
            if len(own) > 1:
                likeness = own @ own.T
                np.fill_diagonal(likeness, -1)
                result[entry] = max(float(likeness.max(axis=1).mean()), LEAST_COHESION)
        return result
