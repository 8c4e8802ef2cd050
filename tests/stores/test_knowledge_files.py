"""The reader of the knowledge folder: good files, wrong files, hostile files, odd encodings."""

from __future__ import annotations

import io
import os
import re
import shutil
import time
import zipfile
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.knowledge import EntryKind, Status
from bot.domain.language import Language
from bot.settings import ROOT
from bot.stores import knowledge_files
from bot.stores.knowledge_files import encodings, safe_yaml

CONGRESS = ROOT / "tests" / "congress"
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the imaginary congress to spoil."""
    return shutil.copytree(CONGRESS, tmp_path / "knowledge")


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def problems(tree: Path) -> list[str]:
    return [str(problem) for problem in knowledge_files.read(tree).problems]


def test_a_clean_tree_has_no_problem():
    knowledge = knowledge_files.read(CONGRESS)
    assert knowledge.problems == ()
    assert len(knowledge.entries) == 11
    assert {entry.kind for entry in knowledge.entries} == set(EntryKind)
    assert [entry.id for entry in knowledge.samples] == ["keys"]


def test_prose_is_read_whole():
    entry = next(entry for entry in knowledge_files.read(CONGRESS).entries if entry.id == "umbrella")
    assert (entry.section, entry.status, entry.checked) == ("practical", Status.CONFIRMED, date(2031, 5, 2))
    russian = entry.renderings[Language.RU]
    assert russian.title == "Хранение зонтов"
    assert russian.body == "Зонты сдают в гардероб у входа 1, он открыт с 08:00 до 19:00."
    assert russian.source == "«Вестник Порт-Морроу», 1 мая 2031 года"
    assert "зонтик" in russian.questions
    assert (russian.path, russian.line) == ("practical/umbrella.ru.md", 11)


def test_programme_is_read_whole():
    programme = knowledge_files.read(CONGRESS).programme
    talk = programme.session("lens-talk")
    assert talk.slots[0].start == datetime(2031, 5, 20, 10, 30, tzinfo=ZONE)
    assert (talk.room_id, talk.part_of, talk.topics) == ("oak-hall", "welcome", ("optics",))
    assert programme.room("glass-hall").level == 2
    assert programme.days == (date(2031, 5, 20), date(2031, 5, 21))
    assert [person.id for person in programme.glossary] == ["ada-lamp", "optics"]


def test_short_names_of_sessions_and_venues_are_questions_too():
    venue = next(entry for entry in knowledge_files.read(CONGRESS).entries if entry.kind is EntryKind.VENUE)
    assert "Harbour House" in venue.renderings[Language.EN].questions


def test_the_shipped_tree_has_no_error_and_is_read_quickly():
    started = time.monotonic()
    knowledge = knowledge_files.read(ROOT / "knowledge")
    assert time.monotonic() - started < 6
    assert knowledge.errors == ()


@pytest.mark.parametrize(("language", "dash"), [(Language.ZH, "[–至—]"), (Language.RU, "–"), (Language.EN, "–")])
def test_ranges_in_the_shipped_answers_have_the_dash_of_a_range(language: Language, dash: str):
    hour, degree = r"\d\d:\d\d", r"\d+"
    seen = 0
    for entry in knowledge_files.read(ROOT / "knowledge").entries:
        body = entry.renderings[language].body if entry.kind is EntryKind.PROSE else ""
        assert not re.search(rf"{hour}\s?[-~]\s?{hour}|{degree}-{degree}(?=\s?(?:°C|mm|мм|毫米))", body), body
        seen += len(re.findall(rf"{hour}{dash}{hour}|{degree}{dash}{degree}(?=\s?°C)", body))
    assert seen


def test_words_in_the_shipped_russian_are_parted_by_one_kind_of_dash():
    knowledge = knowledge_files.read(ROOT / "knowledge")
    shown = [text for entry in knowledge.entries for text in (entry.renderings[Language.RU].title,
                                                              entry.renderings[Language.RU].body)]  # fmt: skip
    for text in (*shown, *(term.names.ru or "" for term in knowledge.programme.glossary)):
        assert not re.search(r"(?<!\d)\s?–|–\s?(?!\d)| - ", text), text


def test_the_digest_tells_states_apart(tree: Path):
    before = knowledge_files.read(tree).digest
    (tree / "README.md").write_text("for organizers")
    (tree / "drafts").mkdir()
    (tree / "drafts" / "q17.ru.md").write_text("# x")
    knowledge = knowledge_files.read(tree)
    assert knowledge.digest == before
    assert knowledge.drafts == ("drafts/q17.ru.md",)
    edit(tree / "practical/umbrella.en.md", "08:00", "08:15")
    assert knowledge_files.read(tree).digest != before


def test_every_problem_comes_in_one_pass(tree: Path):
    edit(tree / "practical/umbrella.en.md", "checked:", "cheked:")
    edit(tree / "practical/breakfast.ru.md", "# Завтрак", "#")
    edit(tree / "practical/boat.zh.md", "status: confirmed", "status: sampel\nvalid_from: 2031-13-01")
    edit(tree / "programme/2031-05-20.yaml", "room: oak-hall", "room: oak-hal")
    edit(tree / "programme/2031-05-21.yaml", '"2031-05-21 12:00"', '"2031-05-21 08:00"')
    (tree / "practical/keys.ru.md").unlink()
    found = problems(tree)
    for expected in (
        "practical/umbrella.en.md:4: unknown key cheked; did you mean checked?",
        "practical/breakfast.ru.md:11: the title is empty",
        "practical/boat.zh.md:2: status 'sampel' must be confirmed or sample; did you mean sample?",
        "practical/boat.zh.md:3: valid_from '2031-13-01' is not a time such as 2025-07-11 09:00 or 2025-07-11",
        "programme/2031-05-20.yaml:6: room oak-hal is unknown; did you mean oak-hall?",
        "programme/2031-05-21.yaml:5: end 2031-05-21 08:00 is not after start 2031-05-21 09:00",
        "practical/keys.en.md:1: warning: keys has no Russian (keys.ru.md)",
    ):
        assert expected in found


def test_a_value_that_is_wrong_in_one_file_does_not_accuse_its_siblings(tree: Path):
    for language in Language:
        edit(tree / f"practical/boat.{language}.md", "status: confirmed", "status: sample\nvalid_until: 2031-05-20")
    edit(tree / "practical/boat.en.md", "status: sample\nvalid_until: 2031-05-20", "status: maybe\nvalid_until: soon")
    edit(tree / "practical/umbrella.en.md", "status: confirmed", "status: [")
    edit(tree / "practical/keys.ru.md", "status: sample", "status: sample\npart_of: umbrella")
    found = problems(tree)
    assert found[0].startswith("practical/boat.en.md:2: status 'maybe' must be confirmed or sample")
    assert found[1].startswith("practical/boat.en.md:3: valid_until 'soon' is not a time")
    assert found[2] == "practical/keys.ru.md:1: part_of is umbrella here but not given in practical/keys.en.md"
    assert found[3].startswith("practical/umbrella.en.md:")
    assert len(found) == 4


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("practical/boat.en.md", "# Boat to the lighthouse\n\n", "", "no title"),
        ("practical/boat.en.md", "The boat to the lighthouse leaves from the pier every hour from 10:00 to 16:00.", "",
         "the text under the title is empty"),
        ("practical/boat.en.md", "---\n# Boat", "# Boat", "the front matter is not closed"),
        ("practical/boat.en.md", "questions:\n", "valid_from: 2031-05-21\nvalid_until: 2031-05-20 10:00\nquestions:\n",
         "valid_from is after valid_until"),
        ("practical/boat.en.md", "status: confirmed", "status: sample", "status is confirmed here but sample in"),
        ("practical/boat.en.md", "  - ferry", "  - ferry: big", "questions: each line must be one text"),
        ("practical/boat.en.md", "# Boat to the lighthouse", "# A boat to the lighthouse that leaves every hour",
         "a button shows 40"),
        ("practical/boat.en.md", "every hour", "**every** hour", "with the markup '**'"),
        ("programme/2031-05-20.yaml", "    part_of: welcome\n", "", "lens-talk overlaps welcome"),
        ("programme/2031-05-20.yaml", "part_of: welcome", "part_of: welcom", "part_of welcom is unknown; did you mean"),
        ("programme/2031-05-20.yaml", "part_of: welcome", "part_of: lens-talk", "lens-talk is part of itself"),
        ("programme/2031-05-20.yaml", "speakers: [ada-lamp]", "speakers: [ada-lam]", "did you mean ada-lamp?"),
        ("programme/2031-05-20.yaml", "kind: forum", "kind: forun", "kind 'forun' is unknown; did you mean forum?"),
        ("programme/2031-05-21.yaml", "2031-05-21 18:00", "2031-05-25 18:00", "2031-05-25 is outside the event"),
        ("programme/2031-05-21.yaml", 'start: "2031-05-21 18:00"', "begins: now", "start is missing"),
        ("programme/2031-05-21.yaml", "id: farewell", "id: umbrella", "already taken in practical/umbrella"),
        ("programme/2031-05-21.yaml", "id: farewell", "id: Farewell!", "must be a-z, 0-9 and hyphens"),
        ("programme/2031-05-21.yaml", "en: \"Farewell reception\"", "fr: \"Adieu\"", "fr is not a language"),
        ("programme/2031-05-21.yaml", ', en: "Farewell reception"', "", "title has no English"),
        ("venues/harbour-house.yaml", "id: pier", "id: oak-hall", "the room id oak-hall is already taken"),
        ("venues/harbour-house.yaml", "latitude: 39.0", "latitude: north", "latitude 'north' is not a number"),
        ("event.yaml", "harbour-house", "harbor-house", "venue harbor-house is unknown; did you mean harbour-house?"),
        ("event.yaml", "Asia/Shanghai", "Asia/Shanghi", "time_zone 'Asia/Shanghi' is unknown"),
        ("glossary.yaml", "id: optics", "id: ada-lamp", "the id ada-lamp is already taken in glossary.yaml"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tree: Path, file: str, old: str, new: str, expected: str):
    edit(tree / file, old, new)
    assert any(expected in problem for problem in problems(tree)), problems(tree)


def test_a_speaker_cannot_be_in_two_places(tree: Path):
    edit(tree / "programme/2031-05-20.yaml", "    part_of: welcome\n", "    speakers: [ada-lamp]\n")
    text = (tree / "programme/2031-05-20.yaml").read_text("utf-8")
    head, _, tail = text.rpartition("room: oak-hall")
    (tree / "programme/2031-05-20.yaml").write_text(f"{head}room: glass-hall{tail}", "utf-8")
    assert any("ada-lamp speaks at the same time in welcome" in problem for problem in problems(tree))


def test_two_desks_may_share_a_room_but_cancelled_sessions_take_none(tree: Path):
    path = tree / "programme/2031-05-20.yaml"
    edit(path, "    part_of: welcome\n", "")
    edit(path, "kind: forum", "kind: desk")
    assert len(problems(tree)) == 1
    edit(path, "kind: ceremony", "kind: exhibition")
    assert problems(tree) == []
    edit(path, "kind: exhibition", "kind: ceremony")
    head, _, tail = path.read_text("utf-8").rpartition("status: confirmed")
    path.write_text(f"{head}status: cancelled{tail}", "utf-8")
    assert problems(tree) == []


def test_the_same_question_in_two_entries_is_a_warning(tree: Path):
    edit(tree / "practical/boat.ru.md", "паром", "Куда поставить зонт")
    assert any("umbrella and boat answer the same question" in problem for problem in problems(tree))


def test_one_unreadable_file_does_not_bury_itself_under_others(tree: Path):
    (tree / "venues/harbour-house.yaml").write_text("id: [", "utf-8")
    found = problems(tree)
    assert len(found) == 1
    assert found[0].startswith("venues/harbour-house.yaml:1: not valid YAML")


def test_valid_until_a_day_means_to_its_end(tree: Path):
    for language in Language:
        edit(tree / f"practical/boat.{language}.md", "questions:\n", "valid_until: 2031-05-20\nquestions:\n")
    entry = next(entry for entry in knowledge_files.read(tree).entries if entry.id == "boat")
    assert entry.is_valid_at(datetime(2031, 5, 20, 23, 59, tzinfo=ZONE))
    assert not entry.is_valid_at(datetime(2031, 5, 21, 0, 0, tzinfo=ZONE))


def test_front_matter_may_be_missing(tmp_path: Path):
    (tmp_path / "practical").mkdir()
    (tmp_path / "practical" / "tea.en.md").write_text("# Tea\n\nTea is at four.\n")
    knowledge = knowledge_files.read(tmp_path)
    assert knowledge.errors == ()
    assert knowledge.entries[0].renderings[Language.EN].body == "Tea is at four."


def test_no_folder_and_no_entry_are_errors(tmp_path: Path):
    assert knowledge_files.read(tmp_path / "nowhere").errors
    assert knowledge_files.read(tmp_path).errors


# File names and links


def test_odd_files_are_reported_and_leftovers_passed_over(tree: Path, tmp_path: Path):
    secret = tmp_path / "secret.env"
    secret.write_text("TOKEN=1")
    practical = tree / "practical"
    (practical / "leak.en.md").symlink_to(secret)
    (practical / "up.en.md").symlink_to("../../secret.env")
    (tree / "linked").symlink_to(tmp_path, target_is_directory=True)
    (practical / "new\nline.en.md").write_text("# A\n\nB")
    (practical / "noLanguage.md").write_text("# A\n\nB")
    (practical / "french.fr.md").write_text("# A\n\nB")
    (practical / "Upper Case.en.md").write_text("# A\n\nB")
    (tree / "stray.en.md").write_text("# A\n\nB")
    (practical / "stray.yaml").write_text("a: b")
    (practical / "photo.jpg").write_bytes(b"\xff\xd8")
    os.mkfifo(practical / "pipe.en.md")
    (practical / "folder.en.md").mkdir()
    (practical / "folder.en.md" / "inner.en.md").write_text("# A\n\nB")
    (practical / "big.en.md").write_bytes(b"# A\n\n" + b"x" * 1_000_001)
    for leftover in (".DS_Store", "~$boat.en.md", "boat.en.md~", ".boat.en.md.swp", "Thumbs.db"):
        (practical / leftover).write_bytes(b"\0")
    found = problems(tree)
    for expected in (
        "practical/leak.en.md:1: a link that leads out of the knowledge folder",
        "practical/up.en.md:1: a link that leads out of the knowledge folder",
        "linked:1: a link to a folder",
        "practical/new\\nline.en.md:1: the file name has characters that cannot be shown",
        "practical/noLanguage.md:1: the name must say the language",
        "practical/french.fr.md:1: 'fr' is not a language",
        "practical/Upper Case.en.md:1: the id 'Upper Case' must be",
        "stray.en.md:1: a text belongs into a section folder",
        "practical/stray.yaml:1: no YAML file is expected here",
        "practical/photo.jpg:1: warning: this kind of file is not read",
        "practical/pipe.en.md:1: not a regular file",
        "practical/folder.en.md:1: a folder called like a file",
        "practical/big.en.md:1: larger than 1 MB",
    ):
        assert any(problem.startswith(expected) for problem in found), (expected, found)
    assert len(found) == 13
    assert all("TOKEN" not in content.decode(errors="ignore") for content in knowledge_files.read(tree).files.values())


# YAML

HOSTILE_YAML = {
    "alias bomb": "a: &a [x, x]\nb: &b [*a, *a]\nsessions: [*b, *b]\n",
    "merge keys": "sessions:\n  - <<: {id: x}\n    id: y\n",
    "tag": "sessions: !!python/object/apply:os.system ['echo']\n",
    "plain tag": "sessions: !!str x\n",
    "duplicate key": "sessions: []\nsessions: []\n",
    "deep": "sessions: " + "[" * 5_000 + "]" * 5_000,
    "very deep": "sessions: " + "[" * 400_000,
    "deep blocks": "\n".join("  " * depth + "a:" for depth in range(1, 600)),
    "many nodes": "sessions: [" + "a," * 400_000 + "]",
    "two documents": "sessions: []\n---\nsessions: []\n",
    "complex key": "? [a, b]\n: c\n",
    "tab": "sessions:\n\t- id: x\n",
    "not closed": 'sessions:\n  - id: "x\n',
    "directive": "%YAML 1.1\n---\nsessions: []\n",
    "binary": "sessions: !!binary aGVsbG8=\n",
    "colon in a text": "sessions:\n  - id: x\n    title: When: now\n",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sessions: [a b\n", "[ is never closed"), ("sessions: {a: b\n", "{ is never closed"),
        ("sessions: [x, what?, y: ?]", "a text with ? inside [ ]"), ("- id: x\n kind: y\n", "wrong indentation"),
        ("title: a - b\n- c", "wrong indentation"), ("title: &\nid: x", "begins with &"), ("title: *", "begins with *"),
        ("title: | text", "begins with |"), ("title: `x`", "begins with `"), ('title: "C:\\q"', "a backslash inside"),
        ("title: - x", "a - where no list item"), ("title: ]", "a comma or a bracket"),
        ("[a]\nb: c", "something that cannot stand here"),
    ],
)  # fmt: skip
def test_what_the_yaml_reader_stumbles_over_is_told_in_plain_words(tree: Path, text: str, said: str):
    (tree / "programme" / "bad.yaml").write_text(text)
    (problem,) = [problem for problem in knowledge_files.read(tree).errors if problem.path == "programme/bad.yaml"]
    assert problem.message.startswith("not valid YAML: ")
    assert said in problem.message


@pytest.mark.parametrize("text", HOSTILE_YAML.values(), ids=HOSTILE_YAML.keys())
def test_hostile_yaml_is_refused_quickly_with_its_line(tree: Path, text: str):
    (tree / "programme" / "bad.yaml").write_text(text)
    started = time.monotonic()
    knowledge = knowledge_files.read(tree)
    assert time.monotonic() - started < 10
    assert any(problem.path == "programme/bad.yaml" and problem.line >= 1 for problem in knowledge.errors)


def test_yaml_keeps_what_was_written():
    tree = safe_yaml.parse('a: 09:00\nb: no\nc: 1.10\nd: 0123\ne: 2025-07-11\nf: ~\ng: "null"\n', pytest.fail)
    assert {key: node.value for key, node in tree.value.items()} == {
        "a": "09:00", "b": "no", "c": "1.10", "d": "0123", "e": "2025-07-11", "f": "", "g": "null",
    }  # fmt: skip


# Encodings

RUSSIAN = """---
source: «Вестник», 1 мая
---
# Зонты — «куда»?

Зонты сдают в гардероб у входа № 1 с 08:00 до 19:00.
"""
CHINESE = """---
source: 《公报》
---
# 雨伞存放

雨伞请存放在1号门旁的衣帽间，开放时间为08:00至19:00，由工作人员保管。
"""
MIXED = "title:\n  zh: 雨伞请存放在1号门旁的衣帽间，您可以在这里\n  ru: Зонты сдают в гардероб\n  en: Umbrellas\n"
ENGLISH = "# Umbrellas\n\nUmbrellas are left at the “cloakroom” – from 08:00.\n"


@pytest.mark.parametrize(
    ("text", "codec", "name"),
    [
        (RUSSIAN, "utf-8", "UTF-8"), (RUSSIAN, "utf-8-sig", "UTF-8"), (RUSSIAN, "utf-16", "UTF-16"),
        (RUSSIAN, "utf-16-le", "UTF-16"), (RUSSIAN, "utf-16-be", "UTF-16"), (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN.translate(str.maketrans("«»—№", '""-N')), "koi8-r", "KOI8-R"), (RUSSIAN, "gb18030", "GB18030"),
        (CHINESE, "utf-8-sig", "UTF-8"), (CHINESE, "utf-16", "UTF-16"), (CHINESE, "utf-16-le", "UTF-16"),
        (CHINESE, "utf-16-be", "UTF-16"), (CHINESE, "gb18030", "GB18030"), (CHINESE, "gbk", "GB18030"),
        (MIXED, "utf-16-le", "UTF-16"), (MIXED, "gb18030", "GB18030"),
        (ENGLISH, "cp1252", "Windows-1251"), (ENGLISH, "utf-16-le", "UTF-16"), (ENGLISH, "utf-16-be", "UTF-16"),
    ],
)  # fmt: skip
def test_an_encoding_is_recognised(text: str, codec: str, name: str):
    assert encodings.decode(text.encode(codec)) == (text, name)


@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (RUSSIAN.replace("«", '"').replace("»", '"').replace("—", "-").replace("№", "N"), "cp866"),
        (RUSSIAN, "mac-cyrillic"), (RUSSIAN.replace("«", "").replace("»", "").replace("—", ""), "iso8859-5"),
        (CHINESE, "hz"), ("雨傘請存放在衣帽間，開放時間為每天。", "big5"),
        ("傘はクロークに預けてください。", "shift-jis"),
        ("Le café est à côté, déjà fermé. Garçon !", "cp1252"), (RUSSIAN, "utf-32"), ("a\0b", "utf-8"),
        ("Größe über alles, schöne Grüße", "latin-1"),
    ],
)  # fmt: skip
def test_another_encoding_is_refused_and_never_guessed(text: str, codec: str):
    try:
        content = text.encode(codec)
    except UnicodeEncodeError:
        content = text.encode(codec, "ignore")
    decoded, _ = encodings.decode(content)
    assert decoded is None


def test_every_shipped_text_survives_every_encoding():
    """Text identical, or a refusal; never mojibake."""
    refused = total = 0
    for path in sorted((ROOT / "knowledge").glob("*/*.md"))[::7]:
        text = path.read_text("utf-8")
        for codec in ("utf-16-le", "utf-16-be", "gb18030", "cp1251", "koi8-r"):
            try:
                content = text.encode(codec)
            except UnicodeEncodeError:
                continue
            decoded, _ = encodings.decode(content)
            total += 1
            refused += decoded is None
            assert decoded is None or decoded == text, (path, codec)
    assert refused <= total * 0.05


def test_a_foreign_encoding_is_a_warning_and_damage_an_error(tree: Path):
    path = tree / "practical/umbrella.ru.md"
    path.write_bytes(path.read_text("utf-8").encode("cp1251"))
    place = "practical/umbrella.ru.md:1"
    assert problems(tree) == [f"{place}: warning: read as Windows-1251; please save the file as UTF-8"]
    path.write_bytes("# Зонты\n\nЗонты".encode("cp866"))
    assert any("the encoding is not recognised" in problem for problem in problems(tree))
    path.write_text("# Зонты\n\nЗо\ufffdты\u202e\n", "utf-8")
    found = problems(tree)
    assert any("umbrella.ru.md:3: a damaged character" in problem for problem in found)
    assert any("umbrella.ru.md:3: warning: an invisible direction mark (U+202E)" in problem for problem in found)
    path.write_text("# Зонты\n\nЗо\x1b[31mты\n", "utf-8")
    assert any("umbrella.ru.md:3: a control character (U+001B)" in problem for problem in problems(tree))


# Spreadsheets

HEADER = ["id", "kind", "start", "end", "room", "status", "checked", *(
    f"{key}_{language}"
    for key in ("source", "title", "summary", "aliases", "questions") for language in ("zh", "ru", "en")
)]  # fmt: skip
TEXTS = [
    "公报", "Вестник", "Gazette", "茶歇", "Чай", "Tea", "茶歇在玻璃厅。", "Чай в Стеклянном зале.",
    "Tea is in the Glass Hall.",
    "喝茶", "чаёк", "cuppa", "茶在哪？|几点喝茶？", "Где чай?\nКогда чай?", "Where is tea?|When is tea?",
]  # fmt: skip
ROW = ["tea", "meal", "2031-05-20 15:00|2031-05-21 15:00", "2031-05-20 15:30|2031-05-21 15:30", "glass-hall", "sample",
       "2031-05-02", *TEXTS]  # fmt: skip


def workbook(rows: list[list[object]]) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def as_csv(rows: list[list[str]], delimiter: str = ",") -> str:
    import csv

    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["xlsx", "csv", "csv in Excel's Russian way"])
def test_a_spreadsheet_gives_the_sessions_that_yaml_gives(tree: Path, form: str):
    if form == "xlsx":
        (tree / "programme/programme.xlsx").write_bytes(workbook([HEADER, ROW]))
    elif form == "csv":
        (tree / "programme/programme.csv").write_text(as_csv([HEADER, ROW]), "utf-8-sig")
    else:
        (tree / "programme/programme.csv").write_text(as_csv([HEADER, ROW], ";"), "utf-16")
    knowledge = knowledge_files.read(tree)
    assert knowledge.errors == ()
    tea = knowledge.programme.session("tea")
    assert [slot.start.day for slot in tea.slots] == [20, 21]
    entry = next(entry for entry in knowledge.entries if entry.id == "tea")
    assert entry.renderings[Language.RU].questions == ("Где чай?", "Когда чай?", "чаёк")


def test_values_to_pass_over_stand_in_a_column_too(tree: Path):
    (tree / "programme/programme.csv").write_text(as_csv([[*HEADER, "parity"], [*ROW, "Tea: a word|15:00: as it is"]]))
    knowledge = knowledge_files.read(tree)
    assert knowledge.errors == ()
    assert knowledge.passed_over["tea"] == ("Tea: a word", "15:00: as it is")


def test_real_dates_in_cells_are_understood(tree: Path):
    row = [*ROW]
    row[2:4] = [datetime(2031, 5, 20, 15, 0), datetime(2031, 5, 20, 15, 30)]
    row[6] = datetime(2031, 5, 2)
    (tree / "programme/programme.xlsx").write_bytes(workbook([HEADER, row]))
    knowledge = knowledge_files.read(tree)
    assert knowledge.errors == ()
    assert knowledge.programme.session("tea").slots[0].end == datetime(2031, 5, 20, 15, 30, tzinfo=ZONE)


def test_problems_of_a_spreadsheet_name_the_cell(tree: Path):
    bad = [*ROW]
    bad[2], bad[3], bad[4] = "tomorrow", "", "glas-hall"
    (tree / "programme/programme.xlsx").write_bytes(workbook([[*HEADER, "colour"], bad]))
    found = problems(tree)
    assert any("programme.xlsx:2: C2: start 'tomorrow' is not a time such as" in problem for problem in found)
    assert "programme/programme.xlsx:2: E2: room glas-hall is unknown; did you mean glass-hall?" in found
    assert "programme/programme.xlsx:1: W1: unknown column colour" in found


@pytest.mark.parametrize("trick", ["bomb", "entities", "no zip", "endless rows", "locked", "empty"])
def test_hostile_workbooks_are_refused_quickly(tree: Path, trick: str):
    good = workbook([HEADER, ROW])
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename.endswith("sheet1.xml") and trick == "entities":
                content = content.replace(b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]><worksheet', 1)
            if member.filename.endswith("sheet1.xml") and trick == "endless rows":
                content = content.replace(b'<row r="2"', b'<row r="1048576"')
            new.writestr(member.filename, content)
        if trick == "bomb":
            new.writestr("xl/media/bomb.bin", b"\0" * 100_000_000)
    content = {"no zip": b"PK\x03\x04 not really", "empty": b""}.get(trick, buffer.getvalue())
    if trick == "locked":
        content = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")
    (tree / "programme/programme.xlsx").write_bytes(content)
    started = time.monotonic()
    found = problems(tree)
    assert time.monotonic() - started < 3
    assert any(problem.startswith("programme/programme.xlsx:1: ") for problem in found), found


def test_a_question_both_answered_and_not_answered_is_a_warning(tree: Path):
    edit(tree / "practical/boat.ru.md", "questions:", 'not_answered:\n  - "Куда поставить зонт"\nquestions:')
    assert any("boat.ru.md" in problem and "that umbrella answers" in problem for problem in problems(tree))
