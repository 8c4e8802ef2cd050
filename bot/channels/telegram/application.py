"""The Telegram bot as a process: start, work, watch itself, stop without losing anything."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import secrets
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import IO, Any

from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.channels.telegram import commands, logs, webhook
from bot.channels.telegram.baton import Baton
from bot.channels.telegram.files import Files
from bot.channels.telegram.health import Health, Trouble
from bot.channels.telegram.line import Line, open_line, seconds_of
from bot.channels.telegram.members import Members
from bot.channels.telegram.pacing import Gate, Pace
from bot.channels.telegram.receiving import Poller
from bot.channels.telegram.sending import Sender
from bot.channels.telegram.staff import StaffChat
from bot.channels.telegram.timed import Housekeeping, recall
from bot.channels.telegram.working import Workers, where
from bot.settings import Settings
from bot.stores.database import inbox, outbox
from bot.stores.database.engine import DatabaseUnavailable

log = logging.getLogger(__name__)
LOCK = "bot.lock"
FINISHING = 8.0
"""Seconds for what is under way when the process is told to stop; with the rest this stays under ten."""
EXIT_SETTINGS, EXIT_TROUBLE = 2, 1

OpenHouse = Callable[[Settings], AbstractAsyncContextManager[Any]]
"""Opens the composed house; it has `.assistant` and `.database`."""


class CannotStart(Exception):
    """Why the bot does not start: one sentence for the operator."""


def run(settings: Settings, open_house: OpenHouse) -> int:
    """Run the bot until a signal; the exit status: 0 stopped, 1 trouble for the supervisor, 2 settings to mend."""
    logs.set_up(settings)
    try:
        check_settings(settings)
        with DirectoryLock(settings), asyncio.Runner(loop_factory=_fast_loop()) as runner:
            return runner.run(Bot(settings, open_house).serve())
    except CannotStart as error:
        print(error, flush=True)
        return EXIT_SETTINGS
    except DatabaseUnavailable as error:
        print(f"The database cannot be opened: {error}", flush=True)
        return EXIT_TROUBLE
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        if not type(error).__module__.startswith("bot."):
            raise
        # What our own rooms raise says in one sentence what is missing and how to mend it.
        print(error, flush=True)
        return EXIT_TROUBLE


def _fast_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed (it comes with chromadb): a quarter less processor time for each message."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def check_settings(settings: Settings) -> None:
    """CannotStart with what to do, when something is missing."""
    if settings.token is None or not settings.token.get_secret_value().strip():
        raise CannotStart(
            "BOT_TOKEN is not set: get a token from @BotFather in Telegram, write BOT_TOKEN=… into .env, start again."
        )
    number, _, rest = settings.token.get_secret_value().partition(":")
    if not number.isdigit() or not rest:
        raise CannotStart("BOT_TOKEN does not look like a token (123456789:AAE…): copy it again from @BotFather.")
    if settings.webhook_url and settings.webhook_secret is None:
        raise CannotStart("BOT_WEBHOOK_URL needs BOT_WEBHOOK_SECRET: 32 or more random letters, digits, _ and -.")


class DirectoryLock:
    """Holds the data directory, so that a second bot on it is refused; replicas behind a webhook share a server."""

    def __init__(self, settings: Settings) -> None:
        self.shared = bool(settings.webhook_url) and not settings.database.startswith("sqlite")
        self.folder: Path = settings.data_dir
        self.file: IO[str] | None = None

    def __enter__(self) -> None:
        if self.shared:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file = open(self.folder / LOCK, "a+")
        except OSError as error:
            raise CannotStart(f"The data directory {self.folder} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.seek(0)
            other = self.file.read().strip() or "unknown"
            self.file.close()
            raise CannotStart(
                f"Another bot (process {other}) already works in {self.folder}; stop it, or set another BOT_DATA_DIR."
            ) from None
        self.file.seek(0)
        self.file.truncate()
        self.file.write(str(os.getpid()))
        self.file.flush()

    def __exit__(self, *_: object) -> None:
        if self.file is not None:
            self.file.close()


class Bot:
    """Everything that runs in the process, and its order of starting and stopping."""

    def __init__(self, settings: Settings, open_house: OpenHouse) -> None:
        self.settings, self.open_house = settings, open_house
        self.alone = not DirectoryLock(settings).shared
        self.health = Health(settings.data_dir, webhook=bool(settings.webhook_url))
        self.stopped = asyncio.Event()
        self.owner = f"{os.getpid()}-{secrets.token_hex(4)}"

    async def serve(self) -> int:
        """From opening the house to closing it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopped.set)
        line = open_line(self.settings)
        if not await self._greet(line):
            await line.shutdown()
            return 0
        try:
            async with self.open_house(self.settings) as house:
                return await self._work(line, house)
        finally:
            await line.shutdown()

    async def _greet(self, line: Line) -> bool:
        """Whether Telegram knows us: waits out an outage of the network, not a wrong token; false when stopped."""
        pause = 0.5
        while not self.stopped.is_set():
            try:
                await line.initialize()
            except InvalidToken:
                raise CannotStart(
                    "Telegram refuses BOT_TOKEN: it was mistyped or revoked; get the present one from @BotFather."
                ) from None
            except RetryAfter as error:
                pause = seconds_of(error)
            except (TelegramError, OSError):
                self.health.trouble(Trouble.NETWORK, f"{self.settings.api_url} cannot be reached; trying again")
                self.health.write(None, None)
            else:
                self.health.settled(Trouble.NETWORK)
                return True
            await self._wait(pause)
            pause = min(15.0, pause * 2)
        return False

    async def _work(self, line: Line, house: Any) -> int:
        database, assistant = house.database, house.assistant
        staff = StaffChat(self.settings.staff_chat, assistant)
        gate, pace = Gate(), Pace()
        await recall(database, pace)
        await staff.recall(database)
        if self.alone:
            # Nobody else works on these rows: what the last process held is free at once.
            async with database.writing() as tx:
                await inbox.release(tx)
                await outbox.release(tx)
        application = Application.builder().bot(line).updater(None).concurrent_updates(False).build()
        await application.initialize()
        workers = Workers(application, assistant, database, staff, Members(line, gate), self.owner)
        baton = None if self.alone else Baton(database, self.owner)
        if (publishing := getattr(assistant, "publishing", None)) is not None:
            publishing.fetch = Files(line, gate).fetch
        sender = Sender(line, database, staff, gate, self.owner, pace, baton)
        source = await self._source(line, database)
        tasks = [
            asyncio.create_task(action, name=name)
            for name, action in (
                ("source", source.run()),
                ("workers", workers.run()),
                ("sender", sender.run()),
                ("housekeeping", Housekeeping(database, assistant, staff, self.health, pace).run()),
                ("watch", self._watch()),
            )
        ]
        menu = asyncio.create_task(commands.register(line, gate, assistant, staff, self.settings.organizer_ids))
        stop = asyncio.create_task(self.stopped.wait(), name="stop")
        log.info("@%s is at work", line.username)
        await asyncio.wait([*tasks, stop], return_when=asyncio.FIRST_COMPLETED)
        status = 0 if self.stopped.is_set() else self._diagnose(tasks)
        await self._finish(tasks, menu, stop, workers, sender)
        async with database.writing() as tx:
            await inbox.release(tx, self.owner)
            await outbox.release(tx, self.owner)
        await application.shutdown()
        log.info("stopped")
        return status

    async def _source(self, line: Line, database: Any) -> Any:
        """Where updates come from: the webhook's endpoint, or polling."""
        if self.settings.webhook_url:
            assert self.settings.webhook_secret is not None
            secret = self.settings.webhook_secret.get_secret_value()
            return webhook.Source(line, database, self.health, self.settings, secret)
        return Poller(line, database, self.health)

    async def _watch(self) -> None:
        """Returns when only a new start can help."""
        while True:
            await asyncio.sleep(1)
            if (trouble := self.health.hopeless()) is not None:
                log.error("giving up after long trouble (%s); the supervisor may start again", trouble.value)
                return

    def _diagnose(self, tasks: list[asyncio.Task[Any]]) -> int:
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                log.error("%s ended: %s", task.get_name(), where(error))
        return EXIT_TROUBLE

    async def _finish(
        self, tasks: list[asyncio.Task[Any]], menu: asyncio.Task[Any], stop: asyncio.Task[Any],
        workers: Workers, sender: Sender,
    ) -> None:  # fmt: skip
        """Stop listening, answer what was taken, send what is ready; what does not fit stays in the tables."""
        end = asyncio.get_running_loop().time() + FINISHING

        def left() -> float:
            return max(0.1, end - asyncio.get_running_loop().time())

        by_name = {task.get_name(): task for task in tasks}
        for task in (by_name["source"], by_name["housekeeping"], by_name["watch"], menu, stop):
            task.cancel()
        await asyncio.gather(by_name["source"], menu, return_exceptions=True)
        await workers.stop(left())
        if not by_name["sender"].done():
            await sender.drain(left() - 1)
        await sender.stop(left())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, stop, return_exceptions=True)

    async def _wait(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopped.wait(), seconds)
        except TimeoutError:
            return
