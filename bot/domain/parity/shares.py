"""Shares and halves: a quarter of the seats, 三成, 八折, полчаса, 一刻钟, and what «с половиной» adds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals
from bot.domain.parity.units import Unit, quantity, unit_after
from bot.domain.parity.values import Sheet, Value

_HAN = f"[{chinese_numerals.CHARACTERS}]"
_FRACTION = re.compile(rf"([{chinese_numerals.CHARACTERS[2:]}]+)分之({_HAN}+|\d+(?:\.\d+)?)")
_TENTHS = re.compile(rf"(?<!{_HAN})([一二两三四五六七八九])成(?![员为立功本果绩人都年长千群效不])")
_DISCOUNT = re.compile(r"(?<![\d.第])(\d\.?\d?|[一二三四五六七八九]{1,2})折(?![叠扣射返腾旧])")

_WORDS = {
    Language.ZH: (
        (r"一半|半数", "0.5"), (r"(?<!个)半(?=个?(?:小时|钟头|公里))|(?<![上下前后大多过个])半(?=个?[天年月])", "0.5"),
    ),
    Language.RU: (
        (r"\bтри четверти\b|\bтр[её]х четвертей\b", "0.75"), (r"\bчетверт[ьи]\b", "0.25"),
        (r"(?<!\bс )(?<!первой )(?<!второй )(?<!первая )(?<!вторая )(?<!первую )(?<!вторую )\bполовин\w*", "0.5"),
        (r"\bпол(?=(?:часа|дня|года|месяца|минуты|километра|метра|литра)\b)|\bполу(?=часов)", "0.5"),
        (r"\bдв(?:е|ух) трет(?:и|ей)\b", "0.6667"), (r"\b(?:одн\w+ )?трет[ьи]\b", "0.3333"),
    ),
    Language.EN: (
        (r"\bthree[- ]quarters\b", "0.75"),
        (r"(?<!first )(?<!second )(?<!third )(?<!fourth )(?<!and a )\bquarter\b", "0.25"),
        (r"(?<!first )(?<!second )(?<!and a )(?<!and-a-)\bhalf\b", "0.5"),
        # "A third visit" is the third one.
        (r"\btwo[- ]thirds\b", "0.6667"), (r"\b(?:a|one)[- ]third\b(?= of)", "0.3333"),
    ),
}  # fmt: skip
_SHARES = {
    language: tuple((re.compile(pattern, re.IGNORECASE), Decimal(share)) for pattern, share in rows)
    for language, rows in _WORDS.items()
}
_OF = {
    Language.ZH: re.compile(""), Language.RU: re.compile(" ?"), Language.EN: re.compile(r"(?:[- ](?:of )?(?:an? )?)?"),
}  # fmt: skip
_AND_HALF = {
    Language.ZH: re.compile(r"个?半(?![价径数])"),
    Language.RU: re.compile(r" с (?:половиной|четвертью)"),
    Language.EN: re.compile(r"[- ]and[- ]a[- ](?:half|quarter)\b"),
}
_UNIT_AND_HALF = {
    Language.RU: re.compile(r"\b(?P<unit>\w+) с (?:половиной|четвертью)", re.IGNORECASE),
    Language.EN: re.compile(r"\ban? (?P<unit>\w+) and a (?:half|quarter)\b", re.IGNORECASE),
}
"""An hour and a half: one of a unit that is not counted."""


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Every share, of a whole that is not measured or of a unit; those in words are weak."""
    if language is Language.ZH:
        yield from _chinese(sheet)
    if pattern := _UNIT_AND_HALF.get(language):
        for found in list(pattern.finditer(sheet.text)):
            unit, _ = unit_after(sheet.text, found.start("unit"), language)
            if unit:
                yield _share(sheet, 1 + _added(found.group()), unit, *found.span())
    for pattern, share in _SHARES[language]:
        for found in list(pattern.finditer(sheet.text)):
            unit, end = unit_after(sheet.text, _OF[language].match(sheet.text, found.end()).end(), language)
            yield _share(sheet, share, unit, found.start(), end if unit else found.end())


def half_after(text: str, place: int, language: Language) -> tuple[Decimal, int]:
    """What a half or a quarter behind a number or its unit adds to it, and where that ends."""
    found = _AND_HALF[language].match(text, place)
    return (_added(found.group()), found.end()) if found else (Decimal(0), place)


def _added(text: str) -> Decimal:
    return Decimal("0.25") if re.search("четверт|quarter", text, re.IGNORECASE) else Decimal("0.5")


def _chinese(sheet: Sheet) -> Iterator[Value]:
    for found in list(_FRACTION.finditer(sheet.text)):
        below, above = found.groups()
        number = Decimal(above) if above[0].isdigit() else Decimal(chinese_numerals.read(above))
        if below == "百":
            yield _share(sheet, number, Unit("percent"), *found.span(), weak=False)
        else:
            unit, end = unit_after(sheet.text, found.end(), Language.ZH)
            share = round(number / chinese_numerals.read(below), 4)
            yield _share(sheet, share, unit, found.start(), end if unit else found.end())
    for found in list(_TENTHS.finditer(sheet.text)):
        yield _share(sheet, Decimal(10 * chinese_numerals.read(found.group(1))), Unit("percent"), *found.span())
    for found in list(_DISCOUNT.finditer(sheet.text)):
        paid = found.group(1)
        digits = "".join(str(chinese_numerals.read(digit)) for digit in paid if digit != ".")
        off = 100 - Decimal(digits.ljust(2, "0"))
        yield _share(sheet, off, Unit("percent"), *found.span(), weak=not paid[0].isdigit())


def _share(sheet: Sheet, number: Decimal, unit: Unit | None, start: int, end: int, *, weak: bool = True) -> Value:
    value = quantity(number, unit, sheet.as_written(start, end), start, weak)
    sheet.cover(start, end)
    return value
