"""Publishing from the chat with everything but Telegram and the process: real files, a real index, SQLite."""

from __future__ import annotations

import asyncio
import io
import shutil
import zipfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

from bot.conversation.assistant import Assistant
from bot.conversation.publishing import Publishing
from bot.conversation.publishing_work import perform
from bot.conversation.reply import Attachment, Reply
from bot.domain.language import Language
from bot.services.ingestion import Ingestion
from bot.services.quality import Fall
from bot.services.replay import Asked, Told, ask_here
from bot.settings import EVENT_ZONE, ROOT, Settings
from bot.stores import generations
from bot.stores.database import Database, messages
from tests.conversation.stand_ins import Clock, Person, ScriptedAnswering, StandInPublished
from tests.doubles import HashEncoder, in_this_process

ORGANIZER, OTHER = 7, 8
NOW = datetime(2031, 5, 20, 7, 40, tzinfo=EVENT_ZONE)
EN, RU, ZH = Language.EN, Language.RU, Language.ZH


def ask(folders: Sequence[Path], asked: Sequence[Asked], progress: object = None) -> list[list[Told]]:
    return [ask_here(folder, asked, HashEncoder()) for folder in folders]


class House:
    """An assistant whose publications are real, done in this process."""

    def __init__(self, folder: Path, database: Database, clock: Clock) -> None:
        knowledge = shutil.copytree(ROOT / "tests" / "congress", folder / "knowledge")
        self.settings = Settings(
            _env_file=None, data_dir=folder / "data", knowledge_dir=knowledge, organizers=f"{ORGANIZER}, {OTHER}"
        )
        encoder = HashEncoder()
        self.falls: tuple[Fall, ...] = ()
        self.ingestion = Ingestion(
            knowledge, self.settings.data_dir, lambda: encoder, calibrate=lambda place, model: None,
            measure=lambda *details: self.falls, **in_this_process(),
        )  # fmt: skip
        self.database, self.clock = database, clock
        self.publishing = Publishing(self.settings, run=self.run)
        self.actions: list[str] = []
        self.may_work = asyncio.Event()
        """While it is not set, work has begun and goes no further."""
        self.may_work.set()
        self.assistant = Assistant(
            ScriptedAnswering({}), StandInPublished(), database, self.settings, clock, publishing=self.publishing
        )

    async def run(self, action: str, token: str, settings: Settings) -> int:
        self.actions.append(action)
        await self.may_work.wait()
        staging = self.publishing.staging
        perform(action, staging.find(token), staging, self.ingestion, (), ask)
        return 0

    def person(self, chat: int = ORGANIZER, language: Language = EN) -> Person:
        return Person(self.assistant, self.clock, chat, language)

    async def news(self, person: Person) -> list[Reply]:
        """What the assistant says by itself once the work is done; its buttons are the person's."""
        await self.publishing.finished()
        async with self.database.writing() as tx:
            said = [reply for _, reply in await self.assistant.due(tx)]
            for number, reply in enumerate(said, start=900):
                if reply.ref:
                    await messages.remember(tx, person.chat, number, reply.ref)
        person.buttons = [button for reply in said for row in reply.buttons for button in row] or person.buttons
        return said

    @property
    def version(self) -> int | None:
        return generations.current_number(self.settings.data_dir)

    def file(self, path: str) -> str:
        return (self.settings.knowledge_dir / path).read_text("utf-8")


@asynccontextmanager
async def open_house(folder: Path) -> AsyncIterator[House]:
    """A house in which version 1 is published."""
    clock = Clock(NOW)
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'assistant.sqlite3'}", clock)
    try:
        found = House(folder, database, clock)
        found.ingestion.publish()
        yield found
    finally:
        await database.close()


def document(name: str, content: bytes | str) -> Attachment:
    return Attachment(name, content.encode() if isinstance(content, str) else content)


def zipped(*files: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return buffer.getvalue()


def longer_hours(house: House) -> bytes:
    return zipped(*(
        (f"knowledge/practical/umbrella.{language}.md",
         house.file(f"practical/umbrella.{language}.md").replace("19:00", "20:00"))
        for language in Language
    ))  # fmt: skip


async def remember(house: House, reply: Reply, number: int) -> None:
    """The number that Telegram gave a message."""
    async with house.database.writing() as tx:
        await messages.remember(tx, ORGANIZER, number, reply.ref)
