"""The workers: take updates, let the assistant answer, close each with its answers in one transaction."""

from __future__ import annotations

import asyncio
import logging
import secrets
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from telegram import Update
from telegram.ext import Application

from bot.channels.telegram import rendering
from bot.channels.telegram.members import Members
from bot.channels.telegram.rendering import Occasion
from bot.channels.telegram.staff import StaffChat
from bot.channels.telegram.updates import Hearing
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.stores.database import delegates, inbox, outbox
from bot.stores.database.engine import Database, DatabaseUnavailable, Transaction
from bot.stores.database.inbox import InboxRow

log = logging.getLogger(__name__)
MOST_AT_ONCE = 32
MOST_TRIES = 12
"""An update that was in work at this many crashes is given up: it may be what brings the process down."""
APOLOGY_AFTER = timedelta(minutes=15)
QUESTION_AFTER = timedelta(hours=6)


class Assistant(Protocol):
    """What the channel needs of the conversation."""

    async def consider(self, incoming: Incoming) -> Any:
        """Read and search."""

    async def reply(self, incoming: Incoming, consideration: Any, tx: Transaction) -> list[Reply]:
        """Decide and write."""


class NotOurs(Exception):
    """The row's lease ran out and somebody else has it; nothing of this attempt may be kept."""


@dataclass
class Handling:
    """One update being worked on."""

    row: InboxRow
    closed: bool = False
    error: Exception | None = None
    incoming: Incoming | None = None
    occasion: Occasion | None = None


_handling: ContextVar[Handling] = ContextVar("handling")


class Workers:
    """Up to 32 updates at a time, those of one chat one after another."""

    def __init__(
        self,
        application: Application[Any, Any, Any, Any, Any, Any],
        assistant: Assistant,
        database: Database,
        staff: StaffChat,
        members: Members,
        owner: str,
    ) -> None:
        self.application, self.assistant, self.database = application, assistant, database
        self.staff, self.members, self.owner = staff, members, owner
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopping = False
        hearing = Hearing(self._hear, self._presence, self._migrated, lambda: staff.current)
        application.add_handlers(hearing.routes())
        application.add_error_handler(self._note_error)

    async def run(self) -> None:
        """Take rows until told to stop."""
        while not self.stopping:
            rings = self.database.inbox_bell.rings
            free = MOST_AT_ONCE - len(self.tasks)
            rows = await self._claim(free) if free else []
            for row in rows:
                task = asyncio.create_task(self._work(row))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            if not rows or len(rows) == free:
                await self.database.inbox_bell.wait(rings, 0.5)

    async def stop(self, seconds: float) -> None:
        """Take nothing more, finish what was taken; the rest stays in the table."""
        self.stopping = True
        self.database.inbox_bell.ring()
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        for task in list(self.tasks):
            task.cancel()

    async def _claim(self, limit: int) -> list[InboxRow]:
        try:
            async with self.database.writing() as tx:
                return await inbox.claim(tx, self.owner, limit)
        except DatabaseUnavailable:
            await asyncio.sleep(0.5)
            return []

    async def _work(self, row: InboxRow) -> None:
        handling = Handling(row)
        _handling.set(handling)
        try:
            if row.tries > MOST_TRIES:
                handling.error = RuntimeError("given up after repeated crashes")
            else:
                await self._process(handling)
            if handling.error is not None:
                await self._close_badly(handling)
            elif not handling.closed:
                async with self.database.writing() as tx:
                    await inbox.finish(tx, row.update_id, self.owner)
        except (DatabaseUnavailable, NotOurs):
            await self._give_back(row)
        except Exception as error:
            log.error("update %s: %s", row.update_id, where(error))
            await self._give_back(row)

    async def _process(self, handling: Handling) -> None:
        try:
            update = Update.de_json(handling.row.payload, self.application.bot)
        except Exception as error:
            handling.error = error
            return
        await self.application.process_update(update)
        if isinstance(handling.error, DatabaseUnavailable | NotOurs):
            raise handling.error

    async def _note_error(self, _update: object, context: Any) -> None:
        _handling.get().error = context.error

    async def _hear(self, incoming: Incoming, occasion: Occasion, stem: str) -> None:
        """Answer one message: think first, then write everything in one transaction."""
        handling = _handling.get()
        handling.incoming, handling.occasion = incoming, occasion
        if incoming.chat < 0 and not await self._may_act(incoming, occasion):
            return
        row = handling.row
        age = datetime.now(UTC) - incoming.sent_at
        late = getattr(self.assistant, "late", None)
        if incoming.button or incoming.chat < 0 or late is None:
            age = timedelta(0)
        if age > QUESTION_AFTER:
            async with self.database.writing() as tx:
                replies = await late(incoming, False, tx)
                # One message a person and outage, however many questions waited.
                await self._post(tx, replies, occasion, f"late:{incoming.chat}:{incoming.sent_at:%Y-%m-%d}")
                await self._finish(tx, handling)
            return
        consideration = await self.assistant.consider(incoming)
        async with self.database.writing() as tx:
            replies = list(await late(incoming, True, tx)) if age > APOLOGY_AFTER else []
            replies += await self.assistant.reply(incoming, consideration, tx)
            await self._post(tx, replies, occasion, stem)
            await self._finish(tx, handling)
        if (afterwards := getattr(self.assistant, "afterwards", None)) is not None:
            await afterwards(incoming)
        log.debug("update %s answered", row.update_id)

    async def _may_act(self, incoming: Incoming, occasion: Occasion) -> bool:
        """In the staff group only its members act; a stranger's press is answered, and that is all."""
        if incoming.chat == self.staff.current and await self.members.includes(incoming.chat, incoming.person):
            return True
        log.warning("somebody who is not a member of the staff group tried to act there")
        handling = _handling.get()
        async with self.database.writing() as tx:
            await self._post(tx, [], occasion, str(incoming.update))
            await self._finish(tx, handling)
        return False

    async def _post(self, tx: Transaction, replies: list[Reply], occasion: Occasion, stem: str) -> None:
        await rendering.post(tx, self.staff.addressed(replies), occasion, stem)

    async def _finish(self, tx: Transaction, handling: Handling) -> None:
        if not await inbox.finish(tx, handling.row.update_id, self.owner):
            raise NotOurs
        handling.closed = True

    async def _presence(self, chat: int, private: bool, present: bool) -> None:
        """A person blocked the bot or returned; a group added it or put it out."""
        async with self.database.writing() as tx:
            if private:
                await delegates.set_reachable(tx, chat, present)
            elif present and self.staff.current is None:
                log.warning("the bot was added to the group %s; BOT_STAFF_CHAT=%s makes it the desk", chat, chat)
            elif present and chat != self.staff.current:
                row = rendering.leave(chat)
                stem = f"leave:{chat}:{_handling.get().row.update_id}"
                await outbox.put(tx, stem, chat, row.kind, row.body, chat_class="group")
            await self._finish(tx, _handling.get())

    async def _migrated(self, old: int, new: int) -> None:
        async with self.database.writing() as tx:
            await self.staff.migrate(tx, old, new)
            await self._finish(tx, _handling.get())

    async def _close_badly(self, handling: Handling) -> None:
        """One calm sentence with a reference to the person, the place of the error to the log; never their text."""
        assert handling.error is not None
        reference = secrets.token_hex(3).upper()
        log.error("update %s failed, reference %s: %s", handling.row.update_id, reference, where(handling.error))
        failed = getattr(self.assistant, "failed", None)
        row = handling.row
        if handling.incoming is None and row.chat is not None and row.chat > 0:
            # Nobody got as far as reading it.
            handling.incoming = Incoming(row.chat, row.person or row.chat, datetime.now(UTC), update=row.update_id)
            handling.occasion = Occasion(row.chat, row.person or row.chat, staff_chat=self.staff.current)
        async with self.database.writing() as tx:
            if handling.incoming is not None and handling.occasion is not None:
                replies = await failed(handling.incoming, reference, tx) if failed is not None else []
                await self._post(tx, replies, handling.occasion, f"{handling.row.update_id}:failed")
            await inbox.fail(tx, handling.row.update_id, reference, self.owner)

    async def _give_back(self, row: InboxRow) -> None:
        """To be taken again shortly; if even that fails, the lease runs out by itself."""
        try:
            await asyncio.sleep(0.2)
            async with self.database.writing() as tx:
                await inbox.retry(tx, row.update_id, await tx.now() + timedelta(seconds=min(30, 2**row.tries)))
        except DatabaseUnavailable:
            log.warning("update %s waits until its lease runs out", row.update_id)


def where(error: BaseException) -> str:
    """Kind and place of an error, without its words: they may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__} at {places}" if places else type(error).__name__
