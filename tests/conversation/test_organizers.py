"""What organizers meet when things go otherwise than planned: too late, busy, taken back; and what they are told."""

from __future__ import annotations

import re

import pytest

from bot.conversation.reply import Button, Reply
from bot.stores import generations
from tests.conversation.publishing_stage import EN, OTHER, RU, ZH, House, document, longer_hours, zipped
from tests.conversation.stand_ins import Person


async def published(house: House, content: bytes) -> None:
    """Another organizer has published something."""
    boris = house.person(OTHER)
    await boris.hear(attachment=document("files.zip", content))
    await house.news(boris)
    await boris.press("Publish")
    await house.news(boris)


async def pressed_twice(house: House, person: Person, first: Button, second: Button) -> Reply:
    """What the second button says while the work of the first goes on."""
    house.may_work.clear()
    await person.hear(button=first.data)
    (reply,) = await person.hear(button=second.data)
    house.may_work.set()
    return reply


async def test_discard_after_publish_is_too_late_and_says_so(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    publish, discard = anna.buttons
    late = await pressed_twice(house, anna, publish, discard)
    assert late.text == (
        "It is too late: hours.zip is being published at this moment. /rollback takes it back afterwards."
    )
    (done,) = await house.news(anna)
    assert "Version 2 is published" in done.text
    assert house.version == 2
    (over,) = await anna.hear(button=discard.data)
    assert "done already" in over.toast


async def test_no_after_yes_is_too_late_and_says_so(house):
    await published(house, longer_hours(house))
    anna = house.person()
    await anna.say("/rollback")
    yes, no = anna.buttons
    late = await pressed_twice(house, anna, yes, no)
    assert "version 1 is just becoming current again" in late.text
    (done,) = await house.news(anna)
    assert "Version 1 is current again" in done.text


async def test_a_button_pressed_twice_says_the_same_twice(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    publish, _ = anna.buttons
    again = await pressed_twice(house, anna, publish, publish)
    assert (again.text, again.replaces) == ("Publishing hours.zip …", True)
    await house.news(anna)
    await anna.say("/rollback")
    yes, _ = anna.buttons
    again = await pressed_twice(house, anna, yes, yes)
    assert (again.text, again.replaces) == ("Going back to version 1 …", True)
    await house.news(anna)
    assert house.actions == ["preview", "publish", "rollback"]


async def test_no_to_a_rollback_is_no_file_discarded(house):
    await published(house, longer_hours(house))
    anna = house.person(language=RU)
    await anna.say("/rollback")
    (kept,) = await anna.press("Нет")
    assert kept.text == "Ничего не изменилось: действует прежняя версия."
    assert house.version == 2


async def test_a_draft_discarded_while_it_is_checked_stays_discarded(house):
    anna = house.person()
    folder = house.settings.knowledge_dir / "drafts"
    folder.mkdir()
    text = "---\nchecked: 2031-05-20\n---\n# Towels\n\nAt the lift.\n"
    (folder / "2031-05-20-towels-3.en.md").write_text(text, "utf-8")
    await anna.say("/drafts")
    await anna.press("1")
    check, discard = anna.buttons
    gone = await pressed_twice(house, anna, check, discard)
    assert "Discarded" in gone.text
    assert await house.news(anna) == []


@pytest.mark.parametrize(("language", "said"), [(EN, "try again in a minute"), (RU, "через минуту"), (ZH, "一分钟后")])
async def test_another_publication_at_work_leaves_the_buttons(house, language, said):
    anna = house.person(language=language)
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    publish = anna.buttons[0].data
    with generations.exclusive(house.settings.data_dir):
        for _ in range(2):
            await anna.hear(button=publish)
            (busy,) = await house.news(anna)
            assert said in busy.text
            assert "process" not in busy.text
            assert anna.buttons[0].data == publish
            assert "19:00" in house.file("practical/umbrella.en.md")
    await anna.hear(button=publish)
    await house.news(anna)
    assert house.version == 2


async def test_another_publication_at_work_leaves_the_buttons_of_a_rollback(house):
    await published(house, longer_hours(house))
    anna = house.person()
    await anna.say("/rollback")
    with generations.exclusive(house.settings.data_dir):
        await anna.press("Yes, go back")
        (busy,) = await house.news(anna)
    assert "try again in a minute" in busy.text
    await anna.press("Yes, go back")
    await house.news(anna)
    assert house.version == 1


async def test_a_rollback_names_the_files_and_where_they_are_kept(house):
    await published(house, longer_hours(house))
    anna = house.person()
    keys = house.settings.knowledge_dir / "practical/keys.en.md"
    keys.write_text(house.file("practical/keys.en.md") + "\nHalf a sentence of somebody", "utf-8")
    await anna.say("/rollback")
    await anna.press("Yes, go back")
    (done,) = await house.news(anna)
    assert "3 files in the knowledge folder are put back to this version:\n• practical/umbrella.en.md" in done.text
    kept = re.search(r"kept in the folder (taken-back/\S+)\.", done.text)[1]
    assert "20:00" in house.file(f"{kept}/practical/umbrella.ru.md")
    assert "19:00" in house.file("practical/umbrella.ru.md")
    assert "stay as they are; what you publish next contains them:\n• practical/keys.en.md" in done.text
    assert "Half a sentence" in house.file("practical/keys.en.md")


async def test_warnings_stand_in_the_message_what_is_missing_first(house):
    anna = house.person()
    head = "---\nstatus: sample\nsource: X\nchecked: 2031-05-01\n---\n"
    others = [(f"practical/more{number}.{language}.md", f"{head}# Title {'x' * 50}\n\n{text}\n") for number in range(5)
              for language, text in (("en", "Here."), ("ru", "Здесь."), ("zh", "这里。"))]  # fmt: skip
    umbrella = re.sub("(source|checked):.*\n", "", house.file("practical/umbrella.en.md")).replace("19:00", "late")
    await anna.hear(attachment=document("new.zip", zipped(*others, ("practical/umbrella.en.md", umbrella))))
    preview, _ = await house.news(anna)
    warnings = preview.text[preview.text.index("warnings, they do not stop publishing:") :].splitlines()
    assert "practical/umbrella.en.md:1: the front matter has no source, checked" in warnings[1]
    assert re.search(r"practical/umbrella\.en\.md:\d+: time 19:00 .* does not stand here", warnings[2])
    assert warnings[9].startswith("… and ")


async def test_what_of_an_archive_is_left_out_is_named(house):
    anna = house.person()
    text = house.file("practical/umbrella.en.md")
    content = zipped(("practical/umbrella.en.md", text), ("practical/~$notes.docx", "x"), ("README.txt", "x"))
    (first, *_) = await anna.hear(attachment=document("files.zip", content))
    assert "Left out, because it is no knowledge: ~$notes.docx, README.txt" in first.text


async def test_help_and_menu_name_what_organizers_can_do(house):
    anna, guest = house.person(), house.person(100)
    told = (await anna.say("/help"))[0].text
    for word in ("/versions", "/rollback", "/drafts", "/report", "send me a file"):
        assert word in told
    assert "/drafts" not in (await guest.say("/help"))[0].text
    menu = [name for name, _ in house.assistant.commands(EN, organizer=True)]
    assert menu[:4] == ["versions", "rollback", "drafts", "report"]
    assert "drafts" not in [name for name, _ in house.assistant.commands(EN)]
