"""Questions as JSON lines in, answers as JSON lines out: `ask`, without a database."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TextIO

from bot.conversation import asking
from bot.conversation.reply import Reply
from bot.domain.edition import Publications, published_now
from bot.domain.language import Language, answer_language, clean
from bot.domain.question import Answer, Clarification, Courtesy, Handover, Outcome, ProgrammeAnswer, Question
from bot.i18n import catalog
from bot.services.answering import Answers
from bot.settings import EVENT_ZONE, Settings

NAMES = {
    Answer: "answer",
    ProgrammeAnswer: "answer",
    Clarification: "clarify",
    Handover: "handover",
    Courtesy: "courtesy",
}


class LineError(ValueError):
    """A line that is no question; the message says why."""


def moment_from(text: str) -> datetime:
    """An ISO moment; without an offset it is in the event's time zone."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=EVENT_ZONE)


def plain(reply: Reply, offered: Iterable[str] = ()) -> str:
    """A reply as a delegate reads it, with the titles of offered buttons."""
    return "\n".join(
        part for part in (reply.title, reply.text, *(f"• {title}" for title in offered), reply.small_print) if part
    )


class Lines:
    """Answers one line after another on the published generation."""

    def __init__(
        self, answering: Answers, published: Publications, settings: Settings, clock: Callable[[], datetime]
    ) -> None:
        self._answering = answering
        self._published = published
        self._settings = settings
        self._clock = clock

    def answer(self, fields: dict[str, Any], preferred: Language | None = None) -> dict[str, Any]:
        """The answer to one question as the contract of `ask` has it."""
        text = fields.get("question")
        if not isinstance(text, str):
            raise LineError('"question" must be a text')
        previous = fields.get("previous") or []
        if not isinstance(previous, list) or not all(isinstance(turn, str) for turn in previous):
            raise LineError('"previous" must be a list of texts')
        try:
            wanted = Language(fields["language"]) if fields.get("language") else preferred
            now = moment_from(fields["now"]) if fields.get("now") else self._clock()
        except (ValueError, TypeError) as error:
            raise LineError(f'"language" must be zh, ru or en, "now" an ISO moment: {error}') from error
        language = answer_language(text, wanted)
        started = time.perf_counter()
        outcome = self._answering.answer(Question(text, language, now, tuple(clean(turn) for turn in previous)))
        milliseconds = (time.perf_counter() - started) * 1000
        return {
            "id": fields.get("id"),
            "question": text,
            **self._shown(outcome, language, now),
            "milliseconds": round(milliseconds, 2),
        }

    def _shown(self, outcome: Outcome, language: Language, now: datetime) -> dict[str, Any]:
        from bot.conversation import entries

        say = catalog(language)
        edition = published_now(self._published)
        outcome = asking.still_told(outcome, edition, now)
        reply = asking.compose(outcome, edition, say, now, staffed=self._settings.staff_chat is not None)
        choices = list(outcome.choices) if isinstance(outcome, Clarification) else []
        titles = [entries.title_of(edition.entries[name], language) for name in choices]
        return {
            "language": language.value,
            "outcome": NAMES[type(outcome)],
            "entries": list(outcome.entries) if isinstance(outcome, Answer | ProgrammeAnswer) else [],
            "choices": choices,
            "nearest": [hit.entry_id for hit in outcome.hits[:5]],
            "text": plain(reply, titles),
            "confidence": round(outcome.confidence, 4),
        }

    def answer_all(self, source: Iterable[str], target: TextIO, preferred: Language | None = None) -> int:
        """Every line of `source`, in order; how many could not be read (each has a line that says why)."""
        broken = 0
        for number, line in enumerate(source, start=1):
            line = line.strip().removeprefix("\ufeff")
            if not line:
                continue
            fields: Any = None
            try:
                fields = json.loads(line)
                if not isinstance(fields, dict):
                    raise LineError("not a JSON object")
                result = self.answer(fields, preferred)
            except (LineError, json.JSONDecodeError, RecursionError, OverflowError) as error:
                broken += 1
                known = fields.get("id") if isinstance(fields, dict) else None
                result = {"id": known, "error": f"line {number}: {error}"}
            print(json.dumps(result, ensure_ascii=False), file=target, flush=True)
        return broken
