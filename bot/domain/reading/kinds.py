"""What kinds of sessions are called in three languages, and words too general to single out a session."""

from __future__ import annotations

import re

from bot.domain.reading.forms import stem

_CEREMONIES = ("ceremonies", "церемонии", "仪式", "典礼")
_EATING = ("meals", "mealtime", "приём пищи", "питание", "кормят", "покормят", "кормить", "eat", "обедаем", "ужинаем", "едим",
           "кушаем", "吃饭", "用餐", "就餐", "开饭", "管饭")

NAMES: dict[str, tuple[str, ...]] = {
    "ceremony": _CEREMONIES,
    "sub-forum": (
        "sub-forum", "subforum", "breakout session", "breakout", "parallel session", "parallel forum", "thematic session",
        "thematic forum", "thematic sub-forum", "side forum", "track", "подфорум", "тематический форум", "секция",
        "параллельная секция", "параллельное заседание", "тематическая секция", "секционное заседание", "分论坛", "主题论坛",
        "专题论坛", "平行论坛", "分会场",
    ),
    "visit": (
        "visit", "tour", "excursion", "site visit", "site tour", "field trip", "study tour", "trip", "outing", "route",
        "tour bus", "visit route", "tour route", "экскурсия", "поездка", "визит", "выездное посещение", "посещение объектов",
        "поездка на объекты", "маршрут", "маршрут экскурсии", "выездной визит", "ознакомительная поездка", "参观", "观摩",
        "考察", "参观路线", "观摩路线", "参观线路", "实地参观", "现场观摩", "参观考察", "参观活动", "外出参观", "实地考察", "路线", "线路",
    ),
    "meal": ("meal", *_EATING),
    "reception": ("reception", *_EATING),
    "signing": ("signing", *_CEREMONIES),
    "exhibition": ("exhibition",),
}  # fmt: skip
"""Session kinds that people ask for as a group; a kind counts only when the programme has it."""

HAN_KIND = re.compile(r"(?:主题|专题|分|平行)?论坛|参观|仪式|典礼|会$|路线|线路|\d|第[一二三四五六]|[一二三四五六]$")

_GENERIC = frozenset(
    stem(word)
    for word in (
        "forum sub subforum session hall room desk centre center tour visit trip route bus ceremony meeting event talk "
        "conference digital data project cooperation economy area floor main first second third fourth food"
        " find partner "
        "propose submit break free show stands displays outcomes contract wrap midday meal evening gala think tank "
        "one two three four five six четыре четвертый четвертая building park real port industry session"
        " project contract welcome midday buffet summary sign check "
        "форум подфорум секция зал стойка центр поездка экскурсия визит маршрут церемония встреча мероприятие доклад "
        "заседание сессия конференция цифровой цифровая экономика данные данными проект проекты проектов"
        " сотрудничество "
        "первый второй третий четвёртый тематический главный основной торжественный приветственный блюда участников "
        "участники найти партнёра предложить подать заявка поиск стол итоги шведский завод парк отметка объявление "
        "создание совместное реальная аналитических форума форумы договоров соглашений зона зал зона ресепшн"
        " один два три"
    ).split()
)


def is_generic(word_stem: str) -> bool:
    """Whether a stem is too general to single out one session."""
    return word_stem in _GENERIC


def names_a_forum(name: str) -> bool:
    """Whether a topic is named as the sub-forum about it: "data governance sub-forum"."""
    return bool(re.search(r"论坛|forum|session|форум|секци", name, re.IGNORECASE))
