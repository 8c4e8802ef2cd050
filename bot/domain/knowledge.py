"""Entries of knowledge: approved renderings with status, source and validity, and the passages cut from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from bot.domain.language import Language, fallbacks
from bot.domain.sentence import Sentence


class Status(StrEnum):
    """Whether an entry rests on a source, is a placeholder of the demo event, or is called off (sessions)."""

    CONFIRMED = "confirmed"
    SAMPLE = "sample"
    CANCELLED = "cancelled"


class EntryKind(StrEnum):
    """Where an entry comes from: a Markdown file, a session of the programme, a venue."""

    PROSE = "prose"
    SESSION = "session"
    VENUE = "venue"


class Severity(StrEnum):
    """An error blocks publication; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a knowledge file: where (path relative to the knowledge folder, 1-based line) and what."""

    path: str
    line: int
    sentence: Sentence
    severity: Severity = field(default=Severity.ERROR, compare=False)
    gap: bool = field(default=False, compare=False)
    """Whether a delegate lacks something by it: a value, a language, a source. Such warnings are to be read first."""

    @property
    def message(self) -> str:
        """The sentence in English."""
        return str(self.sentence)

    def __str__(self) -> str:
        mark = "warning: " if self.severity is Severity.WARNING else ""
        return f"{self.path}:{self.line}: {mark}{self.message}"


@dataclass(frozen=True)
class Rendering:
    """An entry in one language: the approved words, and where they stand."""

    title: str
    body: str
    source: str = ""
    questions: tuple[str, ...] = ()
    path: str = ""
    line: int = 1
    not_answered: tuple[str, ...] = ()
    """Questions that sound like this entry's and that nobody has told us the answer to: they go to a person."""


@dataclass(frozen=True)
class Entry:
    """One fact or group of facts a delegate may be told, in up to three approved renderings."""

    id: str
    section: str
    kind: EntryKind
    status: Status
    renderings: Mapping[Language, Rendering]
    checked: date | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    part_of: str | None = None
    """The entry of which this one is a detail; an answer from it rests on both."""

    def shown_in(self, language: Language) -> tuple[Rendering, Language]:
        """The rendering for a reader of `language` and the language it is really in."""
        for candidate in fallbacks(language):
            if candidate in self.renderings:
                return self.renderings[candidate], candidate
        raise ValueError(f"entry {self.id} has no rendering")

    def is_valid_at(self, moment: datetime) -> bool:
        """Whether the entry may be told at `moment` (aware): from valid_from on, until before valid_until."""
        if self.valid_from is not None and moment < self.valid_from:
            return False
        return self.valid_until is None or moment < self.valid_until


class PassageKind(StrEnum):
    """What part of a rendering a passage is."""

    TITLE = "title"
    QUESTION = "question"
    SENTENCE = "sentence"
    BODY = "body"
    NOT_ANSWERED = "not answered"
    ELSEWHERE = "elsewhere"
    """No entry's: what people say that is far from the whole event."""


NOBODY = ""
"""The entry id of passages that belong to no entry."""


@dataclass(frozen=True)
class Passage:
    """A piece of one rendering as it stands in the index."""

    entry_id: str
    language: Language
    kind: PassageKind
    text: str
