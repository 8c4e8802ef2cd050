"""Answering in a process of its own: the same answers, through deaths of the process and changes of what is known."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest

from bot.channels.telegram import logs
from bot.domain.golden import FIRST_MORNING
from bot.domain.language import Language, answer_language
from bot.domain.question import Answer, Clarification, Courtesy, Handover, ProgrammeAnswer, Question
from bot.services import answering_process
from bot.services.answering import Answering
from bot.services.answering_process import AnsweringProcess
from bot.services.clustering import Clustering
from bot.settings import ROOT, Settings
from bot.stores.beside import ProcessDied
from bot.stores.generations import GenerationError
from bot.stores.models import SentenceEncoder
from bot.stores.published import Published
from tests.stores.installation import Installation

ASKED = (
    "Can I drink water from the tap?", "去会场的班车几点发车？", "Где получить бейдж?", "What is on tomorrow at 3 pm?",
    "明天下午有什么？", "Что идёт сейчас?", "Is there snow on the Moon?", "你好", "Что с бейджем?", "hotel",
)  # fmt: skip


def asked(text: str) -> Question:
    return Question(text, answer_language(text, None), FIRST_MORNING)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def children() -> set[int]:
    """The processes that answer for this one."""
    found = psutil.Process().children(recursive=True)
    return {process.pid for process in found if "spawn_main" in " ".join(process.cmdline())}


def gone(number: int) -> bool:
    """Whether a process ends; it has half a minute."""
    end = time.monotonic() + 30
    while psutil.pid_exists(number) and psutil.Process(number).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture(scope="module")
def process(shipped: Published) -> Iterator[AnsweringProcess]:
    opened = AnsweringProcess(shipped._data_dir, None, None)
    yield opened
    opened.close()


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "data")


@pytest.fixture
def small(installation: Installation) -> Iterator[AnsweringProcess]:
    """A process on an installation of a single entry."""
    opened = AnsweringProcess(installation.data, None, None)
    yield opened
    opened.close()


def test_it_gives_the_outcomes_of_the_answering_itself(shipped: Published, process: AnsweringProcess):
    here = [Answering(shipped).answer(asked(text)) for text in ASKED]
    assert [process.answer(asked(text)) for text in ASKED] == here
    # Every kind of outcome crosses the border.
    assert {type(outcome) for outcome in here} == {Answer, ProgrammeAnswer, Clarification, Handover, Courtesy}


def test_questions_side_by_side_each_get_their_own_outcome(process: AnsweringProcess):
    questions = [asked(text) for text in ASKED * 4]
    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(process.answer, questions)) == [process.answer(question) for question in questions]


def test_questions_are_compared_as_by_the_encoder_itself(shipped: Published, process: AnsweringProcess):
    wordings = ["Where can I leave my luggage?", "Где оставить багаж?", "行李可以寄存在哪里？", "Is there a gym?"]
    there, here = Clustering(process.likenesses), Clustering(Answering(shipped).likenesses)
    assert there.cluster(wordings) == here.cluster(wordings) == [0, 0, 0, 1]


def test_what_is_published_is_read_beside_the_index(shipped: Published, process: AnsweringProcess):
    with process.acquire() as edition, shipped.acquire() as index:
        assert edition.entries == index.entries
        assert (edition.programme, edition.version) == (index.programme, index.version)


def test_another_process_takes_over_when_one_dies(process: AnsweringProcess, caplog: pytest.LogCaptureFixture):
    question = asked("Can I drink water from the tap?")
    outcome = process.answer(question)
    before = children()
    for number in before:
        os.kill(number, signal.SIGKILL)
    assert process.answer(question) == outcome
    assert len(children()) == len(before) and not children() & before
    assert "another one takes over" in caplog.text


def test_a_call_that_kills_every_process_is_given_up(process: AnsweringProcess):
    with pytest.raises(ProcessDied):
        process._call(die)
    assert isinstance(process.answer(asked("hello")), Courtesy)


def test_whoever_waits_for_a_process_that_dies_is_answered_by_the_next(process: AnsweringProcess):
    process.answer(asked("hello"))
    questions = [asked(text) for text in ASKED * 20]
    with ThreadPoolExecutor(4) as threads:
        answers = [threads.submit(process.answer, question) for question in questions]
        before = children()
        for number in before:
            os.kill(number, signal.SIGKILL)
        assert [type(answer.result()) for answer in answers[:10]] * 20 == [type(answer.result()) for answer in answers]
    assert len(children()) == len(before)


def test_while_nothing_is_published_it_says_what_to_do(small: AnsweringProcess):
    before = children()
    with pytest.raises(GenerationError, match=r"ingest\.py"):
        small.refresh()
    assert children() == before


def test_a_process_that_dies_while_it_opens_says_what_it_needs(small: AnsweringProcess):
    small._open = die
    with pytest.raises(ProcessDied, match=r"needs 700 MB of memory \(exit status -9\)"):
        small.answer(asked("hello"))


def test_a_new_version_is_taken_up_by_both_sides(installation: Installation, small: AnsweringProcess):
    encoder = SentenceEncoder()
    installation.publish(1, encoder)
    assert small.refresh() is True
    assert small.refresh() is False
    installation.publish(2, encoder)
    with small.acquire() as edition:
        assert edition.version == 1
    assert small.refresh() is True
    with small.acquire() as edition:
        assert edition.version == 2
        assert "version 2" in edition.entries["boat"].renderings[Language.EN].body


def test_a_damaged_version_leaves_the_former_one_in_use(installation: Installation, small: AnsweringProcess):
    encoder = SentenceEncoder()
    installation.publish(1, encoder)
    assert small.refresh() is True
    installation.publish(2, encoder, damaged="vectors.npy")
    assert small.refresh() is False
    with small.acquire() as edition:
        assert edition.version == 1
    installation.publish(3, encoder)
    assert small.refresh() is True
    with small.acquire() as edition:
        assert edition.version == 3


def test_its_logs_tell_no_secret_and_quote_nobody(installation: Installation, capfd: pytest.CaptureFixture[str]):
    settings = Settings(_env_file=None, token="123456789:AAsecret-secret-secret-secret")
    installation.publish(1, SentenceEncoder())
    set_up_logs = partial(logs.set_up, settings, logging.WARNING)
    opened = AnsweringProcess(installation.data, None, None, set_up_logs)
    try:
        opened.refresh()
        installation.publish(2, SentenceEncoder(), damaged="vectors.npy")
        assert opened.refresh() is False
        with pytest.raises(AttributeError):
            opened._call(answering_process._answer, "no question")
    finally:
        opened.close()
    lines = capfd.readouterr().err.splitlines()
    (line,) = [line for line in lines if "cannot be opened" in line]
    assert " ERROR bot.stores.published: " in line and "GenerationError at " in line
    # The words of an exception may quote a person; its place helps whoever mends it.
    assert "run: python ingest.py" not in line and "no question" not in "".join(lines)
    (line,) = [line for line in lines if "cannot be answered" in line]
    assert re.search(r"\(AttributeError at \S+answering\.py:\d+", line)


def test_it_ends_when_it_is_closed(installation: Installation):
    installation.publish(1, SentenceEncoder())
    before = children()
    opened = AnsweringProcess(installation.data, None, None)
    opened.refresh()
    assert len(children() - before) == 1
    opened.close()
    assert children() == before


def test_it_ends_with_the_process_it_works_for(installation: Installation):
    installation.publish(1, SentenceEncoder())
    program = (
        "import sys, psutil, pathlib; from bot.services.answering_process import AnsweringProcess\n"
        "if __name__ == '__main__':\n"
        "    AnsweringProcess(pathlib.Path(sys.argv[1]), None, None).refresh()\n"
        "    print(*(one.pid for one in psutil.Process().children() if 'spawn_main' in ' '.join(one.cmdline())))\n"
        "    sys.stdout.flush(); sys.stdin.read()\n"
    )
    file = installation.data / "program.py"
    file.write_text(program)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(file), str(installation.data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as killed:
        assert killed.stdout is not None
        number = int(killed.stdout.readline())
        assert psutil.pid_exists(number)
        killed.kill()
        killed.wait()
    assert gone(number)
