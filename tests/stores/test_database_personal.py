"""Forgetting a person leaves nothing of them in the tables or the files; the retention purge removes what is old."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.domain.escalation import EscalationState
from bot.domain.language import Language
from bot.domain.question import HandoverReason
from bot.stores.database import (
    Database,
    agenda,
    delegates,
    escalations,
    exchanges,
    inbox,
    messages,
    outbox,
    personal,
    tables,
    values,
)  # fmt: skip

CANARY = "Канарейка-77-金丝雀"
PERSON = 7_700_077_123
STAFF = -5


async def do(database, function, *arguments, **options):
    async with database.writing() as tx:
        return await function(tx, *arguments, **options)


async def live(database, clock) -> tuple[int, int]:
    """The person leaves words in every table; returns their own escalation and one they share."""
    async with database.writing() as tx:
        await delegates.meet(tx, PERSON, Language.RU)
        await delegates.meet(tx, 8)
        payload = {"message": {"text": CANARY, "chat": {"id": PERSON}}}
        await inbox.put(tx, [(1, PERSON, PERSON, payload), (2, PERSON, PERSON, payload), (3, STAFF, PERSON, payload)])
        exchange = await exchanges.record(tx, PERSON, CANARY, Language.RU, "handover")
        await exchanges.record_delivery(tx, PERSON, "opening", "v1")
        await agenda.add(tx, PERSON, "plenary")
        await values.set_value(tx, f"chat:{PERSON}:asked-back", CANARY)
        asked = {"language": Language.RU, "reason": HandoverReason.UNSURE, "at": clock()}
        own = await escalations.open(tx, chat=PERSON, question=CANARY, exchange=exchange, **asked)
        shared = await escalations.open(tx, chat=PERSON, question=CANARY, cluster="bus", **asked)
        asked |= {"at": clock() + timedelta(seconds=1), "language": Language.ZH}
        await escalations.open(tx, chat=8, question="班车在哪里", cluster="bus", **asked)
        own, shared = own.escalation.id, shared.escalation.id
        for number in (own, shared):
            add = {"author": "delegate", "person": PERSON, "chat": PERSON, "text": CANARY, "at": clock()}
            await escalations.add_message(tx, number, **add)
        await escalations.add_message(tx, own, author="volunteer", person=9, text=f"on {CANARY}", at=clock())
        body = {"text": CANARY}
        await outbox.put(tx, "ans:1:0", PERSON, "answer", body, ref=f"exchange:{exchange}")
        await outbox.put(tx, f"announcement:1:{PERSON}", PERSON, "broadcast", body, campaign="announcement:1")
        await outbox.put(tx, "card:1", STAFF, "card", body, chat_class="group", ref=f"escalation:{own}")
        await outbox.put(tx, "digest", STAFF, "card", body, chat_class="group", ref="digest", about=[8, PERSON])
        await outbox.put(tx, "answer to the other", 8, "answer", {"text": "门口"}, ref=f"escalation:{shared}")
        await messages.remember(tx, PERSON, 31, f"exchange:{exchange}")
        await messages.remember(tx, STAFF, 90, f"escalation:{own}")
    return own, shared


def traces(folder: Path) -> list[str]:
    """The files in which something of the person is left."""
    needles = [CANARY.encode(), CANARY.encode("unicode-escape"), str(PERSON).encode()]
    needles += [PERSON.to_bytes(6, "big")]
    return [file.name for file in folder.iterdir() if any(needle in file.read_bytes() for needle in needles)]


async def test_forgetting_leaves_no_trace_in_the_files(tmp_path, clock):
    folder = tmp_path / "data"
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'assistant.sqlite3'}", clock)
    await live(database, clock)
    assert traces(folder)
    await do(database, delegates.forget, PERSON)
    await database.scrub()
    assert traces(folder) == []
    await database.close()


async def test_scrubbing_waits_for_readers_and_lets_others_work(database):
    reading = asyncio.Event()

    async def read_for_a_moment() -> None:
        async with database.reading() as tx:
            await delegates.count(tx)
            reading.set()
            await asyncio.sleep(0.1)

    reader = asyncio.create_task(read_for_a_moment())
    await reading.wait()
    await asyncio.gather(database.scrub(), *(do(database, delegates.meet, chat) for chat in range(20)))
    await reader
    async with database.reading() as tx:
        assert await delegates.count(tx) == 20


async def test_forgetting_empties_every_table(database, clock):
    own, shared = await live(database, clock)
    forgotten = await do(database, delegates.forget, PERSON)
    assert (forgotten.pseudonym, forgotten.closed, forgotten.changed) == (1, (own,), (shared,))
    async with database.reading() as tx:
        for table in tables.metadata.sorted_tables:
            rows = (await tx.connection.execute(select(table))).all()
            assert not [row for row in rows if CANARY in str(row) or str(PERSON) in str(row)], table.name
        emptied, kept = await escalations.get(tx, own), await escalations.get(tx, shared)
        assert (emptied.state, emptied.question) == (EscalationState.DISMISSED, "")
        assert (kept.state, kept.question, kept.language) == (EscalationState.OPEN, "班车在哪里", Language.ZH)
        # The card that shows the words can still be found and edited, the others' answer still goes out.
        assert await messages.standing_for(tx, f"escalation:{own}") == [(STAFF, 90)]
        assert await outbox.counts(tx) == {"cancelled": 4, "new": 1}
        assert await inbox.waiting(tx) == 0
    assert not await do(database, escalations.reopen, own, clock())
    await database.scrub()


async def test_the_message_that_asks_to_be_forgotten_is_finished_and_answered(database, clock):
    await live(database, clock)
    async with database.writing() as tx:
        (row,) = await inbox.claim(tx, "one")
    async with database.writing() as tx:
        await delegates.forget(tx, PERSON)
        await outbox.put(tx, f"forgotten:{PERSON}", PERSON, "answer", {"text": "done"}, campaign=outbox.FAREWELL)
        assert await inbox.finish(tx, row.update_id, "one")
    async with database.writing() as tx:
        assert await inbox.claim(tx, "one") == []
        other, farewell = await outbox.claim(tx, "one", 5)
        assert (other.dedup, farewell.chat) == ("answer to the other", PERSON)
        await outbox.sent(tx, farewell, 67)
        rows = (await tx.connection.execute(select(tables.outbox))).all()
        assert not [row for row in rows if str(PERSON) in str(row)]


async def test_a_message_in_flight_does_not_bring_the_person_back(database, clock):
    await live(database, clock)
    async with database.writing() as tx:
        row = (await outbox.claim(tx, "one"))[0]
    assert row.chat == PERSON
    await do(database, delegates.forget, PERSON)
    await do(database, outbox.sent, row, 66)
    await do(database, outbox.retry, row, clock(), "502")
    async with database.reading() as tx:
        assert await messages.lookup(tx, PERSON, 66) is None
        assert await delegates.find(tx, PERSON) is None
        assert "new" not in await outbox.counts(tx, "announcement:1")


async def test_a_returning_person_is_somebody_new(database, clock):
    await live(database, clock)
    await do(database, delegates.forget, 8)
    forgotten = await do(database, delegates.forget, PERSON)
    returned, is_new = await do(database, delegates.meet, PERSON)
    assert is_new
    assert returned.pseudonym > forgotten.pseudonym + 1
    again = await do(database, delegates.forget, 12345)
    assert (again.pseudonym, again.closed, again.changed) == (None, (), ())


async def test_the_purge_removes_what_is_old_in_batches(database, clock):
    await live(database, clock)
    limit = clock.pass_by(days=40)
    async with database.writing() as tx:
        await delegates.meet(tx, 99)
        await exchanges.record(tx, 99, "recent", Language.EN, "answer")
    rounds = 0
    while await do(database, personal.purge, limit - timedelta(days=30), limit=2):
        rounds += 1
    assert rounds > 2
    async with database.reading() as tx:
        for table in tables.metadata.sorted_tables:
            rows = (await tx.connection.execute(select(table))).all()
            if table is not tables.stored_values:
                assert not [row for row in rows if CANARY in str(row) or str(PERSON) in str(row)], table.name
        assert await delegates.count(tx) == 1
        assert await exchanges.previous(tx, 99, limit) == ("recent",)
