"""Dates and weekdays in every spelling of the three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals, word_numerals
from bot.domain.parity.units import magnitude_after, unit_after
from bot.domain.parity.values import Kind, Sheet, Value

_N = rf"(?:\d{{1,2}}|[{chinese_numerals.BELOW_A_HUNDRED}]{{1,3}})"
_RU_MONTHS = (
    r"январ\w*", r"феврал\w*", r"март\w*", r"апрел\w*", r"ма[йяюе]м?(?!\w)", r"июн\w*", r"июл\w*", r"август\w*",
    r"сентябр\w*", r"октябр\w*", r"ноябр\w*", r"декабр\w*",
)  # fmt: skip
_EN_MONTHS = (
    "Jan(?:uary|\\.)?", "Feb(?:ruary|\\.)?", "Mar(?:ch|\\.)?", "Apr(?:il|\\.)?", "May", "June?", "July?",
    "Aug(?:ust|\\.)?", "Sept?(?:ember|\\.)?", "Oct(?:ober|\\.)?", "Nov(?:ember|\\.)?", "Dec(?:ember|\\.)?",
)  # fmt: skip
_RU_MONTH, _EN_MONTH = "(?:" + "|".join(_RU_MONTHS) + ")", "(?:" + "|".join(_EN_MONTHS) + r")(?!\w)"

_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d{2})\.(\d{4})(?!\d)")
_SLASHED = re.compile(r"(?<!\d)(\d{4})/(\d{1,2})/(\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d/])(\d{1,2})/(0?[1-9]|1[0-2])/(\d{4})(?![\d/])")
_SHORT_SLASHED = re.compile(r"(?<![\d/])(?:([12]?\d|3[01])/(0[1-9])|(0[1-9]|[12]\d|3[01])/(1[0-2]))(?![\d/])")
# «В 11.07» is a time, «до 18.10» sooner one than a date, but «с 10.10 по 11.10» are dates.
_SHORT_DOTTED = re.compile(
    r"(?<![\d.,:])(?<!\bв )(?!(?:(?<=\bс )|(?<=\bдо )|(?<=\bк ))\d+\.(?:05|10)(?! по ))"
    r"(?:(\d{1,2})\s?[-–—]\s?)?(0?[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])(?!\d|[.,:]\d)"
)

_ZH_TO = r"\s*(?:至|到|—|–|-|~|、|和|及|与)\s*"
# «7月10至11日»
_ZH_DAY = re.compile(rf"(?:(\d{{4}})年)?({_N})月({_N})(?:[日号]|(?={_ZH_TO}(?:{_N}月)?{_N}[日号]))")
_ZH_NEXT = re.compile(rf"(?:\s*[（(][^）)]{{0,8}}[）)])?{_ZH_TO}(?:(\d{{4}})年)?(?:({_N})月)?({_N})[日号]")
_ZH_MONTH = re.compile(rf"(?:(\d{{4}})年)?({_N})月(?!\d|[{chinese_numerals.CHARACTERS}])")
_RU_DAY = rf"(?:\d{{1,2}}(?:-?го|-?е)?|{word_numerals.one_of(Language.RU, 1, 31, ordinal=True)})"
_RU_DAYS = re.compile(
    rf"(?<![\w.,:])({_RU_DAY}(?:\s*(?:,|и|–|—|-|по|до)\s*{_RU_DAY})*)\s+"
    rf"({_RU_MONTH})(?:\s+(\d{{4}})(?!:?\d))?",
    re.IGNORECASE,
)
_RU_MONTH_ALONE = re.compile(rf"(?<!\w)({_RU_MONTH})(?:\s+(\d{{4}})(?!:?\d))?", re.IGNORECASE)
_EN_DAY = rf"(?:\d{{1,2}}(?:st|nd|rd|th)?(?!\d|:)|{word_numerals.one_of(Language.EN, 1, 31, ordinal=True)})"
_EN_LIST = rf"(?:the\s+)?{_EN_DAY}(?:\s*(?:,|and|–|—|-|to|&)\s*(?:the\s+)?{_EN_DAY})*"
_EN_DAYS = re.compile(rf"(?<![\w.,:])({_EN_LIST})\s+(?:of\s+)?({_EN_MONTH})(?:,?\s+(\d{{4}})(?!:?\d))?")
_EN_MONTH_FIRST = re.compile(rf"(?<!\w)({_EN_MONTH})\s+({_EN_LIST})(?:,?\s+(\d{{4}})(?!:?\d))?")
_EN_MONTH_ALONE = re.compile(rf"(?<!\w)({_EN_MONTH})(?:,?\s+(\d{{4}})(?!:?\d))?")
_EN_MODAL = re.compile(r"(?:\b(?:in|of|since|by|until|from|till|early|late|mid|and|to|–)[ -])$", re.IGNORECASE)

_DAYS = {Language.RU: f"(?i:{_RU_DAY})", Language.EN: _EN_DAY}
_DAY_ALONE = {
    Language.ZH: re.compile(
        r"(?:(?<=[，。；、,;和及与至到于在从自（(：—–-])|^)(\d{1,2})日(?![内游间前后常程])", re.MULTILINE
    ),
    Language.RU: re.compile(r"(?<![\w.,])(\d{1,2})-го(?=\s*(?:[,.;:)—–-]|в\b|с\b|до\b|числа|$))"),
    Language.EN: re.compile(r"\bthe\s+(\d{1,2})(?:st|nd|rd|th)(?=\s*(?:[,.;:)—–]|at\b|from\b|until\b|$))"),
}

_WEEKDAYS = {
    # «среда» is an environment too, so it counts in brackets and in «в среду» only.
    Language.RU: (
        "понедельник", "вторник", "(?:(?<=[(（])среда|сред[уе](?!н)|по средам)", "четверг", "пятниц", "суббот",
        "воскресень",
    ),
    Language.EN: ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}  # fmt: skip
_ZH_WEEKDAY = re.compile(r"(?:星期|周|礼拜)([一二三四五六日天])(?![个场条])")


def _month_number(text: str, months: tuple[str, ...]) -> int:
    return next(number for number, spelling in enumerate(months, 1) if re.fullmatch(spelling, text, re.IGNORECASE))


def _date(
    sheet: Sheet, span: tuple[int, int], month: int, day: int | None, year: str | None, weak: bool = False
) -> Value:
    return Value(Kind.DATE, (month, day), sheet.as_written(*span), span[0], year or None, weak)


def read_dates(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Days (with or without a year) and months; a range gives both its ends."""
    yield from _weekdays(sheet, language)
    dates = [*_in_digits(sheet), *_with_month(sheet, language)]
    yield from dates
    yield from _without_month(sheet, language, dates)


def _in_digits(sheet: Sheet) -> Iterator[Value]:
    for pattern, order in ((_ISO, (1, 2, 3)), (_SLASHED, (1, 2, 3)), (_DOTTED, (3, 2, 1)), (_DAY_FIRST, (3, 2, 1))):
        for found in sheet.take(pattern):
            year, month, day = (found.group(place) for place in order)
            yield _date(sheet, found.span(), int(month), int(day), year)


def _with_month(sheet: Sheet, language: Language) -> Iterator[Value]:
    if language is Language.ZH:
        yield from _chinese_dates(sheet)
    elif language is Language.RU:
        yield from _short(sheet, language)
        yield from _listed(sheet, _RU_DAYS, _RU_MONTHS, language, days=1, month=2)
        for found in sheet.take(_RU_MONTH_ALONE):
            number = _month_number(found.group(1), _RU_MONTHS)
            yield _date(sheet, found.span(), number, None, found.group(2), weak=not found.group(2))
    else:
        yield from _short(sheet, language)
        yield from _listed(sheet, _EN_DAYS, _EN_MONTHS, language, days=1, month=2)
        yield from _listed(sheet, _EN_MONTH_FIRST, _EN_MONTHS, language, days=2, month=1)
        for found in list(_EN_MONTH_ALONE.finditer(sheet.text)):
            bare = not found.group(2)
            if bare and found.group(1) in {"May", "Mar", "March"} and not _EN_MODAL.search(sheet.text[: found.start()]):
                continue
            number = _month_number(found.group(1), _EN_MONTHS)
            yield _date(sheet, found.span(), number, None, found.group(2), weak=bare)
            sheet.cover(*found.span())


def _short(sheet: Sheet, language: Language) -> Iterator[Value]:
    """«11.07» and "11/07", which name no year; Russian decimals have a comma, so the first is hardly ever a number."""
    if language is Language.RU:
        for found in list(_SHORT_DOTTED.finditer(sheet.text)):
            size, end = magnitude_after(sheet.text, found.end(), language)
            unit, _ = unit_after(sheet.text, end, language)
            # «11.07 с утра» looks like seconds.
            if size == 1 and (unit is None or unit.family == "s"):
                for day in filter(None, found.group(1, 2)):
                    yield _date(sheet, found.span(), int(found.group(3)), int(day), None)
                sheet.cover(*found.span())
    for found in sheet.take(_SHORT_SLASHED):
        day, month = found.group(1, 2) if found.group(1) else found.group(3, 4)
        yield _date(sheet, found.span(), int(month), int(day), None)


def _without_month(sheet: Sheet, language: Language, dates: Sequence[Value]) -> Iterator[Value]:
    """A day whose month the date before it names: «7月10日12:15、11日12:00», «10 июля в 12:15, 11-го в 12:00»."""
    for found in list(_DAY_ALONE[language].finditer(sheet.text)):
        before = [date for date in dates if date.start < found.start() and not date.weak]
        if before:
            month = max(before, key=lambda date: date.start).key[0]
            yield _date(sheet, found.span(), month, int(found.group(1)), None)
            sheet.cover(*found.span())


def _weekdays(sheet: Sheet, language: Language) -> Iterator[Value]:
    # Left in place: a weekday in brackets stands inside a date.
    if language is Language.ZH:
        for found in _ZH_WEEKDAY.finditer(sheet.text):
            number = "一二三四五六日".find(found.group(1).replace("天", "日"))
            yield Value(Kind.WEEKDAY, number, sheet.as_written(*found.span()), found.start())
        return
    for number, spelling in enumerate(_WEEKDAYS[language]):
        for found in re.finditer(rf"(?<!\w)(?:{spelling})\w{{0,3}}(?!\w)", sheet.text):
            yield Value(Kind.WEEKDAY, number, sheet.as_written(*found.span()), found.start())


def _listed(
    sheet: Sheet, pattern: re.Pattern[str], months: tuple[str, ...], language: Language, *, days: int, month: int
) -> Iterator[Value]:
    for found in sheet.take(pattern):
        number = _month_number(found.group(month), months)
        numbers = [word_numerals.read(day, language) for day in re.findall(_DAYS[language], found.group(days))]
        for place, day in enumerate(numbers):
            # A single date is shown whole, one of a list with the whole list.
            yield _date(sheet, found.span(), number, day, found.group(3) if place == len(numbers) - 1 else None)


def _chinese_dates(sheet: Sheet) -> Iterator[Value]:
    place = 0
    while found := _ZH_DAY.search(sheet.text, place):
        year, month, day = found.group(1), chinese_numerals.read(found.group(2)), chinese_numerals.read(found.group(3))
        yield _date(sheet, found.span(), month, day, year)
        start, end = found.span()
        while following := _ZH_NEXT.match(sheet.text, end):
            year = following.group(1)
            month = chinese_numerals.read(following.group(2)) if following.group(2) else month
            span = (following.start(3), following.end())
            yield _date(sheet, span, month, chinese_numerals.read(following.group(3)), year)
            end = following.end()
        sheet.cover(start, end)
        place = end
    for found in sheet.take(_ZH_MONTH):
        month = chinese_numerals.read(found.group(2))
        if 1 <= month <= 12:
            yield _date(sheet, found.span(), month, None, found.group(1), weak=not found.group(1))
