"""Units and magnitudes in three languages, each brought to one unit of its family."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from bot.domain.language import Language
from bot.domain.parity.values import Kind, Value


class Unit(NamedTuple):
    """A unit of a family: what it is counted in, and how many of that one of it is."""

    family: str
    factor: Decimal = Decimal(1)


# Family, factor, and the spellings in Chinese, Russian and English; a longer spelling stands before a shorter one.
_TABLE: tuple[tuple[str, str, str, str, str], ...] = (
    ("percent", "1", r"%|个百分点", r"%|процент\w*", r"%|per ?cent\b"),
    ("per mille", "1", r"‰", r"‰|промилле", r"‰"),
    ("km/h", "1", r"公里/小时|千米/小时|公里每小时|km/h", r"км/ч(?:ас)?|(?:км|километр\w*) в час",
     r"km/h|kph\b|km per hour"),
    ("m2", "1000000", r"平方公里|平方千米|km²", r"км²|кв\. ?км|квадратн\w+ километр\w*",
     r"km²|km2|sq\.? ?km|square kilomet\w+"),
    ("m2", "10000", r"公顷", r"га\b|гектар\w*", r"ha\b|hectares?"),
    ("m2", "1", r"平方米|平米|m²", r"м²|кв\. ?м|квадратн\w+ метр\w*", r"m²|m2\b|sq\.? ?m\b|square met\w+"),
    ("m", "1000", r"公里|千米|km\b", r"км\b|километр\w*", r"km\b|kilomet\w+"),
    ("m", "1609.344", r"英里", r"мил[ьяией]+\b", r"miles?\b|mi\b"),
    ("m", "0.01", r"厘米|公分|cm\b", r"см\b|сантиметр\w*", r"cm\b|centimet\w+"),
    ("m", "0.001", r"毫米|mm\b", r"мм\b|миллиметр\w*", r"mm\b|millimet\w+"),
    ("m", "1", r"米(?!兰)|m\b", r"м\b|метр\w*", r"m\b|met(?:re|er)s?\b"),
    ("g", "1000000", r"吨", r"т\b|тонн\w*", r"t\b|tons?\b|tonnes?\b"),
    ("g", "1000", r"公斤|千克|kg\b", r"кг\b|килограмм\w*", r"kg\b|kilograms?|kilos?\b"),
    ("g", "500", r"斤", r"(?!)", r"(?!)"),
    ("g", "1", r"克(?!拉|朗)", r"г\b|грамм\w*", r"g\b|grams?\b"),
    ("l", "0.001", r"毫升|ml\b", r"мл\b|миллилитр\w*", r"ml\b|millilit\w+"),
    ("l", "1", r"升", r"л\b|литр\w*", r"l\b|lit(?:re|er)s?\b"),
    ("kWh", "1", r"千瓦时|度电|kWh", r"кВт[·⋅*. -]?ч\w*|киловатт-час\w*", r"kWh|kilowatt[- ]hours?"),
    ("kWh", "1000", r"兆瓦时|MWh", r"МВт[·⋅*. -]?ч\w*", r"MWh|megawatt[- ]hours?"),
    ("W", "1000000", r"兆瓦|MW\b", r"МВт\b|мегаватт\w*", r"MW\b|megawatts?"),
    ("W", "1000", r"千瓦|kW\b", r"кВт\b|киловатт\w*", r"kW\b|kilowatts?"),
    ("W", "1", r"瓦(?!时)|W\b", r"Вт\b|ватт\w*", r"W\b|watts?\b"),
    ("V", "1", r"伏特?|V\b", r"В\b|вольт\w*", r"V\b|volts?\b"),
    ("A", "1", r"安培", r"А\b|ампер\w*", r"A\b|amp(?:ere)?s?\b"),
    ("Hz", "1", r"赫兹?|Hz\b", r"Гц\b|герц\w*", r"Hz\b|hertz"),
    ("°C", "1", r"°C|℃|摄氏度|度(?!电)", r"°\s?[CС]|градус\w*", r"°\s?C|degrees?"),
    ("mAh", "1", r"毫安时?|mAh", r"мА[·⋅*. -]?ч\w*", r"mAh"),
    ("Wh", "1", r"瓦时|Wh\b", r"Вт[·⋅*. -]?ч\w*", r"Wh\b|watt[- ]hours?"),
    ("s", "1", r"秒", r"секунд\w*|сек\b|(?:(?<=\d)|(?<=\d ))с\b(?= |$)(?! \d| половин| четверт)",
     r"seconds?\b|sec\b|s\b"),
    ("s", "60", r"分钟", r"минут\w*|мин\b", r"minutes?\b|min\b"),
    ("s", "900", r"刻钟", r"(?!)", r"(?!)"),
    ("s", "3600", r"个?小时|个?钟头", r"час(?:а|ов|у|ам|ах|ами|ом|е|овой|овым|овому|ового|овую|овая)?\b|ч\b",
     r"hours?\b|hrs?\b|h\b"),
    ("s", "86400", r"天(?!津|开|然|气|河)", r"дн(?:я|ей|ям|ями|ях|ю|ём|ем)\b|день\b|сут(?:ки|ок)\b", r"days?\b"),
    ("s", "604800", r"周(?!年|边)|个?星期", r"недел\w*", r"weeks?\b"),
    ("month", "1", r"个月", r"месяц\w*", r"months?\b"),
    ("month", "12", r"年(?!级)", r"год(?:а|у|ом|е|ы|ам|ах|ов)?\b|лет\b|(?:(?<=\d{4})|(?<=\d{4} ))гг?\.", r"years?\b"),
    ("CNY", "1", r"元|块钱|人民币", r"юан\w*|CNY|RMB", r"yuan\b|CNY\b|RMB\b|renminbi"),
    ("USD", "1", r"美元|美金|USD", r"долл\w*\.?(?: США)?|USD|\$", r"(?:US )?dollars?\b|USD\b"),
    ("EUR", "1", r"欧元", r"евро\b|EUR", r"euros?\b|EUR\b"),
    ("RUB", "1", r"卢布", r"руб\w*\.?|₽|RUB", r"roubles?\b|rubles?\b|RUB\b"),
    ("KZT", "1", r"坚戈", r"тенге\b", r"tenge\b"),
    ("flop/s", "1000000000000000", r"(?!)", r"П[Фф]лопс\w*|петафлопс\w*", r"Pflop/?s\b|petaflops?\b"),
    ("flop/s", "1", r"次/秒|次每秒", r"флопс\b|операци\w+ в секунду", r"flop/?s\b|operations (?:a|per) second"),
    ("byte", "1000000000", r"GB\b", r"ГБ\b|Гб\b", r"GB\b|gigabytes?"),
    ("byte", "1000000", r"MB\b|兆", r"МБ\b|Мб\b", r"MB\b|megabytes?"),
    ("P", "1", r"P\b", r"P\b", r"P\b"),
    ("degree", "1", r"°(?!\s?C)", r"°(?!\s?[CС])", r"°(?!\s?C)"),
)  # fmt: skip

_MAGNITUDES: dict[Language, tuple[tuple[str, Decimal], ...]] = {
    Language.RU: (
        (r"трлн\b\.?|триллион\w*", Decimal(10**12)), (r"млрд\b\.?|миллиард\w*", Decimal(10**9)),
        (r"млн\b\.?|миллион\w*", Decimal(10**6)), (r"тыс\.|тыс\b|тысяч\w*", Decimal(1_000)),
    ),
    Language.EN: (
        (r"trillion|trn\b|tn\b", Decimal(10**12)), (r"billion|bn\b", Decimal(10**9)),
        (r"million|mln\b", Decimal(10**6)), (r"thousand", Decimal(1_000)),
    ),
}  # fmt: skip

_CHINESE_MAGNITUDE = re.compile(r"(?:[十百万亿]|千(?![瓦米克卡伏赫]))+")
_CHINESE_POWERS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
_PLACES = {Language.ZH: 2, Language.RU: 3, Language.EN: 4}
# Cyrillic word boundaries work like Latin ones in Python, but a Han character is a word character too.
_HAN_EDGE = (r"\b", r"(?![A-Za-z])")


def _compiled(language: Language) -> tuple[tuple[re.Pattern[str], Unit], ...]:
    column = _PLACES[language]
    rows = []
    for row in _TABLE:
        spelling = row[column].replace(*_HAN_EDGE) if language is Language.ZH else row[column]
        rows.append((re.compile(spelling), Unit(row[0], Decimal(row[1]))))
    return tuple(rows)


_AFTER = {language: _compiled(language) for language in Language}
_SIZES = {
    language: tuple((re.compile(spelling), size) for spelling, size in rows) for language, rows in _MAGNITUDES.items()
}
_BEFORE = (
    (re.compile(r"(?:USD|US\$|\$|美元)\s?$"), Unit("USD")),
    (re.compile(r"(?:CNY|RMB|¥|￥)\s?$"), Unit("CNY")),
    (re.compile(r"(?:EUR|€)\s?$"), Unit("EUR")),
    (re.compile(r"百分之$"), Unit("percent")),
)
_SPEED_BEFORE = re.compile(r"时速(?:可?达|为|约|超过?)?$")
_FILLING = {
    Language.ZH: re.compile(r"[多余几来]?(?=[^\d]|$)"),
    Language.RU: re.compile(r" ?-?(?: ?с лишним)? ?"),
    Language.EN: re.compile(r" ?[-+]? ?"),
}


def magnitude_after(text: str, place: int, language: Language) -> tuple[Decimal, int]:
    """The magnitude that stands at `place` (1 when none does) and where it ends."""
    if language is Language.ZH:
        found = _CHINESE_MAGNITUDE.match(text, place)
        if not found:
            return Decimal(1), place
        size = Decimal(1)
        for character in found.group():
            size *= _CHINESE_POWERS[character]
        return size, found.end()
    start = place
    while start < len(text) and text[start] == " ":
        start += 1
    for pattern, size in _SIZES[language]:
        if found := pattern.match(text, start):
            return size, found.end()
    return Decimal(1), place


def unit_after(text: str, place: int, language: Language) -> tuple[Unit | None, int]:
    """The unit that stands at `place`, and where it ends."""
    filling = _FILLING[language].match(text, place)
    start = filling.end() if filling else place
    best: tuple[Unit | None, int] = (None, place)
    for pattern, unit in _AFTER[language]:
        found = pattern.match(text, start)
        if found and found.end() > best[1]:
            best = (unit, found.end())
    return best


def unit_before(text: str, place: int, after: Unit | None) -> Unit | None:
    """The unit that a sign or word before the number gives, or the one after it as that word means it."""
    if after is not None and after.family == "m" and _SPEED_BEFORE.search(text[:place]):
        return Unit("km/h", after.factor / 1_000)
    if after is not None:
        return after
    return next((unit for pattern, unit in _BEFORE if pattern.search(text[:place])), None)


def quantity(number: Decimal, unit: Unit | None, text: str, start: int, weak: bool = False) -> Value:
    """A number of something as a value, in the unit of its family."""
    if unit is None:
        return Value(Kind.NUMBER, _plain(number), text, start, None, weak)
    return Value(Kind.NUMBER, _plain(number * unit.factor), text, start, unit.family, weak, _plain(number))


def _plain(number: Decimal) -> Decimal:
    """The number as it compares equal whatever its spelling (1.50 and 1.5)."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
