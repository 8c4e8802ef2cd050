"""How people mistype: slips of the finger, lost spaces, Latin letters for Russian and Chinese."""

from __future__ import annotations

import random
import re

from bot.encoder.analysis import has_han

# The usual ways to type Russian on a Latin keyboard; people mix them, so each letter draws its own.
_LATIN = {
    "а": "a", "б": "b", "в": "v|w", "г": "g", "д": "d", "е": "e", "ж": "zh|j", "з": "z", "и": "i", "й": "y|i|j",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "h|kh", "ц": "c|ts", "ч": "ch", "ш": "sh", "щ": "sch|shch", "ъ": "", "ы": "y|i", "ь": "|'", "э": "e",
    "ю": "yu|ju|u", "я": "ya|ja|ia",
}  # fmt: skip


def noisy(text: str, chance: random.Random) -> str:
    """The text as somebody in a hurry may type it."""
    way = chance.random()
    if has_han(text):
        if way < 0.35:
            from pypinyin import lazy_pinyin

            return (" " if chance.random() < 0.5 else "").join(lazy_pinyin(text))
        return _slip(text, chance, repeat=False) if len(text) > 4 else text
    if way < 0.25 and re.search("[а-я]", text.casefold()):
        return latin(text, chance)
    if way < 0.35:
        return text.replace(" ", "")
    return _slip(_slip(text, chance), chance) if len(text) > 12 else _slip(text, chance)


def latin(text: str, chance: random.Random) -> str:
    """Russian in Latin letters, each letter in one of its usual spellings."""
    return "".join(
        chance.choice(_LATIN[letter].split("|")) if letter in _LATIN else letter for letter in text.casefold()
    )


def _slip(text: str, chance: random.Random, repeat: bool = True) -> str:
    """One letter lost, doubled, swapped with its neighbour or replaced."""
    places = [place for place, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 4:
        return text
    place = chance.choice(places[1:-1])
    way = chance.randrange(4)
    if way == 0:
        return text[:place] + text[place + 1 :]
    if way == 1 and repeat:
        return text[:place] + text[place] + text[place:]
    if way == 2:
        return text[: place - 1] + text[place] + text[place - 1] + text[place + 1 :]
    return text[:place] + text[chance.choice(places)] + text[place + 1 :]
