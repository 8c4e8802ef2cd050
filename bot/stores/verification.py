"""Verifies a generation in a process of its own, because a damaged index can kill the process that opens it."""

from __future__ import annotations

from pathlib import Path

from bot.stores.beside import Beside, ProcessDied
from bot.stores.generations import GenerationError

PROBES = 300
MOST_LOST = 0.02
"""Share of probes that Chroma's graph may miss. It is another graph each time, and a few of its nodes have no way in
(one in some thousands, measured); their entries are found by other passages. What is damaged shows in the vectors."""
SECONDS = 180


class _StoredEncoder:
    """Stands in for the encoder: a generation is verified with the vectors it holds, so no model is loaded."""

    name = "stored vectors"

    def __init__(self, identity: str) -> None:
        self.identity = identity


class Verifier:
    """Verifies in a process that is started beforehand."""

    def __init__(self) -> None:
        self._beside = Beside(_prepare)

    def __enter__(self) -> Verifier:
        self._beside.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._beside.__exit__(*error)  # type: ignore[arg-type]

    def __call__(self, folder: Path, chroma_url: str | None = None) -> str | None:
        """None when all is well, else what is wrong."""
        try:
            self._beside.call(inspect, folder.resolve(), chroma_url, seconds=SECONDS)
        except ProcessDied as error:
            return f"opening {folder.name} killed the process that tried it ({error})"
        except TimeoutError:
            return f"the verification of {folder.name} took longer than {SECONDS} s"
        except Exception as error:
            return f"{type(error).__name__}: {error}".removeprefix("GenerationError: ")
        return None


def verify(folder: Path, chroma_url: str | None = None) -> str | None:
    """Verify one generation: None when all is well, else what is wrong."""
    with Verifier() as verifier:
        return verifier(folder, chroma_url)


def _prepare() -> None:
    """Import what opening a generation takes."""
    import chromadb  # noqa: F401
    import langchain_chroma  # noqa: F401

    from bot.stores import index  # noqa: F401


def inspect(folder: Path, chroma_url: str | None = None) -> tuple[int, int]:
    """Open the generation and probe it: passages and probes. GenerationError says what is wrong."""
    import numpy as np

    from bot.stores.index import Index
    from bot.stores.index_files import read_manifest

    manifest = read_manifest(folder)
    index = Index(folder, _StoredEncoder(manifest.model), chroma_url)  # type: ignore[arg-type]
    try:
        collection = index._store._collection
        if (count := collection.count()) != manifest.passages:
            raise GenerationError(f"{folder.name} holds {count} passages instead of {manifest.passages}")
        if len(index.entries) != manifest.entries:
            raise GenerationError(f"{folder.name} holds {len(index.entries)} entries instead of {manifest.entries}")
        if not np.isfinite(index.vectors).all():
            raise GenerationError(f"{folder.name} holds vectors that are no numbers")
        places = _probes(index)
        lost = _lost(collection, index, places)
        if _changed(collection, index, lost) or len(lost) > max(1, MOST_LOST * len(places)):
            shown = ", ".join(sorted({index.passages[place].entry_id for place in lost})[:5])
            raise GenerationError(
                f"{len(lost)} of {len(places)} probes of {folder.name} do not find themselves: {shown}"
            )
        return count, len(places)
    finally:
        index.close()


def _probes(index) -> list[int]:  # type: ignore[no-untyped-def]
    """One passage of every entry, then others evenly, without those that no vector stands for."""
    first: dict[str, int] = {}
    for place, passage in enumerate(index.passages):
        first.setdefault(passage.entry_id, place)
    step = max(len(index.passages) // PROBES, 1)
    places = dict.fromkeys([*first.values(), *range(0, len(index.passages), step)])
    return [place for place in places if float(index.vectors[place] @ index.vectors[place]) > 0.25][
        : max(PROBES, len(first))
    ]


def _lost(collection, index, places: list[int]) -> list[int]:  # type: ignore[no-untyped-def]
    """Probes whose own vector is not the nearest one found; two equal texts have equal vectors."""
    lost, vectors = [], index.vectors
    for start in range(0, len(places), 100):
        batch = places[start : start + 100]
        found = collection.query(query_embeddings=vectors[batch], n_results=1, include=["distances"])
        for place, ids, distances in zip(batch, found["ids"], found["distances"], strict=True):
            same = ids and float(vectors[index.place_of(ids[0])] @ vectors[place]) > 0.999 and distances[0] < 0.01
            if not same:
                lost.append(place)
    return lost


def _changed(collection, index, places: list[int]) -> bool:  # type: ignore[no-untyped-def]
    """Whether Chroma holds another vector for one of these passages, or none."""
    from bot.stores import index_chroma

    if not places:
        return False
    names = index_chroma.passage_ids([index.passages[place] for place in places])
    found = collection.get(ids=names, include=["embeddings"])
    held = {index.place_of(one): vector for one, vector in zip(found["ids"], found["embeddings"], strict=True)}
    return any(place not in held or float(held[place] @ index.vectors[place]) < 0.999 for place in places)
