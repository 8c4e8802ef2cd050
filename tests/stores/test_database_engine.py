"""Opening, pragmas, migrations, transactions."""

from __future__ import annotations

import asyncio
import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from bot.stores.database import Database, DatabaseUnavailable, SchemaTooNew, tables, values


def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'assistant.sqlite3'}"


async def test_an_empty_database_is_migrated_to_exactly_the_tables(database):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, tables.metadata)

    async with database.reading() as tx:
        assert await tx.connection.run_sync(differences) == []
        names = await tx.connection.run_sync(lambda connection: inspect(connection).get_table_names())
    assert {"inbox", "outbox", "escalations", "alembic_version"} <= set(names)


async def test_opening_again_keeps_what_is_there(open_database):
    first = await open_database()
    async with first.writing() as tx:
        await values.set_value(tx, "staff_chat", -100)
    second = await open_database()
    async with second.reading() as tx:
        assert await values.get_value(tx, "staff_chat") == -100


async def test_a_newer_schema_is_refused(open_database):
    database = await open_database()
    async with database.writing() as tx:
        await tx.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaTooNew, match="newer version"):
        await open_database()


async def test_a_migration_cut_short_leaves_nothing(open_database, monkeypatch):
    from alembic import op

    calls = []

    def fail_late(*_arguments, **_options):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(op, "create_index", fail_late)
        with pytest.raises(KeyboardInterrupt):
            await open_database()
    database = await open_database()
    await test_an_empty_database_is_migrated_to_exactly_the_tables(database)


async def test_a_connection_that_breaks_is_one_clear_error_and_heals(database):
    if database.is_sqlite:
        pytest.skip("a file has no connection to break")
    with pytest.raises(DatabaseUnavailable):
        async with database.writing() as tx, database.writing() as other:
            number = (await tx.connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
            await other.connection.execute(text(f"SELECT pg_terminate_backend({number})"))
            await values.set_value(tx, "key", "lost")
    async with database.writing() as tx:
        assert await values.get_value(tx, "key") is None


async def test_many_open_at_once(open_database):
    opened = await asyncio.gather(*(open_database() for _ in range(4)))
    assert len(opened) == 4


async def test_every_connection_has_the_pragmas(tmp_path):
    database = await Database.open(sqlite_url(tmp_path))
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000}

    async def look(block):
        async with block as tx:
            await asyncio.sleep(0.01)
            return {name: (await tx.connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one() for name in wanted}

    seen = await asyncio.gather(look(database.writing()), *(look(database.reading()) for _ in range(6)))
    assert all(one == wanted for one in seen)
    await database.close()


async def test_only_the_owner_can_read_the_files(tmp_path):
    database = await Database.open(sqlite_url(tmp_path))
    async with database.writing() as tx:
        await values.set_value(tx, "key", "value")
    folder = tmp_path / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    await database.close()


async def test_an_exception_rolls_everything_back(database):
    with pytest.raises(KeyError):
        async with database.writing() as tx:
            await values.set_value(tx, "key", "value")
            raise KeyError
    async with database.writing() as tx:
        assert await values.get_value(tx, "key") is None
        await values.set_value(tx, "key", [1, {"two": "二"}])
        await values.set_value(tx, "key", {"new": None})
    async with database.reading() as tx:
        assert await values.get_value(tx, "key") == {"new": None}


async def test_writers_of_two_processes_wait_for_each_other(open_database):
    first, second = await open_database(), await open_database()

    async def count_up(database: Database) -> None:
        async with database.writing() as tx:
            await tx.serialize("counter")
            value = await values.get_value(tx, "counter", 0)
            await asyncio.sleep(0)
            await values.set_value(tx, "counter", value + 1)

    await asyncio.gather(*(count_up(database) for _ in range(20) for database in (first, second)))
    async with first.reading() as tx:
        assert await values.get_value(tx, "counter") == 40


async def test_a_nested_writing_transaction_is_refused_at_once(tmp_path):
    database = await Database.open(sqlite_url(tmp_path))
    with pytest.raises(RuntimeError, match="inside another"):
        async with database.writing(), database.writing():
            pass
    async with database.writing() as tx:
        await values.set_value(tx, "key", 1)
    await database.close()


async def test_a_cancelled_writer_leaves_the_way_free(database):
    started = asyncio.Event()

    async def write_for_ever() -> None:
        async with database.writing() as tx:
            await values.set_value(tx, "key", "lost")
            started.set()
            await asyncio.sleep(3600)

    task = asyncio.create_task(write_for_ever())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with database.writing() as tx:
        assert await values.get_value(tx, "key") is None


async def test_a_bell_rings_after_commit_and_is_never_missed(database):
    bell = database.outbox_bell
    seen = bell.rings
    async with database.writing() as tx:
        tx.ring("outbox")
        assert bell.rings == seen
    assert await bell.wait(seen, 0)
    seen = bell.rings
    assert not await bell.wait(seen, 0.01)
    waiting = [asyncio.create_task(bell.wait(seen, 60)) for _ in range(3)]
    await asyncio.sleep(0)
    bell.ring()
    assert await asyncio.gather(*waiting) == [True] * 3


async def test_the_clock_is_utc_and_a_time_without_zone_is_refused(database, clock):
    async with database.writing() as tx:
        assert await tx.now() == clock()
        with pytest.raises(Exception, match="without a zone"):
            await tx.connection.execute(tx.insert(tables.outbox_halt).values(id=1, until=datetime(2025, 7, 10)))


async def test_the_database_clock_without_an_injected_one(database_url):
    database = await Database.open(database_url)
    async with database.reading() as tx:
        moment = await tx.now()
        assert moment.tzinfo is not None
        assert await tx.now() == moment
    await database.close()


async def test_a_server_that_is_away_is_one_clear_error():
    with pytest.raises(DatabaseUnavailable):
        await Database.open("postgresql+asyncpg://postgres@127.0.0.1:1/nothing")


@pytest.mark.parametrize("url", ["sqlite+aiosqlite://", "sqlite:///:memory:", "mysql://localhost/test"])
async def test_other_databases_are_refused(url):
    with pytest.raises(ValueError, match="database must be"):
        await Database.open(url)


async def test_a_full_disk_is_one_clear_error_and_heals(tmp_path):
    database = await Database.open(sqlite_url(tmp_path))
    async with database.writing() as tx:
        await tx.connection.exec_driver_sql("SELECT 1")
        pages = (await tx.connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
    with pytest.raises(DatabaseUnavailable, match="full"):
        async with database.writing() as tx:
            await tx.connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
            await values.set_value(tx, "big", "x" * 1_000_000)
    async with database.writing() as tx:
        await tx.connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        await values.set_value(tx, "big", "x" * 1_000_000)
    await database.close()
