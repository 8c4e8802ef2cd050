"""The board as text, page and drafts, /report, and the clustering of given questions line by line."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from bot.channels.reporting import cluster_lines, plain, write_drafts
from bot.conversation import board as board_room
from bot.conversation.board import Prepared, drawn_up, summary
from bot.conversation.board_page import board_page
from bot.conversation.incoming import Incoming
from bot.domain.language import Language
from bot.i18n import catalog
from bot.services.answering import Answering
from bot.services.board import Wording
from bot.services.clustering import Clustering, likenesses_by
from bot.settings import EVENT_ZONE, Settings
from bot.stores.database import Database, exchanges
from tests.conversation.small_house import HeldIndex, build_congress
from tests.doubles import HashEncoder

NOW = datetime(2031, 5, 7, 12, 0, tzinfo=EVENT_ZONE)
EN = Language.EN
NASTY = 'Where is "the <script>alert(1)</script> pool" & the sauna? call +7 916 123 45 67'


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    opened = build_congress(tmp_path_factory.mktemp("congress") / "g7")
    yield opened
    opened.close()


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'board.sqlite3'}")
    async with opened.writing() as tx:
        said = [(NASTY, "handover"), (NASTY, "handover"), ("Кто министр?", "clarify")]
        for number, (text, outcome) in enumerate(said):
            language = EN if number < 2 else Language.RU
            at = NOW.replace(hour=9 + number)
            await exchanges.record(tx, 700100 + number, text, language, outcome, (), (), 0.1, 4.0, "7", at, 1)
        told = next(iter(opened_entries()))
        await exchanges.record(tx, 700100, "x", EN, "answer", (told,), (told,), 0.9, 4.0, "7", NOW.replace(hour=10), 1)
    yield opened
    await opened.close()


def opened_entries():
    from bot.stores import knowledge_files
    from tests.conversation.small_house import CONGRESS

    return [entry.id for entry in knowledge_files.read(CONGRESS).entries]


@pytest.fixture
async def prepared(database, index) -> Prepared:
    return await drawn_up(database, Answering(HeldIndex(index)), HeldIndex(index), NOW)


@pytest.mark.parametrize("language", list(Language))
async def test_page_is_whole_escaped_and_without_persons(prepared, language):
    page = board_page(prepared.board, prepared.entries, catalog(language))
    assert page.startswith("<!doctype html>") and page.count("<svg") == 2 and "@media print" in page
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "916" not in page and "700100" not in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)
    assert len(re.findall(r"<(?:div|article|table|section|ul|details|svg|g)\b", page)) == len(
        re.findall(r"</(?:div|article|table|section|ul|details|svg|g)>", page)
    )
    assert "2×" in page


async def test_page_says_what_is_masked_and_reads_forward_on_paper(prepared):
    page = board_page(prepared.board, prepared.entries, catalog(EN))
    assert "look through the page before you pass it on" in page and "names no person" not in page
    # On paper nothing stays folded, and pages are numbered.
    printed = page[page.index("@media print") : page.index("</style>")]
    assert "details::details-content { content-visibility: visible }" in printed and "counter(page)" in printed


async def test_text(prepared):
    shown = plain(prepared, catalog(EN))
    assert "4 questions: answered 1, offered a choice 1, handed over 2." in shown
    assert "2× Where is" in shown and "916" not in shown


async def test_the_reader_s_language_comes_first_everywhere(prepared):
    pool = next(gap for gap in prepared.board.gaps if gap.count == 2)
    spoken = replace(pool, wordings=(*pool.wordings, Wording("Где бассейн?", Language.RU, 1)), answered_now="umbrella")
    told = Prepared(replace(prepared.board, gaps=[spoken]), prepared.entries)
    say = catalog(Language.RU)
    assert "2× Где бассейн?" in summary(told.board, say)
    *_, below = plain(told, say).partition("\n\n2× Где бассейн?\n")
    assert below.splitlines()[2].startswith("   Сегодня база знаний на это отвечает")
    assert "<h3>Где бассейн?" in board_page(told.board, told.entries, say)


async def test_drafts_can_be_filled_in_and_published(prepared, tmp_path):
    from bot.stores.knowledge_files import read_files
    from tests.conversation.small_house import CONGRESS

    write_drafts(prepared, tmp_path / "drafts")
    files = {path.relative_to(CONGRESS).as_posix(): path.read_bytes() for path in CONGRESS.rglob("*") if path.is_file()}
    drafts = sorted((tmp_path / "drafts").glob("where-is*.md"))
    assert [path.name.split(".")[1] for path in drafts] == ["en", "ru", "zh"]
    for path in drafts:
        filled = path.read_text("utf-8").replace('source: ""', "source: Desk").replace("\n…\n", "\nYes.\n")
        files[f"practical/{path.name}"] = filled.replace("# …", "# Pool").encode()
    knowledge = read_files(files)
    assert not [problem for problem in knowledge.problems if "where-is" in problem.path and problem.severity == "error"]
    added = next(entry for entry in knowledge.entries if entry.id.startswith("where-is"))
    assert added.renderings[EN].questions[0].startswith('Where is "the <script>')


async def test_report_is_for_organizers_only(prepared, stage_settings, database, index):
    asked, held = Incoming(700100, 5, NOW, command="report"), HeldIndex(index)
    assert await board_room.prepare(asked, database, Answering(held), held, stage_settings, NOW) is None
    allowed = replace(asked, person=42)
    found = await board_room.prepare(allowed, database, Answering(held), held, stage_settings, NOW)
    assert isinstance(found, Prepared) and found.board.asked == 4


@pytest.fixture
def stage_settings(tmp_path):
    return Settings(_env_file=None, data_dir=tmp_path, organizers="42")


async def test_report_in_the_chat(tmp_path, index):
    from bot.conversation.assistant import Assistant
    from tests.conversation.stand_ins import Clock

    settings = Settings(_env_file=None, data_dir=tmp_path, organizers="42")
    clock = Clock(NOW)
    database = await Database.open(settings.database, clock)
    assistant = Assistant(Answering(HeldIndex(index)), HeldIndex(index), database, settings, clock)
    await assistant.respond(Incoming(7, 7, NOW, text="Is there a sauna?", message=1, interface_language=EN))
    clock.advance(minutes=1)
    said, page, *_ = await assistant.respond(Incoming(42, 42, NOW, command="report", interface_language=Language.RU))
    assert said.title == "О чём спрашивают делегаты"
    assert "1× Is there a sauna?" in said.text
    assert page.attachment.name.endswith(".html") and "Is there a sauna?" in page.attachment.content.decode()
    other = await assistant.respond(Incoming(7, 7, NOW, command="report", interface_language=EN))
    assert "I do not know this command" in other[0].text and other[0].attachment is None
    await database.close()


def test_cluster_lines_keep_the_order_and_name_what_cannot_be_read():
    source = io.StringIO(
        '\ufeff{"id": "a", "question": "Where is the pool?"}\n\n{"id": 2, "question": "where is the POOL"}\n'
        'no json\n{"id": 4, "question": 5}\n{"id": 5, "question": "有桑拿吗？"}\n{"question": "Where is the pool?"}\n'
    )
    target = io.StringIO()
    assert cluster_lines(source, target, Clustering(partial(likenesses_by, HashEncoder()))) == 2
    rows = [json.loads(line) for line in target.getvalue().splitlines()]
    assert [row["id"] for row in rows] == ["a", 2, None, 4, 5, None]
    assert [row.get("cluster") for row in rows] == [1, 1, None, None, 2, 1]
    assert "line 4" in rows[2]["error"]
