"""The event's own name in a question: it says nothing of the subject, and its many words would hide the others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.domain.language import Language, Localized

_YEAR = r"(?:\s*20\d\d(?:\s*(?:года?|г\.|年))?)?"


@dataclass(frozen=True)
class EventName:
    """All names of the event, and the one word for it: 论坛, форум, forum."""

    names: tuple[str, ...]
    short: Localized

    def shortened(self, text: str) -> str:
        """The text with the short word in place of every longer name, in any case form and with or without the year."""
        return self._pattern.sub(self._short_for, text) if self.names else text

    def _short_for(self, match: re.Match[str]) -> str:
        script = next(language for language in Language if match.group(language.value) is not None)
        return self.short.get(script) or match.group()

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        named: dict[Language, set[str]] = {language: set() for language in Language}
        for name in self.names:
            bare = re.sub(r"20\d\d\s*(?:года?|г\.|年)?", " ", name).strip()
            named[_script(bare)].add(bare)
        parts = [
            rf"(?P<{language}>{_alternatives(named[language], spaced=language is not Language.ZH)})"
            for language in Language
        ]
        return re.compile("|".join(parts), re.IGNORECASE)


def _script(name: str) -> Language:
    if re.search(r"[㐀-鿿]", name):
        return Language.ZH
    return Language.RU if re.search(r"[а-яё]", name, re.IGNORECASE) else Language.EN


def _alternatives(names: Iterable[str], spaced: bool) -> str:
    ordered = sorted(names, key=lambda name: (-len(name), name))
    if not ordered:
        return r"(?!)"
    either = "|".join(r"\s*".join(map(_word, name.split())) for name in ordered)
    before, after = (r"(?<!\w)", r"(?!\w)") if spaced else ("", "")
    return rf"{before}(?:20\d\d\s*年?\s*)?(?:{either}){_YEAR}{after}"


def _word(word: str) -> str:
    """A Russian word in any case form, any other word as it is."""
    if re.fullmatch(r"[а-яё]{4,}", word, re.IGNORECASE) and word != word.upper():
        return re.escape(re.sub(r"[аеёийоуыьэюя]+$", "", word)) + r"\w{0,3}"
    return re.escape(word)
