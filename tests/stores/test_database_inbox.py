"""The inbox: nothing lost, nothing twice, in order per chat and in parallel across chats."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.stores.database import inbox


async def put(database, *updates):
    async with database.writing() as tx:
        return await inbox.put(tx, [(number, chat, chat, {"text": f"message {number}"}) for number, chat in updates])


async def claim(database, owner="one", limit=1):
    async with database.writing() as tx:
        return await inbox.claim(tx, owner, limit)


async def finish(database, update_id, owner=None):
    async with database.writing() as tx:
        return await inbox.finish(tx, update_id, owner)


async def test_a_repeated_update_is_kept_once(database):
    assert await put(database, (1, 7), (2, 7)) == 2
    assert await put(database, (2, 7), (3, 7)) == 1
    (row,) = await claim(database, limit=5)
    assert (row.update_id, row.chat, row.payload, row.tries) == (1, 7, {"text": "message 1"}, 1)
    assert await finish(database, 1)
    assert await put(database, (1, 7)) == 0


async def test_order_within_a_chat_and_parallel_across_chats(database):
    await put(database, (10, 1), (11, 1), (12, 2), (13, 3), (14, 2))
    first = await claim(database, limit=10)
    assert [row.update_id for row in first] == [10, 12, 13]
    assert await claim(database, limit=10) == []
    await finish(database, 12)
    assert [row.update_id for row in await claim(database, limit=10)] == [14]
    await finish(database, 10)
    assert [row.update_id for row in await claim(database, limit=10)] == [11]


async def test_order_is_of_arrival_not_of_numbers(database):
    await put(database, (900, 1), (5, 1))
    assert [row.update_id for row in await claim(database)] == [900]


async def test_updates_without_a_chat_do_not_wait_for_each_other(database):
    await put(database, (1, None), (2, None))
    assert [row.update_id for row in await claim(database, limit=5)] == [1, 2]


async def test_an_expired_lease_is_taken_by_another_and_the_first_cannot_finish(database, clock):
    await put(database, (1, 7), (2, 7))
    await claim(database, "dead")
    assert await claim(database, "alive") == []
    clock.pass_by(seconds=61)
    (row,) = await claim(database, "alive", 5)
    assert (row.update_id, row.tries) == (1, 2)
    assert not await finish(database, 1, "dead")
    assert await finish(database, 1, "alive")
    assert not await finish(database, 1, "alive")


async def test_a_renewed_lease_is_held(database, clock):
    await put(database, (1, 7))
    await claim(database, "slow")
    clock.pass_by(seconds=50)
    async with database.writing() as tx:
        assert await inbox.renew(tx, 1, "slow")
        assert not await inbox.renew(tx, 1, "other")
    clock.pass_by(seconds=50)
    assert await claim(database, "other") == []


async def test_release_frees_the_rows_of_a_killed_process(database):
    await put(database, (1, 7), (2, 8))
    await claim(database, "dead", 2)
    async with database.writing() as tx:
        assert await inbox.release(tx, "somebody else") == 0
        assert await inbox.release(tx) == 2
    assert len(await claim(database, "new", 5)) == 2


async def test_a_row_given_back_waits_and_so_does_what_follows(database, clock):
    await put(database, (1, 7), (2, 7))
    await claim(database)
    async with database.writing() as tx:
        await inbox.retry(tx, 1, clock() + timedelta(seconds=5))
    assert await claim(database) == []
    clock.pass_by(seconds=5)
    assert [row.update_id for row in await claim(database, limit=5)] == [1]


async def test_a_failed_row_does_not_block_the_chat(database):
    await put(database, (1, 7), (2, 7))
    await claim(database)
    async with database.writing() as tx:
        assert await inbox.fail(tx, 1, "A1B2")
    assert [row.update_id for row in await claim(database)] == [2]


async def test_two_processes_with_many_workers_take_every_row_once_and_in_order(open_database):
    processes = [await open_database(), await open_database()]
    await put(processes[0], *((number, number % 10) for number in range(100)))
    taken: list[tuple[int, int]] = []

    async def work(database, owner):
        while True:
            async with database.writing() as tx:
                rows = await inbox.claim(tx, owner, 2)
                remaining = await inbox.waiting(tx)
            for row in rows:
                taken.append((row.chat, row.update_id))
                await asyncio.sleep(0)
                assert await finish(database, row.update_id, owner)
            if not remaining:
                return

    await asyncio.gather(*(work(processes[number % 2], f"worker {number}") for number in range(8)))
    assert sorted(update for _, update in taken) == list(range(100))
    for chat in range(10):
        assert [update for owner, update in taken if owner == chat] == list(range(chat, 100, 10))


async def test_what_waits_is_counted_and_what_is_old_is_pruned(database, clock):
    arrived = clock()
    await put(database, (1, 7), (2, 7))
    clock.pass_by(minutes=1)
    await put(database, (3, 8))
    async with database.writing() as tx:
        assert await inbox.oldest_waiting(tx) == arrived
        assert await inbox.waiting(tx) == 3
        assert await inbox.waiting(tx, 7) == 2
    await claim(database)
    await finish(database, 1)
    clock.pass_by(days=8)
    async with database.writing() as tx:
        assert await inbox.prune(tx) == 1
        assert await inbox.waiting(tx) == 2
