"""Which messages lean on the one before."""

import pytest

from bot.services.follow_up import Leaning, joined, leaning


@pytest.mark.parametrize(
    "text",
    [
        "а во сколько?", "and where is it?", "那在哪里？", "а ужин?", "and the dinner?", "那午餐呢", "when?",
        "во сколько?", "几点", "on which floor?", "на каком этаже?", "在几楼？",
    ],
)
def test_a_message_that_opens_with_a_connector_or_names_no_subject_points_back(text):
    assert leaning(text) is Leaning.OPENLY


@pytest.mark.parametrize("text", ["the dinner", "ужин", "午餐"])
def test_a_short_message_may_lean(text):
    assert leaning(text) is Leaning.PERHAPS


@pytest.mark.parametrize(
    "text",
    [
        "Where can I leave my wet umbrella during the opening?",
        "Где можно оставить мокрый зонт на время открытия?",
        "开幕式期间湿雨伞可以寄存在哪里",
    ],
)
def test_a_full_question_stands_alone(text):
    assert leaning(text) is Leaning.NOT


@pytest.mark.parametrize(
    ("previous", "text", "searched"),
    [
        ("Where is the dinner?", "and the bus?", "Where is the dinner? and the bus? and the bus?"),
        ("Где ужин?", "а автобус?", "Где ужин? а автобус? а автобус?"),
        ("晚宴在哪？", "那班车呢？", "晚宴在哪？ 那班车呢？ 那班车呢？"),
    ],
)
def test_a_subject_of_its_own_weighs_double(previous, text, searched):
    assert joined(previous, text) == searched


@pytest.mark.parametrize(
    ("previous", "text"), [("Where is the dinner?", "when?"), ("Где ужин?", "когда?"), ("晚宴在哪？", "几点？")]
)
def test_a_message_without_a_subject_does_not_drown_the_one_before(previous, text):
    assert joined(previous, text) == f"{previous} {text}"
