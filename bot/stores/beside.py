"""A process beside this one: started early, so that it is ready when it is needed; it ends when this one does."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType
from typing import Any


class ProcessDied(Exception):
    """The process ended in the middle of a call."""


class Beside:
    """One process that does so many calls side by side as it has lanes, the next ones after them.

    Functions, arguments and results must be picklable.
    """

    def __init__(self, *preparations: Callable[[], object], lanes: int = 1) -> None:
        """What takes long to import or to load there: done one by one as long as no call waits in the first lane."""
        self._preparations = preparations
        self._lanes = lanes

    def __enter__(self) -> Beside:
        context = get_context("spawn")
        pipes = [context.Pipe() for _ in range(self._lanes)]
        self._free: SimpleQueue[Connection] = SimpleQueue()
        theirs = [end for _, end in pipes]
        self._process = context.Process(target=_serve, args=(theirs, self._preparations), daemon=True)
        self._process.start()
        for ours, end in pipes:
            self._free.put(ours)
            # Only the process itself holds its ends: when either side dies, the other one is told.
            end.close()
        return self

    def call(self, function: Callable[..., Any], *arguments: object, seconds: float | None = None) -> Any:
        """What the function returns there; its exceptions are raised here.

        ProcessDied when the process ends meanwhile, TimeoutError after so many seconds: then it is ended.
        """
        lane = self._free.get()
        try:
            lane.send((function, arguments))
            if not lane.poll(seconds):
                self._process.kill()
                raise TimeoutError(f"no answer after {seconds:.0f} s")
            failed, result = lane.recv()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            self._process.join(5)
            raise ProcessDied(f"exit status {self._process.exitcode}") from error
        finally:
            self._free.put(lane)
        if failed:
            raise result
        return result

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.join()


def _serve(lanes: Sequence[Connection], preparations: Sequence[Callable[[], object]]) -> None:
    # Ctrl-C and a stopping supervisor reach the whole group; when this process is to end, the other one says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for lane in lanes[1:]:
        threading.Thread(target=_serve_lane, args=(lane, ()), daemon=True).start()
    _serve_lane(lanes[0], preparations)


def _serve_lane(lane: Connection, preparations: Sequence[Callable[[], object]]) -> None:
    ahead = list(preparations)
    try:
        while True:
            while ahead and not lane.poll():
                ahead.pop(0)()
                gc.freeze()  # dictionaries stay: looking for garbage among their millions of words only takes time
            function, arguments = lane.recv()
            try:
                answer = (False, function(*arguments))
            except Exception as error:
                answer = (True, error)
            try:
                lane.send(answer)
            except (TypeError, ValueError, AttributeError) as error:  # what cannot be pickled
                lane.send((True, RuntimeError(f"{answer[1]!r}: {error}")))
    except (EOFError, OSError):
        return
