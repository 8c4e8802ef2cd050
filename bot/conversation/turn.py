"""One turn of a conversation: who speaks, in which language, what is published, and the open transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.domain.edition import Edition
from bot.domain.language import Language
from bot.domain.question import Outcome, Question
from bot.i18n import Translator, catalog
from bot.settings import Settings
from bot.stores.database import Transaction
from bot.stores.database.delegates import Delegate

if TYPE_CHECKING:
    from bot.conversation.desk import Desk


@dataclass(frozen=True)
class Consideration:
    """What was read and found out before the transaction: the slow part of a turn."""

    language: Language
    """In which the turn is answered."""
    edition: Edition
    question: Question | None = None
    outcome: Outcome | None = None
    milliseconds: float = 0.0
    prepared: object = None
    """What a command's own preparation found out (see PREPARATIONS of a room)."""


@dataclass(frozen=True)
class Turn:
    """Everything a room of the conversation needs to answer; all it changes goes through `tx`."""

    incoming: Incoming
    consideration: Consideration
    delegate: Delegate
    tx: Transaction
    now: datetime
    settings: Settings
    desk: Desk

    @property
    def language(self) -> Language:
        """The language of this turn."""
        return self.consideration.language

    @property
    def say(self) -> Translator:
        """The phrases in the language of this turn."""
        return catalog(self.consideration.language)

    @property
    def edition(self) -> Edition:
        """What is published."""
        return self.consideration.edition

    @property
    def chat(self) -> int:
        """Where the delegate writes."""
        return self.incoming.chat


Handler = Callable[[Turn, str], Awaitable[list[Reply]]]
"""Answers a command (with its arguments) or a button (with what follows the first colon of its data)."""


class ButtonRefused(Exception):
    """The data of a pressed button is not ours, or what it spoke of is gone."""


def language_from(value: str) -> Language:
    """The language named in a button's data."""
    try:
        return Language(value)
    except ValueError as error:
        raise ButtonRefused(value) from error


def number_from(value: str) -> int:
    """The number in a button's data; never negative, never longer than a database number."""
    if not (value.isascii() and value.isdigit() and len(value) <= 18):
        raise ButtonRefused(value)
    return int(value)
