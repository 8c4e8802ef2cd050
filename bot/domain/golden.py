"""Golden questions: what must be answered, by which entry, and what must not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.language import Language

IN_SCOPE = ("direct", "indirect", "short", "typo", "transliterated", "mixed", "follow-up")
OUT_OF_SCOPE = ("near-miss", "off-topic", "injection")
KINDS = (*IN_SCOPE, "small-talk", *OUT_OF_SCOPE)
FIRST_MORNING = datetime.fromisoformat("2025-07-10T09:00:00+08:00")


@dataclass(frozen=True)
class GoldenQuestion:
    """A question with the entries that answer it; none for what must not be answered."""

    id: str
    topic: str
    language: Language
    kind: str
    text: str
    expected: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    now: datetime = FIRST_MORNING
    """When it is asked, aware; what the forum brought forth is asked about afterwards."""

    @property
    def in_scope(self) -> bool:
        """Whether some entry answers it."""
        return bool(self.expected)

    @property
    def for_fitting(self) -> bool:
        """Whether its topic may be fitted on; the other topics are only ever measured."""
        return is_for_fitting(self.topic)


def is_for_fitting(topic: str) -> bool:
    """Three topics in five. A topic's side follows from its name, so that adding questions never moves it."""
    return hashlib.sha256(topic.encode()).digest()[0] % 5 < 3


def is_held_back(topic: str) -> bool:
    """Half of those for fitting: their entries are new to the second encoder the decision is fitted on."""
    return is_for_fitting(topic) and hashlib.sha256(topic.encode()).digest()[1] % 2 == 1
