"""What changed between two programmes, and the numbers that calendars go by."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.changes import ChangeKind, changes_between, stamped, still_matters
from bot.domain.knowledge import Status
from bot.domain.language import Localized
from bot.domain.programme import Slot
from tests.conversation.timetable_stage import at, congress, session, with_session

OLD = congress().programme
SLOT = session(OLD, "island-trip").slots[0]
LATER = (Slot(SLOT.start + timedelta(hours=1), SLOT.end),)


@pytest.mark.parametrize(
    "changes, kinds",
    [
        ({"slots": LATER}, (ChangeKind.MOVED_TIME,)),
        ({"room_id": "oak-hall"}, (ChangeKind.MOVED_PLACE,)),
        ({"title": Localized("岛", "Остров", "Island")}, (ChangeKind.RETITLED,)),
        ({"status": Status.CANCELLED}, (ChangeKind.CANCELLED,)),
        ({"status": Status.CANCELLED, "slots": LATER, "room_id": None}, (ChangeKind.CANCELLED,)),
        ({"status": Status.SAMPLE, "summary": Localized("一", "Раз", "One")}, ()),
        ({"slots": LATER, "room_id": "oak-hall"}, (ChangeKind.MOVED_TIME, ChangeKind.MOVED_PLACE)),
    ],
)
def test_kinds_of_change(changes, kinds):
    found = changes_between(OLD, with_session(OLD, "island-trip", **changes))
    assert [(one.session_id, one.kinds) for one in found] == ([("island-trip", kinds)] if kinds else [])


def test_added_and_gone_and_restored():
    gone = replace(OLD, sessions=OLD.sessions[1:])
    name = OLD.sessions[0].id
    assert [(one.session_id, one.kinds, one.new) for one in changes_between(OLD, gone)] == [
        (name, (ChangeKind.CANCELLED,), None)
    ]
    assert [(one.session_id, one.kinds, one.old) for one in changes_between(gone, OLD)] == [
        (name, (ChangeKind.ADDED,), None)
    ]
    cancelled = with_session(OLD, name, status=Status.CANCELLED)
    assert [one.kinds for one in changes_between(cancelled, OLD)] == [(ChangeKind.RESTORED,)]
    assert changes_between(cancelled, gone) == changes_between(OLD, OLD) == ()


def test_what_is_over_does_not_matter():
    (change,) = changes_between(OLD, with_session(OLD, "island-trip", slots=LATER))
    assert still_matters(change, OLD, at("2031-05-21 11:59"))
    assert not still_matters(change, OLD, at("2031-05-21 12:00"))


def test_sequence_numbers_only_grow():
    first = stamped(OLD, None, 1)
    assert set(first.last_changed.values()) == {1}
    moved = stamped(with_session(OLD, "island-trip", slots=LATER), first, 2)
    assert (moved.last_changed["island-trip"], moved.last_changed["welcome"]) == (2, 1)
    unchanged = stamped(moved, moved, 3)
    assert unchanged.last_changed == moved.last_changed
    back = stamped(OLD, unchanged, 4)
    assert (back.last_changed["island-trip"], back.last_changed["welcome"]) == (4, 1)


def test_a_summary_counts_for_calendars_only():
    first = stamped(OLD, None, 1)
    other = with_session(OLD, "island-trip", summary=Localized("一", "Раз", "One"))
    assert changes_between(OLD, other) == ()
    assert stamped(other, first, 2).last_changed["island-trip"] == 2
