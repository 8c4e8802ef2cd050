"""Links, addresses of mail, phone numbers, and codes such as 5G or P2: the same in every language."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.domain.language import Language
from bot.domain.parity.values import Kind, Sheet, Value

_URL = re.compile(
    r"https?://[^\s<>«»“”\"'，。；、（）()]+|(?<![A-Za-z0-9@.])(?:www\.|t\.me/)[^\s<>«»“”\"'，。；、（）()]+", re.I
)
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DOMAIN = re.compile(
    r"(?<![A-Za-zА-я0-9@./-])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9-]+)*\.(?:com|cn|org|net|ru|info|gov|edu|int|io|kz|uz|by)"
    r"(?:/[^\s<>«»“”\"'，。；、（）()]*)?(?![\w-])",
    re.I,
)
_HANDLE = re.compile(r"(?<![\w.@/])@[A-Za-z][A-Za-z0-9_]{3,31}")
_PHONE = re.compile(
    r"\+\d{1,3}[ ()\d-]{6,}\d|(?<![\d-])(?:\(0\d{2,3}\)|0\d{2,3})[- ]\d{3,4}[- ]?\d{4}(?!\d)"
    r"|(?<![\d-])[48]00[- ]\d{3,4}[- ]\d{3,4}(?!\d)|(?<!\d)(?<!\d-)1[3-9]\d([- ]?)\d{4}\1\d{4}(?!\d)"
)
_CODE = re.compile(
    r"(?<![A-Za-zА-Яа-яЁё\d])(?=[A-Za-zА-Яа-я\d+-]*[A-ZАВЕКМНОРСТХ])(?=[A-Za-zА-Яа-я+-]*\d)"
    r"[A-Za-zАВЕКМНОРСТХП\d]+(?:[+-][A-Za-zАВЕКМНОРСТХ\d]+)*(?![A-Za-zА-Яа-яЁё\d])"
)
_UNIT_LIKE = re.compile(r"\d+(?:[VWAPBКВ]|kW|MW|Hz|GB|MB|mAh|Wh|kWh)")

_LOOK_ALIKES = str.maketrans("АВЕКМНОРСТХасеорху", "ABEKMHOPCTXaceopxy")


def latin(text: str) -> str:
    """Cyrillic letters that look like Latin ones, as Latin ones."""
    return text.translate(_LOOK_ALIKES)


def read_links(sheet: Sheet) -> Iterator[Value]:
    """Web addresses, mail addresses and @names."""
    for pattern in (_URL, _MAIL, _DOMAIN, _HANDLE):
        for found in sheet.take(pattern):
            text = found.group().rstrip(".,;:!?)]")
            key = re.sub(r"^https?://(?:www\.)?|^www\.", "", text.lower()).rstrip("/")
            yield Value(Kind.LINK, key, text, found.start())


def read_phones(sheet: Sheet) -> Iterator[Value]:
    """Phone numbers; a Chinese one is the same with +86 and without."""
    for found in sheet.take(_PHONE):
        text = found.group()
        digits = re.sub(r"\D", "", text)
        if text.startswith("+86"):
            digits = digits[2:] if digits[2:3] == "1" and len(digits) == 13 else "0" + digits[2:]
        yield Value(Kind.PHONE, digits, sheet.as_written(*found.span()), found.start())


def read_codes(sheet: Sheet, language: Language) -> Iterator[Value]:
    """Names made of letters and digits; in Russian text also with Cyrillic look-alikes."""
    for found in list(_CODE.finditer(sheet.text)):
        if _UNIT_LIKE.fullmatch(found.group()):
            continue
        key = latin(found.group()) if language is Language.RU else found.group()
        yield Value(Kind.CODE, key.lower(), sheet.as_written(*found.span()), found.start())
        sheet.cover(*found.span())
