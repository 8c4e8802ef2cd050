"""The desk with everything but Telegram: chats in memory, message ids, presses and replies, time that passes."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from bot.conversation.assistant import Assistant
from bot.conversation.desk import Desk
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.domain.language import Language
from bot.settings import Settings
from bot.stores.database import Database
from bot.stores.database.messages import remember
from tests.conversation.stand_ins import KNOWN, Clock, ScriptedAnswering, StandInPublished

STAFF = -1001
ANNA, BORIS = 901, 902


@dataclass
class Message:
    """A message as a chat shows it now."""

    id: int
    reply: Reply
    edits: int = 0

    @property
    def shown(self) -> str:
        return "\n".join(part for part in (self.reply.title, self.reply.text, self.reply.small_print) if part)

    @property
    def labels(self) -> list[str]:
        return [button.label for button in self.buttons]

    @property
    def buttons(self) -> list[Button]:
        return [button for row in self.reply.buttons for button in row]


@dataclass
class DeskStage:
    """An assistant with a staff group; what it says lands in `chats`."""

    assistant: Assistant
    database: Database
    clock: Clock
    settings: Settings
    answering: ScriptedAnswering
    published: StandInPublished
    chats: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))
    toasts: list[str] = field(default_factory=list)
    arrives: bool = True
    """Whether messages of the assistant get an id at once; else they are held in `held`."""
    held: list[tuple[int, Reply]] = field(default_factory=list)
    numbers: itertools.count = field(default_factory=lambda: itertools.count(5_000))

    @property
    def group(self) -> list[Message]:
        return self.chats[self.assistant.staff_chat]

    def chat(self, person: int) -> list[Message]:
        return self.chats[person]

    @property
    def card(self) -> Message:
        """The last card in the group."""
        return next(message for message in reversed(self.group) if message.reply.ref.startswith("escalation:"))

    async def hear(self, incoming: Incoming) -> list[Reply]:
        replies = await self.assistant.respond(incoming)
        await self.deliver(replies, incoming)
        return replies

    async def ask(self, person: int, text: str, language: Language = Language.EN, **more) -> list[Reply]:
        """A delegate writes; the id of the message is the number of messages so far."""
        command = ""
        if text.startswith("/"):
            command, _, text = text[1:].partition(" ")
        return await self.hear(
            Incoming(person, person, self.clock(), text=text, command=command, message=next(self.numbers),
                     interface_language=language, name=f"Name of {person}", **more)
        )  # fmt: skip

    async def tap(self, person: int, message: Message, label: str, language: Language = Language.EN) -> list[Reply]:
        """A delegate presses a button in the private chat."""
        button = next(button for button in message.buttons if label in button.label)
        return await self.hear(
            Incoming(person, person, self.clock(), button=button.data, message=message.id,
                     interface_language=language, name=f"Name of {person}")
        )  # fmt: skip

    async def press(self, volunteer: int, message: Message, label: str) -> str:
        """A volunteer presses a button in the group; the line shown at the button."""
        button = next(button for button in message.buttons if label in button.label)
        return await self.press_data(volunteer, message, button.data)

    async def press_data(self, volunteer: int, message: Message, data: str) -> str:
        staff = self.assistant.staff_chat
        self.toasts.clear()
        await self.hear(
            Incoming(staff, volunteer, self.clock(), button=data, message=message.id, name=self.name(volunteer))
        )
        return self.toasts[-1] if self.toasts else ""

    async def write(self, volunteer: int, text: str = "", to: Message | None = None, **more) -> list[Reply]:
        """A volunteer writes in the group, as a reply or not."""
        staff, command = self.assistant.staff_chat, ""
        if text.startswith("/"):
            command, _, text = text[1:].partition(" ")
        return await self.hear(
            Incoming(staff, volunteer, self.clock(), text=text, command=command, message=next(self.numbers),
                     replies_to=to and to.id, name=self.name(volunteer), **more)
        )  # fmt: skip

    async def wait(self, **length: float) -> list[Reply]:
        """Time passes, and the clock's round follows."""
        self.clock.advance(**length)
        async with self.database.writing() as tx:
            due = await self.assistant.due(tx)
        assert len({stem for stem, _ in due}) == len(due)
        await self.deliver([reply for _, reply in due], None)
        return [reply for _, reply in due]

    async def lose(self, message: Message, chat: int, why: str) -> list[Reply]:
        """This message did not arrive after all."""
        async with self.database.writing() as tx:
            replies = await self.assistant.undelivered(message.reply.ref, chat, why, tx)
        await self.deliver(replies, None)
        return replies

    async def deliver(self, replies: list[Reply], incoming: Incoming | None) -> None:
        for reply in replies:
            if reply.toast:
                self.toasts.append(reply.toast)
            chat = reply.chat if reply.chat is not None else incoming.chat
            if reply.deletes:
                self.chats[chat] = [message for message in self.chats[chat] if message.id != reply.deletes]
            if not (reply.title or reply.text or reply.small_print or reply.attachment or reply.pin):
                continue
            if not self.arrives:
                self.held.append((chat, reply))
                continue
            edits = reply.edits or (incoming.message if reply.replaces and incoming else None)
            shown = next((message for message in self.chats[chat] if message.id == edits), None)
            if shown is not None:
                shown.reply, shown.edits = replace(reply, edits=None), shown.edits + 1
                number = shown.id
            else:
                number = next(self.numbers)
                self.chats[chat].append(Message(number, reply))
            if reply.ref:
                async with self.database.writing() as tx:
                    await remember(tx, chat, number, reply.ref)

    @staticmethod
    def name(volunteer: int) -> str:
        return {ANNA: "@anna", BORIS: "@boris"}.get(volunteer, f"@volunteer{volunteer}")


@asynccontextmanager
async def open_desk(folder: Path, now: datetime, clustering=None, **settings) -> AsyncIterator[DeskStage]:
    values = {"staff_chat": STAFF, "staff_leads": "@chief, @deputy", "knowledge_dir": folder / "knowledge", **settings}
    chosen = Settings(_env_file=None, data_dir=folder, **values)
    clock = Clock(now)
    database = await Database.open(chosen.database, clock)
    answering, published = ScriptedAnswering(KNOWN), StandInPublished()
    desk = Desk(chosen, published, clustering)
    assistant = Assistant(answering, published, database, chosen, clock, desk=desk)
    try:
        yield DeskStage(assistant, database, clock, chosen, answering, published)
    finally:
        await database.close()
