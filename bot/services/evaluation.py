"""How often the assistant is right, and how often rightly silent: the golden questions, figure by figure."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bot.domain.calibration import MOST_CHOICES
from bot.domain.golden import IN_SCOPE, OUT_OF_SCOPE, GoldenQuestion
from bot.domain.language import Language
from bot.domain.question import Answer, Clarification, Courtesy, Handover, Outcome, ProgrammeAnswer, Question
from bot.services.answering import answer
from bot.stores.index import Index

ROUNDS = 400
"""Bootstrap rounds of a confidence interval (Efron & Tibshirani 1993, percentile method)."""


@dataclass(frozen=True)
class Judgement:
    """A golden question with its outcome and how it is judged."""

    question: GoldenQuestion
    outcome: Outcome
    milliseconds: float

    @property
    def nearest(self) -> tuple[str, ...]:
        """Ids found, best first."""
        return tuple(hit.entry_id for hit in self.outcome.hits)

    @property
    def first(self) -> bool:
        """Whether the best hit is right."""
        return bool(self.nearest) and self.nearest[0] in self.question.expected

    @property
    def answered(self) -> bool:
        """Whether an answer was given."""
        return isinstance(self.outcome, Answer | ProgrammeAnswer)

    @property
    def right(self) -> bool:
        """Whether a right answer was given outright."""
        return isinstance(self.outcome, Answer | ProgrammeAnswer) and any(
            entry in self.question.expected for entry in self.outcome.entries[:2]
        )

    @property
    def offered(self) -> bool:
        """Whether the right entry was given or stood among the choices."""
        if isinstance(self.outcome, Clarification):
            return any(choice in self.question.expected for choice in self.outcome.choices)
        return self.right

    @property
    def wrong(self) -> bool:
        """Whether an answer was given that is not right."""
        return self.answered and not self.right


@dataclass(frozen=True)
class Figure:
    """A share with its 95 % interval and the number of questions behind it."""

    name: str
    value: float
    low: float
    high: float
    count: int


@dataclass
class Report:
    """Everything one evaluation found."""

    judgements: list[Judgement]
    figures: dict[Language, list[Figure]] = field(default_factory=dict)
    kinds: dict[Language, dict[str, dict[str, float]]] = field(default_factory=dict)
    matrix: dict[tuple[Language, Language], float] = field(default_factory=dict)
    aurc: dict[Language, float] = field(default_factory=dict)
    milliseconds: float = 0.0
    """95th percentile of the time for one decision."""


def judge(
    index: Index,
    questions: Sequence[GoldenQuestion],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Judgement]:
    """Ask every question as a delegate would."""
    found = []
    for number, golden in enumerate(questions, start=1):
        began = time.perf_counter()
        outcome = answer(index, Question(golden.text, golden.language, golden.now, golden.previous))
        found.append(Judgement(golden, outcome, (time.perf_counter() - began) * 1000))
        progress(number, len(questions))
    return found


def evaluate(
    index: Index,
    questions: Sequence[GoldenQuestion],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Judge the questions and count; the matrix asks the direct and indirect ones against one language at a time."""
    judgements = judge(index, questions, progress)
    report = Report(judgements)
    for language in Language:
        own = [judgement for judgement in judgements if judgement.question.language is language]
        report.figures[language] = figures_of(own)
        report.kinds[language] = _kinds(own)
        report.aurc[language] = area_under_risk(own)
        asked = [j.question for j in own if j.question.kind in ("direct", "indirect")]
        for knowledge in Language:
            report.matrix[language, knowledge] = _hits_in_one_language(index, asked, knowledge)
    times = [judgement.milliseconds for judgement in judgements]
    report.milliseconds = float(np.percentile(times, 95)) if times else 0.0
    return report


def figures_of(own: Sequence[Judgement]) -> list[Figure]:
    """The figures of issue 3, each with its interval."""
    inside = [j for j in own if j.question.kind in IN_SCOPE]
    outside = [j for j in own if j.question.kind in OUT_OF_SCOPE]
    hard = [j for j in inside if j.question.kind in ("typo", "transliterated", "mixed", "short")]
    far = [j for j in outside if j.question.kind != "near-miss"]
    rows: list[tuple[str, list[bool]]] = [
        ("direct, hit@1", [j.first for j in inside if j.question.kind == "direct"]),
        ("indirect, hit@1", [j.first for j in inside if j.question.kind == "indirect"]),
        ("in scope: right answer given", [j.right for j in inside]),
        ("in scope: right answer or choice", [j.offered for j in inside]),
        ("typo, transliterated, mixed, short: answer or choice", [j.offered for j in hard]),
        ("answers given that are wrong", [j.wrong for j in own if j.answered]),
        ("out of scope that got an answer", [j.answered for j in outside]),
        ("near-misses that got an answer", [j.answered for j in outside if j.question.kind == "near-miss"]),
        ("far from the event: handed over", [isinstance(j.outcome, Handover) for j in far]),
        ("small talk: courtesy", [isinstance(j.outcome, Courtesy) for j in own if j.question.kind == "small-talk"]),
    ]
    return [_figure(name, values) for name, values in rows]


def _figure(name: str, values: Sequence[bool]) -> Figure:
    if not values:
        return Figure(name, float("nan"), float("nan"), float("nan"), 0)
    array = np.array(values, float)
    chance = np.random.default_rng(len(values))
    means = chance.choice(array, (ROUNDS, len(array))).mean(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(name, float(array.mean()), float(low), float(high), len(values))


def _kinds(own: Sequence[Judgement]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for kind in dict.fromkeys(judgement.question.kind for judgement in own):
        chosen = [judgement for judgement in own if judgement.question.kind == kind]
        found[kind] = {
            "count": len(chosen),
            "hit@1": float(np.mean([j.first for j in chosen])),
            f"hit@{MOST_CHOICES}": float(
                np.mean([any(near in j.question.expected for near in j.nearest[:MOST_CHOICES]) for j in chosen])
            ),
            "answered": float(np.mean([j.answered for j in chosen])),
            "right": float(np.mean([j.right for j in chosen])),
            "right or choice": float(np.mean([j.offered for j in chosen])),
            "handed over": float(np.mean([isinstance(j.outcome, Handover) for j in chosen])),
        }
    return found


def risk_coverage(own: Sequence[Judgement]) -> list[tuple[float, float]]:
    """(coverage, share wrong) when the most confident questions are answered first; small talk left out."""
    ranked = sorted((j for j in own if not isinstance(j.outcome, Courtesy)), key=lambda j: -j.outcome.confidence)
    wrong = np.cumsum([not judgement.first for judgement in ranked])
    return [((place + 1) / len(ranked), float(wrong[place] / (place + 1))) for place in range(len(ranked))]


def area_under_risk(own: Sequence[Judgement]) -> float:
    """AURC (Geifman & El-Yaniv 2017): the mean risk over all coverages; lower is better."""
    points = risk_coverage(own)
    return float(np.mean([risk for _, risk in points])) if points else float("nan")


def _hits_in_one_language(index: Index, questions: Sequence[GoldenQuestion], knowledge: Language) -> float:
    assert index.calibration is not None
    hits = []
    for question in questions:
        ranked = index.calibration.rank(index.search(question.text, question.language, question.now, only=knowledge))
        hits.append(bool(ranked) and ranked[0][1].entry_id in question.expected)
    return float(np.mean(hits)) if hits else float("nan")
