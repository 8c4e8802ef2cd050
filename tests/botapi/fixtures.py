"""Fixtures: the server, and the real bot of this process talking to it over HTTP."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.channels.telegram.application import Bot
from bot.settings import Settings
from tests.botapi.bot_process import open_house
from tests.botapi.server import LocalBotApi
from tests.botapi.world import TOKEN, World

SECRET = "s3cret-" + "x" * 32
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def api() -> Iterator[LocalBotApi]:
    with LocalBotApi() as server:
        yield server


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def settings_for(api: LocalBotApi, folder: Path, **more: Any) -> Settings:
    return Settings(_env_file=None, token=TOKEN, api_url=api.url, data_dir=folder, **more)


class Running:
    """A running bot and the world it talks to."""

    def __init__(self, bot: Bot, world: World, task: asyncio.Task[int]) -> None:
        self.bot, self.world, self.task = bot, world, task

    async def until(self, condition: Callable[[World], Any], seconds: float = 20) -> Any:
        """Wait for something to have happened in the world."""
        return await asyncio.to_thread(self.world.wait, condition, seconds)

    async def texts(self, chat: int, count: int = 1) -> list[str]:
        """The texts that reached a chat, once there are at least `count`."""
        await self.until(lambda world: len(world.texts(chat)) >= count)
        return self.world.texts(chat)


@asynccontextmanager
async def running(
    api: LocalBotApi, folder: Path, house: Callable[[Settings], Any] = open_house, **more: Any
) -> AsyncIterator[Running]:
    """The real bot, in this process, until the end of the block; it must stop with status 0."""
    bot = Bot(settings_for(api, folder, **more), house)
    task = asyncio.create_task(bot.serve())
    try:
        yield Running(bot, api.world, task)
    finally:
        bot.stopped.set()
        status = await asyncio.wait_for(task, 20)
    assert status == 0


def start_process(
    api_url: str,
    folder: Path,
    module: str = "tests.botapi.bot_process",
    arguments: Sequence[str] = (),
    **more: str,
) -> Any:
    """The bot as a process of its own; its log goes to `bot.log` in the data directory."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    environment |= {"BOT_TOKEN": TOKEN, "BOT_API_URL": api_url, "BOT_DATA_DIR": str(folder), **more}
    with open(folder / "bot.log", "ab") as log:
        command = [sys.executable, "-m", module, *arguments]
        return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
