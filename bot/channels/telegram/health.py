"""Health: the last successful poll, the age of the oldest waiting rows, and the file that a health check reads."""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

log = logging.getLogger(__name__)
FILE = "health.json"
STALE_FILE, STALE_POLL, STALE_INBOX, STALE_OUTBOX = 30.0, 90.0, 120.0, 900.0
"""Seconds after which each of them is a sign of illness. A staff group at its limit makes the outbox wait."""


class Trouble(StrEnum):
    """What can be wrong with the outside world."""

    TOKEN = "token"
    CONFLICT = "conflict"
    NETWORK = "network"
    DATABASE = "database"


GIVE_UP = {Trouble.TOKEN: 60.0, Trouble.CONFLICT: 180.0}
"""Seconds of a trouble after which the process ends for its supervisor; an outage of the network is waited out."""


class Health:
    """The state of the running bot; troubles are said once when they begin and once when they end."""

    def __init__(self, folder: Path | None, webhook: bool = False) -> None:
        self.file = folder / FILE if folder is not None else None
        self.webhook = webhook
        self.last_poll: float | None = None
        self.troubles: dict[Trouble, float] = {}

    def polled(self) -> None:
        """A poll succeeded, so token, network and exclusiveness are fine."""
        self.last_poll = time.time()
        for kind in (Trouble.TOKEN, Trouble.CONFLICT, Trouble.NETWORK):
            self.settled(kind)

    def trouble(self, kind: Trouble, words: str) -> None:
        """Something is wrong; one line, the first time."""
        if kind in self.troubles:
            return
        for other in (Trouble.TOKEN, Trouble.CONFLICT, Trouble.NETWORK):
            if kind is not Trouble.DATABASE:
                self.troubles.pop(other, None)
        self.troubles[kind] = time.monotonic()
        log.warning("%s", words)

    def settled(self, kind: Trouble) -> None:
        """It is over."""
        since = self.troubles.pop(kind, None)
        if since is not None:
            log.warning("%s trouble is over after %.0f s", kind.value, time.monotonic() - since)

    def hopeless(self) -> Trouble | None:
        """A trouble that lasted too long to be cured from inside."""
        now = time.monotonic()
        for kind, since in self.troubles.items():
            if now - since > GIVE_UP.get(kind, float("inf")):
                return kind
        return None

    def write(self, oldest_inbox: datetime | None, oldest_outbox: datetime | None) -> None:
        """Put the file in place, whole or not at all."""
        if self.file is None:
            return
        now = datetime.now(UTC)
        state = {
            "at": time.time(),
            "pid": os.getpid(),
            "webhook": self.webhook,
            "last_poll": self.last_poll,
            "oldest_inbox_seconds": (now - oldest_inbox).total_seconds() if oldest_inbox else 0,
            "oldest_outbox_seconds": (now - oldest_outbox).total_seconds() if oldest_outbox else 0,
            "troubles": sorted(kind.value for kind in self.troubles),
        }
        draft = self.file.with_suffix(".part")
        try:
            draft.write_text(json.dumps(state))
            os.replace(draft, self.file)
        except OSError as error:
            log.warning("the health file cannot be written: %s", error.strerror)


def check(folder: Path) -> tuple[bool, str]:
    """Whether the bot that works in this data directory is well, and one line about it."""
    try:
        state = json.loads((folder / FILE).read_text())
    except (OSError, ValueError):
        return False, f"no bot has reported in {folder}"
    now = time.time()
    age = now - state["at"]
    poll = None if state["last_poll"] is None else now - state["last_poll"]
    problems = [f"trouble with the {kind}" for kind in state["troubles"]]
    if age > STALE_FILE:
        problems.append(f"no sign of life for {age:.0f} s")
    if not state["webhook"] and (poll is None or poll > STALE_POLL):
        problems.append("no successful poll yet" if poll is None else f"no successful poll for {poll:.0f} s")
    if state["oldest_inbox_seconds"] > STALE_INBOX:
        problems.append(f"a message waits for an answer for {state['oldest_inbox_seconds']:.0f} s")
    if state["oldest_outbox_seconds"] > STALE_OUTBOX:
        problems.append(f"an answer waits to be sent for {state['oldest_outbox_seconds']:.0f} s")
    if problems:
        return False, "; ".join(problems)
    polled = "webhook" if state["webhook"] else f"last poll {poll:.0f} s ago"
    waiting = f"oldest question {state['oldest_inbox_seconds']:.0f} s"
    return True, f"well: {polled}, {waiting}, oldest message to send {state['oldest_outbox_seconds']:.0f} s"


def report(folder: Path) -> int:
    """For `python -m bot health`: one line and the exit status that a container's health check wants."""
    well, words = check(folder)
    print(words)
    return 0 if well else 1
