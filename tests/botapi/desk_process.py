"""The real assistant and desk with scripted answers: `python -m tests.botapi.desk_process` (settings: BOT_*).

What is found does not matter here; what becomes of a question that people must answer does.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.conversation.assistant import Assistant
from bot.conversation.desk import Desk
from bot.settings import Settings
from bot.stores.database import Database
from tests.conversation.stand_ins import KNOWN, ScriptedAnswering, StandInPublished


@dataclass
class House:
    assistant: Assistant
    database: Database


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    database = await Database.open(settings.database)
    published = StandInPublished()
    desk = Desk(settings, published)
    try:
        yield House(Assistant(ScriptedAnswering(KNOWN), published, database, settings, desk=desk), database)
    finally:
        await database.close()


if __name__ == "__main__":
    from bot.channels.telegram.application import run

    sys.exit(run(Settings(_env_file=None), open_house))
