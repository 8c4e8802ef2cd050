"""/schedule, session cards, /venues with pins, and the links of doors."""

import pytest

from bot.conversation import venues
from bot.domain.language import Language
from bot.stores.database import exchanges
from tests.conversation.timetable_stage import at, labels, open_timetable


@pytest.fixture
async def stage(tmp_path):
    async with open_timetable(tmp_path, "2031-05-20 10:40") as opened:
        yield opened


async def met(stage, interface=Language.EN):
    person = stage.person(interface=interface)
    await person.say("/start")
    return person


async def test_schedule_opens_with_now_and_next_and_turns_in_place(stage):
    person = await met(stage)
    (reply,) = await person.say("/schedule")
    assert reply.title == "📅 Schedule · Tuesday 20 May, 10:40"
    assert reply.text.startswith("Now:\n▶ 10:00–11:00 Welcome (on now) · Oak Hall")
    assert "Next:\n• Wednesday 21 May, 09:00–12:00 Island trip" in reply.text
    assert labels(reply)[:6] == [
        "Tue 20 May",
        "Wed 21 May",
        "🚪 By room",
        "🏷 By topic",
        "⭐ My agenda",
        "🔄 Now and next",
    ]
    (reply,) = await person.press("Wed 21 May")
    assert (reply.replaces, reply.title) == (True, "Wednesday 21 May")
    assert reply.text == "• 09:00–12:00 Island trip · Pier\n• 18:00–20:00 Farewell reception · Glass Hall"
    (reply,) = await person.press("Русский")
    assert reply.title == "среда, 21 мая"
    (reply,) = await person.press("Программа")
    assert reply.title.startswith("📅 Программа")


async def test_by_room_and_by_topic(stage):
    person = await met(stage)
    await person.say("/schedule")
    (reply,) = await person.press("By room")
    assert labels(reply)[:3] == ["Oak Hall", "Glass Hall", "Pier"]
    (reply,) = await person.press("Glass Hall")
    assert (reply.title, reply.text) == ("Glass Hall", "Wednesday 21 May\n• 18:00–20:00 Farewell reception")
    await person.press("All rooms")
    await person.press("Schedule")
    (reply,) = await person.press("By topic")
    assert labels(reply)[0] == "optics"
    (reply,) = await person.press("optics")
    assert "Talk on lenses" in reply.text


async def test_long_days_are_paged_in_place(stage):
    from dataclasses import replace

    index = stage.published.index
    trip = index.programme.session("island-trip")
    more = [replace(trip, id=f"trip-{number}") for number in range(20)]
    index.programme = replace(index.programme, sessions=(*index.programme.sessions, *more))
    person = await met(stage)
    await person.say("/schedule")
    (reply,) = await person.press("Wed 21 May")
    assert reply.text.endswith("Page 1 of 3")
    (reply,) = await person.press("›")
    assert (reply.replaces, reply.text.endswith("Page 2 of 3")) == (True, True)
    (reply,) = await person.press("›")
    assert reply.text.endswith("Page 3 of 3")
    assert ("‹" in labels(reply), "›" in labels(reply)) == (True, False)


async def test_session_card_tells_everything_and_counts_as_told(stage):
    person = await met(stage)
    await person.say("/schedule")
    await person.press("Tue 20 May")
    (reply,) = await person.press("Talk on lenses")
    assert (reply.replaces, reply.title) == (True, "Talk on lenses")
    assert reply.text == (
        "🕘 Tuesday 20 May, 10:30–11:00 (on now)\n📍 Oak Hall · level 1 · 3 Quay Street, Port Morrow\n"
        "Part of: Welcome\n🎧 Interpretation: Chinese, Russian, English\n\n"
        "The talk on lenses is on 20 May from 10:30 to 11:00 in the Oak Hall."
    )
    assert labels(reply)[:3] == ["➕ Add to my agenda", "📆 Calendar file", "📍 Map"]
    async with stage.database.reading() as tx:
        assert await exchanges.recipients(tx, "lens-talk", stage.clock()) == [(100, "7")]
    (reply,) = await person.press("Tue 20 May")
    (reply,) = await person.press("Welcome")
    assert "Includes: Talk on lenses\n🎤 Speakers: Ada Lamp" in reply.text


@pytest.mark.parametrize(
    "language, spoken",
    [("zh", "🎧 同声传译：中文、俄文、英文"), ("ru", "🎧 Синхронный перевод: китайский, русский, английский")],
)
async def test_lists_on_a_card_are_parted_as_the_language_parts_them(stage, language, spoken):
    reply, *_ = await stage.person(interface=Language(language)).say("/start s_lens-talk")
    assert spoken in reply.text.split("\n")


async def test_venues_lead_to_rooms_and_a_pin(stage):
    person = await met(stage)
    (reply,) = await person.say("/venues")
    assert labels(reply)[:4] == ["📍 Venue: Harbour House", "Oak Hall", "Glass Hall", "Pier"]
    (reply,) = await person.press("Oak Hall")
    assert (reply.replaces, reply.title) == (True, "Oak Hall")
    assert reply.text == (
        "🏛 Venue: Harbour House · 3 Quay Street, Port Morrow\n🪜 Level: 1\n\n"
        "Now:\n▶ 10:00–11:00 Welcome (on now)\n▶ 10:30–11:00 Talk on lenses (on now)"
    )
    (reply,) = await person.press("Show on the map")
    assert not reply.replaces
    assert (reply.pin.title, reply.pin.address) == ("Oak Hall", "3 Quay Street, Port Morrow")
    assert (reply.pin.latitude, reply.pin.longitude) == (39.0, 117.7)
    async with stage.database.reading() as tx:
        assert await exchanges.recipients(tx, "harbour-house", stage.clock()) == [(100, "7")]
        assert await exchanges.recipients(tx, "welcome", stage.clock()) == [(100, "7")]


async def test_room_says_when_nothing_more_is_on(stage):
    person = await met(stage)
    stage.clock.now = at("2031-05-21 20:00")
    await person.say("/venues")
    (reply,) = await person.press("Glass Hall")
    assert reply.text.endswith("Nothing more is on here.")


@pytest.mark.parametrize(
    "payload, title",
    [("v_oak-hall", "Дубовый зал"), ("v_harbour-house", "Площадка: Дом у гавани"), ("s_welcome", "Приветствие")],
)
async def test_links_open_cards_and_still_tell_what_is_stored(stage, payload, title):
    reply, notice = await stage.person(interface=Language.RU).say(f"/start {payload}")
    assert reply.title == title
    assert "🔒" in notice.small_print


async def test_broken_links_and_forged_buttons_are_harmless(stage):
    person = await met(stage)
    (reply,) = await person.say("/start v_no-such-room")
    assert reply.text == "This link leads to something that is no longer in the programme."
    (reply,) = await person.say("/start anything")
    assert reply.title.startswith("Welcome")
    forged = (
        "d:day:2031-13-45:0:en d:x::0:en d:home s:none:en o::en v:card:none:en v:pin:oak-hall:xx a:add:none:en "
        "a:min:-5:en a:min:99999:en a:news:2:en a:x d:room:~abc:0:en"
    )
    for data in forged.split():
        (reply,) = await person.hear(button=data)
        assert reply.toast == "This button no longer works. Please write your question again.", data


def test_link():
    assert venues.link("@sco_bot", "v_hall-a") == "https://t.me/sco_bot?start=v_hall-a"
