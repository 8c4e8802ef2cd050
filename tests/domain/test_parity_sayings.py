"""One thing said in three languages: said rightly nothing is told of it, said wrongly in one it is a contradiction.

Numbers, times and dates in words and in the spellings people use; the spellings in digits are in test_parity_values.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from pathlib import Path

import pytest
import yaml

from bot.domain.language import Language
from bot.domain.parity import reading
from bot.domain.parity.comparison import compare
from bot.domain.parity.names import Lexicon

NO_NAMES = Lexicon([])
SAYINGS = yaml.safe_load(Path(__file__).with_name("parity_sayings.yaml").read_text("utf-8"))


def title(saying: Mapping) -> str:
    return saying["en"]


def disagreement(texts: Mapping[Language, str]) -> tuple[list, list]:
    return compare({language: reading.read(text, language, NO_NAMES) for language, text in texts.items()})


@pytest.mark.parametrize("saying", [*SAYINGS["said"], *SAYINGS["innocent"]], ids=title)
def test_the_same_in_three_languages_is_passed_over_in_silence(saying):
    assert disagreement({language: saying[language] for language in Language}) == ([], [])


@pytest.mark.parametrize("saying", SAYINGS["said"], ids=title)
@pytest.mark.parametrize(("right", "wrong"), list(permutations(Language, 2)))
def test_something_else_in_one_of_two_is_a_contradiction_with_both_values(saying, right, wrong):
    contradictions, _ = disagreement({right: saying[right], wrong: saying["wrong"][wrong]})
    assert [set(one.sides) for one in contradictions] == [{right, wrong}]
    assert all(one.sides[right] and one.sides[wrong] for one in contradictions)


@pytest.mark.parametrize("saying", SAYINGS["said"], ids=title)
@pytest.mark.parametrize("wrong", Language)
def test_something_else_in_one_of_three_stands_against_the_two_others(saying, wrong):
    texts = {language: saying[language] for language in Language} | {wrong: saying["wrong"][wrong]}
    contradictions, _ = disagreement(texts)
    assert [set(one.sides) for one in contradictions] == [set(Language)]
