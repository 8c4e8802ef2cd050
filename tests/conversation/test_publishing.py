"""Publishing from a private chat: real files, a real index of the small congress, SQLite; only the process is here."""

from __future__ import annotations

import re

import pytest

from bot.conversation.publishing import Publishing
from bot.domain.language import Language
from bot.services.quality import Fall
from bot.settings import Settings
from tests.conversation.publishing_stage import EN, OTHER, RU, ZH, document, longer_hours, zipped


async def test_a_file_is_checked_previewed_and_published(house):
    anna = house.person()
    (first,) = [reply for reply in await anna.hear(attachment=document("hours.zip", longer_hours(house))) if reply.text]
    assert "I check hours.zip" in first.text
    preview, page = await house.news(anna)
    assert "Changed: Umbrella storage (umbrella)" in preview.text
    assert page.attachment.name.endswith(".html")
    assert b"Umbrella storage" in page.attachment.content
    assert house.version == 1
    assert "19:00" in house.file("practical/umbrella.en.md")
    (busy,) = await anna.press("Publish")
    assert "Publishing hours.zip" in busy.text
    (done,) = await house.news(anna)
    assert "Version 2 is published" in done.text
    assert house.version == 2
    assert "20:00" in house.file("practical/umbrella.en.md")
    assert house.ingestion.versions()[-1].reason == "hours.zip"
    assert await house.news(anna) == []


async def test_a_contradiction_is_refused_with_files_lines_and_values(house):
    anna = house.person()
    text = house.file("practical/umbrella.ru.md").replace("19:00", "20:00")
    await anna.hear(attachment=document("umbrella.ru.md", text))
    (refused,) = await house.news(anna)
    assert re.search(
        r"practical/umbrella\.ru\.md:\d+: time 20:00 here, but 19:00 in .*umbrella\.zh\.md:\d+", refused.text
    )
    assert refused.buttons == ()
    assert house.version == 1
    assert "19:00" in house.file("practical/umbrella.ru.md")


async def test_discard_leaves_everything(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    (reply,) = await anna.press("Discard")
    assert "Nothing was changed" in reply.text
    (over,) = await anna.press("Discard")
    assert "over" in over.toast
    assert house.version == 1


async def test_only_the_same_organizer_and_only_for_two_hours(house):
    anna, boris = house.person(), house.person(OTHER)
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    boris.buttons = anna.buttons
    (foreign,) = await boris.press("Publish")
    assert "over" in foreign.toast
    house.clock.advance(hours=3)
    (late,) = await anna.press("Publish")
    assert "over" in late.toast
    assert house.actions == ["preview"]


async def test_nobody_else_can_publish_or_see_versions(house):
    guest = house.person(100)
    replies = await guest.hear(attachment=document("hours.zip", longer_hours(house)))
    assert not any("check" in reply.text for reply in replies)
    for command in ("/versions", "/rollback", "/drafts"):
        assert "I do not know this command" in (await guest.say(command))[0].text
    assert list(house.publishing.staging.all()) == []
    guest.buttons = []
    assert (await guest.hear(button="u:yes:0123456789"))[0].toast


async def test_a_fall_takes_a_reason_instead_of_a_button(house, monkeypatch):
    anna = house.person()
    house.falls = (Fall(EN, "right", 0.9, 0.8),)
    monkeypatch.setattr("bot.services.preview._falls", lambda golden, pairs: house.falls)
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    preview, _ = await house.news(anna)
    assert "90.0\u00a0% before, 80.0\u00a0% after" in preview.text
    assert [button.label for row in preview.buttons for button in row] == ["🗑 Discard"]
    await anna.hear(text="the hall is closed from noon", replies_to=900)
    (done,) = await house.news(anna)
    assert "Version 2 is published" in done.text
    assert house.ingestion.versions()[-1].forced == "the hall is closed from noon"


async def test_files_changed_by_somebody_else_meanwhile(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    path = house.settings.knowledge_dir / "practical/keys.en.md"
    path.write_text(path.read_text("utf-8") + "\nMore.\n", "utf-8")
    await anna.press("Publish")
    (failed,) = await house.news(anna)
    assert "changed by somebody else" in failed.text
    assert "19:00" in house.file("practical/umbrella.en.md")


async def test_a_refused_publication_puts_the_files_back(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    house.falls = (Fall(RU, "wrong", 0.1, 0.2),)
    await anna.press("Publish")
    (failed,) = await house.news(anna)
    assert failed.title == "Not published"
    assert "19:00" in house.file("practical/umbrella.en.md")
    assert house.version == 1


async def test_work_that_broke_off_is_told(house, monkeypatch):
    anna = house.person()

    async def killed(action: str, token: str, settings: Settings) -> int:
        return -9

    house.publishing._run = killed
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    (failed,) = await house.news(anna)
    assert "broke off" in failed.text


async def test_a_restart_takes_the_work_up_again(house):
    anna = house.person()

    async def never(action: str, token: str, settings: Settings) -> int:
        raise RuntimeError("the machine went down")

    house.publishing._run = never
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.publishing.finished()
    again = Publishing(house.settings, run=house.run)
    house.assistant.publishing = house.publishing = again
    assert await house.news(anna) == []
    preview, _ = await house.news(anna)
    assert "Umbrella storage" in preview.text


async def test_rollback_asks_and_versions_list(house):
    anna = house.person()
    await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    await house.news(anna)
    await anna.press("Publish")
    await house.news(anna)
    (question,) = await anna.say("/rollback")
    assert "Version 2 is current. Shall version 1" in question.text
    await anna.press("No")
    assert house.version == 2
    await anna.say("/rollback 1")
    await anna.press("Yes, go back")
    (done,) = await house.news(anna)
    assert "Version 1 is current again" in done.text
    assert house.version == 1
    (listed,) = await anna.say("/versions")
    assert listed.text.startswith("✅ 1 ·")
    assert len(listed.text.splitlines()) == 3
    (none,) = await anna.say("/rollback 99")
    assert "no such version" in none.text


@pytest.mark.parametrize("language", Language)
async def test_every_language_has_its_words(house, language):
    anna = house.person(language=language)
    (first, *_) = await anna.hear(attachment=document("hours.zip", longer_hours(house)))
    preview, page = await house.news(anna)
    said = first.text + preview.title + preview.text + preview.buttons[0][0].label
    assert bool(re.search(r"[А-я]", said.replace("ё", "е"))) is (language is RU)
    assert ("一" in said or "问题" in said or "发布" in said) is (language is ZH)
    code = {ZH: 'lang="zh-Hans"', RU: 'lang="ru"', EN: 'lang="en-GB"'}[language]
    assert code in page.attachment.content.decode()


async def test_a_refused_upload_is_a_sentence(house):
    anna = house.person(language=RU)
    replies = await anna.hear(attachment=document("a.zip", zipped(("../x.md", "x"))))
    assert "../x.md" in replies[0].text
    assert house.actions == []
