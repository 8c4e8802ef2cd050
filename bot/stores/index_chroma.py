"""The vectors of a generation in Chroma: opened, asked, filled, changed, discarded."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from bot.domain.knowledge import Passage
from bot.stores.generations import GenerationError

COLLECTION = "passages"
logger = logging.getLogger(__name__)


def passage_ids(passages: Sequence[Passage]) -> list[str]:
    """What each passage is called in Chroma, the same in every generation: entry, language, kind and text."""
    return [
        hashlib.sha256("\t".join((one.entry_id, one.language, one.kind, one.text)).encode()).hexdigest()[:24]
        for one in passages
    ]


def open_store(folder: Path, url: str | None) -> Any:
    """The LangChain store of the generation in `folder`: embedded there, or a collection of a server by its name.

    GenerationError when it cannot be opened: Chroma, its transport and its database raise whatever they like.
    """
    try:
        return _opened(folder, url)
    except Exception as error:
        if url:
            said = f"the Chroma server at {url} does not answer ({error}); start it, or mend BOT_CHROMA_URL"
        else:
            said = (
                f"Chroma cannot open {folder / 'chroma'} ({error}); this user must be able to write there, "
                "and when that is so, run: python ingest.py --rebuild"
            )
        raise GenerationError(said) from error


def _opened(folder: Path, url: str | None) -> Any:
    import chromadb
    from chromadb.config import Settings
    from langchain_chroma import Chroma

    if url:
        address = urlsplit(url)
        client = chromadb.HttpClient(
            host=address.hostname or "",
            port=address.port or 8000,
            ssl=address.scheme == "https",
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
        # With one thread the graph is the same each time, and filling takes an eighth less of the processors.
        collection_configuration={"hnsw": {"space": "cosine", "ef_search": 200, "num_threads": 1}},
    )


class Neighbours:
    """The passages nearest to a vector."""

    def __init__(self, store: Any, places: Mapping[str, int], vectors: np.ndarray) -> None:
        """`places` are the numbers of the passages by their id; without a store the vectors are searched exactly."""
        self._store, self._places, self._vectors = store, places, vectors

    def nearest(self, vector: np.ndarray, limit: int) -> list[int]:
        """Numbers of passages, by Chroma; by the same vectors in memory should it fail."""
        limit = min(limit, len(self._vectors))
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
        return np.argpartition(-(self._vectors @ vector), limit - 1)[:limit].tolist()


def fill(
    store: Any, ids: Sequence[str], vectors: np.ndarray, stored: Mapping[str, np.ndarray], progress: Callable,
) -> None:  # fmt: skip
    """Bring the collection from what is `stored` to these vectors, by their ids.

    What they are of stays outside, in passages.json: Chroma would keep three rows a passage of its owner, language and
    kind, and index every word of its text, which takes longer than the rest.
    """
    collection = store._collection
    step = min(store._client.get_max_batch_size(), 2_000)
    wanted = set(ids)
    gone = [one for one in stored if one not in wanted]
    for start in range(0, len(gone), step):
        collection.delete(ids=gone[start : start + step])
    new = [place for place, one in enumerate(ids) if one not in stored]
    for start in range(0, len(new), step):
        batch = new[start : start + step]
        collection.upsert(ids=[ids[place] for place in batch], embeddings=vectors[batch])
        progress(start + len(batch), len(new))
    progress(len(new), len(new))


def close(store: Any) -> None:
    """Release its files and threads."""
    store._client.close()


def discard(name: str, url: str) -> None:
    """Remove the collection of a generation from a Chroma server; embedded ones go with their directory."""
    store = open_store(Path(name), url)
    try:
        store._client.delete_collection(name)
    finally:
        close(store)
