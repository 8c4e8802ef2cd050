"""The sentence encoder, embedded or named, as LangChain sees it."""

from __future__ import annotations

import hashlib
import os
import re
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from bot.stores.static_encoder import StaticEncoder

EMBEDDED = Path(__file__).resolve().parent.parent / "encoder" / "model"

# Prefixes that a model was trained with (from the model cards); a model not listed here needs none.
KNOWN_PREFIXES: dict[str, tuple[str, str]] = {
    "intfloat/multilingual-e5-small": ("query: ", "passage: "),
    "intfloat/multilingual-e5-base": ("query: ", "passage: "),
    "intfloat/multilingual-e5-large": ("query: ", "passage: "),
    "BAAI/bge-m3": ("", ""),
    "deepvk/USER-base": ("query: ", "passage: "),
    "ai-forever/ru-en-RoSBERTa": ("search_query: ", "search_document: "),
    "nomic-ai/nomic-embed-text-v2-moe": ("search_query: ", "search_document: "),
}


_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")


class ModelError(Exception):
    """The encoder cannot be loaded; the message says which one and what to do."""


class SentenceEncoder(Embeddings):
    """A sentence-transformers model with normalized vectors; loaded on first use, never from a hub by default."""

    def __init__(self, name: str | None = None) -> None:
        """ModelError when the name can only be a folder's and there is none."""
        self.name = name or str(EMBEDDED)
        if self.name != str(EMBEDDED) and not _HUB_NAME.fullmatch(self.name) and not Path(self.name).is_dir():
            raise ModelError(f"the encoder's folder {self.name} does not exist; mend BOT_EMBEDDING_MODEL or --model")
        self._query_prefix, self._passage_prefix = KNOWN_PREFIXES.get(self.name, ("", ""))

    @cached_property
    def identity(self) -> str:
        """What tells this model from any other: the digest of the embedded weights, or the model's name."""
        folder = Path(self.name)
        if not folder.is_dir():
            return self.name
        digest = hashlib.sha256()
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix in {".json", ".safetensors", ".txt", ".model"}:
                digest.update(path.relative_to(folder).as_posix().encode())
                digest.update(path.read_bytes())
        return f"sha256:{digest.hexdigest()[:32]}"

    @cached_property
    def _model(self) -> Any:
        folder = Path(self.name)
        if self.name == str(EMBEDDED) and not (folder / "modules.json").exists():
            raise ModelError(f"the embedded encoder is missing at {folder}; build it: python -m bot build-encoder")
        if folder.is_dir():
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        try:
            if StaticEncoder.reads(folder):
                return StaticEncoder(folder)
            import torch
            from sentence_transformers import SentenceTransformer

            # One short text at a time: more threads only wait for each other (measured, half the processor time).
            torch.set_num_threads(1)
            return SentenceTransformer(self.name, device="cpu", trust_remote_code=False)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError(f"the encoder {self.name} cannot be loaded: {error}") from error

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def encode(self, texts: list[str], prefix: str = "") -> np.ndarray:
        """Unit vectors, float32, one row a text; a text without any known token gives a row of zeros."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        vectors = self._model.encode(
            [prefix + text for text in texts], batch_size=256, show_progress_bar=False, convert_to_numpy=True
        ).astype(np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.nan_to_num(vectors / np.maximum(norms, 1e-9))

    def passages(self, texts: list[str]) -> np.ndarray:
        """Vectors of texts to be found."""
        return self.encode(texts, self._passage_prefix)

    def question(self, text: str) -> np.ndarray:
        """Vector of one question."""
        return self.encode([text], self._query_prefix)[0]

    def questions(self, texts: list[str]) -> np.ndarray:
        """Vectors of many questions, one row a text."""
        return self.encode(texts, self._query_prefix)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """LangChain's name for `passages`."""
        return self.passages(texts).tolist()

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for `question`."""
        return self.question(text).tolist()

