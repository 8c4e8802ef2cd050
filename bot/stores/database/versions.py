"""Versions: the numbered history of what was published, with what changed in the programme."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from bot.stores.database import tables
from bot.stores.database.engine import Transaction

_VERSIONS = tables.versions.c


@dataclass(frozen=True)
class Version:
    """One publication; going back to an older generation is a new version too."""

    number: int
    generation: str
    digest: str
    published_at: datetime
    details: dict[str, Any]


async def record(
    tx: Transaction, generation: str, digest: str, at: datetime | None = None, details: dict[str, Any] | None = None
) -> int:
    """Keep a publication; returns its number."""
    insert = tx.insert(tables.versions).values(
        generation=generation, digest=digest, published_at=at or await tx.now(), details=details or {}
    )
    return (await tx.connection.execute(insert.returning(_VERSIONS.number))).scalar_one()


async def latest(tx: Transaction) -> Version | None:
    """The last publication, or None."""
    query = select(tables.versions).order_by(_VERSIONS.number.desc()).limit(1)
    row = (await tx.connection.execute(query)).first()
    return row and _version(row)


async def get(tx: Transaction, number: int) -> Version | None:
    """The publication with this number, or None."""
    row = (await tx.connection.execute(select(tables.versions).where(_VERSIONS.number == number))).first()
    return row and _version(row)


async def history(tx: Transaction, limit: int = 50) -> list[Version]:
    """The last publications, newest first."""
    query = select(tables.versions).order_by(_VERSIONS.number.desc()).limit(limit)
    return [_version(row) for row in await tx.connection.execute(query)]


def _version(row: Row[Any]) -> Version:
    return Version(row.number, row.generation, row.digest, row.published_at, row.details or {})
