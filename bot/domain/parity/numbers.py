"""Numbers with their magnitudes and units, in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals, shares, word_numerals
from bot.domain.parity.units import Unit, magnitude_after, quantity, unit_after, unit_before
from bot.domain.parity.values import Kind, Sheet, Value

_WESTERN = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_DIGITS = {
    Language.ZH: re.compile(_WESTERN),
    Language.EN: re.compile(_WESTERN),
    Language.RU: re.compile(r"\d{1,3}(?: \d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"),
}
_POWER = re.compile(r"(\d+)(?:\^|的)(\d+)(?:次方|次幂)?")
_RANGE = re.compile(r"\s?[-–—~～至到]\s?(?=\d)")
_HAN = chinese_numerals.CHARACTERS
_COUNT_ZH = re.compile(rf"(?<!星期)(?<![\d.,第周数几上{_HAN}])[{_HAN}]+")
_CLASSIFIER = re.compile(
    r"[多余几]?(?:个|场|条|家|名|位|国|项|种|类|次|周年|方面|大(?!厅|学|堂|会|道|型)|届|座|所|台|人(?!工)|倍|支|份|张|辆|艘|款|省|晚(?![上餐宴间会])|号(?=线|楼|桌|车|馆|航))"
)
_ORDINAL_ZH = re.compile(rf"第([{_HAN}]+|\d+)")
_LAST_ORDINAL = 99
"""A greater one is a year («в две тысячи двадцать пятом»), which digits write like any number."""


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Every number that no other reader took; those in words are weak."""
    for found in sheet.take(_POWER):
        value = Decimal(found.group(1)) ** int(found.group(2))
        yield quantity(value, None, sheet.as_written(*found.span()), found.start())
    yield from shares.read(sheet, language)
    if language is Language.ZH:
        yield from _in_characters(sheet)
    yield from _in_digits(sheet, language)
    if language is not Language.ZH:
        yield from _in_words(sheet, language)


def _in_digits(sheet: Sheet, language: Language) -> Iterator[Value]:
    text, place = sheet.text, 0
    while found := _DIGITS[language].search(text, place):
        start, end = found.span()
        number, unit, end = _measured(text, _decimal(found.group(), language), end, language)
        unit = unit_before(text, start, unit)
        yield quantity(number, unit, sheet.as_written(start, end), start)
        place = end


def _decimal(digits: str, language: Language) -> Decimal:
    if language is Language.RU:
        return Decimal(digits.replace(" ", "").replace(",", "."))
    return Decimal(digits.replace(",", ""))


def _measured(text: str, number: Decimal, end: int, language: Language) -> tuple[Decimal, Unit | None, int]:
    """A number with its half, magnitude and unit («два с половиной миллиона юаней», 两公里半), and where they end."""
    half, end = shares.half_after(text, end, language)
    size, end = magnitude_after(text, end, language)
    if size == 1 and (to := _RANGE.match(text, end)) and (other := _DIGITS[language].match(text, to.end())):
        # «2-3 million»: the magnitude belongs to both.
        size = magnitude_after(text, other.end(), language)[0]
    number = (number + half) * size
    unit, unit_end = unit_after(text, end, language)
    if unit is None:
        return number, None, end
    half, unit_end = shares.half_after(text, unit_end, language)
    return number + half, unit, unit_end


def _in_characters(sheet: Sheet) -> Iterator[Value]:
    for found in sheet.take(_ORDINAL_ZH):
        number = chinese_numerals.read(found.group(1))
        if number > 1:
            text = sheet.as_written(*found.span())
            yield Value(Kind.NUMBER, Decimal(number), text, found.start(), "ordinal", True)
    for found in list(_COUNT_ZH.finditer(sheet.text)):
        number = Decimal(chinese_numerals.read(found.group()))
        number, unit, end = _measured(sheet.text, number, found.end(), Language.ZH)
        if unit or (number > 1 and _CLASSIFIER.match(sheet.text, found.end())):
            yield quantity(number, unit, sheet.as_written(found.start(), end), found.start(), weak=True)
            sheet.cover(*found.span())


def _in_words(sheet: Sheet, language: Language) -> Iterator[Value]:
    for numeral in list(word_numerals.find(sheet.text, language)):
        number, unit, end = numeral.number, None, numeral.end
        if not numeral.is_ordinal:
            number, unit, end = _measured(sheet.text, number, end, language)
        # «One» of nothing that is measured is an article, «the first» an adverb.
        if number == 1 and unit is None:
            continue
        text = sheet.as_written(numeral.start, end)
        if numeral.is_ordinal and number <= _LAST_ORDINAL:
            yield Value(Kind.NUMBER, number, text, numeral.start, "ordinal", True)
        else:
            yield quantity(number, unit, text, numeral.start, weak=True)
        sheet.cover(numeral.start, numeral.end)
