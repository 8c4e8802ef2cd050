"""How a time of day is written in three languages, and what hour is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time

from bot.domain.reading.days import E
from bot.domain.reading.forms import (
    EN_NUMBERS,
    HAN_NUMBER,
    RU_HOURS,
    RU_MINUTES,
    RU_ORDINALS,
    han_number,
)
from bot.domain.reading.model import PartOfDay


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


RU_HOUR = "|".join(sorted(RU_HOURS, key=len, reverse=True))
_RU_ORD = "|".join(sorted(RU_ORDINALS, key=len, reverse=True))
RU_MINUTE = "|".join(sorted(RU_MINUTES, key=len, reverse=True))
EN_HOUR = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_EN_MIN = "twenty[- ]five|forty[- ]five|fifteen|thirty|twenty|forty|fifty|five|ten"
HAN_PART = "早上|早晨|清晨|上午|中午|下午|午后|傍晚|晚上|晚间|夜里|凌晨|晚|早"


# A bare number before one of these is no hour.
_NO_HOUR = (
    r"(?![\d.:%]|\w| ?(?:hours?|minutes?|mins?|days?|people|persons|floor|percent|yuan|rmb|usd|of\b|km|met|больш"
    r"|минут|дн[яе][^а-я]|дней|человек|этаж|зал|форум|маршрут|ворот|вход|процент|юан|руб|км|метр|язык|раз[а ]|половин))"
)


def english(n: int, loose: bool) -> str:
    """An English time; `loose` takes a bare hour too (after "at", "before" ...)."""
    hour = rf"(?:\d{{1,2}}|{EN_HOUR})"
    mark = (
        rf"(?: ?o'?clock)?(?: ?(?P<half{n}>[ap]\.? ?m\.?(?![a-z])"
        r"|in the morning|in the afternoon|in the evening|at night))"
    )
    tail = rf"(?:{mark}|(?: ?o'?clock{E}))" + ("?" if loose else "")
    return (
        rf"(?:(?P<noon{n}>12 noon|noon|midday|noontime|twelve noon)|(?P<midnight{n}>midnight)"
        rf"|(?P<past{n}>half|a? ?quarter|\d{{1,2}}|{_EN_MIN})(?: minutes?| mins?)? (?P<side{n}>past|after|to"
        rf"|before|till) "
        rf"(?P<ph{n}>{hour})(?:{mark.replace(f'half{n}', f'phalf{n}')})?"
        rf"|half[- ](?P<hh{n}>{EN_HOUR})"
        rf"|(?P<h{n}>\d{{1,2}})[:.h](?P<m{n}>[0-5]\d)(?:{mark.replace(f'half{n}', f'mhalf{n}')})?"
        rf"|(?P<wh{n}>{EN_HOUR})[- ](?P<wm{n}>thirty|fifteen|forty[- ]five|twenty|forty"
        rf"|ten)(?:{mark.replace(f'half{n}', f'whalf{n}')})?"
        rf"|(?P<b{n}>{hour}){tail}{_NO_HOUR}){E}"
    )


def russian(n: int, loose: bool) -> str:
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
        rf"|без (?P<lm{n}>{RU_MINUTE}|\d{{1,2}})(?: минут[ыу]?)? (?P<lh{n}>\d{{1,2}}"
        rf"|{RU_HOUR})(?:{part.replace(f'part{n}', f'lpart{n}')})?"
        rf"|(?P<h{n}>\d{{1,2}})[:.-](?P<m{n}>[0-5]\d){unit}?(?:{part.replace(f'part{n}', f'mpart{n}')})?"
        rf"|(?P<wh{n}>{RU_HOUR}|\d{{1,2}})(?:{unit})? (?P<wm{n}>{RU_MINUTE}"
        rf"|[0-5]\d)(?: минут[ыу]?)?(?:{part.replace(f'part{n}', f'wpart{n}')})?"
        rf"|(?P<b{n}>{RU_HOUR}|\d{{1,2}}){tail}{_NO_HOUR}){E}"
    )


def chinese(n: int) -> str:
    """A Chinese time."""
    return (
        rf"(?:(?P<part{n}>{HAN_PART})的?)?(?:(?P<h{n}>\d{{1,2}}):(?P<m{n}>[0-5]\d)|正午|"
        rf"(?P<b{n}>{HAN_NUMBER})(?:点钟?|时|點)(?:整|(?P<half{n}>半)|(?P<q{n}>[一三])刻|(?P<mm{n}>[0-5]?\d"
        rf"|[一二三四五]?十[一二三四五六七八九]?|[零〇]?[一二三四五六七八九])分?)?)"
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


