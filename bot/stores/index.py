"""One generation of the index: Chroma vectors and lexical fields; built, opened and searched."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from langchain_core.documents import Document

from bot.domain.calibration import Evidence
from bot.domain.knowledge import Entry, Passage
from bot.domain.language import Language
from bot.domain.passages import passages_elsewhere, passages_of
from bot.domain.programme import Programme
from bot.encoder import lexicon
from bot.encoder.analysis import simplified
from bot.encoder.respelling import respelled
from bot.stores import index_chroma, index_files
from bot.stores.beside import Beside
from bot.stores.entry_words import is_concept
from bot.stores.generations import GenerationError
from bot.stores.index_fields import CosineField, LanguageBm25
from bot.stores.index_files import Former, Manifest
from bot.stores.index_search import Searcher, compared, every_unit
from bot.stores.models import SentenceEncoder
from bot.stores.units import Column, columns_of

FIELDS = ("terms", "concepts", "sound")
"""The kinds of units by which passages are compared as a whole."""


def build(
    folder: Path,
    entries: Sequence[Entry],
    programme: Programme,
    encoder: SentenceEncoder,
    *,
    version: int,
    created: datetime,
    digest: str,
    former: Former | None = None,
    elsewhere: Mapping[Language, Sequence[str]] = {},
    progress: Callable[[int, int], None] = lambda done, total: None,
    chroma_url: str | None = None,
    in_memory: bool = False,
    beside: Beside | None = None,
) -> Manifest:
    """Write a whole generation into the empty `folder`; what `former` ones knew of a text is not computed again.

    `elsewhere` are messages far from any entry, by language; `beside` a process that analyses the texts. With
    `in_memory` without Chroma: for looking at only, never to be published.
    """
    import chromadb

    folder.mkdir(parents=True, exist_ok=True)
    passages = [*(passage for entry in entries for passage in passages_of(entry)), *passages_elsewhere(elsewhere)]
    former = former or Former()
    # The dictionaries are loaded in `beside` by now; and Chroma writes outside Python's lock for the most part.
    with ThreadPoolExecutor(2) as aside:
        new = _unknown(passages, former)
        analysing = aside.submit(_analysed, new, beside)
        vectors = _vectors(passages, encoder, former.vectors, progress)
        np.save(folder / "vectors.npy", vectors)
        index_files.write_contents(folder, entries, programme)
        index_files.write_passages(folder, passages)
        ids = index_chroma.passage_ids(passages)
        stored, inherited = ({}, 0) if in_memory or chroma_url else former.hand_over(folder, ids)
        store = None if in_memory else index_chroma.open_store(folder, chroma_url)
        filling = None
        if store is not None:
            filling = aside.submit(index_chroma.fill, store, ids, vectors, stored, progress)
        units = _units(passages, former, new, analysing.result())
        index_files.write_lexicon(folder)
        index_files.write_units(folder, units)
        words = _compared_words(compared(passages, every_unit(units)))
        index_files.write_word_vectors(folder, _word_vectors(words, encoder, former.words))
        for kind in FIELDS:
            CosineField.build(units[kind]).save(folder / f"{kind}.npz")
        for language in Language:
            LanguageBm25.build(language, passages, units["terms"]).save(folder / f"bm25-{language}")
        if filling is not None:
            filling.result()
            index_chroma.close(store)
    manifest = Manifest(
        version=version,
        created=created.isoformat(),
        knowledge=digest,
        model=encoder.identity,
        dimension=int(vectors.shape[1]),
        passages=len(passages),
        entries=len(entries),
        chromadb=chromadb.__version__,
        search=index_files.search_digest(),
        inherited=inherited,
    )
    index_files.write_manifest(folder, manifest)
    return manifest


def _vectors(
    passages: Sequence[Passage], encoder: SentenceEncoder, reuse: Mapping[str, np.ndarray], progress: Callable
) -> np.ndarray:
    known = dict(reuse)
    missing = list(dict.fromkeys(passage.text for passage in passages if passage.text not in known))
    progress(0, len(missing))
    for start in range(0, len(missing), 512):
        batch = missing[start : start + 512]
        known.update(zip(batch, encoder.passages([simplified(text) for text in batch]), strict=True))
        progress(start + len(batch), len(missing))
    if not passages:
        return np.zeros((0, encoder.dimension), np.float32)
    return np.stack([known[passage.text] for passage in passages]).astype(np.float32)


def _unknown(passages: Sequence[Passage], former: Former) -> list[str]:
    return [text for text in dict.fromkeys(passage.text for passage in passages) if text not in former.rows]


def _analysed(texts: Sequence[str], beside: Beside | None) -> dict[str, Column]:
    """The units of new texts. Without any, or with a process beside, the dictionaries need not be loaded here."""
    if beside is None or not texts:
        return columns_of(texts)
    found = beside.call(columns_of, texts)
    if not lexicon.is_analysed():
        lexicon.know(beside.call(lexicon.table))
    return found


def _units(
    passages: Sequence[Passage], former: Former, new: Sequence[str], found: Mapping[str, Column]
) -> dict[str, Column]:
    """The units of all passages: those of `new` texts as `found`, the rest as `former` generations know them."""
    rows = former.rows | {text: len(former.rows) + place for place, text in enumerate(new)}
    places = [rows[passage.text] for passage in passages]
    return {kind: former.units[kind].followed_by(column).taken(places) for kind, column in found.items()}


def _compared_words(units: Column) -> list[str]:
    return [unit for unit in units.taken(range(len(units))).names if not is_concept(unit)]


def _word_vectors(
    words: Sequence[str], encoder: SentenceEncoder, reuse: Mapping[str, np.ndarray]
) -> dict[str, np.ndarray]:
    missing = [word for word in words if word not in reuse]
    vectors = encoder.questions([simplified(word) for word in missing]) if missing else ()
    known = {**reuse, **dict(zip(missing, vectors, strict=True))}
    return {word: known[word] for word in words}


class Index:
    """An opened generation; thread-safe for searching; `close` releases Chroma."""

    def __init__(
        self, folder: Path, encoder: SentenceEncoder, chroma_url: str | None = None, *, in_memory: bool = False
    ) -> None:
        """Open it; with `in_memory` without Chroma, its vectors searched exactly: slower a question, sooner ready."""
        self.folder = folder
        self.manifest = index_files.read_manifest(folder)
        if self.manifest.model != encoder.identity:
            raise GenerationError(f"{folder.name} was built by another encoder; run: python ingest.py")
        self.encoder = encoder
        try:
            passages, units, words = self._load()
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise GenerationError(f"{folder.name} is damaged ({error}); run: python ingest.py") from error
        if len(self.vectors) != len(passages) or len(passages) != self.manifest.passages:
            raise GenerationError(f"{folder.name} is incomplete; run: python ingest.py")
        self._places = {one: place for place, one in enumerate(index_chroma.passage_ids(passages))}
        self.calibration = index_files.read_calibration(folder)
        if self.calibration is not None and self.calibration.model != self.manifest.model:
            raise GenerationError(f"the calibration of {folder.name} belongs to another encoder; run: python ingest.py")
        self._store: Any = None if in_memory else index_chroma.open_store(folder, chroma_url)
        self.neighbours = index_chroma.Neighbours(self._store, self._places, self.vectors)
        # Neither knows this index: it goes with its last user, without waiting for the collector of cycles. The encoder
        # is asked for words only when a question is; the verifier's has none.
        self._searcher = Searcher(
            self.entries, passages, units, self.vectors, words, self.fields, self.bm25,
            self.neighbours.nearest, lambda texts: encoder.questions(texts),
        )  # fmt: skip

    def _load(self) -> tuple[tuple[Passage, ...], dict[str, Column], dict[str, np.ndarray]]:
        folder = self.folder
        entries, self.programme = index_files.read_contents(folder)
        self.entries = {entry.id: entry for entry in entries}
        self.vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        units = index_files.read_units(folder)
        self.fields = {kind: CosineField.load(folder / f"{kind}.npz", units[kind].names) for kind in FIELDS}
        self.bm25 = {language: LanguageBm25.load(folder / f"bm25-{language}") for language in Language}
        if self.manifest.search == index_files.search_digest():
            index_files.know_lexicon(folder)
        return index_files.read_passages(folder), units, index_files.read_word_vectors(folder)

    @cached_property
    def passages(self) -> tuple[Passage, ...]:
        """What the vectors are of. Searching needs only their kinds and owners, so they are read when asked for."""
        return index_files.read_passages(self.folder)

    @property
    def version(self) -> int:
        """The number under which this generation was published."""
        return self.manifest.version

    def close(self) -> None:
        """Release Chroma's files and threads."""
        if self._store is not None:
            index_chroma.close(self._store)

    def documents(self, text: str, limit: int) -> list[Document]:
        """The nearest passages in Chroma as LangChain documents with `similarity` in their metadata."""
        asked = [self.encoder.question(simplified(text)).tolist()]
        limit = min(limit, len(self.vectors))
        if not limit:
            return []
        found = self._store._collection.query(query_embeddings=asked, n_results=limit, include=["distances"])
        nearest = [self.passages[self._places[one]] for one in found["ids"][0]]
        return [
            Document(
                page_content=passage.text,
                metadata={"entry": passage.entry_id, "language": passage.language.value, "kind": passage.kind.value,
                          "similarity": 1 - distance},
            )
            for passage, distance in zip(nearest, found["distances"][0], strict=True)
        ]  # fmt: skip

    def search(self, text: str, language: Language, now: datetime, only: Language | None = None) -> Evidence:
        """What the retrievers found for a question; only entries that may be told at `now` (aware).

        With `only`, as if the knowledge existed in that one language (the evaluation's 3x3 matrix).
        """
        text = respelled(text)
        if self.programme.event is not None:
            text = self.programme.event.shortened(text)
        return self._searcher.evidence(text, self.encoder.question(simplified(text)), language, now, only)

    def place_of(self, passage_id: str) -> int:
        """The number of a passage by its id in Chroma; KeyError when there is none."""
        return self._places[passage_id]
