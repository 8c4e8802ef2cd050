"""The words of each entry."""

import numpy as np
import pytest

from bot.domain.knowledge import NOBODY, Passage, PassageKind
from bot.domain.language import Language
from bot.stores.entry_words import EntryWords, every, telling
from bot.stores.units import Column

TEXTS = [
    ("bus", PassageKind.TITLE, ["shuttle"]),
    ("bus", PassageKind.QUESTION, ["when", "bus", "leaves", "the"]),
    ("bus", PassageKind.BODY, ["shuttle", "gate"]),
    ("bus", PassageKind.NOT_ANSWERED, ["price", "bus"]),
    ("lunch", PassageKind.TITLE, ["lunch"]),
    ("lunch", PassageKind.QUESTION, ["when", "lunch"]),
    (NOBODY, PassageKind.ELSEWHERE, ["joke"]),
]
OWNERS = np.array([0, 0, 0, 0, 1, 1, 2])


@pytest.fixture
def words() -> EntryWords:
    passages = [Passage(entry, Language.EN, kind, " ".join(units)) for entry, kind, units in TEXTS]
    return EntryWords(passages, OWNERS, 3, Column.of([units for _, _, units in TEXTS]))


def test_facts_are_told_from_questions(words: EntryWords):
    units = ["gate", "leaves", "lunch", "never heard of"]
    assert words.known(units, [0, 1]).tolist() == [[True, False], [True, False], [False, True], [False, False]]
    assert words.facts(units, [0, 1]).tolist() == [[True, False], [False, False], [False, True], [False, False]]


def test_what_is_not_answered_makes_no_word_known(words: EntryWords):
    assert [words.is_known(unit) for unit in ("bus", "price", "joke")] == [True, False, False]


def test_a_rarer_word_says_more(words: EntryWords):
    assert words.information("never heard of") >= words.information("leaves") > words.information("when")


def test_an_entry_is_likelier_whose_questions_have_the_words(words: EntryWords):
    mean, _ = words.likelihood(["bus", "leaves"])
    assert mean[0] > mean[1]
    nothing, _ = words.likelihood([])
    assert not nothing.any()


def test_words_that_carry_no_subject_do_not_tell():
    found = {"words": ["where", "is", "the", "bus"], "concepts": ["bus"]}
    assert every(found) == ["where", "is", "the", "bus", "c:bus"]
    assert telling(found) == ["where", "bus", "c:bus"]
