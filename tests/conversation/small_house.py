"""The small congress as a real index, with the encoder double and a decision simple enough to reason about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.calibration import Evidence
from bot.domain.language import Language
from bot.domain.question import Answer, Clarification, Handover, HandoverReason, Hit
from bot.stores import index as indexes
from bot.stores import knowledge_files
from bot.stores.index import Index
from bot.stores.index_search import FEATURES
from tests.doubles import HashEncoder

CONGRESS = Path(__file__).parent.parent / "congress"


class PlainDecision:
    """Stands where the fitted decision stands, on one figure: the cosine to the nearest question of an entry."""

    SURE, NEAR = 0.85, 0.6

    def decide(self, evidence: Evidence, language: Language) -> Answer | Clarification | Handover:
        """Answer when sure, offer the best three when near, else hand over."""
        place = FEATURES.index("dense question")
        ranked = sorted(evidence.candidates, key=lambda one: (-one.features[place], one.entry_id))
        hits = tuple(Hit(one.entry_id, max(min(one.features[place], 1.0), 0.0)) for one in ranked[:5])
        best = hits[0].confidence if hits else 0.0
        if best >= self.SURE:
            return Answer((hits[0].entry_id,), best, hits)
        if best >= self.NEAR:
            return Clarification(tuple(hit.entry_id for hit in hits[:3]), best, hits)
        return Handover(HandoverReason.UNSURE, best, hits)


def build_congress(folder: Path) -> Index:
    """Build and open the index of the congress."""
    encoder = HashEncoder()
    knowledge = knowledge_files.read(CONGRESS)
    assert not knowledge.errors
    indexes.build(
        folder, knowledge.entries, knowledge.programme, encoder,
        version=7, created=datetime(2031, 5, 3, tzinfo=UTC), digest=knowledge.digest,
    )  # fmt: skip
    index = Index(folder, encoder)
    index.calibration = PlainDecision()
    return index


class HeldIndex:
    """Stands where Published stands: always the same index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @contextmanager
    def acquire(self) -> Iterator[Index]:
        yield self.index
