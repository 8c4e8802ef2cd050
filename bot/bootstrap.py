"""Puts the whole house together, once, from the settings; nothing is built at import."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from bot.domain.language import Language
from bot.i18n import catalog
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.conversation.assistant import Assistant
    from bot.services.answering_process import AnsweringProcess
    from bot.stores.database import Database

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LOOKED_AT_EVERY = 0.25
"""Seconds between two looks at the pointer of the published generation, a file of a few letters."""


@dataclass
class House:
    """Everything one process needs, opened."""

    settings: Settings
    clock: Clock
    database: Database
    assistant: Assistant


async def keep_current(answering: AnsweringProcess) -> None:
    """Have a newly published generation opened beside the one in use, for ever; questions go on meanwhile."""
    trouble = ""
    while True:
        await asyncio.sleep(LOOKED_AT_EVERY)
        try:
            if await asyncio.to_thread(answering.refresh):
                logger.info("a new version of the knowledge is in use")
            trouble = ""
        except Exception as error:
            # Said once, not every two seconds.
            if str(error) != trouble:
                trouble = str(error)
                logger.error("the published knowledge cannot be looked at, the former one stays: %s", trouble)


def now_utc() -> datetime:
    """The process clock."""
    return datetime.now(UTC)


def _settle(now: datetime) -> None:
    """Read now what is read on first use, and keep it out of the search for garbage: both would hold up a delegate."""
    for language in Language:
        catalog(language).moment(now)
    gc.freeze()


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """The whole house, closed in the end; `clock` stands in for the real one in the console and in tests.

    Raises what the stores raise when there is no generation, no encoder or no database: each says what to do.
    """
    from bot.channels.telegram import logs
    from bot.channels.telegram.rendering import bodies
    from bot.conversation.announcing import Announcing
    from bot.conversation.assistant import Assistant
    from bot.conversation.desk import Desk
    from bot.services.answering_process import AnsweringProcess
    from bot.services.clustering import Clustering
    from bot.stores.database import Database

    set_up_logs = partial(logs.set_up, settings, logging.WARNING)
    answering = AnsweringProcess(settings.data_dir, settings.embedding_model, settings.chroma_url, set_up_logs)
    try:
        await asyncio.to_thread(answering.refresh)
        database = await Database.open(settings.database, clock)
        watcher = asyncio.create_task(keep_current(answering))
        try:
            desk = Desk(settings, answering, Clustering(answering.likenesses))
            announcing = Announcing(settings, lambda reply: next(bodies(reply)))
            assistant = Assistant(answering, answering, database, settings, clock, desk=desk, announcing=announcing)
            _settle(now_utc())
            yield House(settings, clock or now_utc, database, assistant)
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
            await database.close()
    finally:
        await asyncio.to_thread(answering.close)
