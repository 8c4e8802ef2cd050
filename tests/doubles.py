"""Doubles for everybody: what stands in for a model, a network or a clock in the tests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np


class HashEncoder:
    """A sentence encoder without a model: each word and each pair of letters has a fixed random direction.

    Deterministic on every machine; texts that share words are near, which is all that the tests need.
    """

    def __init__(self, dimension: int = 64, identity: str = "double:hash") -> None:
        self.name = "hash encoder of the tests"
        self.dimension = dimension
        self.identity = identity
        self.encoded: list[str] = []
        """Every passage that was ever encoded, to see what was computed anew."""
        self._directions: dict[str, np.ndarray] = {}

    def passages(self, texts: list[str]) -> np.ndarray:
        """Unit vectors, one row a text; zeros for a text without a letter."""
        self.encoded.extend(texts)
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def question(self, text: str) -> np.ndarray:
        """The vector of one question."""
        return self._vector(text)

    def questions(self, texts: list[str]) -> np.ndarray:
        """Vectors of many questions, one row a text."""
        return np.array([self._vector(text) for text in texts], np.float32).reshape(len(texts), self.dimension)

    def _vector(self, text: str) -> np.ndarray:
        words = re.findall(r"\w+", text.casefold())
        units = [*words, *(word[place : place + 2] for word in words for place in range(len(word) - 1))]
        total = sum((self._direction(unit) for unit in units), np.zeros(self.dimension))
        return (total / max(float(np.linalg.norm(total)), 1e-9)).astype(np.float32)

    def _direction(self, unit: str) -> np.ndarray:
        if unit not in self._directions:
            seed = int.from_bytes(hashlib.sha256(unit.encode()).digest()[:8])
            self._directions[unit] = np.random.default_rng(seed).standard_normal(self.dimension)
        return self._directions[unit]


def all_is_well(folder: Path, chroma_url: str | None) -> str | None:
    """A verification that looks at nothing."""
    return None


def in_this_process(verify: Callable[[Path, str | None], str | None] = all_is_well, **more: Any) -> dict[str, Any]:
    """Parts for an Ingestion that starts no process and knows nothing of what is far from the event: much quicker."""

    def verifier() -> AbstractContextManager[Callable[[Path, str | None], str | None]]:
        return nullcontext(verify)

    return {"verifier": verifier, "beside": lambda data_dir, model: nullcontext(), "elsewhere": dict, **more}
