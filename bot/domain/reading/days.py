"""Days in a question: dates in every usual spelling, weekdays, today and tomorrow, first and last day."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.reading.forms import EN_MONTHS, EN_ORDINALS, HAN_NUMBER, RU_MONTHS, RU_ORDINALS, han_number
from bot.domain.reading.writing import Writing

_NEAR = 31
B = r"(?<![0-9a-zа-я])"
E = r"(?![0-9a-zа-я])"


@dataclass(frozen=True)
class Calendar:
    """What days can mean: today, the days of the event, and all days with something in the programme."""

    today: date
    days: tuple[date, ...]
    dates: tuple[date, ...]

    def near(self, month: int, day: int, year: int | None = None) -> date | None:
        """The date, in the year of the event unless another is given; None when there is no such date."""
        year = year or (self.days[0].year if self.days else self.today.year)
        try:
            return date(year if year > 99 else 2000 + year, month, day)
        except ValueError:
            return None

    def is_close(self, found: date | None) -> bool:
        """Whether a date lies within a few days of the event."""
        if found is None or not self.days:
            return False
        return self.days[0] - timedelta(days=_NEAR) <= found <= self.days[-1] + timedelta(days=_NEAR)

    def of_month(self, number: int) -> date | None:
        """A bare day number: in the month of the event."""
        return self.near(self.days[0].month if self.days else self.today.month, number)

    def weekday(self, number: int) -> date:
        """The event's day with this weekday unless it is over, else the next one from today on (Monday is 0)."""
        for day in self.dates:
            if day.weekday() == number and day >= self.today:
                return day
        return self.today + timedelta(days=(number - self.today.weekday()) % 7)

    def slashed(self, first: int, second: int, day_first: bool) -> date | None:
        """Two numbers as day and month, in the order that lies near the event, else in the usual one."""
        usual, other = self.near(second, first), self.near(first, second)
        if not day_first:
            usual, other = other, usual
        if self.is_close(other) and not self.is_close(usual):
            return other
        return usual or other


_EN_MONTH = "|".join(sorted(EN_MONTHS, key=len, reverse=True))
_RU_MONTH = "|".join(sorted(RU_MONTHS, key=len, reverse=True))
_EN_ORDINAL = "|".join(EN_ORDINALS)
_RU_ORDINAL = "|".join(sorted(RU_ORDINALS, key=len, reverse=True))
_RU_LATER = "|".join(sorted((word for word, number in RU_ORDINALS.items() if number >= 8), key=len, reverse=True))
_EN_LATER = "|".join(word for word, number in EN_ORDINALS.items() if number >= 8)
_RU_SUFFIX = r"(?:-?(?:го|ого|е|ое|му|ому|м|ом|ым))"
_JOIN = r" ?(?:-|,|/|and|&|to|till|until|through|и|по|до|到|至|和|、|与|跟) ?"

_EN_WEEKDAYS = "mon(?:day)?|tue(?:s|sday)?|wed(?:s|nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?"
_EN_WEEKDAY_ORDER = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_RU_WEEKDAYS = (
    r"понедельник(?:а|у|ом|е)?|пн|вторник(?:а|у|ом|е)?|вт|сред(?:а|у|ы|е|ой)|ср|четверг(?:а|у|ом|е)?|чт|"
    r"пятниц(?:а|у|ы|е|ей)|пт|суббот(?:а|у|ы|е|ой)|сб|воскресень(?:е|я|ю|ем)|вс"
)
_RU_WEEKDAY_ORDER = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
_RU_WEEKDAY_HEADS = ("пон", "вто", "сре", "чет", "пят", "суб", "вос")
_ZH_WEEKDAY_ORDER = "一二三四五六日"

Days = tuple[date, ...]
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Calendar], Days | None]]


def _some(*found: date | None) -> Days | None:
    return tuple(day for day in found if day is not None) if all(day is not None for day in found) else None


def _ordinal_number(text: str) -> int:
    if text in EN_ORDINALS:
        return EN_ORDINALS[text]
    if text in RU_ORDINALS:
        return RU_ORDINALS[text]
    return int(text)


def _weekday_en(found: re.Match[str], calendar: Calendar) -> Days:
    return (calendar.weekday(_EN_WEEKDAY_ORDER.index(found["w"][:3])),)


def _weekday_ru(found: re.Match[str], calendar: Calendar) -> Days:
    word = found["w"]
    number = _RU_WEEKDAY_ORDER.index(word) if len(word) == 2 else _RU_WEEKDAY_HEADS.index(word[:3])
    return (calendar.weekday(number),)


def _weekday_zh(found: re.Match[str], calendar: Calendar) -> Days:
    return (calendar.weekday(_ZH_WEEKDAY_ORDER.index("日" if found["w"] == "天" else found["w"])),)


def _dotted(found: re.Match[str], calendar: Calendar) -> Days | None:
    first, second = int(found["a"]), int(found["b"])
    day = calendar.slashed(first, second, day_first=True)
    if found["s"] == "." and not calendar.is_close(day) and second < 60 and first < 24:
        return None  # a time of day
    return _some(day)


def _months(pattern: str, months: dict[str, int]) -> list[Rule]:
    """Day and month in words, singly and as a range, in either order."""
    ordinal = rf"(?:{_EN_ORDINAL}|{_RU_ORDINAL}|\d{{1,2}}(?:st|nd|rd|th|{_RU_SUFFIX})?)"

    def number(text: str) -> int:
        return _ordinal_number(text) if text in EN_ORDINALS or text in RU_ORDINALS else int(re.match(r"\d+", text)[0])

    def pair(found: re.Match[str], calendar: Calendar) -> Days | None:
        month = months[found["m"]]
        return _some(calendar.near(month, number(found["a"])), calendar.near(month, number(found["b"])))

    def single(found: re.Match[str], calendar: Calendar) -> Days | None:
        year = int(found["y"]) if found["y"] else None
        return _some(calendar.near(months[found["m"]], number(found["a"]), year))

    year = r"(?:,? (?P<y>20\d\d)(?: ?г(?:ода|оду|од|\.)?)?)?"
    return [
        (re.compile(rf"{B}(?:the )?(?P<a>{ordinal}){_JOIN}(?:the )?(?P<b>{ordinal}) (?:of )?(?P<m>{pattern}){E}"), pair),
        (re.compile(rf"{B}(?P<m>{pattern})\.? (?:the )?(?P<a>{ordinal}){_JOIN}(?:the )?(?P<b>{ordinal}){E}"), pair),
        (re.compile(rf"{B}(?:the )?(?P<a>{ordinal}) ?-?(?:of )?(?P<m>{pattern}){year}{E}"), single),
        (re.compile(rf"{B}(?P<m>{pattern})\.? (?:the )?(?P<a>{ordinal}){year}{E}"), single),
    ]


def _relative(days: int) -> Callable[[re.Match[str], Calendar], Days]:
    return lambda found, calendar: (calendar.today + timedelta(days=days),)


def _event_day(place: int) -> Callable[[re.Match[str], Calendar], Days | None]:
    def at(found: re.Match[str], calendar: Calendar) -> Days | None:
        return (calendar.days[place],) if -len(calendar.days) <= place < len(calendar.days) else None

    return at


def _zh_single(found: re.Match[str], calendar: Calendar) -> Days | None:
    year = int(found["y"]) if found["y"] else None
    return _some(calendar.near(han_number(found["m"]), han_number(found["a"]), year))


def _zh_pair(found: re.Match[str], calendar: Calendar) -> Days | None:
    month = han_number(found["m"]) if found["m"] else (calendar.days[0].month if calendar.days else 1)
    return _some(calendar.near(month, han_number(found["a"])), calendar.near(month, han_number(found["b"])))


_NOT_A_DAY = r"(?!门|厅|线|路|楼|馆|会|口|桌|车|论|通|码|入|室|房|站|台|航)"
_RULES: list[Rule] = [
    # Relative days; longer ones first.
    *(
        (re.compile(pattern), _relative(days))
        for pattern, days in (
            (r"大后天", 3),
            (rf"后天|{B}(?:the )?day after tomm?orr?ow{E}|{B}после ?завтра{E}|{B}послезавтрашн\w+", 2),
            (rf"(?:明天|明日|明儿个?|(?<!说)明(?=早|晚|上午|下午))|{B}to?mm?orr?ow(?:'s)?{E}|{B}tmrw?{E}|{B}the (?:next|following) day{E}|{B}(?:на )?следующ(?:ий|его) д(?:ень|ня){E}|{B}завтр[ао]{E}"
             rf"|{B}завтрашн\w+", 1),
            (rf"前天|{B}(?:the )?day before yesterday{E}|{B}позавчера(?:шн\w+)?", -2),
            (rf"昨天|昨日|昨晚|昨儿|{B}yesterday(?:'s)?{E}|{B}вчера(?:шн\w+)?", -1),
            (rf"今天|今日|今儿个?|今(?=早|晚|上午|下午)|{B}today(?:'s)?{E}|{B}this (?=morning|afternoon|evening|noon)"
             rf"|{B}сегодня{E}|{B}сегодняшн\w+|{B}седня{E}|{B}(?=tonight)", 0),
        )
    ),
    # Both days, first, second and last day.
    (re.compile(rf"{B}(?:both|all|two|the two) (?:event |forum )?days{E}|{B}(?:оба|все|за два|два|обоих) дн(?:я|и"
                rf"|ей){E}"
                r"|(?<!哪)(?<!前)(?<!后)两天|这几天|这两天|每天|每一天"), lambda found, calendar: calendar.days or None),
    (re.compile(rf"{B}(?:the )?(?:first|opening|1st) day{E}|{B}day (?:one|1){E}|{B}перв(?:ый|ого|ому"
                rf"|ом) ?(?:же )?день?{E}"
                rf"|{B}перв(?:ого|ому|ом|ым) дн(?:я|ю|е|ем){E}|{B}1-?й день{E}|{B}день (?:первый|один|1){E}"
                r"|第一天|头一天|首日|第1天|开幕当天"), _event_day(0)),
    (re.compile(rf"{B}(?:the )?(?:second|2nd) day{E}|{B}day (?:two|2){E}|{B}втор(?:ой|ого|ому|ом) ?д(?:ень|ня|ню|не){E}"
                rf"|{B}2-?й день{E}|{B}день (?:второй|два|2){E}|第二天|第2天|次日"), _event_day(1)),
    (re.compile(rf"{B}(?:the )?(?:third|3rd) day{E}|{B}day (?:three|3){E}|{B}трет(?:ий|ьего|ьему|ьем) д(?:ень|ня"
                rf"|ню|не){E}"
                r"|第三天|第3天"), _event_day(2)),
    (re.compile(rf"{B}(?:the |very )*(?:last|final|closing) day{E}"
                rf"|{B}(?:последн|заключительн)(?:ий|ый|его|ого|ему|ому|ем|ом) д(?:ень|ня|ню|не){E}"
                r"|最后一天|最后1天|末日|闭幕当天"), _event_day(-1)),
    # Dates in full, then ranges, then shorter and shorter spellings.
    (re.compile(rf"{B}(?P<y>20\d\d)[-/.](?P<m>\d{{1,2}})[-/.](?P<a>\d{{1,2}})(?!\d)"),
     lambda found, calendar: _some(calendar.near(int(found["m"]), int(found["a"]), int(found["y"])))),
    (re.compile(rf"(?:(?P<m>{HAN_NUMBER})月)?(?P<a>{HAN_NUMBER})[日号]?{_JOIN}(?:{HAN_NUMBER}月)?(?P<b>{HAN_NUMBER})[日号]{_NOT_A_DAY}"),
     _zh_pair),
    (re.compile(rf"(?:(?P<y>20\d\d)年)?(?P<m>{HAN_NUMBER})月(?P<a>{HAN_NUMBER})[日号]?"), _zh_single),
    *_months(_EN_MONTH, EN_MONTHS),
    *_months(_RU_MONTH, RU_MONTHS),
    (re.compile(rf"{B}(?P<a>\d{{1,2}})[./-](?P<b>\d{{1,2}})[./-](?P<y>(?:20)?\d\d){E}"),
     lambda found, calendar: _some(calendar.near(int(found["b"]), int(found["a"]), int(found["y"])))),
    (re.compile(r"(?<![0-9a-zа-я.:/])(?P<a>\d{1,2}) ?(?P<s>[./]) ?(?P<b>\d{1,2})(?![0-9a-zа-я:/%]"
                r"|\.\d)(?! ?[ap]\.?m)"), _dotted),
    (re.compile(r"(?P<a>[二三]?十[一二三四五六七八九]?|[八九]|\d{1,2})[号日](?!门|厅|线|路|楼|馆|会|口|桌|车|论|通|码|入|室|房|站|台|航)"),
     lambda found, calendar: _some(calendar.of_month(han_number(found["a"])))),
    (re.compile(rf"{B}(?P<a>\d{{1,2}})(?:-?(?:го|ого)|(?:{_RU_SUFFIX})? чис(?:ло|ла|лу)){E}(?! (?:зал|форум"
                rf"|маршрут|ворот|вход))"),
     lambda found, calendar: _some(calendar.of_month(int(found["a"])))),
    (re.compile(rf"(?<!половине )(?<!половина )(?<!половины )(?<!половину )(?<!четверть )(?<!минут ){B}(?:(?P<a>{_RU_ORDINAL}) чис(?:ло|ла|лу)|(?P<b>{_RU_LATER})){E}(?! час)"),
     lambda found, calendar: _some(calendar.of_month(RU_ORDINALS[found["a"] or found["b"]]))),
    (re.compile(rf"{B}(?:(?:on |by |of )?the )?(?:(?P<a>\d{{1,2}})th|(?P<b>{_EN_LATER})){E}(?! (?:floor|sub"
                rf"|session|route|hall|gate|item))"),
     lambda found, calendar: _some(calendar.of_month(int(found["a"]) if found["a"] else EN_ORDINALS[found["b"]]))),
    # Weekdays.
    (re.compile(rf"{B}(?:this |next |coming |on )?(?P<w>{_EN_WEEKDAYS})(?:'s|s)?{E}"), _weekday_en),
    (re.compile(rf"{B}(?:эт[уо][йт]? |следующ\w+ |ближайш\w+ )?(?P<w>{_RU_WEEKDAYS}){E}"), _weekday_ru),
    (re.compile(r"(?:这|本|下)?(?:个)?(?:周|星期|礼拜)(?P<w>[一二三四五六日天])"), _weekday_zh),
    (re.compile(rf"{B}(?:in|через|after) (?P<n>\d|two|three|a couple of|два|три|пару) (?:days?(?: time)?|дн(?:я|ей)){E}"
                rf"|(?P<n2>{HAN_NUMBER})天(?:以后|之后|后)"),
     lambda found, calendar: (calendar.today + timedelta(days=_day_count(found["n"] or found["n2"])),)),
]  # fmt: skip


def _day_count(text: str) -> int:
    known = {"two": 2, "three": 3, "a couple of": 2, "два": 2, "три": 3, "пару": 2}
    return known[text] if text in known else han_number(text)


@dataclass(frozen=True)
class DayMention:
    """A day or several days and where they were named."""

    days: Days
    start: int
    end: int
    relative: bool = False


def find_days(writing: Writing, calendar: Calendar) -> Iterator[DayMention]:
    """Every mention of a day, in the order of the rules; what was read is covered."""
    for place, (pattern, meaning) in enumerate(_RULES):
        for found in pattern.finditer(writing.remaining):
            if writing.is_covered(found.start(), found.end()):
                continue
            days = meaning(found, calendar)
            if days:
                writing.cover(found.start(), found.end())
                yield DayMention(tuple(sorted(set(days))), found.start(), found.end(), place < 6)
