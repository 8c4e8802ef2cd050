"""Who may act in the staff group: its present members, asked of Telegram and remembered for five minutes."""

from __future__ import annotations

import time
from collections.abc import Callable

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.channels.telegram.line import Line, seconds_of
from bot.channels.telegram.pacing import Gate

REMEMBERED = 300.0
_INSIDE = {"creator", "administrator", "member"}


class Members:
    """Membership of groups, by (chat, person)."""

    def __init__(self, line: Line, gate: Gate, clock: Callable[[], float] = time.monotonic) -> None:
        self.line, self.gate, self.clock = line, gate, clock
        self.known: dict[tuple[int, int], tuple[bool, float]] = {}

    async def includes(self, chat: int, person: int) -> bool:
        """Whether the person is a member now; when Telegram cannot say, what was known last, else no."""
        inside, until = self.known.get((chat, person), (False, 0.0))
        if self.clock() < until:
            return inside
        for _ in range(3):
            try:
                async with self.gate:
                    member = await self.line.get_chat_member(chat, person)
            except (BadRequest, Forbidden):
                inside = False
                break
            except TelegramError as error:
                if hasattr(error, "retry_after"):
                    self.gate.halt(seconds_of(error) + 0.5)
                continue
            inside = member.status in _INSIDE or (member.status == "restricted" and getattr(member, "is_member", False))
            break
        else:
            return inside
        self.known[chat, person] = (inside, self.clock() + REMEMBERED)
        return inside
