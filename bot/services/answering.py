"""Question in, outcome out: courtesy, answer, choice or a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bot.domain.calibration import MOST_CHOICES, MOST_HITS, Evidence
from bot.domain.language import Language, clean, has_words
from bot.domain.question import (
    Answer,
    Clarification,
    Courtesy,
    CourtesyKind,
    Handover,
    HandoverReason,
    Hit,
    Outcome,
    ProgrammeAnswer,
    Question,
)
from bot.domain.reading import Reading, lookup, read, rests_on
from bot.encoder import lexicon
from bot.services.clustering import Likeness, likenesses_by
from bot.services.courtesy import courtesy_of, wants_a_person, without_courtesy
from bot.services.follow_up import Leaning, joined, leaning
from bot.stores.index import Index
from bot.stores.models import SentenceEncoder
from bot.stores.published import Published

LONGEST_QUESTION = 4_000
"""Characters; a longer message is a document, not a question (Telegram itself allows 4,096)."""
LONGEST_SEARCHED = 1_000

WARMING_UP = {
    "会场在哪里": Language.ZH, "где проходит форум": Language.RU, "where is the forum": Language.EN,
    "уэр из зе шаттл бас": Language.EN,
}  # fmt: skip
"""One question for every table that is read on first use."""


class Answers(Protocol):
    """What others need of the answering, wherever it runs; every call blocks."""

    def answer(self, question: Question) -> Outcome:
        """The outcome for one question."""
        ...

    def likenesses(self, texts: Sequence[str]) -> Sequence[Likeness]:
        """Questions as they are compared with each other, one each."""
        ...


def open_answering(data_dir: Path, model: str | None, chroma_url: str | None) -> tuple[Published, Answering]:
    """The answering service on what is published, warm; takes seconds, and raises what opening raises."""
    published = Published(data_dir, SentenceEncoder(model), chroma_url)
    published.refresh()
    answering = Answering(published)
    # The encoder and the dictionaries load on first use: better now than under the first delegate's question.
    for text, language in WARMING_UP.items():
        answering.answer(Question(text, language, datetime.now(UTC)))
    return published, answering


class Answering:
    """Decides questions on the published generation; synchronous, about ten milliseconds."""

    def __init__(self, published: Published) -> None:
        self._published = published

    def answer(self, question: Question) -> Outcome:
        """The outcome for one question; the same question on the same generation gives the same outcome."""
        if outcome := _without_knowledge(clean(question.text)):
            return outcome
        with self._published.acquire() as index:
            return answer(index, question)

    def likenesses(self, texts: Sequence[str]) -> list[Likeness]:
        """Questions as they are compared with each other, by the encoder of the published generation."""
        with self._published.acquire() as index:
            return likenesses_by(index.encoder, texts)


def answer(index: Index, question: Question) -> Outcome:
    """The outcome for one question asked of one generation."""
    text = clean(question.text)
    return _without_knowledge(text) or decide(index, question, without_courtesy(text)[:LONGEST_SEARCHED])


def _without_knowledge(text: str) -> Courtesy | Handover | None:
    """What needs no knowledge: a message without a question, none that can be one, or the wish for a person."""
    if len(text) > LONGEST_QUESTION:
        return Courtesy(CourtesyKind.TOO_LONG)
    if not has_words(text):
        return Courtesy(CourtesyKind.EMPTY)
    if wants_a_person(text):
        return Handover(HandoverReason.ASKED)
    kind = courtesy_of(text)
    return Courtesy(kind) if kind else None


def decide(index: Index, question: Question, text: str) -> Outcome:
    """Answer from the message alone where it stands alone, otherwise together with the one before."""
    if index.calibration is None:
        return Handover(HandoverReason.UNSURE)
    alone = _decided(index, question, text, text)
    lean = leaning(text) if question.previous else Leaning.NOT
    if lean is Leaning.NOT:
        return alone
    previous = question.previous[-1]
    together = _decided(index, question, joined(previous, text), f"{previous} {text}")
    return _reconciled(alone, together, lean is Leaning.OPENLY)


def _reconciled(alone: Outcome, together: Outcome, points_back: bool) -> Outcome:
    """What two readings of one message come to: where they contradict each other, the person is asked.

    Measured on 311 follow-ups and 431 short new questions after another one, all for fitting: .04 and .02 wrong; with
    the surer reading always taken .05 and .08.
    """
    surer, other = (together, alone) if together.confidence > alone.confidence else (alone, together)
    if _is_answer(alone) and _is_answer(together):
        expected = together if points_back else alone
        agree = set(alone.entries) & set(together.entries)
        return surer if agree or surer is expected else _choice(expected.entries[:1], surer.entries[:1], surer)
    if _is_answer(alone):
        return alone
    if _is_answer(together):
        choices = alone.choices if isinstance(alone, Clarification) else ()
        if points_back or not choices or set(choices) & set(together.entries):
            return together
        return _choice(together.entries[:1], choices, together)
    return other if isinstance(other, Clarification) and not isinstance(surer, Clarification) else surer


def _is_answer(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer | ProgrammeAnswer)


def _choice(first: Sequence[str], others: Sequence[str], surer: Outcome) -> Outcome:
    """A choice among the entries of two readings; the surer reading where only one of them names any."""
    choices = tuple(dict.fromkeys((*first, *others)))[:MOST_CHOICES]
    return Clarification(choices, surer.confidence, surer.hits) if len(choices) > 1 else surer


def _decided(index: Index, question: Question, searched: str, read_as: str) -> Outcome:
    """The outcome of one reading of the question.

    A question whose every content word the grammar of time and place accounts for is answered from the programme, or
    with the way to a room when it only looks for one that no entry is about; any other is weighed by the calibration.
    The same evidence names the nearest entries of both.
    """
    evidence = evidence_for(index, question, searched)
    outcome = index.calibration.decide(evidence, question.language)
    reading = read(read_as, index.programme, question.now)
    answered = isinstance(outcome, Answer)
    if reading is not None and (reading.pure or (not answered and _finds_room(index, reading, read_as))):
        findings = lookup(reading, index.programme, question.now)
        entries = rests_on(reading, findings, index.programme)
        first = tuple(Hit(entry, 1.0) for entry in entries)
        others = tuple(hit for hit in outcome.hits if hit.entry_id not in entries)
        return ProgrammeAnswer(reading, findings, entries, 1.0, (first + others)[:MOST_HITS])
    return _rested(index, outcome)


def _finds_room(index: Index, reading: Reading, text: str) -> bool:
    """Whether the way to a room is asked for, and known: its floor is not known of every room."""
    if not reading.seeks_room:
        return False
    room = index.programme.room(reading.rooms[0])
    return room is not None and (room.level is not None or "floor-level" not in lexicon.concepts_in(text))


def _rested(index: Index, outcome: Outcome) -> Outcome:
    """An answer from a detail rests on the entry it is a detail of as well."""
    if isinstance(outcome, Answer):
        parent = index.entries[outcome.entries[0]].part_of
        if parent in index.entries and parent not in outcome.entries:
            return replace(outcome, entries=(*outcome.entries, parent))
    return outcome


def evidence_for(index: Index, question: Question, text: str) -> Evidence:
    """What the index holds for a text, asked in the question's language and at its moment."""
    return index.search(text, question.language, question.now)
