"""The shipped encoder, knowledge and decision answer as well as the baseline says, and better than words alone."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from bot.domain.golden import KINDS
from bot.domain.language import Language
from bot.services.evaluation import Figure
from bot.services.training import CALIBRATION_FILE
from bot.stores import golden_files, index_files
from bot.stores.models import SentenceEncoder
from bot.stores.published import Published
from tests.generic.measure import measure as measure_generic
from tests.services import write_baseline


@pytest.fixture(scope="module")
def baseline() -> dict:
    return json.loads(write_baseline.FILE.read_text("utf-8"))


@pytest.fixture(scope="module")
def figures(shipped: Published) -> dict[Language, list[Figure]]:
    with shipped.acquire() as opened:
        return write_baseline.measure(opened, write_baseline.sample(golden_files.read()))


def test_no_figure_falls_below_the_baseline(figures: dict[Language, list[Figure]], baseline: dict):
    fallen = write_baseline.falls(figures, baseline)
    assert not fallen, "\n".join(map(str, fallen)) + (
        "\nA change made the answers worse. If that is meant: python -m tests.services.write_baseline"
    )


def test_the_baseline_is_about_the_questions_that_are_asked(figures: dict[Language, list[Figure]], baseline: dict):
    for language in Language:
        assert {figure.name for figure in figures[language]} == set(baseline["figures"][language.value])


def test_the_shipped_decision_belongs_to_the_shipped_encoder():
    calibration = index_files.CALIBRATION.validate_json(CALIBRATION_FILE.read_bytes())
    assert calibration.model == SentenceEncoder().identity


@pytest.mark.parametrize("language", list(Language))
def test_plain_paragraphs_are_found_as_well_as_by_words_alone(language: Language):
    found = measure_generic(language, SentenceEncoder())
    assert found.hits("ranking", only_unseen=False) >= found.hits("bm25", only_unseen=False)
    # Of the half never fitted on there are too few questions for a bare comparison; three of 180 are chance.
    assert found.hits("ranking") >= found.hits("bm25") - 3 / 180


def test_the_sample_is_fixed_never_fitted_on_and_of_every_kind():
    questions = golden_files.read()
    chosen = write_baseline.sample(questions)
    again = write_baseline.sample(list(reversed(questions)))
    assert {question.id for question in again} == {question.id for question in chosen}
    assert not any(question.for_fitting for question in chosen)
    for language in Language:
        own = [question for question in chosen if question.language is language]
        assert 180 <= len(own) <= 240
        assert {question.kind for question in own} == set(KINDS)


def figure(name: str, value: float, count: int = 100) -> dict[Language, Sequence[Figure]]:
    return {Language.EN: [Figure(name, value, 0.0, 1.0, count)]}


def against(name: str, low: float, high: float) -> dict:
    return {"figures": {"en": {name: {"value": (low + high) / 2, "low": low, "high": high, "count": 100}}}}


@pytest.mark.parametrize(
    ("name", "value", "falls"),
    [
        ("direct, hit@1", 0.91, False),
        ("direct, hit@1", 0.90, False),
        ("direct, hit@1", 0.89, True),
        ("direct, hit@1", 1.0, False),
        ("answers given that are wrong", 0.96, True),
        ("answers given that are wrong", 0.95, False),
        ("answers given that are wrong", 0.10, False),
        ("direct, hit@1", float("nan"), False),
        ("a figure the baseline does not know", 0.0, False),
    ],
)
def test_a_fall_is_what_leaves_the_interval_on_the_wrong_side(name: str, value: float, falls: bool):
    known = "direct, hit@1" if name.startswith("a figure") else name
    assert bool(write_baseline.falls(figure(name, value), against(known, 0.90, 0.95))) is falls


def test_where_all_were_right_before_a_few_of_many_may_be_wrong():
    name = "small talk: courtesy"
    assert not write_baseline.falls(figure(name, 0.98, 100), against(name, 1.0, 1.0))
    assert write_baseline.falls(figure(name, 0.96, 100), against(name, 1.0, 1.0))
