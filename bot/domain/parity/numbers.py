"""Numbers with their magnitudes and units, in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals
from bot.domain.parity.units import Unit, magnitude_after, unit_after, unit_before
from bot.domain.parity.values import Kind, Sheet, Value

_WESTERN = r"\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?"
_DIGITS = {
    Language.ZH: re.compile(_WESTERN),
    Language.EN: re.compile(_WESTERN),
    Language.RU: re.compile(r"\d{1,3}(?:[   ]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"),
}
_POWER = re.compile(r"(\d+)(?:\^|的)(\d+)(?:次方|次幂)?")
_RANGE = re.compile(r"\s?[-–—~～至到]\s?(?=\d)")
_FRACTION = re.compile(rf"([{chinese_numerals.CHARACTERS}]+)分之([{chinese_numerals.CHARACTERS}\d.]+)")
_MEASURED = re.compile(
    rf"(?<![\d.,第期周{chinese_numerals.CHARACTERS}])([{chinese_numerals.CHARACTERS}]+)(?=多?(?:个|场|条|家|名|位|国|项|种|类|次|天"
    r"(?!津|开|然)|周|年|小时|分钟|方面|大(?!厅|学|堂|会|道|型)|届|座|所|台|人(?!工)|倍|支|份|张|辆|艘|款|省|元|美元|公里|米|秒|%))"
)
_ORDINAL_ZH = re.compile(rf"第([{chinese_numerals.CHARACTERS}]+|\d+)(季度)?")

_RU_WORDS = {
    2: "дв(?:а|е|ух|ум|умя)", 3: "тр(?:и|ёх|ех|ём|ем|емя)", 4: "четыр(?:е|ёх|ех|ём|ем|ьмя)", 5: "пят(?:ь|и|ью)",
    6: "шест(?:ь|и|ью)", 7: "сем(?:ь|и|ью)", 8: "вос(?:емь|ьми|емью)", 9: "девят(?:ь|и|ью)", 10: "десят(?:ь|и|ью)",
    11: "одиннадцат(?:ь|и|ью)", 12: "двенадцат(?:ь|и|ью)", 15: "пятнадцат(?:ь|и|ью)", 20: "двадцат(?:ь|и|ью)",
    30: "тридцат(?:ь|и|ью)", 40: "сорока?", 50: "пят(?:ьдесят|идесяти)", 100: "ст[оа]",
}  # fmt: skip
_EN_WORDS = {
    2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven",
    12: "twelve", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty",
}  # fmt: skip
_RU_ORDINALS = {2: "втор", 3: "трет(?=[ьи])", 4: "четверт|четвёрт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм"}
_RU_ADJECTIVE = r"(?:ый|ий|ой|ая|ья|ое|ье|ого|ьего|ому|ьему|ым|ьим|ом|ьем|ую|ью|ые|ьи|ых|ьих)"
_EN_ORDINALS = {
    2: r"(?<!a )(?<!per )(?<!each )(?<!every )(?<!\d )(?<!\d-)second", 3: "third", 4: "fourth", 5: "fifth",
    6: "sixth", 7: "seventh", 8: "eighth",
}  # fmt: skip


def _words(table: dict[int, str], ending: str = "") -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple(
        (re.compile(rf"(?<![\w-])(?:{spelling}){ending}(?![\w])", re.IGNORECASE), number)
        for number, spelling in table.items()
    )


_CARDINALS = {Language.RU: _words(_RU_WORDS), Language.EN: _words(_EN_WORDS)}
_ORDINALS = {Language.RU: _words(_RU_ORDINALS, _RU_ADJECTIVE), Language.EN: _words(_EN_ORDINALS)}
_SHARES = {
    Language.RU: ((re.compile(r"\bчетверт[ьи]\b"), "0.25"), (re.compile(r"\bполовин\w*"), "0.5"),
                  (re.compile(r"\b(?:одн\w+ )?трет[ьи]\b"), "0.3333")),
    Language.EN: ((re.compile(r"(?<!first )(?<!second )(?<!third )(?<!fourth )\bquarter\b"), "0.25"),
                  (re.compile(r"\bhalf\b(?! past| an? hour)"), "0.5"), (re.compile(r"\b(?:a|one) third\b"), "0.3333")),
    Language.ZH: ((re.compile(r"一半|半数"), "0.5"),),
}  # fmt: skip


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Every number that no other reader took; those in words are weak."""
    for found in sheet.take(_POWER):
        value = Decimal(found.group(1)) ** int(found.group(2))
        yield Value(Kind.NUMBER, _plain(value), sheet.as_written(*found.span()), found.start())
    if language is Language.ZH:
        yield from _chinese(sheet)
    yield from _in_digits(sheet, language)
    yield from _in_words(sheet, language)


def _in_digits(sheet: Sheet, language: Language) -> Iterator[Value]:
    text, place = sheet.text, 0
    while found := _DIGITS[language].search(text, place):
        start, end = found.span()
        number = _decimal(found.group(), language)
        size, end = magnitude_after(text, end, language)
        if size == 1 and (to := _RANGE.match(text, end)) and (other := _DIGITS[language].match(text, to.end())):
            # «2-3 million»: the magnitude belongs to both.
            size = magnitude_after(text, other.end(), language)[0]
        unit, unit_end = unit_after(text, end, language)
        unit = unit_before(text, start, unit)
        yield _value(number * size, unit, sheet.as_written(start, max(end, unit_end)), start)
        place = max(end, found.end())


def _decimal(digits: str, language: Language) -> Decimal:
    if language is Language.RU:
        return Decimal(re.sub(r"[   ]", "", digits).replace(",", "."))
    return Decimal(digits.replace(",", ""))


def _value(number: Decimal, unit: Unit | None, text: str, start: int, weak: bool = False) -> Value:
    if unit is None:
        return Value(Kind.NUMBER, _plain(number), text, start, None, weak)
    return Value(Kind.NUMBER, _plain(number * unit.factor), text, start, unit.family, weak, _plain(number))


def _plain(number: Decimal) -> Decimal:
    """The number as it compares equal whatever its spelling (1.50 and 1.5)."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()


def _chinese(sheet: Sheet) -> Iterator[Value]:
    for found in sheet.take(_FRACTION):
        below, above = found.groups()
        number = chinese_numerals.read(above) if not above[0].isdigit() else Decimal(above)
        text = sheet.as_written(*found.span())
        if below == "百":
            yield Value(Kind.NUMBER, _plain(Decimal(number)), text, found.start(), "percent")
        else:
            share = Decimal(number) / chinese_numerals.read(below)
            yield Value(Kind.NUMBER, _plain(round(share, 4)), text, found.start(), weak=True)
    for found in sheet.take(_ORDINAL_ZH):
        number = chinese_numerals.read(found.group(1))
        if found.group(2) or number > 1:
            what = "quarter" if found.group(2) else "ordinal"
            yield Value(Kind.NUMBER, Decimal(number), sheet.as_written(*found.span()), found.start(), what, True)
    for found in list(_MEASURED.finditer(sheet.text)):
        number = chinese_numerals.read(found.group(1))
        if number < 2:
            continue
        unit, end = unit_after(sheet.text, found.end(), Language.ZH)
        yield _value(Decimal(number), unit, sheet.as_written(found.start(), end), found.start(), weak=True)
        sheet.cover(*found.span())


_QUARTERS = {
    Language.RU: re.compile(r"\b(перв|втор|трет|четв[её]рт)\w+\s+квартал\w*"),
    Language.EN: re.compile(r"\b(first|second|third|fourth)\s+quarter\b"),
}
_QUARTER_NUMBERS = {"перв": 1, "втор": 2, "трет": 3, "четверт": 4, "четвёрт": 4,
                    "first": 1, "second": 2, "third": 3, "fourth": 4}  # fmt: skip


def _in_words(sheet: Sheet, language: Language) -> Iterator[Value]:
    if pattern := _QUARTERS.get(language):
        for found in sheet.take(pattern):
            quarter = Decimal(_QUARTER_NUMBERS[found.group(1)])
            yield Value(Kind.NUMBER, quarter, sheet.as_written(*found.span()), found.start(), "quarter", True)
    for pattern, share in _SHARES[language]:
        for found in sheet.take(pattern):
            yield Value(Kind.NUMBER, Decimal(share), sheet.as_written(*found.span()), found.start(), weak=True)
    for pattern, number in _ORDINALS.get(language, ()):
        for found in sheet.take(pattern):
            text = sheet.as_written(*found.span())
            yield Value(Kind.NUMBER, Decimal(number), text, found.start(), "ordinal", True)
    for pattern, number in _CARDINALS.get(language, ()):
        for found in list(pattern.finditer(sheet.text)):
            size, end = magnitude_after(sheet.text, found.end(), language)
            unit, end = unit_after(sheet.text, end, language)
            text = sheet.as_written(found.start(), max(end, found.end()))
            yield _value(number * size, unit, text, found.start(), weak=True)
            sheet.cover(*found.span())
