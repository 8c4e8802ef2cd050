"""Which of several processes sends: one at a time holds the baton, so that pace and halt are kept exactly."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.stores.database.engine import Database, DatabaseUnavailable
from bot.stores.database.values import get_value, set_value

KEY = "sender"
HELD = 15.0
"""Seconds after which the baton of a process that is gone may be taken by another."""


class Baton:
    """Held by renewing it; the clock of the database decides."""

    def __init__(self, database: Database, owner: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.database, self.owner, self.clock = database, owner, clock
        self.until = 0.0

    @property
    def mine(self) -> bool:
        """Whether this process has it, as far as it knows."""
        return self.clock() < self.until

    async def held(self) -> bool:
        """Whether this process may send now; takes the baton when nobody has it, renews it in good time."""
        if self.until - self.clock() > HELD / 2:
            return True
        asked = self.clock()
        async with self.database.writing() as tx:
            await tx.serialize(KEY)
            now = await tx.now()
            holder = await get_value(tx, KEY)
            mine = holder is None or holder["owner"] == self.owner or datetime.fromisoformat(holder["until"]) <= now
            if mine:
                until = now + timedelta(seconds=HELD)
                await set_value(tx, KEY, {"owner": self.owner, "until": until.isoformat()})
        self.until = asked + HELD if mine else 0.0
        return mine

    async def pass_on(self) -> None:
        """Let go, so that the next one need not wait."""
        self.until = 0.0
        try:
            async with self.database.writing() as tx:
                await tx.serialize(KEY)
                holder = await get_value(tx, KEY)
                if holder is not None and holder["owner"] == self.owner:
                    await set_value(tx, KEY, None)
        except DatabaseUnavailable:
            return
