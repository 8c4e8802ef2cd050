"""What a delegate gets: answers, choices, handovers, courtesy, and calm words for everything else."""

import threading
from dataclasses import replace
from functools import partial

import pytest

from bot.conversation.desk import Desk
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Attachment, Pin, Reply
from bot.domain.language import Language
from bot.domain.question import Handover, HandoverReason
from bot.services.clustering import Clustering, likenesses_by
from bot.stores.database import delegates, escalations, exchanges
from tests.conversation.stand_ins import open_stage
from tests.doubles import HashEncoder

ZH, RU, EN = Language.ZH, Language.RU, Language.EN


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


async def test_answer_shows_entry_source_date_version_and_buttons(stage):
    reply, notice = await stage.person(interface=None).say("What is the theme?")
    assert (reply.title, reply.text) == ("Theme", "The theme is digital bridges.")
    assert reply.small_print == "Source: Xinhua\nChecked on 9 July 2025 · version 3"
    assert labels(reply) == ["👍 Useful", "👎 Not useful", "🙋 Ask a person", "中文", "Русский", "• English"]
    assert notice.small_print.startswith("🔒 I store your questions")
    assert "10 August 2025" in notice.small_print


@pytest.mark.parametrize(
    ("question", "mark"),
    [
        ("Where is the wifi here?", "⚠️ Sample data of the demo event: the organizers have not confirmed it yet."),
        ("Какой пароль на вайфай?", "⚠️ Демонстрационные данные мероприятия: организаторы их ещё не подтвердили."),
        ("无线网络密码是多少", "⚠️ 演示活动的示例数据：尚未经主办方确认。"),
    ],
)
async def test_sample_answer_says_so_in_the_language_of_the_question(stage, question, mark):
    reply, _ = await stage.person().say(question)
    assert reply.small_print.splitlines()[0] == mark
    assert "образец" not in reply.small_print


async def test_missing_rendering_is_shown_in_another_language_and_marked(stage):
    reply, _ = await stage.person().say("Где парковка?")
    assert (reply.title, reply.text) == ("Parking", "There is no parking.")
    assert reply.small_print.splitlines()[0] == "🌐 Пока этот ответ есть только на английском языке."


async def test_language_button_shows_the_same_answer_in_place(stage):
    person = stage.person()
    await person.say("What is the theme?")
    (reply,) = await person.press("Русский")
    assert (reply.replaces, reply.text, reply.toast) == (True, "Тема — цифровые мосты.", "Язык показа: Русский.")
    assert labels(reply)[-3:] == ["中文", "• Русский", "English"]
    (reply,) = await person.press("中文")
    assert reply.text == "主题是数字桥梁。"
    # Showing an answer to a neighbour does not change one's own language.
    (reply,) = await person.say("/help")
    assert reply.title == "Help"


async def test_chosen_language_sticks(stage):
    person = stage.person()
    await person.say("/language")
    (reply,) = await person.press("中文")
    assert (reply.toast, reply.replaces) == ("语言：中文", True)
    (reply,) = await person.say("wifi")
    assert reply.title == "无线网络"
    (reply,) = await person.say("Какая тема?")
    assert reply.title == "Тема форума"
    (reply,) = await person.say("/help")
    assert reply.title == "帮助"


async def test_short_latin_text_keeps_the_language_of_the_last_question(stage):
    person = stage.person()
    await person.say("Какая тема?")
    (reply,) = await person.say("Wi-Fi")
    assert reply.text == "Сеть: Congress."


async def test_recent_questions_go_along_for_ten_minutes(stage):
    person = stage.person()
    await person.say("Where is the wifi here?")
    stage.clock.advance(minutes=9)
    await person.say("and the password?")
    assert stage.answering.asked[-1].previous == ("Where is the wifi here?",)
    stage.clock.advance(minutes=9, seconds=30)
    await person.say("thanks")
    assert stage.answering.asked[-1].previous == ("and the password?",)
    assert stage.answering.asked[-1].now == stage.clock.now


async def test_choice_is_offered_and_the_chosen_entry_replaces_it(stage):
    person = stage.person()
    reply, _ = await person.say("Which papers do I need?")
    assert reply.text == "Which of these do you mean?"
    assert labels(reply)[:3] == ["Badge", "Wi-Fi", "None of these: ask a person"]
    (reply,) = await person.press("Русский")
    assert (reply.text, labels(reply)[0]) == ("Что из этого вы имеете в виду?", "Бейдж")
    (reply,) = await person.press("Бейдж")
    assert (reply.replaces, reply.text) == (True, "Бейдж выдают по паспорту.")
    async with stage.database.reading() as tx:
        exchange = await exchanges.latest(tx, person.chat)
        told = await exchanges.recipients(tx, "badge", stage.clock.now.replace(hour=0))
    assert (exchange.outcome, exchange.entries) == ("answer", ("badge",))
    assert told == [(person.chat, "3")]


async def test_a_choice_tapped_twice_is_shown_and_nothing_else_is_said(stage):
    person = stage.person()
    await person.say("Which papers do I need?")
    badge, wifi, *_ = person.buttons
    (first,) = await person.hear(button=badge.data)
    (second,) = await person.hear(button=badge.data)
    assert (second, second.toast) == (first, "")
    (other,) = await person.hear(button=wifi.data)
    assert other.toast.startswith("This button no longer works.")


async def test_none_of_the_choices_goes_to_people(stage):
    person = stage.person()
    await person.say("Which papers do I need?")
    (reply,) = await person.press("None of these")
    assert reply.replaces
    assert reply.text.splitlines()[0] == "Of course."
    async with stage.database.reading() as tx:
        (waiting,) = await escalations.queue(tx)
    assert (waiting.reason, waiting.question) == (HandoverReason.ASKED, "Which papers do I need?")


async def test_handover_is_honest_and_stored(stage):
    person = stage.person()
    reply, _ = await person.say("Will it snow on the Moon tomorrow?")
    assert reply.text.startswith("I have no approved answer to this, and I do not guess.\nI have kept your question")
    assert labels(reply) == ["中文", "Русский", "• English"]
    async with stage.database.reading() as tx:
        (waiting,) = await escalations.queue(tx)
    assert (waiting.question, waiting.nearest) == ("Will it snow on the Moon tomorrow?", ("theme",))
    (reply,) = await person.say("/status")
    assert "Will it snow on the Moon tomorrow?\nAsked: Friday 11 July, 08:45. Nobody has taken it yet." in reply.text


async def test_handover_names_volunteers_only_when_there_are_some(tmp_path, morning):
    async with open_stage(tmp_path, morning, staff_chat=-5) as stage:
        reply, *_ = await stage.person().say("Полетит ли кто-нибудь на Луну?")
        assert "Я передал ваш вопрос волонтёрам" in reply.text


async def test_the_same_question_again_is_with_the_volunteers_already(tmp_path, morning):
    question, already = "Полетит ли кто-нибудь на Луну?", "Ваш вопрос уже передан людям;"
    async with open_stage(tmp_path, morning, staff_chat=-5) as stage:
        person = stage.person()
        await person.say(question)
        (reply,) = await person.say(question)
        assert reply.text.startswith(already)
        (reply,) = await person.say(f"/person {question}")
        assert reply.text.startswith(already)
        await person.say("Какие нужны документы на Луну?")
        await person.press("Ничего из этого")
        await person.say("Какие нужны документы на Луну?")
        (reply,) = await person.press("Ничего из этого")
        assert (reply.replaces, reply.text.startswith(already)) == (True, True)
        async with stage.database.reading() as tx:
            assert [item.askers for item in await escalations.queue(tx)] == [1, 1]


async def test_who_wants_a_person_wants_one_for_what_was_asked_before(stage):
    class Encoder(HashEncoder):
        def passages(self, texts):
            on_the_loop.append(threading.current_thread() is threading.main_thread())
            return super().passages(texts)

    def wanted(question):
        return Handover(HandoverReason.ASKED)

    on_the_loop = []
    stage.assistant.desk = Desk(stage.settings, stage.published, Clustering(partial(likenesses_by, Encoder())))
    await stage.person(1).say("Will it snow on the Moon tomorrow?")
    person = stage.person(2)
    await person.say("What is the theme?")
    stage.answering.answer = wanted
    (reply,) = await person.say("operator")
    assert reply.text.startswith("Of course.")
    async with stage.database.reading() as tx:
        assert [item.question for item in await escalations.for_delegate(tx, 2)] == ["What is the theme?"]
    # The encoder has done its work before the transaction, beside everything else.
    assert on_the_loop and not any(on_the_loop)


async def test_same_question_from_two_people_is_one_escalation(stage):
    await stage.person(1).say("Will it snow on the Moon tomorrow?")
    await stage.person(2).say("will it snow on the Moon tomorrow")
    await stage.person(3).say("Will it snow on the Moon tomorrow?")
    async with stage.database.reading() as tx:
        assert sorted(item.askers for item in await escalations.queue(tx)) == [1, 2]


async def test_useful_is_thanked_for_once(stage):
    person = stage.person()
    await person.say("What is the theme?")
    (reply,) = await person.press("👍")
    assert (reply.toast, reply.replaces) == ("Thank you! I am glad it helped.", True)
    assert "👍 Useful" not in labels(reply)
    async with stage.database.reading() as tx:
        assert (await exchanges.latest(tx, person.chat)).useful is True
    (reply,) = await person.hear(button="x:1:up:en")
    assert reply.toast == "Noted already, thank you."


async def test_not_useful_goes_to_people_with_the_answer_given(stage):
    person = stage.person()
    await person.say("What is the theme?")
    again, note = await person.press("👎")
    assert again.replaces
    assert labels(again) == ["中文", "Русский", "• English"] or "👎 Not useful" not in labels(again)
    assert note.text.startswith("I am sorry that my answer did not help.")
    async with stage.database.reading() as tx:
        (waiting,) = await escalations.queue(tx)
    assert (waiting.reason, waiting.answer_given) == (HandoverReason.DISLIKED, "theme")
    (reply,) = await person.hear(button="x:1:person:en")
    assert reply == Reply(toast="Your question is with people already; /status shows how it stands.")
    async with stage.database.reading() as tx:
        assert len(await escalations.queue(tx)) == 1


async def test_person_command_goes_to_people_at_once(stage):
    person = stage.person()
    (reply, _) = await person.say("/person")
    assert reply.text == "Please put your question after the command: /person and then your question."
    (reply,) = await person.say("/person Какая тема?")
    assert reply.text.startswith("Конечно.")


@pytest.mark.parametrize(
    "data",
    ["x:999:ru", "x:1:xx", "x:1:up:xx", "x:1:drop:en", "x:1", "x:", "x:-1:en", "x:" + "9" * 40 + ":en", "c:1:theme:en",
     "t:nowhere:0:en", "t:forum:x:en", "e:forum:0:nothing:en", "l:set:xx", "l:evil:ru", "f:maybe", "m:forget", "q:7",
     "unknown", "🙂", ":", "x:1:up:en:more"],
)  # fmt: skip
async def test_forged_button_changes_nothing(stage, data):
    await stage.person(1).say("What is the theme?")
    forger = stage.person(2)
    await forger.say("/start")
    (reply,) = await forger.hear(button=data)
    assert reply == Reply(toast="This button no longer works. Please write your question again.")
    async with stage.database.reading() as tx:
        assert (await exchanges.get(tx, 1)).useful is None
        assert await escalations.queue(tx) == []


async def test_other_peoples_buttons_do_nothing(stage):
    await stage.person(1).say("What is the theme?")
    (reply, *_) = await stage.person(2).hear(button="x:1:down:en")
    assert reply == Reply(toast="This button no longer works. Please write your question again.")


@pytest.mark.parametrize("text", ["", "   ", "👍🔥", "\u202e\u202d", "\x00\x01\x02", "？！…", "\u200b"])
async def test_nothing_readable_gets_a_calm_line(stage, text):
    reply, _ = await stage.person().say(text) if text else await stage.person().hear()
    assert reply.text == "I did not find a question in this message. Please write it in a few words."


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("ok, wait a moment", "I am here. You can ask me about"),
        ("хахаха", "Я на связи. Можно спросить о программе"),
        ("测试一下", "我在。关于日程"),
        ("useless bot", "I am sorry that I was not of more help. Please put your question in other words, or ask"),
        ("глупый бот", "Мне жаль, что от меня было мало пользы."),
        ("你太笨了", "很抱歉，没能更好地帮到您。"),
    ],
)
async def test_noise_and_complaints_about_the_assistant_get_a_calm_line(stage, said, line):
    (reply, *_) = await stage.person().say(said)
    assert reply.text.startswith(line)
    async with stage.database.reading() as tx:
        assert await escalations.queue(tx) == []


async def test_huge_text_gets_a_calm_line(stage):
    reply, _ = await stage.person().say("очень длинный текст " * 300)
    assert reply.text.startswith("Столько текста за один раз")


async def test_photo_without_words_gets_a_calm_line_and_its_caption_is_a_question(stage):
    person = stage.person()
    photo = Attachment("photo.jpg", kind="photo", file_id="1")
    reply, _ = await person.hear(attachment=photo)
    assert reply.text.startswith("I can only read text")
    (reply,) = await person.hear(attachment=photo, text="What is the theme?")
    assert reply.title == "Theme"
    for wordless in ({"pin": Pin("", "", 39.0, 117.7)}, {"unreadable": True}):
        (reply,) = await person.hear(**wordless)
        assert "pictures, voice or video messages, files, places or contacts" in reply.text


async def test_unknown_command_points_to_help(stage):
    reply, _ = await stage.person().say("/nonsense")
    assert reply.text == "I do not know this command. /help shows what I can do."


async def test_entry_that_ended_is_not_told(stage):
    person = stage.person()
    await person.say("When does the shuttle leave?")
    stage.clock.advance(hours=5)
    (reply,) = await person.say("When does the shuttle leave?")
    assert reply.text.startswith("What I knew about this is no longer current.")
    (reply,) = await person.hear(button="x:1:ru")
    assert reply.text == "То, что я об этом знал, уже неактуально."


async def test_answer_button_works_after_the_entry_is_gone(stage):
    person = stage.person()
    await person.say("What is the theme?")
    del stage.published.index.entries["theme"]
    (reply,) = await person.press("Русский")
    assert reply.text == "То, что я об этом знал, уже неактуально."


async def test_error_becomes_a_sentence_with_a_reference(stage, caplog):
    (reply,) = await stage.person(interface=RU).say("explode, пожалуйста")
    assert reply.text.startswith("Прошу прощения, у меня произошёл сбой.")
    reference = reply.text.rsplit(": ", 1)[1]
    assert reference in caplog.text
    assert "пожалуйста" not in caplog.text


async def test_groups_that_are_not_the_desk_are_left_alone(stage):
    assert await stage.assistant.respond(Incoming(-7, 3, stage.clock(), text="What is the theme?")) == []


async def test_late_messages(stage):
    incoming = Incoming(100, 100, stage.clock(), text="What is the theme?", interface_language=EN, message=4)
    stage.clock.advance(hours=7)
    async with stage.database.writing() as tx:
        (apology,) = await stage.assistant.late(incoming, True, tx)
        (asked,) = await stage.assistant.late(incoming, False, tx)
    assert apology.text == "I am sorry for the delay: your message of Friday 11 July, 08:45 reaches me only now."
    person = stage.person()
    person.buttons = [button for row in asked.buttons for button in row]
    (reply,) = await person.press("Yes")
    assert reply.title == "Theme"


async def test_forget_asks_first_and_then_leaves_nothing(stage):
    person = stage.person()
    await person.say("Какая тема у canary-4711?")
    await person.say("/person canary-4711 wants to know")
    await person.say("/forget")
    (reply,) = await person.press("Нет") if any("Нет" in button.label for button in person.buttons) else ("",)
    await person.say("/forget")
    (reply,) = await person.hear(button="f:yes")
    assert reply.ref == "forgotten"
    async with stage.database.reading() as tx:
        assert await delegates.find(tx, person.chat) is None
        assert await exchanges.latest(tx, person.chat) is None
    for file in stage.settings.data_dir.rglob("*"):
        assert not file.is_file() or b"canary-4711" not in file.read_bytes()
    (reply, notice) = await person.say("What is the theme?")
    assert notice.small_print


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (ZH, "但不保存您的姓名。\n超过30天的数据会被删除；发送 /forget 可立即全部删除。"),
        (RU, "но не ваше имя.\nВсё, что старше 30 дней, я удаляю; командой /forget вы удалите всё сразу."),
        (EN, "but not your name.\nI delete what is older than 30 days; with /forget you delete everything at once."),
    ],
)
async def test_after_the_promised_day_no_past_day_is_promised(stage, language, words):
    stage.clock.advance(days=31)
    (reply,) = await stage.person(1, language).say("/privacy")
    assert words in reply.text
    assert "2025" not in reply.text


async def test_what_was_promised_is_deleted_and_who_writes_later_is_remembered(stage):
    early, late = stage.person(1), stage.person(2)
    await early.say("What is the theme?")
    await early.say("Will it snow on the Moon tomorrow?")
    assert await stage.assistant.purge() == 0
    stage.clock.advance(days=80)
    await late.say("What is the theme?")
    while await stage.assistant.purge():
        pass
    async with stage.database.reading() as tx:
        assert await delegates.find(tx, early.chat) is None
        assert await exchanges.latest(tx, early.chat) is None
        assert await escalations.queue(tx) == []
        assert (await exchanges.latest(tx, late.chat)).question == "What is the theme?"


async def test_commands_are_described_in_each_language(stage):
    names = [name for name, _ in stage.assistant.commands(EN)]
    for language in Language:
        described = stage.assistant.commands(language)
        assert [name for name, _ in described] == names
        assert all(text for _, text in described)
    person = stage.person()
    await person.say("/start")
    for name in names:
        (reply,) = await person.say(f"/{name}")
        assert reply.text
        assert replace(reply, buttons=()) != Reply()
