"""A forest of small decision trees: judges confidence where a weighted sum is too simple; plain numbers, pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tree:
    """One tree as parallel lists; a node with feature -1 is a leaf. Node 0 is the root."""

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def score(self, features: Sequence[float]) -> float:
        """The value of the leaf these features lead to: left where a feature is at most the threshold."""
        node = 0
        while (feature := self.feature[node]) >= 0:
            node = self.left[node] if features[feature] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True)
class Forest:
    """Trees whose scores add up (gradient boosting, Friedman 2001), through the logistic function."""

    bias: float
    trees: tuple[Tree, ...]

    def probability(self, features: Sequence[float]) -> float:
        """The probability, 0..1."""
        score = self.bias + sum(tree.score(features) for tree in self.trees)
        return 1 / (1 + math.exp(-score)) if score > -700 else 0.0
