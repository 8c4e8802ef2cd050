"""The message map: what each message of the assistant stands for, so that replies and presses are understood."""

from __future__ import annotations

from sqlalchemy import select

from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_MESSAGES = tables.messages.c


async def remember(tx: Transaction, chat: int, message_id: int, ref: str) -> None:
    """This message stands for `ref` ("escalation:17", "exchange:55")."""
    insert = tx.insert(tables.messages)
    latest = insert.on_conflict_do_update(index_elements=["chat", "message_id"], set_={"ref": insert.excluded.ref})
    values = {"chat": chat, "message_id": message_id, "ref": ref, "at": await tx.now()}
    await tx.connection.execute(latest, values)


async def lookup(tx: Transaction, chat: int, message_id: int) -> str | None:
    """What this message stands for, or None."""
    query = select(_MESSAGES.ref).where(_MESSAGES.chat == chat, _MESSAGES.message_id == message_id)
    return (await tx.connection.execute(query)).scalar_one_or_none()


async def standing_for(tx: Transaction, ref: str, chat: int | None = None) -> list[tuple[int, int]]:
    """The messages (chat, message id) that stand for `ref`, in one chat or in all, oldest first."""
    query = select(_MESSAGES.chat, _MESSAGES.message_id).where(_MESSAGES.ref == ref)
    if chat is not None:
        query = query.where(_MESSAGES.chat == chat)
    rows = await tx.connection.execute(query.order_by(_MESSAGES.at, _MESSAGES.message_id))
    return [(row.chat, row.message_id) for row in rows]
