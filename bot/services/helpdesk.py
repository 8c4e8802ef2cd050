"""The volunteers' desk as facts: which card a question joins, what the group can carry, and which cards must change."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

from bot.domain.escalation import Escalation
from bot.domain.language import Language, fold
from bot.domain.question import HandoverReason
from bot.services.clustering import is_personal
from bot.stores.database import Transaction, escalations
from bot.stores.database.escalations import Opened
from bot.stores.database.values import get_value, set_value

CARDS_A_MINUTE = 12
GROUP_A_MINUTE = 18
"""Messages and edits that the desk itself starts: Telegram lets a bot write 20 a minute into a group."""
DIGEST_EVERY = 8.0
"""Seconds between two edits of the digest."""
# Below this a text says too little by itself ("and tomorrow?") for two people to mean the same by it.
_SHORTEST_SHARED = 12
_STATE = "desk"


class SameQuestion(Protocol):
    """What is needed of the clustering."""

    def find(self, question: str, groups: Mapping[int, Sequence[str]]) -> int | None:
        """The group whose question this is too, or None."""
        ...

    def look(self, text: str) -> object:
        """Prepare a question for comparing; slow the first time."""
        ...


class Show(Enum):
    """How the staff group learns of a new question."""

    CARD = "a card of its own"
    DIGEST = "a line of the digest that stands there"
    NEW_DIGEST = "the first line of a new digest"


@dataclass
class DeskState:
    """What the desk remembers about its group from one transaction to the next."""

    chat: int | None = None
    """The group in which the cards stand."""
    cards: list[float] = field(default_factory=list)
    """When cards went out in the last minute."""
    sent: list[float] = field(default_factory=list)
    """When anything went out in the last minute: cards, edits, notes."""
    digest: int = 0
    """Number of the digest that takes new lines; 0: none."""
    digests: int = 0
    """How many there were."""
    members: list[int] = field(default_factory=list)
    """Escalations that stand in the digest."""
    digest_changed: bool = False
    digest_edited: float = 0.0
    changed: list[int] = field(default_factory=list)
    """Escalations whose cards no longer show how things stand."""
    reminded: float = 0.0
    rounds: int = 0

    def forget_old(self, now: datetime) -> None:
        """Only the last minute counts."""
        since = now.timestamp() - 60
        self.cards = [moment for moment in self.cards if moment > since]
        self.sent = [moment for moment in self.sent if moment > since]

    def wrote(self, now: datetime, count: int = 1) -> None:
        """So many messages or edits go out now."""
        self.sent += [now.timestamp()] * count

    def touch(self, number: int) -> None:
        """The card of this escalation must change."""
        if number in self.members:
            self.digest_changed = True
        if number not in self.changed:
            self.changed.append(number)

    @property
    def room(self) -> int:
        """How many more messages or edits the group carries this minute."""
        return max(0, GROUP_A_MINUTE - len(self.sent))


async def read_state(tx: Transaction, now: datetime) -> DeskState:
    """The state, for changing: processes on PostgreSQL wait for each other here."""
    await tx.serialize(_STATE)
    stored: dict[str, Any] = await get_value(tx, _STATE) or {}
    known = DeskState.__dataclass_fields__
    state = DeskState(**{name: value for name, value in stored.items() if name in known})
    state.forget_old(now)
    return state


async def write_state(tx: Transaction, state: DeskState) -> None:
    """Keep the state."""
    await set_value(tx, _STATE, dict(vars(state)))


async def touch(tx: Transaction, numbers: Iterable[int], now: datetime) -> None:
    """The cards of these escalations must change; the next round of the desk sees to it."""
    state = await read_state(tx, now)
    for number in numbers:
        state.touch(number)
    await write_state(tx, state)


class Helpdesk:
    """Decides where a question goes; holds nothing but the way of comparing."""

    def __init__(self, same: SameQuestion | None = None) -> None:
        self._same = same

    def prepare(self, question: str) -> None:
        """The slow part of `receive`, to be done outside a transaction."""
        if self._same is not None:
            self._same.look(question)

    async def receive(
        self,
        tx: Transaction,
        *,
        chat: int,
        language: Language,
        question: str,
        reason: HandoverReason,
        nearest: Sequence[str],
        exchange: int | None,
        message: int | None,
        answer_given: str | None,
        at: datetime,
    ) -> Opened:
        """Open an escalation, or join the one that waits with the same question."""
        # Two processes must not both find nothing and open two.
        await tx.serialize(_STATE)
        folded = fold(question)
        cluster = hashlib.sha256(folded.encode()).hexdigest()
        if len(folded) < _SHORTEST_SHARED or answer_given is not None or is_personal(question):
            cluster = None
        elif await escalations.find_open(tx, cluster) is None:
            joined = await self._same_waiting(tx, question)
            cluster = joined or cluster
        return await escalations.open(
            tx,
            chat=chat,
            language=language,
            question=question,
            reason=reason,
            nearest=nearest,
            at=at,
            cluster=cluster,
            message=message,
            exchange=exchange,
            answer_given=answer_given,
        )

    async def _same_waiting(self, tx: Transaction, question: str) -> str | None:
        """The cluster of the waiting escalation that asks the same in other words, or None."""
        if self._same is None:
            return None
        waiting = {item.id: item for item in await escalations.queue(tx) if _may_be_shared(item)}
        groups = {number: [item.question] for number, item in waiting.items()}
        for number, item in waiting.items():
            if item.askers > 1:
                groups[number] += [asker.question for asker in await escalations.askers(tx, number)]
        found = self._same.find(question, groups)
        if found is None:
            return None
        return await escalations.cluster_of(tx, found)


def _may_be_shared(item: Escalation) -> bool:
    return item.answer_given is None and len(fold(item.question)) >= _SHORTEST_SHARED


def place(state: DeskState, number: int, now: datetime) -> Show:
    """A card of its own while the group can carry it, else a line of the digest."""
    if len(state.cards) < CARDS_A_MINUTE and state.room > 0:
        state.cards.append(now.timestamp())
        state.wrote(now)
        return Show.CARD
    if number not in state.members:
        state.members.append(number)
    if state.digest:
        state.digest_changed = True
        return Show.DIGEST
    state.digests += 1
    state.digest = state.digests
    state.digest_edited = now.timestamp()
    state.wrote(now)
    return Show.NEW_DIGEST


def leave_digest(state: DeskState, waiting: Collection[int]) -> bool:
    """Forget members that wait no more; true when the digest has ended with that."""
    state.members = [number for number in state.members if number in waiting]
    if state.members or not state.digest:
        return False
    state.digest = 0
    state.digest_changed = False
    return True


def may_edit_digest(state: DeskState, now: datetime) -> bool:
    """Whether the digest has changed and may be edited now."""
    return state.digest_changed and state.room > 0 and now.timestamp() - state.digest_edited >= DIGEST_EVERY


def may_remind(state: DeskState, now: datetime) -> bool:
    """Reminders of the same minute are one message."""
    return now.timestamp() - state.reminded >= 60
