"""Faults of the network and of Telegram: nothing is lost, nothing goes out inside a halt."""

import pytest

from bot.stores.database import Database, delegates, outbox
from tests.botapi.fixtures import api, running  # noqa: F401


@pytest.mark.parametrize("kind", ["429", "500", "502", "reset", "hang"])
async def test_one_fault_delays_an_answer_and_loses_nothing(api, tmp_path, kind):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.fault(kind=kind, method="sendMessage")
        it.world.say(7, "hello")
        assert await it.texts(7) == ["answer hello"]
        assert it.world.inside_halt == 0


async def test_a_lost_response_is_retried_once(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.fault(kind="lost", method="sendMessage")
        it.world.say(7, "hello")
        it.world.say(7, "next")
        assert await it.texts(7, 3) == ["answer hello", "answer hello", "answer next"]


async def test_responses_lost_again_and_again_end_in_few_copies(api, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("bot.channels.telegram.sending.MOST_UNKNOWN", 2)
    async with running(api, tmp_path) as it:
        it.world.fault(kind="lost", method="sendMessage", times=None)
        it.world.say(7, "hello")
        await it.texts(7, 2)
        it.world.calm()
        it.world.say(7, "next")
        assert await it.texts(7, 3) == ["answer hello", "answer hello", "answer next"]


async def test_an_edit_whose_response_was_lost_is_simply_repeated(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "/buttons")
        await it.texts(7)
        it.world.fault(kind="lost", method="editMessageText", times=2)
        it.world.press(7, 7, it.world.last(7)["message_id"], "edit")
        await it.until(lambda world: sum(call["method"] == "editMessageText" for call in world.calls) >= 3)
        await it.until(lambda world: world.last(7)["text"] == "edited")


async def test_nothing_passes_a_halt_not_even_after_a_restart(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.fault(kind="429", method="sendMessage", seconds=3)
        it.world.say(1, "first")
        await it.until(lambda world: world.faults.injected.get("429"))
        for person in range(2, 12):
            it.world.say(person, "hello")
    async with running(api, tmp_path) as it:
        await it.until(lambda world: len({call["chat"] for call in world.sent()}) == 11)
        assert it.world.inside_halt == 0
        assert it.world.stats()["duplicates"] == 0


async def test_a_person_who_blocked_the_bot_is_unreachable_until_they_return(api, tmp_path):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "hello")
        await it.texts(7)
        it.world.block(7)
        it.world.say(7, "are you there")
        await it.until(lambda world: any(call["status"] == 403 for call in world.calls))
        it.world.say(8, "hello")
        await it.texts(8)
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'assistant.sqlite3'}")
    async with database.reading() as tx:
        assert (await delegates.find(tx, 7)).unreachable
        assert (await outbox.counts(tx))["unreachable"] == 1
    await database.close()
    api.world.block(7, False)
    async with running(api, tmp_path) as it:
        it.world.say(7, "back again")
        assert (await it.texts(7, 2))[-1] == "answer back again"


async def test_a_card_in_flight_while_its_delegate_is_forgotten_is_taken_back(api, tmp_path):  # noqa: F811
    world = api.world
    world.group(-4001, [5])
    async with running(api, tmp_path, staff_chat=-4001) as it:
        await it.until(lambda world: world.commands)
        world.delay(1.0)
        database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'assistant.sqlite3'}")
        async with database.writing() as tx:
            await delegates.meet(tx, 7)
            body = {"do": "text", "title": "", "text": "canary", "small_print": ""}
            await outbox.put(tx, "card:1", -4001, "card", body, chat_class="group", ref="escalation:1", about=[7])
        while True:
            async with database.writing() as tx:
                if (await outbox.counts(tx)).get("busy"):
                    await delegates.forget(tx, 7)
                    break
        await database.close()
        await it.until(lambda world: world.texts(-4001) == ["canary"] and not world.messages[-4001])


async def test_put_out_of_the_group_cards_wait_for_the_return(api, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("bot.channels.telegram.sending.GROUP_PAUSE", 0.5)
    world = api.world
    world.group(-4001, [5])
    world.block(-4001)
    async with running(api, tmp_path, staff_chat=-4001) as it:
        world.say(7, "/card one")
        assert await it.texts(7) == ["sent"]
        await it.until(lambda world: any(call["status"] == 403 for call in world.calls))
        world.block(-4001, False)
        assert await it.texts(-4001) == ["card one"]


async def test_polling_survives_conflict_refusal_and_outage(api, tmp_path, caplog):  # noqa: F811
    async with running(api, tmp_path) as it:
        it.world.say(7, "before")
        await it.texts(7)
        for number, kind in enumerate(["409", "401", "500", "502", "reset"]):
            it.world.fault(kind=kind, method="getUpdates", times=1)
            it.world.say(7, f"after {kind}")
            assert (await it.texts(7, 2 + number))[-1] == f"answer after {kind}"
            await it.until(lambda world: not world.faults.rules)
    assert "another program polls with this token" in caplog.text
    assert "123456789:AA" not in caplog.text


async def test_a_mixture_of_faults(api, tmp_path):  # noqa: F811
    world = api.world
    async with running(api, tmp_path) as it:
        for kind in ("500", "502", "reset", "lost"):
            world.fault(kind=kind, probability=0.05, times=None)
        for person in range(60):
            world.say(100 + person, f"{person} hello")
        await it.until(lambda world: len({call["chat"] for call in world.sent()}) == 60, 60)
        stats = world.stats()
        assert stats["duplicates"] <= stats["injected"].get("lost", 0)
        world.calm()
