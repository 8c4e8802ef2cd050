"""The console: the same assistant with numbered buttons, also when its input is a pipe."""

import asyncio
import contextlib
import io
import json
import os
import subprocess
import sys

import pytest

from bot.__main__ import main
from bot.channels.console import Console
from bot.channels.lines import Lines
from bot.domain.language import Language
from bot.i18n import ROOT
from bot.stores.database import exchanges
from tests.conversation.stand_ins import KNOWN, ScriptedAnswering, StandInPublished, open_stage


async def talk(folder, now, lines, language=Language.EN):
    target = io.StringIO()
    async with open_stage(folder, now) as stage:
        console = Console(stage.assistant, stage.clock, language, io.StringIO(lines), target)
        await console.run()
    return target.getvalue()


async def test_question_and_numbered_button(tmp_path, morning):
    shown = await talk(tmp_path, morning, "What is the theme?\n6\n5\n")
    assert "Welcome to the 2025 SCO Digital Economy Forum!" in shown
    assert "> What is the theme?\n\nTheme\nThe theme is digital bridges.\nSource: Xinhua" in shown
    assert "[1] 👍 Useful   [2] 👎 Not useful" in shown
    assert "(Shown in English.)" in shown
    assert "(Язык показа: Русский.)\nТема форума\nТема — цифровые мосты." in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize("number", ["0", "8", "110", "1" * 5_000])
async def test_a_number_without_a_button_is_no_question(tmp_path, morning, number):
    shown = await talk(tmp_path, morning, f"{number}\n1\n")
    assert f"> {number}\nThere is no button {number}; the last one is 7." in shown
    assert "I have no approved answer to this" not in shown
    assert "(语言：中文)" in shown


async def test_the_console_speaks_the_language_of_the_person(tmp_path, morning):
    await talk(tmp_path, morning, "/quit\n", Language.ZH)
    shown = await talk(tmp_path, morning, "99\n/language\n2\n99\n", None)
    assert "输入按钮编号即可按下该按钮；输入 /quit 退出。" in shown
    assert "没有编号为99的按钮" in shown
    assert "Кнопки с номером 99 нет" in shown


@pytest.mark.parametrize("now", [None, "2025-10-01T09:00"])
def test_what_is_kept_no_longer_is_deleted_by_the_true_clock_only(tmp_path, morning, monkeypatch, now):
    @contextlib.asynccontextmanager
    async def open_house(_settings, clock):
        async with open_stage(tmp_path, clock()) as stage:
            yield stage

    async def questions():
        async with open_stage(tmp_path, morning) as stage, stage.database.reading() as tx:
            return await exchanges.previous(tx, 1, morning)

    monkeypatch.setattr("bot.bootstrap.open_house", open_house)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    asyncio.run(talk(tmp_path, morning, "What is the theme?\n"))
    assert asyncio.run(questions()) == ("What is the theme?",)
    main(["chat", *(["--now", now] if now else [])])
    assert bool(asyncio.run(questions())) is bool(now)


async def test_commands_language_and_leaving(tmp_path, morning):
    shown = await talk(tmp_path, morning, "/help\n\n/quit\nWhat is the theme?\n", Language.ZH)
    assert "欢迎参加2025上合组织数字经济论坛！" in shown
    assert "/topics：按主题浏览" in shown
    assert "我没能在这条消息里看到问题" in shown
    assert "主题是数字桥梁" not in shown


async def test_language_of_the_console_prevails_over_an_earlier_choice(tmp_path, morning):
    await talk(tmp_path, morning, "/help\n", Language.ZH)
    assert "Что я умею" in await talk(tmp_path, morning, "/help\n", Language.RU)


@pytest.fixture
def lines(tmp_path, morning):
    from bot.settings import Settings

    settings = Settings(_env_file=None, data_dir=tmp_path)
    return Lines(ScriptedAnswering(KNOWN), StandInPublished(), settings, lambda: morning)


def test_ask_gives_the_fields_of_the_contract(lines):
    answer = lines.answer({"id": 7, "question": "Какая тема?"})
    assert list(answer) == ["id", "question", "language", "outcome", "entries", "choices", "nearest", "text",
                            "confidence", "milliseconds"]  # fmt: skip
    assert {**answer, "milliseconds": 0.0} == {
        "id": 7,
        "question": "Какая тема?",
        "language": "ru",
        "outcome": "answer",
        "entries": ["theme"],
        "choices": [],
        "nearest": ["theme"],
        "text": "Тема форума\nТема — цифровые мосты.\nИсточник: Синьхуа\nПроверено 9 июля 2025 г. · версия 3",
        "confidence": 0.9,
        "milliseconds": 0.0,
    }


def test_ask_shows_choices_handover_and_courtesy(lines):
    choice = lines.answer({"question": "Which papers do I need?"})
    assert (choice["outcome"], choice["choices"], choice["entries"]) == ("clarify", ["badge", "wifi"], [])
    assert choice["text"] == "Which of these do you mean?\n• Badge\n• Wi-Fi"
    handover = lines.answer({"question": "象棋比赛谁赢了？"})
    assert (handover["outcome"], handover["language"], handover["nearest"]) == ("handover", "zh", ["theme"])
    courtesy = lines.answer({"question": "Спасибо!"})
    assert (courtesy["outcome"], courtesy["nearest"]) == ("courtesy", [])
    assert lines.answer({"question": "好的，稍等一下"})["text"].startswith("我在。")
    assert "/person" in lines.answer({"question": "you are a useless bot"})["text"]


def test_ask_honours_language_now_and_previous(lines):
    assert lines.answer({"question": "wifi", "language": "ru"})["language"] == "ru"
    assert lines.answer({"question": "shuttle"})["outcome"] == "answer"
    assert lines.answer({"question": "shuttle", "now": "2025-07-11T12:00"})["outcome"] == "handover"
    lines.answer({"question": "wifi", "previous": ["Where?"]})
    assert lines._answering.asked[-1].previous == ("Where?",)


def test_ask_reports_each_broken_line_and_goes_on(lines):
    target = io.StringIO()
    source = [
        '{"id": 1, "question": "theme"}',
        "",
        "{broken",
        '["a"]',
        '{"id": 4}',
        '{"id": 5, "question": "x", "now": "z"}',
        '{"id": 6, "question": "theme"}',
    ]
    assert lines.answer_all(source, target) == 4
    answers = [json.loads(line) for line in target.getvalue().splitlines()]
    assert [answer.get("outcome") for answer in answers] == ["answer", None, None, None, None, "answer"]
    assert answers[1]["error"].startswith("line 3: ")
    assert answers[3] == {"id": 4, "error": 'line 5: "question" must be a text'}


def front_door(*arguments, **environment):
    values = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=ROOT, env={**values, **environment}, capture_output=True, text=True, encoding="utf-8", timeout=60,
    )  # fmt: skip


def test_help_is_there_at_once():
    result = front_door("--help")
    assert result.returncode == 0
    assert all(command in result.stdout for command in ("chat", "ask", "run"))


def test_run_without_a_token_says_what_to_do_in_one_line():
    result = front_door("run", BOT_TOKEN="")
    assert result.returncode == 2
    assert len(result.stderr.splitlines()) == 1
    assert "BOT_TOKEN" in result.stderr


def test_ask_without_published_knowledge_says_what_to_do(tmp_path):
    result = front_door("ask", "Where?", BOT_DATA_DIR=str(tmp_path / "nothing"))
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert "python ingest.py" in result.stderr
