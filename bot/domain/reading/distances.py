"""Distances from now, and parts of a day: in half an hour, after lunch, tomorrow evening."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from bot.domain.reading.clock import EN_HOUR, RU_HOUR, RU_MINUTE
from bot.domain.reading.days import B, E
from bot.domain.reading.forms import EN_NUMBERS, HAN_NUMBER, RU_HOURS, RU_MINUTES, han_number
from bot.domain.reading.model import PartOfDay, Relation
from bot.domain.reading.times import TimeMention
from bot.domain.reading.writing import Writing

_C = re.compile

_OFFSET_UNITS = rf"(?P<n>\d{{1,3}}|{EN_HOUR}|twenty|thirty|forty|fifteen|{RU_HOUR}|{RU_MINUTE}|an?|a couple of|пару)"
_OFFSETS: list[tuple[re.Pattern[str], bool]] = [
    (_C(rf"{B}(?:in|within|over) (?:the )?(?:next |coming )(?:(?:hour|(?P<half>half(?: an)? hour))"
        rf"|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?)){E}"), True),
    (_C(rf"{B}(?:the )?next (?:(?:hour)|(?P<half>half(?: an)? hour)|{_OFFSET_UNITS} (?P<u>hours?"
        rf"|minutes?|mins?)){E}"), True),
    (_C(rf"{B}within (?:(?:an )?hour|(?P<half>half an hour)|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?)){E}"), True),
    (_C(rf"{B}(?:в|на|за) (?:ближайш|следующ)\w+ (?:(?P<half>полчаса)|час(?! \w*дня)"
        rf"|{_OFFSET_UNITS} (?P<u>час(?:а|ов)?|минут[ыу]?)){E}"), True),
    (_C(rf"{B}в течение (?:(?:ближайш|следующ)\w+ )?(?:(?P<half>получаса)|часа|{_OFFSET_UNITS} (?P<u>час(?:а|ов)?"
        rf"|минут[ыу]?)){E}"), True),
    (_C(rf"(?:接下来|未来|下面)的?(?:(?P<n>{HAN_NUMBER})个?半?(?P<u>小时|钟头|分钟)|(?P<half>半个?小时|半个钟头))(?:内|里|以内)?"), True),
    (_C(rf"(?:(?P<n>{HAN_NUMBER})个?(?P<u>小时|钟头|分钟)|(?P<half>半个?小时|半个钟头))(?:以?内|之内)"), True),
    (_C(rf"{B}in (?:(?P<half>half an hour|half hour)|(?P<hh>an hour and a half|one and a half hours)"
        rf"|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?))(?:'? time| from now)?{E}"), False),
    (_C(rf"{B}{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?) from now{E}"), False),
    (_C(rf"{B}через (?:(?P<half>полчаса|пол часа|полчасика)|(?P<hh>полтора часа)"
        rf"|(?:{_OFFSET_UNITS} )?(?P<u>час(?:а|ов|ик|ок)?|минут[ыуок]*)){E}"), False),
    (_C(rf"{B}{_OFFSET_UNITS} (?P<u>час(?:а|ов)?|минут[ыу]?) спустя{E}"), False),
    (_C(rf"再?过?(?:(?P<hh>(?:一个|1个)半(?:小时|钟头))|(?P<n>{HAN_NUMBER}|二十|三十|四十|\d{{2,3}})个?(?P<u>小时|钟头|分钟|刻钟)"
        rf"|(?P<half>半个?小时|半个钟头))(?:以?后|之后|过后)"), False),
    (_C(rf"再过(?:(?P<n>{HAN_NUMBER})个?(?P<u>小时|钟头|分钟|刻钟)|(?P<half>半个?小时|半个钟头))"), False),
]  # fmt: skip


def _offset(found: re.Match[str]) -> timedelta:
    groups = found.groupdict()
    if groups.get("half"):
        return timedelta(minutes=30)
    if groups.get("hh"):
        return timedelta(minutes=90)
    text, unit = groups.get("n"), groups.get("u") or "hour"
    counted = {None: 1, "a": 1, "an": 1, "a couple of": 2, "пару": 2}
    if text in counted:
        number = counted[text]
    else:
        number = int(text) if text.isdigit() else EN_NUMBERS.get(text) or RU_HOURS.get(text) or RU_MINUTES.get(text) or han_number(text)
    if unit == "刻钟":
        return timedelta(minutes=15 * number)
    return timedelta(minutes=number) if unit.startswith(("min", "мин", "分")) else timedelta(hours=number)


def find_offsets(writing: Writing) -> Iterator[TimeMention]:
    """Distances from now: "in an hour" (AT), "in the next hour" (BETWEEN now and then)."""
    for pattern, stretch in _OFFSETS:
        for found in pattern.finditer(writing.remaining):
            if not writing.is_covered(found.start(), found.end()):
                writing.cover(found.start(), found.end())
                relation = Relation.BETWEEN if stretch else Relation.AT
                yield TimeMention(found.start(), found.end(), relation, offset=_offset(found))



_PARTS: list[tuple[re.Pattern[str], PartOfDay]] = [
    (_C(rf"{B}(?:right |straight )?(?:before|until) (?:the )?lunch(?:time| ?break)?{E}|{B}до (?:обеда"
        rf"|обеденного перерыва){E}|{B}перед обедом{E}|(?:午饭|午餐|中饭|吃午饭|用午餐|中午"
        rf"|吃饭)(?:以前|之前|前)|午前"), PartOfDay.BEFORE_LUNCH),
    (_C(rf"{B}(?:right |straight |just )?after (?:the )?lunch(?:time| ?break)?{E}|{B}(?:сразу )?после (?:обеда"
        rf"|обеденного перерыва|ланча){E}|послеобеденн\w+|(?:午饭|午餐|中饭|吃完午饭|吃过午饭|中午|吃完饭|(?<![晚早])饭)(?:以后|之后|后)"
        rf"|吃[完过]午?饭(?!后)|午后"), PartOfDay.AFTERNOON),
    (_C(rf"{B}в обед{E}|{B}в обеденное время{E}"), PartOfDay.NOON),
    (_C(rf"{B}early (?:in the )?morning{E}|{B}рано утром{E}|清晨|一大早|一早|大清早"), PartOfDay.EARLY),
    (_C(rf"{B}(?:in |on )?(?:the )?(?:late )?(?:morning|forenoon)(?:'s)?{E}|{B}first half of the day{E}"
        rf"|{B}(?:с утра|утром|утро|утра|утречком|с утречка|утренн\w+){E}|{B}(?:в )?перв(?:ая|ой"
        rf"|ую) половин[аеу] дня{E}|上午|早上|早晨|(?<=\x01)早(?!餐|饭|点|\x01)"), PartOfDay.MORNING),
    (_C(rf"{B}(?:at |around |over |during )?(?:lunch ?time|noontime){E}|中午|正午|午间"), PartOfDay.NOON),
    (_C(rf"{B}(?:in |on )?(?:the )?(?:early |late )?afternoon(?:'s)?{E}|{B}second half of the day{E}"
        rf"|{B}(?:во )?втор(?:ая|ой|ую) половин[аеу] дня{E}|{B}пополудни{E}|下午|后半天"), PartOfDay.AFTERNOON),
    (_C(rf"{B}(?:днем|дневн\w+|в дневное время){E}|白天|{B}(?:during|in) the daytime{E}"
        rf"|{B}daytime{E}"), PartOfDay.DAYTIME),
    (_C(rf"{B}(?:in |on )?(?:the )?evening(?:'s)?{E}|{B}tonight(?:'s)?{E}|{B}(?:(?:ближе )?к вечеру|под вечер"
        rf"|вечером|вечер|вечера|вечерком|вечерн\w+){E}|傍晚|晚上|晚间|当晚|晚(?![点一些])"), PartOfDay.EVENING),
    (_C(rf"{B}(?:at |in the |late )?night{E}|{B}(?:ночью|поздно ночью){E}|夜里|深夜|半夜|夜间|凌晨"), PartOfDay.NIGHT),
]  # fmt: skip


@dataclass(frozen=True)
class PartMention:
    """A part of a day and where it was named."""

    part: PartOfDay
    start: int
    end: int


def find_parts(writing: Writing, by_lunch: bool = False) -> Iterator[PartMention]:
    """Parts of the day; `by_lunch` only those told by lunch, which must be read before names."""
    for pattern, part in _PARTS[:3] if by_lunch else _PARTS[3:]:
        for found in pattern.finditer(writing.remaining):
            if not writing.is_covered(found.start(), found.end()):
                writing.cover(found.start(), found.end())
                yield PartMention(part, found.start(), found.end())
