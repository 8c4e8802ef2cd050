"""Rooms that are told by a letter or a number: halls, gates, rooms, levels, exits."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.language import Language
from bot.domain.parity import chinese_numerals, word_numerals
from bot.domain.parity.contacts import latin
from bot.domain.parity.values import Kind, Sheet, Value

_HAN = f"[{chinese_numerals.CHARACTERS}]"
_AND = r"(?:\s*(?:,|、|и|или|and|or|&|和|或)\s*)"
_TO = r"(?:\s*(?:[-–—~～至到]|to|through|по)\s*)"
# «Gate 2, 10 July»: the second number belongs to the date.
_NUMBER = r"\d+(?!\d|[.:]\d|月|\s(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|[а-я]+[ая]\b))"
_MORE = rf"(?:{_AND}{_NUMBER})*"
_RU_ORDINAL, _EN_ORDINAL = (word_numerals.one_of(code, 2, 20, ordinal=True) for code in (Language.RU, Language.EN))
_MOST = 30
"""How many doors at most stand between the two of a range."""
_RU_LETTERS = str.maketrans("БГД", "BGD")

_PATTERNS: dict[Language, tuple[tuple[Kind, str, re.Pattern[str]], ...]] = {
    Language.ZH: (
        (Kind.ROOM, "gate", re.compile(rf"(?<![\d:.])(?:\d+号?门?(?:{_AND}|{_TO}))*(?:\d+|{_HAN}+)号(?:门|入口)")),
        (Kind.ROOM, "room", re.compile(r"\d{2,4}[A-Z]?号?(?:室|房间|会议室)")),
        (Kind.ROOM, "hall", re.compile(rf"(?<![A-Za-z])(?:[A-Z]厅?(?:{_AND}|{_TO}))*[A-Z](?:号?厅|会场|会议厅|馆)")),
        (Kind.LEVEL, "level", re.compile(
            rf"(?<![\d部共有所{chinese_numerals.CHARACTERS}])(?:\d+|{_HAN}+)[层楼](?!次)"
        )),
        (Kind.EXIT, "exit", re.compile(r"(?<![A-Za-z])[A-Z]\d?(?:出口|口(?!岸))")),
    ),
    Language.RU: (
        (Kind.ROOM, "gate", re.compile(rf"(?:[Вв]орот(?:а|ам|ами|ах)?|[Вв]ход(?:ы|ов|ам|ами|ах))\s+\d+{_TO}{_NUMBER}")),
        (Kind.ROOM, "gate", re.compile(rf"(?<!\w){_RU_ORDINAL}\s+ворот(?:а|ам|ами|ах)?\b")),
        (Kind.ROOM, "gate", re.compile(
            rf"(?:[Вв]орот(?:а|ам|ами|ах)?|[Вв]ход(?:а|у|ом|е|ы|ов)?|[Пп]одъезд(?:а|у|ом|е)?)\s+№?\s?\d+{_MORE}"
        )),
        (Kind.ROOM, "room", re.compile(
            r"(?:[Кк]омнат\w*|[Кк]аб(?:\.|инет\w*)|[Аа]удитори\w+)\s+№?\s?\d{2,4}[A-ZА-Я]?"
        )),
        (Kind.ROOM, "hall", re.compile(
            rf"[Зз]ал(?:ы|ах|ов|ам|ами)\s+(?:с\s+)?«?[A-ZА-Я]»?{_TO}«?[A-ZА-Я]»?(?!\w)"
        )),
        (Kind.ROOM, "hall", re.compile(
            rf"[Зз]ал(?:а|е|у|ом|ы|ах|ов|ам|ами)?\s+«?[A-ZА-Я]»?(?!\w)(?:{_AND}«?[A-ZА-Я]»?(?!\w))*"
        )),
        (Kind.LEVEL, "level", re.compile(
            rf"[Уу]ров(?:ень|н\w{{1,3}})\s+\d+|\d+(?:-\w{{1,3}})?\s+этаж\w*|\b(?:перв\w{{2,3}}|{_RU_ORDINAL})\s+этаж\w*"
        )),
        (Kind.EXIT, "exit", re.compile(r"[Вв]ыход(?:а|у|ом|е)?\s+[A-ZА-Я]\d?(?!\w)")),
    ),
    Language.EN: (
        (Kind.ROOM, "gate", re.compile(rf"\b(?:[Gg]ate|[Ee]ntrance|[Dd]oor)s\s+\d+{_TO}{_NUMBER}")),
        (Kind.ROOM, "gate", re.compile(rf"\b{_EN_ORDINAL}\s+gate\b")),
        (Kind.ROOM, "hall", re.compile(rf"\b[Hh]alls\s+[A-Z]{_TO}[A-Z](?!\w)")),
        (Kind.ROOM, "gate", re.compile(rf"\b(?:[Gg]ate|[Ee]ntrance|[Dd]oor)s?\s+\d+{_MORE}")),
        (Kind.ROOM, "room", re.compile(r"\b[Rr]ooms?\s+\d{2,4}[A-Z]?\b")),
        (Kind.ROOM, "hall", re.compile(rf"\b[Hh]alls?\s+[A-Z](?!\w)(?:{_AND}[A-Z](?!\w))*")),
        (Kind.LEVEL, "level", re.compile(
            rf"\b[Ll]evel\s+\d+|\b\d+(?:st|nd|rd|th)\s+floor|\b(?:first|{_EN_ORDINAL})\s+floor"
        )),
        (Kind.EXIT, "exit", re.compile(r"\b[Ee]xit\s+[A-Z]\d?(?!\w)")),
    ),
}  # fmt: skip


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
        marks = [latin(letter).translate(_RU_LETTERS).lower() for letter in found]
    elif numbers := re.findall(r"\d+[A-Z]?", text):
        marks = [number.lstrip("0").lower() for number in numbers]
    elif language is Language.ZH:
        marks = [str(chinese_numerals.read(number)) for number in re.findall(rf"{_HAN}+", text)]
    else:
        marks = [str(word_numerals.read(text, language))]
    return _between(*marks) if len(marks) == 2 and re.search(rf"\w»?厅?{_TO}«?\w", text) else marks


def _between(first: str, last: str) -> list[str]:
    """The marks of «Halls A to C», both ends with what lies between them."""
    if first.isdigit() and last.isdigit():
        between = [str(number) for number in range(int(first), min(int(last), int(first) + _MOST) + 1)]
    else:
        between = [chr(letter) for letter in range(ord(first[0]), ord(last[0]) + 1)]
    return between if between[-1:] == [last] else [first, last]
