"""The staff group's present id: a basic group gets a new one when it becomes a supergroup."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from bot.channels.telegram.rendering import addressed_to
from bot.conversation.reply import Reply
from bot.stores.database import outbox
from bot.stores.database.engine import Database, Transaction
from bot.stores.database.values import get_value, set_value

log = logging.getLogger(__name__)
KEY = "staff_chat"


class StaffChat:
    """The configured id and the present one; the assistant is told of a change."""

    def __init__(self, configured: int | None, assistant: Any = None) -> None:
        self.configured = configured
        self.current = configured
        self.assistant = assistant

    async def recall(self, database: Database) -> None:
        """What was learned before the last restart, as long as the setting is still the same."""
        async with database.reading() as tx:
            stored = await get_value(tx, KEY)
        if isinstance(stored, dict) and stored.get("configured") == self.configured and self.configured is not None:
            self._set(stored["current"])

    async def migrate(self, tx: Transaction, old: int, new: int) -> None:
        """What waits for the old id goes to the new one; if it is the staff group, its new id is kept."""
        await outbox.rewrite_chat(tx, old, new)
        if old in (self.current, self.configured) and self.current != new:
            await set_value(tx, KEY, {"configured": self.configured, "current": new})
            log.warning("the staff group has become a supergroup: BOT_STAFF_CHAT=%s from now on", new)
            self._set(new)

    def addressed(self, replies: Iterable[Reply]) -> list[Reply]:
        """Replies to the configured id go to the present one."""
        return addressed_to(replies, self.configured, self.current)

    def _set(self, chat: int) -> None:
        self.current = chat
        if self.assistant is not None and hasattr(self.assistant, "staff_chat"):
            self.assistant.staff_chat = chat
