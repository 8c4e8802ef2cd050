"""The words that ask: now, next, first, when, where, how long, what is on; and which end of a session is meant."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.domain.reading.days import B, E
from bot.domain.reading.writing import Writing


class Cue(StrEnum):
    """What a word or phrase of the question asks for."""

    NOT_SCHEDULE = "not-schedule"
    NOW = "now"
    RIGHT_AFTER = "right-after"
    NEXT = "next"
    FIRST = "first"
    LAST = "last"
    WHEN = "when"
    WHERE = "where"
    LONG = "long"
    REMAINING = "remaining"
    STILL = "still"
    WHOLE = "whole"
    START = "start"
    END = "end"
    WHAT = "what"
    EVENT = "event"
    """The event itself: "at the forum"."""


# The time of day, the weather of a day and the like are asked with the same words.
_NOT_SCHEDULE = (
    rf"{B}what(?:'s| is|s)? (?:the )?(?:local |current |exact )*time(?: is it)?(?: now| right now| here"
    rf"| in \w+)*\s*[?.!]*$"
    rf"|{B}what time is it|{B}what (?:date|day)(?: of the week)? is (?:it|today)|{B}what(?:'s| is) (?:today's"
    rf"|the) date|{B}time zone"
    rf"|{B}(?:который (?:сейчас |теперь )?час(?! \w)|у нас .+ у вас|у вас (?:там |уже |сейчас )+(?:утро|день"
    rf"|вечер|ночь)|сколько (?:сейчас |у вас |там )*времени(?! идет| длится| продлится| занимает| будет"
    rf"| продолжается| работает)|какое сегодня число|какой сегодня день|какое сейчас время|время (?:сейчас )?(?:в"
    rf"|по) \w+)"
    r"|^до (?:завтра|вечера|понедельника|скорого)\W*$|^(?:明天|下午|晚上|回头|周.)见"
    rf"|{B}before or after{E}|{B}(?:до|раньше) или (?:после|позже){E}|之?前还是.{{0,4}}之?后"
    rf"|{B}(?:the )?next (?:forum|year|summit|edition|conference|congress){E}|следующ\w+ (?:форум[ае]?|год[уа]?|саммит[ае]?|раз){E}"
    r"|下一?届|明年|来年"
    r"|(?:现在|这会儿)(?:是)?(?:北京时间)?(?:几点|什么时间|什么时候)(?:了|钟|啊|呀|呢)*\s*[?。]*$|今天(?:是)?(?:几号|星期几|周几|礼拜几|几月几号)|几点了|什么时区"
)  # fmt: skip

_WHEN = (
    rf"{B}(?:(?:until |till |from |since |by )?when(?:'s|s)?|(?:at |by |from |till |until )?what times?|(?:what"
    rf"|which) (?:day|date)s?|how (?:early|late|soon)|opening (?:hours|times?)|hours|closing times?"
    rf"|start(?:ing)? times?|the time of|timings?|times?){E}"
    rf"|{B}(?:когда|(?:во|в|со?|до|к|ко|на|со) ?скольких?(?: часов)?|во сколько|со скольки|до скольки|к скольки"
    rf"|на сколько назначен\w*|в котором часу|до которого часа|с которого часа|(?:в|с|до|к) как(?:ое|ого|ому|ой"
    rf"|им) (?:время|времени|часа?|часу|числа|день|дня|дню)|какого числа|как(?:ой|ого|ому) (?:день|дня)"
    rf"|в как(?:ой|ие) (?:день|дни|часы)|час[ыа]? (?:работы|открытия|начала)|время (?:работы|начала|проведения"
    rf"|окончания)|начало в|время){E}"
    r"|什么时候|啥时候|啥时|什么时间|啥时间|何时|几时|几点(?:钟)?(?:几分)?|多会儿|哪一?天|哪日|几号|几月几[号日]|星期几|周几|礼拜几|开放时间|营业时间|具体时间|时间(?:是|呢|安排)?"
)  # fmt: skip

_WHERE = (
    rf"{B}(?:where(?:'s|s|abouts)?|(?:in |at |from |to )?(?:which|what) (?:hall|room|place|location|venue|gate"
    rf"|entrance|floor|building|level|desk)s?|location of|venue of|how (?:do|can) (?:i|we) (?:(?:get|go) to|find"
    rf"|reach)|way to){E}"
    rf"|{B}(?:где|куда|откуда|(?:в|из|к|у|от|на) как(?:ом|ого|ой|их|ую) (?:зал[еау]?|месте|место|помещени\w+"
    rf"|комнат\w+|ворот(?:ах)?|вход\w*|этаж\w*|стойк\w+|аудитори\w+)|какой зал|как (?:пройти|добраться"
    rf"|дойти)(?: (?:на|в|до|к))?|место проведения){E}"
    r"|(?:在|到|去|从|上)?哪(?:里|儿|边)|(?:在|到|去|从)哪(?!一?[天日]|个|些|几|场)|哪(?:一)?个(?:厅|会场|房间|门|入口|地方|会议室|场地)|哪个?(?:厅|门|楼|层)"
    r"|什么地方|啥地方|何处|几楼|几层|几号(?:厅|门)|什么位置|地点|位置|怎么走"
)  # fmt: skip

_LONG = (
    rf"{B}(?:how (?:long|many (?:hours|minutes))|what(?:'s| is) the (?:duration|length)|duration){E}"
    rf"|{B}(?:как долго|сколько (?:по )?времени|(?:сколько )?(?:длится|продлится|продолжается|длятся"
    rf"|продолжительность|длительность)|на сколько рассчитан\w*|сколько (?:идет|идут|займет|занимает)|сколько часов|сколько минут){E}"
    r"|多长时间|多久|多少时间|多少分钟|几个小时|几个钟头|多少小时|时长"
)  # fmt: skip

_NOW = (
    rf"{B}(?:(?:right |just |up )?now|at the moment|currently|at this (?:very )?(?:moment|minute|time|hour)"
    rf"|presently|in progress|under way|underway|as we speak){E}"
    rf"|{B}(?:(?:прямо |вот )?сейчас|щас|ща|теперь|в (?:данный|настоящий|этот) момент|в настоящее время"
    rf"|в данное время|в эту минуту|в это время|на данный момент){E}"
    r"|现在|目前|此刻|当前|眼下|这会儿|正在|这个时候|这时候|此时|当下|正(?=进行|开)"
)  # fmt: skip

_NEXT = (
    rf"{B}(?:(?:what|which|who) comes (?:up )?(?:next|after)|up ?next|the next(?: one)?(?! to\b)|next(?! to\b)"
    rf"|coming up|upcoming|soonest|soon|shortly|following|afterwards|then what|after (?:that|this)){E}"
    rf"|{B}(?:следующ\w+|ближайш\w+|дальше|далее|потом|затем|скоро|вскоре|вот-вот|после этого|на очереди"
    rf"|дальнейш\w+|позже){E}"
    r"|下一?(?:场|个|项|节|班|趟|轮|步)|接下来|接着|接着呢|然后呢?|随后|马上|即将|快要|一会儿|待会儿?|等会儿?|紧接着|最近(?:的)?一?(?:场|个|项|班)|之后(?=还?有|是|的|做"
    r"|干|去|$)|往后|后面|下面|稍后"
)  # fmt: skip

_FIRST = (
    rf"{B}(?:the )?(?:very )?(?:first|1st|earliest){E}|{B}сам\w+ перв\w+|{B}(?:перв(?:ое|ая|ый|ые|ого|ую|ой|ым)"
    rf"|раньше всего|сам\w+ ранн\w+|с чего (?:все )?начинается){E}"
    r"|第一(?:场|个|项|节|班|趟|轮)|首(?:场|个|项|班)|头一?(?:场|个|项|班)|最早|最先|最开始"
)  # fmt: skip

_LAST = (
    rf"{B}(?:the )?(?:very )?(?:last|final|latest)(?= (?:session|event|thing|talk|item|one|on|of|meeting|activity"
    rf"|part|sub|tour|trip|visit|bus|meal|ceremony|today|tomorrow|before|\x01)|\s*\x01|\s*[?.!]*$){E}"
    rf"|{B}сам\w+ последн\w+|{B}(?:последн(?:ее|яя|ий|ие|его|юю|ей|им)|заключительн\w+|позже всего"
    rf"|чем (?:все )?(?:заканчивается|завершается|закончится|завершится)){E}"
    r"|最后(?:的)?一?(?:场|个|项|节|班|趟|轮)|末场|压轴|最晚|最后(?:是|有|的)"
)  # fmt: skip

_REMAINING = (
    rf"{B}(?:what|anything|something) else|{B}(?:still (?:to come|ahead|on|left)|left(?= ?(?:today|tomorrow|on"
    rf"|in the|this|\x01)|\s*[?.!]*$)|later(?= ?(?:today|\x01))|remaining|remains|(?:for the )?rest of (?:the "
    rf"|today's )?(?:day|programme|program|schedule)|else|still){E}"
    rf"|{B}(?:до конца дня|до вечера|еще|осталось|остался|остались|остается|оставшееся|оставшиеся){E}"
    r"|还有(?:什么|哪些|啥|没|别的)?|剩下(?:的时间)?|剩余(?:的时间)?|还剩|其余|余下"
)  # fmt: skip

_WHOLE = (
    rf"{B}(?:(?:the )?(?:whole|full|entire|complete) (?:event |forum )?(?:programme|program|schedule|agenda"
    rf"|timetable)|(?:programme|program|schedule|agenda|timetable)(?: of events)?){E}"
    rf"|{B}(?:(?:вся|всю|всей|полн(?:ая|ую|ое)|общ(?:ая|ую|ее)|все) (?:программ[ауы]|расписание)"
    rf"|(?:программ[аыуе]|расписани[ея]|повестк[ауи])){E}"
    r"|(?:全部|完整|整个|整体|总|所有)?的?(?:日程|议程|活动安排|会议安排|时间表|日程表|日程安排|安排表|节目单|安排)"
)  # fmt: skip

_START = (
    rf"{B}(?:start(?:s|ed|ing)?|begin(?:s|ning)?|began|open(?:s|ed|ing)?(?: up)?|kicks? off|kick-off|kicking off"
    rf"|commences?|leav(?:e|es|ing)|depart(?:s|ure|ures|ing)?|sets? off|setting off|heads? off|goes? off"
    rf"|doors open|be there by){E}"
    rf"|{B}(?:начина(?:ется|ются|ем|ете|лся|ть|ют)|начн(?:ется|утся|ем|ете)|начал(?:ся|ась|ось|ись)|начал[оае]м?"
    rf"|начаться|стартует|стартуют|старт|сбор|открыва(?:ется|ются|ют)|откро(?:ется|ются|ют)|открыт(?:а|о|ы)?"
    rf"|отправл(?:яется|яются|яемся|ение|ения)|отправка|отправится|отправляемся|отъезд\w*|выезжа(?:ем|ет|ют)"
    rf"|выезд\w*|выход(?:им|ит)|уезжа(?:ем|ет|ют)|едем|еде[тм]|поедем|едут|отходит|уходит|отъезжа\w+|пуска(?:ют|ть)){E}"
    r"|开始|开幕(?=时间|$)|开门|开场|开放|出发|发车|启动|开车|走车|动身|集合|几点走|开(?=吗|么|呢|着|了吗|$|\?)"
)  # fmt: skip

_END = (
    rf"{B}(?:end(?:s|ed|ing)?|finish(?:es|ed|ing)?|clos(?:e|es|ed|ing)(?: down)?|shut(?:s|ting)?(?: down)?|over"
    rf"|return(?:s|ing)?|(?:be |come |comes |get |gets |are we |are they )?back|wraps? up|conclud(?:e|es|ing)"
    rf"|done|till when|until when|go on until|last until|runs? until){E}"
    rf"|{B}(?:заканчива(?:ется|ются|ем|ете)|законч(?:ится|атся|им|илось|илась|ился)|конча(?:ется|ются|ем)"
    rf"|кончи(?:тся|лось|лся|лась)|завершa?а?(?:ется|ются|ем)|заверш(?:ится|ение|ения|атся)|оконч(?:ание|ания)"
    rf"|закрыва(?:ется|ются|ют)|закро(?:ется|ются|ют)|закрыт(?:а|о|ы)?|возвраща(?:емся|ется|ются|ют)|верн(?:емся"
    rf"|ется|утся|уться)|возвращени[ея]|конец|обратно|назад){E}"
    r"|结束|散场|散会|散(?=了|吗|$|\?)|完(?=了|事|$|\?)|关门|关闭|关(?=吗|么|呢|了|$|\?)|收摊|收场|闭馆|返回|回来|回到|返程|截止|收工|开到|到几点|撤展"
)  # fmt: skip

_WHAT = (
    rf"{B}(?:what(?:'s|s|ll|'ll)?|which|anything|something|everything|whats){E}"
    rf"|{B}(?:что|чего|чем|че|чо|как(?:ие|ая|ое|ой|ую|их)|что-то|что-нибудь|чего-нибудь|какое-нибудь|какие-нибудь"
    rf"|какой-нибудь|какие-то|какая-нибудь|какая-то|есть ли){E}"
    r"|什么|啥|哪些|哪(?:一)?(?:场|个|项)|有没有|有无|有何|干嘛|是否有|有哪些"
)  # fmt: skip

_EVENT = (
    rf"{B}(?:at |of |in |during )?(?:the |this |our )?(?:2025 |sco )*(?:digital economy )?(?:forum|conference"
    rf"|event|summit|congress)(?:'s)?{E}"
    rf"|{B}(?:на |в |во время |у )?(?:(?:этом|нашем|самом) )?(?:форум(?:а|е|у|ом)?|конференци[яие]|мероприяти[ея]"
    rf"|съезд[ае]?)(?: цифровой экономики)?(?: шос)?(?: 2025(?: года)?)?{E}"
    r"|(?:2025)?(?:上合(?:组织)?)?(?:数字经济)?(?:本届|这次|本次|此次)?(?:论坛|大会|峰会|会议|开会|会上)(?:期间|上)?"
)  # fmt: skip

_STILL = rf"还(?=开)|{B}(?:already|yet|still){E}|{B}(?:уже|еще){E}|已经|还在|还没|了没"

PATTERNS: dict[Cue, re.Pattern[str]] = {
    cue: re.compile(pattern)
    for cue, pattern in {
        Cue.NOW: _NOW,
        Cue.REMAINING: _REMAINING,
        Cue.LAST: _LAST,
        Cue.FIRST: _FIRST,
        Cue.LONG: _LONG,
        Cue.WHEN: _WHEN,
        Cue.WHERE: _WHERE,
        Cue.NEXT: _NEXT,
        Cue.WHOLE: _WHOLE,
        Cue.START: _START,
        Cue.END: _END,
        Cue.WHAT: _WHAT,
        Cue.EVENT: _EVENT,
        Cue.STILL: _STILL,
    }.items()
}
_NOT = re.compile(_NOT_SCHEDULE)
_HOURS = re.compile(
    rf"{B}(?:opening|closing|start(?:ing)?|working) (?:hours|times?){E}|{B}(?:время|часы) (?:открытия|закрытия"
    rf"|начала|работы){E}"
    r"|(?:开放|营业|开门|关门|开始|结束)时间"
)
_RIGHT_AFTER = re.compile(rf"{B}(?:right|straight|immediately|directly|just) (?=after)|{B}(?:сразу"
                          rf"|непосредственно) (?=после|за)|紧接着|紧随")


# What a session is about, how to take part, what is shown there: its own entry answers that.
_ABOUT_CONTENT = re.compile(
    rf"what.* about\W*$|{B}о чем{E}|讨论(?:些|的)?(?:什么|啥)|讲(?:的是|些)?(?:什么|啥)|说(?:的是|些)?(?:什么|啥)|什么内容|主题是什么"
)
_OPEN_NOW = re.compile(
    rf"^(?:\w+,? )?(?:is|are) .* (?:open|over)\W*$|{B}(?:открыт[аоы]?|работа[ею]т)(?: ли)?{E}|开(?:着|了|放|门)(?:吗|么)"
)
SESSION_NOUN = re.compile(
    rf"{B}(?:session|event|meeting|talk|activity|activities|item|lecture|panel|programme|program)s?{E}"
    r"|заседани|сесси|мероприят|встреч|событи|пункт|доклад|выступлени|场|活动|项|节目|环节|个会|议程|接下来|接着"
)


def content_asked(text: str) -> tuple[int, int] | None:
    """Where it is asked what is talked about."""
    found = _ABOUT_CONTENT.search(text)
    return found.span() if found else None


def asks_whether_open(text: str) -> bool:
    """Whether it is asked if something is open: now is meant when no time is said."""
    return bool(_OPEN_NOW.search(text))


def is_other_matter(text: str) -> bool:
    """Whether only the time of day or the date itself is asked."""
    return bool(_NOT.search(text))


def find_hours(writing: Writing) -> tuple[int, int] | None:
    """ "Opening hours" and the like, which must be read before names: no opening ceremony is meant."""
    found = _HOURS.search(writing.remaining)
    if found:
        writing.cover(*found.span())
    return found.span() if found else None


def find_cues(writing: Writing) -> dict[Cue, tuple[int, int]]:
    """The cues of a question and where each stands first; they are covered."""
    cues: dict[Cue, tuple[int, int]] = {}
    if found := _RIGHT_AFTER.search(writing.text):
        cues[Cue.RIGHT_AFTER] = found.span()
        writing.cover(*found.span())
    for cue, pattern in PATTERNS.items():
        for found in pattern.finditer(writing.remaining):
            if found.start() == found.end():
                continue
            writing.cover(found.start(), found.end())
            cues.setdefault(cue, found.span())
    return cues
