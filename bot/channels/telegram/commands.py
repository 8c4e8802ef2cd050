"""The menu of commands, per language, for delegates and for the staff group."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from telegram import BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.channels.telegram.line import Line, seconds_of
from bot.channels.telegram.pacing import Gate
from bot.channels.telegram.staff import StaffChat
from bot.domain.language import Language

log = logging.getLogger(__name__)


async def register(line: Line, gate: Gate, assistant: Any, staff: StaffChat) -> None:
    """Set every menu; repeated until it works, and never in the way of anything else."""
    commands = getattr(assistant, "commands", None)
    if commands is None:
        return

    async def menu(scope: BotCommandScope, language: Language | None, for_staff: bool) -> None:
        shown = [(name, text[:256]) for name, text in commands(language or Language.EN, for_staff)]
        if not shown:
            return
        await line.set_my_commands(shown, scope=scope, language_code=language.value if language else None)

    for language in (None, *Language):
        await _until_done(gate, lambda language=language: menu(BotCommandScopeDefault(), language, False))
    if staff.current is not None:
        for language in (None, *Language):
            scope = BotCommandScopeChat(staff.current)
            await _until_done(gate, lambda scope=scope, language=language: menu(scope, language, True))


async def _until_done(gate: Gate, action: Callable[[], Awaitable[None]]) -> None:
    pause = 2.0
    while True:
        try:
            async with gate:
                await action()
            return
        except (BadRequest, Forbidden) as error:
            log.warning("a menu of commands was refused: %s", error)
            return
        except RetryAfter as error:
            gate.halt(seconds_of(error) + 0.5)
        except (TelegramError, OSError):
            await asyncio.sleep(pause)
            pause = min(60.0, pause * 2)
