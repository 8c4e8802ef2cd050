"""The spellings in which one name is met: its parts, numbers as words, ordinals, joined words."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from bot.domain.reading.forms import EN_ORDINALS, RU_ORDINALS, stem
from bot.domain.reading.writing import has_han, lowered, tidy

_RU_ORDINAL_WORDS: dict[int, list[str]] = defaultdict(list)
for _word, _number in RU_ORDINALS.items():
    _RU_ORDINAL_WORDS[_number].append(_word)
_RU_NOMINATIVE = {
    1: ("первый", "первая", "первой", "первую", "один"), 2: ("второй", "вторая", "вторую", "два"),
    3: ("третий", "третья", "третьей", "третью", "три"), 4: ("четвертый", "четвертая", "четвертой", "четыре"),
}  # fmt: skip
_EN_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}
_HAN_WORDS = "零一二三四五六七八九"
# "First session" asks for the first of all; "first sub-forum" is the name of one.
_NO_ORDINAL = frozenset(stem(word) for word in "session секция форум forum".split())


def spellings(name: str) -> Iterator[str]:
    """A name as written, without quotation marks, its parts, and numbers as words."""
    name = lowered(tidy(name))
    name = re.sub(r"[«»“”\"()·]", " ", name).strip()
    pieces = [name, *(piece.strip() for piece in re.split(r"[::,;、]| - ", name))]
    seen: set[str] = set()
    for piece in pieces:
        for spelling in (piece, *_number_spellings(piece), *_joined(piece)):
            spelling = re.sub(r"\s+", " ", spelling).strip()
            if spelling and spelling not in seen:
                seen.add(spelling)
                yield spelling


def _joined(name: str) -> Iterator[str]:
    if re.search(r"\w-\w", name) and not has_han(name):
        yield re.sub(r"(\w)-(\w)", r"\1\2", name)


def _number_spellings(name: str) -> Iterator[str]:
    found = re.fullmatch(r"(\D*?[^\d\s])\s*(?:№|номер|no\.?)?\s*([1-6])", name)
    if not found:
        return
    head, number = found[1], int(found[2])
    if has_han(head):
        yield f"{head}{_HAN_WORDS[number]}"
        yield f"第{_HAN_WORDS[number]}{head}"
        yield f"第{number}{head}"
        yield f"{_HAN_WORDS[number]}号{head}"
        yield f"{number}号{head}"
        return
    ordinals: list[str] = []
    if re.search("[а-я]", head):
        ordinals = [*_RU_NOMINATIVE.get(number, ()), *_RU_ORDINAL_WORDS[number], f"{number}-й", f"{number}-м", f"{number}-го",
                    f"{number}-я", f"{number}-е", f"{number}-ю"]  # fmt: skip
        yield from (f"{head} {_RU_NOMINATIVE[number][-1]}",) if number in _RU_NOMINATIVE else ()
    else:
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(number, "th")
        ordinals = [word for word, value in EN_ORDINALS.items() if value == number] + [f"{number}{suffix}"]
        yield f"{head} {_EN_WORDS[number]}"
    if stem(head.split()[-1]) not in _NO_ORDINAL:
        yield from (f"{ordinal} {head}" for ordinal in ordinals)


