"""How fast the sender may go: overall, in one private chat, in one group; and the halt that nothing passes."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

OVERALL = 25.0
"""Messages a second in the long run; Telegram allows about 30 (Bots FAQ, "broadcasting to users")."""
BURST = 5.0
ANSWERS_BURST = 200.0
"""How far answers to people may run ahead of the long-run rate: replies are not the bulk that Telegram limits, and
two hundred delegates who ask at once must not wait eight seconds. After a 429 they may not run ahead for a while."""
CAREFUL = 600.0
PRIVATE_RATE, PRIVATE_BURST = 1.0, 3.0
GROUP_MINUTE = 18
MOST_CALLS = 32
"""Calls in flight at a time; more make httpx slower, not faster: for each it looks at all the others."""


class Bucket:
    """So many a second, with a small burst; may be overdrawn by those who have the right to."""

    def __init__(self, rate: float, burst: float, now: float) -> None:
        self.rate, self.burst, self.level, self.at = rate, burst, burst, now

    def fill(self, now: float) -> float:
        """The level now."""
        self.level = min(self.burst, self.level + max(0.0, now - self.at) * self.rate)
        self.at = now
        return self.level

    def take(self, now: float) -> None:
        """One message."""
        self.fill(now)
        self.level -= 1


class Pace:
    """Who may be written to now; the clock is monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.overall = Bucket(OVERALL, BURST, clock())
        self.private: dict[int, Bucket] = {}
        self.groups: dict[tuple[int, bool], deque[float]] = {}
        self.careful_until = 0.0

    def bulk(self) -> int:
        """How many messages of any kind may go now."""
        return max(0, int(self.overall.fill(self.clock())))

    def answers(self) -> int:
        """How many answers may go now."""
        now = self.clock()
        ahead = 0.0 if now < self.careful_until else ANSWERS_BURST
        return max(0, int(self.overall.fill(now) + ahead))

    def be_careful(self) -> None:
        """Telegram said 429: for some minutes nobody runs ahead."""
        self.careful_until = self.clock() + CAREFUL

    def next_token(self) -> float:
        """Seconds until one message more may go than now."""
        level = self.overall.fill(self.clock())
        return (int(max(level, 0.0)) + 1 - level) / OVERALL

    def busy_chats(self) -> tuple[set[int], float]:
        """The chats that may not be written to now, and the seconds until the first of them may."""
        now, chats, soonest = self.clock(), set(), 60.0
        for chat, bucket in list(self.private.items()):
            level = bucket.fill(now)
            if level >= PRIVATE_BURST:
                del self.private[chat]
            elif level < 1:
                chats.add(chat)
                soonest = min(soonest, (1 - level) / PRIVATE_RATE)
        for chat in {chat for chat, _ in self.groups}:
            wait = min(self.group_wait(chat, False), self.group_wait(chat, True))
            if wait > 0:
                chats.add(chat)
                soonest = min(soonest, wait)
        return chats, soonest

    def group_wait(self, chat: int, edit: bool) -> float:
        """Seconds until a group takes another message (or another edit: they are counted apart)."""
        sent = self.groups.setdefault((chat, edit), deque())
        now = self.clock()
        while sent and sent[0] <= now - 60:
            sent.popleft()
        return sent[0] + 60 - now if len(sent) >= GROUP_MINUTE else 0.0

    def noted(self) -> dict[str, list[float]]:
        """What groups were sent in the last minute, by the clock on the wall: to be kept across a restart."""
        offset = time.time() - self.clock()
        found = {}
        for chat, edit in list(self.groups):
            self.group_wait(chat, edit)
            if sent := self.groups[chat, edit]:
                found[f"{chat}:{int(edit)}"] = [round(moment + offset, 1) for moment in sent]
        return found

    def recall(self, noted: dict[str, list[float]]) -> None:
        """Count what was sent before the restart."""
        offset = time.time() - self.clock()
        for key, moments in noted.items():
            chat, _, edit = key.rpartition(":")
            self.groups[int(chat), edit == "1"] = deque(min(moment - offset, self.clock()) for moment in moments)

    def take(self, chat: int, edit: bool) -> None:
        """A message is going out."""
        now = self.clock()
        self.overall.take(now)
        if chat < 0:
            self.groups.setdefault((chat, edit), deque()).append(now)
        else:
            self.private.setdefault(chat, Bucket(PRIVATE_RATE, PRIVATE_BURST, now)).take(now)


class Gate:
    """Every call of the Bot API except polling goes through it: 32 at a time, none inside a halt."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self.until = 0.0
        self.places = asyncio.Semaphore(MOST_CALLS)

    def halt(self, seconds: float) -> None:
        """Nothing passes for that long."""
        self.until = max(self.until, self.clock() + seconds)

    @property
    def left(self) -> float:
        """Seconds the halt still lasts."""
        return max(0.0, self.until - self.clock())

    async def __aenter__(self) -> Gate:
        await self.places.acquire()
        while True:
            if (left := self.left) <= 0:
                return self
            await asyncio.sleep(left)

    async def __aexit__(self, *_: object) -> None:
        self.places.release()
