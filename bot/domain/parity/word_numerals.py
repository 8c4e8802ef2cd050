"""Russian and English numerals in words and in any case: двадцать семи, пятеро, полтора, twenty-four, the eleventh."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from bot.domain.language import Language


class Numeral(NamedTuple):
    """One numeral of a text, of one word or several."""

    number: Decimal
    is_ordinal: bool
    start: int
    end: int


# семью is the family far more often than a case of seven.
_RU_FORMS = {
    1: "один одна одно одну одного одной одному одним одном", 2: "два две двух двум двумя двое двоих двоим",
    3: "три трех трем тремя трое троих троим", 4: "четыре четырех четырем четырьмя четверо четверых четверым",
    5: "пять пяти пятью пятеро пятерых пятерым", 6: "шесть шести шестью шестеро шестерых шестерым",
    7: "семь семи семеро семерых", 8: "восемь восьми восемью", 9: "девять девяти девятью", 10: "десять десяти десятью",
    40: "сорок сорока", 50: "пятьдесят пятидесяти", 60: "шестьдесят шестидесяти", 70: "семьдесят семидесяти",
    80: "восемьдесят восьмидесяти", 90: "девяносто девяноста", 100: "сто ста", 200: "двести двухсот двумстам",
    300: "триста трехсот тремстам", 400: "четыреста четырехсот", 500: "пятьсот пятисот", 600: "шестьсот шестисот",
    700: "семьсот семисот", 800: "восемьсот восьмисот", 900: "девятьсот девятисот",
}  # fmt: skip
_RU_STEMS = {
    1: "перв", 2: "втор", 3: "трет", 4: "четверт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят", 10: "десят",
    11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат", 16: "шестнадцат",
    17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат", 20: "двадцат", 30: "тридцат", 40: "сороков", 50: "пятидесят",
    60: "шестидесят", 70: "семидесят", 80: "восьмидесят", 90: "девяност",
}  # fmt: skip
_RU_ENDINGS = "ый ой ая ое ого ому ым ом ую ые ых".split()
_RU_SOFT_ENDINGS = "ий ья ье ьего ьему ьим ьем ьей ью ьи ьих".split()
_EN_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
).split()
_EN_NUMBERS = (*range(1, 21), *range(30, 100, 10))
_EN_ODD_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip

_CARDINALS = {
    Language.RU: {
        **{form: number for number, forms in _RU_FORMS.items() for form in forms.split()},
        **{_RU_STEMS[number] + ending: number for number in (*range(11, 21), 30) for ending in ("ь", "и", "ью")},
        **dict.fromkeys(("полтора", "полторы", "полутора"), Decimal("1.5")),
    },
    Language.EN: dict(zip(_EN_WORDS, _EN_NUMBERS, strict=True)),
}
_ORDINALS = {
    Language.RU: {
        stem + ending: number
        for number, stem in _RU_STEMS.items() for ending in (_RU_SOFT_ENDINGS if number == 3 else _RU_ENDINGS)
    },
    Language.EN: {
        _EN_ODD_ORDINALS.get(word, re.sub("y$", "ie", word) + "th"): number
        for word, number in zip(_EN_WORDS, _EN_NUMBERS, strict=True)
    },
}  # fmt: skip
_POWERS = {
    Language.RU: dict.fromkeys("тысяча тысячи тысячу тысяче тысяч тысячам тысячами тысячах".split(), 1_000),
    Language.EN: {"hundred": 100, "thousand": 1_000},
}
# «Тысяча» and "a hundred" count by themselves; «тысячи» and "several hundred" do not.
_ALONE = {Language.RU: re.compile(r"тысяч[ау]", re.IGNORECASE), Language.EN: re.compile(r"(?<=\ba )\w+", re.IGNORECASE)}
_WORD = re.compile(r"(?<!\w)(?!and\b)[A-Za-zА-Яа-яЁё]+(?!\w)")
_LINK = {Language.RU: re.compile(r"\s+"), Language.EN: re.compile(r"\s+|-")}
_AND = re.compile(r"\s+and\s+")
_SPAN_OF_TIME = re.compile(r"(?:\b(?:a|per|each|every)|\d)[ -]second$")


def one_of(language: Language, least: int, most: int, *, ordinal: bool = False) -> str:
    """A pattern of the words for the numbers from `least` to `most` (at most 39)."""
    words = (_ORDINALS if ordinal else _CARDINALS)[language]
    single = [word for word, number in words.items() if number in range(least, most + 1)]
    tens = [word for word, number in _CARDINALS[language].items() if number in range(20, most, 10)]
    ones = [word for word, number in words.items() if number in range(1, 10)]
    compound = [rf"(?:{'|'.join(tens)})[ -](?:{'|'.join(ones)})"] if tens else []
    return rf"(?i:(?:{'|'.join((*compound, *single))})(?!\w))".replace("е", "[её]")


def read(text: str, language: Language) -> int:
    """The number of a text that is a numeral in words or in digits."""
    return int(re.match(r"\d+", text).group()) if text[:1].isdigit() else int(next(find(text, language)).number)


def find(text: str, language: Language) -> Iterator[Numeral]:
    """Every numeral, as long as it goes: «двести двадцать семь», "twelve hundred", "the twenty-first"."""
    run: _Run | None = None
    for word in _WORD.finditer(text):
        if run and run.take(word):
            continue
        if run:
            yield run.numeral()
        # The end of a word with a hyphen is a numeral only after another («два-три», not «во-вторых»).
        is_whole = text[word.start() - 1 : word.start()] != "-" or (run and run.end == word.start() - 1)
        run = _Run(text, language, word.start())
        if not is_whole or _SPAN_OF_TIME.search(text, max(word.start() - 8, 0), word.end()) or not run.take(word):
            run = None
    if run:
        yield run.numeral()


class _Run:
    """A numeral while it is read: its words come in falling order, «сто» before «двадцать» before «семь»."""

    def __init__(self, text: str, language: Language, start: int) -> None:
        self._text, self._language = text, language
        self._start = self.end = start
        self._thousands = self._below = Decimal(0)
        self._room = 1_000
        """The next word must be a smaller number than this."""
        self._after_power = self._is_ordinal = False

    def take(self, word: re.Match[str]) -> bool:
        """Add a word, when it can stand here."""
        if not self._reaches(word.start()):
            return False
        spelled = word.group().lower().replace("ё", "е")
        power, number = _POWERS[self._language].get(spelled), _CARDINALS[self._language].get(spelled)
        is_ordinal = number is None
        if is_ordinal:
            number = _ORDINALS[self._language].get(spelled)
        if power and self._can_be_multiplied(power):
            self._below = (self._below or 1) * power
            if power == 1_000:
                self._thousands, self._below = self._below, Decimal(0)
            self._room = power
        elif number and number < self._room:
            self._below += number
            self._room = 0 if is_ordinal or number < 20 else 10 if number < 100 else 100
        else:
            return False
        self.end, self._after_power, self._is_ordinal = word.end(), power is not None, is_ordinal and not power
        return True

    def _reaches(self, place: int) -> bool:
        between = self._text[self.end : place]
        if not between:
            return self.end == self._start
        return bool(_LINK[self._language].fullmatch(between) or (self._after_power and _AND.fullmatch(between)))

    def _can_be_multiplied(self, power: int) -> bool:
        if self.end == self._start:
            return bool(_ALONE[self._language].match(self._text, self._start))
        return 0 < self._below < power and not self._is_ordinal

    def numeral(self) -> Numeral:
        """What was read."""
        return Numeral(self._thousands + self._below, self._is_ordinal, self._start, self.end)
