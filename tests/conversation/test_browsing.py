"""Topics, pages and entries, in place."""

from dataclasses import replace

from bot.domain.language import Language
from tests.conversation.stand_ins import entry


def labels(reply):
    return [button.label for row in reply.buttons for button in row]


async def test_topics_lead_down_to_entries_and_back(stage):
    person = stage.person()
    await person.say("/start")
    (reply,) = await person.say("/topics")
    assert labels(reply) == ["📅 Schedule", "📍 Venues", "🧭 Practical matters", "🏛 The forum",
                             "中文", "Русский", "• English"]  # fmt: skip
    (reply,) = await person.press("Practical")
    assert (reply.replaces, reply.title, reply.text) == (True, "🧭 Practical matters", "3 entries")
    (reply,) = await person.press("Badge")
    assert (reply.replaces, reply.text) == (True, "Badges are issued against a passport.")
    (reply,) = await person.press("Русский")
    assert (reply.text, reply.toast) == ("Бейдж выдают по паспорту.", "Язык показа: Русский.")
    (reply,) = await person.press("К списку")
    assert (reply.title, reply.text) == ("🧭 Практические вопросы", "3 записи")
    (reply,) = await person.press("Все темы")
    assert reply.title == "Темы"


async def test_long_topic_is_paged_in_place(stage):
    texts = {Language.EN: ("Title", "Body", "Source")}
    for number in range(20):
        stage.published.index.entries[f"more-{number}"] = entry(f"more-{number}", "sco", texts)
    person = stage.person()
    await person.say("/topics")
    (reply,) = await person.press("SCO")
    assert reply.text == "Page 1 of 3"
    (reply,) = await person.press("›")
    assert (reply.text, reply.replaces) == ("Page 2 of 3", True)
    (reply,) = await person.press("›")
    assert (reply.text, labels(reply).count("Title")) == ("Page 3 of 3", 4)
    assert "›" not in labels(reply)
    await person.press("‹")
    (reply,) = await person.press("‹")
    assert reply.text == "Page 1 of 3"
    assert "‹" not in labels(reply)


async def test_long_ids_and_unknown_sections_can_be_opened(stage):
    name = "an-entry-with-a-name-that-is-far-too-long-for-a-button-of-telegram"
    made = entry(name, "excursions", {Language.EN: ("Title " * 30, "Body", "Source")})
    stage.published.index.entries[name] = made
    person = stage.person()
    await person.say("/topics")
    await person.press("Further topics")
    (reply,) = await person.press("Title")
    assert reply.text == "Body"


async def test_what_has_ended_is_not_listed(stage):
    person = stage.person()
    await person.say("/topics")
    stage.clock.advance(hours=6)
    (reply,) = await person.press("Practical")
    assert labels(reply)[:2] == ["Badge", "Wi-Fi"]


async def test_empty_topic_says_so(stage):
    del stage.published.index.entries["parking"]
    person = stage.person()
    await person.say("/start")
    (reply,) = await person.say("/venues")
    assert reply.text == "Nothing is published here yet."
    assert replace(reply, buttons=()).title == "📍 Venues"
