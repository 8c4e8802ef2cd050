"""Opening the database and its transactions: pragmas, write lock, clock, and bells that wake the workers."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import aiosqlite
from sqlalchemy import URL, Connection, Table, event, func, make_url, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.stores import migrations
from bot.stores.database.sqlite_driver import Driver
from bot.stores.migrations import SchemaTooNew

__all__ = ["Bell", "Database", "DatabaseUnavailable", "SchemaTooNew", "Transaction"]

_PRAGMAS = (
    "PRAGMA busy_timeout=5000",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",
    # Sorting and VACUUM must not leave people's text in files of the temporary folder.
    "PRAGMA temp_store=MEMORY",
)
WAL_ATTEMPTS = 100
"""Twenty a second, when several processes create one database at once."""


class DatabaseUnavailable(Exception):
    """The database cannot be reached, is locked or is full; nothing was written, trying again later is right."""


class Bell:
    """Wakes those who wait for new rows; `rings` is read before looking, so no ring is missed."""

    def __init__(self) -> None:
        self.rings = 0
        self._event = asyncio.Event()

    def ring(self) -> None:
        """Wake everybody who waits now."""
        self.rings += 1
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self, seen: int, seconds: float) -> bool:
        """Until a ring after number `seen`, at most `seconds`; whether it rang."""
        if self.rings == seen:
            try:
                await asyncio.wait_for(self._event.wait(), seconds)
            except TimeoutError:
                return False
        return True


@dataclass
class Transaction:
    """One open transaction; what is done through it is committed together or not at all."""

    connection: AsyncConnection
    database: Database
    _now: datetime | None = None
    _rings: set[str] = field(default_factory=set)

    async def now(self) -> datetime:
        """The moment of this transaction (aware, UTC); read once, so that its rows agree."""
        if self._now is None:
            self._now = await self.database.now(self)
        return self._now

    def insert(self, table: Table) -> Any:
        """An INSERT that knows ON CONFLICT, in the dialect of this database."""
        return _insert(table, self.database.is_sqlite)

    def ring(self, bell: str) -> None:
        """Ring this bell once the transaction is committed."""
        self._rings.add(bell)

    async def serialize(self, name: str) -> None:
        """On PostgreSQL: one transaction at a time past this point; on SQLite a writing one is alone anyway."""
        if not self.database.is_sqlite:
            await self.connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(name))))


class Database:
    """One database, opened once per process by `Database.open`."""

    def __init__(self, engine: AsyncEngine, clock: Callable[[], datetime] | None = None) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.inbox_bell = Bell()
        self.outbox_bell = Bell()
        self._clock = clock
        # Within the process writers queue in order here; SQLite's own waiting is by lot and can starve one.
        self._gate = asyncio.Lock()
        self._writer: asyncio.Task[Any] | None = None

    @classmethod
    async def open(cls, url: str, clock: Callable[[], datetime] | None = None) -> Database:
        """Open the database at this SQLAlchemy URL, create what is missing and migrate it to this code's schema.

        Raises SchemaTooNew when a newer version of the assistant has migrated it, DatabaseUnavailable when it
        cannot be reached.
        """
        address = _address(url)
        if address.get_backend_name() == "sqlite":
            _make_private(address)
            await _log_ahead(address)
            engine = create_async_engine(
                address,
                module=Driver(),
                connect_args={"isolation_level": None, "timeout": 5},
                # As many as updates in work at once and a few more: opening one costs a thread and a millisecond.
                pool_size=40,
                max_overflow=4,
                pool_timeout=60,
                hide_parameters=True,
            )
            event.listen(engine.sync_engine, "connect", _set_pragmas)
            event.listen(engine.sync_engine, "begin", _begin)
        else:
            engine = create_async_engine(
                address, pool_size=10, max_overflow=10, pool_pre_ping=True, hide_parameters=True
            )
        database = cls(engine, clock)
        try:
            async with database.writing() as tx:
                await tx.serialize("migration")
                await tx.connection.run_sync(migrations.upgrade)
        except BaseException:
            await database.close()
            raise
        return database

    async def close(self) -> None:
        """Give back every connection."""
        await self.engine.dispose()

    async def now(self, tx: Transaction) -> datetime:
        """The injected clock if there is one, else the database's on PostgreSQL, the process's on SQLite."""
        if self._clock is not None:
            return self._clock().astimezone(UTC)
        if self.is_sqlite:
            return datetime.now(UTC)
        return (await tx.connection.execute(select(func.clock_timestamp()))).scalar_one().astimezone(UTC)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        """A transaction that may write: committed at the end of the block, rolled back on any exception."""
        if not self.is_sqlite:
            async with self._transaction({}) as tx:
                yield tx
            self._ring(tx)
            return
        if self._writer is not None and self._writer is asyncio.current_task():
            raise RuntimeError("a writing transaction inside another one of the same task would wait for itself")
        async with self._gate:
            self._writer = asyncio.current_task()
            try:
                async with self._transaction({"writing": True}) as tx:
                    yield tx
            finally:
                self._writer = None
        self._ring(tx)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A transaction for reading only: one consistent view on SQLite; it never waits for a writer."""
        async with self._transaction({}) as tx:
            yield tx

    async def scrub(self) -> None:
        """Leave nothing of what was deleted in the files: checkpoint the log, rebuild the file, checkpoint again."""
        if not self.is_sqlite:
            async with self.engine.connect() as connection:
                plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await plain.execute(text("VACUUM"))
            return
        async with self._gate, self.engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                # A reader in the middle of its view keeps the log alive for a moment.
                for attempt in range(20):
                    with suppress(sqlite3.OperationalError):
                        async with raw.execute(statement) as cursor:
                            row = await cursor.fetchone()
                        if row is None or row[0] == 0:
                            break
                    await asyncio.sleep(0.05 * (attempt + 1))
                else:
                    raise DatabaseUnavailable("the write-ahead log could not be emptied: somebody keeps reading it")

    @asynccontextmanager
    async def _transaction(self, options: dict[str, Any]) -> AsyncIterator[Transaction]:
        connected = False
        try:
            async with self.engine.connect() as connection:
                connected = True
                if options:
                    connection = await connection.execution_options(**options)
                async with connection.begin():
                    yield Transaction(connection, self)
        except PoolTimeout as error:
            raise DatabaseUnavailable("every connection to the database is in use") from error
        except DBAPIError as error:
            if not _passes(error):
                raise
            raise DatabaseUnavailable(str(error.orig)) from error
        except OSError as error:
            if connected:
                raise
            raise DatabaseUnavailable(f"the database server cannot be reached: {error}") from error

    def _ring(self, tx: Transaction) -> None:
        if "inbox" in tx._rings:
            self.inbox_bell.ring()
        if "outbox" in tx._rings:
            self.outbox_bell.ring()


@cache
def _insert(table: Table, is_sqlite: bool) -> Any:
    # The same object each time: what SQLAlchemy works out about a statement it keeps with the statement.
    return sqlite.insert(table) if is_sqlite else postgresql.insert(table)


def _address(url: str) -> URL:
    """The URL with the asynchronous driver that is installed."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        if not address.database or address.database == ":memory:" or address.database.startswith("file:"):
            raise ValueError("the database must be a file: sqlite+aiosqlite:///path")
        return address.set(drivername="sqlite+aiosqlite")
    if address.get_backend_name() == "postgresql":
        return address.set(drivername="postgresql+asyncpg")
    raise ValueError(f"the database must be SQLite or PostgreSQL, not {address.get_backend_name()}")


def _make_private(address: URL) -> None:
    """Folder 0700 and file 0600 from the first byte on; the log files copy the file's mode."""
    path = Path(str(address.database))
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Closing a file that SQLite has open would drop the process's locks on it: only a new one is touched.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


async def _log_ahead(address: URL) -> None:
    """Turn on write-ahead logging, which the file then keeps: SQLite does not wait for its turn to do that."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            async with aiosqlite.connect(str(address.database), timeout=5) as connection:
                await connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if attempt + 1 == WAL_ATTEMPTS:
                raise DatabaseUnavailable(str(error)) from error
            await asyncio.sleep(0.05)


def _set_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _begin(connection: Connection) -> None:
    # A deferred transaction that reads and then writes fails at once when another one wrote in between;
    # BEGIN IMMEDIATE waits for its turn instead.
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _passes(error: DBAPIError) -> bool:
    """Whether the same work may succeed later: connection, deadlock, resources or shutdown, not a wrong statement."""
    state = str(getattr(error.orig, "sqlstate", None) or "")
    passing = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return passing or state.startswith(("08", "40", "53", "57"))
