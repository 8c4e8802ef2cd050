"""Publishing from a private chat: real files, a real index of the small congress, SQLite; only the process is here."""

from __future__ import annotations

import io
import re
import shutil
import stat
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from bot.conversation.assistant import Assistant
from bot.conversation.publishing import Publishing
from bot.conversation.publishing_work import perform
from bot.conversation.reply import Attachment, Reply
from bot.domain.language import Language
from bot.services import uploads
from bot.services.ingestion import Ingestion
from bot.services.quality import Fall
from bot.services.replay import Asked, Told, ask_here
from bot.services.uploads import UploadRefused, Why
from bot.settings import EVENT_ZONE, ROOT, Settings
from bot.stores import generations
from bot.stores.database import Database, messages
from tests.conversation.stand_ins import Clock, Person, ScriptedAnswering, StandInPublished
from tests.doubles import HashEncoder, in_this_process

ORGANIZER, OTHER = 7, 8
NOW = datetime(2031, 5, 20, 7, 40, tzinfo=EVENT_ZONE)
EN, RU, ZH = Language.EN, Language.RU, Language.ZH


def ask(folders: Sequence[Path], asked: Sequence[Asked], progress: object = None) -> list[list[Told]]:
    return [ask_here(folder, asked, HashEncoder()) for folder in folders]


class House:
    """An assistant whose publications are real, done in this process."""

    def __init__(self, folder: Path, database: Database, clock: Clock) -> None:
        knowledge = shutil.copytree(ROOT / "tests" / "congress", folder / "knowledge")
        self.settings = Settings(
            _env_file=None, data_dir=folder / "data", knowledge_dir=knowledge, organizers=f"{ORGANIZER}, {OTHER}"
        )
        encoder = HashEncoder()
        self.falls: tuple[Fall, ...] = ()
        self.ingestion = Ingestion(
            knowledge, self.settings.data_dir, lambda: encoder, calibrate=lambda place, model: None,
            measure=lambda *details: self.falls, **in_this_process(),
        )  # fmt: skip
        self.database, self.clock = database, clock
        self.publishing = Publishing(self.settings, run=self.run)
        self.actions: list[str] = []
        self.assistant = Assistant(
            ScriptedAnswering({}), StandInPublished(), database, self.settings, clock, publishing=self.publishing
        )

    async def run(self, action: str, token: str, settings: Settings) -> int:
        self.actions.append(action)
        staging = self.publishing.staging
        perform(action, staging.find(token), staging, self.ingestion, (), ask)
        return 0

    def person(self, chat: int = ORGANIZER, language: Language = EN) -> Person:
        return Person(self.assistant, self.clock, chat, language)

    async def news(self, person: Person) -> list[Reply]:
        """What the assistant says by itself once the work is done; its buttons are the person's."""
        await self.publishing.finished()
        async with self.database.writing() as tx:
            said = [reply for _, reply in await self.assistant.due(tx)]
            for number, reply in enumerate(said, start=900):
                if reply.ref:
                    await messages.remember(tx, person.chat, number, reply.ref)
        person.buttons = [button for reply in said for row in reply.buttons for button in row] or person.buttons
        return said

    @property
    def version(self) -> int | None:
        return generations.current_number(self.settings.data_dir)

    def file(self, path: str) -> str:
        return (self.settings.knowledge_dir / path).read_text("utf-8")


@pytest.fixture
async def house(tmp_path):
    clock = Clock(NOW)
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'assistant.sqlite3'}", clock)
    try:
        found = House(tmp_path, database, clock)
        found.ingestion.publish()
        yield found
    finally:
        await database.close()


def document(name: str, content: bytes | str) -> Attachment:
    return Attachment(name, content.encode() if isinstance(content, str) else content)


def zipped(*files: tuple[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            archive.writestr(name, text)
    return buffer.getvalue()


def longer_hours(house: House) -> bytes:
    return zipped(*(
        (f"knowledge/practical/umbrella.{language}.md",
         house.file(f"practical/umbrella.{language}.md").replace("19:00", "20:00"))
        for language in Language
    ))  # fmt: skip


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


async def remember(house: House, reply: Reply, number: int) -> None:
    async with house.database.writing() as tx:
        await messages.remember(tx, ORGANIZER, number, reply.ref)


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


def link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo("practical/a.en.md")
        member.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(member, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    content = bytearray(zipped(("practical/a.en.md", "# A\n\nb")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    return bytes(content)


def lying() -> bytes:
    """A header that says 10 bytes for a million."""
    content = bytearray(zipped(("practical/a.en.md", "a" * 1_500_000)))
    content[content.index(b"PK\x01\x02") + 24 : content.index(b"PK\x01\x02") + 28] = (10).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.zip", zipped(("../../etc/cron.d/x.md", "x")), Why.TRAVERSAL),
        ("a.zip", zipped(("/etc/x.md", "x")), Why.TRAVERSAL),
        ("a.zip", zipped(("..\\..\\x.md", "x")), Why.TRAVERSAL),
        ("a.zip", zipped(("C:/x.md", "x")), Why.TRAVERSAL),
        ("a.zip", link(), Why.LINK),
        ("a.zip", encrypted(), Why.ENCRYPTED),
        ("a.zip", zipped(("practical/a.en.md", "0" * 900_000)), Why.BOMB),
        ("a.zip", zipped(("practical/a.en.md", "0" * 30_000_000)), Why.BOMB),
        ("a.zip", lying(), Why.DAMAGED),
        ("a.zip", zipped(*((f"practical/e{number}.en.md", "x") for number in range(501))), Why.TOO_MANY),
        ("a.zip", zipped(("practical/a.en.md", "x"), ("practical/A.en.md", "x")), Why.TWICE),
        ("a.zip", zipped(("run.exe", "x")), Why.KIND),
        ("a.zip", zipped(("inner.zip", "x")), Why.KIND),
        ("a.zip", zipped(("__MACOSX/._a.md", "x")), Why.EMPTY),
        ("a.zip", b"PK nothing of the kind", Why.DAMAGED),
        ("a.zip", zipped(("practical/a.en.md", "x" * 100))[:-30], Why.DAMAGED),
        ("a.xlsx", b"no workbook", Why.DAMAGED),
        ("a.xlsx", zipped(("xl/sheet.xml", "0" * 15_000_000)), Why.BOMB),
        ("a.md", b"x" * 1_000_001, Why.TOO_LARGE),
        ("a.zip", b"x" * 10_000_001, Why.TOO_LARGE),
        ("photo.png", b"x", Why.KIND),
    ],
)
def test_hostile_uploads_are_refused(name, content, why):
    with pytest.raises(UploadRefused) as caught:
        uploads.unpack(name, content)
    assert caught.value.why is why


async def test_a_refused_upload_is_a_sentence(house):
    anna = house.person(language=RU)
    replies = await anna.hear(attachment=document("a.zip", zipped(("../x.md", "x"))))
    assert "../x.md" in replies[0].text
    assert house.actions == []


@pytest.mark.parametrize(
    ("name", "caption", "path"),
    [
        ("umbrella.en.md", "", "practical/umbrella.en.md"), ("harbour-house.yaml", "", "venues/harbour-house.yaml"),
        ("glossary.yaml", "", "glossary.yaml"), ("2031-05-21.csv", "", "programme/2031-05-21.csv"),
        ("showers.en.md", "venues", "venues/showers.en.md"), ("showers.en.md", "Venues/", "venues/showers.en.md"),
    ],
)  # fmt: skip
def test_the_place_of_a_single_file(name, caption, path):
    known = ["practical/umbrella.ru.md", "venues/harbour-house.yaml", "glossary.yaml", "programme/2031-05-20.yaml"]
    assert list(uploads.placed({name: b""}, known, caption)) == [path]


def test_a_new_file_without_a_folder_is_asked_about():
    with pytest.raises(UploadRefused) as caught:
        uploads.placed({"showers.en.md": b""}, ["practical/umbrella.ru.md"])
    assert caught.value.why is Why.NO_PLACE


def test_a_sheet_takes_the_place_of_the_same_day_s_file():
    known = ["programme/2031-05-20.yaml", "programme/2031-05-21.yaml"]
    assert uploads.replaced_by("programme/2031-05-20.csv", known) == ["programme/2031-05-20.yaml"]
