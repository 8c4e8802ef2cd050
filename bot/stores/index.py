"""One generation of the index: Chroma vectors and lexical fields; built, opened and searched."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from pydantic import TypeAdapter

from bot.domain.calibration import Calibration, Evidence
from bot.domain.knowledge import Entry, Passage
from bot.domain.language import Language
from bot.domain.passages import passages_of
from bot.domain.programme import Programme
from bot.encoder import lexicon
from bot.encoder.analysis import simplified
from bot.stores.generations import GenerationError
from bot.stores.index_fields import ANALYZERS, CosineField, LanguageBm25
from bot.stores.index_search import FEATURES, Searcher
from bot.stores.models import EncodedBefore, SentenceEncoder

COLLECTION = "passages"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manifest:
    """What a generation is made of; checked when it is opened."""

    version: int
    created: str
    knowledge: str
    """Digest of the knowledge files."""
    model: str
    dimension: int
    passages: int
    entries: int
    chromadb: str
    search: str = ""
    """Digest of what shapes the search besides the knowledge: lexicon, analysis, the shipped decision."""


def build(
    folder: Path,
    entries: Sequence[Entry],
    programme: Programme,
    encoder: SentenceEncoder,
    *,
    version: int,
    created: datetime,
    digest: str,
    reuse: Mapping[str, np.ndarray] | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
    chroma_url: str | None = None,
    in_memory: bool = False,
) -> Manifest:
    """Write a whole generation into the empty `folder`; vectors in `reuse` (by text) are not computed again.

    With `in_memory` without Chroma: for looking at only, never to be published.
    """
    import chromadb

    folder.mkdir(parents=True, exist_ok=True)
    passages = [passage for entry in entries for passage in passages_of(entry)]
    vectors = _vectors(passages, encoder, reuse or {}, progress)
    np.save(folder / "vectors.npy", vectors)
    (folder / "entries.json").write_bytes(_ENTRIES.dump_json(tuple(entries)))
    (folder / "programme.json").write_bytes(_PROGRAMME.dump_json(programme))
    (folder / "passages.json").write_bytes(_PASSAGES.dump_json(tuple(passages)))
    store = None if in_memory else _chroma(folder, chroma_url)
    # Chroma writes outside Python's lock, so the texts are analysed meanwhile.
    with ThreadPoolExecutor(max_workers=1) as aside:
        filling = aside.submit(_fill, store, passages, vectors, progress) if store is not None else None
        units = {name: [analyzer(passage.text) for passage in passages] for name, analyzer in ANALYZERS.items()}
        for name, analyzer in ANALYZERS.items():
            CosineField.build(analyzer, units[name]).save(folder / f"{name}.npz")
        for language in Language:
            LanguageBm25.build(language, passages, units["terms"]).save(folder / f"bm25-{language}")
        if filling is not None:
            filling.result()
            _close(store)
    manifest = Manifest(
        version=version,
        created=created.isoformat(),
        knowledge=digest,
        model=encoder.identity,
        dimension=int(vectors.shape[1]),
        passages=len(passages),
        entries=len(entries),
        chromadb=chromadb.__version__,
        search=search_digest(),
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    return manifest


def search_digest() -> str:
    """The digest of the files that shape the search; a generation of another digest is built anew."""
    encoder = Path(lexicon.__file__).parent
    stores = Path(__file__).parent
    shaping = [encoder / "analysis.py", encoder / "sound.py", encoder / "calibration.json"]
    shaping += [stores / "index_fields.py", stores / "index_search.py", *sorted((encoder / "lexicon").glob("*.tsv"))]
    digest = hashlib.sha256()
    for path in shaping:
        digest.update(path.read_bytes() if path.exists() else b"")
    return digest.hexdigest()[:16]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; GenerationError when there is none."""
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise GenerationError(f"{folder} is no complete generation: {error}") from error


def stored_vectors(folder: Path, model: str) -> dict[str, np.ndarray]:
    """Vectors of a former generation by passage text, when they are of the same model; else nothing."""
    try:
        if read_manifest(folder).model != model:
            return {}
        passages = _PASSAGES.validate_json((folder / "passages.json").read_bytes())
        vectors = np.load(folder / "vectors.npy", allow_pickle=False)
    except (OSError, ValueError, GenerationError):
        return {}
    return {passage.text: vector for passage, vector in zip(passages, vectors, strict=True)}


def read_contents(folder: Path) -> tuple[tuple[Entry, ...], Programme]:
    """What a generation says, without opening its index; GenerationError when it cannot be read."""
    try:
        entries = _ENTRIES.validate_json((folder / "entries.json").read_bytes())
        return entries, _PROGRAMME.validate_json((folder / "programme.json").read_bytes())
    except (OSError, ValueError) as error:
        raise GenerationError(f"{folder} is no complete generation: {error}") from error


def replace_programme(folder: Path, programme: Programme) -> None:
    """Put a programme in place of the one in a generation that is not served; wholly old or wholly new."""
    temporary = folder / "programme.json.tmp"
    temporary.write_bytes(_PROGRAMME.dump_json(programme))
    temporary.replace(folder / "programme.json")


def discard(name: str, url: str) -> None:
    """Remove the collection of a generation from a Chroma server; embedded ones go with their directory."""
    store = _chroma(Path(name), url)
    try:
        store._client.delete_collection(name)
    finally:
        _close(store)


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


def _chroma(folder: Path, url: str | None) -> Any:
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma

    if url:
        host, _, port = url.removeprefix("http://").removeprefix("https://").rstrip("/").partition(":")
        client = chromadb.HttpClient(
            host=host,
            port=int(port or 8000),
            ssl=url.startswith("https"),
            settings=Settings(anonymized_telemetry=False),
        )
        name = folder.name
    else:
        settings = Settings(anonymized_telemetry=False, is_persistent=True)
        client = chromadb.PersistentClient(path=str(folder / "chroma"), settings=settings)
        name = COLLECTION
    # Vectors are always passed explicitly: no embedding function is stored or loaded (chroma #6717).
    return Chroma(
        collection_name=name,
        client=client,
        embedding_function=None,
        collection_configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
    )


def _fill(store: Any, passages: Sequence[Passage], vectors: np.ndarray, progress: Callable) -> None:
    collection = store._collection
    step = min(store._client.get_max_batch_size(), 2_000)
    for start in range(0, len(passages), step):
        batch = passages[start : start + step]
        collection.upsert(
            ids=[str(start + place) for place in range(len(batch))],
            embeddings=vectors[start : start + len(batch)],
            documents=[passage.text for passage in batch],
            metadatas=[
                {"entry": passage.entry_id, "language": passage.language.value, "kind": passage.kind.value}
                for passage in batch
            ],
        )
        progress(start + len(batch), len(passages))


def _close(store: Any) -> None:
    store._client.close()


def _read_calibration(folder: Path) -> Calibration:
    """The decision of a generation; GenerationError when another version of the assistant wrote it."""
    try:
        calibration = CALIBRATION.validate_json((folder / "calibration.json").read_bytes())
    except ValueError as error:
        raise GenerationError(f"the decision of {folder.name} cannot be read; run: python ingest.py") from error
    if len(calibration.ranking.asked.factors) != len(FEATURES):
        raise GenerationError(f"the decision of {folder.name} is of another version; run: python ingest.py")
    return calibration


class Index:
    """An opened generation; thread-safe for searching; `close` releases Chroma."""

    def __init__(
        self, folder: Path, encoder: SentenceEncoder, chroma_url: str | None = None, *, in_memory: bool = False
    ) -> None:
        """Open it; with `in_memory` without Chroma, its vectors searched exactly: slower a question, sooner ready."""
        self.folder = folder
        self.manifest = read_manifest(folder)
        if self.manifest.model != encoder.identity:
            raise GenerationError(f"{folder.name} was built by another encoder; run: python ingest.py")
        self.encoder = encoder
        self.entries = {entry.id: entry for entry in _ENTRIES.validate_json((folder / "entries.json").read_bytes())}
        self.programme = _PROGRAMME.validate_json((folder / "programme.json").read_bytes())
        self.passages = _PASSAGES.validate_json((folder / "passages.json").read_bytes())
        self.vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        if len(self.vectors) != len(self.passages) or len(self.passages) != self.manifest.passages:
            raise GenerationError(f"{folder.name} is incomplete; run: python ingest.py")
        self.fields = {name: CosineField.load(analyzer, folder / f"{name}.npz") for name, analyzer in ANALYZERS.items()}
        self.bm25 = {language: LanguageBm25.load(folder / f"bm25-{language}") for language in Language}
        self.calibration: Calibration | None = None
        if (folder / "calibration.json").exists():
            self.calibration = _read_calibration(folder)
            if self.calibration.model != self.manifest.model:
                raise GenerationError(
                    f"the calibration of {folder.name} belongs to another encoder; run: python ingest.py"
                )
        self._store: Any = None if in_memory else _chroma(folder, chroma_url)
        self._searcher = Searcher(
            self.entries, self.passages, self.vectors, self.fields, self.bm25, nearest=self._nearest
        )

    @property
    def version(self) -> int:
        """The number under which this generation was published."""
        return self.manifest.version

    def close(self) -> None:
        """Release Chroma's files and threads."""
        if self._store is not None:
            _close(self._store)

    def documents(self, text: str, limit: int) -> list[Document]:
        """The nearest passages in Chroma as LangChain documents with `similarity` in their metadata."""
        vector = self.encoder.question(simplified(text))
        found = self._store.similarity_search_by_vector_with_relevance_scores(vector.tolist(), k=limit)
        return [
            Document(page_content=document.page_content, metadata={**document.metadata, "similarity": 1 - distance})
            for document, distance in found
        ]

    def search(self, text: str, language: Language, now: datetime, only: Language | None = None) -> Evidence:
        """What the retrievers found for a question; only entries that may be told at `now` (aware).

        With `only`, as if the knowledge existed in that one language (the evaluation's 3x3 matrix).
        """
        return self._searcher.evidence(text, self.encoder.question(simplified(text)), language, now, only)

    @contextmanager
    def encoded(self, vectors: Mapping[str, np.ndarray]) -> Iterator[None]:
        """For asking very many questions at once: their vectors are known beforehand (by simplified text)."""
        encoder = self.encoder
        self.encoder = EncodedBefore(encoder, vectors)  # type: ignore[assignment]
        try:
            yield
        finally:
            self.encoder = encoder

    def _nearest(self, vector: np.ndarray, limit: int) -> list[int]:
        """Numbers of the passages nearest to a vector, by Chroma; by the same vectors in memory should it fail."""
        limit = min(limit, len(self.passages))
        if not limit:
            return []
        if self._store is None:
            return self._exactly(vector, limit)
        try:
            found = self._store._collection.query(query_embeddings=[vector.tolist()], n_results=limit, include=[])
            return [int(passage) for passage in found["ids"][0]]
        except Exception:
            logger.exception("Chroma does not answer; searching the vectors in memory")
            return self._exactly(vector, limit)

    def _exactly(self, vector: np.ndarray, limit: int) -> list[int]:
        scores = self.vectors @ vector
        limit = min(limit, len(scores))
        return np.argpartition(-scores, limit - 1)[:limit].tolist() if limit else []


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])
_PROGRAMME: TypeAdapter[Programme] = TypeAdapter(Programme)
_PASSAGES: TypeAdapter[tuple[Passage, ...]] = TypeAdapter(tuple[Passage, ...])
CALIBRATION: TypeAdapter[Calibration] = TypeAdapter(Calibration)
