"""The agenda: choosing, overlaps, calendar files, and reminders that come once whatever clock and process do."""

import os
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.channels.telegram.rendering import Occasion, post
from bot.domain.knowledge import Status
from bot.domain.programme import Slot
from bot.stores.database import agenda as agendas
from bot.stores.database import delegates, outbox
from tests.calendar_reader import events, moment, read
from tests.conversation.timetable_stage import at, labels, open_timetable, session, with_session


@pytest.fixture
async def stage(tmp_path):
    async with open_timetable(tmp_path, "2031-05-19 12:00") as opened:
        yield opened


async def choose(stage, *ids, chat=100):
    person = stage.person(chat)
    await person.say("/start")
    for one in ids:
        await person.hear(button=f"a:add:{one}:en")
    return person


async def due(stage) -> list:
    """What the channel does every two seconds, with its outbox."""
    async with stage.database.writing() as tx:
        timed = await stage.assistant.due(tx)
        for stem, reply in timed:
            await post(tx, [reply], Occasion(reply.chat, reply.chat), stem, "notice")
    return [reply for _, reply in timed]


async def test_add_see_remove(stage):
    person = await choose(stage)
    (reply,) = await person.say("/agenda")
    assert reply.text == "Your agenda is empty. Open a session in the schedule and add it."
    await person.say("/schedule")
    await person.press("Wed 21 May")
    await person.press("Island trip")
    (reply,) = await person.press("Add to my agenda")
    assert reply.replaces
    assert reply.toast == "Added to your agenda. ⏰ I remind you 15 minutes before a session starts."
    assert labels(reply)[0] == "➖ Remove from my agenda"
    (reply,) = await person.say("/agenda")
    assert reply.text.startswith("Wednesday 21 May\n• 09:00–12:00 Island trip · Pier")
    await person.press("Island trip")
    (reply,) = await person.press("Remove")
    assert (reply.toast, labels(reply)[0]) == ("Removed from your agenda.", "➕ Add to my agenda")


async def test_overlap_is_warned_of_and_a_part_is_none(stage):
    index = stage.published.index
    trip = session(index.programme, "island-trip")
    index.programme = with_session(
        index.programme, "farewell", slots=(Slot(trip.slots[0].end - timedelta(minutes=1), None),)
    )
    person = await choose(stage, "welcome", "island-trip")
    (reply,) = await person.hear(button="a:add:lens-talk:en")
    assert "At the same time" not in reply.toast
    (reply,) = await person.hear(button="a:add:farewell:en")
    assert reply.toast == "Added to your agenda. ⚠️ At the same time: “Island trip” and “Farewell reception”."
    (reply,) = await person.say("/agenda")
    assert "⚠️ At the same time: “Island trip” and “Farewell reception”." in reply.text


async def test_touching_sessions_do_not_overlap(stage):
    index = stage.published.index
    end = session(index.programme, "island-trip").slots[0].end
    index.programme = with_session(index.programme, "farewell", slots=(Slot(end, end + timedelta(hours=1)),))
    person = await choose(stage, "island-trip", "farewell")
    (reply,) = await person.say("/agenda")
    assert "⚠️ At the same time" not in reply.text


async def test_calendar_files_are_read_by_another_reader(stage):
    index = stage.published.index
    index.programme = replace(index.programme, last_changed={"island-trip": 5})
    person = await choose(stage, "island-trip", "farewell")
    (reply,) = await person.hear(button="a:ics:island-trip:ru")
    assert reply.attachment.name == "island-trip.ics"
    calendar = read(reply.attachment.content)
    (event,) = events(calendar)
    assert event.text("SUMMARY") == "Поездка на остров"
    assert event.text("LOCATION") == "Причал · Порт-Морроу, Портовая ул., д. 3"
    assert (event.one("UID"), event.one("SEQUENCE"), event.one("STATUS")) == (
        "island-trip@2031.delegate-assistant", "5", "CONFIRMED",
    )  # fmt: skip
    assert moment(calendar, event, "DTSTART") == at("2031-05-21 09:00")
    assert moment(calendar, event, "DTEND") == at("2031-05-21 12:00")
    (reply,) = await person.hear(button="a:all:zh")
    assert [event.text("SUMMARY") for event in events(read(reply.attachment.content))] == ["岛上参观", "告别酒会"]


async def test_reminder_comes_once_15_minutes_before(stage):
    await choose(stage, "island-trip")
    stage.clock.now = at("2031-05-21 08:44")
    assert await due(stage) == []
    stage.clock.now = at("2031-05-21 08:45")
    (reply,) = await due(stage)
    assert (reply.chat, reply.title) == (100, "⏰ In 15 minutes: Island trip")
    assert (
        reply.text == "• 09:00–12:00 Island trip\n📍 Pier · 3 Quay Street, Port Morrow\nLeave by Gate 1 and turn right."
    )
    assert reply.valid_until == at("2031-05-21 09:00")
    # The clock jumps: no second reminder.
    for moment_ in ("08:40", "08:45", "08:59", "09:30"):
        stage.clock.now = at(f"2031-05-21 {moment_}")
        assert await due(stage) == []


async def test_reminders_survive_a_restart_and_a_crash_sends_none_twice(tmp_path):
    async with open_timetable(tmp_path, "2031-05-19 12:00") as stage:
        await choose(stage, "island-trip")
        stage.clock.now = at("2031-05-21 08:50")
        with pytest.raises(RuntimeError, match="killed"):
            async with stage.database.writing() as tx:
                assert len(await stage.assistant.due(tx)) == 1
                raise RuntimeError("killed before the commit")
    async with open_timetable(tmp_path, "2031-05-21 08:51") as stage:
        (reply,) = await due(stage)
        assert reply.title == "⏰ In 9 minutes: Island trip"
    async with open_timetable(tmp_path, "2031-05-21 08:52") as stage:
        assert await due(stage) == []
        async with stage.database.reading() as tx:
            assert await outbox.counts(tx) == {"new": 1}


async def test_cancelled_sessions_are_quiet_and_moved_ones_remind_again(stage):
    index = stage.published.index
    await choose(stage, "island-trip", "farewell")
    index.programme = with_session(index.programme, "farewell", status=Status.CANCELLED)
    stage.clock.now = at("2031-05-21 17:50")
    assert await due(stage) == []
    stage.clock.now = at("2031-05-21 08:50")
    assert len(await due(stage)) == 1
    later = Slot(at("2031-05-21 10:00"), at("2031-05-21 12:00"))
    index.programme = with_session(index.programme, "island-trip", slots=(later,))
    stage.clock.now = at("2031-05-21 09:45")
    assert len(await due(stage)) == 1


async def test_reminders_are_adjusted_and_switched_off(stage):
    person = await choose(stage, "island-trip")
    (reply,) = await person.say("/reminders")
    assert "• 15" in labels(reply)
    (reply,) = await person.press("60")
    assert (reply.replaces, reply.toast) == (True, "⏰ I remind you 60 minutes before a session starts.")
    stage.clock.now = at("2031-05-21 08:00")
    assert len(await due(stage)) == 1
    (reply,) = await person.say("/reminders 0")
    assert reply.text.startswith("⏰ Reminders are off.")
    await person.hear(button="a:add:farewell:en")
    stage.clock.now = at("2031-05-21 17:59")
    assert await due(stage) == []
    (reply,) = await person.say("/reminders 5")
    assert len(await due(stage)) == 1
    await person.press("No announcements")
    async with stage.database.reading() as tx:
        assert (await delegates.find(tx, 100)).announcements is False
    await person.press("Announcements and changes")
    async with stage.database.reading() as tx:
        assert (await delegates.find(tx, 100)).announcements is True


async def test_reminders_speak_the_language_of_the_person(stage):
    person = await choose(stage, "island-trip")
    await person.say("Когда поездка на остров?")
    stage.clock.now = at("2031-05-21 08:45")
    (reply,) = await due(stage)
    assert reply.title == "⏰ Через 15 минут: Поездка на остров"


async def test_session_that_left_the_programme_is_said_and_can_be_taken_out(stage):
    index = stage.published.index
    person = await choose(stage, "island-trip", "farewell")
    kept = tuple(one for one in index.programme.sessions if one.id != "farewell")
    index.programme = replace(index.programme, sessions=kept)
    (reply,) = await person.say("/agenda")
    assert "1 session of your agenda is no longer in the programme." in reply.text
    await person.hear(button="a:del:farewell:en")
    async with stage.database.reading() as tx:
        assert await agendas.sessions(tx, 100) == ("island-trip",)


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "UTC"])
async def test_zone_of_the_server_does_not_matter(tmp_path, zone, monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    try:
        async with open_timetable(tmp_path, "2031-05-19 12:00") as stage:
            person = await choose(stage, "island-trip")
            stage.clock.now = at("2031-05-21 08:45")
            (reply,) = await due(stage)
            assert reply.text.startswith("• 09:00–12:00 Island trip")
            (reply,) = await person.hear(button="a:ics:island-trip:en")
            calendar = read(reply.attachment.content)
            assert moment(calendar, events(calendar)[0], "DTSTART") == at("2031-05-21 09:00")
            reply, *_ = await person.say("What is on now?")
            assert reply.title == "Now, Wednesday 21 May, 08:45:"
    finally:
        monkeypatch.undo()
        time.tzset()
