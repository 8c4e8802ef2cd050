"""Times of day in a question: at nine, before 11, between two and four, after lunch, in half an hour."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta

from bot.domain.reading.days import B, E
from bot.domain.reading.forms import (
    EN_NUMBERS,
    HAN_NUMBER,
    RU_HOURS,
    RU_MINUTES,
    RU_ORDINALS,
    han_number,
)
from bot.domain.reading.model import PartOfDay, Relation
from bot.domain.reading.writing import Writing


@dataclass(frozen=True)
class Clock:
    """A time of day as it was said: the hour may still want "in the afternoon"."""

    hour: int
    minute: int = 0
    half: str | None = None
    """"am" or "pm" when it was said, "24" when the spelling rules out a choice."""

    def resolve(self, part: PartOfDay | None = None) -> time:
        """The time meant: an hour from 1 to 7 without more is in the afternoon, as events go."""
        hour, half = self.hour % 24, self.half
        if half is None and part in (PartOfDay.MORNING, PartOfDay.EARLY, PartOfDay.BEFORE_LUNCH):
            half = "am"
        if half is None and part in (PartOfDay.AFTERNOON, PartOfDay.EVENING, PartOfDay.NOON, PartOfDay.DAYTIME):
            half = "pm"
        if half == "pm" and hour < 12 and not (part is PartOfDay.NOON and hour in (10, 11)):
            hour += 12
        elif half == "am" and hour == 12:
            hour = 0
        elif half is None and 1 <= hour <= 7:
            hour += 12
        return time(hour, self.minute)


@dataclass(frozen=True)
class TimeMention:
    """A time, a stretch of time or a distance from now, and where it was named."""

    start: int
    end: int
    relation: Relation
    clocks: tuple[Clock, ...] = ()
    offset: timedelta | None = None


_RU_HOUR = "|".join(sorted(RU_HOURS, key=len, reverse=True))
_RU_ORD = "|".join(sorted(RU_ORDINALS, key=len, reverse=True))
_RU_MIN = "|".join(sorted(RU_MINUTES, key=len, reverse=True))
_EN_HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_MIN = "twenty[- ]five|forty[- ]five|fifteen|thirty|twenty|forty|fifty|five|ten"
_ZH_PART = "早上|早晨|清晨|上午|中午|下午|午后|傍晚|晚上|晚间|夜里|凌晨|晚|早"


# A bare number before one of these is no hour.
_NO_HOUR = (
    r"(?![\d.:%]|\w| ?(?:hours?|minutes?|mins?|days?|people|persons|floor|percent|yuan|rmb|usd|of\b|km|met|больш"
    r"|минут|дн[яе][^а-я]|дней|человек|этаж|зал|форум|маршрут|ворот|вход|процент|юан|руб|км|метр|язык|раз[а ]|половин))"
)


def _en(n: int, loose: bool) -> str:
    """An English time; `loose` takes a bare hour too (after "at", "before" ...)."""
    hour = rf"(?:\d{{1,2}}|{_EN_HOUR})"
    mark = rf"(?: ?o'?clock)?(?: ?(?P<half{n}>[ap]\.? ?m\.?(?![a-z])|in the morning|in the afternoon|in the evening|at night))"
    tail = rf"(?:{mark}|(?: ?o'?clock{E}))" + ("?" if loose else "")
    return (
        rf"(?:(?P<noon{n}>12 noon|noon|midday|noontime|twelve noon)|(?P<midnight{n}>midnight)"
        rf"|(?P<past{n}>half|a? ?quarter|\d{{1,2}}|{_EN_MIN})(?: minutes?| mins?)? (?P<side{n}>past|after|to|before|till) "
        rf"(?P<ph{n}>{hour})(?:{mark.replace(f'half{n}', f'phalf{n}')})?"
        rf"|half[- ](?P<hh{n}>{_EN_HOUR})"
        rf"|(?P<h{n}>\d{{1,2}})[:.h](?P<m{n}>[0-5]\d)(?:{mark.replace(f'half{n}', f'mhalf{n}')})?"
        rf"|(?P<wh{n}>{_EN_HOUR})[- ](?P<wm{n}>thirty|fifteen|forty[- ]five|twenty|forty|ten)(?:{mark.replace(f'half{n}', f'whalf{n}')})?"
        rf"|(?P<b{n}>{hour}){tail}{_NO_HOUR}){E}"
    )


def _ru(n: int, loose: bool) -> str:
    """A Russian time."""
    part = rf"(?: ?(?P<part{n}>утра|дня|вечера|ночи|пополудни))"
    unit = r"(?: ?(?:часов|часам|часа|часу|час|ч\.?)(?![а-я]))"
    said = rf"(?={unit}| ?(?:утра|дня|вечера|ночи|пополудни))" if not loose else ""
    tail = rf"{said}{unit}?(?:{part})?"
    return (
        rf"(?:(?P<noon{n}>полдень|полдня|полудня|полудню|полуднем)|(?P<midnight{n}>полночь|полуночи)"
        rf"|пол[- ]?(?P<ho{n}>{_RU_ORD})(?:{part.replace(f'part{n}', f'hpart{n}')})?"
        rf"|половин[аеуы] (?P<hf{n}>{_RU_ORD})(?:{part.replace(f'part{n}', f'fpart{n}')})?"
        rf"|четверть (?P<qo{n}>{_RU_ORD})(?:{part.replace(f'part{n}', f'qpart{n}')})?"
        rf"|без (?P<lm{n}>{_RU_MIN}|\d{{1,2}})(?: минут[ыу]?)? (?P<lh{n}>\d{{1,2}}|{_RU_HOUR})(?:{part.replace(f'part{n}', f'lpart{n}')})?"
        rf"|(?P<h{n}>\d{{1,2}})[:.-](?P<m{n}>[0-5]\d){unit}?(?:{part.replace(f'part{n}', f'mpart{n}')})?"
        rf"|(?P<wh{n}>{_RU_HOUR}|\d{{1,2}})(?:{unit})? (?P<wm{n}>{_RU_MIN}|[0-5]\d)(?: минут[ыу]?)?(?:{part.replace(f'part{n}', f'wpart{n}')})?"
        rf"|(?P<b{n}>{_RU_HOUR}|\d{{1,2}}){tail}{_NO_HOUR}){E}"
    )


def _zh(n: int) -> str:
    """A Chinese time."""
    return (
        rf"(?:(?P<part{n}>{_ZH_PART})的?)?(?:(?P<h{n}>\d{{1,2}}):(?P<m{n}>[0-5]\d)|正午|"
        rf"(?P<b{n}>{HAN_NUMBER})(?:点钟?|时|點)(?:整|(?P<half{n}>半)|(?P<q{n}>[一三])刻|(?P<mm{n}>[0-5]?\d|[一二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])分?)?)"
    )


_HALVES = {
    "утра": "am", "дня": "pm", "вечера": "pm", "пополудни": "pm", "ночи": "24", "早上": "am", "早晨": "am", "早": "am",
    "清晨": "am", "上午": "am", "凌晨": "am", "中午": "noon", "下午": "pm", "午后": "pm", "傍晚": "pm", "晚上": "pm",
    "晚间": "pm", "晚": "pm", "夜里": "pm",
}  # fmt: skip


def _half(text: str | None) -> str | None:
    if not text:
        return None
    text = text.strip()
    if text in _HALVES:
        return _HALVES[text]
    if text.startswith("a") and "m" in text and "night" not in text:
        return "am"
    return "am" if text == "in the morning" else "pm"


def _hour(text: str) -> int:
    if text in EN_NUMBERS:
        return EN_NUMBERS[text]
    return RU_HOURS[text] if text in RU_HOURS else han_number(text)


def _minutes(text: str) -> int:
    text = text.strip()
    if text in ("quarter", "a quarter"):
        return 15
    return EN_NUMBERS.get(text, RU_MINUTES.get(text, -1)) if not text.isdigit() else int(text)


def _clock(hour: int, minute: int, half: str | None, written: str = "") -> Clock | None:
    if minute < 0:
        hour, minute = hour - 1, 60 + minute
    if not (0 <= hour < 24 and 0 <= minute < 60):
        return None
    if half == "noon":
        half = "24" if hour in (10, 11, 12) else "pm"
    if half is None and (hour >= 13 or hour == 0 or (written.startswith("0") and len(written) == 2)):
        half = "24"
    return Clock(hour, minute, half)


def decode(found: re.Match[str], n: int, grammar: str) -> Clock | None:
    """The time in the groups numbered `n` of a match; None when the numbers are no time of day."""

    def get(name: str) -> str | None:
        return found.groupdict().get(f"{name}{n}")

    if get("noon"):
        return Clock(12, 0, "24")
    if get("midnight"):
        return Clock(0, 0, "24")
    if grammar == "zh":
        half = _half(get("part"))
        if get("h"):
            return _clock(int(get("h")), int(get("m")), half, get("h"))
        if not get("b"):
            return Clock(12, 0, "24")
        minute = 30 if get("half") else 15 * han_number(get("q")) if get("q") else 0
        if get("mm"):
            digits = get("mm").lstrip("零〇")
            if digits.isdigit():
                minute = int(digits)
            else:
                tens, ten, ones = digits.partition("十")
                minute = (han_number(tens) if tens else 1) * 10 + (han_number(ones) if ones else 0) if ten else han_number(tens)
        return _clock(han_number(get("b")), minute, half, get("b"))
    if grammar == "en":
        if get("past"):
            minute = 30 if get("past") == "half" else _minutes(get("past"))
            minute = minute if get("side") in ("past", "after") else -minute
            return _clock(_hour(get("ph")), minute, _half(get("phalf")))
        if get("hh"):
            return _clock(_hour(get("hh")), 30, None)
        if get("h"):
            return _clock(int(get("h")), int(get("m")), _half(get("mhalf")), get("h"))
        if get("wh"):
            return _clock(_hour(get("wh")), _minutes(get("wm")), _half(get("whalf")))
        return _clock(_hour(get("b")), 0, _half(get("half")), get("b"))
    for name, part, minute in (("ho", "hpart", -30), ("hf", "fpart", -30), ("qo", "qpart", -45)):
        if get(name):
            return _clock(RU_ORDINALS[get(name)], minute, _half(get(part)))
    if get("lm"):
        return _clock(_hour(get("lh")), -_minutes(get("lm")), _half(get("lpart")))
    if get("h"):
        return _clock(int(get("h")), int(get("m")), _half(get("mpart")), get("h"))
    if get("wh"):
        return _clock(_hour(get("wh")), _minutes(get("wm")), _half(get("wpart")))
    return _clock(_hour(get("b")), 0, _half(get("part")), get("b"))


_C = re.compile
# "Half past two" and "ten after two" are times of day, not "after two".
_NOT_MINUTES = r"(?<!half )(?<!quarter )(?<!five )(?<!ten )(?<!twenty )(?<!minutes )(?<!\d )"
_CLOCK_RULES: list[tuple[re.Pattern[str], str, Relation, int]] = [
    # Stretches of time.
    (_C(rf"{_zh(1)}(?:以后|之后|后)?(?:到|至|-|和|~)(?:{HAN_NUMBER}[日号])?{_zh(2)}(?:之间|期间|这段时间|以前|之前|前)?"), "zh", Relation.BETWEEN, 2),
    (_C(rf"(?<![\d.:])(?P<part1>{_ZH_PART})?(?P<b1>{HAN_NUMBER})(?:到|至|-|~){_zh(2)}(?:之间|期间|这段时间)?"), "zh", Relation.BETWEEN, 2),
    (_C(rf"{B}(?:between|from|in between) {_en(1, True)} ?(?:-|and|to|till|until) ?{_en(2, True)}"), "en", Relation.BETWEEN, 2),
    (_C(rf"{B}{_en(1, True)} ?(?:-|to|till|until) ?{_en(2, False)}"), "en", Relation.BETWEEN, 2),
    (_C(rf"{B}(?:с|со|между|от|с после) {_ru(1, True)} (?:до|и|по|-) ?{_ru(2, True)}"), "ru", Relation.BETWEEN, 2),
    (_C(rf"{B}(?P<h1>\d{{1,2}})[:.](?P<m1>[0-5]\d) ?- ?(?P<h2>\d{{1,2}})[:.](?P<m2>[0-5]\d){E}"), "ru", Relation.BETWEEN, 2),
    # Before.
    (_C(rf"(?:在)?{_zh(1)}(?:以前|之前|前(?!后)|开始前)"), "zh", Relation.BEFORE, 1),
    (_C(rf"{B}(?:(?:up )?until|till|til|before|earlier than|prior to|no later than|up to) {_en(1, True)}"), "en", Relation.BEFORE, 1),
    (_C(rf"{B}(?:до|раньше|не позже|не позднее|перед) {_ru(1, True)}"), "ru", Relation.BEFORE, 1),
    # After.
    (_C(rf"(?:在|从)?{_zh(1)}(?:以后|之后|过后|过了|后|起|开始往后)"), "zh", Relation.AFTER, 1),
    (_C(rf"从{_zh(1)}(?:开始)?"), "zh", Relation.AFTER, 1),
    (_C(rf"{B}(?:{_NOT_MINUTES}(?:after|past)|later than|from|since|starting(?: from)?(?: at)?(?= \S+ on)) {_en(1, True)}(?: (?:on|onwards?)(?! \w+day| the| july| \d))?"), "en", Relation.AFTER, 1),
    (_C(rf"{B}(?:после|позже|начиная с|с|со|от) {_ru(1, True)}"), "ru", Relation.AFTER, 1),
    # At.
    (_C(rf"{B}(?:at|by|around|about|circa|roughly at|exactly at|@) ?(?:around |about |exactly )?{_en(1, True)}(?: sharp|ish| exactly)?"), "en", Relation.AT, 1),
    (_C(rf"{B}{_en(1, False)}(?: sharp|ish| exactly)?"), "en", Relation.AT, 1),
    (_C(rf"{B}(?:ровно |примерно |где-то |часов )?(?:в|во|к|ко|на|около|ближе к|часам к)(?: районе)? (?:ровно |примерно )?{_ru(1, True)}(?: ровно)?"), "ru", Relation.AT, 1),
    (_C(rf"{B}(?:часов|часа) (?:в|к|около) {_ru(1, True)}"), "ru", Relation.AT, 1),
    (_C(rf"{B}{_ru(1, False)}"), "ru", Relation.AT, 1),
    (_C(rf"(?:在|于)?(?<![早晚有快慢多差]){_zh(1)}(?:左右|前后|的时候|时候|那会儿?|那阵)?"), "zh", Relation.AT, 1),
]  # fmt: skip

_OFFSET_UNITS = rf"(?P<n>\d{{1,3}}|{_EN_HOUR}|twenty|thirty|forty|fifteen|{_RU_HOUR}|{_RU_MIN}|an?|a couple of|пару)"
_OFFSETS: list[tuple[re.Pattern[str], bool]] = [
    (_C(rf"{B}(?:in|within|over) (?:the )?(?:next |coming )(?:(?:hour|(?P<half>half(?: an)? hour))|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?)){E}"), True),
    (_C(rf"{B}(?:the )?next (?:(?:hour)|(?P<half>half(?: an)? hour)|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?)){E}"), True),
    (_C(rf"{B}within (?:(?:an )?hour|(?P<half>half an hour)|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?)){E}"), True),
    (_C(rf"{B}(?:в|на|за) (?:ближайш|следующ)\w+ (?:(?P<half>полчаса)|час(?! \w*дня)|{_OFFSET_UNITS} (?P<u>час(?:а|ов)?|минут[ыу]?)){E}"), True),
    (_C(rf"{B}в течение (?:(?:ближайш|следующ)\w+ )?(?:(?P<half>получаса)|часа|{_OFFSET_UNITS} (?P<u>час(?:а|ов)?|минут[ыу]?)){E}"), True),
    (_C(rf"(?:接下来|未来|下面)的?(?:(?P<n>{HAN_NUMBER})个?半?(?P<u>小时|钟头|分钟)|(?P<half>半个?小时|半个钟头))(?:内|里|以内)?"), True),
    (_C(rf"(?:(?P<n>{HAN_NUMBER})个?(?P<u>小时|钟头|分钟)|(?P<half>半个?小时|半个钟头))(?:以?内|之内)"), True),
    (_C(rf"{B}in (?:(?P<half>half an hour|half hour)|(?P<hh>an hour and a half|one and a half hours)|{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?))(?:'? time| from now)?{E}"), False),
    (_C(rf"{B}{_OFFSET_UNITS} (?P<u>hours?|minutes?|mins?) from now{E}"), False),
    (_C(rf"{B}через (?:(?P<half>полчаса|пол часа|полчасика)|(?P<hh>полтора часа)|(?:{_OFFSET_UNITS} )?(?P<u>час(?:а|ов|ик|ок)?|минут[ыуок]*)){E}"), False),
    (_C(rf"{B}{_OFFSET_UNITS} (?P<u>час(?:а|ов)?|минут[ыу]?) спустя{E}"), False),
    (_C(rf"再?过?(?:(?P<hh>(?:一个|1个)半(?:小时|钟头))|(?P<n>{HAN_NUMBER}|二十|三十|四十|\d{{2,3}})个?(?P<u>小时|钟头|分钟|刻钟)|(?P<half>半个?小时|半个钟头))(?:以?后|之后|过后)"), False),
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


_PARTS: list[tuple[re.Pattern[str], PartOfDay]] = [
    (_C(rf"{B}(?:right |straight )?(?:before|until) (?:the )?lunch(?:time| ?break)?{E}|{B}до (?:обеда|обеденного перерыва){E}|{B}перед обедом{E}|(?:午饭|午餐|中饭|吃午饭|用午餐|中午|吃饭)(?:以前|之前|前)|午前"), PartOfDay.BEFORE_LUNCH),
    (_C(rf"{B}(?:right |straight |just )?after (?:the )?lunch(?:time| ?break)?{E}|{B}(?:сразу )?после (?:обеда|обеденного перерыва|ланча){E}|послеобеденн\w+|(?:午饭|午餐|中饭|吃完午饭|吃过午饭|中午|吃完饭|饭)(?:以后|之后|后)|吃[完过]午?饭(?!后)|午后"), PartOfDay.AFTERNOON),
    (_C(rf"{B}early (?:in the )?morning{E}|{B}рано утром{E}|清晨|一大早|一早|大清早"), PartOfDay.EARLY),
    (_C(rf"{B}(?:in |on )?(?:the )?(?:late )?(?:morning|forenoon)(?:'s)?{E}|{B}first half of the day{E}|{B}(?:с утра|утром|утро|утра|утречком|с утречка|утренн\w+){E}|{B}(?:в )?перв(?:ая|ой|ую) половин[аеу] дня{E}|上午|早上|早晨|早(?!餐|饭|点)"), PartOfDay.MORNING),
    (_C(rf"{B}(?:at |around |over |during )?(?:lunch ?time|noontime){E}|{B}в обед{E}|{B}в обеденное время{E}|中午|正午|午间"), PartOfDay.NOON),
    (_C(rf"{B}(?:in |on )?(?:the )?(?:early |late )?afternoon(?:'s)?{E}|{B}second half of the day{E}|{B}(?:во )?втор(?:ая|ой|ую) половин[аеу] дня{E}|{B}пополудни{E}|下午|后半天"), PartOfDay.AFTERNOON),
    (_C(rf"{B}(?:днем|дневн\w+|в дневное время){E}|白天|{B}(?:during|in) the daytime{E}|{B}daytime{E}"), PartOfDay.DAYTIME),
    (_C(rf"{B}(?:in |on )?(?:the )?evening(?:'s)?{E}|{B}tonight(?:'s)?{E}|{B}(?:(?:ближе )?к вечеру|под вечер|вечером|вечер|вечера|вечерком|вечерн\w+){E}|傍晚|晚上|晚间|当晚|晚(?![点一些])"), PartOfDay.EVENING),
    (_C(rf"{B}(?:at |in the |late )?night{E}|{B}(?:ночью|поздно ночью){E}|夜里|深夜|半夜|夜间|凌晨"), PartOfDay.NIGHT),
]  # fmt: skip


@dataclass(frozen=True)
class PartMention:
    """A part of a day and where it was named."""

    part: PartOfDay
    start: int
    end: int


def find_parts(writing: Writing, by_lunch: bool = False) -> Iterator[PartMention]:
    """Parts of the day; `by_lunch` only "before lunch" and "after lunch", which must be read before names."""
    for pattern, part in _PARTS[:2] if by_lunch else _PARTS[2:]:
        for found in pattern.finditer(writing.remaining):
            if not writing.is_covered(found.start(), found.end()):
                writing.cover(found.start(), found.end())
                yield PartMention(part, found.start(), found.end())
