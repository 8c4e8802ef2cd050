"""Where a question goes: joining, claiming under a race, and what the group can carry; on every database."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.language import Language
from bot.domain.question import HandoverReason
from bot.services import helpdesk
from bot.services.helpdesk import DeskState, Helpdesk, Show
from bot.stores.database import escalations
from tests.stores.conftest import clock, database, database_url, open_database  # noqa: F401


class Alike:
    """Questions are the same when they begin with the same letter."""

    def look(self, text):
        return None

    def find(self, question, groups):
        return next((key for key, wordings in groups.items() if wordings[0][0] == question[0]), None)


async def receive(database, chat, question, desk=None, **more):  # noqa: F811
    values = {"language": Language.EN, "reason": HandoverReason.NOTHING_FOUND, "nearest": ("theme",), "exchange": None,
              "message": 1, "answer_given": None}  # fmt: skip
    async with database.writing() as tx:
        at = await tx.now()
        return await (desk or Helpdesk(Alike())).receive(tx, chat=chat, question=question, at=at, **values | more)


async def test_the_same_question_joins(database):  # noqa: F811
    first = await receive(database, 1, "a golf course somewhere?")
    second = await receive(database, 2, "another way to ask it", language=Language.RU)
    third = await receive(database, 2, "a golf course somewhere?")
    assert (first.joined, second.joined, third.joined) == (False, True, True)
    assert second.escalation.id == first.escalation.id and third.escalation.askers == 2
    assert (second.new_asker, third.new_asker) == (True, False)
    assert not (await receive(database, 3, "below the sea, what is there?")).joined


async def test_disliked_short_and_personal_ones_stand_alone(database):  # noqa: F811
    for question, more in (
        ("a golf course somewhere?", {"answer_given": "theme"}), ("and then?", {}), ("a thief: I lost my bag", {}),
    ):  # fmt: skip
        await receive(database, 1, question, **more)
        assert not (await receive(database, 2, question, **more)).joined


async def test_an_answered_question_is_not_joined(database, clock):  # noqa: F811
    first = await receive(database, 1, "a golf course somewhere?")
    async with database.writing() as tx:
        assert await escalations.answer(tx, first.escalation.id, 5, clock())
    assert not (await receive(database, 2, "a golf course somewhere?")).joined


async def test_many_ask_the_same_at_once(open_database):  # noqa: F811
    one, other = await open_database(), await open_database()
    desk = Helpdesk(Alike())
    opened = await asyncio.gather(
        *(receive((one, other)[chat % 2], chat, f"a {chat} golf course somewhere?", desk) for chat in range(1, 21))
    )
    assert len({item.escalation.id for item in opened}) == 1


async def test_fifty_claims_from_two_processes_have_one_winner(open_database, clock):  # noqa: F811
    one, other = await open_database(), await open_database()
    number = (await receive(one, 1, "a golf course somewhere?")).escalation.id

    async def claim(person):
        async with (one, other)[person % 2].writing() as tx:
            return await escalations.claim(tx, number, person, clock())

    assert sum(await asyncio.gather(*(claim(person) for person in range(50)))) == 1


async def test_closing_is_for_answered_ones(database, clock):  # noqa: F811
    number = (await receive(database, 1, "a golf course somewhere?")).escalation.id
    async with database.writing() as tx:
        assert not await escalations.close(tx, number, clock())
        assert await escalations.answer(tx, number, 5, clock())
        assert await escalations.close(tx, number, clock())
        assert not await escalations.close(tx, number, clock())
        assert await escalations.reopen(tx, number, clock())


@pytest.mark.parametrize("seconds", [0.05, 1.0, 4.9])
def test_a_group_gets_twelve_cards_a_minute_and_eighteen_messages(clock, seconds):  # noqa: F811
    state, sent = DeskState(), []
    for number in range(300):
        state.forget_old(clock())
        show = helpdesk.place(state, number, clock())
        if show is not Show.DIGEST:
            sent.append((clock(), show))
        if helpdesk.may_edit_digest(state, clock()):
            state.digest_changed, state.digest_edited = False, clock().timestamp()
            state.wrote(clock())
            sent.append((clock(), None))
        clock.pass_by(seconds=seconds)
    for moment, _ in sent:
        minute = [show for at, show in sent if moment <= at < moment + timedelta(minutes=1)]
        assert len(minute) <= 18 and minute.count(Show.CARD) <= 12


async def test_the_state_survives(database, clock):  # noqa: F811
    async with database.writing() as tx:
        state = await helpdesk.read_state(tx, clock())
        helpdesk.place(state, 1, clock())
        state.touch(1)
        await helpdesk.write_state(tx, state)
    async with database.writing() as tx:
        again = await helpdesk.read_state(tx, clock())
    assert again == state and again.changed == [1]
    assert not helpdesk.leave_digest(again, set())
