"""Word forms: light stems of Russian and English words, and numbers written as words."""

from __future__ import annotations

import re
from functools import lru_cache

_RU_ENDINGS = sorted(
    (
        "иями ями ами иях ях ах ием ией иям ям ам ов ев ей ого его ому ему ыми ими ый ий ой ая яя ое ее ые ие ую юю "
        "ых их ым им ом ем ою ею ия ии ию ья ье а я о е ы и у ю ь й"
    ).split(),
    key=lambda ending: (-len(ending), ending),
)
_RU_VOWELS = "аеёиоуыэюя"
_RU_ODD = {"выставок": "выставк", "стоек": "стойк", "поездок": "поездк", "зал": "зал", "пленарок": "пленарк"}
_EN_SAME = {
    "centre": "center", "centres": "center", "centers": "center", "programme": "program", "programmes": "program",
    "harbour": "harbor", "this": "this", "is": "is", "was": "was", "has": "has", "does": "does", "its": "its",
    "as": "as", "us": "us", "yes": "yes", "bus": "bus", "buses": "bus", "economics": "economics",
}  # fmt: skip
_CYRILLIC = re.compile(r"[а-ӿ]+")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A lower-case word without its ending; forms of one name share a stem."""
    if _CYRILLIC.fullmatch(word):
        return _russian(word)
    if word.isascii():
        return _english(word)
    return word


def _russian(word: str) -> str:
    if word in _RU_ODD:
        return _RU_ODD[word]
    found = word
    for ending in _RU_ENDINGS:
        rest = len(word) - len(ending)
        if rest >= 3 and word.endswith(ending) and word[rest - 1] not in _RU_VOWELS:
            found = word[:rest]
            break
    # Surnames: Курбанов, Курбанова, Курбановым share "курбан".
    if len(found) >= 7 and found.endswith(("ов", "ев")):
        found = found[:-2]
    return found


def _english(word: str) -> str:
    word = re.sub(r"'s?$|'s$", "", word)
    if word in _EN_SAME:
        return _EN_SAME[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


HAN_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
HAN_NUMBER = r"(?:\d{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九零])"


def han_number(text: str) -> int:
    """A number up to 99 in digits or Han numerals."""
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (HAN_DIGITS[tens] if tens else 1) * 10 + (HAN_DIGITS[ones] if ones else 0)
    return HAN_DIGITS[text]


EN_NUMBERS = {
    word: number
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split(),
        start=1,
    )
} | {"half": 30, "thirty": 30, "forty": 40, "twenty five": 25, "twenty-five": 25, "fifteen": 15, "forty five": 45,
     "forty-five": 45, "fifty": 50}  # fmt: skip
EN_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth".split(),
        start=1,
    )
}

_RU_HOUR_FORMS = {
    1: "час часа часу", 2: "два двух двум двумя две", 3: "три трех трем тремя",
    4: "четыре четырех четырем четырьмя", 5: "пять пяти пятью", 6: "шесть шести шестью", 7: "семь семи семью",
    8: "восемь восьми восемью", 9: "девять девяти девятью", 10: "десять десяти десятью",
    13: "тринадцать тринадцати", 14: "четырнадцать четырнадцати", 15: "пятнадцать пятнадцати",
    16: "шестнадцать шестнадцати", 17: "семнадцать семнадцати", 18: "восемнадцать восемнадцати",
    19: "девятнадцать девятнадцати", 11: "одиннадцать одиннадцати одиннадцатью", 12: "двенадцать двенадцати"
                                                            " двенадцатью",
}  # fmt: skip
RU_HOURS = {form: number for number, forms in _RU_HOUR_FORMS.items() for form in forms.split()}
RU_MINUTES = {
    "ноль ноль": 0, "пять": 5, "десять": 10, "пятнадцать": 15, "двадцать": 20, "двадцать пять": 25, "тридцать": 30,
    "тридцать пять": 35, "сорок": 40, "сорок пять": 45, "пятьдесят": 50, "пяти": 5, "десяти": 10, "двадцати": 20,
    "двадцати пяти": 25, "тридцати": 30, "сорока": 40, "сорока пяти": 45, "пятидесяти": 50, "четверти": 15, "пятнадцати": 15,
}  # fmt: skip
_RU_ORDINAL_STEMS = {
    1: "перв", 2: "втор", 3: "треть", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят",
    10: "десят", 11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат",
}  # fmt: skip
RU_ORDINALS = {
    base + ending: number
    for number, base in _RU_ORDINAL_STEMS.items()
    for ending in (("его", "ему", "ем", "е", "ю") if number == 3 else ("ого", "ому", "ом", "ое", "ую", "ым"))
} | {"третьего": 3, "третьим": 3}
EN_MONTHS = {
    name: number
    for number, names in enumerate(
        "jan january;feb february;mar march;apr april;may;jun june;jul july;aug august;sep sept september;"
        "oct october;nov november;dec december".split(";"),
        start=1,
    )
    for name in names.split()
}
RU_MONTHS = {
    form: number
    for number, forms in enumerate(
        "января январь январе;февраля февраль феврале;марта март марте;апреля апрель апреле;мая май мае;"
        "июня июнь июне;июля июль июле июл;августа август августе авг;сентября сентябрь сентябре;"
        "октября октябрь октябре;ноября ноябрь ноябре;декабря декабрь декабре".split(";"),
        start=1,
    )
    for form in forms.split()
}
