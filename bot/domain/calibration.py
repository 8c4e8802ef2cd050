"""The decision: from the evidence found for a question to an answer, a choice or a person."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.domain.forest import Forest
from bot.domain.language import Language
from bot.domain.question import Answer, Clarification, Handover, HandoverReason, Hit

MOST_CHOICES = 3
MOST_HITS = 5


@dataclass(frozen=True)
class Candidate:
    """An entry that may answer, with one figure per field of evidence (see stores/index.py)."""

    entry_id: str
    features: tuple[float, ...]
    marks: str = ""
    """A letter for each unit of the question: f, the entry's facts have it; q, only its questions; u, neither."""
    doubts: tuple[float, ...] = ()
    """Figures that do not rank it but tell how far to trust it: how near the question is to unanswered ones."""


@dataclass(frozen=True)
class Evidence:
    """Everything found for one question: the candidates, and how well the question itself was understood."""

    candidates: tuple[Candidate, ...]
    features: tuple[float, ...] = ()
    """About the question: how many content words it has, how many of them nobody knows."""
    units: tuple[str, ...] = ()
    """The words and concepts of the question, for the candidates' marks."""


@dataclass(frozen=True)
class Weights:
    """A linear model: one weight a feature."""

    factors: tuple[float, ...]

    def score(self, features: Sequence[float]) -> float:
        """The weighted sum; ValueError when there are more or fewer features than weights."""
        if len(features) != len(self.factors):
            raise ValueError(f"{len(features)} features for {len(self.factors)} weights")
        return sum(map(operator.mul, self.factors, features))


@dataclass(frozen=True)
class Ranking:
    """How candidates are ordered: entries that bring their own questions and plain prose are weighed differently.

    Fitted together, so that the scores of both kinds compare.
    """

    asked: Weights
    plain: Weights

    def score(self, features: Sequence[float]) -> float:
        """The score; the last feature says whether the entry brings questions of its own."""
        return (self.asked if features[-1] else self.plain).score(features)


@dataclass(frozen=True)
class Wording:
    """What each word tells when an entry has it or lacks it: asked-for prices, names and years are mostly lacking.

    A logistic regression on marked units, such as `u c:how-much`.
    """

    bias: float = 0.0
    weights: Mapping[str, float] = field(default_factory=dict)

    def score(self, candidate: Candidate, evidence: Evidence) -> float:
        """The log odds that the candidate answers, within -4..4."""
        total = self.bias + sum(self.weights.get(unit, 0.0) for unit in marked(candidate, evidence))
        return max(-4.0, min(4.0, total))


def marked(candidate: Candidate, evidence: Evidence) -> list[str]:
    """The units of the question, each with the candidate's mark."""
    return [f"{mark} {unit}" for mark, unit in zip(candidate.marks, evidence.units, strict=True)]


@dataclass(frozen=True)
class Thresholds:
    """From which confidence on an answer is given, and from which a choice is offered."""

    answer: float
    choice: float


@dataclass(frozen=True)
class Calibration:
    """A decision fitted to one model on questions with known answers; never typed by hand."""

    model: str
    """Identity of the encoder it was fitted for; evidence of another one must not be decided with it."""
    ranking: Ranking
    wording: Wording
    confidence: Forest
    """Is the best candidate right? Judged by `summarize`, the language among the features."""
    relevance: Forest
    """Is the right entry among the three best?"""
    thresholds: Mapping[Language, Thresholds]
    figures_of_question: int
    """How many figures about the question it was fitted on."""
    figures_of_doubt: int = 0
    """How many figures about a candidate that do not rank it."""

    @property
    def figures_of_candidate(self) -> int:
        """How many figures about a candidate it was fitted on."""
        return len(self.ranking.asked.factors)

    def rank(self, evidence: Evidence) -> list[tuple[float, Candidate]]:
        """Candidates by score, best first; ties by id, so that the order never depends on chance."""
        scored = [(self.ranking.score(candidate.features), candidate) for candidate in evidence.candidates]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].entry_id))

    def decide(self, evidence: Evidence, language: Language) -> Answer | Clarification | Handover:
        """Answer, offer a choice of two or three, or hand over; pure and repeatable."""
        ranked = self.rank(evidence)
        if not ranked:
            return Handover(HandoverReason.NOTHING_FOUND)
        summary = summarize(ranked, evidence, language, self.wording)
        confidence = self.confidence.probability(summary)
        relevance = self.relevance.probability(summary)
        shares = softmax([score for score, _ in ranked[:MOST_HITS]])
        hits = tuple(
            Hit(candidate.entry_id, confidence if place == 0 else relevance * share)
            for place, ((_, candidate), share) in enumerate(zip(ranked[:MOST_HITS], shares, strict=True))
        )
        limits = self.thresholds[language]
        if confidence >= limits.answer:
            return Answer((ranked[0][1].entry_id,), confidence, hits)
        if relevance >= limits.choice and len(ranked) > 1:
            return Clarification(tuple(candidate.entry_id for _, candidate in ranked[:MOST_CHOICES]), confidence, hits)
        return Handover(HandoverReason.UNSURE, confidence, hits)


def softmax(scores: Sequence[float]) -> list[float]:
    """Scores as shares that add up to one."""
    top = max(scores)
    powers = [math.exp(score - top) for score in scores]
    total = sum(powers)
    return [power / total for power in powers]


def summarize(
    ranked: Sequence[tuple[float, Candidate]], evidence: Evidence, language: Language, wording: Wording
) -> tuple[float, ...]:
    """What the confidence is judged by: the best candidate, its lead, and how far the rest agrees with it."""
    scores = [score for score, _ in ranked]
    best, rivals = ranked[0][1].features, [candidate.features for _, candidate in ranked[1:]]
    mine = best + ranked[0][1].doubts
    theirs = rivals[0] + ranked[1][1].doubts if rivals else (0.0,) * len(mine)
    agreement = sum(
        1 for place, figure in enumerate(best) if all(figure >= rival[place] for rival in rivals)
    ) / max(len(best), 1)
    lead = scores[0] - scores[1] if len(scores) > 1 else 3.0
    share = softmax(scores[:MOST_HITS])[0]
    return (
        scores[0], min(lead, 5.0), share, agreement, wording.score(ranked[0][1], evidence),
        *mine, *map(operator.sub, mine, theirs), *evidence.features,
        *(float(language is other) for other in Language),
    )  # fmt: skip
