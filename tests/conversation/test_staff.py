"""The volunteers' desk: cards, claims, answers, and that what volunteers write arrives or is said not to."""

import asyncio
import random

import pytest

from bot.conversation.reply import Attachment, Pin
from bot.domain.escalation import EscalationState
from bot.domain.language import Language
from bot.stores.database import delegates, escalations
from tests.conversation.desk_stage import ANNA, BORIS, STAFF, open_desk
from tests.stores.conftest import database_url  # noqa: F401

QUESTION = "Will a golf course be open nearby?"
RUSSIAN = "Будет ли рядом открыто поле для гольфа?"


@pytest.fixture
async def desk(tmp_path, morning):
    async with open_desk(tmp_path, morning) as opened:
        yield opened


@pytest.fixture
async def desk_anywhere(tmp_path, morning, database_url):  # noqa: F811
    """On SQLite and, where there is a server, on PostgreSQL."""
    async with open_desk(tmp_path, morning, database_url=database_url) as opened:
        yield opened


async def state_of(desk, number):
    async with desk.database.reading() as tx:
        return (await escalations.get(tx, number)).state


async def test_a_handover_becomes_a_card(desk):
    await desk.ask(7, QUESTION)
    card = desk.card
    assert card.reply.title == "🟡 #1 · Delegate 1 · English"
    assert card.reply.text == f"“{QUESTION}”"
    assert "Nothing published answers this." in card.reply.small_print
    assert card.labels == ["✋ Take", "🚫 Dismiss kindly", "📄 Theme"]
    assert "Name of 7" not in card.shown
    assert card.reply.about == (7,)


async def test_a_photo_comes_along_with_its_question(desk):
    await desk.ask(7, "Who sells kites like this one?", attachment=Attachment("p.jpg", kind="photo", file_id="p"))
    assert [message.reply.ref for message in desk.group] == ["escalation:1", "file:1:1"]
    await desk.write(ANNA, "The stand at the gate.", to=desk.group[-1])
    assert desk.chat(7)[-1].reply.text == "The stand at the gate."


async def test_disliked_answer_makes_a_card_with_the_answer_given(desk):
    await desk.ask(7, "What is the theme?")
    await desk.tap(7, desk.chat(7)[0], "👎")
    assert "The answer given did not help. Answer given: “Theme”" in desk.card.shown


async def test_ask_a_person_makes_a_card(desk):
    await desk.ask(7, "/person Who paints the walls?")
    assert "The delegate asks for a person." in desk.card.shown


async def test_take_answer_and_close(desk_anywhere):
    desk = desk_anywhere
    await desk.ask(7, QUESTION)
    asked = desk.numbers
    card = desk.card
    assert (await desk.press(ANNA, card, "Take")).startswith("It is yours.")
    assert card.reply.title.startswith("🟢")
    assert "@anna has it since 08:45." in card.shown
    assert "working on your question now" in desk.chat(7)[-1].reply.text
    assert await desk.press(BORIS, card, "Hand back") == "@anna has it since 08:45."
    await desk.write(ANNA, "Yes, from 9 to 18.", to=card)
    answer = desk.chat(7)[-1]
    assert (answer.reply.title, answer.reply.text) == ("🙋 A volunteer answers", "Yes, from 9 to 18.")
    assert answer.reply.quotes is not None and answer.reply.campaign == "escalation:1"
    assert card.reply.title.startswith("✅") and "Answered by @anna." in card.shown
    assert card.labels == ["☑️ Close", "🔁 Reopen", "📚 Make it knowledge"]
    await desk.press(BORIS, card, "Close")
    assert "closed this question" in desk.chat(7)[-1].reply.text
    assert card.labels == ["🔁 Reopen", "📚 Make it knowledge"]
    await desk.press(BORIS, card, "Reopen")
    assert "open again" in desk.chat(7)[-1].reply.text
    assert await state_of(desk, 1) is EscalationState.OPEN
    assert asked is desk.numbers


@pytest.mark.parametrize(
    "what",
    [
        {"attachment": Attachment("map.jpg", kind="photo", file_id="p1")},
        {"attachment": Attachment("plan.pdf", kind="document", file_id="d1")},
        {"attachment": Attachment("voice.ogg", kind="voice", file_id="v1")},
        {"pin": Pin("", "", 39.0, 117.7)},
        {"pin": Pin("Golf club", "7 Green Road", 39.0, 117.7)},
    ],
)
async def test_files_and_places_reach_the_delegate(desk, what):
    await desk.ask(7, QUESTION)
    await desk.write(ANNA, "", to=desk.card, **what)
    answer = desk.chat(7)[-1].reply
    assert {"attachment": answer.attachment, "pin": answer.pin} == {"attachment": None, "pin": None, **what}
    assert await state_of(desk, 1) is EscalationState.ANSWERED


async def test_what_is_not_sent_is_said(desk):
    await desk.ask(7, QUESTION)
    card = desk.card
    await desk.write(ANNA, "", to=card)
    assert "only words, photos, files" in desk.group[-1].shown
    await desk.press(ANNA, card, "Take")
    await desk.write(BORIS, "No!", to=card)
    assert desk.group[-1].shown == "⚠️ Not sent: @anna has #1 since 08:45."
    await desk.press(ANNA, card, "Dismiss")
    assert "the volunteers have no answer" in desk.chat(7)[-1].reply.text
    await desk.write(ANNA, "Still, yes.", to=card)
    assert desk.group[-1].shown == "⚠️ Not sent: #1 is dismissed. Reopen it first."
    assert not [message for message in desk.chat(7) if "Still" in message.shown or "No!" in message.shown]
    await desk.write(ANNA, "Why?", to=desk.group[-1])
    assert "Not sent: #1 is dismissed" in desk.group[-1].shown
    before = len(desk.group)
    await desk.write(ANNA, "How are you, Boris?")
    assert len(desk.group) == before


async def test_what_does_not_arrive_is_on_the_card(desk):
    await desk.ask(7, QUESTION)
    await desk.write(ANNA, "Yes.", to=desk.card)
    await desk.lose(desk.chat(7)[-1], 7, "unreachable")
    assert desk.group[-1].shown.startswith("⚠️ #1: Not delivered to Delegate 1: the person has blocked")
    assert desk.group[-1].reply.quotes is not None
    await desk.wait(seconds=2)
    assert "⚠️ Not delivered to Delegate 1: the person has blocked" in desk.card.shown


async def test_an_entry_goes_in_the_language_of_each(desk):
    await desk.ask(7, QUESTION)
    await desk.ask(8, QUESTION, Language.RU)
    async with desk.database.writing() as tx:
        # The second one asked in Russian.
        from sqlalchemy import update

        from bot.stores.database.tables import askers

        await tx.connection.execute(update(askers).where(askers.c.chat == 8).values(language="ru", question=RUSSIAN))
    card = desk.card
    await desk.wait(seconds=2)
    assert card.reply.title == "🟡 #1 · 2 delegates · English, Russian"
    assert f"Delegate 2: “{RUSSIAN}”" in card.reply.text
    assert await desk.press(BORIS, card, "📄 Theme") == "Sent."
    assert desk.chat(7)[-1].reply.text == "The theme is digital bridges."
    shown = desk.chat(8)[-1]
    assert (shown.reply.title, shown.reply.text) == ("Тема форума", "Тема — цифровые мосты.")
    await desk.tap(8, shown, "中文", Language.RU)
    assert shown.reply.title == "论坛主题"
    assert card.labels == ["☑️ Close", "🔁 Reopen"]


async def test_one_answer_goes_to_all_who_asked(desk):
    for person in range(10, 15):
        await desk.ask(person, QUESTION)
    assert len([message for message in desk.group if message.reply.ref == "escalation:1"]) == 1
    await desk.wait(seconds=2)
    assert "5 delegates" in desk.card.reply.title
    await desk.write(ANNA, "Yes, from 9 to 18.", to=desk.card)
    for person in range(10, 15):
        assert desk.chat(person)[-1].reply.text == "Yes, from 9 to 18."


async def test_an_answer_in_another_language_arrives_as_written_and_marked(desk):
    await desk.ask(7, RUSSIAN, Language.RU)
    await desk.write(ANNA, "The theme is about bridges and nothing else.", to=desk.card)
    answer = desk.chat(7)[-1]
    assert answer.reply.text == "The theme is about bridges and nothing else."
    assert "🌐" in answer.reply.small_print
    assert answer.labels[:3] == ["中文", "Русский", "English"]
    await desk.tap(7, answer, "Русский", Language.RU)
    assert desk.chat(7)[-1].reply.text == "Тема — цифровые мосты."
    assert answer.reply.text == "The theme is about bridges and nothing else."


async def test_the_thread_goes_on_until_it_is_closed(desk):
    await desk.ask(7, QUESTION)
    card = desk.card
    await desk.write(ANNA, "Yes.", to=card)
    answer = desk.chat(7)[-1]
    await desk.ask(7, "And who can lend me a club?", replies_to=answer.id)
    said = desk.group[-1]
    assert said.reply.title == "💬 #1 · Delegate 1" and said.reply.text == "And who can lend me a club?"
    assert said.reply.quotes == card.id and "@anna" in said.shown
    assert await state_of(desk, 1) is EscalationState.CLAIMED
    assert "passed this on" in desk.chat(7)[-1].shown
    await desk.wait(seconds=2)
    assert "💬 Delegate 1: And who can lend me a club?" in card.shown
    await desk.write(ANNA, "Ask at the gate.", to=said)
    assert desk.chat(7)[-1].reply.text == "Ask at the gate."
    await desk.ask(7, "Thank you!", replies_to=desk.chat(7)[-1].id)
    assert await state_of(desk, 1) is EscalationState.ANSWERED
    await desk.tap(7, desk.chat(7)[-2], "That helps")
    assert await state_of(desk, 1) is EscalationState.CLOSED


async def test_an_acknowledgement_does_not_open_an_answered_question_again(desk):
    await desk.ask(7, QUESTION)
    await desk.write(ANNA, "Yes.", to=desk.card)
    await desk.ask(7, "ok, got it", replies_to=desk.chat(7)[-1].id)
    assert await state_of(desk, 1) is EscalationState.ANSWERED
    assert "told the volunteers" in desk.chat(7)[-1].shown


async def test_while_a_person_has_it_the_assistant_keeps_out(desk):
    await desk.ask(7, QUESTION)
    await desk.press(ANNA, desk.card, "Take")
    await desk.ask(7, "I mean the one by the river")
    assert "passed this on" in desk.chat(7)[-1].shown
    assert desk.group[-1].reply.text == "I mean the one by the river"
    await desk.ask(7, "", attachment=Attachment("x.jpg", kind="photo", file_id="f"))
    assert desk.group[-1].reply.attachment.file_id == "f"
    # Another matter is answered as ever; and asked otherwise, the assistant answers.
    await desk.ask(7, "What is the theme?")
    assert desk.chat(7)[-1].reply.title == "Theme"
    await desk.ask(7, "Is there a moon?")
    passed = desk.chat(7)[-1]
    await desk.tap(7, passed, "another question")
    assert desk.card.reply.title.startswith("🟡 #2")


async def test_words_before_anybody_has_it_stand_on_the_card(desk):
    await desk.ask(7, QUESTION)
    receipt = desk.chat(7)[0]
    await desk.ask(7, "For nine holes", replies_to=receipt.id)
    before = len(desk.group)
    await desk.wait(seconds=2)
    assert len(desk.group) == before
    assert "💬 Delegate 1: For nine holes" in desk.card.shown


async def test_a_claim_lapses_visibly(desk_anywhere):
    desk = desk_anywhere
    await desk.ask(7, QUESTION)
    await desk.press(ANNA, desk.card, "Take")
    await desk.wait(minutes=9)
    assert await state_of(desk, 1) is EscalationState.CLAIMED
    await desk.wait(minutes=1)
    assert desk.group[-1].shown == "⏰ #1 is free again: @anna has not answered within 10 minutes."
    assert desk.card.reply.title.startswith("🟡")
    assert (await desk.press(BORIS, desk.card, "Take")).startswith("It is yours.")


async def test_one_reminder_after_three_minutes_and_the_leads_after_ten(desk):
    await desk.write(BORIS, "/languages en")
    await desk.ask(7, QUESTION)
    assert "For: @boris" in desk.card.shown
    await desk.wait(minutes=2)
    assert not [message for message in desk.group if "⏳" in message.shown]
    await desk.wait(minutes=1)
    assert desk.group[-1].shown == "⏳ #1 has been waiting for 3 minutes. @boris"
    assert desk.group[-1].reply.quotes == desk.card.id
    await desk.wait(minutes=6)
    await desk.wait(minutes=1)
    assert desk.group[-1].shown == "🚨 #1 has been waiting for 10 minutes and nobody has taken it. @chief @deputy"
    await desk.wait(minutes=30)
    assert len([message for message in desk.group if message.shown[0] in "⏳🚨"]) == 2


async def test_fifty_volunteers_take_it_at_once(desk_anywhere):
    desk = desk_anywhere
    await desk.ask(7, QUESTION)
    card = desk.card
    data = card.buttons[0].data
    people = list(range(1000, 1050))
    random.Random(1).shuffle(people)
    toasts = []

    async def take(person):
        from bot.conversation.incoming import Incoming

        replies = await desk.assistant.respond(
            Incoming(STAFF, person, desk.clock(), button=data, message=card.id, name=f"@v{person}")
        )
        toasts.append(next(reply.toast for reply in replies if reply.toast))

    await asyncio.gather(*(take(person) for person in people))
    winners = [toast for toast in toasts if toast.startswith("It is yours")]
    assert len(winners) == 1 and len(toasts) == 50
    async with desk.database.reading() as tx:
        owner = (await escalations.get(tx, 1)).claimed_by
    assert {toast for toast in toasts if toast not in winners} == {f"@v{owner} has it since 08:45."}


async def test_forged_buttons_do_nothing(desk):
    await desk.ask(7, QUESTION)
    chance = random.Random(5)
    forged = ["d:take:", "d:take:999", "d:take:1:x", "d:send:1:wifi", "d:send:1:no-such", "d:nothing:1", "d::", "d",
              "d:take:-1", "d:take:１", "d:take:" + "9" * 40, "x:1:up:en", "f:yes", "l:set:zh", "d:draft:1",
              "d:close:1", "d:reopen:1", "d:back:1"]  # fmt: skip
    forged += ["".join(chr(chance.randrange(33, 0x500)) for _ in range(20)) for _ in range(180)]
    for data in forged:
        await desk.press_data(ANNA, desk.card, data)
    async with desk.database.reading() as tx:
        item = await escalations.get(tx, 1)
    assert item.state is EscalationState.OPEN
    assert len(desk.chat(7)) == 2
    # In private the desk's buttons are nobody's.
    for data in ("d:take:1", "h:solved:1", "h:show:1:theme:en", "h:name:1"):
        from bot.conversation.incoming import Incoming

        await desk.hear(Incoming(99, 99, desk.clock(), button=data, message=1, name="X"))
    assert await state_of(desk, 1) is EscalationState.OPEN
    async with desk.database.reading() as tx:
        assert not (await delegates.find(tx, 99)).shares_name
