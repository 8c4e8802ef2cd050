"""What keeps two questions apart however alike they sound: another number, hall, day, meal or country."""

from __future__ import annotations

import re
from functools import cache

from bot.domain.language import fold
from bot.encoder import lexicon

# Of each line, a question that names one group and a question that names another are never the same.
_GROUPS = """
begin start-of | finish end-of
first first-bus | last last-bus
today | tomorrow | yesterday | day-after-tomorrow | day-before-yesterday
morning | noon | afternoon | evening | night midnight late-night
monday | tuesday | wednesday | thursday | friday | saturday | sunday
this-year | next-year | last-year
breakfast | lunch | dinner
bus shuttle | taxi hail-taxi | metro | train high-speed-rail | bicycle bike-sharing | rent-car
railway-station | airport
hotel hotel-room hotel-breakfast | venue hall
gluten-free | nuts nut-allergy | lactose-free milk dairy
vegetarian | vegan | halal | gluten-free food-allergy | no-pork | alcohol
where where-to | when what-time until-when since-when | how-much | how-many | how-long | why
"""

_TELLING = frozenset({"airport", "railway-station"})
"""Named by one question and not by the other they keep them apart: the way from the airport is not the way."""

_NAMES_FILE = "countries"
"""Countries, cities, peoples, languages: sharing none of those that both name keeps two questions apart."""
_ANY_COUNTRY = frozenset("country region neighbouring-country developing-country developed-country".split())
_BORN_OF = re.compile(r"^(?:people|language)-")

# Hall B is зал Б in speech and «В» (the Cyrillic letter that looks like B) on the door.
_LATIN = str.maketrans("абвс", "abbc")
_PLACE_LETTER = re.compile(
    r"\b(?:hall|room|gate|block)\s+[\"“]?([a-d])(?=\W|$)|(?<![a-z])([a-d])(?=[厅馆区座门])|"
    r"\b(?:зал|зале|зала|залу|корпус|ворота)\s+[«\"]?([a-dабв])(?=\W|$)|"
    # "в зал с чемоданом" is a hall with a suitcase, «зал С» one with a letter.
    r"\b(?:зал|зале|зала|залу|корпус|ворота)\s+(?:[«\"](с)[»\"]|(с)(?=\s*[?!.,]|\s*$))|\b([a-dабвс])-зал"
)
_MONTH = re.compile(r"\d{1,2}月|[./]0?7\b(?!:)")
_NUMBER = re.compile(r"\d+(?:[.:]\d+)*")

# One person's own trouble or errand: nobody else's answer fits it, however alike the words.
_OWN = re.compile(
    r"\b(i|we)('ve| have)? (just )?(lost|forgot|left|missed|broke)|\b(was|were|is|been) stolen|\bmy (suitcase|luggage|"
    r"passport|bag|wallet|name|booking|reservation|speech|flight|driver|ticket|badge says)|\bcall me\b|"
    r"\bcall (my|the) hotel|\bi (feel|am) (ill|sick|unwell|lost)|"
    r"потерял|забыл|укра(ли|ден)|опоздал|сломал|мо(й|я|е|и|его|ей|ю|ему|их|им) (чемодан|багаж|паспорт|сумк|кошел|"
    r"имя|имени|фамили|брон|рейс|водител|билет|доклад|выступлени)|позвоните|перезвоните|мне плохо|я заболел|"
    r"заблудил|丢了|弄丢|落在|忘在|忘了带|被偷|我的(行李|箱子|护照|包|钱包|名字|姓名|预订|航班|司机|机票|发言|演讲)|"
    r"给我(打|回)电话|我(不舒服|生病|病了|迷路)",
    re.IGNORECASE,
)


def is_personal(question: str) -> bool:
    """Whether it is one person's own trouble or errand ("I lost my badge", "call my hotel"): never joined."""
    return bool(_OWN.search(fold(question)))


def figures_in(text: str) -> frozenset[str]:
    """Numbers and the letters of halls: "11", "letter a"."""
    folded = fold(text)
    letters = (next(filter(None, found)).translate(_LATIN) for found in _PLACE_LETTER.findall(folded))
    # The month is named in one language and counted in another: it would look like a number of its own.
    numbers = _NUMBER.findall(_MONTH.sub(" ", folded))
    return frozenset([*(f"letter {letter}" for letter in letters), *(number.lstrip("0") or "0" for number in numbers)])


def places_in(concepts: frozenset[str]) -> frozenset[str]:
    """The countries and cities among the concepts; a people and its language count as their country."""
    # The first letters are enough: kazakh and kazakhstan, russian and russia, chinese and china.
    return frozenset(_BORN_OF.sub("", name)[:4] for name in concepts & _names())


def sides_of(concepts: frozenset[str]) -> tuple[frozenset[int], ...]:
    """For each line of contrasts, which of its groups the concepts name."""
    return tuple(frozenset(place for place, group in enumerate(line) if group & concepts) for line in _lines())


def telling_in(concepts: frozenset[str]) -> frozenset[str]:
    """The concepts that two equal questions both name."""
    return concepts & _TELLING


@cache
def _lines() -> tuple[tuple[frozenset[str], ...], ...]:
    return tuple(
        tuple(frozenset(group.split()) for group in line.split("|")) for line in _GROUPS.strip().splitlines()
    )


@cache
def _names() -> frozenset[str]:
    lines = (lexicon.FOLDER / f"{_NAMES_FILE}.tsv").read_text("utf-8").splitlines()[1:]
    return frozenset(line.split("\t")[0].strip() for line in lines if line.strip()) - _ANY_COUNTRY
