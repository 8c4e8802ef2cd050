"""The poll loop: every batch is committed to the inbox before the next poll tells Telegram that it was received."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram.error import RetryAfter, TelegramError

from bot.channels.telegram.health import Health, Trouble
from bot.channels.telegram.line import Fate, Line, fate, seconds_of
from bot.channels.telegram.updates import chat_and_person
from bot.stores.database import inbox
from bot.stores.database.engine import Database, DatabaseUnavailable

log = logging.getLogger(__name__)
LONGEST_PAUSE = 15.0
_TROUBLES = {
    Fate.TOKEN: (Trouble.TOKEN, "Telegram refuses the token; get the present one from @BotFather"),
    Fate.CONFLICT: (Trouble.CONFLICT, "another program polls with this token; stop it, or revoke the token if unknown"),
}
_NO_NETWORK = (Trouble.NETWORK, "Telegram cannot be reached; trying again")


async def keep(database: Database, updates: list[dict[str, Any]]) -> int:
    """Commit updates to the inbox; those known before are left alone. Returns how many are new."""
    rows = [(update["update_id"], *chat_and_person(update), update) for update in updates]
    async with database.writing() as tx:
        return await inbox.put(tx, rows)


class Poller:
    """Asks Telegram for updates, for ever."""

    def __init__(self, line: Line, database: Database, health: Health) -> None:
        self.line, self.database, self.health = line, database, health
        self.pause = 0.0

    async def run(self) -> None:
        """Poll until cancelled. The offset lives in memory only: Telegram's ids may start anew after a quiet week."""
        await self._drop_webhook()
        offset: int | None = None
        while True:
            try:
                updates = await self.line.fetch(offset)
            except (TelegramError, OSError, RuntimeError) as error:
                await self._rest(error)
                continue
            self.pause = 0.0
            self.health.polled()
            updates = [update for update in updates if isinstance(update.get("update_id"), int)]
            if updates:
                await until_it_works(lambda batch=updates: keep(self.database, batch), self.health)
                offset = max(update["update_id"] for update in updates) + 1

    async def _drop_webhook(self) -> None:
        """Polling is refused while a webhook is set; what waits for the webhook is not dropped."""
        while True:
            try:
                await self.line.delete_webhook(drop_pending_updates=False)
            except (TelegramError, OSError, RuntimeError) as error:
                await self._rest(error)
            else:
                self.pause = 0.0
                return

    async def _rest(self, error: Exception) -> None:
        """Say once what is wrong, then wait a little longer each time."""
        kind = fate(error)
        if isinstance(error, RetryAfter):
            await asyncio.sleep(seconds_of(error) + 0.5)
            return
        self.health.trouble(*_TROUBLES.get(kind, _NO_NETWORK))
        self.pause = min(LONGEST_PAUSE, max(0.5, self.pause * 2))
        await asyncio.sleep(self.pause)


async def until_it_works(action: Callable[[], Awaitable[Any]], health: Health) -> Any:
    """Repeat while the database is locked, full or away; meanwhile nothing more is taken in."""
    pause = 0.25
    while True:
        try:
            result = await action()
        except DatabaseUnavailable as error:
            health.trouble(Trouble.DATABASE, f"the database does not take anything ({error}); trying again")
            await asyncio.sleep(pause)
            pause = min(5.0, pause * 2)
        else:
            health.settled(Trouble.DATABASE)
            return result
