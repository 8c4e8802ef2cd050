"""A process beside this one: started early, so that it is ready when it is needed; it ends when this one does."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any


class ProcessDied(Exception):
    """The process ended in the middle of a call."""


class Beside:
    """One process that does one call after another; functions, arguments and results must be picklable."""

    def __init__(self, *preparations: Callable[[], object]) -> None:
        """What takes long to import or to load there: done one by one as long as no call waits."""
        self._preparations = preparations

    def __enter__(self) -> Beside:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self._preparations), daemon=True)
        self._process.start()
        # Only the process itself holds its end: when either side dies, the other one is told.
        theirs.close()
        return self

    def call(self, function: Callable[..., Any], *arguments: object, seconds: float | None = None) -> Any:
        """What the function returns there; its exceptions are raised here.

        ProcessDied when the process ends meanwhile, TimeoutError after so many seconds.
        """
        try:
            self._ours.send((function, arguments))
            if not self._ours.poll(seconds):
                raise TimeoutError(f"no answer after {seconds:.0f} s")
            failed, result = self._ours.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            self._process.join(5)
            raise ProcessDied(f"exit status {self._process.exitcode}") from error
        if failed:
            raise result
        return result

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()
        self._ours.close()


def _serve(theirs: Connection, preparations: Sequence[Callable[[], object]]) -> None:
    ahead = list(preparations)
    try:
        while True:
            while ahead and not theirs.poll():
                ahead.pop(0)()
                gc.freeze()  # dictionaries stay: looking for garbage among their millions of words only takes time
            function, arguments = theirs.recv()
            try:
                answer = (False, function(*arguments))
            except Exception as error:
                answer = (True, error)
            try:
                theirs.send(answer)
            except (TypeError, ValueError, AttributeError) as error:  # what cannot be pickled
                theirs.send((True, RuntimeError(f"{answer[1]!r}: {error}")))
    except (EOFError, OSError):
        return
