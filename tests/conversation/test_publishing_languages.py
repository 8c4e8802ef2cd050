"""What an organizer reads of a publication that does not come about: in their own language, no English sentence."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.services.quality import Fall
from bot.stores.models import ModelError
from tests.conversation.publishing_stage import EN, RU, ZH, document, longer_hours, zipped
from tests.doubles import HashEncoder

MISTAKES = {
    "practical/umbrella.ru.md": ("19:00", "20:00"),
    "programme/2031-05-21.yaml": ("2031-05-21 18:00", "2031-05-21 18:15"),
    "venues/harbour-house.yaml": ("latitude: 39.0\n", ""),
    "practical/boat.en.md": ("checked:", "cheked:"),
}
BROKEN_TABLE = 'id,start\nx,"2031-05-22\n'


def has_english(text: str) -> bool:
    """Two English words in a row; names of files and keys stand alone."""
    return re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) is not None


@pytest.mark.parametrize(
    ("path", "language", "said"),
    [
        ("practical/umbrella.ru.md", RU, ": время: здесь 20:00, а в practical/umbrella.zh.md:13 — 19:00, в "),
        ("practical/umbrella.ru.md", ZH, ": 时间不一致：此处为20:00，practical/umbrella.zh.md:13 为19:00，"),
        ("programme/2031-05-21.yaml", RU, ": в тексте время 18:00, а у события указано начало (start) 18:15"),
        ("programme/2031-05-21.yaml", ZH, ": 正文中的时间是“18:00”，而活动的开始时间（start）是18:15"),
        ("venues/harbour-house.yaml", RU, "venues/harbour-house.yaml:1: не хватает ключа latitude"),
        ("venues/harbour-house.yaml", ZH, "venues/harbour-house.yaml:1: 缺少 latitude"),
        ("practical/boat.en.md", RU, "practical/boat.en.md:4: неизвестный ключ cheked; может быть, checked?"),
        ("practical/boat.en.md", ZH, "practical/boat.en.md:4: 不认识的键 cheked，您想写的是 checked 吗？"),
        ("programme/2031-05-22.csv", RU, "2031-05-22.csv:1: таблица CSV не читается; поищите незакрытую кавычку"),
        ("programme/2031-05-22.csv", ZH, "2031-05-22.csv:1: CSV 表格有误，请查找没有闭合的引号"),
    ],
)  # fmt: skip
async def test_errors_of_files(house, path, language, said):
    anna = house.person(language=language)
    text = house.file(path).replace(*MISTAKES[path]) if path in MISTAKES else BROKEN_TABLE
    await anna.hear(attachment=document("files.zip", zipped((path, text))))
    (refused,) = await house.news(anna)
    assert said in refused.text
    assert not has_english(refused.title + refused.text), refused.text


@pytest.mark.parametrize(("language", "said"), [(RU, "шапка файла: не хватает checked"), (ZH, "文件头：缺少 checked")])
async def test_warnings_on_the_page(house, language, said):
    anna = house.person(language=language)
    text = re.sub(r"checked:.*\n", "", house.file("practical/boat.ru.md"))
    await anna.hear(attachment=document("boat.ru.md", text))
    _, page = await house.news(anna)
    shown = page.attachment.content.decode()
    assert f"practical/boat.ru.md:1: {said}" in shown
    assert "warning: " not in shown


@pytest.mark.parametrize(("language", "said"), [(RU, "неверные ответы: было 10.0"), (ZH, "错误回答：")])
async def test_golden_figures_that_fell_when_it_was_published(house, language, said):
    anna = house.person(language=language)
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    house.falls = (Fall(RU, "wrong", 0.1, 0.2),)
    await anna.hear(button=anna.buttons[0].data)
    (failed,) = await house.news(anna)
    assert said in failed.text
    assert not has_english(failed.title + failed.text), failed.text


@pytest.mark.parametrize(("language", "said"), [(EN, "A fault on"), (RU, "Мешает неполадка"), (ZH, "服务器出现故障")])
async def test_a_fault_of_the_server_with_what_its_keepers_need(house, language, said):
    def missing() -> HashEncoder:
        raise ModelError("the encoder x is missing")

    house.ingestion = replace(house.ingestion, encoder=missing)
    anna = house.person(language=language)
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    (failed,) = await house.news(anna)
    assert failed.text.startswith(said)
    assert failed.text.endswith("the encoder x is missing")
