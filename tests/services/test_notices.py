"""Word of changes: exactly those affected, each once, in their language, with old and new side by side."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import ingest
from bot.channels import notifying
from bot.channels.telegram.rendering import file_content
from bot.conversation.change_notices import described
from bot.domain.changes import changes_between
from bot.domain.edition import Snapshot
from bot.domain.knowledge import Status
from bot.domain.language import Language
from bot.domain.programme import Slot
from bot.i18n import catalog
from bot.services.notices import Publications, affected_by_changes
from bot.stores.database import Database, announcements, delegates, exchanges, outbox
from bot.stores.database import agenda as agendas
from tests.calendar_reader import events, moment, read
from tests.conversation.stand_ins import Clock
from tests.conversation.timetable_stage import at, congress, session, with_session
from tests.services.test_ingestion import edit, encoder, installation  # noqa: F401
from tests.stores.conftest import database_url  # noqa: F401

NOW = at("2031-05-19 12:00")
LATER = (Slot(at("2031-05-21 10:00"), at("2031-05-21 13:00")),)


class Shelf:
    """Stands where the published versions of a data directory stand: the last of the list is current."""

    def __init__(self, *programmes) -> None:
        first = congress()
        self.read = {
            number: Snapshot(dict(first.entries), replace(programme, version=number), number)
            for number, programme in enumerate(programmes, start=1)
        }
        self.publication = len(programmes)

    def current(self):
        return self.read[self.publication]

    def former(self):
        return self.read.get(self.publication - 1)

    def version(self, number):
        return self.read.get(number)


@pytest.fixture
async def database(database_url):  # noqa: F811
    """On SQLite and, where there is a server, on PostgreSQL, whose own clock it goes by."""
    opened = await Database.open(database_url, Clock(NOW))
    yield opened
    await opened.close()


async def meet(database, *chats, language=Language.EN):
    async with database.writing() as tx:
        for chat in chats:
            await delegates.meet(tx, chat, language)


async def plan(database, name, *chats):
    async with database.writing() as tx:
        for chat in chats:
            await agendas.add(tx, chat, name)


async def tell(database, name, version, *chats, ago=timedelta(hours=1)):
    async with database.writing() as tx:
        for chat in chats:
            await exchanges.record_delivery(tx, chat, name, str(version), NOW - ago)


async def waiting(database) -> dict[int, list[dict]]:
    """The bodies in the outbox by chat."""
    found: dict[int, list[dict]] = {}
    while True:
        async with database.writing() as tx:
            rows = await outbox.claim(tx, "test", 5_000)
            for row in rows:
                found.setdefault(row.chat, []).append(row.body)
                await outbox.sent(tx, row, row.id)
        if not rows:
            return found


def yes(preview: str) -> bool:
    yes.preview = preview
    return True


OLD = congress().programme
MOVED = with_session(OLD, "island-trip", slots=LATER, room_id="oak-hall")


async def announce(database, *programmes, now=NOW, confirm=yes):
    return await notifying.announce_changes(database, Shelf(*programmes), now, confirm)


async def test_agenda_and_those_told_get_one_notice_each_in_their_language(database):
    await meet(database, 1, 2, 3, language=Language.EN)
    await meet(database, 4, language=Language.RU)
    await meet(database, 5, language=Language.ZH)
    await meet(database, 6, 7)
    await plan(database, "island-trip", 1, 4)
    await plan(database, "welcome", 6)
    await tell(database, "island-trip", 1, 1, 2, 5)
    await tell(database, "farewell", 1, 3)
    await tell(database, "island-trip", 1, 7, ago=timedelta(days=3, minutes=1))
    outcome = await announce(database, OLD, MOVED)
    assert outcome.people == 4
    assert "To be told: 4 people (中文 1, Русский 1, English 2); 0 of them cannot be reached." in yes.preview
    found = await waiting(database)
    assert sorted(found) == [1, 2, 4, 5]
    assert all(len(bodies) == 1 for bodies in found.values())
    (body,) = found[2]
    assert body["title"] == "🔔 1 change in the programme"
    assert body["text"] == (
        "• Island trip\n🕘 Moved from Wednesday 21 May, 09:00–12:00 to Wednesday 21 May, 10:00–13:00.\n"
        "📍 Moved from Pier to Oak Hall.\nSo it is now: Wednesday 21 May, 10:00–13:00 · Oak Hall"
    )
    assert [row[0]["label"] for row in body["buttons"]] == ["Island trip", "🔕 No announcements, no changes"]
    assert found[5][0]["title"] == "🔔 日程有1处变更"
    assert "📍 Перенесено: Причал → Дубовый зал." in found[4][0]["text"]
    calendar = read(file_content(found[4][0]))
    (event,) = events(calendar)
    assert (event.text("SUMMARY"), event.one("UID")) == ("Поездка на остров", "island-trip@2031.delegate-assistant")
    assert moment(calendar, event, "DTSTART") == LATER[0].start
    assert int(event.one("SEQUENCE")) == 2


async def test_never_twice(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    assert (await announce(database, OLD, MOVED)).people == 1
    again = await announce(database, OLD, MOVED)
    assert again.people == 0
    assert "announced already" in again.sentence
    assert Counter(map(len, (await waiting(database)).values())) == {1: 1}


async def test_a_failure_in_the_middle_leaves_nothing_and_the_next_run_everything(database, monkeypatch):
    chats = range(1, 41)
    await meet(database, *chats)
    await plan(database, "island-trip", *chats)

    async def killed(*arguments, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr(exchanges, "record_deliveries", killed)
    with pytest.raises(KeyboardInterrupt):
        await announce(database, OLD, MOVED)
    monkeypatch.undo()
    async with database.reading() as tx:
        assert await outbox.counts(tx) == {}
    assert (await announce(database, OLD, MOVED)).people == 40
    assert {chat: len(bodies) for chat, bodies in (await waiting(database)).items()} == dict.fromkeys(chats, 1)


async def test_opted_out_and_unreachable_are_counted_not_written_to(database):
    await meet(database, 1, 2, 3)
    await plan(database, "island-trip", 1, 2, 3)
    async with database.writing() as tx:
        await delegates.set_preferences(tx, 1, announcements=False)
        await delegates.set_reachable(tx, 2, False)
    await announce(database, OLD, MOVED)
    assert "To be told: 2 people (中文 0, Русский 0, English 2); 1 of them cannot be reached. 1 more" in yes.preview
    assert list(await waiting(database)) == [3]
    async with database.reading() as tx:
        report = await announcements.report(tx, 1)
    assert (report.audience, report.sent, report.unreachable, report.pending) == (2, 1, 1, 0)


async def test_no_means_nothing(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    outcome = await announce(database, OLD, MOVED, confirm=lambda preview: False)
    assert (outcome.people, outcome.sentence) == (0, "Nothing was sent.")
    assert await waiting(database) == {}
    assert (await announce(database, OLD, MOVED)).people == 1


async def test_who_was_told_the_new_fact_already_needs_no_notice(database):
    await meet(database, 1, 2)
    await tell(database, "island-trip", 2, 1)
    await tell(database, "island-trip", 1, 2)
    await announce(database, OLD, MOVED)
    assert list(await waiting(database)) == [2]


async def test_each_sees_what_they_were_told(database):
    """Version 2 moved it silently, version 3 moved it again: whoever was told version 1 sees the way from there."""
    await meet(database, 1, 2)
    await tell(database, "island-trip", 1, 1)
    await tell(database, "island-trip", 2, 2)
    third = with_session(OLD, "island-trip", room_id="glass-hall")
    await announce(database, OLD, MOVED, third)
    found = await waiting(database)
    assert "📍 Moved from Pier to Glass Hall." in found[1][0]["text"]
    assert "🕘" not in found[1][0]["text"]
    assert "📍 Moved from Oak Hall to Glass Hall." in found[2][0]["text"]
    assert "🕘 Moved from Wednesday 21 May, 10:00–13:00 to Wednesday 21 May, 09:00–12:00." in found[2][0]["text"]


async def test_after_a_notice_the_next_change_starts_from_what_it_said(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    await announce(database, OLD, MOVED)
    await waiting(database)
    third = with_session(MOVED, "island-trip", room_id="glass-hall")
    await announce(database, OLD, MOVED, third)
    ((body,),) = (await waiting(database)).values()
    assert "📍 Moved from Oak Hall to Glass Hall." in body["text"]


async def test_cancelled_and_gone_sessions_leave_the_calendar(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    await plan(database, "farewell", 1)
    cancelled = with_session(OLD, "island-trip", status=Status.CANCELLED)
    gone = replace(cancelled, sessions=tuple(one for one in cancelled.sessions if one.id != "farewell"))
    await announce(database, OLD, gone)
    ((body,),) = (await waiting(database)).values()
    assert body["title"] == "🔔 2 changes in the programme"
    assert (
        "• Farewell reception\n❌ Cancelled. It was to be: Wednesday 21 May, 18:00–20:00 · Glass Hall" in body["text"]
    )
    found = events(read(file_content(body)))
    assert [(event.text("SUMMARY"), event.one("STATUS")) for event in found] == [
        ("Island trip", "CANCELLED"), ("Farewell reception", "CANCELLED"),
    ]  # fmt: skip
    assert all(int(event.one("SEQUENCE")) > 1 for event in found)


async def test_what_is_over_is_not_announced(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    outcome = await announce(database, OLD, MOVED, now=at("2031-05-21 13:00"))
    assert "nobody is written to" in outcome.sentence
    assert await waiting(database) == {}


async def test_an_added_session_concerns_nobody_yet(database):
    await meet(database, 1)
    await plan(database, "island-trip", 1)
    trip = session(OLD, "island-trip")
    await announce(database, OLD, replace(OLD, sessions=(*OLD.sessions, replace(trip, id="second-trip"))))
    assert "🆕 New in the programme." in yes.preview
    assert await waiting(database) == {}


async def test_correction_of_an_entry_goes_to_those_who_were_told_the_former_text(database):
    await meet(database, 1, 2)
    await meet(database, 3, language=Language.ZH)
    shelf = Shelf(OLD, OLD)
    lift = shelf.read[2].entries["lift"]
    english = replace(lift.renderings[Language.EN], body="The lift is to the right of Gate 1.")
    shelf.read[2].entries["lift"] = replace(lift, renderings={**lift.renderings, Language.EN: english})
    await tell(database, "lift", 1, 1, 3)
    await tell(database, "lift", 2, 2)
    outcome = await notifying.announce_correction(database, shelf, "lift", NOW, yes)
    assert outcome.people == 1
    ((chat, (body,)),) = (await waiting(database)).items()
    assert (chat, body["title"]) == (1, "🔔 Lift")
    assert body["text"] == (
        "I told you something that has been corrected since.\n\n"
        "This is what I told you:\nThe lift is to the left of Gate 1 and reaches all three levels.\n\n"
        "This is right now:\nThe lift is to the right of Gate 1."
    )
    again = await notifying.announce_correction(database, shelf, "lift", NOW, yes)
    assert again.people == 0
    with pytest.raises(KeyError):
        await notifying.announce_correction(database, shelf, "nothing", NOW, yes)


async def test_a_moved_session_among_1500_agendas_and_500_answers(database):
    everybody = range(1, 2_501)
    async with database.writing() as tx:
        for chat in everybody:
            await delegates.meet(tx, chat, list(Language)[chat % 3])
            if chat <= 1_500:
                await agendas.add(tx, chat, "island-trip" if chat % 2 else "farewell")
            elif chat <= 2_000:
                await exchanges.record_delivery(tx, chat, "island-trip" if chat % 5 else "welcome", "1", NOW)
    started = time.perf_counter()
    await announce(database, OLD, MOVED)
    assert time.perf_counter() - started < 30
    found = await waiting(database)
    expected = {chat for chat in everybody if (chat <= 1_500 and chat % 2) or (1_500 < chat <= 2_000 and chat % 5)}
    assert set(found) == expected
    assert {len(bodies) for bodies in found.values()} == {1}


async def test_published_versions_are_read_from_the_data_directory(database, installation):  # noqa: F811
    """From real publications: move, announce, go back, announce again."""
    installation.publish()
    publications = Publications(installation.data_dir)
    assert publications.former() is None
    await meet(database, 1)
    await plan(database, "farewell", 1)
    edit(installation, "programme/2031-05-21.yaml", "18:00", "19:00")
    installation.publish()
    publications = Publications(installation.data_dir)
    outcome = await notifying.announce_changes(database, publications, NOW, yes)
    assert outcome.people == 1
    ((body,),) = (await waiting(database)).values()
    assert "🕘 Moved from Wednesday 21 May, 18:00–20:00 to Wednesday 21 May, 19:00–20:00." in body["text"]
    (event,) = events(read(file_content(body)))
    assert event.one("SEQUENCE") == "2"
    assert "farewell" in notifying.latest_changes(installation.data_dir)

    installation.rollback()
    publications = Publications(installation.data_dir)
    assert (publications.current().version, publications.former().version) == (1, 2)
    await notifying.announce_changes(database, publications, NOW, yes)
    ((body,),) = (await waiting(database)).values()
    assert "🕘 Moved from Wednesday 21 May, 19:00–20:00 to Wednesday 21 May, 18:00–20:00." in body["text"]
    (event,) = events(read(file_content(body)))
    assert event.one("SEQUENCE") == "3"


async def test_versions_that_were_pruned_are_read_from_their_sources(installation):  # noqa: F811
    for hour in (18, 17, 16, 15):
        if hour < 18:
            edit(installation, "programme/2031-05-21.yaml", f"{hour + 1}:00", f"{hour}:00")
        installation.publish()
    publications = Publications(Path(installation.data_dir))
    starts = [publications.version(number).programme.session("farewell").slots[0].start.hour for number in (1, 2, 3, 4)]
    assert starts == [18, 17, 16, 15]
    assert publications.version(9) is None


def test_the_organizer_is_shown_every_change():
    (text,) = described(changes_between(OLD, MOVED), catalog(Language.EN))
    assert text.startswith("[island-trip]\n• Island trip\n🕘 Moved from")


async def test_languages_and_audience_without_a_former_version(database):
    async with database.reading() as tx:
        changes, audience = await affected_by_changes(tx, Shelf(OLD), NOW)
    assert (changes, audience.people) == ((), ())


def test_the_command_line_announces_only_when_asked_and_once(tmp_path, installation, monkeypatch, capsys):  # noqa: F811
    async def one_agenda() -> None:
        database = await Database.open(f"sqlite+aiosqlite:///{installation.data_dir / 'assistant.sqlite3'}")
        async with database.writing() as tx:
            await delegates.meet(tx, 1, Language.RU)
            await agendas.add(tx, 1, "farewell")
        await database.close()

    async def rows() -> int:
        database = await Database.open(f"sqlite+aiosqlite:///{installation.data_dir / 'assistant.sqlite3'}")
        async with database.reading() as tx:
            counted = sum((await outbox.counts(tx)).values())
        await database.close()
        return counted

    monkeypatch.setenv("BOT_DATA_DIR", str(installation.data_dir))
    monkeypatch.delenv("BOT_DATABASE_URL", raising=False)
    monkeypatch.setattr(ingest, "_ingestion", lambda options, settings: installation)
    assert ingest.main(["--quiet"]) == 0
    asyncio.run(one_agenda())
    edit(installation, "programme/2031-05-21.yaml", "18:00", "19:00")
    capsys.readouterr()
    assert ingest.main(["--quiet"]) == 0
    shown = capsys.readouterr().out
    assert "Changes in the programme (python ingest.py --announce tells those affected):\n[farewell]" in shown
    assert asyncio.run(rows()) == 0
    assert ingest.main(["--quiet", "--announce"]) == 0
    shown = capsys.readouterr().out
    assert "To be told: 1 person (中文 0, Русский 1, English 0)" in shown
    assert "1 notice written to the outbox" in shown
    assert ingest.main(["--quiet", "--announce"]) == 0
    assert "announced already" in capsys.readouterr().out
    assert asyncio.run(rows()) == 1
    assert ingest.main(["--quiet", "--announce-entry", "nothing"]) == 1
    assert "there is no entry 'nothing'" in capsys.readouterr().err
