"""Puts the whole house together, once, from the settings; nothing is built at import."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.domain.language import Language
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.conversation.assistant import Assistant
    from bot.services.answering import Answering
    from bot.services.clustering import Clustering
    from bot.stores.database import Database
    from bot.stores.published import Published

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

WARMING_UP = {
    "会场在哪里": Language.ZH, "где проходит форум": Language.RU, "where is the forum": Language.EN,
    "уэр из зе шаттл бас": Language.EN,
}  # fmt: skip
"""One question for every table that is read on first use."""

LOOKED_AT_EVERY = 0.25
"""Seconds between two looks at the pointer of the published generation, a file of a few letters."""


@dataclass
class House:
    """Everything one process needs, opened."""

    settings: Settings
    clock: Clock
    database: Database
    published: Published
    answering: Answering
    assistant: Assistant


async def keep_current(published: Published) -> None:
    """Open a newly published generation beside the one in use, for ever; questions go on meanwhile."""
    trouble = ""
    while True:
        await asyncio.sleep(LOOKED_AT_EVERY)
        try:
            if await asyncio.to_thread(published.refresh):
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


def open_answering(settings: Settings) -> tuple[Published, Answering]:
    """The answering service on the published generation, without a database; loads the encoder (seconds)."""
    from bot.domain.question import Question
    from bot.services.answering import Answering
    from bot.stores.models import SentenceEncoder
    from bot.stores.published import Published

    published = Published(settings.data_dir, SentenceEncoder(settings.embedding_model), settings.chroma_url)
    published.refresh()
    answering = Answering(published)
    # The encoder and the three dictionaries load on first use: better now than under the first delegate's question.
    for text, language in WARMING_UP.items():
        answering.answer(Question(text, language, now_utc()))
    return published, answering


def open_clustering(published: Published) -> Clustering:
    """Tells the same question from another one, with the encoder of the published generation."""
    from bot.services.clustering import Clustering

    with published.acquire() as index:
        return Clustering(index.encoder)


@asynccontextmanager
async def open_house(settings: Settings, clock: Clock | None = None) -> AsyncIterator[House]:
    """The whole house, closed in the end; `clock` stands in for the real one in the console and in tests.

    Raises what the stores raise when there is no generation, no encoder or no database: each says what to do.
    """
    from bot.channels.telegram.rendering import bodies
    from bot.conversation.announcing import Announcing
    from bot.conversation.assistant import Assistant
    from bot.conversation.desk import Desk
    from bot.stores.database import Database

    published, answering = await asyncio.to_thread(open_answering, settings)
    try:
        database = await Database.open(settings.database, clock)
        watcher = asyncio.create_task(keep_current(published))
        try:
            desk = Desk(settings, published, open_clustering(published))
            announcing = Announcing(settings, lambda reply: next(bodies(reply)))
            assistant = Assistant(answering, published, database, settings, clock, desk=desk, announcing=announcing)
            yield House(settings, clock or now_utc, database, published, answering, assistant)
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
            await database.close()
    finally:
        await asyncio.to_thread(published.close)
