"""Whether the text of a session says what its times and its room say: a hall is soon changed in one place only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.domain.parity.values import Kind, Value
from bot.domain.programme import Session
from bot.domain.sentence import Sentence

_WEEKDAYS = (
    Sentence("Monday"), Sentence("Tuesday"), Sentence("Wednesday"), Sentence("Thursday"), Sentence("Friday"),
    Sentence("Saturday"), Sentence("Sunday"),
)  # fmt: skip


def deviations(
    session: Session, values: Sequence[Value], zone: ZoneInfo, room_keys: Collection[str] | None
) -> Iterator[tuple[Value, Sentence]]:
    """What the text says otherwise: the value in the text, and what is wrong with it.

    A text that names no time, day or room at all is no deviation; further times (a part's) may stand in it.
    """
    starts = [slot.start.astimezone(zone) for slot in session.slots]
    if not starts:
        return
    times = [value for value in values if value.kind is Kind.TIME]
    firm = [value for value in times if not value.weak]
    absent = [start for start in starts if not _is_said([start], times)]
    if firm and absent:
        yield firm[0], Sentence(
            "time {text} in the text, but the session says start {time}", text=firm[0].text, time=f"{absent[0]:%H:%M}"
        )
    ends = [slot.end.astimezone(zone) for slot in session.slots if slot.end]
    spare = [value for value in firm if not _is_said([*starts, *ends], [value])]
    lacking = [end for end in ends if not _is_said([end], times)]
    if spare and lacking and not absent:
        yield spare[0], Sentence(
            "time {text} in the text, but the session says end {time}", text=spare[0].text, time=f"{lacking[0]:%H:%M}"
        )
    days = [value for value in values if value.kind is Kind.DATE and value.key[1] is not None]
    for start in starts:
        if days and all(value.key != (start.month, start.day) for value in days):
            yield days[0], Sentence(
                "date {text} in the text, but the session says {day}", text=days[0].text, day=start.date()
            )
            break
    weekdays = {start.weekday() for start in starts}
    for value in values:
        if value.kind is Kind.WEEKDAY and value.key not in weekdays:
            yield value, Sentence(
                "weekday {text} in the text, but the session says {day}, a {weekday}",
                text=value.text, day=starts[0].date(), weekday=_WEEKDAYS[starts[0].weekday()],
            )  # fmt: skip
    named = [value for value in values if value.kind is Kind.ROOM]
    if room_keys and any(not value.weak for value in named) and all(value.key not in room_keys for value in named):
        yield named[0], Sentence(
            "room {text} in the text, but the session says room {room}", text=named[0].text, room=session.room_id
        )


def _is_said(moments: Sequence[datetime], times: Sequence[Value]) -> bool:
    """Whether one of these times of day is one of those of a text: half past two is 14:30 too."""
    meant = [Value(Kind.TIME, moment.hour * 60 + moment.minute, f"{moment:%H:%M}", 0) for moment in moments]
    return any(value.supports(one) for value in times for one in meant)
