"""The line to Telegram: the bot object, its timeouts and proxy, and what its errors mean."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import Any

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.telegram.pacing import MOST_CALLS
from bot.settings import Settings

# Durations as timedelta, as the next major version of python-telegram-bot has them; else it warns at every 429.
os.environ.setdefault("PTB_TIMEDELTA", "true")
POLL_SECONDS = 25
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
"""Always passed: Telegram remembers the last list it was given."""
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class Fate(StrEnum):
    """What an error says about a call, and so what to do with it."""

    HALT = "halt"
    AGAIN = "again"
    """Certainly not executed; try again later."""
    UNKNOWN = "unknown"
    """The request left, the answer was lost."""
    UNREACHABLE = "unreachable"
    MIGRATED = "migrated"
    REFUSED = "refused"
    """For what it is; trying again changes nothing."""
    TOKEN = "token"
    CONFLICT = "conflict"


def fate(error: Exception) -> Fate:
    """What became of a call that ended with this error."""
    if isinstance(error, RetryAfter):
        return Fate.HALT
    if isinstance(error, ChatMigrated):
        return Fate.MIGRATED
    if isinstance(error, Forbidden):
        return Fate.UNREACHABLE
    if isinstance(error, BadRequest):
        return Fate.REFUSED
    if isinstance(error, InvalidToken):
        return Fate.TOKEN
    if isinstance(error, Conflict):
        return Fate.CONFLICT
    if isinstance(error, TimedOut | NetworkError):
        cause = error.__cause__
        if isinstance(cause, httpx.HTTPError) and not isinstance(cause, _NOT_SENT):
            return Fate.UNKNOWN
        return Fate.AGAIN
    return Fate.AGAIN if isinstance(error, TelegramError | OSError) else Fate.REFUSED


def seconds_of(error: RetryAfter) -> float:
    """How long a 429 asks to wait."""
    wait = error.retry_after
    return float(wait.total_seconds() if hasattr(wait, "total_seconds") else wait)


class Line(ExtBot[None]):
    """The bot of python-telegram-bot with one more method: updates as Telegram wrote them."""

    async def fetch(self, offset: int | None) -> list[dict[str, Any]]:
        """getUpdates, undecoded: an update that cannot be read must not hold up its neighbours."""
        data = {"limit": 100, "timeout": POLL_SECONDS, "allowed_updates": ALLOWED_UPDATES}
        if offset is not None:
            data["offset"] = offset
        result = await self._post("getUpdates", data, read_timeout=POLL_SECONDS + 10)
        return result if isinstance(result, list) else []


def open_line(settings: Settings) -> Line:
    """The line described by the settings; nothing is sent yet."""
    assert settings.token is not None
    root = settings.api_url.rstrip("/")
    proxy = settings.proxy.get_secret_value() if settings.proxy else None

    def request(connections: int) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            pool_timeout=30,
            media_write_timeout=60,
            proxy=proxy,
            httpx_kwargs={"trust_env": _uses_environment(root)},
        )

    return Line(
        settings.token.get_secret_value(),
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request(MOST_CALLS),
        get_updates_request=request(2),
    )


def _uses_environment(root: str) -> bool:
    """A local server is reached directly, whatever proxy the environment names for the rest of the world."""
    return httpx.URL(root).host not in ("127.0.0.1", "localhost", "::1")
