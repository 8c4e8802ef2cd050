"""Answers from the programme: reading first, then exact lines; over, next, cancelled; in place in any language."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.knowledge import Status
from bot.domain.language import Language
from bot.stores.database import exchanges
from tests.conversation.timetable_stage import labels, open_timetable, with_session

NOON = "2031-05-20 10:40"


@pytest.fixture
async def stage(tmp_path):
    async with open_timetable(tmp_path, NOON) as opened:
        yield opened


def move(stage, moment: str) -> None:
    from tests.conversation.timetable_stage import at

    stage.clock.now = at(moment)


@pytest.mark.parametrize(
    "language, question, first, line",
    [
        ("en", "What is on tomorrow morning?", "Wednesday 21 May, morning:", "• 09:00–12:00 Island trip · Pier"),
        ("ru", "Что завтра утром?", "среда, 21 мая, утром:", "• 09:00–12:00 Поездка на остров · Причал"),
        ("zh", "明天上午有什么安排？", "5月21日星期三上午：", "• 09:00–12:00 岛上参观 · 码头"),
    ],
)
async def test_the_first_line_is_the_reading(stage, language, question, first, line):
    reply, *_ = await stage.person(interface=Language(language)).say(question)
    assert (reply.title, reply.text) == (first, line)


async def test_now_shows_what_is_on_and_what_is_next_and_parts_are_indented(stage):
    reply, *_ = await stage.person().say("What is on now?")
    assert reply.title == "Now, Tuesday 20 May, 10:40:"
    assert reply.text == (
        "▶ 10:00–11:00 Welcome (on now) · Oak Hall\n      ▶ 10:30–11:00 Talk on lenses (on now) · Oak Hall\n\n"
        "Next:\n• Wednesday 21 May, 09:00–12:00 Island trip · Pier"
    )
    assert "Source: Port Morrow Gazette" in reply.small_print
    assert labels(reply)[:3] == ["Welcome", "Talk on lenses", "Island trip"]
    assert "🙋 Ask a person" in labels(reply)


async def test_one_session_has_its_summary_its_time_and_the_way(stage):
    reply, *_ = await stage.person().say("When is the island trip?")
    assert reply.title == "Island trip"
    assert reply.text == (
        "🕘 Wednesday 21 May, 09:00–12:00\n📍 Pier · 3 Quay Street, Port Morrow\nLeave by Gate 1 and turn right.\n\n"
        "The island trip leaves the pier on 21 May at 09:00 and is back at 12:00."
    )
    assert labels(reply)[0] == "➕ Agenda, calendar, map"


@pytest.mark.parametrize(
    "language, question, said",
    [("en", "How long is the welcome?", "It lasts 1 hour 30 minutes."),
     ("ru", "Сколько длится приветствие?", "Длится 1 час 30 минут."),
     ("zh", "欢迎仪式多长时间？", "时长1小时30分钟。")],
)  # fmt: skip
async def test_how_long_in_hours_and_minutes(stage, language, question, said):
    index = stage.published.index
    slot = index.programme.session("welcome").slots[0]
    longer = replace(slot, end=slot.start + timedelta(minutes=90))
    index.programme = with_session(index.programme, "welcome", slots=(longer,))
    reply, *_ = await stage.person(interface=Language(language)).say(question)
    assert reply.text.startswith(said)


async def test_what_is_over_is_said_to_be_over(stage):
    move(stage, "2031-05-20 11:00")
    person = stage.person()
    reply, *_ = await person.say("When is the welcome?")
    assert reply.text.startswith("This is over.\n\n🕘 Tuesday 20 May, 10:00–11:00 (over)")
    reply, *_ = await person.say("What was on today?")
    assert "✓ 10:00–11:00 Welcome (over)" in reply.text


async def test_before_and_after_the_event(stage):
    person = stage.person()
    move(stage, "2031-05-18 12:00")
    reply, *_ = await person.say("What is on now?")
    assert reply.text == (
        "The forum has not begun yet.\n\nNothing is on at that time.\n\n"
        "Next:\n• Tuesday 20 May, 10:00–11:00 Welcome · Oak Hall"
    )
    reply, *_ = await person.say("What is on on 25 May?")
    assert reply.title == "Sunday 25 May:"
    assert reply.text.endswith("The nearest day with something on: Wednesday 21 May.")


@pytest.mark.parametrize(
    "language, question, said",
    [
        ("en", "What is on now?", "The forum is over.\n\nThe schedule still shows what took place."),
        ("ru", "Что сейчас идёт?",
         "Форум завершился.\n\nЧто проходило на форуме, по-прежнему можно посмотреть в программе."),
        ("zh", "现在在进行什么？", "论坛已经结束。\n\n各场活动的安排仍可在日程中查看。"),
        ("en", "What is on on 25 May?", "The forum is over.\n\nNothing is on at that time."),
    ],
)  # fmt: skip
async def test_after_the_event_no_day_is_offered_that_is_past(stage, language, question, said):
    move(stage, "2031-05-21 20:00")
    reply, *_ = await stage.person(interface=Language(language)).say(question)
    assert reply.text == said
    assert any(label.startswith("📅") for label in labels(reply))


async def test_the_minute_counts(stage):
    person = stage.person()
    seen = {}
    for moment in ("09:59", "10:00", "10:29", "10:30", "10:59", "11:00"):
        move(stage, f"2031-05-20 {moment}")
        reply, *_ = await person.say("What is on now?")
        on = reply.text.split("Next:")[0]
        seen[moment] = [name for name in ("Welcome", "Talk on lenses") if f"{name} (on now)" in on]
    both = ["Welcome", "Talk on lenses"]
    assert seen == {"09:59": [], "10:00": both[:1], "10:29": both[:1], "10:30": both, "10:59": both, "11:00": []}


async def test_cancelled_is_said(stage):
    index = stage.published.index
    index.programme = with_session(index.programme, "farewell", status=Status.CANCELLED)
    person = stage.person()
    reply, *_ = await person.say("When is the farewell reception?")
    assert reply.text.startswith("❌ Cancelled.\n\n🕘 Wednesday 21 May, 18:00–20:00")
    reply, *_ = await person.say("What is on tomorrow evening?")
    assert "❌ Wednesday 21 May, 18:00–20:00 Farewell reception (cancelled)" in reply.text


async def test_another_language_in_place_is_the_same_moment(stage):
    person = stage.person()
    await person.say("What is on now?")
    stage.clock.advance(minutes=30)
    (reply,) = await person.press("Русский")
    assert reply.replaces
    assert reply.title == "Сейчас, вторник, 20 мая, 10:40:"
    assert "▶ 10:00–11:00 Приветствие (идёт сейчас) · Дубовый зал" in reply.text
    (reply,) = await person.press("中文")
    assert reply.title == "现在，5月20日星期二 10:40："
    assert labels(reply)[0] == "欢迎仪式"


async def test_what_was_told_is_recorded_and_a_person_can_be_asked(stage):
    person = stage.person()
    await person.say("What is on now?")
    async with stage.database.reading() as tx:
        for name in ("welcome", "lens-talk", "island-trip"):
            assert await exchanges.recipients(tx, name, stage.clock()) == [(100, "7")]
    replies = await person.press("Ask a person")
    assert replies[0].title == "Now, Tuesday 20 May, 10:40:"
    assert "volunteers" in replies[1].text or "organizers" in replies[1].text


async def test_wrong_place_and_time(stage):
    person = stage.person()
    reply, *_ = await person.say("What is in the Glass Hall now?")
    assert reply.title == "Now, Tuesday 20 May, 10:40 · Glass Hall:"
    assert "Next:\n• Wednesday 21 May, 18:00–20:00 Farewell reception" in reply.text
    reply, *_ = await person.say("Is the island trip today?")
    assert "Not at that time." in reply.text
    assert "🕘 Wednesday 21 May, 09:00–12:00" in reply.text


async def test_a_session_without_an_end_or_a_room(stage):
    index = stage.published.index
    old = index.programme.session("island-trip")
    slots = (replace(old.slots[0], end=None),)
    index.programme = with_session(index.programme, "island-trip", slots=slots, room_id=None)
    reply, *_ = await stage.person().say("How long is the island trip?")
    assert reply.text.startswith("The end is not set.\n\n🕘 Wednesday 21 May, from 09:00\n")
