"""Builds the embedded encoder from the repository's data and fits the shipped decision to it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.calibration import Calibration
from bot.domain.golden import GoldenQuestion, is_held_back
from bot.domain.knowledge import Entry
from bot.domain.language import Language
from bot.domain.passages import sentences
from bot.domain.programme import Programme
from bot.encoder import build as encoder_build
from bot.encoder import elsewhere
from bot.services import fitting
from bot.settings import EVENT_ZONE
from bot.stores import generic_files, golden_files, index, index_files, knowledge_files
from bot.stores.models import EMBEDDED, SentenceEncoder

CALIBRATION_FILE = EMBEDDED.parent / "calibration.json"


def build_encoder(knowledge_dir: Path, report: Callable[[str], None] = print) -> None:
    """Build the model and its calibration in place; seeded, so that the same data give the same files."""
    encoder_build.build(EMBEDDED, groups_of(knowledge_files.read(knowledge_dir).entries), report=report)
    fit_shipped(knowledge_dir, report)


def groups_of(entries: Sequence[Entry]) -> list[encoder_build.Group]:
    """What the encoder learns from entries: the texts of each that mean the same, in all three languages."""
    return [
        {
            language: (rendering.title, *rendering.questions, *sentences(rendering.body))
            for language, rendering in entry.renderings.items()
        }
        for entry in entries
        if all(language in entry.renderings for language in Language)
    ]


def fit_shipped(knowledge_dir: Path, report: Callable[[str], None] = print) -> None:
    """Fit the decision that ships: on what the embedded encoder finds, and on what one finds to which entries are new.

    The embedded encoder was fitted on the questions in the files, so it finds the entries it knows more easily than
    those an organizer adds next week. A decision that had only ever seen the former would trust it too much: new
    entries were found six points less often. The second encoder has not seen half the entries that are asked about.
    """
    from threadpoolctl import threadpool_limits

    knowledge = knowledge_files.read(knowledge_dir)
    questions = [question for question in golden_files.read() if question.for_fitting]
    known = [entry for entry in knowledge.entries if not is_held_back(entry.id)]
    # One thread: several add up in another order, and the same data shall give the same decision.
    with threadpool_limits(1), tempfile.TemporaryDirectory() as room:
        second = Path(room) / "encoder"
        encoder_build.build(second, groups_of(known), report=report)
        shipped = SentenceEncoder()
        cases = []
        for encoder in (shipped, SentenceEncoder(str(second))):
            folder = Path(room) / f"index-{len(cases)}"
            index.build(
                folder, knowledge.entries, knowledge.programme, encoder, version=0, created=datetime.now(UTC),
                digest=knowledge.digest, elsewhere=elsewhere.read(), in_memory=True,
            )  # fmt: skip
            cases += _cases_in(folder, encoder, questions)
        calibration = _fit(cases, _plain_cases(knowledge.entries, shipped, questions), shipped)
    CALIBRATION_FILE.write_bytes(index_files.CALIBRATION.dump_json(calibration))
    report(f"{CALIBRATION_FILE.name} written")


def fit_on(folder: Path, encoder: SentenceEncoder) -> Calibration:
    """Fit the decision on the generation in `folder`, on the golden questions and paragraphs of the fitting part."""
    questions = [question for question in golden_files.read() if question.for_fitting]
    cases = _cases_in(folder, encoder, questions)
    entries, _ = index_files.read_contents(folder)
    return _fit(cases, _plain_cases(entries, encoder, questions), encoder)


def _fit(cases: Sequence[fitting.Case], plain: Sequence[fitting.Case], encoder: SentenceEncoder) -> Calibration:
    from threadpoolctl import threadpool_limits

    # Small tables: OpenMP's threads only wait for one another (measured: 46 s with them, 12 s without).
    with threadpool_limits(1, "openmp"):
        return fitting.fit(cases, plain, encoder.identity)


def _cases_in(folder: Path, encoder: SentenceEncoder, questions: Sequence[GoldenQuestion]) -> list[fitting.Case]:
    # Searched exactly: Chroma's graph is another one each time, and the same data shall give the same decision.
    return fitting.cases_for(index.Index(folder, encoder, in_memory=True), questions)


def _plain_cases(
    entries: Sequence[Entry], encoder: SentenceEncoder, questions: Sequence[GoldenQuestion]
) -> list[fitting.Case]:
    """Half the entries without their questions, so that both kinds learn to stand beside each other; then prose."""
    mixed = [_without_questions(entry) if number % 2 else entry for number, entry in enumerate(entries)]
    asked = [question for question in questions if question.kind in ("direct", "indirect", "short")]
    plain = _cases_among(mixed, asked[::2], encoder)
    for language in Language:
        plain += _cases_among(*generic_files.read(language, fitting=True), encoder)
    return plain


def _without_questions(entry: Entry) -> Entry:
    renderings = {language: replace(rendering, questions=()) for language, rendering in entry.renderings.items()}
    return replace(entry, renderings=renderings)


def _cases_among(
    entries: Sequence[Entry], questions: Sequence[GoldenQuestion], encoder: SentenceEncoder
) -> list[fitting.Case]:
    """Evidence for questions among other entries than the published ones."""
    if not entries:
        return []
    with tempfile.TemporaryDirectory() as folder:
        index.build(
            Path(folder), entries, Programme(EVENT_ZONE, ()), encoder, version=0, created=datetime.now(UTC), digest="",
            in_memory=True,
        )  # fmt: skip
        return _cases_in(Path(folder), encoder, questions)


def shipped_or_fitted(folder: Path, encoder: SentenceEncoder) -> Calibration:
    """The shipped decision when it belongs to this encoder, otherwise one fitted on the generation in `folder`.

    Raises FileNotFoundError when another encoder is used and there are no golden questions to fit on.
    """
    if CALIBRATION_FILE.exists():
        shipped = index_files.CALIBRATION.validate_json(CALIBRATION_FILE.read_bytes())
        if shipped.model == encoder.identity:
            return shipped
    if not any(golden_files.FOLDER.glob("*.yaml")):
        raise FileNotFoundError(
            f"no decision is fitted to {encoder.name} and there are no golden questions in {golden_files.FOLDER}"
        )
    return fit_on(folder, encoder)
