"""Small talk is recognised only when nothing else is asked."""

import pytest

from bot.domain.question import CourtesyKind
from bot.services.courtesy import courtesy_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hello!", CourtesyKind.GREETING),
        ("Добрый день!", CourtesyKind.GREETING),
        ("您好！", CourtesyKind.GREETING),
        ("Thank you so much 🙏", CourtesyKind.THANKS),
        ("спасибо большое, всё понятно", CourtesyKind.THANKS),
        ("謝謝您", CourtesyKind.THANKS),
        ("Hi, are you a bot?", CourtesyKind.IDENTITY),
        ("Привет! Ты бот?", CourtesyKind.IDENTITY),
        ("你好，你是机器人吗？", CourtesyKind.IDENTITY),
        ("до свидания", CourtesyKind.FAREWELL),
        ("How are you today?", CourtesyKind.WELLBEING),
    ],
)
def test_small_talk(text, kind):
    assert courtesy_of(text) is kind


@pytest.mark.parametrize(
    "text",
    ["Hello, where is lunch?", "Спасибо, а где туалет?", "你好，班车几点？", "good hotels", "hall b", "привет из зала А?"],
)
def test_a_question_with_a_greeting_is_a_question(text):
    assert courtesy_of(text) is None
