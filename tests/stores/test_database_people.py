"""Delegates, volunteers, exchanges, deliveries, agendas, announcements, versions."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from bot.domain.language import Language
from bot.stores.database import agenda, announcements, delegates, exchanges, outbox, versions


async def do(database, function, *arguments, **options):
    async with database.writing() as tx:
        return await function(tx, *arguments, **options)


async def test_a_delegate_is_met_once_and_numbers_run(database, clock):
    first, is_new = await do(database, delegates.meet, 70, Language.RU)
    assert is_new
    assert (first.language, first.language_chosen, first.first_seen) == (Language.RU, False, clock())
    assert (first.announcements, first.reminder_minutes, first.shares_name, first.unreachable) == (
        True,
        15,
        False,
        False,
    )
    again, is_new = await do(database, delegates.meet, 70, Language.EN)
    assert (again, is_new) == (first, False)
    second, _ = await do(database, delegates.meet, 71)
    assert second.language is None
    assert second.pseudonym == first.pseudonym + 1
    assert await do(database, delegates.find_by_pseudonym, second.pseudonym) == second
    assert await do(database, delegates.find_all, [70, 71, 72]) == {70: first, 71: second}
    assert await do(database, delegates.count) == 2


async def test_meeting_at_once_makes_one(open_database):
    processes = [await open_database(), await open_database()]
    met = await asyncio.gather(*(do(processes[number % 2], delegates.meet, 70) for number in range(12)))
    assert sum(is_new for _, is_new in met) == 1
    assert len({delegate.pseudonym for delegate, _ in met}) == 1


async def test_preferences_stick(database):
    await do(database, delegates.meet, 70, Language.RU)
    await do(database, delegates.set_language, 70, Language.ZH)
    await do(database, delegates.set_preferences, 70, announcements=False, reminder_minutes=0)
    await do(database, delegates.set_preferences, 70, shares_name=True)
    delegate = await do(database, delegates.find, 70)
    assert (delegate.language, delegate.language_chosen, delegate.shares_name) == (Language.ZH, True, True)
    assert (delegate.announcements, delegate.reminder_minutes) == (False, 0)
    assert await do(database, delegates.listening) == []


async def test_volunteers_and_their_languages(database):
    await do(database, delegates.set_volunteer_languages, 500, "Li", [Language.ZH, Language.RU])
    await do(database, delegates.set_volunteer_languages, 501, "Ann", [Language.EN])
    renamed = await do(database, delegates.meet_volunteer, 500, "Li Na")
    assert (renamed.name, renamed.languages) == ("Li Na", (Language.ZH, Language.RU))
    assert [one.person for one in await do(database, delegates.volunteers_speaking, Language.RU)] == [500]
    assert await do(database, delegates.find_volunteer, 502) is None


async def test_exchanges_are_kept_rated_and_remembered(database, clock):
    record = exchanges.record
    await do(database, record, 1, "long ago", Language.EN, "answer", ["old"])
    clock.pass_by(hours=1)
    since = clock()
    number = await do(
        database,
        record,
        1,
        "Где ужин?",
        Language.RU,
        "answer",
        ["dinner"],
        ["dinner", "lunch"],
        0.9,
        8.5,
        "g7",
        message=4,
    )
    clock.pass_by(seconds=5)
    await do(database, record, 1, "спасибо", Language.RU, "courtesy")
    await do(database, record, 1, "а завтра?", Language.RU, "handover")
    await do(database, record, 2, "someone else", Language.EN, "answer")
    assert await do(database, exchanges.previous, 1, since) == ("Где ужин?", "а завтра?")
    exchange = await do(database, exchanges.get, number)
    assert (exchange.entries, exchange.nearest, exchange.message) == (("dinner",), ("dinner", "lunch"), 4)
    assert exchange.at == since
    assert (await do(database, exchanges.latest, 1)).question == "а завтра?"
    assert await do(database, exchanges.rate, number, True)
    assert not await do(database, exchanges.rate, number, True)
    assert await do(database, exchanges.rate, number, False)
    await do(database, exchanges.change_outcome, number, "handover")
    assert (await do(database, exchanges.get, number)).outcome == "handover"
    assert await do(database, exchanges.count_outcomes, since) == {"handover": 2, "courtesy": 1, "answer": 1}
    assert len(await do(database, exchanges.between, since, clock() + timedelta(seconds=1))) == 4


async def test_deliveries_know_the_last_version_told(database, clock):
    deliver = exchanges.record_delivery
    await do(database, deliver, 1, "opening", "v1")
    await do(database, deliver, 2, "opening", "v1")
    later = clock.pass_by(days=1)
    await do(database, deliver, 1, "opening", "v2")
    assert await do(database, exchanges.recipients, "opening", later - timedelta(days=2)) == [(1, "v2"), (2, "v1")]
    assert await do(database, exchanges.recipients, "opening", later) == [(1, "v2")]


async def test_an_agenda(database, clock):
    await do(database, delegates.meet, 1)
    assert await do(database, agenda.add, 1, "plenary")
    assert not await do(database, agenda.add, 1, "plenary")
    clock.pass_by(seconds=1)
    await do(database, agenda.add, 1, "dinner")
    await do(database, agenda.add, 2, "dinner")
    assert await do(database, agenda.sessions, 1) == ("plenary", "dinner")
    assert await do(database, agenda.all_with, "dinner") == (1, 2)
    assert await do(database, agenda.remove, 1, "plenary")
    assert not await do(database, agenda.remove, 1, "plenary")


async def test_reminders_are_due_once_and_anew_for_a_moved_session(database, clock):
    for chat, minutes in ((1, 15), (2, 60), (3, 0)):
        await do(database, delegates.meet, chat, Language.RU)
        await do(database, delegates.set_preferences, chat, reminder_minutes=minutes)
        await do(database, agenda.add, chat, "plenary")
    start = clock() + timedelta(minutes=61)
    starts = {"plenary": start, "unknown": start}

    async def due():
        found = await do(database, agenda.due_reminders, starts, clock())
        for reminder in found:
            async with database.writing() as tx:
                assert await outbox.put(tx, reminder.dedup, reminder.chat, "notice", {})
                await agenda.reminded(tx, reminder)
        return [reminder.chat for reminder in found]

    assert await due() == []
    clock.pass_by(minutes=1)
    assert await due() == [2]
    assert await due() == []
    clock.pass_by(minutes=45)
    assert await due() == [1]
    starts["plenary"] = start + timedelta(minutes=30)
    assert await due() == [2]
    clock.pass_by(hours=2)
    assert await due() == []


async def test_an_announcement_adds_up_at_every_moment(database):
    number = await do(database, announcements.create, {Language.EN: "Moved", Language.ZH: "已更改"}, 900)
    people = [announcements.Recipient(chat, {"text": "Moved"}, reachable=chat != 3) for chat in range(10)]
    assert await do(database, announcements.start, number, people)
    assert not await do(database, announcements.start, number, people)
    assert [one.campaign for one in await do(database, announcements.running)] == [f"announcement:{number}"]
    async with database.writing() as tx:
        rows = await outbox.claim(tx, "one", 4)
    for row in rows[:2]:
        await do(database, outbox.sent, row, 1)
    await do(database, outbox.unreachable, rows[2], "Forbidden")
    report = await do(database, announcements.report, number)
    assert report == announcements.Report(10, sent=2, unreachable=2, pending=6, cancelled=0, failed=0)
    assert not await do(database, announcements.finish, number)
    assert await do(database, announcements.cancel, number)
    assert not await do(database, announcements.cancel, number)
    await do(database, outbox.fail, rows[3], "Bad Request")
    report = await do(database, announcements.report, number)
    assert report == announcements.Report(10, sent=2, unreachable=2, pending=0, cancelled=5, failed=1)
    await do(database, delegates.forget, rows[0].chat)
    assert await do(database, announcements.report, number) == report
    assert (await do(database, announcements.get, number)).state == "cancelled"


async def test_a_finished_announcement_is_reported_by_one(database):
    number = await do(database, announcements.create, {Language.EN: "Moved"}, 900, "change")
    await do(database, announcements.start, number, [announcements.Recipient(1, {})])
    async with database.writing() as tx:
        (row,) = await outbox.claim(tx, "one")
    await do(database, outbox.sent, row, 1)
    assert [await do(database, announcements.finish, number) for _ in range(2)] == [True, False]


async def test_versions_are_numbered(database, clock):
    assert await do(database, versions.latest) is None
    first = await do(database, versions.record, "g1", "abc")
    second = await do(database, versions.record, "g2", "def", clock(), {"moved": ["plenary"]})
    assert second == first + 1
    assert (await do(database, versions.latest)).details == {"moved": ["plenary"]}
    assert (await do(database, versions.get, first)).generation == "g1"
    assert [one.number for one in await do(database, versions.history)] == [second, first]
