"""Sentences that are made where nobody knows who will read them."""

from __future__ import annotations

import pickle

from bot.domain.knowledge import Problem
from bot.domain.language import Language
from bot.domain.sentence import Sentence
from bot.i18n import catalog

UNKNOWN = Sentence("unknown key {key}", key="cheked")


def test_english_is_what_the_terminal_prints():
    guess = Sentence("{problem}; did you mean {word}?", problem=UNKNOWN, word="checked")
    assert str(Problem("practical/boat.en.md", 4, guess)) == (
        "practical/boat.en.md:4: unknown key cheked; did you mean checked?"
    )


def test_a_translator_tells_it_with_the_words_and_lists_in_it():
    missing = Sentence("{key} has no {languages}", key="title", languages=(Sentence("Russian"), Sentence("English")))
    assert str(missing) == "title has no Russian, English"
    assert catalog(Language.RU).told(missing).endswith(": русский, английский")
    assert catalog(Language.ZH).told(missing) == "title：缺少俄文、英文"


def test_values_stay_as_they_are_but_in_one_line():
    written = "a: {b}\n\u202eend\u00a0of it"
    assert str(Sentence("unknown key {key}", key=written)) == "unknown key a: {b} \\u202eend of it"


def test_sentences_that_read_the_same_are_the_same():
    assert Sentence("unknown key {key}", key="cheked") == UNKNOWN
    problems = {Problem("b", 1, UNKNOWN), Problem("b", 1, pickle.loads(pickle.dumps(UNKNOWN)))}
    assert len(problems) == 1
    first = Problem("b", 1, Sentence("{key} is empty", key="a"))
    assert sorted([*problems, first]) == [first, *problems]
