"""Small settings that the running assistant keeps, by key: the staff group's current id, what the desk last did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, select

from bot.stores.database import tables
from bot.stores.database.engine import Transaction


async def get_value(tx: Transaction, key: str, default: Any = None) -> Any:
    """The value kept under this key, or the default."""
    query = select(tables.stored_values.c.value).where(tables.stored_values.c.key == key)
    value = (await tx.connection.execute(query)).scalar_one_or_none()
    return default if value is None else value


async def set_value(tx: Transaction, key: str, value: Any) -> None:
    """Keep a value that JSON can carry; None removes the key."""
    if value is None:
        await tx.connection.execute(delete(tables.stored_values).where(tables.stored_values.c.key == key))
        return
    insert = tx.insert(tables.stored_values).values(key=key, value=value)
    await tx.connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
