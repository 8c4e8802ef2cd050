"""The small congress as a real index, with the encoder double and a decision simple enough to reason about."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from bot.domain.calibration import Calibration, Thresholds, Weights
from bot.domain.language import Language
from bot.stores import index as indexes
from bot.stores import knowledge_files
from bot.stores.index import CALIBRATION, FEATURES, QUESTION_FEATURES, Index
from tests.doubles import HashEncoder

CONGRESS = Path(__file__).parent.parent / "congress"


def decision(model: str) -> Calibration:
    """Sure from a cosine of about 0.85 to a question of an entry; a choice from about 0.6."""
    ranking = Weights(0.0, tuple(float(name == "dense question") for name in FEATURES))
    length = 4 + 2 * len(FEATURES) + len(QUESTION_FEATURES)
    best = 4 + FEATURES.index("dense question")

    def sure_from(cosine: float) -> Weights:
        return Weights(-40.0 * cosine, tuple(40.0 * (place == best) for place in range(length)))

    return Calibration(
        model=model,
        ranking=ranking,
        confidence=dict.fromkeys(Language, sure_from(0.85)),
        relevance=dict.fromkeys(Language, sure_from(0.6)),
        thresholds=dict.fromkeys(Language, Thresholds(0.5, 0.5)),
    )


def build_congress(folder: Path) -> Index:
    """Build and open the index of the congress."""
    encoder = HashEncoder()
    knowledge = knowledge_files.read(CONGRESS)
    assert not knowledge.errors
    indexes.build(
        folder, knowledge.entries, knowledge.programme, encoder,
        version=7, created=datetime(2031, 5, 3, tzinfo=UTC), digest=knowledge.digest,
    )  # fmt: skip
    (folder / "calibration.json").write_bytes(CALIBRATION.dump_json(decision(encoder.identity)))
    return Index(folder, encoder)


class HeldIndex:
    """Stands where Published stands: always the same index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    @contextmanager
    def acquire(self) -> Iterator[Index]:
        yield self.index
