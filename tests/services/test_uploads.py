"""Files that organizers send: what is taken, what is refused, what is left out, and where each belongs."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from bot.conversation import browsing
from bot.domain.language import Language
from bot.i18n import catalog
from bot.services import uploads
from bot.services.uploads import UploadRefused, Why
from bot.stores.knowledge_files.checks import SECTIONS
from tests.conversation.publishing_stage import zipped


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


@pytest.mark.parametrize(
    ("name", "caption", "path"),
    [
        ("umbrella.en.md", "", "practical/umbrella.en.md"), ("harbour-house.yaml", "", "venues/harbour-house.yaml"),
        ("glossary.yaml", "", "glossary.yaml"), ("2031-05-21.csv", "", "programme/2031-05-21.csv"),
        ("showers.en.md", "venues", "venues/showers.en.md"), ("showers.en.md", "Venues/", "venues/showers.en.md"),
        ("showers.ru.md", "Практические вопросы", "practical/showers.ru.md"),
        ("showers.zh.md", "实用信息", "practical/showers.zh.md"),
        ("showers.ru.md", "«Площадки»", "venues/showers.ru.md"),
        ("Практические вопросы/showers.ru.md", "", "practical/showers.ru.md"),
        ("Форум/umbrella.zh.md", "", "practical/umbrella.zh.md"),
    ],
)  # fmt: skip
def test_the_place_of_a_single_file(name, caption, path):
    known = ["practical/umbrella.ru.md", "venues/harbour-house.yaml", "glossary.yaml", "programme/2031-05-20.yaml"]
    assert list(uploads.placed({name: b""}, known, caption)) == [path]


def test_a_new_file_without_a_folder_is_asked_about():
    with pytest.raises(UploadRefused) as caught:
        uploads.placed({"showers.en.md": b""}, ["practical/umbrella.ru.md"])
    assert caught.value.why is Why.NO_PLACE


def test_two_files_for_one_place_are_refused():
    known = ["practical/umbrella.ru.md"]
    with pytest.raises(UploadRefused) as caught:
        uploads.placed({"practical/umbrella.en.md": b"a", "umbrella.en.md": b"b"}, known)
    assert (caught.value.why, caught.value.name) == (Why.TWICE, "practical/umbrella.en.md")


def test_a_sheet_takes_the_place_of_the_same_day_s_file():
    known = ["programme/2031-05-20.yaml", "programme/2031-05-21.yaml"]
    assert uploads.replaced_by("programme/2031-05-20.csv", known) == ["programme/2031-05-20.yaml"]


def test_the_menu_s_name_of_a_section_names_it():
    sections = [section for sections in browsing.TOPICS.values() for section in sections if section != "visits"]
    assert sorted([*sections, "visits"]) == sorted(SECTIONS)
    for topic, (section, *_) in ((topic, found) for topic, found in browsing.TOPICS.items() if found):
        for language in Language:
            label = browsing.topic_label(topic, catalog(language))
            assert uploads.section_named(label) == section, label


@pytest.mark.parametrize(
    ("packed", "taken", "left_out"),
    [
        (["Forum/knowledge/practical/a.ru.md"], ["practical/a.ru.md"], []),
        (["a/b/c/practical/a.ru.md", "a/b/c/event.yaml"], ["practical/a.ru.md", "event.yaml"], []),
        (["all/practical/a.ru.md", "all/drafts/b.ru.md", "all/README.md", "all/taken-back/x/c.md"],
         ["practical/a.ru.md"], ["README.md", "drafts/b.ru.md", "taken-back/x/c.md"]),
        (["practical/a.ru.md", "practical/~$doc.docx", "desktop.ini", "README.txt", "practical/.a.ru.md.swp"],
         ["practical/a.ru.md"], ["~$doc.docx", "desktop.ini", "README.txt", ".a.ru.md.swp"]),
        (["__MACOSX/practical/._a.ru.md", "__MACOSX/._practical", "practical/.DS_Store", "practical/a.ru.md"],
         ["practical/a.ru.md"], ["__MACOSX", ".DS_Store"]),
    ],
)  # fmt: skip
def test_wrappings_and_leftovers(packed, taken, left_out):
    upload = uploads.unpack("a.zip", zipped(*((name, "x") for name in packed)))
    assert list(uploads.placed(upload.files, [])) == taken
    assert list(upload.passed_over) == left_out


def foreign(encoding: str, *names: str) -> bytes:
    """A zip as Windows packs it: names in the system's encoding, not marked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(f"{number:0{len(name.encode(encoding))}}", "x")
    content = buffer.getvalue()
    for number, name in enumerate(names):
        raw = name.encode(encoding)
        content = content.replace(f"{number:0{len(raw)}}".encode(), raw)
    return content


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("gbk", ["practical/失物招领.md", "practical/雨伞.zh.md"]), ("gbk", ["programme/日程表.csv"]),
        ("cp866", ["practical/Утерянные вещи.md", "practical/Щётка №2.md"]), ("cp866", ["practical/ёж.md"]),
        ("utf-8", ["practical/失物招领.md", "practical/Зонты.md"]),
    ],
)  # fmt: skip
def test_names_are_read_in_the_encoding_in_which_they_were_written(encoding, names):
    assert list(uploads.unpack("a.zip", foreign(encoding, *names)).files) == names


def test_a_folder_in_a_foreign_encoding_is_a_wrapping_like_any_other():
    upload = uploads.unpack("a.zip", foreign("gbk", "修改文件/practical/lost.ru.md", "修改文件/说明/desktop.ini"))
    assert list(upload.files) == ["practical/lost.ru.md"]
    upload = uploads.unpack("a.zip", foreign("cp866", "Форум/knowledge/practical/lost.ru.md"))
    assert list(upload.files) == ["practical/lost.ru.md"]


def test_a_way_out_of_the_archive_is_seen_in_every_encoding():
    with pytest.raises(UploadRefused) as caught:
        uploads.unpack("a.zip", foreign("gbk", "../文件.md"))
    assert caught.value.why is Why.TRAVERSAL
