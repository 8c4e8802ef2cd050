"""Each entry's best among its passages of a kind, and how near they are to each other."""

from __future__ import annotations

import numpy as np
import pytest

from bot.stores.passage_groups import LEAST_COHESION, Group

OWNER = np.array([0, 0, 0, 0, 1, 1, 3])
"""Entry 2 has no passage; the last passage of entry 0 is of another kind."""
CHOSEN = np.array([1, 1, 1, 0, 1, 1, 1], bool)
SCORES = np.array([0.2, 0.8, 0.5, 0.9, -0.3, -0.1, 0.4])


@pytest.fixture
def group() -> Group:
    return Group.of(CHOSEN, OWNER, 4)


def test_the_best_of_each_entry_and_never_below_zero(group: Group):
    assert group.best(SCORES).tolist() == pytest.approx([0.8, 0, 0, 0.4])


def test_the_mean_of_three_best(group: Group):
    assert group.three_best(SCORES).tolist() == pytest.approx([0.5, -0.4 / 3, 0, 0.4 / 3])


def test_three_best_looks_at_the_best_of_all_only():
    many = Group.of(np.ones(1000, bool), np.repeat([0, 1], 500), 2)
    scores = np.r_[np.full(500, 0.9), np.full(500, 0.1)]
    assert many.three_best(scores).tolist() == pytest.approx([0.9, 0.0])


def test_the_first_passage_of_each_entry_asked_for(group: Group):
    assert group.firsts(SCORES, [3, 2, 0]) == [6, None, 1]


def test_a_group_without_passages():
    empty = Group.of(np.zeros(7, bool), OWNER, 4)
    assert empty.best(SCORES).tolist() == empty.three_best(SCORES).tolist() == [0, 0, 0, 0]
    assert empty.firsts(SCORES, [0]) == [None]
    assert empty.cohesion(np.eye(7)).tolist() == [1, 1, 1, 1]


def test_cohesion_is_the_likeness_to_the_next_of_its_own(group: Group):
    angles = np.radians([0, 60, 90, 0, 10, 180, 45])
    vectors = np.column_stack([np.cos(angles), np.sin(angles)])
    # Entry 0: 60 degrees to the next, then 30 and 30; entry 1 is a muddle; entries 2 and 3 have nothing to compare.
    likely = (np.cos(np.radians(60)) + 2 * np.cos(np.radians(30))) / 3
    assert group.cohesion(vectors).tolist() == pytest.approx([likely, LEAST_COHESION, 1, 1])
