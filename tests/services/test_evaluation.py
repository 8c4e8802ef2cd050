"""What the figures mean, and that fitting keeps its promises; on evidence made up for the purpose."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from bot.domain.calibration import Calibration, Candidate, Evidence, Ranking, Thresholds, Weights, Wording
from bot.domain.forest import Forest, Tree
from bot.domain.golden import IN_SCOPE, KINDS, OUT_OF_SCOPE, GoldenQuestion
from bot.domain.language import Language
from bot.domain.question import (
    Answer,
    Clarification,
    Courtesy,
    CourtesyKind,
    Handover,
    HandoverReason,
    Hit,
    Outcome,
)
from bot.services import evaluation, fitting
from bot.services.evaluation import Judgement
from bot.services.fitting import Case
from bot.settings import EVENT_ZONE, ROOT
from bot.stores import golden_files, index, index_files, knowledge_files
from bot.stores.index_search import DOUBTS, FEATURES, QUESTION_FEATURES
from tests.doubles import HashEncoder

NOW = datetime(2031, 5, 20, 9, 0, tzinfo=EVENT_ZONE)
HANDOVER = Handover(HandoverReason.UNSURE, 0.1, (Hit("keys", 0.1), Hit("boat", 0.1)))


def golden(kind: str = "direct", *expected: str, language: Language = Language.EN, number: int = 0) -> GoldenQuestion:
    return GoldenQuestion(f"{kind}-{language}-{number}", "boat", language, kind, "When does it sail?", expected)


def judged(outcome: Outcome, kind: str = "direct", *expected: str, number: int = 0) -> Judgement:
    return Judgement(golden(kind, *expected, number=number), outcome, 1.0)


def answer(*entries: str, confidence: float = 0.9) -> Answer:
    return Answer(entries, confidence, tuple(Hit(entry, confidence) for entry in entries))


# One judgement


def test_a_right_answer():
    judgement = judged(answer("boat"), "direct", "boat", "pier")
    assert judgement.first and judgement.answered and judgement.right and judgement.offered
    assert not judgement.wrong


def test_a_wrong_answer():
    judgement = judged(answer("keys"), "direct", "boat")
    assert judgement.answered and judgement.wrong
    assert not judgement.first and not judgement.right and not judgement.offered


def test_a_detail_that_rests_on_the_expected_entry_is_right():
    assert judged(answer("boat-times", "boat"), "direct", "boat").right
    assert not judged(answer("boat-times", "island", "boat"), "direct", "boat").right


def test_the_right_choice():
    choice = Clarification(("keys", "boat"), 0.5, (Hit("keys", 0.5), Hit("boat", 0.3)))
    judgement = judged(choice, "indirect", "boat")
    assert judgement.offered
    assert not judgement.answered and not judgement.right and not judgement.wrong and not judgement.first


def test_the_wrong_choice():
    choice = Clarification(("keys", "umbrella"), 0.5, (Hit("keys", 0.5),))
    assert not judged(choice, "indirect", "boat").offered


def test_a_handover_is_neither_right_nor_wrong():
    judgement = judged(HANDOVER, "direct", "keys")
    assert judgement.first  # the best hit would have been right
    assert not judgement.answered and not judgement.right and not judgement.wrong and not judgement.offered


def test_any_answer_to_a_near_miss_is_wrong():
    assert judged(answer("boat"), "near-miss").wrong
    assert not judged(HANDOVER, "near-miss").wrong


# Figures


def figures(judgements: list[Judgement]) -> dict[str, evaluation.Figure]:
    return {figure.name: figure for figure in evaluation.figures_of(judgements)}


def test_figures_count_what_they_say():
    found = figures(
        [
            judged(answer("boat"), "direct", "boat"),
            judged(answer("keys"), "direct", "boat"),
            judged(Clarification(("boat", "keys"), 0.5, (Hit("boat", 0.5),)), "indirect", "boat"),
            judged(HANDOVER, "typo", "boat"),
            judged(answer("keys"), "near-miss"),
            judged(HANDOVER, "near-miss"),
            judged(HANDOVER, "off-topic"),
            judged(Clarification(("boat", "keys"), 0.5, ()), "injection"),
            judged(Courtesy(CourtesyKind.GREETING), "small-talk"),
        ]
    )
    assert found["direct, hit@1"].value == 0.5
    assert found["direct, hit@1"].count == 2
    assert found["indirect, hit@1"].value == 1.0
    assert found["in scope: right answer given"].value == 0.25
    assert found["in scope: right answer or choice"].value == 0.5
    assert found["typo, transliterated, mixed, short: answer or choice"].value == 0.0
    assert found["answers given that are wrong"].value == pytest.approx(2 / 3)
    assert found["out of scope that got an answer"].value == 0.25
    assert found["near-misses that got an answer"].value == 0.5
    assert found["far from the event: handed over"].value == 0.5
    assert found["small talk: courtesy"].value == 1.0


def test_a_figure_without_questions_is_no_number():
    for figure in evaluation.figures_of([]):
        assert math.isnan(figure.value) and math.isnan(figure.low) and math.isnan(figure.high)
        assert figure.count == 0


def test_intervals_hold_the_value_and_shrink_with_more_questions():
    def interval(count: int) -> evaluation.Figure:
        right = [judged(answer("boat" if number % 4 else "keys"), "direct", "boat") for number in range(count)]
        return figures(right)["direct, hit@1"]

    few, many = interval(40), interval(1000)
    for figure in (few, many):
        assert figure.low <= figure.value <= figure.high
        # The normal approximation of the same interval.
        half = 1.96 * math.sqrt(0.75 * 0.25 / figure.count)
        assert figure.high - figure.low == pytest.approx(2 * half, rel=0.35)
    assert many.high - many.low < few.high - few.low


def test_the_same_judgements_give_the_same_intervals():
    judgements = [judged(answer("boat" if number % 3 else "keys"), "direct", "boat") for number in range(50)]
    assert repr(evaluation.figures_of(judgements)) == repr(evaluation.figures_of(judgements))


def test_risk_grows_with_coverage_where_confidence_is_good():
    judgements = [
        judged(answer("boat", confidence=0.9), "direct", "boat"),
        judged(answer("boat", confidence=0.8), "direct", "boat"),
        judged(answer("keys", confidence=0.2), "direct", "boat"),
        judged(Courtesy(CourtesyKind.GREETING), "small-talk"),
    ]
    assert evaluation.risk_coverage(judgements) == [(1 / 3, 0.0), (2 / 3, 0.0), (1.0, pytest.approx(1 / 3))]
    assert evaluation.area_under_risk(judgements) == pytest.approx(1 / 9)


def test_confidence_that_is_upside_down_has_more_area_under_risk():
    good = [judged(answer("boat" if n < 8 else "keys", confidence=1 - n / 10), "direct", "boat") for n in range(10)]
    bad = [judged(answer("boat" if n >= 2 else "keys", confidence=1 - n / 10), "direct", "boat") for n in range(10)]
    assert evaluation.area_under_risk(good) < evaluation.area_under_risk(bad)
    assert math.isnan(evaluation.area_under_risk([]))


# A whole evaluation on the small congress


@pytest.fixture(scope="module")
def congress(tmp_path_factory: pytest.TempPathFactory) -> Iterator[index.Index]:
    """The small congress with a decision by one figure: how well the best passage agrees with the question."""
    folder, encoder = tmp_path_factory.mktemp("congress") / "g", HashEncoder()
    knowledge = knowledge_files.read(ROOT / "tests" / "congress")
    index.build(
        folder, knowledge.entries, knowledge.programme, encoder, version=1, created=NOW, digest=knowledge.digest
    )
    weights = Weights(tuple(float(name == "dense question") for name in FEATURES))
    sure = Forest(0.0, (Tree((0, -1, -1), (0.95, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, -3.0, 3.0)),))
    near = Forest(0.0, (Tree((0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, -3.0, 3.0)),))
    limits = dict.fromkeys(Language, Thresholds(0.8, 0.8))
    ranking = Ranking(weights, weights)
    figures = len(QUESTION_FEATURES), len(DOUBTS)
    calibration = Calibration(encoder.identity, ranking, Wording(), sure, near, limits, *figures)
    index_files.write_calibration(folder, calibration)
    opened = index.Index(folder, encoder)
    yield opened
    opened.close()


def asked(language: Language, kind: str, text: str, *expected: str) -> GoldenQuestion:
    return GoldenQuestion(f"{language}-{kind}-{text}", "t", language, kind, text, expected)


QUESTIONS = [
    asked(Language.EN, "direct", "I lost my keys", "keys"),
    asked(Language.RU, "direct", "Я потерял ключи", "keys"),
    asked(Language.ZH, "direct", "我的钥匙丢了", "keys"),
    asked(Language.EN, "indirect", "How do I get to the island?", "boat"),
    asked(Language.RU, "indirect", "Как попасть на остров?", "boat"),
    asked(Language.ZH, "indirect", "怎么去岛上？", "boat"),
    asked(Language.EN, "small-talk", "hello"),
    asked(Language.EN, "off-topic", "qqq www zzz"),
]


def test_an_evaluation_of_a_whole_index(congress: index.Index):
    steps: list[tuple[int, int]] = []
    report = evaluation.evaluate(congress, QUESTIONS, lambda done, total: steps.append((done, total)))
    assert steps == [(number, len(QUESTIONS)) for number in range(1, len(QUESTIONS) + 1)]
    assert [judgement.question for judgement in report.judgements] == QUESTIONS
    for language in Language:
        named = {figure.name: figure for figure in report.figures[language]}
        assert named["direct, hit@1"].value == named["indirect, hit@1"].value == 1.0
        assert named["in scope: right answer given"].value == 1.0
        assert report.kinds[language]["direct"]["hit@1"] == 1.0
        assert report.matrix[language, language] == 1.0
    assert isinstance(report.judgements[-2].outcome, Courtesy)
    assert isinstance(report.judgements[-1].outcome, Handover)
    assert set(report.matrix) == {(one, other) for one in Language for other in Language}


def test_the_matrix_really_looks_at_one_language(congress: index.Index):
    """Words in another script find nothing with an encoder that only counts letters."""
    report = evaluation.evaluate(congress, QUESTIONS)
    own = [report.matrix[language, language] for language in Language]
    foreign = [value for (one, other), value in report.matrix.items() if one is not other]
    assert min(own) > max(foreign)


def test_an_evaluation_without_questions(congress: index.Index):
    report = evaluation.evaluate(congress, [])
    assert report.judgements == []
    assert all(math.isnan(value) for value in report.matrix.values())


# Golden questions


def test_the_golden_questions_are_enough_and_of_every_kind():
    questions = golden_files.read()
    for language in Language:
        own = [question for question in questions if question.language is language]
        assert len(own) >= 600
        assert {question.kind for question in own} == set(KINDS)
        for measured_only in (True, False):
            part = [question for question in own if question.for_fitting is not measured_only]
            assert len(part) > 200


def test_in_scope_has_an_answer_and_out_of_scope_has_none():
    known = {entry.id for entry in knowledge_files.read(ROOT / "knowledge").entries}
    for question in golden_files.read():
        if question.kind in IN_SCOPE:
            assert question.expected, question.id
            assert set(question.expected) <= known, question.id
        elif question.kind in OUT_OF_SCOPE:
            assert not question.expected, question.id
        assert bool(question.previous) is (question.kind == "follow-up"), question.id


def test_a_topic_is_wholly_fitted_on_or_wholly_measured():
    sides: dict[str, set[bool]] = {}
    for question in golden_files.read():
        sides.setdefault(question.topic, set()).add(question.for_fitting)
    assert all(len(side) == 1 for side in sides.values())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- {id: a, topic: t, language: de, kind: direct, question: q}", "language|'de'"),
        ("- {id: a, topic: t, language: en, kind: nonsense, question: q}", "unknown kind nonsense"),
        ("- {id: a, topic: t, language: en, kind: direct}", "question"),
        ("- {id: a, topic: t, language: en, kind: direct, question: q}\n" * 2, "a stands twice"),
    ],
)
def test_a_golden_file_with_a_mistake_names_it(tmp_path: Path, text: str, message: str):
    path = tmp_path / "wrong.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message) as raised:
        golden_files.read([path])
    assert "wrong.yaml" in str(raised.value)


# Fitting


def cases(count: int, seed: int = 0) -> list[Case]:
    """Questions whose right entry shows in one figure, more or less plainly; a third is answered by none."""
    chance = np.random.default_rng(seed)
    found = []
    for number in range(count):
        language = list(Language)[number % 3]
        in_scope = number % 9 < 6
        clear = chance.uniform(0.2, 1.0)
        candidates = []
        for place in range(6):
            features = chance.uniform(0.0, 0.6, len(FEATURES))
            if place == 0 and in_scope:
                features[0] = 0.4 + 0.6 * clear
            features[-1] = float(place % 2)  # with questions of its own, or plain
            candidates.append(Candidate(f"e{place}", tuple(map(float, features))))
        chance.shuffle(candidates)
        kind = "direct" if in_scope else "near-miss" if number % 9 < 8 else "off-topic"
        question = GoldenQuestion(
            f"q{number}", f"topic-{number % 40}", language, kind, "?", ("e0",) if in_scope else ()
        )
        evidence = Evidence(tuple(candidates), (0.5,) * len(QUESTION_FEATURES))
        found.append(Case(question, evidence))
    return found


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Trees this small are grown fastest by one thread; several on a busy machine wait for each other."""
    import sklearn.ensemble  # noqa: F401  only libraries already loaded are limited

    with threadpool_limits(1, "openmp"):
        yield


@pytest.fixture(scope="module")
def fitted() -> Calibration:
    return fitting.fit(cases(360), [], "model")


def test_fitting_finds_the_figure_that_tells(fitted: Calibration):
    assert fitted.model == "model"
    for weights in (fitted.ranking.asked, fitted.ranking.plain):
        assert len(weights.factors) == len(FEATURES)
    assert max(fitted.ranking.plain.factors) == fitted.ranking.plain.factors[0]
    fresh = [case for case in cases(300, seed=1) if case.question.in_scope]
    right = [fitted.rank(case.evidence)[0][1].entry_id == "e0" for case in fresh]
    assert np.mean(right) > 0.8


def test_fitting_again_gives_the_same(fitted: Calibration):
    assert fitting._fit_ranking(cases(360)) == fitted.ranking
    features = np.random.default_rng(0).normal(size=(200, 8))
    labels, weights = features[:, 0] > 0, np.ones(200)
    assert fitting._forest(features, labels, weights) == fitting._forest(features, labels, weights)


def test_a_calibration_survives_being_written_and_read(fitted: Calibration):
    written = index_files.CALIBRATION.dump_json(fitted)
    assert index_files.CALIBRATION.validate_json(written) == fitted


def test_thresholds_keep_what_they_promise_on_the_cases_they_were_fitted_on(fitted: Calibration):
    """Judged on folds, so the promise holds for cases like those, not for each case."""
    for language in Language:
        outcomes = [(case.question, fitted.decide(case.evidence, language))
                    for case in cases(360) if case.question.language is language]  # fmt: skip
        answered = [(question, outcome) for question, outcome in outcomes if isinstance(outcome, Answer)]
        assert answered
        wrong = [outcome.entries[0] not in question.expected for question, outcome in answered]
        assert np.mean(wrong) <= 0.1


def test_the_threshold_for_wrong_answers_is_the_lowest_that_keeps_the_aim():
    confidence = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    right = np.array([True, True, False, True, True, False])
    even = np.ones(6)
    assert fitting._threshold_for_wrong(confidence, right, even, 0.0) == 0.8
    assert fitting._threshold_for_wrong(confidence, right, even, 0.2) == 0.5
    assert fitting._threshold_for_wrong(confidence, right, even, 0.5) == 0.4
    # A wrong answer that stands for more questions counts for more.
    heavy = np.array([1, 1, 10, 1, 1, 1.0])
    assert fitting._threshold_for_wrong(confidence, right, heavy, 0.2) == 0.8


def test_where_the_aim_cannot_be_kept_nothing_is_answered():
    nothing_right = np.zeros(3, bool)
    assert fitting._threshold_for_wrong(np.array([0.9, 0.8, 0.7]), nothing_right, np.ones(3), 0.03) == 1.0


def test_the_threshold_for_a_share_lets_that_share_pass():
    relevance = np.linspace(0, 1, 1001)
    threshold = fitting._threshold_for_share(relevance, 0.06)
    assert np.mean(relevance > threshold) == pytest.approx(0.06, abs=0.002)


def test_questions_count_as_often_as_they_are_asked():
    kinds = np.array(["in scope"] * 10 + ["near-miss"] * 60 + ["far"] * 30)
    weights = fitting._weights(kinds)
    shares = {kind: weights[kinds == kind].sum() / weights.sum() for kind in np.unique(kinds)}
    aimed = {**fitting.TRAFFIC, "in scope": 1 - sum(fitting.TRAFFIC.values())}
    assert shares == {kind: pytest.approx(share) for kind, share in aimed.items()}


def test_a_near_miss_is_judged_with_the_topic_it_comes_near_to():
    assert fitting._fold("near-wifi") == fitting._fold("wifi")
    assert {fitting._fold(f"topic-{number}") for number in range(40)} == set(range(fitting.FOLDS))


# The forest


class Kept:
    """Scikit-learn's model, kept for comparison."""

    model = None


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> type[Kept]:
    import sklearn.ensemble

    class Keeping(sklearn.ensemble.HistGradientBoostingClassifier):
        def fit(self, *arguments, **named):
            Kept.model = self
            return super().fit(*arguments, **named)

    monkeypatch.setattr(sklearn.ensemble, "HistGradientBoostingClassifier", Keeping)
    return Kept


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("coarse", [False, True])
def test_the_forest_gives_scikit_learns_probabilities(kept: type[Kept], seed: int, coarse: bool):
    chance = np.random.default_rng(seed)
    features = chance.normal(size=(600, 12))
    if coarse:  # many equal values: the borders of the trees fall on them
        features = np.round(features)
    labels = features[:, 0] + features[:, 1] * features[:, 2] + chance.normal(size=600) > 0.3
    forest = fitting._forest(features, labels, np.ones(600))
    fresh = chance.normal(size=(300, 12)) * 2
    rows = np.vstack([features, np.round(fresh) if coarse else fresh])
    ours = [forest.probability(row) for row in rows]
    theirs = kept.model.predict_proba(rows)[:, 1]
    assert np.allclose(ours, theirs, atol=1e-9)
    assert np.std(ours) > 0.1  # it has learnt something to compare


def test_a_forest_without_trees_says_what_its_bias_says():
    assert Forest(0.0, ()).probability((1.0,)) == 0.5
    assert Forest(-1000.0, ()).probability(()) == 0.0
    assert Forest(1000.0, ()).probability(()) == 1.0


def test_a_tree_may_be_a_single_leaf_or_hang_to_one_side():
    leaf = Tree((-1,), (0.0,), (0,), (0,), (2.0,))
    # x > 1, x > 2, x > 3: each right child compares again.
    chain = Tree((0, -1, 0, -1, 0, -1, -1), (1.0, 0, 2.0, 0, 3.0, 0, 0), (1, 0, 3, 0, 5, 0, 0), (2, 0, 4, 0, 6, 0, 0),
                 (0.0, 0.1, 0.0, 0.2, 0.0, 0.3, 0.4))  # fmt: skip
    scores = [Forest(-2.0, (leaf, chain, leaf)).probability((value,)) for value in (1.0, 2.0, 3.0, 4.0)]
    assert scores == pytest.approx([1 / (1 + math.exp(-score)) for score in (2.1, 2.2, 2.3, 2.4)])


def test_a_tree_of_more_leaves_than_a_number_has_bits_is_refused():
    last = 64
    nodes = range(last)
    tree = Tree(
        (*(0 for _ in nodes), *(-1 for _ in range(last + 1))), (0.0,) * (2 * last + 1),
        (*(last + node for node in nodes), *(0 for _ in range(last + 1))),
        (*(node + 1 if node + 1 < last else 2 * last for node in nodes), *(0 for _ in range(last + 1))),
        (0.0,) * (2 * last + 1),
    )  # fmt: skip
    with pytest.raises(ValueError, match="65 leaves"):
        Forest(0.0, (tree,)).probability((0.0,))


def test_a_tree_goes_left_up_to_the_threshold():
    tree = Tree((0, -1, -1), (0.5, 0.0, 0.0), (1, 0, 0), (2, 0, 0), (0.0, -1.0, 1.0))
    forest = Forest(0.0, (tree,))
    assert [forest.probability((value,)) > 0.5 for value in (0.0, 0.5, 0.5000001, 1.0)] == [False, False, True, True]


def test_the_forest_survives_being_written_and_read(kept: type[Kept]):
    chance = np.random.default_rng(5)
    features = chance.normal(size=(400, 6))
    forest = fitting._forest(features, features[:, 0] > 0, np.ones(400))
    flat = Weights((0.0,))
    calibration = Calibration("m", Ranking(flat, flat), Wording(), forest, forest, {}, 1)
    read = index_files.CALIBRATION.validate_json(index_files.CALIBRATION.dump_json(calibration))
    assert read.confidence == forest
    theirs = kept.model.predict_proba(features)[:, 1]
    assert np.allclose([read.confidence.probability(row) for row in features], theirs, atol=1e-9)
