"""Questions compared with passages word by word."""

import numpy as np
import pytest

from bot.stores.units import Column
from bot.stores.word_alignment import ALIGNED, WordAlignment
from tests.doubles import HashEncoder

ASKED, ASKING, LIKENESS, LEAST, THEIRS = range(len(ALIGNED))
PASSAGES = [["bus", "leaves", "c:bus"], ["price", "bus"], []]


@pytest.fixture
def alignment() -> WordAlignment:
    encoder = HashEncoder()
    words = ("bus", "leaves", "price")
    return WordAlignment(
        Column.of(PASSAGES), dict(zip(words, encoder.questions(list(words)), strict=True)), encoder.questions
    )  # fmt: skip


def test_the_same_words_align_wholly(alignment: WordAlignment):
    (row,) = alignment.figures(["bus", "leaves", "c:bus"], [0])
    assert row == pytest.approx(1.0, abs=1e-3)


def test_the_one_word_that_differs_stands_out(alignment: WordAlignment):
    same, other = alignment.figures(["bus", "price"], [1, 0])
    assert same[LEAST] > 0.99 > other[LEAST]
    assert same[ASKED] == pytest.approx(1.0)
    assert other[ASKED] < 0.5


def test_what_a_passage_asks_besides_is_seen_too(alignment: WordAlignment):
    whole, part = alignment.figures(["bus"], [1, 1])[0], alignment.figures(["bus", "price"], [1])[0]
    assert whole[ASKED] == part[ASKED] == pytest.approx(1.0)
    assert whole[ASKING] < part[ASKING]


def test_no_passage_and_no_words_give_zeros(alignment: WordAlignment):
    assert not alignment.figures(["bus"], [None, 2]).any()
    assert not alignment.figures([], [0]).any()


def test_words_never_seen_are_encoded(alignment: WordAlignment):
    (row,) = alignment.figures(["buses"], [0])
    assert 0.2 < row[LIKENESS] < 1.0
    assert np.isfinite(row).all()
