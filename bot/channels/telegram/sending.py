"""The sender: takes rows of the outbox in order of urgency, paces them, and writes down what became of each."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from telegram.error import ChatMigrated, RetryAfter, TelegramError

from bot.channels.telegram import rendering
from bot.channels.telegram.baton import Baton
from bot.channels.telegram.calling import call
from bot.channels.telegram.ledger import Ledger, Write
from bot.channels.telegram.line import Fate, Line, fate, seconds_of
from bot.channels.telegram.pacing import MOST_CALLS, Gate, Pace
from bot.channels.telegram.staff import StaffChat
from bot.channels.telegram.working import where
from bot.stores.database import outbox
from bot.stores.database.engine import Database, DatabaseUnavailable, Transaction
from bot.stores.database.outbox import PRIORITIES, OutboxRow

log = logging.getLogger(__name__)
URGENT = PRIORITIES["card"]
"""Up to this priority rows may run ahead of the long-run pace."""
AFTER_HALT = 0.5
LONGEST_PAUSE = 60
GROUP_PAUSE = 30.0
GATHERING = 0.01
MOST_UNKNOWN = 4
"""Attempts while every outcome is lost. Two would leave seven of 1,500 messages undelivered when a fifth of all calls
go wrong; a line that swallows every answer costs the reader three copies too many at most."""
_GONE = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated", "bot was blocked",
         "not enough rights", "no rights to send", "chat_write_forbidden")  # fmt: skip


class Sender:
    """One per process."""

    def __init__(
        self,
        line: Line,
        database: Database,
        staff: StaffChat,
        gate: Gate,
        owner: str,
        pace: Pace | None = None,
        baton: Baton | None = None,
    ) -> None:
        """With a `baton` several processes share the database; only the one that holds it sends."""
        self.line, self.database, self.staff, self.gate, self.owner = line, database, staff, gate, owner
        self.pace = pace or Pace(gate.clock)
        self.baton = baton
        self.ledger = Ledger(database)
        self.tasks: set[asyncio.Task[None]] = set()
        self.stopping = False

    async def run(self) -> None:
        """Send until told to stop."""
        while not self.stopping:
            rings = self.database.outbox_bell.rings
            try:
                wait = await self._round()
            except DatabaseUnavailable:
                wait = 1.0
            if wait > 0 and await self.database.outbox_bell.wait(rings, wait):
                # Under load several rows come at once; looking for each by itself would cost more than sending.
                await asyncio.sleep(GATHERING)

    async def stop(self, seconds: float) -> None:
        """Take nothing more and finish what is under way; what could not be begun goes back into the table."""
        self.stopping = True
        self.database.outbox_bell.ring()
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        for task in list(self.tasks):
            task.cancel()
        if self.baton is not None:
            await self.baton.pass_on()

    async def drain(self, seconds: float) -> None:
        """Until nothing that is due now waits any more, at most so long."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while loop.time() < end and not self.gate.left and (self.baton is None or self.baton.mine):
            try:
                async with self.database.reading() as tx:
                    if not self.tasks and await outbox.oldest_waiting(tx) is None:
                        return
            except DatabaseUnavailable:
                return
            await asyncio.sleep(0.1)

    async def _round(self) -> float:
        """Claim what may go now and set it going; how long to wait before the next look."""
        if (left := self.gate.left) > 0:
            await asyncio.sleep(min(left, 1.0))
            return 0.0
        if self.baton is not None and not await self.baton.held():
            return 1.0
        free = MOST_CALLS - len(self.tasks)
        bulk, answers = self.pace.bulk(), self.pace.answers()
        limit = min(free, max(bulk, answers))
        if limit <= 0:
            await asyncio.sleep(min(0.5, self.pace.next_token()) if free else 0.02)
            return 0.0
        busy, soonest = self.pace.busy_chats()
        if limit <= bulk:
            rows = await self._claim(limit, busy, max(PRIORITIES.values()))
        else:
            rows = await self._claim(limit, busy, URGENT)
            if not rows and bulk > 0:
                rows = await self._claim(min(bulk, free), busy, max(PRIORITIES.values()))
        for row in rows:
            await self._begin(row)
        if rows:
            return 0.0
        # Rows of other processes ring no bell here.
        longest = 1.0 if self.baton is None else 0.2
        return min(longest, soonest, self.pace.next_token() if bulk <= 0 else longest)

    async def _claim(self, limit: int, busy: set[int], most_priority: int) -> list[OutboxRow]:
        async with self.database.writing() as tx:
            rows = await outbox.claim(tx, self.owner, limit, without_chats=busy, most_priority=most_priority)
            if not rows and (until := await outbox.halt_until(tx)) is not None:
                # Another process, or this one before its restart, was told to wait.
                self.gate.halt((until - await tx.now()).total_seconds())
        return rows

    async def _begin(self, row: OutboxRow) -> None:
        edit = "edits" in row.body or row.body.get("do") == "delete"
        paced = row.body.get("do") not in ("toast", "leave", None)
        if paced and row.chat < 0 and (wait := self.pace.group_wait(row.chat, edit)) > 0:
            # The group takes edits but no more messages this minute, or the other way round.
            await self._record(lambda tx, now: outbox.retry(tx, row, now + _seconds(wait), "pace", counted=False))
            return
        if paced:
            self.pace.take(row.chat, edit)
        task = asyncio.create_task(self._deliver(row))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _deliver(self, row: OutboxRow) -> None:
        if (left := self.gate.left) > 0:
            await self._record(lambda tx, now: outbox.retry(tx, row, now + _seconds(left), "halt", counted=False))
            return
        try:
            async with self.gate:
                message_id = await call(self.line, row.chat, row.body)
        except (TelegramError, OSError) as error:
            await self._judge(row, error)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("message %s cannot be made: %s", row.id, where(error))
            words = type(error).__name__
            await self._record(lambda tx, _: outbox.fail(tx, row, words))
        else:
            await self._record(lambda tx, _: self._arrived(tx, row, message_id))

    async def _arrived(self, tx: Transaction, row: OutboxRow, message_id: int | None) -> None:
        await outbox.sent(tx, row, message_id)
        if row.chat > 0 or not row.ref or message_id is None or "edits" in row.body:
            return
        if await outbox.lookup(tx, row.chat, message_id) != row.ref:
            # The delegate it speaks of was forgotten while it was in flight: the group must not keep their words.
            body = rendering.take_back(message_id)
            await outbox.put(tx, f"back:{row.id}", row.chat, "card", body, chat_class="group")

    async def _judge(self, row: OutboxRow, error: Exception) -> None:
        """What an error means for the row, and for everybody."""
        kind, words = fate(error), f"{type(error).__name__}: {error}"[:200]
        repeatable = row.body.get("do") in ("toast", "leave", "delete") or "edits" in row.body
        if kind is Fate.HALT and isinstance(error, RetryAfter):
            await self._halt(row, seconds_of(error) + AFTER_HALT)
        elif kind is Fate.MIGRATED and isinstance(error, ChatMigrated):
            new = error.new_chat_id
            await self._record(lambda tx, _: self.staff.migrate(tx, row.chat, new))
        elif kind is Fate.UNREACHABLE or (kind is Fate.REFUSED and any(part in words.casefold() for part in _GONE)):
            await self._unreachable(row, words)
        elif kind is Fate.UNKNOWN and not repeatable:
            log.warning("message %s: the answer of Telegram was lost", row.id)
            if row.unknowns and row.tries < MOST_UNKNOWN:
                pause = 2.0**row.tries
                await self._record(lambda tx, now: outbox.retry(tx, row, now + _seconds(pause), words))
            else:
                await self._record(lambda tx, now: outbox.unknown(tx, row, now + _seconds(2), words))
        elif kind is Fate.REFUSED:
            log.error("message %s was refused: %s", row.id, words)
            await self._record(lambda tx, _: outbox.fail(tx, row, words))
        else:
            pause = min(LONGEST_PAUSE, 2 ** min(row.tries - 1, 6))
            await self._record(lambda tx, now: outbox.retry(tx, row, now + _seconds(pause), words))

    async def _halt(self, row: OutboxRow, seconds: float) -> None:
        """Telegram asks to wait: nothing is sent meanwhile, by any process, and answers stop running ahead."""
        log.warning("Telegram asks to wait for %.0f s; nothing is sent meanwhile", seconds)
        self.gate.halt(seconds)
        self.pace.be_careful()

        async def note(tx: Transaction, now: datetime) -> None:
            await outbox.set_halt(tx, now + _seconds(seconds))
            await outbox.retry(tx, row, now + _seconds(seconds), "flood wait", counted=False)

        await self._record(note)

    async def _unreachable(self, row: OutboxRow, words: str) -> None:
        if row.chat > 0:
            await self._record(lambda tx, _: outbox.unreachable(tx, row, words))
            return
        # Put out of the staff group: cards wait until somebody lets the bot in again.
        log.error("the group %s does not let the bot in: %s", row.chat, words)
        await self._record(lambda tx, now: outbox.retry(tx, row, now + _seconds(GROUP_PAUSE), words))

    async def _record(self, write: Write) -> None:
        await self.ledger.record(write)


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)
