"""How a text sounds in Latin letters: one field in which typos, transliteration and homophones still match."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from bot.domain.language import fold
from bot.encoder.analysis import has_han, simplified

GRAM_LENGTHS = (3, 4)

_CYRILLIC = str.maketrans(
    {
        "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
        "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "i", "ь": "", "э": "e",
        "ю": "iu", "я": "ia", "і": "i", "ї": "i", "є": "e", "ў": "u", "қ": "k", "ғ": "g", "ң": "n", "ү": "u",
        "ұ": "u", "ө": "o", "һ": "h", "ә": "a", "ҳ": "h", "ҷ": "ch", "ӣ": "i", "ӯ": "u",
    }
)  # fmt: skip

# Spellings of one sound fall together, whichever transliteration or typing habit they come from.
_FOLDS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"shch|shh|sch", "s"),
        (r"sh", "s"),
        (r"tch|ch", "c"),
        (r"zh", "z"),
        (r"kh|x", "h"),
        (r"tz|ts", "c"),
        (r"ph", "f"),
        (r"ck|q", "k"),
        (r"w", "v"),
        (r"[yj]", "i"),
        (r"i+", "i"),
        (r"([a-z])\1+", r"\1"),
    ]
]


def skeleton(text: str) -> str:
    """The text in Latin letters without spaces, sounds of different spellings folded together."""
    text = simplified(fold(text)).translate(_CYRILLIC)
    if has_han(text):
        text = " ".join(chain.from_iterable(map(_spoken, _pinyin().seg(text))))
    text = re.sub(r"[^a-z0-9]", "", text)
    for pattern, replacement in _FOLDS:
        text = pattern.sub(replacement, text)
    return text


def grams(text: str) -> list[str]:
    """The character trigrams and tetragrams of the skeleton."""
    letters = skeleton(text)
    return [letters[start : start + length] for length in GRAM_LENGTHS for start in range(len(letters) - length + 1)]


@lru_cache(maxsize=65_536)
def _spoken(word: str) -> tuple[str, ...]:
    """The syllables of one word of Chinese; pypinyin takes ten times as long as remembering them."""
    return tuple(_pinyin().lazy_pinyin([word]))


@cache
def _pinyin() -> Any:
    from pypinyin.core import Pinyin

    return Pinyin()
