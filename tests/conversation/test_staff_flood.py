"""More questions than a group can carry, a group that moves, messages that are on their way."""

from datetime import UTC, datetime

import pytest

from bot.domain.escalation import EscalationState
from bot.domain.language import Language
from bot.stores.database import escalations, outbox
from tests.conversation.desk_stage import ANNA, BORIS, STAFF, open_desk


@pytest.fixture
async def desk(tmp_path, morning):
    async with open_desk(tmp_path, morning) as opened:
        yield opened


WORDS = ("kites tulips hammers violins candles marbles saddles pumpkins anchors lanterns whistles pillows ladders "
         "mirrors buckets ribbons compasses trumpets walnuts feathers blankets needles umbrellas magnets "
         "thimbles").split()  # fmt: skip


async def flood(desk, count, first=100):
    for place in range(count):
        await desk.ask(first + place, f"Who sells {WORDS[place % len(WORDS)]} in tent {first + place}?")
        desk.clock.advance(seconds=0.5)


def digests(desk):
    return [message for message in desk.group if message.reply.ref.startswith("digest:")]


async def test_above_twelve_a_minute_cards_merge_into_one_digest(desk):
    await flood(desk, 40)
    cards = [message for message in desk.group if message.reply.ref.startswith("escalation:")]
    assert len(cards) == 12
    (digest,) = digests(desk)
    assert digest.reply.title == "1 question waits"
    await desk.wait(seconds=10)
    assert digest.reply.title == "28 questions wait"
    assert len(digest.buttons) == 20 and "… and 8 more: /queue" in digest.shown
    assert "#13 · " in digest.reply.text and "Delegate 13" in digest.reply.text
    # What a delegate is told never waits for the group.
    assert all(len(desk.chat(person)) == 2 for person in range(100, 140))


async def test_a_minute_takes_at_most_eighteen_messages_and_edits(desk):
    moments = []
    for place in range(240):
        before = sum(1 + message.edits for message in desk.group)
        await desk.ask(100 + place, f"Who sells {WORDS[place % len(WORDS)]} in tent {place}?")
        if place % 8 == 7:
            await desk.wait(seconds=0)
        moments += [desk.clock().timestamp()] * (sum(1 + message.edits for message in desk.group) - before)
        desk.clock.advance(seconds=0.5)
    busiest = max(sum(1 for other in moments if moment <= other < moment + 60) for moment in moments)
    assert busiest <= 18
    assert len(digests(desk)) == 1


async def test_taking_from_the_digest_brings_the_card(desk):
    await flood(desk, 14)
    (digest,) = digests(desk)
    await desk.wait(seconds=10)
    assert digest.reply.title == "2 questions wait"
    assert (await desk.press(ANNA, digest, "✋ #13")).startswith("It is yours.")
    assert desk.card.reply.title.startswith("🟢 #13")
    await desk.wait(seconds=60)
    assert digest.reply.title == "1 question waits"
    await desk.press(BORIS, digest, "✋ #14")
    await desk.write(BORIS, "In the hall.", to=desk.card)
    assert desk.chat(113)[-1].reply.text == "In the hall."
    await desk.wait(seconds=10)
    assert digest.shown == "All questions of this list are taken care of."
    assert await desk.press_data(ANNA, digest, "d:take:14") == "@boris has answered it."


async def test_a_reply_to_the_digest_is_not_sent(desk):
    await flood(desk, 14)
    await desk.write(ANNA, "In the hall.", to=digests(desk)[0])
    assert "take the question first" in desk.group[-1].shown


async def test_a_later_flood_gets_a_digest_of_its_own(desk):
    await flood(desk, 13)
    await desk.wait(seconds=10)
    await desk.press(ANNA, digests(desk)[0], "✋ #13")
    await desk.wait(minutes=2)
    await flood(desk, 13, first=300)
    assert [message.reply.ref for message in digests(desk)] == ["digest:1", "digest:2"]


async def test_claims_from_the_digest_lapse_into_their_card(desk):
    await flood(desk, 13)
    await desk.wait(seconds=10)
    await desk.press(ANNA, digests(desk)[0], "✋ #13")
    await desk.wait(minutes=10)
    await desk.wait(minutes=1)
    assert desk.card.reply.title.startswith("🟡 #13")


async def test_many_reminders_are_one_message(desk):
    await flood(desk, 20)
    await desk.wait(minutes=3)
    assert desk.group[-1].shown.startswith("⏳ #1, #2, #3") or any(
        message.shown.startswith("⏳ #1, #2, #3") for message in desk.group
    )
    assert len([message for message in desk.group if message.shown.startswith("⏳")]) == 1
    await desk.write(ANNA, "I come", to=next(message for message in desk.group if message.shown.startswith("⏳")))
    assert "Not sent: take the question first" in desk.group[-1].shown
    await desk.wait(minutes=8)
    assert len([message for message in desk.group if message.shown.startswith("🚨")]) == 1


async def test_a_new_group_gets_what_waits(desk):
    await desk.ask(7, "Who sells kites?")
    await desk.ask(8, "Who sells tulips here?")
    await desk.wait(seconds=2)
    await desk.write(ANNA, "In the hall.", to=desk.group[0])
    desk.assistant.staff_chat = -2002
    await desk.wait(seconds=2)
    assert [message.reply.ref for message in desk.group] == ["escalation:2"]
    assert desk.group[0].reply.chat == -2002


async def test_what_waited_without_a_group_is_shown_once_there_is_one(tmp_path, morning):
    async with open_desk(tmp_path, morning, staff_chat=None) as desk:
        await desk.ask(7, "Who sells kites?")
        assert not desk.group
        desk.assistant.staff_chat = STAFF
        await desk.wait(seconds=2)
        assert desk.card.reply.ref == "escalation:1"


async def test_a_card_that_was_lost_comes_again(desk):
    desk.arrives = False
    await desk.ask(7, "Who sells kites?")
    desk.arrives = True
    (chat, card) = next((chat, reply) for chat, reply in desk.held if reply.ref == "escalation:1")
    async with desk.database.writing() as tx:
        assert await desk.assistant.undelivered(card.ref, chat, "expired", tx) == []
    await desk.wait(seconds=2)
    assert desk.card.reply.ref == "escalation:1"


async def test_a_card_that_is_still_on_its_way_is_not_posted_twice(desk):
    desk.arrives = False
    await desk.ask(7, "Who sells kites?")
    await desk.ask(8, "Who sells kites?")
    async with desk.database.writing() as tx:
        await outbox.put(tx, "card", STAFF, "card", {"do": "text"}, ref="escalation:1")
    assert await desk.wait(seconds=2) == []
    desk.arrives = True
    await desk.deliver([reply for chat, reply in desk.held if chat == STAFF], None)
    await desk.wait(seconds=2)
    (card,) = [message for message in desk.group if message.reply.ref == "escalation:1"]
    assert "2 delegates" in card.reply.title


async def test_two_houses_keep_their_state_apart_from_the_clock(desk):
    """Nothing that the desk remembers is more than numbers: no words, no names, no chats of delegates."""
    from bot.stores.database.values import get_value

    await flood(desk, 15)
    async with desk.database.reading() as tx:
        state = await get_value(tx, "desk")
    assert set(state["members"]) <= {13, 14, 15}
    assert all(isinstance(value, (int, float, bool, list, type(None))) for value in state.values())
    assert datetime.fromtimestamp(state["cards"][0], UTC).year == 2025


async def test_personal_questions_are_never_joined(desk):
    for person in (7, 8):
        await desk.ask(person, "I lost my passport at the gate, please help")
    async with desk.database.reading() as tx:
        assert [item.askers for item in await escalations.queue(tx)] == [1, 1]


async def test_answers_reach_joined_people_in_their_languages(tmp_path, morning):
    class Alike:
        def look(self, text):
            return None

        def find(self, question, groups):
            return next(iter(groups), None)

        def same_question(self, one, other):
            return True

    async with open_desk(tmp_path, morning, clustering=Alike()) as desk:
        await desk.ask(7, "Will a golf course be open nearby?")
        await desk.ask(8, "Будет ли рядом открыто поле для гольфа?", Language.RU)
        await desk.ask(9, "附近有开放的高尔夫球场吗？", Language.ZH)
        await desk.wait(seconds=2)
        assert desk.card.reply.title == "🟡 #1 · 3 delegates · English, Russian, Chinese"
        await desk.press(ANNA, desk.card, "Take")
        assert "Вашим вопросом уже занимается волонтёр" in desk.chat(8)[-1].shown
        assert "志愿者正在处理您的问题" in desk.chat(9)[-1].shown
        await desk.write(ANNA, "Поле открыто с 9 до 18.", to=desk.card)
        assert [desk.chat(person)[-1].reply.text for person in (7, 8, 9)] == ["Поле открыто с 9 до 18."] * 3
        assert "🌐 The volunteer wrote in Russian" in desk.chat(7)[-1].shown
        assert "🌐" not in desk.chat(8)[-1].shown
        assert "🌐 志愿者用俄文作答" in desk.chat(9)[-1].shown
        async with desk.database.reading() as tx:
            assert (await escalations.get(tx, 1)).state is EscalationState.ANSWERED
