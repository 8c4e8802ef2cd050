"""Small talk is recognised only when nothing else is asked."""

import pytest

from bot.domain.question import CourtesyKind
from bot.services.courtesy import courtesy_of, without_courtesy


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
    [
        "Hello, where is lunch?",
        "Спасибо, а где туалет?",
        "你好，班车几点？",
        "good hotels",
        "hall b",
        "привет из зала А?",
    ],
)
def test_a_question_with_a_greeting_is_a_question(text):
    assert courtesy_of(text) is None


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Hello! Where is lunch?", "Where is lunch?"),
        ("Sorry to bother you, where is lunch? Thanks in advance!", "where is lunch"),
        ("Здравствуйте, подскажите, пожалуйста, где обед? Спасибо!", "где обед"),
        ("Извините за беспокойство, а где обед", "а где обед"),
        ("您好，请问午餐在哪里？谢谢", "午餐在哪里"),
        ("不好意思打扰一下，洗手间在哪", "洗手间在哪"),
        ("Hilton hotel", "Hilton hotel"),
        ("приветственный ужин", "приветственный ужин"),
        ("谢谢", "谢谢"),
    ],
)
def test_politeness_around_a_question_is_set_aside(text, question):
    assert without_courtesy(text) == question
