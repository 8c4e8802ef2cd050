"""One generation of the index: Chroma vectors and lexical fields; built, opened and searched."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.documents import Document
from pydantic import TypeAdapter

from bot.domain.calibration import Calibration, Candidate, Evidence
from bot.domain.knowledge import Entry, Passage, PassageKind
from bot.domain.language import Language
from bot.domain.passages import passages_of
from bot.domain.programme import Programme
from bot.encoder import analysis, lexicon
from bot.encoder.analysis import simplified
from bot.stores.generations import GenerationError
from bot.stores.index_fields import ANALYZERS, CosineField, LanguageBm25
from bot.stores.models import SentenceEncoder

COLLECTION = "passages"
DENSE_HITS = 80
"""Passages asked of Chroma: measured, the right entry is among them in 99.8 % of the golden questions."""
LEXICAL_HITS = 12

FEATURES = (
    "dense question", "dense question, asked language", "dense three best", "dense title", "dense sentence",
    "dense body", "bm25", "terms", "concepts", "sound", "sound, asked language", "coverage", "concept coverage",
)  # fmt: skip
"""What each figure of a candidate is; all lie in about 0..1, larger is better."""

QUESTION_FEATURES = ("content words", "unknown words", "uncovered weight")


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
) -> Manifest:
    """Write a whole generation into the empty `folder`; vectors in `reuse` (by text) are not computed again."""
    import chromadb

    folder.mkdir(parents=True, exist_ok=True)
    passages = [passage for entry in entries for passage in passages_of(entry)]
    vectors = _vectors(passages, encoder, reuse or {}, progress)
    np.save(folder / "vectors.npy", vectors)
    (folder / "entries.json").write_bytes(_ENTRIES.dump_json(tuple(entries)))
    (folder / "programme.json").write_bytes(_PROGRAMME.dump_json(programme))
    (folder / "passages.json").write_bytes(_PASSAGES.dump_json(tuple(passages)))
    units = {name: [analyzer(passage.text) for passage in passages] for name, analyzer in ANALYZERS.items()}
    for name, analyzer in ANALYZERS.items():
        CosineField.build(analyzer, units[name]).save(folder / f"{name}.npz")
    for language in Language:
        LanguageBm25.build(language, passages, units["terms"]).save(folder / f"bm25-{language}")
    store = _chroma(folder, chroma_url)
    _fill(store, passages, vectors, progress)
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
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    return manifest


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


class Index:
    """An opened generation; thread-safe for searching; `close` releases Chroma."""

    def __init__(self, folder: Path, encoder: SentenceEncoder, chroma_url: str | None = None) -> None:
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
            self.calibration = CALIBRATION.validate_json((folder / "calibration.json").read_bytes())
            if self.calibration.model != self.manifest.model:
                raise GenerationError(
                    f"the calibration of {folder.name} belongs to another encoder; run: python ingest.py"
                )
        self._store = _chroma(folder, chroma_url)
        self._arrange()

    @property
    def version(self) -> int:
        """The number under which this generation was published."""
        return self.manifest.version

    def close(self) -> None:
        """Release Chroma's files and threads."""
        _close(self._store)

    def _arrange(self) -> None:
        """Group the passages by entry, kind and language, once, for the maxima of a search."""
        self._ids = list(self.entries)
        place = {entry_id: number for number, entry_id in enumerate(self._ids)}
        self._owner = np.array([place[passage.entry_id] for passage in self.passages], np.int64)
        kinds = np.array([passage.kind.value for passage in self.passages])
        asked = (kinds == PassageKind.QUESTION) | (kinds == PassageKind.TITLE)
        self._groups = {
            "question": np.flatnonzero(asked),
            "title": np.flatnonzero(kinds == PassageKind.TITLE),
            "sentence": np.flatnonzero(kinds == PassageKind.SENTENCE),
            "body": np.flatnonzero(kinds == PassageKind.BODY),
        }
        languages = np.array([passage.language.value for passage in self.passages])
        self._spoken = {language: languages == language.value for language in Language}
        self._asked_in = {language: np.flatnonzero(asked & (languages == language.value)) for language in Language}
        self._units: list[frozenset[str]] = [frozenset()] * len(self._ids)
        self._concepts: list[frozenset[str]] = [frozenset()] * len(self._ids)
        for number, entry in enumerate(self.entries.values()):
            texts = [
                text
                for rendering in entry.renderings.values()
                for text in (rendering.title, rendering.body, *rendering.questions)
            ]
            self._units[number] = frozenset(word for text in texts for word in analysis.words(text))
            self._concepts[number] = frozenset(concept for text in texts for concept in lexicon.concepts_in(text))

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
        vector = self.encoder.question(simplified(text))
        cosines = self.vectors @ vector
        terms = analysis.lexical_terms(text)
        concepts = lexicon.concepts_in(text)
        sounds = ANALYZERS["sound"](text)
        fields = {
            "terms": self.fields["terms"].cosines(terms),
            "concepts": self.fields["concepts"].cosines(concepts),
            "sound": self.fields["sound"].cosines(sounds),
        }
        bm25 = sum(self.bm25[asked].scores(terms, len(self.passages)) for asked in Language)
        if only is not None:
            mask = self._spoken[only]
            cosines, bm25 = cosines * mask, bm25 * mask
            fields = {name: scores * mask for name, scores in fields.items()}
        self_score = sum(self.fields["terms"].weight(term) for term in terms) or 1.0
        asked, own = self._groups["question"], self._asked_in[language]
        best = self._best
        columns = np.column_stack(
            [
                best(cosines, asked),
                best(cosines, own),
                self._three_best(cosines, asked),
                best(cosines, self._groups["title"]),
                best(cosines, self._groups["sentence"]),
                best(cosines, self._groups["body"]),
                np.minimum(best(bm25 / self_score, None), 2.0),
                best(fields["terms"], None),
                best(fields["concepts"], None),
                best(fields["sound"], None),
                best(fields["sound"], own),
            ]
        )
        places = self._candidates(vector, columns, now)
        content = analysis.content(analysis.words(text))
        weights = {word: self.fields["terms"].weight(word) for word in content}
        meanings = {word: lexicon.concepts_in(word) for word in content}
        concept_weights = {concept: self.fields["concepts"].weight(concept) for concept in set(concepts)}
        candidates = []
        for place in places:
            covered = sum(
                weight
                for word, weight in weights.items()
                if word in self._units[place] or any(meaning in self._concepts[place] for meaning in meanings[word])
            )
            meant = sum(weight for concept, weight in concept_weights.items() if concept in self._concepts[place])
            candidates.append(
                Candidate(
                    self._ids[place],
                    (
                        *(float(value) for value in columns[place]),
                        covered / (sum(weights.values()) or 1.0),
                        meant / (sum(concept_weights.values()) or 1.0),
                    ),
                )
            )
        vocabulary = self.fields["terms"].vocabulary
        unknown = [word for word in weights if word not in vocabulary and not meanings[word]]
        covering = max((candidate.features[-2] for candidate in candidates), default=0.0)
        return Evidence(
            tuple(candidates),
            (
                min(len(weights), 10) / 10,
                len(unknown) / max(len(weights), 1),
                (1 - covering) * min(sum(weights.values()), 30) / 30,
            ),
        )

    def _best(self, scores: np.ndarray, places: np.ndarray | None) -> np.ndarray:
        """The best score of each entry among some passages; 0 for an entry without any."""
        result = np.zeros(len(self._ids), np.float32)
        if places is None:
            np.maximum.at(result, self._owner, scores)
        else:
            np.maximum.at(result, self._owner[places], scores[places])
        return result

    def _three_best(self, scores: np.ndarray, places: np.ndarray) -> np.ndarray:
        """The mean of each entry's three best scores."""
        order = places[np.argsort(-scores[places], kind="stable")]
        totals, counts = np.zeros(len(self._ids), np.float32), np.zeros(len(self._ids), np.int64)
        owners = self._owner[order]
        # Only the head of the list can hold three of the leading entries.
        for owner, score in zip(owners[:400], scores[order[:400]], strict=True):
            if counts[owner] < 3:
                totals[owner] += score
                counts[owner] += 1
        return totals / 3

    def _candidates(self, vector: np.ndarray, columns: np.ndarray, now: datetime) -> list[int]:
        """Entries worth weighing: the owners of Chroma's nearest passages and the leaders of each lexical field."""
        found = self._store._collection.query(
            query_embeddings=[vector.tolist()], n_results=min(DENSE_HITS, max(len(self.passages), 1)), include=[]
        )
        places = {int(self._owner[int(passage)]) for passage in found["ids"][0]}
        for column in (6, 7, 8, 9):
            leading = np.argsort(-columns[:, column], kind="stable")[:LEXICAL_HITS]
            places.update(int(place) for place in leading if columns[place, column] > 0)
        return sorted(place for place in places if self.entries[self._ids[place]].is_valid_at(now))


_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])
_PROGRAMME: TypeAdapter[Programme] = TypeAdapter(Programme)
_PASSAGES: TypeAdapter[tuple[Passage, ...]] = TypeAdapter(tuple[Passage, ...])
CALIBRATION: TypeAdapter[Calibration] = TypeAdapter(Calibration)
