"""The desk as the rest of the conversation sees it: questions go in; without a staff group they are kept."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.conversation.turn import Turn
from bot.domain.language import Language, fold
from bot.domain.question import HandoverReason
from bot.settings import Settings
from bot.stores.database import Transaction, escalations
from bot.stores.database.delegates import Forgotten

# Below this a text says too little by itself ("and tomorrow?") for two people to mean the same by it.
_SHORTEST_SHARED = 12


class Desk:
    """Keeps questions that people must answer as open escalations; a staffed desk shows them to volunteers."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.staff_chat = settings.staff_chat

    @property
    def staffed(self) -> bool:
        """Whether volunteers see the questions as they come."""
        return self.staff_chat is not None

    async def escalate(
        self,
        turn: Turn,
        question: str,
        language: Language,
        reason: HandoverReason,
        *,
        nearest: Sequence[str] = (),
        exchange: int | None = None,
        message: int | None = None,
        answer_given: str | None = None,
    ) -> list[Reply]:
        """Open an escalation in the turn's transaction; returns what the staff group is shown."""
        folded = fold(question)
        shared = len(folded) >= _SHORTEST_SHARED and answer_given is None
        await escalations.open(
            turn.tx,
            chat=turn.chat,
            language=language,
            question=question,
            reason=reason,
            nearest=nearest,
            at=turn.now,
            cluster=hashlib.sha256(folded.encode()).hexdigest() if shared else None,
            message=message,
            exchange=exchange,
            answer_given=answer_given,
        )
        return []

    async def heard_in_group(self, incoming: Incoming, tx: Transaction) -> list[Reply]:
        """A message, command or press in the staff group."""
        return []

    async def heard_from_delegate(self, turn: Turn) -> list[Reply] | None:
        """A delegate's reply to a volunteer's message; None when the message is not one."""
        return None

    async def forgotten(self, gone: Forgotten, tx: Transaction) -> list[Reply]:
        """A person was forgotten: the cards about them change."""
        return []

    def commands(self, language: Language) -> list[tuple[str, str]]:
        """The commands of the staff group with their descriptions."""
        return []

    async def due(self, tx: Transaction) -> list[tuple[str, Reply]]:
        """What is to be said by now without anybody asking, each with its deduplication key."""
        return []

    async def undelivered(self, reference: str, chat: int, why: str, tx: Transaction) -> list[Reply]:
        """A message with this reference could not be delivered for good."""
        return []
