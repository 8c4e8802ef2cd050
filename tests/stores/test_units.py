"""Columns of units: many passages by number."""

from pathlib import Path

import numpy as np
import pytest

from bot.stores.units import Column

PASSAGES = [["b", "a", "b"], [], ["c", "a"]]


def test_a_column_gives_back_what_it_is_made_of():
    column = Column.of(PASSAGES)
    assert (column.lists(), column.names, len(column)) == (PASSAGES, ["a", "b", "c"], 3)
    assert column.rows.tolist() == [0, 0, 0, 2, 2]


@pytest.mark.parametrize("passages", [PASSAGES, [], [[]], [["один", "два"], ["一"]]])
def test_a_column_survives_being_written_and_read(tmp_path: Path, passages: list[list[str]]):
    Column.of(passages).save(tmp_path / "column.npz")
    assert Column.load(tmp_path / "column.npz").lists() == passages


@pytest.mark.parametrize("other", [[["z", "a"]], [[], []], []])
def test_columns_follow_one_another(other: list[list[str]]):
    assert Column.of(PASSAGES).followed_by(Column.of(other)).lists() == PASSAGES + other
    assert Column.of(other).followed_by(Column.of(PASSAGES)).lists() == other + PASSAGES


def test_what_no_passage_taken_has_is_forgotten():
    taken = Column.of(PASSAGES).taken([2, 1, 2])
    assert (taken.lists(), taken.names) == ([["c", "a"], [], ["c", "a"]], ["a", "c"])
    assert Column.of(PASSAGES).taken([]).lists() == []


def test_taking_makes_the_same_column_as_building():
    """A generation that took over what the former one knew is the same as one built from nothing."""
    built = Column.of([["c", "a"], ["z"]])
    inherited = Column.of(PASSAGES).followed_by(Column.of([["z"]])).taken([2, 3])
    assert inherited.names == built.names
    assert np.array_equal(inherited.numbers, built.numbers)


def test_units_of_two_kinds_stand_side_by_side():
    merged = Column.of(PASSAGES).merged(Column.of([["x"], ["y"], []]), "c:")
    assert merged.lists() == [["b", "a", "b", "c:x"], ["c:y"], ["c", "a"]]


def test_only_some_units_of_some_passages_are_kept_once_each():
    kept = Column.of(PASSAGES).kept(lambda name: name != "c", np.array([True, True, False]))
    assert kept.lists() == [["b", "a"], [], []]
    assert Column.of(PASSAGES).kept(lambda name: name != "c", np.ones(3, bool)).lists() == [["b", "a"], [], ["a"]]
