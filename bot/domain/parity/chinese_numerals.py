"""Chinese numerals in characters: 十二, 两, 三百五十, 一万."""

from __future__ import annotations

_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1_000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}

CHARACTERS = "零〇一二两三四五六七八九十百千万亿"
BELOW_A_HUNDRED = "一二两三四五六七八九十"
"""Those in which an hour, a day or a century is written."""


def read(text: str) -> int:
    """The number written in characters or digits; ValueError for anything else."""
    if text.isascii():
        return int(text)
    if len(text) > 2 and all(character in _DIGITS for character in text):  # 二〇二五年
        return int("".join(str(_DIGITS[character]) for character in text))
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _POWERS:
            section += (digit or 1) * _POWERS[character]
            digit = 0
        elif character in _MYRIADS:
            total = (total + section + digit or 1) * _MYRIADS[character]
            section = digit = 0
        else:
            raise ValueError(text)
    return total + section + digit
