"""SQLite with one trip a statement: the same results as ever, and nothing left open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.stores.database import Database

SLOW = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000000) SELECT max(i) FROM n"


@pytest_asyncio.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(f"sqlite:///{tmp_path / 'data' / 'assistant.sqlite3'}")
    async with opened.writing() as tx:
        await tx.connection.execute(text("CREATE TABLE boats (id INTEGER PRIMARY KEY, name TEXT UNIQUE)"))
        rows = [{"name": name} for name in ("Haihe", "海河", "Хайхэ")]
        await tx.connection.execute(text("INSERT INTO boats (name) VALUES (:name)"), rows)
    yield opened
    await opened.close()


async def test_rows_their_names_and_their_number(database: Database):
    async with database.writing() as tx:
        found = (await tx.connection.execute(text("SELECT id, name FROM boats ORDER BY id"))).all()
        assert [(row.id, row.name) for row in found] == [(1, "Haihe"), (2, "海河"), (3, "Хайхэ")]
        assert (await tx.connection.execute(text("UPDATE boats SET name = name || '!' WHERE id > 1"))).rowcount == 2
        changed = await tx.connection.execute(text("DELETE FROM boats WHERE id < 3 RETURNING name"))
        assert changed.scalars().all() == ["Haihe", "海河!"]
        added = await tx.connection.execute(text("INSERT INTO boats (name) VALUES ('ferry')"))
        assert added.lastrowid == 4


async def test_a_statement_goes_to_the_thread_once(database: Database, monkeypatch: pytest.MonkeyPatch):
    """And what ended once is not ended again: BEGIN, a statement and COMMIT are three trips."""
    trips = 0
    send = aiosqlite.Connection._execute

    async def counted(self: aiosqlite.Connection, *arguments: object) -> object:
        nonlocal trips
        trips += 1
        return await send(self, *arguments)

    async with database.reading() as tx:
        monkeypatch.setattr(aiosqlite.Connection, "_execute", counted)
        assert len((await tx.connection.execute(text("SELECT name FROM boats"))).all()) == 3
        assert trips == 1
    trips = 0
    async with database.writing() as tx:
        await tx.connection.execute(text("DELETE FROM boats"))
    assert trips == 3


async def test_an_error_is_sqlite_s_own_and_the_connection_goes_on(database: Database):
    async with database.writing() as tx:
        with pytest.raises(OperationalError, match="no such column"):
            await tx.connection.execute(text("SELECT weight FROM boats"))
        with pytest.raises(IntegrityError, match="UNIQUE"):
            await tx.connection.execute(text("INSERT INTO boats (name) VALUES ('Haihe')"))
        assert (await tx.connection.execute(text("SELECT count(*) FROM boats"))).scalar_one() == 3


async def test_a_writer_cancelled_inside_a_statement_leaves_the_way_free(database: Database):
    inside = asyncio.Event()

    async def write() -> None:
        async with database.writing() as tx:
            await tx.connection.execute(text("DELETE FROM boats"))
            inside.set()
            await tx.connection.execute(text(SLOW))

    task = asyncio.create_task(write())
    await inside.wait()
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.writing() as tx:
        assert (await tx.connection.execute(text("SELECT count(*) FROM boats"))).scalar_one() == 3
