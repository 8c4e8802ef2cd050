"""What happens by the clock: timed messages, the health file, deleting what has been kept long enough."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

from bot.channels.telegram import rendering
from bot.channels.telegram.health import Health
from bot.channels.telegram.pacing import Pace
from bot.channels.telegram.rendering import Occasion
from bot.channels.telegram.staff import StaffChat
from bot.channels.telegram.working import where
from bot.stores.database import inbox, outbox
from bot.stores.database.engine import Database, DatabaseUnavailable
from bot.stores.database.values import get_value, set_value

log = logging.getLogger(__name__)
EVERY = 2.0
PRUNE_EVERY = 600.0
PACE = "group_pace"


async def recall(database: Database, pace: Pace) -> None:
    """What groups were sent in the last minute before a restart counts on: a second burst would halt everything."""
    async with database.reading() as tx:
        pace.recall(await get_value(tx, PACE, {}))


class Housekeeping:
    """One round every two seconds."""

    def __init__(
        self, database: Database, assistant: Any, staff: StaffChat, health: Health, pace: Pace | None = None
    ) -> None:
        self.database, self.assistant, self.staff, self.health = database, assistant, staff, health
        self.pace = pace or Pace()
        self.noted: dict[str, list[float]] = {}
        self.pruned = time.monotonic()
        self.purged = False
        """Whether personal data was deleted that the files of the database may still hold."""

    async def run(self) -> None:
        """Until cancelled; a failure of one round must not end the next."""
        while True:
            try:
                await self._round()
            except DatabaseUnavailable:
                log.debug("housekeeping waits for the database")
            except Exception as error:
                log.error("housekeeping: %s", where(error))
            await asyncio.sleep(EVERY)

    async def _round(self) -> None:
        async with self.database.reading() as tx:
            oldest = await inbox.oldest_waiting(tx), await outbox.oldest_waiting(tx)
        await asyncio.to_thread(self.health.write, *oldest)
        if (due := getattr(self.assistant, "due", None)) is not None:
            async with self.database.writing() as tx:
                for stem, reply in await due(tx):
                    chat = reply.chat if reply.chat is not None else 0
                    occasion = Occasion(chat, chat, staff_chat=self.staff.current)
                    kind = None if chat < 0 else "notice"
                    await rendering.post(tx, self.staff.addressed([reply]), occasion, stem, kind)
        await self._report_undelivered()
        if (noted := self.pace.noted()) != self.noted:
            self.noted = noted
            async with self.database.writing() as tx:
                await set_value(tx, PACE, noted)
        if time.monotonic() - self.pruned > PRUNE_EVERY and not await self._purge():
            self.pruned = time.monotonic()
            async with self.database.writing() as tx:
                await inbox.prune(tx)
                await outbox.prune(tx)
            if self.purged:
                await self.database.scrub()
                self.purged = False

    async def _purge(self) -> bool:
        """A batch of what is kept no longer, one a round, so that nobody waits long; false when nothing was left."""
        if not await self.assistant.purge():
            return False
        self.purged = True
        return True

    async def _report_undelivered(self) -> None:
        """Whoever must know hears of what did not arrive: a volunteer's answer, a card."""
        undelivered = getattr(self.assistant, "undelivered", None)
        if undelivered is None:
            return
        async with self.database.writing() as tx:
            lost = await outbox.unreported(tx)
            for row in lost:
                if not row.ref:
                    continue
                replies = await undelivered(row.ref, row.chat, row.state, tx)
                occasion = Occasion(row.chat, row.chat, staff_chat=self.staff.current)
                await rendering.post(tx, self.staff.addressed(replies), occasion, f"undelivered:{row.id}")
            await outbox.report_done(tx, [row.id for row in lost])
