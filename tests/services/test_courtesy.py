"""Small talk is recognised only when nothing else is asked."""

import pytest

from bot.domain.language import Language
from bot.domain.question import CourtesyKind
from bot.services.courtesy import FILE, courtesy_of, wants_a_person, without_courtesy
from bot.stores import golden_files


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
        ("OK", CourtesyKind.ACKNOWLEDGEMENT),
        ("ну понятно", CourtesyKind.ACKNOWLEDGEMENT),
        ("好的，知道了", CourtesyKind.ACKNOWLEDGEMENT),
        ("Wait, let me think", CourtesyKind.ACKNOWLEDGEMENT),
        ("Ой, извините, не туда", CourtesyKind.ACKNOWLEDGEMENT),
        ("等我一下哈，我接个电话", CourtesyKind.ACKNOWLEDGEMENT),
        ("This bot is really stupid", CourtesyKind.COMPLAINT),
        ("какой же ты тупой", CourtesyKind.COMPLAINT),
        ("你这个机器人怎么这么笨啊", CourtesyKind.COMPLAINT),
        ("who made you", CourtesyKind.IDENTITY),
        ("English, please", CourtesyKind.LANGUAGE),
        ("по-русски, пожалуйста", CourtesyKind.LANGUAGE),
        ("请用中文", CourtesyKind.LANGUAGE),
        ("menu", CourtesyKind.ACKNOWLEDGEMENT),
        ("меню", CourtesyKind.ACKNOWLEDGEMENT),
        ("菜单", CourtesyKind.ACKNOWLEDGEMENT),
    ],
)
def test_small_talk(text, kind):
    assert courtesy_of(text) is kind


@pytest.mark.parametrize("text", ["Operator, please!", "Позовите человека", "转人工"])
def test_a_person_is_wanted_and_nothing_else(text):
    assert wants_a_person(text)
    assert courtesy_of(text) is None


@pytest.mark.parametrize(
    "text", ["Which operator has the best coverage?", "Какой оператор лучше ловит?", "人工智能在哪个分论坛？"]
)
def test_a_question_about_operators_is_a_question(text):
    assert not wants_a_person(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Heyyy 👋👋", CourtesyKind.GREETING),
        ("goood morninggg", CourtesyKind.GREETING),
        ("спасибоооо!!!", CourtesyKind.THANKS),
        ("спс", CourtesyKind.THANKS),
        ("thnak you", CourtesyKind.THANKS),
        ("здраствуйте", CourtesyKind.GREETING),
        ("3Q", CourtesyKind.THANKS),
        ("88", CourtesyKind.FAREWELL),
        ("66666666", CourtesyKind.THANKS),
        ("пжлст", CourtesyKind.ACKNOWLEDGEMENT),
        ("哈哈哈哈哈哈", CourtesyKind.ACKNOWLEDGEMENT),
        ("ахахахахаха", CourtesyKind.ACKNOWLEDGEMENT),
        ("Hahahaha :D", CourtesyKind.ACKNOWLEDGEMENT),
        ("ok的", CourtesyKind.ACKNOWLEDGEMENT),
    ],
)
def test_drawn_out_mistyped_and_shortened_words_are_understood(text, kind):
    assert courtesy_of(text) is kind


@pytest.mark.parametrize(
    "text",
    [
        "help",
        "hello, help me",
        "fire",
        "I am sick",
        "привет, помощь",
        "пожар",
        "мне плохо",
        "救命",
        "你好帮忙",
        "我受伤了",
    ],
)
def test_a_call_for_help_is_no_small_talk(text):
    assert courtesy_of(text) is None


@pytest.mark.parametrize("text", ["yes", "no", "I am here", "да", "я здесь", "是", "我到了", "no answer", "没人回我"])
def test_what_may_be_meant_for_a_volunteer_is_no_small_talk(text):
    assert courtesy_of(text) is None


@pytest.mark.parametrize(
    ("about_the_assistant", "about_something"),
    [
        ("you are slow", "it is slow"),
        ("твой ответ неправильный", "это неправильно"),
        ("你太慢了", "太慢了"),
        ("your answer is wrong", "my badge is wrong"),
    ],
)
def test_blame_is_a_complaint_only_about_the_assistant(about_the_assistant, about_something):
    assert courtesy_of(about_the_assistant) is CourtesyKind.COMPLAINT
    assert courtesy_of(about_something) is None


def test_weak_words_count_only_as_the_whole_message():
    assert courtesy_of("Morning!") is CourtesyKind.GREETING
    assert courtesy_of("and this afternoon?") is None
    assert courtesy_of("а сейчас?") is None
    assert courtesy_of("走了") is CourtesyKind.FAREWELL
    assert courtesy_of("走了吗？") is None


def test_no_question_about_the_event_is_taken_for_small_talk():
    fitting = [question for question in golden_files.read() if question.for_fitting]
    taken = [question for question in fitting if question.kind != "small-talk" and courtesy_of(question.text)]
    assert not any(question.in_scope for question in taken)
    assert len(taken) <= 3
    for language in Language:
        small_talk = [courtesy_of(q.text) for q in fitting if q.kind == "small-talk" and q.language is language]
        assert sum(kind is not None for kind in small_talk) >= 0.8 * len(small_talk)


def test_every_form_has_one_kind():
    names = {*CourtesyKind, "person", "praise", "blame", "address", "filler"}
    seen: set[str] = set()
    for line in FILE.read_text("utf-8").splitlines()[1:]:
        kind, *cells = line.split("\t")
        assert kind in names
        assert len(cells) == len(Language)
        for form in " | ".join(cell for cell in cells if cell).split(" | "):
            assert form and form == form.strip() and form not in seen
            seen.add(form)


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
        ("Could you list the objectives of the forum please?", "the objectives of the forum"),
        ("I'd like to know where lunch is", "where lunch is"),
        ("Расскажите, пожалуйста, о теме форума", "о теме форума"),
        ("Не могли бы вы подсказать, где обед?", "где обед?"),
        ("请介绍一下论坛主题", "论坛主题"),
        ("我想知道班车几点", "班车几点"),
        ("name of the hotel", "name of the hotel"),
        ("listing of hotels", "listing of hotels"),
        ("вопросы визы", "вопросы визы"),
        ("tell me", "tell me"),
        ("Hilton hotel", "Hilton hotel"),
        ("приветственный ужин", "приветственный ужин"),
        ("谢谢", "谢谢"),
    ],
)
def test_politeness_around_a_question_is_set_aside(text, question):
    assert without_courtesy(text) == question


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("where the hell is the damn bus?", "where is the bus?"),
        ("где, чёрт возьми, ваш дурацкий автобус?", "где, , ваш автобус?"),
        ("他妈的班车在哪里？", "班车在哪里？"),
        ("I have a bloody nose", "I have a bloody nose"),
        ("Есть ли блины?", "Есть ли блины?"),
        ("打破纪录了吗？", "打破纪录了吗？"),
    ],
)
def test_curses_are_no_part_of_a_question(text, rest):
    assert without_courtesy(text) == rest
