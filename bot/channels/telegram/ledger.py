"""Outcomes of sending, written down together: the sooner a sent message is known as sent, the fewer go out twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.channels.telegram.working import where
from bot.stores.database.engine import Database, DatabaseUnavailable, Transaction

log = logging.getLogger(__name__)
Write = Callable[[Transaction, datetime], Awaitable[Any]]
MOST_ATTEMPTS = 12


class Ledger:
    """One transaction for all outcomes that came in while the last one was being committed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: list[tuple[Write, asyncio.Future[None]]] = []
        self.writing: asyncio.Task[None] | None = None

    async def record(self, write: Write) -> None:
        """Returns when the outcome is committed, or could not be for a long time."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((write, done))
        if self.writing is None or self.writing.done():
            self.writing = asyncio.create_task(self._work())
        # Being cancelled must not take the outcomes of others along.
        await asyncio.shield(done)

    async def _work(self) -> None:
        while self.waiting:
            batch, self.waiting = self.waiting, []
            try:
                await self._commit([write for write, _ in batch])
            except Exception as error:
                log.error("outcomes: %s; written one by one", where(error))
                for write, _ in batch:
                    await self._alone(write)
            for _, done in batch:
                if not done.done():
                    done.set_result(None)

    async def _alone(self, write: Write) -> None:
        try:
            await self._commit([write])
        except Exception as error:
            log.error("an outcome could not be written, the message may go out twice: %s", where(error))

    async def _commit(self, writes: list[Write]) -> None:
        """Repeat while the database is busy: a moment's lock must not cause a second sending."""
        for attempt in range(MOST_ATTEMPTS):
            try:
                async with self.database.writing() as tx:
                    for write in writes:
                        await write(tx, await tx.now())
                return
            except DatabaseUnavailable:
                await asyncio.sleep(min(5.0, 0.1 * 2**attempt))
        log.error("%d outcomes could not be written; these messages may go out twice", len(writes))
