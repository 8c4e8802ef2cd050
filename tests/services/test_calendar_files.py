"""Calendar files, read back by a reader of our own."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.knowledge import Status
from bot.domain.language import Language
from bot.domain.programme import Slot
from bot.services.calendar_files import calendar_file
from bot.settings import ROOT
from bot.stores import knowledge_files
from tests.calendar_reader import events, moment, read
from tests.conversation.timetable_stage import congress, session, with_session

PROGRAMME = congress().programme
STAMP = datetime(2031, 5, 3, 12, 0, tzinfo=UTC)


def made(programme, *ids, language=Language.EN, **more):
    chosen = [session(programme, one) for one in ids]
    return read(calendar_file(programme, chosen, language, stamp=STAMP, name="Congress", **more))


@pytest.mark.parametrize("language", Language)
def test_the_whole_programme_is_read_back_exactly(language):
    programme = knowledge_files.read(ROOT / "knowledge").programme
    content = calendar_file(programme, programme.sessions, language, stamp=STAMP, name="论坛", sample="(sample)")
    calendar = read(content)
    expected = [
        (one.title.show(language)[0], slot.start, slot.end) for one in programme.sessions for slot in sorted(one.slots)
    ]
    found = [
        (
            event.text("SUMMARY"),
            moment(calendar, event, "DTSTART"),
            moment(calendar, event, "DTEND") if "DTEND" in event.values else None,
        )
        for event in events(calendar)
    ]
    assert found == expected
    uids = [event.one("UID") for event in events(calendar)]
    assert len(set(uids)) == len(uids)
    assert {event.one("STATUS") for event in events(calendar)} <= {"TENTATIVE", "CONFIRMED"}


def test_the_uid_is_the_same_in_every_language_and_version():
    moved = with_session(PROGRAMME, "island-trip", slots=(Slot(session(PROGRAMME, "farewell").slots[0].start, None),))
    uids = {
        events(made(programme, "island-trip", language=language))[0].one("UID")
        for programme in (PROGRAMME, moved)
        for language in Language
    }
    assert uids == {"island-trip@2031.delegate-assistant"}


def test_sequence_status_and_stamp():
    called_off = with_session(PROGRAMME, "island-trip", status=Status.CANCELLED)
    called_off = replace(called_off, last_changed={"island-trip": 9}, version=4)
    event, other = events(made(called_off, "island-trip", "farewell"))
    assert (event.one("SEQUENCE"), event.one("STATUS"), event.one("DTSTAMP")) == ("9", "CANCELLED", "20310503T120000Z")
    assert (other.one("SEQUENCE"), other.one("STATUS")) == ("4", "CONFIRMED")


def test_a_time_that_is_gone_is_called_off():
    first = session(PROGRAMME, "island-trip").slots[0]
    both = with_session(PROGRAMME, "island-trip", slots=(first, Slot(first.start + timedelta(hours=5), None)))
    former = {"island-trip": session(both, "island-trip")}
    found = events(made(PROGRAMME, "island-trip", former=former))
    assert [(event.one("UID").partition("@")[0], event.one("STATUS")) for event in found] == [
        ("island-trip", "CONFIRMED"), ("island-trip.2", "CANCELLED"),
    ]  # fmt: skip


def test_awkward_text_survives():
    from bot.domain.language import Localized

    title = Localized(en='Trip; "sea, sun", c:\\sand\nand 😀 ' + "длинное слово " * 20)
    calendar = made(with_session(PROGRAMME, "island-trip", title=title), "island-trip")
    assert events(calendar)[0].text("SUMMARY") == title.en
