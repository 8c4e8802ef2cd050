"""Several processes on one PostgreSQL database: one sends, the other takes over when it is gone."""

import asyncio
import os
import secrets

import pytest
from sqlalchemy import make_url

from bot.channels.telegram.baton import Baton
from bot.stores.database import Database, outbox
from bot.stores.database.values import set_value
from tests.botapi.fixtures import SECRET, api, free_port, running  # noqa: F401

POSTGRES = os.environ.get("BOT_TEST_POSTGRES_URL", "")
needs_server = pytest.mark.skipif(not POSTGRES, reason="BOT_TEST_POSTGRES_URL is not set")


@pytest.fixture
async def address():
    import asyncpg

    name = f"telegram_{secrets.token_hex(4)}"
    server = make_url(POSTGRES).set(drivername="postgresql")
    connection = await asyncpg.connect(server.render_as_string(hide_password=False))
    await connection.execute(f'CREATE DATABASE "{name}"')
    yield server.set(drivername="postgresql+asyncpg", database=name).render_as_string(hide_password=False)
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


@needs_server
async def test_two_replicas_behind_a_webhook_answer_everybody_once(api, tmp_path, address):  # noqa: F811
    first, second = free_port(), free_port()
    common = {"database_url": address, "webhook_secret": SECRET}
    one = {"webhook_url": f"http://127.0.0.1:{first}/", "webhook_listen": f"127.0.0.1:{first}"}
    two = {"webhook_url": f"http://127.0.0.1:{second}/", "webhook_listen": f"127.0.0.1:{second}"}
    async with running(api, tmp_path, **common, **two):
        async with running(api, tmp_path, **common, **one) as it:
            await it.until(lambda world: world.webhook["url"] == one["webhook_url"])
            for number in range(3):
                for person in range(20, 30):
                    it.world.say(person, f"{number} hello")
            await it.until(lambda world: world.count() >= 30, 40)
        api.world.set_webhook(two["webhook_url"])
        api.world.say(7, "who is left?")
        assert await asyncio.to_thread(api.world.wait, lambda world: world.texts(7)) == ["answer who is left?"]
    stats = api.world.stats()
    assert (stats["duplicates"], stats["out_of_order"]) == (0, 0)


async def play_with_the_baton(url):
    database, moment = await Database.open(url), [0.0]
    one, two = (Baton(database, name, lambda: moment[0]) for name in ("one", "two"))
    assert await one.held()
    assert not await two.held()
    await one.pass_on()
    assert await two.held()
    assert not await one.held()
    async with database.writing() as tx:
        await set_value(tx, "sender", {"owner": "two", "until": "2020-01-01T00:00:00+00:00"})
    assert await one.held()
    moment[0] += 10
    assert not await two.held()
    await database.close()


async def test_one_holds_the_baton_until_it_is_passed_on_or_lost(tmp_path):
    await play_with_the_baton(f"sqlite+aiosqlite:///{tmp_path / 'x.sqlite3'}")


@needs_server
async def test_the_baton_on_postgres(address):
    await play_with_the_baton(address)


@needs_server
async def test_a_halt_holds_for_every_process(api, tmp_path, address):  # noqa: F811
    from datetime import timedelta

    database = await Database.open(address)
    async with database.writing() as tx:
        await outbox.set_halt(tx, await tx.now() + timedelta(seconds=2))
    api.world.faults.halt(1.8)
    port = free_port()
    async with running(
        api, tmp_path, database_url=address, webhook_secret=SECRET, webhook_url=f"http://127.0.0.1:{port}/",
        webhook_listen=f"127.0.0.1:{port}",
    ) as it:  # fmt: skip
        it.world.say(7, "hello")
        assert await it.texts(7) == ["answer hello"]
        assert it.world.inside_halt == 0
    await database.close()
