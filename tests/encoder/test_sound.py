"""Transliterations, typos and homophones share a skeleton or most of its letter groups."""

import pytest

from bot.encoder.sound import grams, skeleton


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("registraciya", "регистрация"),
        ("registratsiya", "регистрация"),
        ("gde stolovaja", "где столовая"),
        ("qianzheng", "签证"),
        ("qian zheng", "簽證"),
        ("HALL-A", "hall a"),
    ],
)
def test_spellings_of_one_sound_fall_together(typed, meant):
    assert skeleton(typed) == skeleton(meant)


def test_a_slip_keeps_most_letter_groups():
    meant, typed, other = (set(grams(word)) for word in ("регистрация", "ригистрация", "аэропорт"))
    assert len(meant & typed) > len(meant) / 2
    assert not meant & other
