"""Times of day in every spelling of the three languages, in digits and in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals, word_numerals
from bot.domain.parity.values import EITHER_HALF, TAKEN, Kind, Sheet, Value

_MORNING, _NOON, _AFTERNOON, _EVENING, _NIGHT = range(5)
_ZH_PARTS = {
    "凌晨": _MORNING, "清晨": _MORNING, "早上": _MORNING, "早晨": _MORNING, "早间": _MORNING, "上午": _MORNING,
    "早": _MORNING, "中午": _NOON, "下午": _AFTERNOON, "午后": _AFTERNOON, "傍晚": _AFTERNOON, "晚上": _EVENING,
    "晚间": _EVENING, "晚": _EVENING, "夜里": _NIGHT, "夜间": _NIGHT, "深夜": _NIGHT,
}  # fmt: skip
_PARTS = {
    **_ZH_PARTS,
    "утра": _MORNING, "дня": _AFTERNOON, "пополудни": _AFTERNOON, "вечера": _EVENING, "ночи": _NIGHT,
    "am": _MORNING, "pm": _AFTERNOON, "in the morning": _MORNING, "in the afternoon": _AFTERNOON,
    "in the evening": _EVENING, "at night": _NIGHT,
}  # fmt: skip
_LAST_HOUR_OF_NIGHT = 5


class _Spelling(NamedTuple):
    """One way to write a time; those stand first that say most, because an hour before or after a known one says less.

    The groups of its pattern: `hour`, `minute` (after it), `less` (minutes before it), `half` of the hour before `next`
    or after `hour`, `part` of the day, and `until`, a second hour.
    """

    pattern: re.Pattern[str]
    of_24: bool = False
    """Whether its hours below 13 are before noon without saying so."""
    weak: bool = False


def _after(*words: str) -> str:
    """A place behind one of these words, which are no part of the time."""
    return "(?:" + "|".join(rf"(?<=\b{word} )" for word in words) + ")"


def _spelling(pattern: str, *, of_24: bool = False, weak: bool = False) -> _Spelling:
    return _Spelling(re.compile(pattern, re.IGNORECASE), of_24, weak)


_HOUR, _MINUTE = r"(?:2[0-4]|[01]?\d)(?!\d)", r"[0-5]\d(?!\d)"
_COLON = rf"(?<![\d.])(?<!\d:)(?P<hour>{_HOUR}):(?P<minute>{_MINUTE})(?::\d\d)?"
# A bare number before one of these is a time: «в 6, последний в 11».
_END = r"(?= *(?:[,;!?)\n]|\.(?!\d)|$))"

_ZH_NUMBER = f"[{chinese_numerals.BELOW_A_HUNDRED}]"
_ZH_PART = rf"(?P<part>{'|'.join(part for part in _ZH_PARTS if len(part) > 1)}|(?<![最尽])[早晚])\s?"
_ZH_HOUR = rf"(?<![\d.小第{chinese_numerals.CHARACTERS}])(?<!\d:)(?P<hour>{_HOUR}|{_ZH_NUMBER}{{1,3}})"
_ZH_CLOCK = r"[点时](?!间|候|段|速|区|击|评)"
_ZH_LESS = rf"差(?P<less>一刻|\d{{1,2}}|{_ZH_NUMBER}{{1,3}})(?:分钟?)?"
# «9点2号门»: a lone digit is a minute only with its word.
_ZH_MINUTE = rf"(?P<minute>{_MINUTE}|{_ZH_NUMBER}{{2,3}}|(?:\d|{_ZH_NUMBER})(?=分)|[一三]刻)分?"

_RU_AT = _after("в", "к", "с", "до", "после", "около")
_RU_PART = r"\s+(?P<part>утра|дня|вечера|ночи|пополудни)\b"
_RU_WORD = word_numerals.one_of(Language.RU, 2, 12)
_RU_HOUR = rf"(?<![\w.:,])(?P<hour>{_HOUR}|{_RU_WORD}|час[ау]?\b)"
_RU_OF_12 = _RU_HOUR.replace(_HOUR, r"(?:1[0-2]|[1-9])(?!\d)")
_RU_UNTIL = _RU_HOUR.replace("<hour>", "<until>")
_RU_CLOCK = r"(?:\s*ч\b\.?|\s+час(?:а|ов|ам)?\b)"
# «За 2 часа до начала» is a stretch of time, «с 9 часов до 18 часов» are two hours of the day.
_RU_NO_SPAN = r"(?!\s+(?:до(?!\s+\d)|назад|после)\b)"
_RU_MINUTE = r"(?:\s*(?P<minute>\d{1,2})\s*мин\w*\.?)?"
_RU_MINUTES = rf"(?:\d{{1,2}}|{word_numerals.one_of(Language.RU, 2, 29)})"
_RU_NEXT = rf"(?P<next>{word_numerals.one_of(Language.RU, 1, 12, ordinal=True)})(?:{_RU_PART})?"

_EN_PART = r"\s?(?P<part>[ap]\.?m\b\.?|in the (?:morning|afternoon|evening)|at night)"
_EN_HOUR = rf"(?<![\w.:,])(?P<hour>(?:1[0-2]|[1-9])(?!\d)|{word_numerals.one_of(Language.EN, 1, 12)})"
_EN_UNTIL = _EN_HOUR.replace("<hour>", "<until>")
_EN_MINUTES = rf"(?:\d{{1,2}}|{word_numerals.one_of(Language.EN, 2, 29)})"
_EN_TO = r"(?:\s?[-–—]\s?|\s+(?:to|until|till)\s+)"
_EN_QUARTER = r"(?:\ba\s+)?\bquarter"

_SPELLINGS = {
    Language.ZH: (
        _spelling(_ZH_PART + _COLON),
        # «下午6:30—8:30»: the second hour is of the twelve too.
        _spelling(rf"(?<={TAKEN}[-–—~～至到]){_COLON}"),
        _spelling(_COLON, of_24=True),
        _spelling(rf"(?:{_ZH_PART})?{_ZH_LESS}到?(?P<hour>{_HOUR}|{_ZH_NUMBER}{{1,3}}){_ZH_CLOCK}钟?"),
        _spelling(rf"(?:{_ZH_PART})?{_ZH_HOUR}{_ZH_CLOCK}(?:钟|整|(?P<half>半)|{_ZH_LESS}|{_ZH_MINUTE})"),
        _spelling(rf"{_ZH_PART}{_ZH_HOUR}(?:{_ZH_CLOCK}|(?=\s?[-–—~～至到]\s?{_HOUR}[点时]))"),
        _spelling(rf"(?<![\d.小第])(?<!\d:)(?P<hour>{_HOUR}){_ZH_CLOCK}"),
        # «两点建议» are two pieces of advice.
        _spelling(_ZH_HOUR + _ZH_CLOCK, weak=True),
    ),
    Language.RU: (
        _spelling(_COLON + _RU_PART),
        _spelling(rf"\b(?P<half>половин[аеыу]\s+|пол-?){_RU_NEXT}"),
        _spelling(rf"\b(?P<minute>четверть|{_RU_MINUTES}\s+минут[аыу]?)\s+{_RU_NEXT}"),
        _spelling(rf"\bбез\s+(?P<less>четверти|{_RU_MINUTES})(?:\s+минут[ыу]?)?\s+{_RU_HOUR}(?:{_RU_PART})?"),
        _spelling(rf"{_RU_AT}{_RU_OF_12}{_RU_CLOCK}?{_RU_MINUTE}{_RU_PART}"),
        _spelling(rf"{_RU_HOUR}{_RU_CLOCK}{_RU_MINUTE}{_RU_PART}"),
        # «1 дня», «3 ночи» without «в» or «часа» are stretches of time.
        _spelling(rf"(?![1-4]\b|дв|тр|чет){_RU_OF_12}{_RU_PART}"),
        _spelling(rf"{_RU_AT}(?P<hour>{_HOUR}){_RU_CLOCK}{_RU_MINUTE}{_RU_NO_SPAN}"),
        _spelling(rf"{_after('с')}{_RU_HOUR}(?::(?P<minute>{_MINUTE}))?{_RU_CLOCK}?(?= до {TAKEN})"),
        _spelling(_COLON, of_24=True),
        _spelling(rf"{_after('в', 'с', 'до', 'к')}(?P<hour>{_HOUR})\.(?P<minute>{_MINUTE})(?!\.\d)", of_24=True),
        _spelling(rf"{_after('с')}{_RU_HOUR} до {_RU_UNTIL}{_END}"),
        _spelling(rf"{_after('в', 'к')}(?P<hour>{_HOUR}|{_RU_WORD})(?:{_RU_CLOCK}{_RU_NO_SPAN}|{_END})", weak=True),
    ),
    Language.EN: (
        _spelling(_COLON + _EN_PART),
        _spelling(rf"{_EN_HOUR}(?:\.(?P<minute>{_MINUTE}))?\s?(?P<part>[ap]\.?m\b\.?)"),
        _spelling(rf"\b(?P<half>half)\s+past\s+{_EN_HOUR}(?:{_EN_PART})?"),
        _spelling(rf"(?P<minute>{_EN_QUARTER}|\b{_EN_MINUTES}\s+minutes)\s+past\s+{_EN_HOUR}(?:{_EN_PART})?"),
        _spelling(rf"(?P<less>{_EN_QUARTER}|\b{_EN_MINUTES}\s+minutes)\s+to\s+{_EN_HOUR}(?:{_EN_PART})?"),
        _spelling(rf"{_after('at')}(?P<minute>{_EN_MINUTES})\s+past\s+{_EN_HOUR}(?:{_EN_PART})?"),
        _spelling(rf"{_after('at')}(?P<less>{_EN_MINUTES})\s+to\s+{_EN_HOUR}(?:{_EN_PART})?"),
        _spelling(rf"{_EN_HOUR}\s*o['’]\s?clock\b(?:{_EN_PART})?"),
        # "One in the morning and two in the afternoon" may be buses.
        _spelling(rf"{_after(*'at from to until till by before after around about'.split())}{_EN_HOUR}{_EN_PART}"),
        _spelling(rf"{_EN_HOUR}(?:[:.](?P<minute>{_MINUTE}))?(?={_EN_TO}{TAKEN})"),
        _spelling(_COLON, of_24=True),
        _spelling(rf"{_after('at', 'from')}(?P<hour>{_HOUR})\.(?P<minute>{_MINUTE})(?!\.\d)", of_24=True),
        _spelling(rf"{_after('from')}{_EN_HOUR}{_EN_TO}{_EN_UNTIL}{_END}"),
        _spelling(rf"{_after('at')}{_EN_HOUR}(?:{_END}|(?=\s+(?:and|or|sharp)\b))", weak=True),
    ),
}
_NAMED = {
    Language.ZH: ((re.compile(r"正午|中午(?=[，。；\s])"), 720), (re.compile(r"午夜|零点"), 0)),
    Language.RU: ((re.compile(r"\bполдень|\bполудня|\bполудню"), 720), (re.compile(r"\bполноч[ьи]\b"), 0)),
    Language.EN: (
        (re.compile(r"\b(?:12 |twelve )?(?:noon|midday)\b"), 720),
        (re.compile(r"\b(?:12 |twelve )?midnight\b"), 0),
    ),
}
_DAY = 24 * 60


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Times of day, as minutes after midnight."""
    for spelling in _SPELLINGS[language]:
        for found in sheet.take(spelling.pattern):
            said = {name: text for name, text in found.groupdict().items() if text}
            for hour in filter(None, map(said.get, ("hour", "next", "until"))):
                yield _time(sheet, found, said, hour, spelling, language)
    for pattern, minutes in _NAMED[language]:
        for found in sheet.take(pattern):
            yield Value(Kind.TIME, minutes, sheet.as_written(*found.span()), found.start())


def _time(
    sheet: Sheet, found: re.Match[str], said: Mapping[str, str], hour: str, spelling: _Spelling, language: Language
) -> Value:
    number, part = _number(hour, language), _PARTS.get(said.get("part", "").lower().replace(".", ""))
    minutes = _of_24(number, part) * 60 + _minutes(said.get("minute"), language) - _minutes(said.get("less"), language)
    minutes += 30 * ("half" in said) - 60 * ("next" in said)
    either = part is None and not spelling.of_24 and 1 <= number <= 12
    text = sheet.as_written(*found.span())
    return Value(Kind.TIME, minutes % _DAY, text, found.start(), EITHER_HALF if either else None, spelling.weak)


def _of_24(hour: int, part: int | None) -> int:
    """An hour as the part of the day means it."""
    if part is None or hour > 12:
        return hour
    hour %= 12
    if part == _MORNING or (part == _NOON and hour == 11) or (part == _EVENING and hour == 0):
        return hour
    return hour if part == _NIGHT and hour <= _LAST_HOUR_OF_NIGHT else hour + 12


def _minutes(text: str | None, language: Language) -> int:
    if text is None:
        return 0
    if quarter := re.search(r"([一三])刻|четверт|quarter", text, re.IGNORECASE):
        return 45 if quarter.group(1) == "三" else 15
    return _number(text, language)


def _number(text: str, language: Language) -> int:
    if text.isdigit():
        return int(text)
    if language is Language.ZH:
        return chinese_numerals.read(text)
    return 1 if text.lower().startswith("час") else word_numerals.read(text, language)
