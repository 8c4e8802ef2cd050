"""Announcements: a message in several languages to many people; each recipient is one row of the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from bot.domain.language import Language
from bot.stores.database import outbox, tables
from bot.stores.database.engine import Transaction

_ANNOUNCEMENTS = tables.announcements.c


@dataclass(frozen=True)
class Announcement:
    """A message to many: draft -> running -> done (nothing is left to send), or cancelled on the way."""

    id: int
    kind: str
    """announcement | change | correction"""
    state: str
    """draft | running | done | cancelled"""
    texts: dict[str, str]
    author: int | None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def campaign(self) -> str:
        """The name under which its outbox rows are counted."""
        return f"announcement:{self.id}"


@dataclass(frozen=True)
class Recipient:
    """One person with their own version of the message; the unreachable are counted, not written to."""

    chat: int
    body: dict[str, Any]
    reachable: bool = True


@dataclass(frozen=True)
class Report:
    """What became of an announcement; the parts always add up to the audience."""

    audience: int
    sent: int
    unreachable: int
    pending: int
    cancelled: int
    failed: int
    """Refused, too late, or of unknown outcome."""


async def create(
    tx: Transaction,
    texts: Mapping[Language, str],
    author: int | None,
    kind: str = "announcement",
    at: datetime | None = None,
) -> int:
    """Keep a draft, to be previewed and confirmed; returns its id."""
    insert = tx.insert(tables.announcements).values(
        kind=kind,
        state="draft",
        texts={language.value: text for language, text in texts.items()},
        author=author,
        created_at=at or await tx.now(),
    )
    return (await tx.connection.execute(insert.returning(_ANNOUNCEMENTS.id))).scalar_one()


async def get(tx: Transaction, announcement_id: int) -> Announcement | None:
    """The announcement with this id, or None."""
    query = select(tables.announcements).where(_ANNOUNCEMENTS.id == announcement_id)
    row = (await tx.connection.execute(query)).first()
    return row and _announcement(row)


async def running(tx: Transaction) -> list[Announcement]:
    """Those that are being sent."""
    query = select(tables.announcements).where(_ANNOUNCEMENTS.state == "running").order_by(_ANNOUNCEMENTS.id)
    return [_announcement(row) for row in await tx.connection.execute(query)]


async def start(
    tx: Transaction,
    announcement_id: int,
    recipients: Iterable[Recipient],
    due: datetime | None = None,
    valid_until: datetime | None = None,
) -> bool:
    """Confirm a draft: one row a recipient, in this transaction; false when it was confirmed or cancelled before.

    `due` a few seconds ahead leaves time to take it back.
    """
    if not await _move(tx, announcement_id, ("draft",), "running", started_at=await tx.now()):
        return False
    campaign, now = f"announcement:{announcement_id}", await tx.now()
    rows = [
        outbox.row_values(
            now, f"{campaign}:{one.chat}", one.chat, "broadcast", one.body, due, valid_until, campaign=campaign,
            state="new" if one.reachable else "unreachable",
        )
        for one in recipients
    ]  # fmt: skip
    if rows:
        # One statement for all: thousands of single ones would keep every other writer waiting for seconds.
        await tx.connection.execute(tx.insert(tables.outbox).on_conflict_do_nothing(), rows)
        tx.ring("outbox")
    return True


async def cancel(tx: Transaction, announcement_id: int) -> bool:
    """Stop it: what has not left is taken back; false when it had ended."""
    if not await _move(tx, announcement_id, ("draft", "running"), "cancelled", finished_at=await tx.now()):
        return False
    await outbox.cancel(tx, f"announcement:{announcement_id}:")
    return True


async def report(tx: Transaction, announcement_id: int) -> Report:
    """Sent + unreachable + pending + cancelled + failed = audience, at every moment."""
    counted = await outbox.counts(tx, f"announcement:{announcement_id}")
    return Report(
        audience=sum(counted.values()),
        sent=counted.get("sent", 0),
        unreachable=counted.get("unreachable", 0),
        pending=counted.get("new", 0) + counted.get("busy", 0),
        cancelled=counted.get("cancelled", 0),
        failed=sum(counted.get(state, 0) for state in ("failed", "expired", "unknown")),
    )


async def finish(tx: Transaction, announcement_id: int) -> bool:
    """End a running one of which nothing is pending; true for exactly one caller, who then reports it."""
    if (await report(tx, announcement_id)).pending:
        return False
    return await _move(tx, announcement_id, ("running",), "done", finished_at=await tx.now())


async def _move(tx: Transaction, announcement_id: int, states: tuple[str, ...], to: str, **values: Any) -> bool:
    changed = await tx.connection.execute(
        update(tables.announcements)
        .where(_ANNOUNCEMENTS.id == announcement_id, _ANNOUNCEMENTS.state.in_(states))
        .values(state=to, **values)
    )
    return changed.rowcount > 0


def _announcement(row: Row[Any]) -> Announcement:
    return Announcement(
        row.id, row.kind, row.state, row.texts, row.author, row.created_at, row.started_at, row.finished_at
    )
