"""How well a corpus that has nothing to do with the forum is found: hit@1 of the ranking beside plain BM25.

Run: python -m tests.generic.measure [--misses] [en ru zh]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bot.domain.knowledge import PassageKind
from bot.domain.language import Language
from bot.domain.programme import Programme
from bot.encoder import analysis
from bot.services.training import CALIBRATION_FILE
from bot.settings import EVENT_ZONE
from bot.stores import generic_files, index, index_files
from bot.stores.index_fields import LanguageBm25
from bot.stores.models import SentenceEncoder
from bot.stores.units import Column

NOW = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A question of the corpus, the paragraph it was written for, and the first that each way of ranking found."""

    text: str
    expected: str
    fitted: bool
    """Whether the decision was fitted on this question."""
    ranking: str
    bm25: str
    """By the best passage of each entry."""
    bm25_of_bodies: str


@dataclass(frozen=True)
class Measured:
    """What one language's corpus gave."""

    language: Language
    asked: tuple[Asked, ...]

    def hits(self, which: str, only_unseen: bool = True) -> float:
        """hit@1 of "ranking", "bm25" or "bm25_of_bodies", over the questions never fitted on or over all."""
        chosen = [asked for asked in self.asked if not (only_unseen and asked.fitted)]
        return float(np.mean([getattr(asked, which) == asked.expected for asked in chosen]))


def measure(language: Language, encoder: SentenceEncoder) -> Measured:
    """Index all paragraphs of one language and ask all their questions."""
    fitted, unseen = (generic_files.read(language, fitting) for fitting in (True, False))
    calibration = index_files.CALIBRATION.validate_json(CALIBRATION_FILE.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        index.build(
            Path(folder), [*fitted[0], *unseen[0]], Programme(EVENT_ZONE, ()), encoder,
            version=1, created=NOW, digest="generic",
        )  # fmt: skip
        opened = index.Index(Path(folder), encoder)
        try:
            best, bodies = bm25_of(opened, language, None), bm25_of(opened, language, PassageKind.BODY)
            asked = []
            for seen, (_, questions) in ((True, fitted), (False, unseen)):
                for question in questions:
                    ranked = calibration.rank(opened.search(question.text, language, NOW))
                    first = ranked[0][1].entry_id if ranked else ""
                    text = question.text
                    asked.append(Asked(text, question.topic, seen, first, best(text), bodies(text)))
        finally:
            opened.close()
    return Measured(language, tuple(asked))


def bm25_of(opened: index.Index, language: Language, kind: PassageKind | None) -> Callable[[str], str]:
    """BM25 alone with the index's own tokenizers: the entry with the best passage of this kind (of any, for None)."""
    passages = [passage for passage in opened.passages if kind is None or passage.kind is kind]
    terms = Column.of([analysis.lexical_terms(passage.text) for passage in passages])
    field = LanguageBm25.build(language, passages, terms)

    def first(question: str) -> str:
        scores = field.scores(analysis.lexical_terms(question), len(passages))
        return passages[int(np.argmax(scores))].entry_id if scores.any() else ""

    return first


def main(arguments: Sequence[str]) -> None:
    """Print one line a language; with --misses what the ranking missed as well."""
    encoder = SentenceEncoder()
    chosen = [Language(name) for name in arguments if not name.startswith("-")] or list(Language)
    print(
        "hit@1 of the ranking, of BM25 by the best passage and of BM25 by the body, among all paragraphs of a language"
    )
    print("          never fitted on            all questions")
    for language in chosen:
        found = measure(language, encoder)
        figures = [found.hits(which, unseen) for unseen in (True, False) for which in _WAYS]
        print(f"{language.value:8}  " + "   ".join(" ".join(f"{f:7.3f}" for f in part) for part in _parts(figures)))
        if "--misses" in arguments:
            for asked in found.asked:
                if asked.ranking != asked.expected:
                    print(f"    {asked.text}  {asked.expected}: {asked.ranking}, BM25: {asked.bm25}")


_WAYS = ("ranking", "bm25", "bm25_of_bodies")


def _parts(figures: Sequence[float]) -> tuple[Sequence[float], Sequence[float]]:
    return figures[: len(_WAYS)], figures[len(_WAYS) :]


if __name__ == "__main__":
    main(sys.argv[1:])
