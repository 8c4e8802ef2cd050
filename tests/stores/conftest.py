"""A database for each test: SQLite always, PostgreSQL as well where BOT_TEST_POSTGRES_URL names a server."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.stores.database import Database

POSTGRES = os.environ.get("BOT_TEST_POSTGRES_URL")


class Clock:
    """A clock that stands still until it is told."""

    def __init__(self) -> None:
        self.moment = datetime(2025, 7, 10, 1, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **span: float) -> datetime:
        """Let this much time pass."""
        self.moment += timedelta(**span)
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.skipif(not POSTGRES, reason="no server"))])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a new, empty database; on PostgreSQL one of its own, dropped afterwards."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'data' / 'assistant.sqlite3'}"
        return
    server = make_url(POSTGRES or "").set(drivername="postgresql+asyncpg")
    name = f"test_{uuid.uuid4().hex[:12]}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield server.set(database=name).render_as_string(hide_password=False)
    async with engine.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


@pytest.fixture
async def open_database(database_url: str, clock: Clock) -> AsyncIterator[Callable[[], object]]:
    """Opens the database of this test, as often as there shall be processes."""
    opened: list[Database] = []

    async def open_one() -> Database:
        opened.append(await Database.open(database_url, clock))
        return opened[-1]

    yield open_one
    for database in opened:
        await database.close()


@pytest.fixture
async def database(open_database: Callable[[], object]) -> Database:
    return await open_database()
