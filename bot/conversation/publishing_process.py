"""Starts the slow half of publishing as a process: a broken index cannot take the running bot with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable

from bot.settings import ROOT, Settings

logger = logging.getLogger(__name__)

Run = Callable[[str, str, Settings], Awaitable[int]]
"""Does an action (preview, publish, rollback) on the stage with this token; the exit status."""


async def run_process(action: str, token: str, settings: Settings) -> int:
    """The action in a process of its own, with the settings of this one."""
    environment = dict(os.environ) | {
        "BOT_DATA_DIR": str(settings.data_dir.resolve()), "BOT_KNOWLEDGE_DIR": str(settings.knowledge_dir.resolve()),
        "BOT_DATABASE_URL": settings.database, "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.channels.staged", action, token, cwd=ROOT, env=environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        # The last line names the kind of error; file names of organizers are no secret, questions are not in it.
        lines = said.decode("utf-8", "replace").strip().splitlines()
        logger.error("%s of stage %s ended with %s: %s", action, token, process.returncode, lines[-1:] or "")
    return process.returncode or 0
