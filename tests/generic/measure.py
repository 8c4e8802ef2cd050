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
import yaml

from bot.domain.knowledge import Entry, EntryKind, PassageKind, Rendering, Status
from bot.domain.language import Language
from bot.domain.programme import Programme
from bot.encoder import analysis
from bot.services.training import CALIBRATION_FILE
from bot.settings import EVENT_ZONE
from bot.stores import index
from bot.stores.index_fields import LanguageBm25
from bot.stores.models import SentenceEncoder

FOLDER = Path(__file__).parent
NOW = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Asked:
    """A question of the corpus, the paragraph it was written for, and the first that each ranking found."""

    text: str
    expected: str
    ranking: str
    bm25: str
    bm25_of_bodies: str


@dataclass(frozen=True)
class Measured:
    """What one language's corpus gave."""

    language: Language
    asked: tuple[Asked, ...]

    def hits(self, which: str) -> float:
        """hit@1 of "ranking", "bm25" or "bm25_of_bodies"."""
        return float(np.mean([getattr(asked, which) == asked.expected for asked in self.asked]))


def corpus(language: Language) -> list[dict]:
    """The paragraphs with their questions."""
    return yaml.safe_load((FOLDER / f"{language.value}.yaml").read_text("utf-8"))


def entries_of(rows: Sequence[dict], language: Language) -> list[Entry]:
    """The paragraphs as entries nobody has written questions for."""
    return [
        Entry(row["id"], "generic", EntryKind.PROSE, Status.CONFIRMED, {language: Rendering(row["title"], row["text"])})
        for row in rows
    ]


def measure(language: Language, encoder: SentenceEncoder) -> Measured:
    """Index one language's corpus and ask all its questions."""
    rows = corpus(language)
    entries = entries_of(rows, language)
    calibration = index.CALIBRATION.validate_json(CALIBRATION_FILE.read_bytes())
    with tempfile.TemporaryDirectory() as folder:
        index.build(Path(folder), entries, Programme(EVENT_ZONE, ()), encoder, version=1, created=NOW, digest="generic")
        opened = index.Index(Path(folder), encoder)
        try:
            plain, bodies = bm25_of(opened, language, None), bm25_of(opened, language, PassageKind.BODY)
            asked = []
            for row in rows:
                for question in row["questions"]:
                    ranked = calibration.rank(opened.search(question, language, NOW))
                    first = ranked[0][1].entry_id if ranked else ""
                    asked.append(Asked(question, row["id"], first, plain(question), bodies(question)))
        finally:
            opened.close()
    return Measured(language, tuple(asked))


def bm25_of(opened: index.Index, language: Language, kind: PassageKind | None) -> Callable[[str], str]:
    """BM25 alone with the index's own tokenizers: the entry with the best passage of this kind (of any, for None)."""
    passages = [passage for passage in opened.passages if kind is None or passage.kind is kind]
    # A body of one sentence stands in the index once, as a sentence; the corpus has none.
    field = LanguageBm25.build(language, passages, [analysis.lexical_terms(passage.text) for passage in passages])

    def first(question: str) -> str:
        scores = field.scores(analysis.lexical_terms(question), len(passages))
        return passages[int(np.argmax(scores))].entry_id if scores.any() else ""

    return first


def main(arguments: Sequence[str]) -> None:
    """Print one line a language; with --misses what the ranking missed as well."""
    encoder = SentenceEncoder()
    chosen = [Language(name) for name in arguments if not name.startswith("-")] or list(Language)
    print("language  questions  ranking  BM25 (best passage)  BM25 (body)")
    for language in chosen:
        found = measure(language, encoder)
        print(
            f"{language.value:8}  {len(found.asked):9}  {found.hits('ranking'):7.3f}"
            f"  {found.hits('bm25'):19.3f}  {found.hits('bm25_of_bodies'):11.3f}"
        )
        if "--misses" in arguments:
            for asked in found.asked:
                if asked.ranking != asked.expected:
                    print(f"    {asked.text}  {asked.expected}: {asked.ranking}, BM25: {asked.bm25}")


if __name__ == "__main__":
    main(sys.argv[1:])
