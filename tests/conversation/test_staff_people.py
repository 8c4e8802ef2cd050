"""The people at the desk: names, forgetting, drafts, waiting times, lists, figures and languages."""

import pytest

from bot.domain.language import Language
from tests.conversation.desk_stage import ANNA, BORIS, open_desk
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


async def test_a_name_is_seen_only_when_it_is_shared(desk):
    await desk.ask(7, QUESTION)
    await desk.press(ANNA, desk.card, "Take")
    await desk.tap(7, desk.chat(7)[-1], "Tell the volunteers my name")
    assert "Name of 7" in desk.chat(7)[-1].shown
    await desk.wait(seconds=2)
    assert "Name: Delegate 1 is Name of 7." in desk.card.shown
    await desk.tap(7, desk.chat(7)[-1], "Hide")
    await desk.wait(seconds=2)
    assert "Name of 7" not in desk.card.shown


async def test_forgetting_empties_cards_words_lists_and_drafts(desk_anywhere):
    desk = desk_anywhere
    canary = "canary zebra golf"
    await desk.ask(7, f"Where do I find the {canary} club?")
    await desk.write(ANNA, "/queue")
    await desk.write(ANNA, "At the gate.", to=desk.card)
    await desk.press(ANNA, desk.card, "Make it knowledge")
    await desk.ask(7, f"And the {canary} shop?", replies_to=desk.chat(7)[-1].id)
    (draft,) = (desk.settings.knowledge_dir / "drafts").glob("*.md")
    assert canary in draft.read_text() and canary in "".join(message.shown for message in desk.group)
    await desk.ask(7, "/forget")
    await desk.tap(7, desk.chat(7)[-1], "Yes, delete")
    assert canary not in "".join(message.shown for message in desk.group)
    (draft,) = (desk.settings.knowledge_dir / "drafts").glob("*.md")
    assert draft.name == "2025-07-11-1.en.md"
    assert canary not in draft.read_text() and "At the gate." in draft.read_text()
    assert desk.group[0].shown == "#1\n🗑 Deleted by the delegate."
    await desk.write(ANNA, "hello?", to=desk.group[0])
    assert "Not sent" in desk.group[-1].shown


async def test_forgetting_one_of_two_leaves_the_other_waiting(desk):
    await desk.ask(7, QUESTION)
    await desk.ask(8, QUESTION.upper())
    await desk.ask(7, "/forget")
    await desk.tap(7, desk.chat(7)[-1], "Yes, delete")
    assert desk.card.reply.text == f"“{QUESTION.upper()}”"
    assert desk.card.reply.about == (8,)


async def test_a_draft_is_written_for_the_organizers(desk):
    await desk.ask(7, RUSSIAN, Language.RU)
    await desk.write(ANNA, "Да, с 9 до 18.\nВход свободный.", to=desk.card)
    toast = await desk.press(BORIS, desk.card, "Make it knowledge")
    assert toast.startswith("Kept as a draft.")
    (path,) = (desk.settings.knowledge_dir / "drafts").glob("*")
    assert path.name == "2025-07-11-budet-li-ryadom-otkryto-1.ru.md"
    text = path.read_text()
    assert f'questions:\n  - "{RUSSIAN}"' in text
    assert text.endswith(f"# {RUSSIAN}\n\nДа, с 9 до 18.\nВход свободный.\n")
    assert "answered by Volunteer 1 on 2025-07-11" in text and "anna" not in text
    assert f"📚 Draft for the organizers: {path.name}" in desk.card.shown
    assert "📚 Make it knowledge" not in desk.card.labels


async def test_status_shows_own_words_and_an_honest_time(desk):
    await desk.ask(7, QUESTION)
    await desk.ask(8, QUESTION.upper())
    await desk.ask(8, "/status")
    assert QUESTION.upper() in desk.chat(8)[-1].shown and QUESTION not in desk.chat(8)[-1].shown
    assert "cannot say yet how long" in desk.chat(8)[-1].shown
    desk.clock.advance(minutes=4)
    await desk.write(ANNA, "Yes.", to=desk.card)
    await desk.ask(8, "Who sells kites here?")
    await desk.ask(8, "/status")
    assert "within 4 minutes" in desk.chat(8)[-1].shown


async def test_queue_and_stats(desk):
    await desk.write(ANNA, "/queue")
    assert desk.group[-1].shown == "Nobody waits for an answer."
    await desk.ask(7, QUESTION)
    await desk.ask(8, RUSSIAN, Language.RU)
    await desk.ask(9, "What is the theme?")
    desk.clock.advance(minutes=5)
    await desk.write(ANNA, "/queue")
    listed = desk.group[-1]
    assert listed.reply.title == "2 questions wait"
    lines = listed.reply.text.splitlines()
    assert lines[0] == "Russian · 1" and "#2" in lines[1] and lines[3] == "English · 1" and "(5 minutes)" in lines[4]
    await desk.press(BORIS, listed, "✋ #2")
    assert desk.card.reply.title.startswith("🟢 #2")
    await desk.write(BORIS, "Да.", to=desk.card)
    await desk.write(ANNA, "/stats")
    shown = desk.group[-1].shown
    assert "Asked: 3\nAnswered by the assistant: 1" in shown
    assert "half within 5 minutes, nine of ten within 5 minutes" in shown
    assert "Waiting now: 1" in shown


async def test_toasts_follow_the_languages_of_the_volunteer(desk):
    await desk.write(ANNA, "/languages ru zh")
    assert "Русский · 中文" in desk.group[-1].shown
    await desk.write(ANNA, "/languages tlh")
    assert "/languages zh ru en" in desk.group[-1].shown
    await desk.ask(7, RUSSIAN, Language.RU)
    assert "For: @anna" in desk.card.shown
    assert await desk.press(ANNA, desk.card, "Take") != "It is yours. Please answer within 10 minutes, or hand it back."
