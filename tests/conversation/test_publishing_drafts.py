"""/drafts: volunteers' answers on their way into the knowledge."""

from __future__ import annotations

import pytest

from tests.conversation.publishing_stage import RU, ZH, House, remember


def put_draft(house: House) -> None:
    folder = house.settings.knowledge_dir / "drafts"
    folder.mkdir(exist_ok=True)
    (folder / "2031-05-20-gde-dushevye-12.ru.md").write_text(
        '---\n# Question 12\nstatus: sample\nsource: ""\nchecked: 2031-05-20\nquestions:\n  - "Где душевые?"\n---\n'
        "# Где душевые?\n\nДушевые у лифта, уровень 1; нужен бейдж.\n", "utf-8",
    )  # fmt: skip


async def test_a_draft_is_corrected_by_replies_and_becomes_an_entry(house):
    anna = house.person()
    (none, *_) = await anna.say("/drafts")
    assert "no drafts" in none.text
    put_draft(house)
    (listed,) = await anna.say("/drafts")
    assert "Где душевые?" in listed.text
    assert "Missing: 中文, English" in listed.text
    (card,) = await anna.press("1")
    assert "Closest entries" in card.text
    await remember(house, card, 500)
    (card,) = await anna.hear(
        text="section: venues\nid: showers\nДушевые\nДушевые рядом с лифтом, уровень 1.", replies_to=500
    )
    await remember(house, card, 501)
    (card,) = await anna.hear(text="Showers\nThe showers are next to the lift, level 1.", replies_to=501)
    assert "venues/showers" in card.text
    assert "Missing: 中文" in card.text
    (card,) = await anna.hear(text="淋浴间\n淋浴间在一层电梯旁。", replies_to=501)
    assert "Missing" not in card.text
    await anna.press("Check and preview")
    preview, _ = await house.news(anna)
    assert "New: Showers (showers)" in preview.text
    await anna.press("Publish")
    (done,) = await house.news(anna)
    assert "Version 2" in done.text
    assert "Душевые рядом с лифтом" in house.file("venues/showers.ru.md")
    assert '"Где душевые?"' in house.file("venues/showers.ru.md")
    assert list((house.settings.knowledge_dir / "drafts").iterdir()) == []


def put_another_draft(house: House, name: str, question: str) -> None:
    path = house.settings.knowledge_dir / "drafts" / name
    path.write_text(f"---\nchecked: 2031-05-20\n---\n# {question}\n\nЗдесь.\n", "utf-8")


async def test_a_button_opens_its_draft_whatever_has_come_meanwhile(house):
    anna = house.person()
    put_draft(house)
    await anna.say("/drafts")
    (button,) = anna.buttons
    assert len(button.data.encode()) <= 64
    put_another_draft(house, "2031-05-21-gde-sauna-13.ru.md", "Где сауна?")
    (card,) = await anna.hear(button=button.data)
    assert "Душевые у лифта" in card.text
    (house.settings.knowledge_dir / "drafts" / "2031-05-20-gde-dushevye-12.ru.md").unlink()
    (gone,) = await anna.hear(button=button.data)
    assert "This draft is gone" in gone.toast


async def test_the_name_of_a_draft_may_be_long(house):
    anna = house.person()
    put_draft(house)
    put_another_draft(house, f"2031-05-21-{'длинное-имя-' * 8}13.ru.md", "Где сауна?")
    await anna.say("/drafts")
    assert max(len(button.data.encode()) for button in anna.buttons) <= 64
    (card,) = await anna.press("1")
    assert "Где сауна?" in card.text


@pytest.mark.parametrize(
    ("correction", "place", "source"),
    [
        ("раздел: practical\nИсточник: Организаторы", "practical/dushevye", "Организаторы"),
        ("Раздел : Практические вопросы\nid: showers", "practical/showers", ""),
        ("栏目：实用信息\n来源：组委会", "practical/dushevye", "组委会"),
        ("Section: Venues", "venues/dushevye", ""),
    ],
)
async def test_keys_are_understood_in_three_languages(house, correction, place, source):
    anna = house.person()
    put_draft(house)
    await anna.say("/drafts")
    (card,) = await anna.press("1")
    await remember(house, card, 500)
    (card,) = await anna.hear(text=correction, replies_to=500)
    assert place.replace("dushevye", "gde-dushevye") in card.text
    assert "Душевые у лифта, уровень 1; нужен бейдж." in card.text
    await anna.press("Check and preview")
    await house.news(anna)
    if source:
        await anna.press("Publish")
        await house.news(anna)
        assert f'source: "{source}"' in house.file(f"{place.replace('dushevye', 'gde-dushevye')}.ru.md")


@pytest.mark.parametrize(
    ("language", "line", "said"), [(RU, "рздел: practical", "«рздел:»"), (ZH, "状态：confirmed", "“状态：”")]
)
async def test_an_unknown_key_is_asked_about_and_replaces_nothing(house, language, line, said):
    anna = house.person(language=language)
    put_draft(house)
    await anna.say("/drafts")
    (card,) = await anna.press("1")
    await remember(house, card, 500)
    (asked,) = await anna.hear(text=line, replies_to=500)
    assert said in asked.text
    (card,) = await anna.hear(text="source: X", replies_to=500)
    assert "Душевые у лифта" in card.text
    (card,) = await anna.hear(text=f"Душевые\n{line}", replies_to=500)
    assert line in card.text
