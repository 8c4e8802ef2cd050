"""The published generation a running assistant holds; a newer one is opened beside it and swapped in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.stores import generations
from bot.stores.index import Index
from bot.stores.models import SentenceEncoder

logger = logging.getLogger(__name__)


class Published:
    """Hands out the current index; thread-safe. The old one is closed after its last user has left."""

    def __init__(self, data_dir: Path, encoder: SentenceEncoder, chroma_url: str | None = None) -> None:
        self._data_dir = data_dir
        self._encoder = encoder
        self._chroma_url = chroma_url
        self._lock = threading.Lock()
        self._reload = threading.Lock()
        self._users: dict[int, int] = {}
        self._retired: list[Index] = []
        self._index: Index | None = None
        self._pointer: str | None = None

    @contextmanager
    def acquire(self) -> Iterator[Index]:
        """The current index, kept open until the block is left."""
        with self._lock:
            index = self._index
        if index is None:
            self.refresh()
        with self._lock:
            index = self._index
            assert index is not None
            self._users[id(index)] = self._users.get(id(index), 0) + 1
        try:
            yield index
        finally:
            with self._lock:
                self._users[id(index)] -= 1
                closing = self._take_unused()
            for old in closing:
                old.close()

    def refresh(self) -> bool:
        """Open what the pointer names now, when it is not open yet; True when it was swapped in.

        A generation that cannot be opened is reported and left alone: the one in use stays.
        Raises GenerationError only while there is none in use.
        """
        with self._reload:
            pointer = generations.pointer(self._data_dir)
            if pointer == self._pointer and self._index is not None:
                return False
            try:
                folder = generations.current(self._data_dir)
                index = Index(folder, self._encoder, self._chroma_url)
            except Exception:
                if self._index is None:
                    raise
                if pointer != self._pointer:
                    logger.exception("generation %s cannot be opened; the former one stays", pointer)
                    self._pointer = pointer
                return False
            with self._lock:
                if self._index is not None:
                    self._retired.append(self._index)
                self._index, self._pointer = index, pointer
                closing = self._take_unused()
            for old in closing:
                old.close()
            return True

    def close(self) -> None:
        """Close every open index."""
        with self._lock:
            closing = [*self._retired, *([self._index] if self._index else [])]
            self._retired, self._index, self._pointer = [], None, None
        for index in closing:
            index.close()

    def _take_unused(self) -> list[Index]:
        unused = [index for index in self._retired if not self._users.get(id(index))]
        self._retired = [index for index in self._retired if index not in unused]
        for index in unused:
            self._users.pop(id(index), None)
        return unused
