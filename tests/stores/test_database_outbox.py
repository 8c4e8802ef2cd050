"""The outbox: priorities, order, leases, halt, retries, and what is reported."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.stores.database import delegates, messages, outbox


async def put(database, dedup, chat=1, kind="answer", **options):
    async with database.writing() as tx:
        return await outbox.put(tx, dedup, chat, kind, {"text": dedup}, **options)


async def claim(database, owner="one", limit=1, **options):
    async with database.writing() as tx:
        return await outbox.claim(tx, owner, limit, **options)


async def do(database, function, *arguments, **options):
    async with database.writing() as tx:
        return await function(tx, *arguments, **options)


async def test_the_same_message_is_queued_once(database):
    assert await put(database, "ans:1:0")
    assert not await put(database, "ans:1:0", chat=2)
    assert len(await claim(database, limit=5)) == 1


async def test_answers_before_cards_before_notices_before_broadcasts(database):
    for chat, kind in enumerate(["broadcast", "notice", "card", "answer"]):
        await put(database, kind, chat, kind)
    assert [row.kind for row in await claim(database, limit=1, most_priority=1)] == ["answer"]
    assert [row.kind for row in await claim(database, limit=5)] == ["card", "notice", "broadcast"]


async def test_one_message_a_chat_at_a_time_in_order(database):
    await put(database, "broadcast", 1, "broadcast")
    await put(database, "first", 1)
    await put(database, "second", 1)
    await put(database, "other", 2)
    rows = await claim(database, limit=10)
    assert [row.dedup for row in rows] == ["first", "other"]
    assert await claim(database, limit=10) == []
    await do(database, outbox.sent, rows[0], 100)
    assert [row.dedup for row in await claim(database, limit=10)] == ["second"]


async def test_chats_can_be_left_out(database):
    await put(database, "group", -5, "card", chat_class="group")
    await put(database, "person", 1)
    assert [row.chat for row in await claim(database, limit=5, without_chats=[-5])] == [1]
    (card,) = await claim(database, limit=5)
    assert (card.chat, card.chat_class) == (-5, "group")


async def test_a_message_for_later_blocks_nobody_but_one_that_is_retried_does(database, clock):
    await put(database, "tomorrow", 1, due=clock() + timedelta(days=1))
    await put(database, "first", 1)
    await put(database, "second", 1)
    (row,) = await claim(database, limit=5)
    assert row.dedup == "first"
    await do(database, outbox.retry, row, clock() + timedelta(seconds=4), "502")
    assert await claim(database) == []
    clock.pass_by(seconds=4)
    (again,) = await claim(database, limit=5)
    assert (again.dedup, again.tries) == ("first", 2)


async def test_a_flood_wait_is_not_counted_as_a_try(database, clock):
    await put(database, "message")
    (row,) = await claim(database)
    await do(database, outbox.retry, row, clock(), "429", counted=False)
    (row,) = await claim(database)
    assert row.tries == 1


async def test_nothing_is_claimed_within_a_halt_by_anybody(open_database, clock):
    first, second = await open_database(), await open_database()
    await put(first, "message")
    await do(first, outbox.set_halt, clock() + timedelta(seconds=30))
    await do(second, outbox.set_halt, clock() + timedelta(seconds=3))
    clock.pass_by(seconds=29)
    assert await claim(first) == []
    assert await claim(second) == []
    clock.pass_by(seconds=1)
    assert len(await claim(second)) == 1


async def test_an_expired_lease_is_taken_again_and_the_late_one_undoes_nothing(database, clock):
    await put(database, "message")
    (lost,) = await claim(database, "dead")
    clock.pass_by(seconds=61)
    (row,) = await claim(database, "alive")
    assert (row.id, row.tries) == (lost.id, 2)
    await do(database, outbox.retry, lost, clock(), "late")
    assert await claim(database, "third") == []
    await do(database, outbox.sent, row, 5)
    assert await do(database, outbox.counts) == {"sent": 1}


async def test_an_unknown_outcome_is_tried_once_more(database, clock):
    await put(database, "message")
    (row,) = await claim(database)
    assert await do(database, outbox.unknown, row, clock(), "timeout")
    (row,) = await claim(database)
    assert row.unknowns == 1
    assert not await do(database, outbox.unknown, row, clock(), "timeout")
    assert await do(database, outbox.counts) == {"unknown": 1}


async def test_what_is_too_late_expires_unsent(database, clock):
    await put(database, "message", valid_until=clock() + timedelta(hours=6))
    clock.pass_by(hours=6)
    assert await claim(database) == []
    assert await do(database, outbox.counts) == {"expired": 1}


async def test_a_sent_message_is_understood_later(database):
    await put(database, "card", -5, "card", ref="escalation:17")
    (row,) = await claim(database)
    await do(database, outbox.sent, row, [70, 71])
    async with database.reading() as tx:
        assert await messages.lookup(tx, -5, 71) == "escalation:17"
        assert await outbox.lookup(tx, -5, 72) is None
        assert await outbox.lookup(tx, 5, 71) is None
        assert await messages.standing_for(tx, "escalation:17", -5) == [(-5, 70), (-5, 71)]


async def test_who_blocked_the_assistant_is_left_in_peace_until_they_return(database):
    await do(database, delegates.meet, 1)
    await put(database, "first", 1)
    await put(database, "second", 1)
    await put(database, "other", 2)
    row = (await claim(database))[0]
    await do(database, outbox.unreachable, row, "Forbidden")
    assert await do(database, outbox.counts) == {"unreachable": 2, "new": 1}
    assert (await do(database, delegates.find, 1)).unreachable
    delegate, is_new = await do(database, delegates.meet, 1)
    assert not is_new
    assert not delegate.unreachable


async def test_a_group_that_moved_gets_what_waits(database, clock):
    for number in range(3):
        await put(database, f"card {number}", -5, "card", chat_class="group")
    (row,) = await claim(database)
    assert await do(database, outbox.rewrite_chat, -5, -1005) == 3
    (again,) = await claim(database)
    assert (again.id, again.chat) == (row.id, -1005)


async def test_trouble_is_told_once_and_broadcasts_are_left_to_their_report(database):
    for number, kind in enumerate(["answer", "broadcast"]):
        await put(database, kind, number, kind, campaign="escalation:17")
        (row,) = await claim(database)
        await do(database, outbox.fail, row, "Bad Request: chat not found")
    (trouble,) = await do(database, outbox.unreported)
    assert (trouble.kind, trouble.state, trouble.campaign) == ("answer", "failed", "escalation:17")
    assert trouble.error == "Bad Request: chat not found"
    await do(database, outbox.report_done, [trouble.id])
    assert await do(database, outbox.unreported) == []


async def test_what_has_not_left_can_be_taken_back(database):
    for number in range(3):
        await put(database, f"reminder:7:{number}", number, "notice")
    await put(database, "reminder_7", 9, "notice")
    await claim(database)
    assert await do(database, outbox.cancel, "reminder:7:") == 2
    assert await do(database, outbox.counts) == {"busy": 1, "cancelled": 2, "new": 1}


async def test_an_unknown_kind_is_refused(database):
    with pytest.raises(KeyError):
        await put(database, "message", kind="poem")


async def test_two_senders_share_the_work_and_a_dead_one_is_replaced(open_database, clock):
    first, second = await open_database(), await open_database()
    async with first.writing() as tx:
        for chat in range(300):
            await outbox.put(tx, f"announcement:1:{chat}", chat, "broadcast", {"text": "x"}, campaign="announcement:1")
    delivered: list[int] = []

    async def send(database, owner, most):
        for _ in range(most):
            rows = await claim(database, owner, 8)
            if not rows:
                return
            for row in rows:
                delivered.append(row.chat)
                await asyncio.sleep(0)
            async with database.writing() as tx:
                for row in rows:
                    await outbox.sent(tx, row, row.chat)

    abandoned = await claim(first, "gone for good", 16)
    await asyncio.gather(send(first, "a", 12), send(second, "b", 1000), send(second, "c", 1000))
    assert sorted(delivered) == sorted(set(range(300)) - {row.chat for row in abandoned})
    clock.pass_by(seconds=61)
    await send(second, "b", 1000)
    assert sorted(delivered) == list(range(300))
    assert await do(first, outbox.counts, "announcement:1") == {"sent": 300}


async def test_old_rows_go_but_not_those_of_a_report(database, clock):
    await put(database, "message", 1)
    await put(database, "announcement:1:2", 2, "broadcast", campaign="announcement:1")
    waiting_since = clock()
    async with database.writing() as tx:
        assert await outbox.oldest_waiting(tx) == waiting_since
    for row in await claim(database, limit=5):
        await do(database, outbox.sent, row, 1)
    clock.pass_by(days=31)
    async with database.writing() as tx:
        assert await outbox.oldest_waiting(tx) is None
        assert await outbox.prune(tx) == 1
        assert await outbox.counts(tx) == {"sent": 1}
