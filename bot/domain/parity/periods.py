"""Quarters, decades and centuries: numbers that name a stretch of the calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals, word_numerals
from bot.domain.parity.values import Kind, Sheet, Value

_EARLIEST_BARE_DECADE = 30
"""Without a century, «the 30s» to «the 90s» are of the twentieth, «the 20s» of ours."""
_ROMAN = {"I": 1, "V": 5, "X": 10}
_LATIN = str.maketrans("ХІ", "XI")

_HAN = f"[{chinese_numerals.BELOW_A_HUNDRED}]"
_RU_QUARTER, _RU_CENTURY = (word_numerals.one_of(Language.RU, 1, most, ordinal=True) for most in (4, 21))
_EN_QUARTER, _EN_CENTURY = (word_numerals.one_of(Language.EN, 1, most, ordinal=True) for most in (4, 21))
_RU_NUMBER = r"[IVXХІ]+|\d{1,2}(?:-?(?:й|го|му|м|ом|е))?"
_Q = r"(?<![A-Za-z\d])Q(?P<quarter>[1-4])(?![A-Za-z\d])"

# The groups of a pattern: `quarter`, or `century`, or `decade` with or without its century.
_PATTERNS = {
    Language.ZH: (
        _Q,
        r"第?(?P<quarter>[一二三四1-4])季度",
        rf"(?P<century>\d{{1,2}}|{_HAN}{{1,3}})世纪(?:(?P<decade>\d0|{_HAN}十)年代)?",
        rf"(?P<decade>(?:\d\d)?\d0|{_HAN}十)年代",
    ),
    Language.RU: (
        _Q,
        rf"\b(?P<quarter>{_RU_NUMBER}|{_RU_QUARTER})\s+квартал\w*",
        r"\b(?P<decade>\d{3}0-(?:е|х|м|ми)\b(?:\s+год\w+)?|\d0-(?:е|х|м|ми)\s+год\w+)"
        rf"(?:\s+(?P<century>{_RU_NUMBER}|{_RU_CENTURY})\s+(?:век\w*|столети\w+))?",
        rf"\b(?P<century>{_RU_NUMBER}|{_RU_CENTURY})\s+(?:век(?:а|е|у|ом)?|столети\w+)\b",
    ),
    Language.EN: (
        _Q,
        rf"\b(?P<quarter>[1-4](?:st|nd|rd|th)|{_EN_QUARTER})\s+quarter\b",
        r"(?<![\w$])(?P<decade>\d{3}0|\d0)s\b",
        rf"\b(?P<century>\d{{1,2}}(?:st|nd|rd|th)|{_EN_CENTURY})[- ]century\b",
    ),
}
_COMPILED = {
    language: tuple(re.compile(pattern, re.IGNORECASE) for pattern in several)
    for language, several in _PATTERNS.items()
}


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Every quarter, decade and century, each under a unit of its own."""
    for pattern in _COMPILED[language]:
        for found in sheet.take(pattern):
            said = {name: text for name, text in found.groupdict().items() if text}
            numbers = {name: _number(text, language) for name, text in said.items()}
            unit = next(name for name in ("quarter", "decade", "century") if name in said)
            number = _decade(numbers["decade"], numbers.get("century")) if unit == "decade" else numbers[unit]
            weak = unit == "quarter" or not re.search(r"\d|[IVXХ]", said[unit])
            yield Value(Kind.NUMBER, Decimal(number), sheet.as_written(*found.span()), found.start(), unit, weak)


def _decade(years: int, century: int | None) -> int:
    if years >= 100:
        return years
    if century is None:
        century = 20 if years >= _EARLIEST_BARE_DECADE else 21
    return (century - 1) * 100 + years


def _number(text: str, language: Language) -> int:
    if digits := re.match(r"\d+", text):
        return int(digits.group())
    if language is Language.ZH:
        return chinese_numerals.read(text)
    roman = text.upper().translate(_LATIN)
    if re.fullmatch("[IVX]+", roman):
        values = [_ROMAN[letter] for letter in roman]
        return sum(-one if one < after else one for one, after in zip(values, (*values[1:], 0), strict=True))
    return word_numerals.read(text, language)
