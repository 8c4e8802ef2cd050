"""Values out of a file: texts in three languages, lists, dates and ids, each checked where it stands."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from bot.domain.language import Language, Localized
from bot.domain.sentence import Sentence
from bot.stores.knowledge_files.safe_yaml import Node
from bot.stores.knowledge_files.sources import Report

LANGUAGES = tuple(language.value for language in Language)
LANGUAGE_NAMES = {"zh": Sentence("Chinese"), "ru": Sentence("Russian"), "en": Sentence("English")}
A_DAY, A_MOMENT = "2025-07-11", "2025-07-11 09:00"
"""How they are written, for those who wrote them otherwise."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]\s*(\d\d?:\d\d)(?::\d\d)?\s*(Z|[+-]\d\d:?\d\d)?)?")


def with_nearest(problem: Sentence, word: str, known: Iterable[str]) -> Sentence:
    """The problem of an unknown word, with the nearest known one when there is one."""
    found = get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    return Sentence("{problem}; did you mean {word}?", problem=problem, word=found[0]) if found else problem


def is_id(text: str, longest: int = 40) -> bool:
    """Whether it may be an id: a-z, 0-9 and hyphens, at most 40 (ids travel in Telegram's buttons)."""
    return len(text) <= longest and _ID.fullmatch(text) is not None


def not_an_id(text: str, longest: int = 40) -> Sentence:
    """What is wrong with an id that is none."""
    return Sentence("the id '{id}' must be a-z, 0-9 and hyphens, at most {most} characters", id=text, most=longest)


def as_date(text: str) -> date | None:
    """A date such as 2025-07-11, or None."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        return None


def as_moment(text: str, zone: ZoneInfo, default: time = time(0, 0)) -> datetime | None:
    """A moment such as 2025-07-11 09:00 in the event's time zone, or None; `default` when there is no time."""
    found = _MOMENT.fullmatch(text)
    if not found:
        return None
    day, clock, offset = found.groups()
    try:
        if clock is None:
            return datetime.combine(date.fromisoformat(day), default, zone)
        moment = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock.zfill(5)))
        if offset is None:
            return moment.replace(tzinfo=zone)
        return datetime.fromisoformat(moment.isoformat() + offset.replace("Z", "+00:00")).astimezone(zone)
    except ValueError:
        return None


class Fields:
    """A mapping of a file whose keys are known; a missing or unusable value is reported and read as nothing."""

    def __init__(self, node: Node, report: Report, allowed: Collection[str], what: Sentence) -> None:
        self.node = node
        self.report = report
        self.values: dict[str, Node] = {}
        if not isinstance(node.value, dict):
            report.error(node, Sentence("{what} must be `key: value` lines", what=what))
            return
        for key, value in node.value.items():
            if key not in allowed:
                report.error(value, with_nearest(Sentence("unknown key {key}", key=key), key, allowed))
            else:
                self.values[key] = value

    def at(self, key: str) -> Node:
        """Where the key stands, or where the mapping begins."""
        return self.values.get(key, self.node)

    def has(self, key: str) -> bool:
        """Whether the key is given with a value."""
        return key in self.values and not self.values[key].is_empty

    def text(self, key: str, required: bool = False) -> str:
        """A text, or an empty one."""
        if not self.has(key):
            if required:
                self.report.error(self.at(key), Sentence("{key} is missing", key=key))
            return ""
        text = self.values[key].text
        if text is None:
            self.report.error(self.values[key], Sentence("{key} must be one text", key=key))
        return text or ""

    def id(self, key: str = "id", longest: int = 40) -> str:
        """An id, or an empty text."""
        text = self.text(key, required=True)
        if text and not is_id(text, longest):
            self.report.error(self.at(key), not_an_id(text, longest))
            return ""
        return text

    def localized(self, key: str, required: bool = False) -> Localized | None:
        """A text in up to three languages; a missing language is a warning."""
        found = self._by_language(key, required)
        texts = {}
        for language, node in found.items():
            if node.text is None:
                self.report.error(node, Sentence("{key} must be one text", key=f"{key}.{language}"))
            elif node.text:
                texts[language] = node.text
        if found and not texts:
            self.report.error(self.at(key), Sentence("{key} is empty", key=key))
        if texts:
            self._warn_missing(key, texts)
        return Localized(**texts) if texts else None

    def lists(self, key: str, warn: bool = False) -> dict[str, tuple[str, ...]]:
        """Lists of texts by language code."""
        found = {language: self._texts(node, f"{key}.{language}") for language, node in self._by_language(key).items()}
        if warn and found:
            self._warn_missing(key, [language for language, texts in found.items() if texts])
        return {language: texts for language, texts in found.items() if texts}

    def list(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        return self._texts(self.values[key], key) if self.has(key) else ()

    def day(self, key: str) -> date | None:
        """A date."""
        text = self.text(key)
        day = as_date(text) if text else None
        if text and day is None:
            problem = Sentence("{key} '{text}' is not a date such as {example}", key=key, text=text, example=A_DAY)
            self.report.error(self.at(key), problem)
        return day

    def moment(self, key: str, zone: ZoneInfo, whole_day: bool = False) -> datetime | None:
        """A moment in the event's time zone; with `whole_day` a mere date means the end of that day."""
        text = self.text(key)
        if not text:
            return None
        moment = as_moment(text, zone)
        if moment is None:
            problem = Sentence(
                "{key} '{text}' is not a time such as {example} or {day}",
                key=key, text=text, example=A_MOMENT, day=A_DAY,
            )  # fmt: skip
            self.report.error(self.at(key), problem)
        elif whole_day and as_date(text):
            moment += timedelta(days=1)
        return moment

    def number(self, key: str, lowest: float, highest: float) -> float | None:
        """A number between two others."""
        text = self.text(key)
        if not text:
            return None
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not lowest <= number <= highest:
            problem = Sentence(
                "{key} '{text}' is not a number between {lowest} and {highest}",
                key=key, text=text, lowest=f"{lowest:g}", highest=f"{highest:g}",
            )  # fmt: skip
            self.report.error(self.at(key), problem)
            return None
        return number

    def _by_language(self, key: str, required: bool = False) -> dict[str, Node]:
        if not self.has(key):
            if required:
                self.report.error(self.at(key), Sentence("{key} is missing", key=key))
            return {}
        node = self.values[key]
        if not isinstance(node.value, dict):
            example = "{zh: …, ru: …, en: …}"
            self.report.error(node, Sentence("{key} must be given by language: {example}", key=key, example=example))
            return {}
        for language, value in node.value.items():
            if language not in LANGUAGES:
                problem = Sentence(
                    "{key}: {language} is not a language of the assistant ({languages})",
                    key=key, language=language, languages=LANGUAGES,
                )  # fmt: skip
                self.report.error(value, problem)
        return {language: node.value[language] for language in LANGUAGES if language in node.value}

    def _texts(self, node: Node, name: str) -> tuple[str, ...]:
        if not isinstance(node.value, list):
            if not node.is_empty:
                self.report.error(node, Sentence("{key} must be a list", key=name))
            return ()
        texts: dict[str, None] = {}
        for item in node.value:
            if item.text:
                texts[item.text] = None
            elif item.text is None:
                problem = Sentence("{key}: each line must be one text; put a text with a colon in quotes", key=name)
                self.report.error(item, problem)
        return tuple(texts)

    def _warn_missing(self, key: str, present: Collection[str]) -> None:
        missing = tuple(LANGUAGE_NAMES[language] for language in LANGUAGES if language not in present)
        if missing:
            problem = Sentence("{key} has no {languages}", key=key, languages=missing)
            self.report.warning(self.at(key), problem, gap=True)
