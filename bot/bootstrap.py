"""Puts the whole house together, once, from the settings; nothing is built at import."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.settings import Settings

if TYPE_CHECKING:
    from bot.conversation.assistant import Assistant
    from bot.services.answering import Answering
    from bot.stores.database import Database
    from bot.stores.published import Published

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LOOKED_AT_EVERY = 2.0
"""Seconds between two looks at the pointer of the published generation."""


@dataclass
class House:
    """Everything one process needs, opened; close it in the end."""

    settings: Settings
    clock: Clock
    database: Database
    published: Published
    answering: Answering
    assistant: Assistant
    _watcher: asyncio.Task[None] | None = field(default=None, repr=False)

    async def __aenter__(self) -> House:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Finish what is under way and give everything back."""
        if self._watcher is not None:
            self._watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watcher
        await self.assistant.settle()
        await self.database.close()
        await asyncio.to_thread(self.published.close)

    async def _keep_current(self) -> None:
        """Open a newly published generation beside the one in use; questions go on meanwhile."""
        while True:
            await asyncio.sleep(LOOKED_AT_EVERY)
            try:
                if await asyncio.to_thread(self.published.refresh):
                    logger.info("a new version of the knowledge is in use")
            except Exception:
                logger.exception("the published knowledge cannot be looked at; the former one stays")


def now_utc() -> datetime:
    """The process clock."""
    return datetime.now(UTC)


def open_answering(settings: Settings) -> tuple[Published, Answering]:
    """The answering service on the published generation, without a database; loads the encoder (seconds)."""
    from bot.services.answering import Answering
    from bot.stores.models import SentenceEncoder
    from bot.stores.published import Published

    published = Published(settings.data_dir, SentenceEncoder(settings.embedding_model), settings.chroma_url)
    published.refresh()
    return published, Answering(published)


async def open_house(settings: Settings, clock: Clock | None = None) -> House:
    """The whole house; `clock` stands in for the real one in the console and in tests.

    Raises what the stores raise when there is no generation, no encoder or no database: each says what to do.
    """
    from bot.conversation.assistant import Assistant
    from bot.stores.database import Database

    published, answering = await asyncio.to_thread(open_answering, settings)
    try:
        database = await Database.open(settings.database, clock)
    except BaseException:
        published.close()
        raise
    assistant = Assistant(answering, published, database, settings, clock)
    house = House(settings, clock or now_utc, database, published, answering, assistant)
    house._watcher = asyncio.create_task(house._keep_current())
    return house
