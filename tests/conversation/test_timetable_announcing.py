"""/announce: only organizers, three languages, preview, one confirmation, a report that adds up, stop on the way."""

import pytest

from bot.domain.language import Language
from bot.stores.database import announcements, delegates, outbox
from tests.conversation.timetable_stage import ORGANIZER, STAFF, VOLUNTEER, Volunteer, labels, open_timetable

TEXT = "zh: 班车改为14:00发车。\n请准时。\nru: Автобус отходит в 14:00.\nen: The bus leaves at 14:00."


@pytest.fixture
async def stage(tmp_path):
    settings = {"staff_chat": STAFF, "organizers": f"{ORGANIZER}, 9003"}
    async with open_timetable(tmp_path, "2031-05-20 09:00", **settings) as opened:
        for chat, language in ((1, "zh"), (2, "ru"), (3, "ru"), (4, "en"), (5, "en")):
            await opened.person(chat, Language(language)).say("/start")
        async with opened.database.writing() as tx:
            await delegates.set_reachable(tx, 3, False)
            await delegates.set_preferences(tx, 5, announcements=False)
        yield opened


async def test_preview_confirm_report(stage):
    organizer = Volunteer(stage, ORGANIZER)
    (preview,) = await organizer.hear(command="announce", text=TEXT)
    assert preview.title == "Announcement 1: preview"
    assert "班车改为14:00发车。\n请准时。" in preview.text
    assert (
        "Recipients: 4 (中文 1, Русский 2, English 1). Not reachable at the moment: 1. Switched off: 1."
        in preview.text
    )
    assert labels(preview) == ["📣 Send to 4 people", "✖ Discard"]
    (refused,) = await Volunteer(stage, 9003).hear(button="n:go:1")
    assert refused.toast == "Only the person who wrote it can confirm or discard it."
    (running,) = await organizer.press("Send to 4")
    assert running.replaces
    assert running.text.endswith("Sent: 0 · unreachable: 1 · pending: 3 · taken back: 0 · failed: 0 · in all: 4")
    (again,) = await organizer.hear(button="n:go:1")
    assert again.toast == "It was confirmed already."
    async with stage.database.writing() as tx:
        assert await outbox.claim(tx, "sender", 10) == []
    stage.clock.advance(seconds=11)
    async with stage.database.writing() as tx:
        rows = await outbox.claim(tx, "sender", 10)
        texts = {row.chat: row.body["text"] for row in rows}
        assert texts == {
            1: "班车改为14:00发车。\n请准时。",
            2: "Автобус отходит в 14:00.",
            4: "The bus leaves at 14:00.",
        }
        assert rows[0].body["buttons"][0][0]["data"] == "a:news:0:zh"
        assert await stage.assistant.due(tx) == []
        for place, row in enumerate(rows):
            await outbox.sent(tx, row, place + 1)
    async with stage.database.writing() as tx:
        ((stem, report),) = await stage.assistant.due(tx)
        assert (stem, report.chat) == ("announcement-report:1", STAFF)
        assert report.text == (
            "Announcement 1: ended\nSent: 3 · unreachable: 1 · pending: 0 · taken back: 0 · failed: 0 · in all: 4"
        )
    async with stage.database.writing() as tx:
        assert await stage.assistant.due(tx) == []


async def test_stop_takes_back_what_has_not_left(stage):
    organizer = Volunteer(stage, ORGANIZER)
    await organizer.hear(command="announce", text=TEXT)
    await organizer.press("Send")
    (stopped,) = await organizer.press("Stop")
    assert stopped.toast == "Stopped."
    assert stopped.text == (
        "Announcement 1: stopped\nSent: 0 · unreachable: 1 · pending: 0 · taken back: 3 · failed: 0 · in all: 4"
    )
    (late,) = await organizer.hear(button="n:stop:1")
    assert late.toast == "It had ended already."


async def test_discarded_is_never_sent(stage):
    organizer = Volunteer(stage, ORGANIZER)
    await organizer.hear(command="announce", text=TEXT)
    (reply,) = await organizer.press("Discard")
    assert reply.text == "Announcement 1: discarded, nobody got it."
    await organizer.hear(button="n:go:1")
    async with stage.database.reading() as tx:
        assert (await announcements.report(tx, 1)).audience == 0


@pytest.mark.parametrize("text", ["", "The bus leaves at 14:00.", "zh: 一\nru: Раз", "zh: 一\nru: \nen: One"])
async def test_all_three_languages_are_needed(stage, text):
    (reply,) = await Volunteer(stage, ORGANIZER).hear(command="announce", text=text)
    assert "three languages" in reply.text
    async with stage.database.reading() as tx:
        assert await announcements.get(tx, 1) is None


async def test_others_cannot(stage):
    (reply,) = await Volunteer(stage, VOLUNTEER).hear(command="announce", text=TEXT)
    assert reply.text == "Only organizers can send announcements (BOT_ORGANIZERS)."
    await Volunteer(stage, ORGANIZER).hear(command="announce", text=TEXT)
    (reply,) = await Volunteer(stage, VOLUNTEER).hear(button="n:stop:1")
    assert reply.toast == "Only organizers can do this."
    (reply,) = await Volunteer(stage, ORGANIZER).hear(button="n:go:99")
    assert reply.toast == "This button no longer works."
    reply, *_ = await stage.person(ORGANIZER).say(f"/announce {TEXT}")
    assert "I do not know this command" in reply.text


async def test_too_long(stage):
    (reply,) = await Volunteer(stage, ORGANIZER).hear(command="announce", text=TEXT + "!" * 3_001)
    assert reply.text == "Please keep each language under 3000 characters."


async def test_opting_out_below_an_announcement_leaves_it_there(stage):
    person = stage.person(4)
    (reply,) = await person.hear(button="a:news:0:en")
    assert not reply.replaces
    assert reply.toast == "You get no announcements any more; /reminders switches them on again."
    preview, *_ = await Volunteer(stage, ORGANIZER).hear(command="announce", text=TEXT)
    assert "Recipients: 3" in preview.text
