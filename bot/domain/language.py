"""Languages: which one was written, which one to show, and how a text is cleaned before it is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Language(StrEnum):
    """A language of the assistant; the value is its ISO 639-1 code."""

    ZH = "zh"
    RU = "ru"
    EN = "en"


NATIVE_NAMES = {Language.ZH: "中文", Language.RU: "Русский", Language.EN: "English"}
"""Each language's own name: the labels of the language buttons, the same in every catalog."""


@dataclass(frozen=True)
class Localized:
    """One text in up to three approved renderings."""

    zh: str | None = None
    ru: str | None = None
    en: str | None = None

    def get(self, language: Language) -> str | None:
        """The rendering in exactly this language, or None."""
        return getattr(self, language.value) or None

    def show(self, language: Language) -> tuple[str, Language]:
        """The rendering to show to a reader of `language`, and the language it is in.

        A missing rendering is never translated: the first existing one is shown instead, and the
        caller marks it. Raises ValueError when there is no rendering at all.
        """
        for candidate in fallbacks(language):
            if text := self.get(candidate):
                return text, candidate
        raise ValueError("a localized text without any rendering")

    def items(self) -> Iterator[tuple[Language, str]]:
        """The existing renderings, in the order zh, ru, en."""
        for language in Language:
            if text := self.get(language):
                yield language, text


def fallbacks(language: Language) -> tuple[Language, ...]:
    """The order in which renderings are tried for a reader of `language`."""
    return (language, *(other for other in (Language.EN, Language.RU, Language.ZH) if other != language))


_HAN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]")
_CYRILLIC = re.compile(r"[Ѐ-ԯᲀ-᲏ⷠ-ⷿꙀ-ꚟ]")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_URL = re.compile(r"\bhttps?://\S+|\bt\.me/\S+", re.IGNORECASE)

# Words that only English has: none of them is also pinyin or Russian in Latin letters (as "to", "on", "my", "can" are).
_ENGLISH = frozenset(
    """the is are was were where what when who how which why please there for with have has need want get does any this
    that from will should would could if at of it your our and or not about give tell show find much
    many before after during been as by into up pick am out off take know think here just still today tomorrow
    tonight whats wheres dont cant""".split()
)

# One Han character carries about as much as two letters of an alphabet.
_HAN_WEIGHT = 2


def written_language(text: str, preferred: Language | None = None) -> Language | None:
    """The language a message was written in, by its script; None when the script does not tell.

    Han is Chinese (Traditional is read like Simplified), Cyrillic of any SCO language is Russian.
    Latin letters tell English when English words hold the sentence together, and in a text of at least three words
    when nothing is known of the person; otherwise ("wifi", "Hall A", "gde registraciya", "qianzheng zenme ban") the
    text keeps the person's own language, so with `preferred` given the answer is None there.
    """
    text = _URL.sub(" ", text)
    words = re.findall(r"[A-Za-zÀ-ɏ']+", text)
    english = sum(word.casefold() in _ENGLISH for word in words)
    weights = {
        Language.ZH: _HAN_WEIGHT * len(_HAN.findall(text)),
        Language.RU: len(_CYRILLIC.findall(text)),
        Language.EN: len(_LATIN.findall(text)),
    }
    # In a mixed text the language with its own script wins over borrowed Latin words, unless English holds it together.
    own = max(Language.ZH, Language.RU, key=lambda language: weights[language])
    if weights[own] and english < 3 and (english < 2 or weights[own] > weights[Language.EN]):
        return own if weights[own] * 3 >= weights[Language.EN] or english == 0 else Language.EN
    if not weights[Language.EN]:
        return None
    if preferred is not None and preferred is not Language.EN:
        return Language.EN if english and len(words) >= 3 else None
    return None if len(words) < 3 and preferred is not None else Language.EN


def answer_language(text: str, preferred: Language | None) -> Language:
    """The language in which a message is answered: as written, else the person's, else English."""
    return written_language(text, preferred) or preferred or Language.EN


_LINES = str.maketrans("\n\t", "  ")
_KEPT_FORMAT_CHARACTERS = {"\u200d", "\ufe0f"}  # emoji families


def clean(text: str) -> str:
    """A message as a person meant it: NFC, without control, bidirectional and invisible characters.

    For display and storage; NFKC is not applied here because it turns "①20:00" into "120:00".
    """
    text = unicodedata.normalize("NFC", text)
    if text.translate(_LINES).isprintable():
        return text.strip()
    kept = []
    for character in text:
        if character in "\n\t ":
            kept.append(character)
        elif unicodedata.category(character) in {"Cc", "Cf", "Co", "Cs", "Cn"}:
            if character in _KEPT_FORMAT_CHARACTERS:
                kept.append(character)
            elif unicodedata.category(character) == "Cc":
                kept.append(" ")
        else:
            kept.append(character)
    return "".join(kept).strip()


def fold(text: str) -> str:
    """A message as the search reads it: NFKC, case-folded, ё as е, one space between words."""
    text = unicodedata.normalize("NFKC", clean(text)).casefold().replace("ё", "е")
    return re.sub(r"\s+", " ", text).strip()


def has_words(text: str) -> bool:
    """Whether there is a letter or a digit to read at all (false for emoji, punctuation and space)."""
    return any(unicodedata.category(character)[0] in "LN" for character in fold(text))
