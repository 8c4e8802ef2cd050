"""What a publication would change, found out without publishing: entries, sessions, and answers to real questions."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain.changes import SessionChange, changes_between
from bot.domain.knowledge import Entry
from bot.domain.language import Language, fold
from bot.services import quality
from bot.services.comparison import Changes, compare
from bot.services.evaluation import Figure, Judgement, figures_of
from bot.services.quality import Fall
from bot.services.replay import Asked, Processes, Told, is_askable, is_question, outcome_of
from bot.stores import checksums, generations
from bot.stores.generations import GenerationError
from bot.stores.knowledge_files import Knowledge

if TYPE_CHECKING:
    from bot.domain.golden import GoldenQuestion
    from bot.services.ingestion import Ingestion
    from bot.stores.models import SentenceEncoder

Progress = Callable[[str, int, int], None]
AskBoth = Callable[[Sequence[Path], Sequence[Asked], Callable[[int, int], None]], list[list[Told]]]

FEWEST_SHARED, LEAST_SHARE = 2, 0.2
"""From so many of its questions on, and such a share of them, an entry collides with the one that answers them."""


@dataclass(frozen=True)
class Difference:
    """A question that would be answered otherwise."""

    asked: Asked
    times: int
    before: Told
    after: Told

    @property
    def kind(self) -> str:
        """lost | elsewhere | reworded | found | choice: what happens to the person who asks."""
        if self.before.answered and not self.after.answered:
            return "lost"
        if self.after.answered and not self.before.answered:
            return "found"
        if not self.after.answered:
            return "choice"
        same = self.before.entries[:1] == self.after.entries[:1]
        return "reworded" if same else "elsewhere"

    @property
    def words(self) -> tuple[str, str]:
        """Of an answer in other words, those that only the old and only the new one has."""
        if self.kind != "reworded":
            return "", ""
        before, after = self.before.said, self.after.said
        return (" ".join(piece for piece in before if piece not in after),
                " ".join(piece for piece in after if piece not in before))  # fmt: skip


@dataclass(frozen=True)
class Collision:
    """A new or changed entry whose questions another entry answers already."""

    entry_id: str
    other_id: str
    questions: tuple[str, ...]
    of: int
    """How many questions the entry has."""


@dataclass(frozen=True)
class FigureRow:
    """A figure of a sample of golden questions on both generations; None before when nothing is published."""

    language: Language
    before: Figure | None
    after: Figure


@dataclass(frozen=True)
class Preview:
    """Everything an organizer should know before publishing."""

    knowledge: Knowledge
    old_version: int | None
    changes: Changes
    sessions: tuple[SessionChange, ...]
    differences: tuple[Difference, ...]
    real: int
    golden: int
    compared: bool
    """Whether the published version could be asked too; without it there are no differences and no falls."""
    figures: tuple[FigureRow, ...]
    falls: tuple[Fall, ...]
    collisions: tuple[Collision, ...]
    entries: Mapping[str, Entry]
    """Old and new entries by id (the new one where there are both), to name them by their titles."""
    former: Mapping[str, Entry]
    """The entries as they are published now."""
    seconds: float

    def count(self, kind: str) -> int:
        """How many different questions have this kind of difference."""
        return sum(difference.kind == kind for difference in self.differences)

    def title(self, entry_id: str, language: Language) -> str:
        """The title of an entry for a reader of this language."""
        entry = self.entries.get(entry_id)
        return entry.shown_in(language)[0].title if entry else entry_id


def preview(
    ingestion: Ingestion,
    knowledge: Knowledge,
    real: Iterable[Asked] = (),
    ask: AskBoth | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Preview:
    """Build the new generation in a temporary directory and ask both what people ask; nothing is published.

    GenerationError when there are errors in the knowledge or it cannot be built.
    """
    if knowledge.errors:
        raise GenerationError(f"there are {len(knowledge.errors)} errors in the files")
    began = time.monotonic()
    encoder = ingestion.encoder()
    old_folder, (old_entries, old_programme) = _published(ingestion)
    asking_old = old_folder if old_folder and is_askable(old_folder, encoder) else None
    changes = compare((old_entries, old_programme or knowledge.programme), (knowledge.entries, knowledge.programme))
    sessions = changes_between(old_programme, knowledge.programme) if old_programme else ()
    questions = _distinct(real)
    golden = quality.golden_for({entry.id for entry in (*old_entries, *knowledge.entries)}, ingestion.data_dir)
    touched = {*changes.added, *changes.changed, *changes.removed}
    weights = quality.sampled(golden, touched, quality.SECOND_SAMPLE)
    own = _new_questions(changes, old_entries, knowledge.entries)
    asked = [*questions, *quality.asked_of(weights), *own]
    with tempfile.TemporaryDirectory(prefix="preview-") as name:
        folder = Path(name) / "generation"
        _build(ingestion, encoder, knowledge, folder, progress)
        folders = [folder, *([asking_old] if asking_old else [])]
        ask = ask or Processes(encoder.name)
        after, *rest = ask(folders, asked, lambda done, total: progress("asking", done, total))
        before = rest[0] if rest else [Told("handover")] * len(asked)
    pairs = list(zip(asked, before, after, strict=True))
    return Preview(
        knowledge, _number(old_folder), changes, sessions,
        tuple(_differences(pairs, questions)) if asking_old else (), sum(questions.values()), len(weights),
        bool(asking_old),
        tuple(_figures(quality.drawn(golden, quality.SECOND_SAMPLE), pairs, bool(asking_old))),
        _falls(weights, pairs) if asking_old else (),
        tuple(_collisions(pairs, {**_parents(old_entries), **_parents(knowledge.entries)})),
        {entry.id: entry for entry in (*old_entries, *knowledge.entries)}, {entry.id: entry for entry in old_entries},
        time.monotonic() - began,
    )  # fmt: skip


def _published(ingestion: Ingestion) -> tuple[Path | None, tuple]:
    from bot.stores import index_files

    try:
        folder = generations.current(ingestion.data_dir)
        return folder, index_files.read_contents(folder)
    except GenerationError:
        return None, ((), None)


def _number(folder: Path | None) -> int | None:
    return int(folder.name.partition("-")[0]) if folder else None


def _build(
    ingestion: Ingestion, encoder: SentenceEncoder, knowledge: Knowledge, folder: Path, progress: Progress
) -> None:
    from bot.stores import index, index_files

    former = index_files.Former.of(checksums.whole(generations.kept(ingestion.data_dir)), encoder.identity)
    index.build(
        folder, knowledge.entries, knowledge.programme, encoder, version=0, created=datetime.now(UTC),
        digest=knowledge.digest, former=former,
        elsewhere=ingestion.elsewhere(), progress=lambda done, total: progress("building", done, total),
        in_memory=True,
    )  # fmt: skip
    if fitted := ingestion.calibrate(folder, encoder):
        index_files.write_calibration(folder, fitted)


def _distinct(real: Iterable[Asked]) -> Counter[Asked]:
    """The questions without repetitions; the latest moment of each counts."""
    latest: dict[tuple, Asked] = {}
    counts: Counter[tuple] = Counter()
    for one in real:
        key = (fold(one.text), one.language, tuple(fold(text) for text in one.previous))
        counts[key] += 1
        if key not in latest or latest[key].at < one.at:
            latest[key] = one
    return Counter({one: counts[key] for key, one in latest.items() if is_question(one.text)})


def _new_questions(changes: Changes, old: Sequence[Entry], new: Sequence[Entry]) -> list[Asked]:
    """The questions of new entries, and those that changed entries have got: does another entry answer them already?"""
    now = datetime.now(UTC)
    before = {entry.id: _questions(entry) for entry in old}
    touched = {*changes.added, *changes.changed}
    return [
        Asked(text, language, max(now, entry.valid_from or now), entry=entry.id)
        for entry in new if entry.id in touched
        for language, text in sorted(_questions(entry) - before.get(entry.id, set()))
        if is_question(text)
    ]  # fmt: skip


def _questions(entry: Entry) -> set[tuple[Language, str]]:
    return {(language, text) for language, rendering in entry.renderings.items() for text in rendering.questions}


def _differences(pairs: Sequence[tuple[Asked, Told, Told]], questions: Counter[Asked]) -> Iterable[Difference]:
    found = [
        Difference(asked, questions.get(asked, 1), before, after)
        for asked, before, after in pairs
        if not asked.entry and _differ(before, after)
    ]
    order = {"lost": 0, "elsewhere": 1, "reworded": 2, "found": 3, "choice": 4}
    return sorted(found, key=lambda one: (order[one.kind], bool(one.asked.golden), -one.times, one.asked.text))


def _differ(before: Told, after: Told) -> bool:
    if before.answered or after.answered:
        return (before.kind, before.entries, before.said) != (after.kind, after.entries, after.said)
    # Between a choice and a person only the choices matter.
    return before.kind != after.kind or set(before.entries) != set(after.entries)


def _figures(
    golden: Sequence[GoldenQuestion], pairs: Sequence[tuple[Asked, Told, Told]], compared: bool
) -> Iterable[FigureRow]:
    by_id = {question.id: question for question in golden}
    for language in Language:
        sides: list[list[Judgement]] = [[], []]
        for asked, before, after in pairs:
            if asked.golden in by_id and asked.language is language:
                for side, told in zip(sides, (before, after), strict=True):
                    side.append(Judgement(by_id[asked.golden], outcome_of(told), 0.0))
        old, new = (figures_of(side) for side in sides)
        for was, now in zip(old, new, strict=True):
            if now.count:
                yield FigureRow(language, was if compared else None, now)


def _falls(weights: Mapping[GoldenQuestion, float], pairs: Sequence[tuple[Asked, Told, Told]]) -> tuple[Fall, ...]:
    by_id = {question.id: question for question in weights}
    before, after = (
        {asked.golden: quality.judged(by_id[asked.golden], told[side]) for asked, *told in pairs if asked.golden}
        for side in (0, 1)
    )
    return quality.falls(list(weights), before, after, {question.id: weight for question, weight in weights.items()})


def _parents(entries: Iterable[Entry]) -> dict[str, str | None]:
    return {entry.id: entry.part_of for entry in entries}


def _collisions(pairs: Sequence[tuple[Asked, Told, Told]], parents: Mapping[str, str | None]) -> Iterable[Collision]:
    hits: dict[tuple[str, str], list[str]] = {}
    totals: Counter[str] = Counter()
    for asked, before, _ in pairs:
        if not asked.entry:
            continue
        totals[asked.entry] += 1
        other = before.entries[0] if before.kind == "answer" and before.entries else ""
        related = {asked.entry, parents.get(asked.entry), *(name for name in parents if parents[name] == asked.entry)}
        if other and other not in related:
            hits.setdefault((asked.entry, other), []).append(asked.text)
    for (entry_id, other), texts in sorted(hits.items(), key=lambda pair: -len(pair[1])):
        if len(texts) >= FEWEST_SHARED and len(texts) >= LEAST_SHARE * totals[entry_id]:
            yield Collision(entry_id, other, tuple(texts), totals[entry_id])
