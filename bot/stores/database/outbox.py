"""The outbox: every outgoing message is a row written with the change it speaks of, and taken by one sender at a time.

A row is `new`, then `busy` with a lease, and ends as `sent`, `failed`, `unreachable`, `expired`, `cancelled` or
`unknown` (the answer of the Bot API was lost twice). An expired lease makes it claimable again: nothing can stay stuck.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, String, and_, bindparam, case, cast, literal, or_, select, update

from bot.stores.database import messages, tables
from bot.stores.database.engine import Transaction
from bot.stores.database.messages import lookup
from bot.stores.database.outbox_reports import cancel, counts, oldest_waiting, prune, report_done, unreported

__all__ = [
    "LEASE", "NAMELESS", "NOBODY", "PRIORITIES", "OutboxRow", "cancel", "claim", "counts", "fail", "halt_until",
    "lookup", "oldest_waiting", "prune", "put", "release", "report_done", "retry", "rewrite_chat", "sent", "set_halt",
    "unknown", "unreachable", "unreported",
]  # fmt: skip

LEASE = timedelta(seconds=60)
NAMELESS = "nameless"
"""Campaign of what is still owed to a person who was forgotten, the farewell and the release of every pressed button:
once it has ended, its row names nobody."""
PRIORITIES = {"answer": 0, "card": 1, "notice": 3, "broadcast": 5}
_OUTBOX = tables.outbox.c
_OPEN = _OUTBOX.finished_at.is_(None)
NOBODY: dict[str, Any] = {"chat": 0, "dedup": literal("nobody:").concat(cast(_OUTBOX.id, String))}
"""A row that names nobody any more: its key often holds the chat ("announcement:7:<chat>"), the row's number replaces
it."""
# Written for every message: put together once, because that costs SQLAlchemy more than SQLite takes to write.
_CHANGE = update(tables.outbox).where(_OUTBOX.id == bindparam("which"), _OPEN)
_CHANGE_SAME_TRY = _CHANGE.where(_OUTBOX.tries == bindparam("attempt"))


@dataclass(frozen=True)
class OutboxRow:
    """A message that this sender holds; `tries` counts this attempt."""

    id: int
    dedup: str
    chat: int
    chat_class: str
    """private | group"""
    kind: str
    priority: int
    body: dict[str, Any]
    ref: str
    campaign: str | None
    tries: int
    unknowns: int
    """How often the outcome of an attempt remained unknown."""
    created_at: datetime
    due: datetime
    valid_until: datetime | None


async def put(
    tx: Transaction,
    dedup: str,
    chat: int,
    kind: str,
    body: dict[str, Any],
    due: datetime | None = None,
    valid_until: datetime | None = None,
    chat_class: str = "private",
    *,
    ref: str = "",
    campaign: str | None = None,
    about: Collection[int] = (),
    state: str = "new",
) -> bool:
    """Queue a message; false when `dedup` was queued before (then nothing changes).

    `ref` is what the sent message stands for; `campaign` groups rows that are counted together
    ("announcement:7", "escalation:17"); `about` names the delegates a staff card speaks of, so that forgetting them
    takes the card back. `state` is "unreachable" for a recipient who is only counted.
    """
    values = row_values(
        await tx.now(), dedup, chat, kind, body, due, valid_until, chat_class, ref=ref, campaign=campaign, about=about,
        state=state,
    )  # fmt: skip
    insert = tx.insert(tables.outbox).on_conflict_do_nothing()
    added = (await tx.connection.execute(insert, values)).rowcount > 0
    if added:
        tx.ring("outbox")
    return added


def row_values(
    now: datetime, dedup: str, chat: int, kind: str, body: dict[str, Any], due: datetime | None = None,
    valid_until: datetime | None = None, chat_class: str = "private", *, ref: str = "", campaign: str | None = None,
    about: Collection[int] = (), state: str = "new",
) -> dict[str, Any]:  # fmt: skip
    """A new row's columns; a row that nobody will send keeps no text."""
    sendable = state == "new"
    return {
        "dedup": dedup, "chat": chat, "chat_class": chat_class, "kind": kind, "priority": PRIORITIES[kind],
        "body": body if sendable else None, "ref": ref, "campaign": campaign,
        "about": f",{','.join(map(str, sorted(about)))}," if about else "", "due": due or now,
        "valid_until": valid_until, "state": state, "created_at": now, "finished_at": None if sendable else now,
        "reported": not sendable,
    }  # fmt: skip


async def claim(
    tx: Transaction,
    owner: str,
    limit: int = 1,
    *,
    lease: timedelta = LEASE,
    without_chats: Collection[int] = (),
    most_priority: int = max(PRIORITIES.values()),
) -> list[OutboxRow]:
    """Take the most urgent rows that are due, at most one a chat; none while a halt lasts.

    A chat with a message in flight waits, and so does a chat whose earlier message of the same priority waits for its
    next attempt: a person reads answers in the order they were given. `without_chats` are those the sender paces now;
    `most_priority` 1 leaves notices and broadcasts alone. Call it in a transaction of its own.
    """
    await tx.serialize("outbox")
    now = await tx.now()
    if (until := await halt_until(tx)) is not None and until > now:
        return []
    await _expire(tx, now)
    free = and_(
        or_(and_(_OUTBOX.state == "new", _OUTBOX.due <= now), and_(_OUTBOX.state == "busy", _OUTBOX.lease <= now)),
        _OUTBOX.priority <= most_priority,
    )
    query = select(_OUTBOX.id).where(_OPEN, free, ~_blocked(now))
    if without_chats:
        query = query.where(_OUTBOX.chat.not_in(sorted(set(without_chats))))
    query = query.order_by(_OUTBOX.priority, _OUTBOX.id).limit(limit)
    if not tx.database.is_sqlite:
        query = query.with_for_update(skip_locked=True, of=tables.outbox)
    ids = (await tx.connection.execute(query)).scalars().all()
    if not ids:
        return []
    taken = await tx.connection.execute(
        update(tables.outbox)
        .where(_OUTBOX.id.in_(ids))
        .values(state="busy", owner=owner, lease=now + lease, tries=_OUTBOX.tries + 1)
        .returning(tables.outbox)
    )
    return sorted((_outbox_row(row) for row in taken), key=lambda row: (row.priority, row.id))


async def sent(tx: Transaction, row: OutboxRow, message_id: int | Sequence[int] | None = None) -> None:
    """It arrived: the text goes, the row stays; its message ids are remembered under the row's `ref`."""
    ids = [message_id] if isinstance(message_id, int) else list(message_id or ())
    # Not so if the person was forgotten while it was in flight.
    if await _end(tx, row, "sent", message_id=ids[0] if ids else None) and row.ref:
        for number in ids:
            await messages.remember(tx, row.chat, number, row.ref)


async def retry(tx: Transaction, row: OutboxRow, at: datetime, error: str, *, counted: bool = True) -> None:
    """It certainly did not arrive; try again at `at`. `counted=False` for a 429, which is not the row's fault."""
    values: dict[str, Any] = {"state": "new", "due": at, "owner": None, "lease": None, "last_error": error[:300]}
    if not counted:
        values["tries"] = max(row.tries - 1, 0)
    await _change(tx, row, **values)


async def unknown(tx: Transaction, row: OutboxRow, at: datetime, error: str) -> bool:
    """The request left but its outcome was lost: tried once more at `at`, the second time it ends as `unknown`.

    Returns whether it will be tried again.
    """
    if row.unknowns:
        await _end(tx, row, "unknown", last_error=error[:300], unknowns=row.unknowns + 1)
        return False
    await _change(
        tx, row, state="new", due=at, owner=None, lease=None, unknowns=row.unknowns + 1, last_error=error[:300]
    )
    return True


async def fail(tx: Transaction, row: OutboxRow, error: str) -> None:
    """It can never arrive (refused for what it is)."""
    await _end(tx, row, "failed", last_error=error[:300])


async def unreachable(tx: Transaction, row: OutboxRow, error: str) -> None:
    """The person blocked the bot or is gone: this row and all that waits for them end; they are marked."""
    await _end(tx, row, "unreachable", last_error=error[:300])
    await tx.connection.execute(
        update(tables.outbox)
        .where(_OPEN, _OUTBOX.chat == row.chat, _OUTBOX.state == "new")
        .values(last_error=error[:300], **_all_ended("unreachable", await tx.now()))
    )
    await tx.connection.execute(
        update(tables.delegates).where(tables.delegates.c.chat == row.chat).values(unreachable=True)
    )


async def release(tx: Transaction, owner: str | None = None) -> int:
    """Free the rows of a sender that is gone (None: of all, when this process is known to be alone)."""
    statement = update(tables.outbox).where(_OUTBOX.state == "busy")
    if owner is not None:
        statement = statement.where(_OUTBOX.owner == owner)
    tx.ring("outbox")
    return (await tx.connection.execute(statement.values(state="new", owner=None, lease=None))).rowcount


async def halt_until(tx: Transaction) -> datetime | None:
    """Until when nothing may be sent, by anybody; None when there never was a halt."""
    return (await tx.connection.execute(select(tables.outbox_halt.c.until))).scalar_one_or_none()


async def set_halt(tx: Transaction, until: datetime) -> None:
    """Nothing is claimed before `until`; a shorter halt never shortens a longer one."""
    insert = tx.insert(tables.outbox_halt).values(id=1, until=until)
    await tx.connection.execute(
        insert.on_conflict_do_update(
            index_elements=["id"], set_={"until": until}, where=tables.outbox_halt.c.until < until
        )
    )


async def rewrite_chat(tx: Transaction, old: int, new: int) -> int:
    """A group has become a supergroup: what waits for the old id goes to the new one."""
    changed = await tx.connection.execute(
        update(tables.outbox).where(_OUTBOX.chat == old, _OPEN).values(chat=new, state="new", owner=None, lease=None)
    )
    tx.ring("outbox")
    return changed.rowcount


def _blocked(now: datetime) -> Any:
    """Whether another row of the same chat must go first."""
    other = tables.outbox.alias("other")
    waits = or_(other.c.due <= now, other.c.tries > 0)
    return (
        select(other.c.id)
        .where(
            other.c.chat == _OUTBOX.chat,
            other.c.finished_at.is_(None),
            other.c.id != _OUTBOX.id,
            or_(
                and_(other.c.state == "busy", other.c.lease > now),
                and_(other.c.priority == _OUTBOX.priority, other.c.id < _OUTBOX.id, waits),
                and_(other.c.priority < _OUTBOX.priority, other.c.due <= now),
            ),
        )
        .exists()
    )


async def _expire(tx: Transaction, now: datetime) -> None:
    overdue = and_(_OPEN, _OUTBOX.state == "new", _OUTBOX.valid_until.is_not(None), _OUTBOX.valid_until <= now)
    await tx.connection.execute(update(tables.outbox).where(overdue).values(**_all_ended("expired", now)))


def _all_ended(state: str, now: datetime) -> dict[str, Any]:
    """Many rows end at once; the nameless among them name nobody from now on."""
    nameless = _OUTBOX.campaign == NAMELESS
    names = {name: case((nameless, value), else_=_OUTBOX[name]) for name, value in NOBODY.items()}
    return {"state": state, "body": None, "finished_at": now, **names}


async def _change(tx: Transaction, row: OutboxRow, **values: Any) -> bool:
    # Only an open row changes: one that was cancelled or forgotten meanwhile stays so. And a sender whose lease ran
    # out may still report success, but must not undo what the next one does.
    values["which"] = row.id
    if values.get("state") == "sent":
        changed = await tx.connection.execute(_CHANGE, values)
    else:
        changed = await tx.connection.execute(_CHANGE_SAME_TRY, {**values, "attempt": row.tries})
    tx.ring("outbox")
    return changed.rowcount > 0


async def _end(tx: Transaction, row: OutboxRow, state: str, **values: Any) -> bool:
    finished: dict[str, Any] = {
        "state": state,
        "body": None,
        "owner": None,
        "lease": None,
        "finished_at": await tx.now(),
    }
    if row.campaign == NAMELESS:
        finished |= {"chat": 0, "dedup": f"nobody:{row.id}"}
    return await _change(tx, row, **finished, **values)


def _outbox_row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(
        id=row.id,
        dedup=row.dedup,
        chat=row.chat,
        chat_class=row.chat_class,
        kind=row.kind,
        priority=row.priority,
        body=row.body or {},
        ref=row.ref,
        campaign=row.campaign,
        tries=row.tries,
        unknowns=row.unknowns,
        created_at=row.created_at,
        due=row.due,
        valid_until=row.valid_until,
    )
