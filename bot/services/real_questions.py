"""The questions people really asked, taken out of the database without the people: not whose, and names masked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.domain.redaction import redacted
from bot.services.replay import Asked
from bot.settings import Settings
from bot.stores.database import Database, DatabaseUnavailable, SchemaTooNew, exchanges
from bot.stores.database.exchanges import Exchange

MOST = 10_000
REMEMBERED = timedelta(minutes=10)
"""For how long an earlier question helps to understand the next one, as in the conversation."""


async def read(database: Database, now: datetime, since: datetime | None = None) -> list[Asked]:
    """The latest questions, at most ten thousand, oldest first; what was older than the retention is gone anyway."""
    async with database.reading() as tx:
        found = await exchanges.between(tx, since or now - timedelta(days=366), now)
    return without_persons(found)[-MOST:]


async def read_from(settings: Settings) -> tuple[list[Asked], str]:
    """The questions in the database of these settings, and what kept us from reading them; a preview goes without."""
    if settings.database_url is None and not (settings.data_dir / "assistant.sqlite3").exists():
        return [], ""
    try:
        database = await Database.open(settings.database)
    except (DatabaseUnavailable, SchemaTooNew) as error:
        return [], str(error)
    try:
        return await read(database, datetime.now(UTC)), ""
    finally:
        await database.close()


def without_persons(several: Iterable[Exchange]) -> list[Asked]:
    """Questions, each with the one before it for a follow-up; whose they are is left behind, in their words too."""
    found: list[Asked] = []
    last: dict[int, tuple[datetime, str]] = {}
    for exchange in several:
        if exchange.outcome == "courtesy" or not exchange.question:
            continue
        moment, former = last.get(exchange.chat, (None, ""))
        follows = moment is not None and exchange.at - moment <= REMEMBERED
        question = redacted(exchange.question)
        found.append(Asked(question, exchange.language, exchange.at, (former,) if follows else ()))
        last[exchange.chat] = (exchange.at, question)
    return found
