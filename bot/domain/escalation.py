"""Escalations: a question waiting for a person; its states and who may move it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.language import Language
from bot.domain.question import HandoverReason


class EscalationState(StrEnum):
    """open -> claimed -> answered -> closed, or dismissed; handing back, a lapse and reopening lead to open again."""

    OPEN = "open"
    CLAIMED = "claimed"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    CLOSED = "closed"
    """Answered, and nothing more is expected of anybody."""

    @property
    def waits(self) -> bool:
        """Whether a delegate waits for an answer."""
        return self in (EscalationState.OPEN, EscalationState.CLAIMED)


@dataclass(frozen=True)
class Escalation:
    """A question that people must answer; `askers` counts the delegates who wait for it."""

    id: int
    state: EscalationState
    language: Language
    question: str
    reason: HandoverReason
    nearest: tuple[str, ...]
    askers: int
    opened_at: datetime
    claimed_by: int | None = None
    claimed_at: datetime | None = None
    answer_given: str | None = None
    """The entry the assistant had answered with, for a disliked answer."""
