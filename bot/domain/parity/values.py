"""A value as it stands in a text, and how two values of different languages are found to be the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a value is; values of one kind are compared with each other."""

    NUMBER = "number"
    DATE = "date"
    WEEKDAY = "weekday"
    TIME = "time"
    ROOM = "room"
    LEVEL = "level"
    EXIT = "exit"
    PHONE = "phone number"
    LINK = "link"
    CODE = "code"
    COUNTRY = "country"
    PERSON = "person"
    INSTITUTION = "institution"
    PLACE = "place"


_HALF_DAY = 720
EITHER_HALF = "before or after noon"
"""The unit of a time that does not say which half of the day is meant: half past two."""
SOFT = frozenset({Kind.INSTITUTION, Kind.PLACE})
"""Kinds that one language may leave out without a word: a text says «the city» where another names it."""


@dataclass(frozen=True)
class Value:
    """One value of a text: `key` is the same in every language and spelling."""

    kind: Kind
    key: Any
    text: str
    """As written."""
    start: int
    unit: str | None = None
    """Of a number: what it counts, when that is a unit; of a date: its year; of a time: `EITHER_HALF` or nothing."""
    weak: bool = False
    """A number in words or a bare month: it can support or contradict another value, but nobody misses it."""
    bare: Any = None
    """Of a number: as it stands, before its unit was brought to that of the family (180 of «180 days»)."""

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way in which a list of silenced values may name it: «7,4 %» also as «7,4», «зал А» also as «hall a»."""
        names = (self.text, self.key) if isinstance(self.key, str) else (self.text,)
        digits = _DIGITS.match(self.text) if self.kind is Kind.NUMBER else None
        return (*names, digits.group()) if digits else names

    def supports(self, other: Value) -> bool:
        """Whether the two say the same; a unit or year that only one of them names does not part them."""
        if self.kind is not other.kind:
            return False
        if self.kind is Kind.DATE:
            return _same_day(self, other)
        if self.kind is Kind.TIME and (self.unit or other.unit):
            return (self.key - other.key) % _HALF_DAY == 0
        if self.unit == other.unit:
            return self.key == other.key
        if self.unit is not None and other.unit is not None:
            return False
        return self._plain == other._plain or _same_share(self, other)

    def contradicts(self, other: Value) -> bool:
        """Whether the two, which do not say the same, can be meant to be the same thing.

        A number in words needs more for this than one in digits, because words have looser translations: it must count
        the same, or be the same number of something else; against digits, what is counted may be unsaid.
        """
        if self.kind is not Kind.NUMBER or not (self.weak or other.weak):
            return not (self.weak and other.weak)
        counted = {self._counted, other._counted}
        if len(counted) == 1 or self._plain == other._plain:
            return True
        return None in counted and not (self.weak and other.weak)

    @property
    def _counted(self) -> str | None:
        return "percent" if self.unit is None and self.key < 1 else self.unit

    @property
    def _plain(self) -> Any:
        return self.key if self.bare is None else self.bare


def _same_share(one: Value, other: Value) -> bool:
    """Half of something is 50 % of it."""
    return any(
        share.unit is None and share.key < 1 and whole.unit == "percent" and round(share.key * 100) == round(whole.key)
        for share, whole in ((one, other), (other, one))
    )


def _same_day(one: Value, other: Value) -> bool:
    if one.unit and other.unit and one.unit != other.unit:
        return False
    if one.key == other.key:
        return True
    # A bare month is supported by any day of it.
    return one.key[0] == other.key[0] and ((one.weak and one.key[1] is None) or (other.weak and other.key[1] is None))


_DIGITS = re.compile(r"\d+(?:[.,\s]\d+)*")
_PLAIN = str.maketrans(
    {**{chr(0xFF10 + digit): str(digit) for digit in range(10)}, "：": ":", "％": "%", "．": ".", "＋": "+", "－": "-",
     "\u00a0": " ", "\u2009": " ", "\u202f": " "}
)  # fmt: skip
TAKEN = "\ufffc"
"""Stands for every character that a reader took."""


class Sheet:
    """A text from which readers take what they understand, so that nothing is read twice."""

    def __init__(self, text: str) -> None:
        self.written = text
        self.text = text.translate(_PLAIN)
        """Of the same length as what was written, with ordinary digits, signs and spaces."""

    def take(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Every match; what matched is not there for later readers."""
        found = list(pattern.finditer(self.text))
        for match in found:
            self.cover(match.start(), match.end())
        return found

    def cover(self, start: int, end: int) -> None:
        """Make a stretch unreadable for later readers."""
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def as_written(self, start: int, end: int) -> str:
        """A stretch of the original text."""
        return self.written[start:end].strip()
