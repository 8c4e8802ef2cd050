"""The answering in a process of its own: it computes on another core while the conversation is held on this one."""

from __future__ import annotations

import ctypes
import gc
import logging
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from bot.domain.edition import Edition, Snapshot
from bot.domain.question import Outcome, Question
from bot.services.answering import Answering, open_answering
from bot.services.clustering import Likeness
from bot.stores import generations, index_files
from bot.stores.beside import Beside, ProcessDied
from bot.stores.published import Published

logger = logging.getLogger(__name__)

LANES = 5
"""Calls side by side: the two searches of the conversation, likenesses, a report, a new generation being opened."""

LIBRARIES = {"OMP_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "1000000"}
"""What the libraries of this process read when it starts. Questions are answered side by side: threads inside
each of them would only wait for one another, at twice the processor time. And the C library would keep most of a former
index's memory: with four new versions the process grew by 550 MB, now by 75."""

DIED_OPENING = "the answering process died while it opened the knowledge; it needs 700 MB of memory"


class AnsweringProcess:
    """Stands where Answering and Published stand; thread-safe, every call waits for the process.

    Python computes in one thread at a time: a search in the process that converses makes both wait (bot/README.md, 23).
    """

    def __init__(
        self, data_dir: Path, model: str | None, chroma_url: str | None, set_up_logs: Callable[[], None] | None = None
    ) -> None:
        """Nothing is started yet. `set_up_logs` (picklable) says there what becomes of the logs."""
        self._data_dir = data_dir
        self._open = partial(_open, data_dir, model, chroma_url, set_up_logs)
        self._lock = threading.Lock()
        self._beside: Beside | None = None
        self._folder: Path | None = None
        self._pointer: str | None = None
        self._edition: Snapshot | None = None

    def answer(self, question: Question) -> Outcome:
        """The outcome for one question."""
        return self._call(_answer, question)

    def likenesses(self, texts: Sequence[str]) -> list[Likeness]:
        """Questions as they are compared with each other."""
        return self._call(_likenesses, list(texts))

    @contextmanager
    def acquire(self) -> Iterator[Edition]:
        """What is published, as the process answers from it."""
        if self._edition is None:
            self.refresh()
        assert self._edition is not None
        yield self._edition

    def refresh(self) -> bool:
        """Let the process open what the pointer names now; True when it answers from another generation.

        Raises what opening raises, but only while there is none in use.
        """
        pointer = generations.pointer(self._data_dir)
        if pointer == self._pointer and self._edition is not None:
            return False
        folder = self._call(_refresh)
        changed = folder != self._folder
        if changed:
            self._edition = index_files.read_snapshot(folder)
        self._folder, self._pointer = folder, pointer
        return changed

    def close(self) -> None:
        """End the process."""
        with self._lock:
            self._end()

    def _call(self, function: Callable[..., Any], *arguments: object) -> Any:
        """The result of a call; should the process die in it, of a second try in another process."""
        beside = self._running()
        try:
            return beside.call(function, *arguments)
        except ProcessDied as died:
            logger.error("the answering process has died (%s); another one takes over", died)
            with self._lock:
                if self._beside is beside:
                    self._end()
            return self._running().call(function, *arguments)

    def _running(self) -> Beside:
        with self._lock:
            if self._beside is None:
                for name, value in LIBRARIES.items():
                    os.environ.setdefault(name, value)
                self._beside = Beside(lanes=LANES).__enter__()
                try:
                    self._beside.call(self._open)
                except BaseException as error:
                    self._end()
                    if isinstance(error, ProcessDied):
                        raise ProcessDied(f"{DIED_OPENING} ({error})") from error
                    raise
            return self._beside

    def _end(self) -> None:
        if self._beside is not None:
            self._beside.__exit__(None, None, None)
        self._beside = None


# What follows runs in the other process.

_here: tuple[Published, Answering]


def _open(data_dir: Path, model: str | None, chroma_url: str | None, set_up_logs: Callable[[], None] | None) -> None:
    global _here
    if set_up_logs is not None:
        set_up_logs()
    _here = open_answering(data_dir, model, chroma_url)
    # Dictionaries and tables stay: looking for garbage among them takes ten times as long as a question.
    gc.freeze()


def _answer(question: Question) -> Outcome:
    try:
        return _here[1].answer(question)
    except Exception:
        logger.exception("a question cannot be answered")  # on its way to the other process an error loses its place
        raise


def _likenesses(texts: Sequence[str]) -> list[Likeness]:
    return _here[1].likenesses(texts)


def _refresh() -> Path:
    published, _ = _here
    if published.refresh():
        _give_back_memory()
    with published.acquire() as index:
        return index.folder


def _give_back_memory() -> None:
    """That of the former index; the C library would keep it, and with every new version the process would grow."""
    with suppress(AttributeError):  # of another C library than GNU's
        ctypes.CDLL(None).malloc_trim(0)
