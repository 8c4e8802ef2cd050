"""A question, the hits found for it, and the decision: answer, offer a choice, or hand over to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.language import Language
from bot.domain.reading import Findings, Reading


@dataclass(frozen=True)
class Question:
    """What a person asked: the text as written, the language to answer in, the moment, their earlier turns."""

    text: str
    language: Language
    now: datetime
    previous: tuple[str, ...] = ()
    """Earlier messages of the same person, oldest first; only recent ones."""


@dataclass(frozen=True)
class Hit:
    """An entry found for a question, with the probability (0..1) that it answers the question."""

    entry_id: str
    confidence: float


class HandoverReason(StrEnum):
    """Why the assistant does not answer by itself."""

    NOTHING_FOUND = "nothing-found"
    UNSURE = "unsure"
    EXPIRED = "expired"
    UNREADABLE = "unreadable"
    ASKED = "asked"
    DISLIKED = "disliked"


class CourtesyKind(StrEnum):
    """Small talk, and wishes put to the assistant itself: a short courteous line and the menu, nothing more."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    IDENTITY = "identity"
    WELLBEING = "wellbeing"
    ACKNOWLEDGEMENT = "acknowledgement"
    """"OK", "wait a moment", "test", laughter, an apology, "may I ask you something"."""
    COMPLAINT = "complaint"
    """About the assistant itself, not about the event."""
    LANGUAGE = "language"
    """"English please": gets the languages to choose from."""
    EMPTY = "empty"
    TOO_LONG = "too-long"


@dataclass(frozen=True)
class Answer:
    """The approved entry (or entries) that answer; `hits` are the nearest five, best first."""

    entries: tuple[str, ...]
    confidence: float
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class ProgrammeAnswer:
    """An answer computed from the programme: what was understood of the question, and what is on then and there."""

    reading: Reading
    findings: Findings
    entries: tuple[str, ...]
    """Ids of the sessions (or the room's venue) the answer rests on, in the order shown."""
    confidence: float = 1.0
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Clarification:
    """Two or three entries to choose from."""

    choices: tuple[str, ...]
    confidence: float
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Handover:
    """Nothing approved answers with enough confidence: a person must."""

    reason: HandoverReason
    confidence: float = 0.0
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True)
class Courtesy:
    """Small talk or a message without a question."""

    kind: CourtesyKind
    confidence: float = 1.0
    hits: tuple[Hit, ...] = ()


Outcome = Answer | ProgrammeAnswer | Clarification | Handover | Courtesy
