"""The Telegram bot as a process with a stand-in assistant: `python -m tests.botapi.bot_process` (settings: BOT_*).

Transport tests and benchmarks start it, kill it and count; what it says is not the point.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.domain.language import Language
from bot.settings import Settings
from bot.stores.database import Database, Transaction, delegates


class Echo:
    """Answers "<text>" with "answer <text>"; a press with a toast."""

    def __init__(self, staff_chat: int | None = None) -> None:
        self.staff_chat = staff_chat

    async def consider(self, incoming: Incoming) -> str:
        if incoming.text == "fail":
            raise RuntimeError(f"secret words: {incoming.text}")
        return incoming.text

    async def reply(self, incoming: Incoming, consideration: str, tx: Transaction) -> list[Reply]:
        if incoming.chat > 0:
            await delegates.meet(tx, incoming.chat, incoming.interface_language)
        if incoming.button == "edit":
            return [Reply(text="edited", replaces=True, toast="done")]
        if incoming.button:
            return []
        if incoming.command == "buttons":
            row = (Button("edit", "edit"), Button("nothing", "nothing"), Button("site", url="https://example.org/"))
            return [Reply(text="buttons", buttons=(row,))]
        if incoming.command == "card":
            return [Reply(text="sent"), Reply(text=f"card {consideration}", chat=self.staff_chat, ref="escalation:1")]
        return [Reply(text=f"answer {consideration}")]

    async def late(self, incoming: Incoming, answered: bool, tx: Transaction) -> list[Reply]:
        return [Reply(text="sorry" if answered else "still needed?")]

    async def failed(self, incoming: Incoming, reference: str, tx: Transaction | None) -> list[Reply]:
        return [Reply(text=f"went wrong, reference {reference}")]

    async def purge(self) -> int:
        return 0

    def commands(self, language: Language, staff: bool = False, organizer: bool = False) -> list[tuple[str, str]]:
        if staff:
            return [("queue", "Queue")]
        return [*([("drafts", "Drafts")] if organizer else ()), ("start", f"Start {language.value}")]


@dataclass
class House:
    assistant: Echo
    database: Database


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    database = await Database.open(settings.database)
    try:
        yield House(Echo(settings.staff_chat), database)
    finally:
        await database.close()


if __name__ == "__main__":
    from bot.channels.telegram.application import run

    sys.exit(run(Settings(_env_file=None), open_house))
