"""Whether a new generation answers the golden questions as well as the old one, and by how much it may be worse."""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.domain.golden import OUT_OF_SCOPE, GoldenQuestion
from bot.domain.language import Language
from bot.services.evaluation import Judgement
from bot.services.replay import Asked, Told, outcome_of
from bot.stores import golden_files

logger = logging.getLogger(__name__)

MARGIN = 0.02
"""By how much of all golden questions of a language the right answers may fall, or the wrong ones rise."""
SAMPLE, SECOND_SAMPLE = 60, 1_000
"""Golden questions asked at a publication, so many of those whose entries it touches and so many of the others: first
few and, when those look worse by more than the margin, many more, because few may mislead."""
FEWEST = 30
"""With fewer golden questions about the knowledge at hand (another event's) nothing can be said."""
KEPT_FILE = "golden.json"

Ask = Callable[[Path, Sequence[Asked]], list[Told]]


@dataclass(frozen=True)
class Fall:
    """One figure of one language that got worse by more than the margin."""

    language: Language
    verdict: str
    """right | wrong"""
    before: float
    after: float

    def __str__(self) -> str:
        return f"{self.verdict} answers in {self.language}: {self.before:.1%} before, {self.after:.1%} after"


def golden_for(entry_ids: Collection[str], data_dir: Path) -> list[GoldenQuestion]:
    """The golden questions about these entries, and those that nothing must answer; none when too few are about them.

    Where the golden questions are not installed, there are none.
    """
    if not golden_files.FOLDER.is_dir():
        return []
    questions = golden_files.read_again(data_dir)
    inside = [question for question in questions if question.expected and set(question.expected) & set(entry_ids)]
    if len(inside) < FEWEST:
        return []
    return inside + [question for question in questions if question.kind in OUT_OF_SCOPE]


def asked_of(questions: Iterable[GoldenQuestion]) -> list[Asked]:
    """The golden questions as they are asked, without small talk."""
    return [
        Asked(question.text, question.language, question.now, question.previous, question.id)
        for question in questions
        if question.kind != "small-talk"
    ]


def judged(question: GoldenQuestion, told: Told) -> str:
    """right, wrong, or silent: nothing was answered outright."""
    verdict = Judgement(question, outcome_of(told), 0.0)
    return "right" if verdict.right else "wrong" if verdict.wrong else "silent"


def falls(
    questions: Sequence[GoldenQuestion], before: Mapping[str, str], after: Mapping[str, str],
    weights: Mapping[str, float] | None = None,
) -> tuple[Fall, ...]:  # fmt: skip
    """The figures that fell by more than the margin; `weights` say for how many questions one of a sample stands."""
    found = []
    for language in Language:
        own = [question for question in questions if question.language is language
               and question.id in before and question.id in after]  # fmt: skip
        counts = {question.id: 1.0 if weights is None else weights[question.id] for question in own}
        total = sum(counts.values())
        if not total:
            continue
        for verdict, sign in (("right", 1), ("wrong", -1)):
            was, now = (
                sum(count for one, count in counts.items() if side[one] == verdict) / total for side in (before, after)
            )
            if sign * (was - now) > MARGIN + 1e-9:
                found.append(Fall(language, verdict, was, now))
    return tuple(found)


def sampled(questions: Sequence[GoldenQuestion], touched: Collection[str], size: int) -> dict[GoldenQuestion, float]:
    """Of the questions about touched entries and of the others at most so many, always the same ones of each.

    With the number of questions that each stands for.
    """
    found: dict[GoldenQuestion, float] = {}
    for is_near in (True, False):
        part = [question for question in questions if bool(set(question.expected) & set(touched)) is is_near]
        chosen = drawn(part, size)
        found |= {question: len(part) / len(chosen) for question in chosen}
    return found


def drawn(questions: Iterable[GoldenQuestion], size: int) -> list[GoldenQuestion]:
    """At most so many of the questions, as if by lot but always the same ones."""
    return sorted(questions, key=lambda question: (zlib.crc32(question.id.encode()), question.id))[:size]


def compare_folders(
    old: Path, new: Path, questions: Sequence[GoldenQuestion], touched: Collection[str], ask: Ask
) -> tuple[Fall, ...]:
    """A quick look at a small sample and, only when that looks bad, one at a large sample.

    What is found out about a generation is kept in it, so that the next publication need not ask again.
    """
    found: tuple[Fall, ...] = ()
    for size in (SAMPLE, SECOND_SAMPLE):
        weights = sampled(questions, touched, size)
        before, after = _verdicts(old, list(weights), ask), _verdicts(new, list(weights), ask)
        by_id = {question.id: weight for question, weight in weights.items()}
        found = falls(list(weights), before, after, by_id)
        if not found:
            break
    return found


def _verdicts(folder: Path, questions: Sequence[GoldenQuestion], ask: Ask) -> dict[str, str]:
    known = read_verdicts(folder)
    missing = [question for question in questions if question.id not in known]
    if missing:
        asked = asked_of(missing)
        told = {one.golden: answer for one, answer in zip(asked, ask(folder, asked), strict=True)}
        known |= {question.id: judged(question, told[question.id]) for question in missing if question.id in told}
        keep_verdicts(folder, known)
    return known


def read_verdicts(folder: Path) -> dict[str, str]:
    """What is known of how a generation answers the golden questions, by question."""
    try:
        return dict(json.loads((folder / KEPT_FILE).read_text("utf-8")))
    except (OSError, ValueError):
        return {}


def keep_verdicts(folder: Path, verdicts: Mapping[str, str]) -> None:
    """Keep it in the generation; a folder that cannot be written is asked again next time."""
    try:
        (folder / KEPT_FILE).write_text(json.dumps(verdicts), "utf-8")
    except OSError as error:
        logger.warning("the golden figures of %s cannot be kept: %s", folder.name, error)
