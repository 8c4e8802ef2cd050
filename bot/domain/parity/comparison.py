"""Compares what the renderings of one entry say: contradictions, and values that one of them lacks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from typing import Any

from bot.domain.language import Language
from bot.domain.parity.values import SOFT, Kind, Value

Readings = Mapping[Language, Sequence[Value]]
Silenced = Collection[tuple[Kind, Any]]
"""Kinds and keys of values that may differ."""


@dataclass(frozen=True)
class Contradiction:
    """Languages that say different things of one kind: for each its values that the others do not support."""

    kind: Kind
    sides: Mapping[Language, tuple[Value, ...]]


@dataclass(frozen=True)
class Missing:
    """A value that stands in some languages and not in the others."""

    value: Value
    present: tuple[Language, ...]
    absent: tuple[Language, ...]


def compare(readings: Readings, silenced: Silenced = ()) -> tuple[list[Contradiction], list[Missing]]:
    """What the renderings disagree in, kind by kind; a silenced value goes together with what stands in its place."""
    contradictions: list[Contradiction] = []
    missing: list[Missing] = []
    for kind in Kind:
        own = {language: [value for value in values if value.kind is kind] for language, values in readings.items()}
        heard = {(one, other): _heard(own[one], own[other], silenced) for one, other in permutations(own, 2)}
        conflicts = {}
        for one, other in combinations(own, 2):
            if sides := _conflict(heard[one, other], heard[other, one], kind):
                conflicts[one, other] = sides
        contradictions.extend(_merged(kind, conflicts))
        if kind not in SOFT:
            settled = {frozenset(pair) for pair in conflicts}
            missing.extend(_missing(own, heard, settled))
    return contradictions, missing


def unsupported(values: Sequence[Value], others: Sequence[Value]) -> list[Value]:
    """The values that none of the others says too."""
    return [value for value in values if not any(other.supports(value) for other in others)]


def _heard(mine: Sequence[Value], theirs: Sequence[Value], silenced: Silenced) -> list[Value]:
    """What of a text is compared with another: no silenced values, nor those that stand in the place of one there.

    Which those are, the order tells in which they stand among the values that the two texts do not share.
    """
    lone = list({value.key: value for value in unsupported(mine, theirs)}.values())
    passed = {value.key for value in mine if (value.kind, value.key) in silenced}
    for place, other in enumerate({value.key: value for value in unsupported(theirs, mine)}.values()):
        if (other.kind, other.key) in silenced:
            against = [value for value in lone if value.key not in passed and value.contradicts(other)]
            passed |= {value.key for value in sorted(against, key=lambda value: abs(lone.index(value) - place))[:1]}
    return [value for value in mine if value.key not in passed]


def _conflict(
    mine: Sequence[Value], theirs: Sequence[Value], kind: Kind
) -> tuple[tuple[Value, ...], tuple[Value, ...]] | None:
    """The values in which two texts contradict each other, or None."""
    left, right = unsupported(mine, theirs), unsupported(theirs, mine)
    if left and right:
        opposed = any(one.contradicts(other) for one in left for other in right)
        return (tuple(left), tuple(right)) if opposed else None
    if kind in SOFT:  # a city may be named twice here and once there
        return None
    # A title («the head of the administration») names its holder, but does not excuse another name beside it.
    firm, others = _firm(mine), _firm(theirs)
    left, right = unsupported(firm, others), unsupported(others, firm)
    if left and (spare := _spare(others, firm, left)):
        return tuple(left), (spare,)
    if right and (spare := _spare(firm, others, right)):
        return (spare,), tuple(right)
    return None


def _firm(values: Sequence[Value]) -> list[Value]:
    return [value for value in values if not value.weak]


def _spare(values: Sequence[Value], others: Sequence[Value], unknown: Sequence[Value]) -> Value | None:
    """A value that stands here more often than there, while there stands an unknown one in the same number.

    So «12 projects … 12 projects» against «12 projects … 13 projects» is a contradiction, not a missing 13.
    """
    mine, theirs = (Counter((value.key, value.unit) for value in several) for several in (values, others))
    if len(values) != len(others) or len(unknown) != 1:
        return None
    return next((value for value in values if mine[value.key, value.unit] > theirs[value.key, value.unit] > 0), None)


def _merged(
    kind: Kind, conflicts: Mapping[tuple[Language, Language], tuple[tuple[Value, ...], tuple[Value, ...]]]
) -> Iterator[Contradiction]:
    """One contradiction a kind: when one text stands against two, it is told once."""
    sides: dict[Language, dict[Value, None]] = defaultdict(dict)
    for (one, other), (left, right) in conflicts.items():
        sides[one].update(dict.fromkeys(left))
        sides[other].update(dict.fromkeys(right))
    if sides:
        # The text that stands alone comes first: it is the likelier one to be wrong.
        often = Counter(language for pair in conflicts for language in pair)
        ordered = sorted(sides, key=lambda language: -often[language])
        yield Contradiction(kind, {language: tuple(sides[language]) for language in ordered})


def _missing(
    own: Mapping[Language, Sequence[Value]],
    heard: Mapping[tuple[Language, Language], Sequence[Value]],
    settled: set[frozenset[Language]],
) -> Iterator[Missing]:
    told: list[Value] = []
    for language, values in own.items():
        for value in values:
            if value.weak or any(value.supports(other) for other in told):
                continue
            absent = tuple(
                other for other in own
                if other is not language
                and frozenset((language, other)) not in settled
                and value in heard[language, other]
                and not any(theirs.supports(value) for theirs in heard[other, language])
            )  # fmt: skip
            if absent:
                told.append(value)
                present = tuple(other for other in own if other not in absent)
                yield Missing(value, (language, *(other for other in present if other is not language)), absent)
