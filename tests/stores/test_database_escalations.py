"""Escalations: joining, one claimer under any race, lapsing, reminders, threads and figures."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.domain.escalation import EscalationState
from bot.domain.language import Language
from bot.domain.question import HandoverReason
from bot.stores.database import escalations, exchanges, statistics


@pytest.fixture
def ask(database, clock):
    """Hands a question over to people."""

    async def ask_people(chat=1, question="Where is the prayer room?", cluster=None, **options):
        options = {"language": Language.EN, "reason": HandoverReason.UNSURE, "at": clock()} | options
        async with options.pop("through", database).writing() as tx:
            return await escalations.open(tx, chat=chat, question=question, cluster=cluster, **options)

    return ask_people


async def do(database, function, *arguments, **options):
    async with database.writing() as tx:
        return await function(tx, *arguments, **options)


async def test_a_question_becomes_an_escalation(database, ask, clock):
    opened = await ask(nearest=["visa", "hotel"], message=55, exchange=9, answer_given="visa")
    escalation = await do(database, escalations.get, opened.escalation.id)
    assert escalation == opened.escalation
    assert (opened.joined, opened.new_asker) == (False, True)
    assert (escalation.state, escalation.askers, escalation.opened_at) == (EscalationState.OPEN, 1, clock())
    assert (escalation.nearest, escalation.answer_given) == (("visa", "hotel"), "visa")
    (asker,) = await do(database, escalations.askers, escalation.id)
    assert (asker.chat, asker.message, asker.exchange, asker.language) == (1, 55, 9, Language.EN)


async def test_the_same_question_joins_in_any_language(database, ask):
    first = await ask(1, "Where is the prayer room?", "prayer")
    second = await ask(2, "祈祷室在哪里？", "prayer", language=Language.ZH)
    again = await ask(2, "祈祷室呢？", "prayer", language=Language.ZH)
    other = await ask(3)
    assert first.escalation.id == second.escalation.id == again.escalation.id != other.escalation.id
    assert (second.joined, second.new_asker, again.new_asker) == (True, True, False)
    assert again.escalation.askers == 2
    assert again.escalation.question == "Where is the prayer room?"
    assert [asker.language for asker in await do(database, escalations.askers, first.escalation.id)] == ["en", "zh"]
    assert (await do(database, escalations.find_open, "prayer")).id == first.escalation.id


async def test_what_is_answered_is_not_joined(database, ask, clock):
    first = await ask(1, cluster="prayer")
    assert await do(database, escalations.answer, first.escalation.id, 500, clock())
    second = await ask(2, cluster="prayer")
    assert not second.joined
    # Both wait then, each for itself.
    assert await do(database, escalations.reopen, first.escalation.id, clock())
    assert len(await do(database, escalations.queue)) == 2
    assert (await do(database, escalations.find_open, "prayer")).id == second.escalation.id


async def test_many_ask_the_same_at_once(open_database, ask):
    processes = [await open_database(), await open_database()]
    opened = await asyncio.gather(*(ask(chat, cluster="bus", through=processes[chat % 2]) for chat in range(30)))
    assert len({one.escalation.id for one in opened}) == 1
    assert sum(not one.joined for one in opened) == 1
    assert max(one.escalation.askers for one in opened) == 30


async def test_fifty_claims_one_owner(open_database, ask, clock):
    processes = [await open_database(), await open_database()]
    number = (await ask()).escalation.id
    claims = [do(processes[person % 2], escalations.claim, number, person, clock()) for person in range(50)]
    won = await asyncio.gather(*claims)
    assert won.count(True) == 1
    escalation = await do(processes[0], escalations.get, number)
    assert (escalation.state, escalation.claimed_by) == (EscalationState.CLAIMED, won.index(True))


async def test_only_the_claimer_answers_dismisses_and_hands_back(database, ask, clock):
    number = (await ask()).escalation.id
    assert await do(database, escalations.claim, number, 500, clock())
    for step in (escalations.claim, escalations.answer, escalations.dismiss, escalations.hand_back):
        assert not await do(database, step, number, 501, clock())
    assert await do(database, escalations.hand_back, number, 500, clock())
    assert await do(database, escalations.claim, number, 501, clock())
    assert await do(database, escalations.answer, number, 501, clock())
    for step in (escalations.claim, escalations.answer, escalations.dismiss, escalations.hand_back):
        assert not await do(database, step, number, 501, clock())
    assert (await do(database, escalations.get, number)).state is EscalationState.ANSWERED


async def test_an_open_one_can_be_answered_or_dismissed_at_once(database, ask, clock):
    first, second = (await ask(1)).escalation.id, (await ask(2)).escalation.id
    assert await do(database, escalations.answer, first, 500, clock())
    assert await do(database, escalations.dismiss, second, 500, clock())
    assert await do(database, escalations.queue) == []
    assert await do(database, escalations.reopen, second, clock())
    assert not await do(database, escalations.reopen, second, clock())
    (open_again,) = await do(database, escalations.queue)
    assert (open_again.id, open_again.state, open_again.claimed_by) == (second, EscalationState.OPEN, None)


async def test_a_claim_lapses_once_and_can_be_taken_over(open_database, ask, clock):
    first, second = await open_database(), await open_database()
    number = (await ask()).escalation.id
    await do(first, escalations.claim, number, 500, clock())
    clock.pass_by(minutes=9, seconds=59)
    assert await do(first, escalations.lapse, clock()) == []
    assert not await do(first, escalations.claim, number, 501, clock())
    clock.pass_by(seconds=1)
    lapsed = await asyncio.gather(*(do(database, escalations.lapse, clock()) for database in (first, second)))
    ((escalation, had),) = [*lapsed[0], *lapsed[1]]
    assert (escalation.id, escalation.state, had) == (number, EscalationState.OPEN, 500)
    assert await do(first, escalations.claim, number, 501, clock())
    clock.pass_by(minutes=10)
    assert await do(first, escalations.claim, number, 502, clock())
    assert not await do(first, escalations.answer, number, 501, clock())


async def test_one_reminder_a_waiting_and_the_leads_after_ten_minutes(database, ask, clock):
    number = (await ask()).escalation.id
    clock.pass_by(minutes=2, seconds=59)
    assert await do(database, escalations.due_reminders, clock()) == []
    clock.pass_by(seconds=1)
    assert [one.id for one in await do(database, escalations.due_reminders, clock())] == [number]
    assert await do(database, escalations.due_reminders, clock()) == []
    assert await do(database, escalations.due_leads, clock()) == []
    clock.pass_by(minutes=7)
    assert [one.id for one in await do(database, escalations.due_leads, clock())] == [number]
    assert await do(database, escalations.due_leads, clock()) == []
    await do(database, escalations.claim, number, 500, clock())
    await do(database, escalations.hand_back, number, 500, clock())
    assert await do(database, escalations.due_reminders, clock()) == []
    clock.pass_by(minutes=3)
    assert [one.id for one in await do(database, escalations.due_reminders, clock())] == [number]


async def test_the_queue_is_oldest_first_and_a_delegate_sees_their_own(database, ask, clock):
    numbers = []
    for chat in (1, 2, 1):
        numbers.append((await ask(chat)).escalation.id)
        clock.pass_by(minutes=1)
    assert [one.id for one in await do(database, escalations.queue)] == numbers
    assert [one.id for one in await do(database, escalations.for_delegate, 1)] == [numbers[0], numbers[2]]
    await do(database, escalations.answer, numbers[0], 500, clock())
    assert [one.id for one in await do(database, escalations.for_delegate, 1)] == [numbers[2]]
    recent = await do(database, escalations.for_delegate, 1, clock() - timedelta(hours=1))
    assert [one.state for one in recent] == [EscalationState.ANSWERED, EscalationState.OPEN]


async def test_a_thread_goes_on_with_each_asker(database, ask, clock):
    number = (await ask(1, cluster="bus")).escalation.id
    await ask(2, cluster="bus")
    add = escalations.add_message
    await do(database, add, number, author="volunteer", person=500, text="At gate 3.", at=clock(), language=Language.EN)
    body = {"kind": "photo", "file_id": "abc"}
    await do(database, add, number, author="delegate", person=1, text="Which side?", at=clock(), chat=1, message=8)
    await do(database, add, number, author="volunteer", person=500, text="", at=clock(), chat=1, body=body)
    assert [one.text for one in await do(database, escalations.thread, number, 2)] == ["At gate 3."]
    thread = await do(database, escalations.thread, number)
    assert [(one.author, one.chat, one.message) for one in thread] == [
        ("volunteer", None, None),
        ("delegate", 1, 8),
        ("volunteer", 1, None),
    ]
    assert thread[2].body == body


async def test_the_figures_today_and_in_all(database, ask, clock):
    for outcome in ["answer", "answer", "clarify", "handover", "courtesy"]:
        await do(database, exchanges.record, 1, "?", Language.EN, outcome)
    for minutes in range(1, 11):
        number = (await ask(minutes)).escalation.id
        await do(database, escalations.answer, number, 500, clock() + timedelta(minutes=minutes))
    await ask(1)
    figures = await do(database, statistics.statistics)
    assert (figures.asked, figures.answered, figures.clarified, figures.handed_over) == (4, 2, 1, 1)
    assert (figures.answered_by_people, figures.waiting, figures.dismissed) == (10, 1, 0)
    assert (figures.median_wait, figures.ninetieth_wait) == (timedelta(minutes=5), timedelta(minutes=9))
    tomorrow = clock.pass_by(days=1)
    today = await do(database, statistics.statistics, tomorrow)
    assert (today.asked, today.answered_by_people, today.waiting, today.median_wait) == (0, 0, 1, None)
    assert await do(database, statistics.usual_wait, tomorrow) is None
