"""The embedded kind of encoder, a table with one vector a word piece, read without the libraries that trained it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

STATIC = "StaticEmbedding"


class StaticEncoder:
    """A sentence-transformers folder whose only module is a StaticEmbedding: a text is the mean of its pieces.

    SentenceTransformer gives the same vectors (tests/stores/test_models.py), but importing it takes six seconds and
    300 MB, which would be most of what a delegate's first question, a publication or a container waits for.
    """

    def __init__(self, folder: Path) -> None:
        """OSError or ValueError when the folder cannot be read."""
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        # Kept as it is stored, in half precision: of 45 MB only the rows of a text are ever needed in single.
        self._table = load_file(folder / "model.safetensors")["embedding.weight"]

    @staticmethod
    def reads(folder: Path) -> bool:
        """Whether the folder holds such a model."""
        try:
            modules = json.loads((folder / "modules.json").read_text("utf-8"))
            return [module["type"].rpartition(".")[2] for module in modules] == [STATIC]
        except (OSError, ValueError, KeyError, TypeError):
            return False

    def get_embedding_dimension(self) -> int:
        """Length of a vector."""
        return int(self._table.shape[1])

    def encode(self, texts: list[str], **_: object) -> np.ndarray:
        """One row a text, float32, not normalized; a text without any known piece gives a row of zeros."""
        # Half an emoji is no text to the tokenizer.
        whole = [text.encode("utf-8", "replace").decode() for text in texts]
        pieces = [encoding.ids for encoding in self._tokenizer.encode_batch(whole, add_special_tokens=False)]
        counts = np.array([len(ids) for ids in pieces], np.int64)
        rows = np.zeros((len(texts), self._table.shape[1]), np.float32)
        if filled := np.flatnonzero(counts).tolist():
            flat = np.fromiter((one for ids in pieces for one in ids), np.int64, counts.sum())
            starts = np.cumsum([0, *counts[filled[:-1]]])
            rows[filled] = np.add.reduceat(self._table[flat].astype(np.float32), starts) / counts[filled, None]
        return rows
