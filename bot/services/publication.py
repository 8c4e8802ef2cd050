"""What a publication needs beside the work itself: who, when, its stages, and whether answers would get worse."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.services.comparison import Changes
from bot.stores import generations
from bot.stores.generations import GenerationError
from bot.stores.knowledge_files import Knowledge

if TYPE_CHECKING:
    from bot.services.quality import Fall
    from bot.stores.beside import Beside
    from bot.stores.models import SentenceEncoder

Progress = Callable[[str, int, int], None]
"""Told the stage, how much of it is done, and how much there is."""


class GotWorse(Exception):
    """The golden questions are answered worse than before; the message says how much."""

    def __init__(self, message: str, falls: tuple[Fall, ...]) -> None:
        super().__init__(message)
        self.falls = falls


def measure(
    data_dir: Path, folder: Path, knowledge: Knowledge, changes: Changes, encoder: SentenceEncoder,
    beside: Beside | None = None,
) -> tuple[Fall, ...]:  # fmt: skip
    """The golden figures that fell by more than the margin from the published generation to the one in `folder`.

    Asked in the process `beside` if there is one.
    """
    from bot.services import quality, replay

    try:
        former = generations.current(data_dir)
    except GenerationError:
        return ()
    if former == folder or not replay.is_askable(former, encoder) or not replay.is_askable(folder, encoder):
        return ()
    questions = quality.golden_for({entry.id for entry in knowledge.entries} | set(changes.removed), data_dir)
    if not questions:
        return ()
    touched = {*changes.added, *changes.changed, *changes.removed}

    def ask(place: Path, asked: Sequence[replay.Asked]) -> list[replay.Told]:
        if beside is None:
            return replay.ask_here(place, asked, encoder)
        return beside.call(replay.ask_there, place, asked, encoder.name)

    return quality.compare_folders(former, folder, questions, touched, ask)


def refuse(falls: tuple[Fall, ...]) -> None:
    """GotWorse when there is a fall."""
    if falls:
        from bot.services.quality import MARGIN

        said = "; ".join(map(str, falls))
        raise GotWorse(f"the golden questions are answered worse (by more than {MARGIN:.0%}): {said}", falls)


class Steps:
    """Names the two stages of a build: vectors first, then storing them."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage, self._total, self._done = "computing vectors", -1, 0
        self.computed = 0

    def __call__(self, done: int, total: int) -> None:
        """Told by the build how far it is."""
        if self._done == self._total:
            self._stage = "storing"
        self._total, self._done = total, done
        if self._stage == "computing vectors":
            self.computed = total
        self._progress(self._stage, done, total)


def user() -> str:
    """Who is at the keyboard."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"


def now() -> str:
    """The moment, as the log of versions writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")
