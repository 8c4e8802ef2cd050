"""The menu of commands, per language, for delegates, for the staff group and for each organizer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Any

from telegram import BotCommandScope, BotCommandScopeChat, BotCommandScopeDefault
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.channels.telegram.line import Line, seconds_of
from bot.channels.telegram.pacing import Gate
from bot.channels.telegram.staff import StaffChat
from bot.domain.language import Language

log = logging.getLogger(__name__)
LATER = 60.0
"""Seconds until an organizer whom Telegram does not know as ours yet is tried again."""


async def register(line: Line, gate: Gate, assistant: Any, staff: StaffChat, organizers: Iterable[int]) -> None:
    """Set every menu; repeated until it works, and never in the way of anything else.

    Telegram refuses the menu of an organizer who has never written to the assistant: it is offered again until they do.
    """
    commands = getattr(assistant, "commands", None)
    if commands is None:
        return

    async def menu(scope: BotCommandScope, language: Language | None, **audience: bool) -> None:
        shown = [(name, text[:256]) for name, text in commands(language or Language.EN, **audience)]
        if not shown:
            return
        await line.set_my_commands(shown, scope=scope, language_code=language.value if language else None)

    async def menus(scope: BotCommandScope, refused_for_good: bool = True, **audience: bool) -> None:
        for language in (None, *Language):
            await _until_done(gate, partial(menu, scope, language, **audience), refused_for_good)

    await menus(BotCommandScopeDefault())
    if staff.current is not None:
        await menus(BotCommandScopeChat(staff.current), staff=True)
    await asyncio.gather(*(menus(BotCommandScopeChat(person), False, organizer=True) for person in sorted(organizers)))


async def _until_done(gate: Gate, action: Callable[[], Awaitable[None]], refused_for_good: bool) -> None:
    pause = 2.0
    while True:
        try:
            async with gate:
                await action()
            return
        except (BadRequest, Forbidden) as error:
            if refused_for_good:
                log.warning("a menu of commands was refused: %s", error)
                return
            await asyncio.sleep(LATER)
        except RetryAfter as error:
            gate.halt(seconds_of(error) + 0.5)
        except (TelegramError, OSError):
            await asyncio.sleep(pause)
            pause = min(60.0, pause * 2)
