"""Faults on demand: which call goes wrong, how, and how often."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from typing import Any

KINDS = ("429", "500", "502", "reset", "lost", "hang", "403", "400", "401", "409", "migrate", "slow")
GRACE = 0.25
"""Seconds in which a request may still arrive after a 429 was written: it was on its way."""


@dataclass
class Fault:
    """One rule; `times` None means always, `probability` is per call."""

    kind: str
    method: str | None = None
    chat: int | None = None
    times: int | None = 1
    probability: float = 1.0
    seconds: float = 1.0
    """retry_after, or how long to hang."""
    text: str = ""
    """Description of the error, where it is free."""
    until: float | None = None
    """Seconds from now after which the rule is gone."""
    born: float = field(default_factory=time.monotonic)


class Faults:
    """The rules in force and what they have done."""

    def __init__(self, seed: int = 7) -> None:
        self.rules: list[Fault] = []
        self.injected: dict[str, int] = {}
        self.chance = random.Random(seed)
        self.halt_until = 0.0
        self.halt_from = 0.0

    def add(self, **rule: Any) -> None:
        """Put one rule in force."""
        fault = Fault(**rule)
        if fault.kind not in KINDS:
            raise ValueError(f"unknown fault {fault.kind}")
        self.rules.append(fault)

    def take(self, method: str, chat: int | None) -> Fault | None:
        """The fault that strikes this call, if any; polls are struck only by rules that name them."""
        now = time.monotonic()
        for fault in list(self.rules):
            if fault.until is not None and now > fault.born + fault.until:
                self.rules.remove(fault)
                continue
            named = fault.method == method if fault.method else method != "getUpdates"
            if fault.kind == "401" and not fault.method:
                named = True
            if not named or (fault.chat is not None and fault.chat != chat):
                continue
            if fault.probability < 1 and self.chance.random() > fault.probability:
                continue
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    self.rules.remove(fault)
            self.injected[fault.kind] = self.injected.get(fault.kind, 0) + 1
            return fault
        return None

    def halt(self, seconds: float) -> None:
        """From now on nothing may be sent for that long."""
        self.halt_from = time.monotonic()
        self.halt_until = max(self.halt_until, self.halt_from + seconds)

    def halted(self) -> float:
        """Seconds the halt still lasts; 0 when there is none."""
        return max(0.0, self.halt_until - time.monotonic())

    def violates(self) -> bool:
        """Whether a request now breaks a halt that its sender must know of."""
        now = time.monotonic()
        return self.halt_from + GRACE < now < self.halt_until - 0.01


class Pace:
    """Telegram's limits, as far as they are known: sends in the last second and the last minute."""

    def __init__(self) -> None:
        self.overall: list[float] = []
        self.groups: dict[int, list[float]] = {}

    def refuse(self, chat: int, group: bool, edit: bool) -> int:
        """Seconds to wait when this send is one too many, else 0 (and it is counted)."""
        now = time.monotonic()
        self.overall = [moment for moment in self.overall if moment > now - 1]
        if len(self.overall) >= 30:
            return 1
        if group and not edit:
            sent = [moment for moment in self.groups.get(chat, []) if moment > now - 60]
            self.groups[chat] = sent
            if len(sent) >= 20:
                return int(60 - (now - sent[0])) + 1
            sent.append(now)
        self.overall.append(now)
        return 0
