"""The event's own name in a question."""

import pytest

from bot.domain.event_name import EventName
from bot.domain.language import Localized

NAME = EventName(
    (
        "2025上合组织数字经济论坛", "上合数字经济论坛", "Форум цифровой экономики ШОС 2025 года",
        "2025 SCO Digital Economy Forum", "SCO Digital Economy Forum",
    ),
    Localized("论坛", "форум", "forum"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("When does the 2025 SCO Digital Economy Forum start?", "When does the forum start?"),
        ("sco digital economy forum: wifi?", "forum: wifi?"),
        ("Где пройдёт Форум цифровой экономики ШОС 2025 года?", "Где пройдёт форум?"),
        ("Что на форуме цифровой экономики ШОС?", "Что на форум?"),
        ("2025上合组织数字经济论坛几号开幕", "论坛几号开幕"),
        ("What is a digital economy?", "What is a digital economy?"),
        ("The SCO Digital Economy Forums of other years", "The SCO Digital Economy Forums of other years"),
    ],
)
def test_the_long_name_becomes_the_short_word(text: str, short: str):
    assert NAME.shortened(text) == short


def test_an_event_without_names_changes_nothing():
    assert EventName((), NAME.short).shortened("the forum") == "the forum"
