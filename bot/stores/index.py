"""One generation of the index: Chroma vectors and lexical fields; built, opened and searched."""

from __future__ import annotations

import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

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
from bot.stores import index_chroma
from bot.stores.generations import GenerationError
from bot.stores.index_fields import ANALYZERS, CosineField, LanguageBm25, Units, analysed
from bot.stores.index_search import FEATURES, QUESTION_FEATURES, Searcher
from bot.stores.models import EncodedBefore, SentenceEncoder

MOST_INHERITED = 20
"""Publications in a row that change one Chroma folder; then it is filled from nothing."""
LEAST_SHARED = 0.9
"""Share of passages that must be the same, so that changing is quicker than filling."""
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
    inherited: int = 0
    """How many times its Chroma folder was taken over and changed since it was last filled from nothing."""


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
    progress: Callable[[int, int], None] = lambda done, total: None,
    chroma_url: str | None = None,
    in_memory: bool = False,
) -> Manifest:
    """Write a whole generation into the empty `folder`; what `former` ones knew of a text is not computed again.

    With `in_memory` without Chroma: for looking at only, never to be published.
    """
    import chromadb

    folder.mkdir(parents=True, exist_ok=True)
    passages = [passage for entry in entries for passage in passages_of(entry)]
    former = former or Former()
    vectors = _vectors(passages, encoder, former.vectors, progress)
    np.save(folder / "vectors.npy", vectors)
    (folder / "entries.json").write_bytes(_ENTRIES.dump_json(tuple(entries)))
    (folder / "programme.json").write_bytes(_PROGRAMME.dump_json(programme))
    (folder / "passages.json").write_bytes(_PASSAGES.dump_json(tuple(passages)))
    ids = index_chroma.passage_ids(passages)
    stored, inherited = ({}, 0) if in_memory or chroma_url else former.hand_over(folder, ids)
    store = None if in_memory else index_chroma.open_store(folder, chroma_url)
    # Chroma writes outside Python's lock, so the texts are analysed meanwhile.
    with ThreadPoolExecutor(max_workers=1) as aside:
        filling = None
        if store is not None:
            filling = aside.submit(index_chroma.fill, store, ids, passages, vectors, stored, progress)
        units = [former.units.get(passage.text) or analysed(passage.text) for passage in passages]
        _write_units(folder, units)
        _write_lexicon(folder)
        for name, analyzer in ANALYZERS.items():
            CosineField.build(analyzer, [found[name] for found in units]).save(folder / f"{name}.npz")
        terms = [found["terms"] for found in units]
        for language in Language:
            LanguageBm25.build(language, passages, terms).save(folder / f"bm25-{language}")
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
        search=search_digest(),
        inherited=inherited,
    )
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    return manifest


def search_digest() -> str:
    """The digest of what shapes the search and how it is stored; a generation of another digest is built anew."""
    encoder = Path(lexicon.__file__).parent
    stores = Path(__file__).parent
    shaping = [encoder / "analysis.py", encoder / "sound.py", encoder / "calibration.json"]
    shaping += [stores / name for name in ("index.py", "index_fields.py", "index_search.py")]
    shaping += sorted((encoder / "lexicon").glob("*.tsv"))
    digest = hashlib.sha256()
    for path in shaping:
        digest.update(path.read_bytes() if path.exists() else b"")
    for package in ("jieba", "pymorphy3", "pymorphy3-dicts-ru", "snowballstemmer", "opencc-python-reimplemented"):
        digest.update(installed_version(package).encode())
    return digest.hexdigest()[:16]


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a generation; GenerationError when there is none."""
    try:
        return Manifest(**json.loads((folder / "manifest.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise GenerationError(f"{folder} is no complete generation: {error}") from error


@dataclass
class Former:
    """What former generations know of texts: vectors of the same model, units of the same analysis."""

    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    units: dict[str, Units] = field(default_factory=dict)
    chroma: tuple[Path, Mapping[str, np.ndarray], int] | None = None
    """The newest embedded Chroma folder, the vectors in it by passage id, and how often it was taken over."""

    @classmethod
    def of(cls, kept: Sequence[Path], model: str) -> Former:
        """What the newest generation knows (they come newest first); of the others only where that one does not fit."""
        former = cls()
        for folder in kept:
            former.learn(folder, model)
            if former.vectors and former.units:
                break
        return former

    def learn(self, folder: Path, model: str) -> None:
        """Take in a former generation as far as it fits; nothing from a damaged one."""
        try:
            manifest = read_manifest(folder)
            passages = _PASSAGES.validate_json((folder / "passages.json").read_bytes())
            texts = [passage.text for passage in passages]
            if manifest.model == model:
                stored = np.load(folder / "vectors.npy", allow_pickle=False)
                self.vectors.update(zip(texts, stored, strict=True))
                if manifest.chromadb == installed_version("chromadb") and (folder / "chroma").is_dir():
                    held = dict(zip(index_chroma.passage_ids(passages), stored, strict=True))
                    self.chroma = (folder / "chroma", held, manifest.inherited)
            if manifest.search == search_digest():
                _know_lexicon(folder)
                self.units.update(zip(texts, _read_units(folder), strict=True))
        except (OSError, ValueError, KeyError, GenerationError):
            return

    def hand_over(self, folder: Path, ids: Sequence[str]) -> tuple[Mapping[str, np.ndarray], int]:
        """Copy the Chroma folder into a new generation with mostly the same passages: what is in it, how often taken.

        Nothing when too much is different, or after many times: what is deleted stays in the graph as ballast.
        """
        if self.chroma is None:
            return {}, 0
        source, held, times = self.chroma
        same = len(held.keys() & set(ids))
        if times >= MOST_INHERITED or same < LEAST_SHARED * max(len(ids), len(held)):
            return {}, 0
        shutil.copytree(source, folder / "chroma")
        return held, times + 1


def _write_lexicon(folder: Path) -> None:
    stored = {"\t".join(words): "\t".join(ids) for words, ids in lexicon.table().items()}
    (folder / "lexicon.json").write_text(json.dumps(stored, ensure_ascii=False), "utf-8")


def _know_lexicon(folder: Path) -> None:
    stored = json.loads((folder / "lexicon.json").read_text("utf-8"))
    lexicon.know({tuple(words.split("\t")): tuple(ids.split("\t")) for words, ids in stored.items()})


def _write_units(folder: Path, units: Sequence[Units]) -> None:
    # One string a passage: a hundred thousand small lists would take seconds to read.
    names = ("words", *ANALYZERS)
    stored = {name: ["\t".join(found[name]) for found in units] for name in names}
    (folder / "units.json").write_text(json.dumps(stored, ensure_ascii=False), "utf-8")


def _read_units(folder: Path) -> list[Units]:
    stored = json.loads((folder / "units.json").read_text("utf-8"))
    columns = [[text.split("\t") if text else [] for text in stored[name]] for name in stored]
    return [dict(zip(stored, row, strict=True)) for row in zip(*columns, strict=True)]


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


def _read_calibration(folder: Path) -> Calibration:
    """The decision of a generation; GenerationError when another version of the assistant wrote it."""
    try:
        calibration = CALIBRATION.validate_json((folder / "calibration.json").read_bytes())
    except ValueError as error:
        raise GenerationError(f"the decision of {folder.name} cannot be read; run: python ingest.py") from error
    if (calibration.figures_of_candidate, calibration.figures_of_question) != (len(FEATURES), len(QUESTION_FEATURES)):
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
        try:
            units = self._load()
        except (OSError, ValueError, KeyError, BadZipFile) as error:
            raise GenerationError(f"{folder.name} is damaged ({error}); run: python ingest.py") from error
        if len(self.vectors) != len(self.passages) or len(self.passages) != self.manifest.passages:
            raise GenerationError(f"{folder.name} is incomplete; run: python ingest.py")
        self._places = {one: place for place, one in enumerate(index_chroma.passage_ids(self.passages))}
        self.calibration: Calibration | None = None
        if (folder / "calibration.json").exists():
            self.calibration = _read_calibration(folder)
            if self.calibration.model != self.manifest.model:
                raise GenerationError(
                    f"the calibration of {folder.name} belongs to another encoder; run: python ingest.py"
                )
        self._store: Any = None if in_memory else index_chroma.open_store(folder, chroma_url)
        self._searcher = Searcher(
            self.entries, self.passages, units, self.vectors, self.fields, self.bm25, self._nearest
        )

    def _load(self) -> list[Units]:
        folder = self.folder
        self.entries = {entry.id: entry for entry in _ENTRIES.validate_json((folder / "entries.json").read_bytes())}
        self.programme = _PROGRAMME.validate_json((folder / "programme.json").read_bytes())
        self.passages = _PASSAGES.validate_json((folder / "passages.json").read_bytes())
        self.vectors = np.load(folder / "vectors.npy", allow_pickle=False)
        self.fields = {name: CosineField.load(analyzer, folder / f"{name}.npz") for name, analyzer in ANALYZERS.items()}
        self.bm25 = {language: LanguageBm25.load(folder / f"bm25-{language}") for language in Language}
        if self.manifest.search == search_digest():
            _know_lexicon(folder)
        return _read_units(folder)

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
        vector = self.encoder.question(simplified(text))
        limit = min(limit, len(self.passages))
        if not limit:
            return []
        found = self._store._collection.query(query_embeddings=[vector.tolist()], n_results=limit)
        rows = zip(found["ids"][0], found["metadatas"][0], found["distances"][0], strict=True)
        return [
            Document(
                page_content=self.passages[self._places[one]].text, metadata={**metadata, "similarity": 1 - distance}
            )
            for one, metadata, distance in rows
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

    def place_of(self, passage_id: str) -> int:
        """The number of a passage by its id in Chroma; KeyError when there is none."""
        return self._places[passage_id]

    def _nearest(self, vector: np.ndarray, limit: int) -> list[int]:
        """Numbers of the passages nearest to a vector, by Chroma; by the same vectors in memory should it fail."""
        limit = min(limit, len(self.passages))
        if not limit:
            return []
        if self._store is None:
            return self._exactly(vector, limit)
        try:
            found = self._store._collection.query(query_embeddings=[vector.tolist()], n_results=limit, include=[])
            return [self._places[one] for one in found["ids"][0]]
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
