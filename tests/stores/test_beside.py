"""A process beside this one."""

import os
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from bot.stores.beside import Beside, ProcessDied


def leave_a_mark(path: Path) -> None:
    path.write_text("was here")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def unpicklable() -> object:
    return lambda: None


def test_calls_are_done_one_after_another_and_errors_come_back():
    with Beside() as beside:
        assert beside.call(sorted, [3, 1, 2]) == [1, 2, 3]
        with pytest.raises(ZeroDivisionError):
            beside.call(divmod, 1, 0)
        with pytest.raises(RuntimeError):
            beside.call(unpicklable)
        assert beside.call(os.getpid) != os.getpid()


def test_preparations_are_done_while_nothing_is_asked(tmp_path: Path):
    with Beside(partial(leave_a_mark, tmp_path / "mark")) as beside:
        end = time.monotonic() + 30
        while not (tmp_path / "mark").exists() and time.monotonic() < end:
            time.sleep(0.02)
        assert (tmp_path / "mark").exists()
        assert beside.call(len, "four") == 4


def test_a_process_that_dies_is_told():
    with Beside() as beside, pytest.raises(ProcessDied, match="-9"):
        beside.call(die)


def test_waiting_has_an_end():
    with Beside() as beside, pytest.raises(TimeoutError):
        beside.call(time.sleep, 60, seconds=0.2)


def test_it_ends_with_the_block():
    with Beside() as beside:
        number = beside.call(os.getpid)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
