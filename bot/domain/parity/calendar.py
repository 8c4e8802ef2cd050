"""Dates, weekdays and times of day in every spelling of the three languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals
from bot.domain.parity.values import Kind, Sheet, Value

_N = rf"(?:\d{{1,2}}|[{chinese_numerals.CHARACTERS[2:13]}]{{1,3}})"
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

_ZH_DAY = re.compile(rf"(?:(\d{{4}})年)?({_N})月({_N})[日号]")
_ZH_NEXT = re.compile(
    rf"(?:\s*[（(][^）)]{{0,8}}[）)])?\s*(?:至|到|—|–|-|~|、|和|及|与)\s*(?:(\d{{4}})年)?(?:({_N})月)?({_N})[日号]"
)
_ZH_MONTH = re.compile(rf"(?:(\d{{4}})年)?({_N})月(?!\d|[{chinese_numerals.CHARACTERS}])")
_RU_DAYS = re.compile(
    r"(?<![\d.,:])(\d{1,2}(?:-?го|-?е)?(?:\s*(?:,|и|–|—|-|по|до)\s*\d{1,2}(?:-?го|-?е)?)*)\s+"
    rf"({_RU_MONTH})(?:\s+(\d{{4}})(?!:?\d))?",
    re.IGNORECASE,
)
_RU_MONTH_ALONE = re.compile(rf"(?<!\w)({_RU_MONTH})(?:\s+(\d{{4}})(?!:?\d))?", re.IGNORECASE)
_EN_DAYS = re.compile(
    r"(?<![\d.,:])(\d{1,2}(?:st|nd|rd|th)?(?:\s*(?:,|and|–|—|-|to|&)\s*\d{1,2}(?:st|nd|rd|th)?)*)\s+(?:of\s+)?"
    rf"({_EN_MONTH})(?:,?\s+(\d{{4}})(?!:?\d))?"
)
_EN_MONTH_FIRST = re.compile(
    rf"(?<!\w)({_EN_MONTH})\s+(\d{{1,2}}(?:st|nd|rd|th)?(?!\d|:)(?:\s*(?:and|–|—|-|to|&)\s*\d{{1,2}}(?:st|nd|rd|th)?"
    r"(?!\d|:))*)(?:,?\s+(\d{4})(?!:?\d))?"
)
_EN_MONTH_ALONE = re.compile(rf"(?<!\w)({_EN_MONTH})(?:,?\s+(\d{{4}})(?!:?\d))?")
_EN_MODAL = re.compile(r"(?:\b(?:in|of|since|by|until|from|till|early|late|mid|and|to|–)[ -])$", re.IGNORECASE)

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
    for pattern, order in ((_ISO, (1, 2, 3)), (_SLASHED, (1, 2, 3)), (_DOTTED, (3, 2, 1))):
        for found in sheet.take(pattern):
            year, month, day = (found.group(place) for place in order)
            yield _date(sheet, found.span(), int(month), int(day), year)
    if language is Language.ZH:
        yield from _chinese_dates(sheet)
    elif language is Language.RU:
        yield from _listed(sheet, _RU_DAYS, _RU_MONTHS, days=1, month=2)
        for found in sheet.take(_RU_MONTH_ALONE):
            number = _month_number(found.group(1), _RU_MONTHS)
            yield _date(sheet, found.span(), number, None, found.group(2), weak=not found.group(2))
    else:
        yield from _listed(sheet, _EN_DAYS, _EN_MONTHS, days=1, month=2)
        yield from _listed(sheet, _EN_MONTH_FIRST, _EN_MONTHS, days=2, month=1)
        for found in list(_EN_MONTH_ALONE.finditer(sheet.text)):
            bare = not found.group(2)
            if bare and found.group(1) in {"May", "Mar", "March"} and not _EN_MODAL.search(sheet.text[: found.start()]):
                continue
            number = _month_number(found.group(1), _EN_MONTHS)
            yield _date(sheet, found.span(), number, None, found.group(2), weak=bare)
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
    sheet: Sheet, pattern: re.Pattern[str], months: tuple[str, ...], *, days: int, month: int
) -> Iterator[Value]:
    for found in sheet.take(pattern):
        number = _month_number(found.group(month), months)
        numbers = [int(day) for day in re.findall(r"\d+", found.group(days))]
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


_CLOCK = re.compile(
    r"(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里)?\s?(?<![\d.:])([01]?\d|2[0-4]):([0-5]\d)(?::\d\d)?(?!\d)"
    r"(?:\s?([ap])\.?m\b\.?)?",
    re.IGNORECASE,
)
_ZH_CLOCK = re.compile(
    rf"(凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|晚间|夜里)?\s?(?<![\d小第{chinese_numerals.CHARACTERS}])({_N}|两)[点时]"
    rf"(?!间|候|段|速|区|击|评)(?:钟|整|(半)|(一刻)|({_N})分?)?"
)
_EN_HALVES = re.compile(r"(?<![\d.:])(1[0-2]|[1-9])(?:\.([0-5]\d))?\s?([ap])\.?m\b\.?", re.IGNORECASE)
_EN_DOTTED = re.compile(r"(?<=\bat )([01]?\d|2[0-3])\.([0-5]\d)(?!\d)|(?<=\bfrom )([01]\d|2[0-3])\.([0-5]\d)(?!\d)")
_RU_DOTTED = re.compile(r"(?:(?<=\bв )|(?<=\bс )|(?<=\bдо )|(?<=\bк ))([01]?\d|2[0-3])\.([0-5]\d)(?![\d.])")
_RU_HOURS = re.compile(
    r"(?<![\d.:,])(\d{1,2})(?:\s+час(?:а|ов|ам)?|\s?ч\.?)?(?:\s+(\d{1,2})\s+мин\w*\.?)?\s+(утра|дня|вечера|ночи)\b"
)
_RU_AT = re.compile(r"\b(?:в|к|с|до|после)\s+(\d{1,2})\s+час(?:а|ов|ам)?\b(?!\s+(?:до|назад|после))")
_NAMED = {
    Language.ZH: ((re.compile(r"正午|中午(?=[，。；\s])"), 720), (re.compile(r"午夜|零点"), 0)),
    Language.RU: ((re.compile(r"\bполдень|\bполудня|\bполудню"), 720), (re.compile(r"\bполноч[ьи]\b"), 0)),
    Language.EN: ((re.compile(r"\b(?:noon|midday)\b"), 720), (re.compile(r"\bmidnight\b"), 0)),
}
_LATER = {"下午", "傍晚", "晚上", "晚间", "夜里", "дня", "вечера", "p", "P"}


def read_times(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Times of day, as minutes after midnight."""
    for found in sheet.take(_CLOCK):
        yield _time(sheet, found, found.group(2), found.group(3), found.group(1) or found.group(4))
    if language is Language.ZH:
        for found in sheet.take(_ZH_CLOCK):
            part, hour, half, quarter, minute = found.groups()
            minutes = 30 if half else 15 if quarter else chinese_numerals.read(minute) if minute else 0
            yield _time(sheet, found, str(chinese_numerals.read(hour)), str(minutes), part)
    elif language is Language.EN:
        for found in sheet.take(_EN_HALVES):
            yield _time(sheet, found, found.group(1), found.group(2) or "0", found.group(3))
        for found in sheet.take(_EN_DOTTED):
            yield _time(sheet, found, found.group(1) or found.group(3), found.group(2) or found.group(4), None)
    else:
        for found in sheet.take(_RU_DOTTED):
            yield _time(sheet, found, found.group(1), found.group(2), None)
        for found in sheet.take(_RU_HOURS):
            yield _time(sheet, found, found.group(1), found.group(2) or "0", found.group(3))
        for found in sheet.take(_RU_AT):
            yield _time(sheet, found, found.group(1), "0", None)
    for pattern, minutes in _NAMED[language]:
        for found in sheet.take(pattern):
            yield Value(Kind.TIME, minutes, sheet.as_written(*found.span()), found.start())


def _time(sheet: Sheet, found: re.Match[str], hour: str, minute: str, part: str | None) -> Value:
    hours = int(hour)
    if part in _LATER and hours < 12:
        hours += 12
    if part is not None and part not in _LATER and part != "中午" and hours == 12:
        hours = 0
    return Value(Kind.TIME, hours * 60 + int(minute), sheet.as_written(*found.span()), found.start())
