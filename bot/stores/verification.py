"""Verifies a generation in a process of its own, because a damaged index can kill the process that opens it.

Run as `python -m bot.stores.verification FOLDER [CHROMA_URL]`; exit status 0 and a line of figures, or 1 and a reason.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from bot.settings import ROOT
from bot.stores.generations import GenerationError

PROBES = 300
SECONDS = 180


class _StoredEncoder:
    """Stands in for the encoder: a generation is verified with the vectors it holds, so no model is loaded."""

    name = "stored vectors"

    def __init__(self, identity: str) -> None:
        self.identity = identity


def verify(folder: Path, chroma_url: str | None = None) -> str | None:
    """Verify in a subprocess: None when all is well, else what is wrong."""
    command = [
        sys.executable,
        "-m",
        "bot.stores.verification",
        str(folder.resolve()),
        *([chroma_url] if chroma_url else []),
    ]
    try:
        outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"the verification of {folder.name} took longer than {SECONDS} s"
    if outcome.returncode == 0:
        return None
    if outcome.returncode < 0:
        return f"opening {folder.name} killed the process that tried it (signal {-outcome.returncode})"
    lines = (outcome.stdout or outcome.stderr).strip().splitlines()
    return lines[-1] if lines else f"the verification of {folder.name} failed"


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
        if lost:
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


def main(arguments: list[str]) -> int:
    """The command line; any failure is one line."""
    try:
        count, probes = inspect(Path(arguments[0]), arguments[1] if len(arguments) > 1 else None)
    except Exception as error:  # the reason goes to the process that asked
        print(f"{type(error).__name__}: {error}".removeprefix("GenerationError: "))
        return 1
    print(f"{count} passages, {probes} probes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
