"""The files of one generation: what each holds, read and written without opening the index."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import version as installed_version
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from bot.domain import passages
from bot.domain.calibration import Calibration
from bot.domain.edition import Snapshot
from bot.domain.knowledge import Entry, Passage
from bot.domain.programme import Programme
from bot.encoder import lexicon
from bot.stores import index_chroma
from bot.stores.generations import GenerationError
from bot.stores.index_search import DOUBTS, FEATURES, QUESTION_FEATURES
from bot.stores.units import ANALYZERS, Column

MOST_INHERITED = 20
"""Publications in a row that change one Chroma folder; then it is filled from nothing."""
LEAST_SHARED = 0.9
"""Share of passages that must be the same, so that changing is quicker than filling."""

_ENTRIES: TypeAdapter[tuple[Entry, ...]] = TypeAdapter(tuple[Entry, ...])
_PROGRAMME: TypeAdapter[Programme] = TypeAdapter(Programme)
_PASSAGES: TypeAdapter[tuple[Passage, ...]] = TypeAdapter(tuple[Passage, ...])
CALIBRATION: TypeAdapter[Calibration] = TypeAdapter(Calibration)


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


@cache
def search_digest() -> str:
    """The digest of what shapes the search and how it is stored; a generation of another digest is built anew."""
    encoder = Path(lexicon.__file__).parent
    stores = Path(__file__).parent
    shaping = [encoder / "analysis.py", encoder / "sound.py", encoder / "calibration.json"]
    shaping += [stores / f"{name}.py" for name in ("index", "index_files", "index_fields", "index_search", "units")]
    shaping += [stores / f"{name}.py" for name in ("entry_words", "passage_groups", "word_alignment")]
    shaping += [Path(passages.__file__)]
    shaping += [*sorted((encoder / "lexicon").glob("*.tsv")), *sorted((encoder / "elsewhere").glob("*.txt"))]
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


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of a generation: with it, it is complete."""
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=1), "utf-8")


def read_contents(folder: Path) -> tuple[tuple[Entry, ...], Programme]:
    """What a generation says; GenerationError when it cannot be read."""
    try:
        entries = _ENTRIES.validate_json((folder / "entries.json").read_bytes())
        return entries, _PROGRAMME.validate_json((folder / "programme.json").read_bytes())
    except (OSError, ValueError) as error:
        raise GenerationError(f"{folder} is no complete generation: {error}") from error


def read_snapshot(folder: Path) -> Snapshot:
    """A generation as an edition, without opening its index; GenerationError when it cannot be read."""
    entries, programme = read_contents(folder)
    return Snapshot({entry.id: entry for entry in entries}, programme, read_manifest(folder).version)


def write_contents(folder: Path, entries: Sequence[Entry], programme: Programme) -> None:
    """What a generation says."""
    (folder / "entries.json").write_bytes(_ENTRIES.dump_json(tuple(entries)))
    (folder / "programme.json").write_bytes(_PROGRAMME.dump_json(programme))


def replace_programme(folder: Path, programme: Programme) -> None:
    """Put a programme in place of the one in a generation that is not served; wholly old or wholly new."""
    temporary = folder / "programme.json.tmp"
    temporary.write_bytes(_PROGRAMME.dump_json(programme))
    temporary.replace(folder / "programme.json")


def read_passages(folder: Path) -> tuple[Passage, ...]:
    """The passages of a generation, in the order of its vectors and units."""
    return _PASSAGES.validate_json((folder / "passages.json").read_bytes())


def write_passages(folder: Path, passages: Sequence[Passage]) -> None:
    """The passages of a generation."""
    (folder / "passages.json").write_bytes(_PASSAGES.dump_json(tuple(passages)))


def read_calibration(folder: Path) -> Calibration | None:
    """The decision of a generation, if it has one; GenerationError when another version of the assistant wrote it."""
    path = folder / "calibration.json"
    if not path.exists():
        return None
    try:
        calibration = CALIBRATION.validate_json(path.read_bytes())
    except ValueError as error:
        raise GenerationError(f"the decision of {folder.name} cannot be read; run: python ingest.py") from error
    fitted_on = (calibration.figures_of_candidate, calibration.figures_of_question, calibration.figures_of_doubt)
    if fitted_on != (len(FEATURES), len(QUESTION_FEATURES), len(DOUBTS)):
        raise GenerationError(f"the decision of {folder.name} is of another version; run: python ingest.py")
    return calibration


def write_calibration(folder: Path, calibration: Calibration) -> None:
    """The decision of a generation."""
    (folder / "calibration.json").write_bytes(CALIBRATION.dump_json(calibration))


def know_lexicon(folder: Path) -> None:
    """Take over the analysed lexicon of a generation."""
    stored = json.loads((folder / "lexicon.json").read_text("utf-8"))
    lexicon.know({tuple(words.split("\t")): tuple(ids.split("\t")) for words, ids in stored.items()})


def write_lexicon(folder: Path) -> None:
    """The analysed lexicon, so that a process need not cut 38,000 forms into words."""
    stored = {"\t".join(words): "\t".join(ids) for words, ids in lexicon.table().items()}
    (folder / "lexicon.json").write_text(json.dumps(stored, ensure_ascii=False), "utf-8")


def read_word_vectors(folder: Path) -> dict[str, np.ndarray]:
    """The vectors of single words of a generation."""
    with np.load(folder / "words.npz", allow_pickle=False) as stored:
        return dict(zip(stored["words"].tolist(), stored["vectors"], strict=True))


def write_word_vectors(folder: Path, vectors: Mapping[str, np.ndarray]) -> None:
    """The same, in half precision."""
    table = np.array(list(vectors.values()), np.float16)
    np.savez(folder / "words.npz", words=np.array(list(vectors), "U"), vectors=table)


def read_units(folder: Path) -> dict[str, Column]:
    """What each passage consists of, by the kind of unit."""
    return {kind: Column.load(folder / f"units-{kind}.npz") for kind in ANALYZERS}


def write_units(folder: Path, units: Mapping[str, Column]) -> None:
    """The same."""
    for kind, column in units.items():
        column.save(folder / f"units-{kind}.npz")


@dataclass
class Former:
    """What former generations know of texts: vectors of the same model, units of the same analysis."""

    vectors: dict[str, np.ndarray] = field(default_factory=dict)
    words: dict[str, np.ndarray] = field(default_factory=dict)
    units: Mapping[str, Column] = field(default_factory=lambda: dict.fromkeys(ANALYZERS, Column.of([])))
    rows: dict[str, int] = field(default_factory=dict)
    """Where in the units a text stands."""
    chroma: tuple[Path, Mapping[str, np.ndarray], int] | None = None
    """The newest embedded Chroma folder, the vectors in it by passage id, and how often it was taken over."""

    @classmethod
    def of(cls, kept: Sequence[Path], model: str) -> Former:
        """What the newest generation knows (they come newest first); of the others only where that one does not fit."""
        former = cls()
        for folder in kept:
            former.learn(folder, model)
            if former.vectors and former.rows:
                break
        return former

    def learn(self, folder: Path, model: str) -> None:
        """Take in a former generation as far as it fits; nothing from a damaged one."""
        try:
            manifest = read_manifest(folder)
            known = read_passages(folder)
            texts = [passage.text for passage in known]
            if manifest.model == model:
                stored = np.load(folder / "vectors.npy", allow_pickle=False)
                self.vectors.update(zip(texts, stored, strict=True))
                self.words.update(read_word_vectors(folder))
                if manifest.chromadb == installed_version("chromadb") and (folder / "chroma").is_dir():
                    held = dict(zip(index_chroma.passage_ids(known), stored, strict=True))
                    self.chroma = (folder / "chroma", held, manifest.inherited)
            if manifest.search == search_digest() and not self.rows:
                know_lexicon(folder)
                self.units, self.rows = read_units(folder), {text: row for row, text in enumerate(texts)}
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
