"""Small talk: greetings, thanks, goodbyes, "are you a bot"; recognised only when nothing else is said."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from bot.domain.language import fold
from bot.domain.question import CourtesyKind
from bot.encoder import analysis

FILE = Path(analysis.__file__).parent / "courtesies.tsv"

# Politeness around small talk that carries no question of its own.
_FILLERS = frozenset(
    """dear sir madam friend friends bot robot assistant team guys everyone all folks there very so much really just oh
    well today again what that was an such really truly indeed have had are is you're been for your help the a and my i you to
    дорогой уважаемый уважаемые бот робот друг друзья коллеги ассистент помощник вам тебе вас за помощь очень ну и
    помощь ответ ответы отвечаешь отвечаете всё все прям просто большой огромный а вот же сегодня еще раз всем вы ты мне меня это
    回答 答案 帮助 帮忙 真 得 地 机器人 助手 小助手 朋友 朋友们 亲 老师 呀 啊 哦 嗯 吧 呢 吗 了 的 你 您 今天 非常 很 太 啦 哈 那 就 都""".split()
)


def courtesy_of(text: str) -> CourtesyKind | None:
    """Which courtesy a message is, or None when it says or asks anything besides."""
    kinds, pattern = _forms()
    found: list[CourtesyKind] = []

    def take(match: re.Match[str]) -> str:
        found.append(kinds[match.group()])
        return " "

    rest = pattern.sub(take, _plain(text))
    if not found:
        return None
    left = [word for word in re.findall(r"[\w']+", rest) if word not in _FILLERS]
    left = [word for word in left if not (analysis.has_han(word) and all(letter in _FILLERS for letter in word))]
    if left:
        return None
    # "Hello, who are you?" is answered as a question about the assistant; a bare greeting as a greeting.
    return min(found, key=list(_WEIGHT).index)


_WEIGHT = (
    CourtesyKind.IDENTITY,
    CourtesyKind.WELLBEING,
    CourtesyKind.FAREWELL,
    CourtesyKind.THANKS,
    CourtesyKind.GREETING,
)


# What people put before and after a question out of politeness; said alone or in the middle it may mean something.
_BEFORE = re.compile(
    r"""^\W*(?:(?:hello|hi|hey|good\ (?:morning|afternoon|evening|day)|dear\ (?:all|sir|madam|team|colleagues|organi[sz]ers)
    |(?:i'?m\ )?(?:so\ |very\ )?sorry(?:\ (?:to\ (?:bother|disturb|trouble)\ you|for\ (?:the\ )?(?:bother|trouble)))?|excuse\ me|pardon(?:\ me)?
    |thanks?(?:\ you)?\ in\ advance|could\ you\ (?:please\ )?tell\ me|please\ tell\ me|can\ you\ (?:please\ )?tell\ me
    |здравствуйте|привет(?:ствую)?|добрый\ (?:день|вечер)|доброе\ утро|доброго\ (?:дня|времени\ суток)|день\ добрый|уважаемые\ (?:организаторы|коллеги)
    |извините(?:,?\ пожалуйста)?(?:,?\ за\ беспокойство)?|простите(?:,?\ пожалуйста)?(?:,?\ за\ беспокойство)?|прошу\ прощения|заранее\ (?:спасибо|благодар\w+)
    |подскажите(?:,?\ пожалуйста)?|скажите(?:,?\ пожалуйста)?|не\ подскажете|будьте\ добры|коллеги
    |您好|你好|大家好|早上好|上午好|中午好|下午好|晚上好|不好意思|打扰(?:一下|了)?|抱歉|劳驾|麻烦(?:问一下|您|你)?|请问(?:一下)?|想问(?:一下)?|谢谢)
    (?![\w'])\W*)+""".replace("(?![\\w'])", "(?![a-zа-я'])"),
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    r"""[\s,.!?，。！？—–-]+(?:(?:many\ |big\ )?thanks?(?:\ (?:you|a\ lot|in\ advance|so\ much|very\ much))*|cheers|please|sorry
    |(?:заранее\ )?(?:большое\ )?спасибо(?:\ (?:большое|заранее))?|(?:заранее\ )?благодарю|пожалуйста|спс
    |谢谢(?:您|你|啦|了)?|多谢|麻烦(?:您|你)?了|感谢)\W*$""",
    re.IGNORECASE | re.VERBOSE,
)


def without_courtesy(text: str) -> str:
    """A question without its greetings, apologies and thanks: they say nothing of the subject, and unsettle the search."""
    rest = _AFTER.sub("", _BEFORE.sub("", text)).strip()
    return rest or text


def _plain(text: str) -> str:
    return re.sub(r"[^\w'\s-]", " ", analysis.simplified(fold(text)).replace("’", "'"))


@cache
def _forms() -> tuple[dict[str, CourtesyKind], re.Pattern[str]]:
    """The kind of every form, and one pattern that finds them, the longest first."""
    kinds: dict[str, CourtesyKind] = {}
    for line in FILE.read_text("utf-8").splitlines()[1:]:
        kind, *cells = line.split("\t")
        for cell in cells:
            for form in cell.split("|"):
                kinds.setdefault(_plain(form).strip(), CourtesyKind(kind))
    ordered = sorted(kinds, key=lambda form: (-len(form), form))
    spaced = "|".join(re.escape(form) for form in ordered if not analysis.has_han(form))
    unspaced = "|".join(re.escape(form) for form in ordered if analysis.has_han(form))
    return kinds, re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|{unspaced}")
