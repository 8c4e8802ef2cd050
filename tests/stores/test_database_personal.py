"""Forgetting a person leaves nothing of them in the tables or the files; the retention purge removes what is old."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
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
        await inbox.put(tx, [(1, PERSON, PERSON, payload), (3, STAFF, PERSON, payload), (2, PERSON, PERSON, payload)])
        for row in await inbox.claim(tx, "before", 2):
            await inbox.finish(tx, row.update_id)
        (wish,) = await inbox.claim(tx, "one")
        assert wish.update_id == 2
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
        assert await inbox.waiting(tx) == 1
    assert not await do(database, escalations.reopen, own, clock())
    await database.scrub()


async def test_the_message_that_asks_to_be_forgotten_is_finished_and_answered(database, clock):
    await live(database, clock)
    async with database.writing() as tx:
        await delegates.forget(tx, PERSON)
        await outbox.put(tx, f"forgotten:{PERSON}", PERSON, "answer", {"text": "done"}, campaign=outbox.NAMELESS)
        assert await inbox.finish(tx, 2, "one")
    async with database.writing() as tx:
        assert await inbox.claim(tx, "one") == []
        other, farewell = await outbox.claim(tx, "one", 5)
        assert (other.dedup, farewell.chat) == ("answer to the other", PERSON)
        await outbox.sent(tx, farewell, 67)
        rows = (await tx.connection.execute(select(tables.outbox))).all()
        assert not [row for row in rows if str(PERSON) in str(row)]


async def test_what_comes_after_the_wish_to_be_forgotten_is_not_lost(database, clock):
    await live(database, clock)
    async with database.writing() as tx:
        await inbox.put(tx, [(4, PERSON, PERSON, {"text": "a question"}), (5, STAFF, PERSON, {"text": "a reply"})])
        await outbox.put(tx, "2:0", PERSON, "answer", {"do": "toast"}, campaign=outbox.NAMELESS)
        await delegates.forget(tx, PERSON)
        assert await inbox.finish(tx, 2, "one")
    async with database.writing() as tx:
        waiting = await inbox.claim(tx, "one", 5)
        assert [(row.chat, row.person, row.payload["text"]) for row in waiting] == [
            (PERSON, PERSON, "a question"), (STAFF, None, "a reply"),
        ]  # fmt: skip
        # The pressed button is let go all the same.
        assert [row.dedup for row in await outbox.claim(tx, "one", 5)] == ["answer to the other", "2:0"]


@pytest.mark.parametrize("end", ["expired", "unreachable"])
async def test_what_is_owed_to_a_forgotten_person_names_nobody_however_it_ends(database, clock, end):
    async with database.writing() as tx:
        for number in range(2):
            until = clock() + timedelta(minutes=2)
            body = {"text": "done"}
            await outbox.put(
                tx, f"{PERSON}:{number}", PERSON, "answer", body, valid_until=until, campaign=outbox.NAMELESS
            )  # fmt: skip
    if end == "expired":
        clock.pass_by(minutes=3)
    async with database.writing() as tx:
        for row in await outbox.claim(tx, "one"):
            await outbox.unreachable(tx, row, "blocked")
    async with database.reading() as tx:
        assert await outbox.counts(tx) == {end: 2}
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


async def purge(database, before, limit=2) -> int:
    """Until nothing is left; the number of batches."""
    batches = 0
    while await do(database, personal.purge, before, limit=limit):
        batches += 1
    return batches


async def test_the_purge_removes_what_is_old_in_batches(database, clock):
    await live(database, clock)
    async with database.writing() as tx:
        await inbox.finish(tx, 2)
        await delegates.meet_volunteer(tx, 9, "@anna")
        await inbox.put(tx, [(6, 98, 98, {"text": "not done yet"})])
    while rows := await do(database, outbox.claim, "one", 9):
        for row in rows:
            await do(database, outbox.sent, row, row.id)
    limit = clock.pass_by(days=40)
    async with database.writing() as tx:
        await delegates.meet(tx, 99)
        await exchanges.record(tx, 99, "recent", Language.EN, "answer")
    assert await purge(database, limit - timedelta(days=30)) > 2
    async with database.reading() as tx:
        for table in tables.metadata.sorted_tables:
            rows = (await tx.connection.execute(select(table))).all()
            assert not [row for row in rows if CANARY in str(row) or str(PERSON) in str(row)], table.name
        assert await delegates.count(tx) == 1
        assert await delegates.find_volunteer(tx, 9) is None
        assert await exchanges.previous(tx, 99, limit) == ("recent",)
        assert await inbox.waiting(tx) == 1


async def test_the_purge_leaves_a_question_to_those_who_asked_it_later(database, clock):
    asked = {"reason": HandoverReason.UNSURE, "cluster": "bus"}
    early, late, writes = 7, 8, 9
    async with database.writing() as tx:
        for chat in (early, writes):
            await delegates.meet(tx, chat)
        first = await escalations.open(
            tx, chat=early, question=CANARY, language=Language.RU, at=clock(), **asked
        )  # fmt: skip
        await escalations.open(tx, chat=writes, question="Bus?", language=Language.EN, at=clock(), **asked)
    number = first.escalation.id
    limit = clock.pass_by(days=29)
    async with database.writing() as tx:
        await delegates.meet(tx, late)
        await escalations.open(tx, chat=late, question="班车在哪里", language=Language.ZH, at=limit, **asked)
        words = {"author": "delegate", "person": writes, "chat": writes, "text": "the red one"}
        await escalations.add_message(tx, number, at=limit, **words)
    await purge(database, clock.pass_by(days=2) - timedelta(days=30))
    async with database.reading() as tx:
        assert [asker.chat for asker in await escalations.askers(tx, number)] == [writes, late]
        assert (await escalations.get(tx, number)).question == "Bus?"
        assert await delegates.find(tx, early) is None
        assert await delegates.find(tx, writes) is not None
    await purge(database, clock.pass_by(days=40) - timedelta(days=30))
    async with database.reading() as tx:
        assert await escalations.get(tx, number) is None
        assert await delegates.count(tx) == 0


async def test_the_purge_knows_a_person_who_only_presses_buttons(database, clock):
    async with database.writing() as tx:
        await delegates.meet(tx, 7)
        await delegates.set_language(tx, 7, Language.ZH)
    limit = clock.pass_by(days=40)
    async with database.writing() as tx:
        await inbox.put(tx, [(1, 7, 7, {"callback_query": {}})])
    assert await purge(database, limit - timedelta(days=30)) == 0
    async with database.reading() as tx:
        assert (await delegates.find(tx, 7)).language is Language.ZH


async def test_a_reply_to_a_card_is_understood_after_the_purge(database, clock):
    async with database.writing() as tx:
        await messages.remember(tx, STAFF, 90, "escalation:1")
        await messages.remember(tx, PERSON, 31, "exchange:1")
    limit = clock.pass_by(days=40)
    await purge(database, limit)
    async with database.reading() as tx:
        assert await messages.lookup(tx, STAFF, 90) == "escalation:1"
        assert await messages.lookup(tx, PERSON, 31) is None
