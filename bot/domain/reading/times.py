"""Times of day where they stand in a question: at nine, before 11, between two and four."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.reading.clock import HAN_PART, Clock, chinese, decode, english, russian
from bot.domain.reading.days import B, E
from bot.domain.reading.forms import HAN_NUMBER
from bot.domain.reading.model import Relation
from bot.domain.reading.writing import Writing


@dataclass(frozen=True)
class TimeMention:
    """A time, a stretch of time or a distance from now, and where it was named."""

    start: int
    end: int
    relation: Relation
    clocks: tuple[Clock, ...] = ()
    offset: timedelta | None = None


_C = re.compile
# "Half past two" and "ten after two" are times of day, not "after two".
_NOT_MINUTES = r"(?<!half )(?<!quarter )(?<!five )(?<!ten )(?<!twenty )(?<!minutes )(?<!\d )"
_CLOCK_RULES: list[tuple[re.Pattern[str], str, Relation, int]] = [
    # Stretches of time.
    (_C(rf"{chinese(1)}(?:以后|之后|后)?(?:到|至|-|和|~)(?:{HAN_NUMBER}[日号])?{chinese(2)}(?:之间|期间"
        rf"|这段时间|以前|之前|前)?"), "zh", Relation.BETWEEN, 2),
    (_C(rf"(?<![\d.:])(?P<part1>{HAN_PART})?(?P<b1>{HAN_NUMBER})(?:到|至|-"
        rf"|~){chinese(2)}(?:之间|期间|这段时间)?"), "zh", Relation.BETWEEN, 2),
    (_C(rf"{B}(?:between|from|in between) {english(1, True)} ?(?:-|and|to|till"
        rf"|until) ?{english(2, True)}"), "en", Relation.BETWEEN, 2),
    (_C(rf"{B}{english(1, True)} ?(?:-|to|till|until) ?{english(2, False)}"), "en", Relation.BETWEEN, 2),
    (_C(rf"{B}(?:с|со|между|от|с после) {russian(1, True)} (?:до|и|по"
        rf"|-) ?{russian(2, True)}"), "ru", Relation.BETWEEN, 2),
    (_C(rf"{B}(?P<h1>\d{{1,2}})[:.](?P<m1>[0-5]\d) ?- ?(?P<h2>\d{{1,2}})[:.](?P<m2>[0-5]\d){E}"), "ru", Relation.BETWEEN, 2),
    # Before.
    (_C(rf"(?:在)?{chinese(1)}(?:以前|之前|前(?!后)|开始前)"), "zh", Relation.BEFORE, 1),
    (_C(rf"{B}(?:(?:up )?until|till|til|before|earlier than|prior to|no later than"
        rf"|up to) {english(1, True)}"), "en", Relation.BEFORE, 1),
    (_C(rf"{B}(?:до|раньше|не позже|не позднее|перед) {russian(1, True)}"), "ru", Relation.BEFORE, 1),
    # After.
    (_C(rf"(?:在|从)?{chinese(1)}(?:以后|之后|过后|过了|后|起|开始往后)"), "zh", Relation.AFTER, 1),
    (_C(rf"从{chinese(1)}(?:开始)?"), "zh", Relation.AFTER, 1),
    (_C(rf"{B}(?:{_NOT_MINUTES}(?:after|past)|later than|from|since"
        rf"|starting(?: from)?(?: at)?(?= \S+ on)) {english(1, True)}(?: (?:on|onwards?)(?! \w+day| the"
        rf"| july| \d))?"), "en", Relation.AFTER, 1),
    (_C(rf"{B}(?:после|позже|начиная с|с|со|от) {russian(1, True)}"), "ru", Relation.AFTER, 1),
    # At.
    (_C(rf"{B}(?:at|by|around|about|circa|roughly at|exactly at|@) ?(?:around |about "
        rf"|exactly )?{english(1, True)}(?: sharp|ish| exactly)?"), "en", Relation.AT, 1),
    (_C(rf"{B}{english(1, False)}(?: sharp|ish| exactly)?"), "en", Relation.AT, 1),
    (_C(rf"{B}(?:ровно |примерно |где-то |часов )?(?:в|во|к|ко|на|около|ближе к|часам к)(?: районе)? (?:ровно "
        rf"|примерно )?{russian(1, True)}(?: ровно)?"), "ru", Relation.AT, 1),
    (_C(rf"{B}(?:часов|часа) (?:в|к|около) {russian(1, True)}"), "ru", Relation.AT, 1),
    (_C(rf"{B}{russian(1, False)}"), "ru", Relation.AT, 1),
    (_C(rf"(?:在|于)?(?<![早晚有快慢多差]){chinese(1)}(?:左右|前后|的时候|时候|那会儿?|那阵)?"), "zh", Relation.AT, 1),
]  # fmt: skip


def find_clocks(writing: Writing) -> Iterator[TimeMention]:
    """Times of day, stretches first."""
    for pattern, grammar, relation, count in _CLOCK_RULES:
        for found in pattern.finditer(writing.remaining):
            if writing.is_covered(found.start(), found.end()):
                continue
            clocks = [decode(found, n, grammar) for n in range(1, count + 1)]
            if None not in clocks:
                writing.cover(found.start(), found.end())
                yield TimeMention(found.start(), found.end(), relation, tuple(clocks))


