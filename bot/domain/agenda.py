"""A delegate's choice of sessions: in which order they come, and which of them cannot both be attended."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

from bot.domain.programme import Occurrence, Programme, Session
from bot.domain.reading import end_of

STANDING_KINDS = frozenset({"desk", "exhibition"})
"""Open all day: one goes there at any time, so they are in nobody's way."""


def chosen(ids: Iterable[str], programme: Programme) -> list[Session]:
    """The sessions of an agenda that the programme still has, by their first start."""
    found = [session for one in ids if (session := programme.session(one)) is not None and session.slots]
    return sorted(found, key=lambda session: (min(session.slots).start, session.id))


def clashes(sessions: Sequence[Session], programme: Programme) -> list[tuple[Session, Session]]:
    """Pairs that take place at the same time; a part does not clash with its whole."""
    held = [session for session in sessions if not session.cancelled and session.kind not in STANDING_KINDS]
    return [
        (one, other)
        for one, other in combinations(held, 2)
        if one.part_of != other.id and other.part_of != one.id and _meet(one, other, programme)
    ]


def _meet(one: Session, other: Session, programme: Programme) -> bool:
    return any(
        first.start < end_of(programme, Occurrence(other, second))
        and second.start < end_of(programme, Occurrence(one, first))
        for first in one.slots
        for second in other.slots
    )
