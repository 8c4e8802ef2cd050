"""Asks many questions of one generation at once, in a process of its own for each generation.

Run as `python -m bot.services.replay FOLDER MODEL IN OUT`; reads and writes JSON.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.domain.language import Language, has_words
from bot.domain.passages import sentences
from bot.domain.question import Answer, Clarification, Courtesy, Handover, Outcome, ProgrammeAnswer, Question
from bot.settings import ROOT
from bot.stores.beside import Beside
from bot.stores.generations import GenerationError

if TYPE_CHECKING:
    from bot.domain.programme import Occurrence, Programme
    from bot.stores.index import Index
    from bot.stores.models import SentenceEncoder

logger = logging.getLogger(__name__)

SECONDS = 900
"""After so long a replay is given up."""
_LOOKED_EVERY = 0.3

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Asked:
    """One question as somebody asked it, without who it was."""

    text: str
    language: Language
    at: datetime
    previous: tuple[str, ...] = ()
    golden: str = ""
    """Id of the golden question, when it is one."""
    entry: str = ""
    """Id of the new entry under which the question stands, when it is one of those."""


@dataclass(frozen=True)
class Told:
    """What a generation says to a question."""

    kind: str
    """answer | programme | choice | handover | courtesy"""
    entries: tuple[str, ...] = ()
    """What the answer rests on, or the choices."""
    nearest: tuple[str, ...] = ()
    confidence: float = 0.0
    said: tuple[str, ...] = ()
    """What an answer says in the language of the question, piece by piece: other pieces, other words."""

    @property
    def answered(self) -> bool:
        """Whether the person got an answer outright."""
        return self.kind in ("answer", "programme")


def ask_all(index: Index, asked: Sequence[Asked], progress: Progress = lambda done, total: None) -> list[Told]:
    """What this generation says to each question (small talk left out by the caller), in their order."""
    told = []
    for number, one in enumerate(asked, start=1):
        told.append(_told(index, one))
        if number % 50 == 0 or number == len(asked):
            progress(number, len(asked))
    return told


def is_question(text: str) -> bool:
    """Whether a message is more than small talk, which no generation answers otherwise than another."""
    from bot.services.courtesy import courtesy_of

    return has_words(text) and courtesy_of(text) is None


def _told(index: Index, one: Asked) -> Told:
    from bot.services.answering import answer

    outcome = answer(index, Question(one.text, one.language, one.at, one.previous))
    nearest = tuple(hit.entry_id for hit in outcome.hits)
    kinds = {Answer: "answer", ProgrammeAnswer: "programme", Clarification: "choice", Handover: "handover"}
    kind = kinds.get(type(outcome), "courtesy")
    entries = getattr(outcome, "entries", ()) or getattr(outcome, "choices", ())
    return Told(kind, tuple(entries), nearest, round(outcome.confidence, 4), _said(index, outcome, one.language))


def _said(index: Index, outcome: Outcome, language: Language) -> tuple[str, ...]:
    """The pieces of an answer that two generations are compared by: sentences, or sessions with their time and room."""
    pieces: list[str] = []
    if isinstance(outcome, ProgrammeAnswer):
        for one in (*outcome.findings.occurrences, *outcome.findings.next):
            pieces += _told_of(index.programme, one, language)
    elif isinstance(outcome, Answer):
        for entry in (index.entries[entry_id] for entry_id in outcome.entries):
            rendering, _ = entry.shown_in(language)
            pieces += [rendering.title, *sentences(rendering.body)]
            pieces += [f"source: {rendering.source}", f"status: {entry.status}"]
    return tuple(dict.fromkeys(pieces))


def _told_of(programme: Programme, one: Occurrence, language: Language) -> Iterable[str]:
    title, room = one.session.title.show(language)[0], programme.room(one.session.room_id)
    start, end = (moment and moment.astimezone(programme.zone) for moment in (one.slot.start, one.slot.end))
    parts = [title, f"{start:%d.%m %H:%M}–{end:%H:%M}" if end else f"{start:%d.%m %H:%M}"]
    if room:
        parts.append(room.name.show(language)[0] + ("" if room.level is None else f" ({room.level})"))
    yield " · ".join(parts)
    yield f"{title} · status: {one.session.status}"


def outcome_of(told: Told) -> Outcome:
    """The decision again, as far as the evaluation looks at it."""
    from bot.domain.question import CourtesyKind, HandoverReason, Hit

    hits = tuple(Hit(entry_id, told.confidence) for entry_id in told.nearest)
    if told.answered:
        return Answer(told.entries or ("",), told.confidence, hits)
    if told.kind == "choice":
        return Clarification(told.entries, told.confidence, hits)
    if told.kind == "handover":
        return Handover(HandoverReason.UNSURE, told.confidence, hits)
    return Courtesy(CourtesyKind.GREETING)


def is_askable(folder: Path, encoder: SentenceEncoder) -> bool:
    """Whether this installation can still ask a generation: same encoder, and a decision it understands."""
    from bot.stores import index_files

    try:
        if index_files.read_manifest(folder).model != encoder.identity:
            return False
        index_files.read_calibration(folder)
    except (GenerationError, OSError):
        return False
    return True


def ask_here(folder: Path, asked: Sequence[Asked], encoder: SentenceEncoder) -> list[Told]:
    """What a generation says, asked in this process."""
    from bot.stores.index import Index

    index = Index(folder, encoder, in_memory=True)
    try:
        return ask_all(index, asked)
    finally:
        index.close()


def ask_there(folder: Path, asked: Sequence[Asked], model: str) -> list[Told]:
    """The same in a process that has no encoder yet."""
    return ask_here(folder, asked, _encoder(model))


def beside(data_dir: Path, model: str) -> Beside:
    """A process that will be ready to analyse texts and to ask questions."""
    return Beside(partial(_load_dictionaries, data_dir), partial(_load_encoder, model))


def _load_dictionaries(data_dir: Path) -> None:
    from bot.stores import generations, index_files
    from bot.stores.units import analysed

    with suppress(GenerationError, OSError, ValueError):
        folder = generations.current(data_dir)
        if index_files.read_manifest(folder).search == index_files.search_digest():
            index_files.know_lexicon(folder)
    for text in ("会场在哪里", "где проходит форум", "where is the forum"):
        analysed(text)


def _load_encoder(model: str) -> None:
    from bot.services import answering  # noqa: F401

    _encoder(model).question("")


@cache
def _encoder(model: str) -> SentenceEncoder:
    from bot.stores.models import SentenceEncoder

    return SentenceEncoder(model)


@dataclass(frozen=True)
class Processes:
    """Replays in processes, one a generation, side by side: two cores are used, and the running bot is not held up."""

    model: str | None = None

    def __call__(
        self, folders: Sequence[Path], asked: Sequence[Asked], progress: Progress = lambda done, total: None
    ) -> list[list[Told]]:
        """What each generation says to the questions; GenerationError when one of them cannot be asked."""
        with tempfile.TemporaryDirectory(prefix="replay-") as name:
            room = Path(name)
            (room / "asked.json").write_bytes(_adapter(list[Asked]).dump_json(list(asked)))
            running = [self._start(folder, room, number) for number, folder in enumerate(folders)]
            try:
                self._wait(running, room, len(asked), progress)
                return [
                    _adapter(list[Told]).validate_json((room / f"told-{number}.json").read_bytes())
                    for number in range(len(folders))
                ]
            finally:
                for process in running:
                    if process.poll() is None:
                        process.kill()
                        process.wait()

    def _start(self, folder: Path, room: Path, number: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "bot.services.replay", str(folder.resolve()), self.model or "",
                   str(room / "asked.json"), str(room / f"told-{number}.json")]  # fmt: skip
        # One thread a process: they would only wait for one another.
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def _wait(self, running: Sequence[subprocess.Popen[str]], room: Path, total: int, progress: Progress) -> None:
        began = time.monotonic()
        while any(process.poll() is None for process in running):
            if time.monotonic() - began > SECONDS:
                raise GenerationError(f"the questions were not answered within {SECONDS} s")
            counts = [_count(room / f"told-{number}.json.count") for number in range(len(running))]
            progress(min(counts), total)
            time.sleep(_LOOKED_EVERY)
        for process in running:
            if process.returncode:
                said = (process.stdout.read() if process.stdout else "").strip().splitlines()
                reason = said[-1] if said else f"exit status {process.returncode}"
                raise GenerationError(f"the questions could not be asked: {reason}")
        progress(total, total)


def _write_count(path: Path, done: int) -> None:
    path.write_text(str(done), "ascii")


def _count(path: Path) -> int:
    try:
        return int(path.read_text("ascii") or 0)
    except (OSError, ValueError):
        return 0


def _adapter(kind: Any) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def main(arguments: Sequence[str]) -> int:
    """The process of one generation."""
    from bot.stores.index import Index
    from bot.stores.models import SentenceEncoder

    folder, model, source, target = arguments
    asked = _adapter(list[Asked]).validate_json(Path(source).read_bytes())
    counter = Path(f"{target}.count")
    index = Index(Path(folder), SentenceEncoder(model or None), in_memory=True)
    try:
        told = ask_all(index, asked, lambda done, _: _write_count(counter, done))
    finally:
        index.close()
    Path(target).write_bytes(_adapter(list[Told]).dump_json(told))
    return 0


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.exit(main(sys.argv[1:]))
