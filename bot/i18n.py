"""Catalogs, plurals, dates and times in three languages (Babel); the catalogs are read as they are, uncompiled."""

from __future__ import annotations

import gettext
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from bot.domain.language import Language
from bot.domain.sentence import Sentence
from bot.settings import EVENT_ZONE, ROOT

LOCALES = ROOT / "locales"
SPOKEN_IN = ("bot/conversation", "bot/channels", "bot/services", "bot/i18n.py")
"""Where phrases are said by a Translator."""

KEYWORDS = {"text": None, "plural": (1, 2), "label": ((1, "c"), 2)}
"""Methods of Translator as Babel's extractor knows keywords: which argument is what."""

MADE_ANYWHERE = {"Sentence": None}
"""The same of what is made on any floor, to be told by a Translator later."""

_LOCALES = {Language.ZH: Locale("zh", script="Hans"), Language.RU: Locale("ru"), Language.EN: Locale("en", "GB")}
_PLURALS = {
    Language.ZH: (1, "0"),
    Language.RU: (
        3,
        "(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
    ),
    Language.EN: (2, "(n != 1)"),
}
_DAY = {Language.ZH: "M月d日EEEE", Language.RU: "EEEE, d MMMM", Language.EN: "EEEE d MMMM"}
_SHORT_DAY = {Language.ZH: "M月d日EEE", Language.RU: "EEE, d MMM", Language.EN: "EEE d MMM"}
_BETWEEN = {Language.ZH: ("、", "；"), Language.RU: (", ", "; "), Language.EN: (", ", "; ")}
"""What stands between the items of a list, and between items that have such marks themselves."""
_DATE = {Language.ZH: "y年M月d日", Language.RU: "d MMMM y 'г'.", Language.EN: "d MMMM y"}


class Translator:
    """Everything that is said in one language: phrases, plurals, one-word labels, dates and times."""

    def __init__(self, language: Language, phrases: Catalog) -> None:
        self.language = language
        self._locale = _LOCALES[language]
        count, rule = _PLURALS[language]
        self._form: Callable[[int], int] = gettext.c2py(rule)
        self._texts: dict[tuple[str | None, str], str | tuple[str, ...]] = {}
        for message in phrases:
            if not message.id or message.fuzzy:
                continue
            if isinstance(message.id, tuple):
                if isinstance(message.string, (tuple, list)) and len(message.string) == count and all(message.string):
                    self._texts[message.context, message.id[0]] = tuple(message.string)
            elif message.string:
                self._texts[message.context, message.id] = str(message.string)

    def text(self, sentence: str, /, **values: object) -> str:
        """A whole sentence; `{placeholders}` take the values."""
        found = self._texts.get((None, sentence), sentence)
        return self._fill(found if isinstance(found, str) else sentence, values)

    def plural(self, singular: str, plural: str, number: int, /, **values: object) -> str:
        """A sentence that counts; `{number}` is the number."""
        found = self._texts.get((None, singular))
        forms = found if isinstance(found, tuple) else (singular, plural)
        place = self._form(number) if isinstance(found, tuple) else int(number != 1)
        return self._fill(forms[place], {"number": number, **values})

    def label(self, context: str, word: str, /, **values: object) -> str:
        """A word or two whose translation depends on where it stands: a button, a heading."""
        found = self._texts.get((context, word), word)
        return self._fill(found if isinstance(found, str) else word, values)

    def told(self, sentence: Sentence) -> str:
        """What a floor that knows no language had to say, in this one."""
        return sentence.told(self.text, self.list)

    @staticmethod
    def _fill(sentence: str, values: dict[str, object]) -> str:
        return sentence.format_map(values) if values else sentence

    def list(self, items: Iterable[str]) -> str:
        """Chinese, Russian · китайский, русский · 中文、俄文; with semicolons when an item has such marks itself."""
        items = tuple(items)
        comma, semicolon = _BETWEEN[self.language]
        return (semicolon if any(mark in item for item in items for mark in ",;，、；") else comma).join(items)

    def day(self, day: date) -> str:
        """Friday 11 July · пятница, 11 июля · 7月11日星期五."""
        return format_date(_local(day), _DAY[self.language], locale=self._locale)

    def short_day(self, day: date) -> str:
        """Fri 11 Jul · пт, 11 июл. · 7月11日周五: for buttons."""
        return format_date(_local(day), _SHORT_DAY[self.language], locale=self._locale)

    def date(self, day: date) -> str:
        """11 July 2025 · 11 июля 2025 г. · 2025年7月11日."""
        return format_date(_local(day), _DATE[self.language], locale=self._locale)

    def time(self, moment: datetime) -> str:
        """09:05, by the clock of the event."""
        return format_datetime(moment.astimezone(EVENT_ZONE), "HH:mm", locale=self._locale)

    def moment(self, moment: datetime) -> str:
        """Day and time: Friday 11 July, 09:00."""
        return self.text("{day}, {time}", day=self.day(moment), time=self.time(moment))

    def period(self, start: datetime, end: datetime | None) -> str:
        """From when to when: times only on one day, days and times across days; an open end is said so."""
        if end is None:
            return self.text("from {time}", time=self.time(start))
        if _local(start) == _local(end) or end - start < timedelta(hours=12):
            return self.text("{start}–{end}", start=self.time(start), end=self.time(end))
        return self.text("{start} – {end}", start=self.moment(start), end=self.moment(end))

    def minutes(self, length: timedelta) -> str:
        """A length of time in words: 15 minutes, 2 hours; rounded up to what a person would say."""
        whole = max(-(-int(length.total_seconds()) // 60), 1)
        # Translators: in the accusative where it differs: "in 1 minute", "within 1 minute".
        if whole <= 90:
            return self.plural("{number} minute", "{number} minutes", whole)
        return self.plural("{number} hour", "{number} hours", -(-whole // 60))


def _local(day: date) -> date:
    return day.astimezone(EVENT_ZONE).date() if isinstance(day, datetime) else day


def catalog_path(language: Language) -> Path:
    """The catalog of one language."""
    return LOCALES / language.value / "LC_MESSAGES" / "bot.po"


@cache
def catalog(language: Language) -> Translator:
    """The translator of one language; its catalog is read once."""
    return Translator(language, read_catalog(language))


def read_catalog(language: Language) -> Catalog:
    """The catalog as it stands in the file; empty when there is none (the English sentences are shown then)."""
    try:
        with catalog_path(language).open("rb") as file:
            return read_po(file, locale=_LOCALES[language])
    except FileNotFoundError:
        return Catalog(locale=_LOCALES[language])


def extract_phrases(root: Path = ROOT) -> Catalog:
    """Every phrase of the code, with the notes to translators and without line numbers, in a fixed order."""
    found = Catalog(project="Delegate Assistant", charset="utf-8", fuzzy=False)
    messages: dict[tuple[str | None, str], tuple[object, str | None, set[str], list[str]]] = {}
    for file in sorted((root / "bot").rglob("*.py")):
        where = file.relative_to(root).as_posix()
        found_here = extract_from_file(
            "python", file, keywords=MADE_ANYWHERE | (KEYWORDS if where.startswith(SPOKEN_IN) else {}),
            comment_tags=("Translators:",), strip_comment_tags=True,
        )  # fmt: skip
        for _, message, comments, context in found_here:
            key = (context, message[0] if isinstance(message, tuple) else message)
            _, _, wheres, notes = messages.setdefault(key, (message, context, set(), []))
            wheres.add(where)
            notes += [note for note in comments if note not in notes]
    for key in sorted(messages, key=lambda key: (min(messages[key][2]), key[1], key[0] or "")):
        message, context, wheres, notes = messages[key]
        found.add(message, context=context, locations=[(where, 0) for where in sorted(wheres)], auto_comments=notes)
    return found


def update_catalogs() -> dict[Language, int]:
    """Write locales/bot.pot and bring the three catalogs up to date; how many phrases each still lacks.

    Translations that exist are kept; the English catalog fills itself.
    """
    template = extract_phrases()
    _write(LOCALES / "bot.pot", template)
    lacking = {}
    for language in Language:
        known = {}
        for message in read_catalog(language):
            if message.id and not message.fuzzy:
                known[message.context, message.id if isinstance(message.id, str) else message.id[0]] = message.string
        count, rule = _PLURALS[language]
        updated = Catalog(locale=_LOCALES[language], project="Delegate Assistant", charset="utf-8", fuzzy=False)
        updated._num_plurals, updated._plural_expr = count, rule
        missing = 0
        for message in template:
            if not message.id:
                continue
            plural = isinstance(message.id, tuple)
            string = known.get((message.context, message.id[0] if plural else message.id))
            if language is Language.EN:
                string = message.id
            if plural and (not isinstance(string, (tuple, list)) or len(string) != count):
                string = ("",) * count
            missing += not (all(string) if plural else string)
            updated.add(
                message.id,
                string or "",
                message.locations,
                auto_comments=message.auto_comments,
                context=message.context,
            )
        _write(catalog_path(language), updated)
        lacking[language] = missing
    return lacking


def _write(path: Path, phrases: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # A date in the header would change the file each time.
    phrases.creation_date = phrases.revision_date = datetime(2025, 7, 1, tzinfo=EVENT_ZONE)
    phrases.header_comment = "# Phrases of the Delegate Assistant: python -m bot phrases keeps this file up to date."
    phrases.version, phrases.copyright_holder, phrases.msgid_bugs_address = "1", "", ""
    phrases.last_translator = "Delegate Assistant"
    phrases.language_team = "Delegate Assistant"
    with path.open("wb") as file:
        write_po(file, phrases, width=110, include_lineno=False)
