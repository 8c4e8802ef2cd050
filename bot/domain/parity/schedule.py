"""Whether the text of a session says what its times and its room say: a hall is soon changed in one place only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from zoneinfo import ZoneInfo

from bot.domain.parity.values import Kind, Value
from bot.domain.programme import Session


def deviations(
    session: Session, values: Sequence[Value], zone: ZoneInfo, room_keys: Collection[str] | None
) -> Iterator[tuple[Kind, Value, str]]:
    """What the text says otherwise: the kind, the value in the text, and what the session has instead.

    A text that names no time, day or room at all is no deviation; further times (a part's) may stand in it.
    """
    starts = [slot.start.astimezone(zone) for slot in session.slots]
    if not starts:
        return
    times = [value for value in values if value.kind is Kind.TIME]
    absent = [start for start in starts if all(value.key != start.hour * 60 + start.minute for value in times)]
    if times and absent:
        yield Kind.TIME, times[0], f"start {absent[0]:%H:%M}"
    ends = [slot.end.astimezone(zone) for slot in session.slots if slot.end]
    known = {moment.hour * 60 + moment.minute for moment in (*starts, *ends)}
    spare = [value for value in times if value.key not in known]
    lacking = [end for end in ends if all(value.key != end.hour * 60 + end.minute for value in times)]
    if spare and lacking and not absent:
        yield Kind.TIME, spare[0], f"end {lacking[0]:%H:%M}"
    days = [value for value in values if value.kind is Kind.DATE and value.key[1] is not None]
    for start in starts:
        if days and all(value.key != (start.month, start.day) for value in days):
            yield Kind.DATE, days[0], f"{start:%Y-%m-%d}"
            break
    weekdays = {start.weekday() for start in starts}
    for value in values:
        if value.kind is Kind.WEEKDAY and value.key not in weekdays:
            yield Kind.WEEKDAY, value, f"{starts[0]:%Y-%m-%d}, a {starts[0]:%A}"
    named = [value for value in values if value.kind is Kind.ROOM]
    if room_keys and any(not value.weak for value in named) and all(value.key not in room_keys for value in named):
        yield Kind.ROOM, named[0], f"room {session.room_id}"
