"""A process beside this one."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from bot.stores.beside import Beside, ProcessDied


def leave_a_mark(path: Path) -> None:
    path.write_text("was here")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def comes(path: Path) -> bool:
    end = time.monotonic() + 30
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.01)
    return path.exists()


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


def test_waiting_has_an_end_and_nobody_gets_the_late_answer():
    with Beside() as beside:
        with pytest.raises(TimeoutError):
            beside.call(time.sleep, 60, seconds=0.2)
        with pytest.raises(ProcessDied):
            beside.call(len, "four")


def test_lanes_are_served_side_by_side(tmp_path: Path):
    with Beside(lanes=2) as beside, ThreadPoolExecutor() as threads:
        waiting = threads.submit(beside.call, comes, tmp_path / "mark")
        beside.call(leave_a_mark, tmp_path / "mark")
        assert waiting.result() is True


def test_a_call_more_than_there_are_lanes_waits_for_its_turn():
    with Beside(lanes=2) as beside, ThreadPoolExecutor(8) as threads:
        assert list(threads.map(partial(beside.call, abs), range(-20, 0))) == [*range(20, 0, -1)]


def test_whoever_calls_a_process_that_dies_is_told(tmp_path: Path):
    with Beside(lanes=2) as beside, ThreadPoolExecutor() as threads:
        waiting = threads.submit(beside.call, comes, tmp_path / "never")
        with pytest.raises(ProcessDied):
            beside.call(die)
        assert isinstance(waiting.exception(), ProcessDied)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_whole_group_does_not_end_it(number: int):
    with Beside() as beside:
        os.kill(beside.call(os.getpid), number)
        assert beside.call(len, "four") == 4


def test_it_ends_with_the_block():
    with Beside() as beside:
        number = beside.call(os.getpid)
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
