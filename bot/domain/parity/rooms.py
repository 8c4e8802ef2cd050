"""Rooms that are told by a letter or a number: halls, gates, rooms, levels, exits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals
from bot.domain.parity.contacts import latin
from bot.domain.parity.values import Kind, Sheet, Value

_HAN = f"[{chinese_numerals.CHARACTERS}]"
_AND = r"(?:\s*(?:,|、|и|или|and|or|&|和|或)\s*)"
# «Gate 2, 10 July»: the second number belongs to the date.
_MORE = rf"(?:{_AND}\d+(?!\d|[.:月]|\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[а-я]+[ая]\b)))*"
_RU_LETTERS = str.maketrans("БГД", "BGD")

_PATTERNS: dict[Language, tuple[tuple[Kind, str, re.Pattern[str]], ...]] = {
    Language.ZH: (
        (Kind.ROOM, "gate", re.compile(rf"(?:\d+{_AND})*(?:\d+|{_HAN}+)号(?:门|入口)")),
        (Kind.ROOM, "room", re.compile(r"\d{2,4}[A-Z]?号?(?:室|房间|会议室)")),
        (Kind.ROOM, "hall", re.compile(rf"(?<![A-Za-z])(?:[A-Z]厅?{_AND})*[A-Z](?:号?厅|会场|会议厅|馆)")),
        (Kind.LEVEL, "level", re.compile(
            rf"(?<![\d部共有所{chinese_numerals.CHARACTERS}])(?:\d+|{_HAN}+)[层楼](?!次)"
        )),
        (Kind.EXIT, "exit", re.compile(r"(?<![A-Za-z])[A-Z]\d?(?:出口|口(?!岸))")),
    ),
    Language.RU: (
        (Kind.ROOM, "gate", re.compile(
            rf"(?:[Вв]орот(?:а|ам|ами|ах)?|[Вв]ход(?:а|у|ом|е|ы|ов)?|[Пп]одъезд(?:а|у|ом|е)?)\s+№?\s?\d+{_MORE}"
        )),
        (Kind.ROOM, "room", re.compile(
            r"(?:[Кк]омнат\w*|[Кк]аб(?:\.|инет\w*)|[Аа]удитори\w+)\s+№?\s?\d{2,4}[A-ZА-Я]?"
        )),
        (Kind.ROOM, "hall", re.compile(
            rf"[Зз]ал(?:а|е|у|ом|ы|ах|ов|ам|ами)?\s+«?[A-ZА-Я]»?(?!\w)(?:{_AND}«?[A-ZА-Я]»?(?!\w))*"
        )),
        (Kind.LEVEL, "level", re.compile(
            r"[Уу]ров(?:ень|н\w{1,3})\s+\d+|\d+(?:-\w{1,3})?\s+этаж\w*|(?:перв|втор|трет|четв[её]рт|пят)\w{2,3}\s+этаж\w*"
        )),
        (Kind.EXIT, "exit", re.compile(r"[Вв]ыход(?:а|у|ом|е)?\s+[A-ZА-Я]\d?(?!\w)")),
    ),
    Language.EN: (
        (Kind.ROOM, "gate", re.compile(rf"\b(?:[Gg]ate|[Ee]ntrance|[Dd]oor)s?\s+\d+{_MORE}")),
        (Kind.ROOM, "room", re.compile(r"\b[Rr]ooms?\s+\d{2,4}[A-Z]?\b")),
        (Kind.ROOM, "hall", re.compile(rf"\b[Hh]alls?\s+[A-Z](?!\w)(?:{_AND}[A-Z](?!\w))*")),
        (Kind.LEVEL, "level", re.compile(
            r"\b[Ll]evel\s+\d+|\b\d+(?:st|nd|rd|th)\s+floor|\b(?:first|second|third|fourth|fifth)\s+floor"
        )),
        (Kind.EXIT, "exit", re.compile(r"\b[Ee]xit\s+[A-Z]\d?(?!\w)")),
    ),
}  # fmt: skip
_FLOORS = {"перв": 1, "втор": 2, "трет": 3, "четв": 4, "пят": 5, "first": 1, "second": 2, "third": 3, "fourth": 4,
           "fifth": 5}  # fmt: skip


def read(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Every room told by letter or number; «Halls A, B and C» gives three."""
    for kind, what, pattern in _PATTERNS[language]:
        for found in sheet.take(pattern):
            text = sheet.as_written(*found.span())
            for mark in _marks(found.group(), kind, what, language):
                yield Value(kind, f"{what} {mark}", text, found.start())


def is_told_by_mark(name: str, language: Language) -> bool:
    """Whether a room's name is nothing but such a mark, so that it needs no place in the lexicon."""
    return any(pattern.fullmatch(name) for _, _, pattern in _PATTERNS[language])


def _marks(text: str, kind: Kind, what: str, language: Language) -> list[str]:
    if what == "hall" or kind is Kind.EXIT:
        found = re.findall(r"(?<![A-Za-zА-Яа-яЁё])[A-ZА-Я]\d?(?![A-Za-zА-Яа-яЁё])", text)
        return [latin(letter).translate(_RU_LETTERS).lower() for letter in found]
    if numbers := re.findall(r"\d+[A-Z]?", text):
        return [number.lstrip("0").lower() for number in numbers]
    if language is Language.ZH:
        return [str(chinese_numerals.read(number)) for number in re.findall(rf"{_HAN}+", text)]
    return [str(number) for word, number in _FLOORS.items() if text.lower().startswith(word)]
