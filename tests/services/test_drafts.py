"""Drafts: files the organizers can move as they are, and that forget who asked."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from bot.domain.knowledge import Severity
from bot.domain.language import Language
from bot.services import drafts
from bot.services.drafts import Draft
from bot.settings import EVENT_ZONE
from bot.stores import knowledge_files

CONGRESS = Path(__file__).parent.parent / "congress"


def draft(**more):
    values = {
        "number": 17,
        "questions": (('Кто продаёт "змеев"?\n# и где: {x}', Language.RU), ("Who sells kites?", Language.EN)),
        "asked_by": (3, 4),
        "answer": "---\nКиоск у ворот: до 17:00.\n<b>Каждый день</b>",
        "language": Language.RU,
        "answered_by": 2,
        "at": datetime(2025, 7, 11, 9, 5, tzinfo=EVENT_ZONE),
    }
    return Draft(**values | more)


@pytest.fixture
def congress(tmp_path):
    shutil.copytree(CONGRESS, tmp_path / "congress")
    return tmp_path / "congress"


def test_a_draft_is_listed_and_not_read(congress):
    path = drafts.write(congress, draft())
    assert path.name == "2025-07-11-kto-prodayot-zmeev-i-gde-17.ru.md".replace("yo", "e")
    knowledge = knowledge_files.read(congress)
    assert knowledge.drafts == (f"drafts/{path.name}",)
    assert not knowledge.errors and "kites" not in str(knowledge.entries)


def test_a_moved_draft_is_an_entry(congress):
    path = drafts.write(congress, draft())
    path.rename(congress / "practical" / "kites.ru.md")
    knowledge = knowledge_files.read(congress)
    assert [problem for problem in knowledge.problems if problem.severity is Severity.ERROR] == []
    (entry,) = [entry for entry in knowledge.entries if entry.id == "kites"]
    rendering = entry.renderings[Language.RU]
    assert rendering.questions == ('Кто продаёт "змеев"? # и где: {x}',)
    assert rendering.body.endswith("<b>Каждый день</b>") and "Киоск у ворот: до 17:00." in rendering.body


def test_forgetting_leaves_the_answer_only(congress):
    path = drafts.write(congress, draft())
    name = drafts.forget_questions(congress, path.name, 17)
    assert name == "2025-07-11-17.ru.md" and not path.exists()
    text = (congress / "drafts" / name).read_text("utf-8")
    assert "змеев" not in text and "kites" not in text and "Asked by" not in text
    assert "Киоск у ворот" in text and "# (deleted by the delegate)" in text
    assert drafts.forget_questions(congress, "../forum/none.md", 17) is None


def test_what_delegates_wrote_is_masked_in_the_file_and_its_name(congress):
    path = drafts.write(congress, draft(questions=(("Я Петров Иван, где змеи?", Language.RU),), asked_by=(3,)))
    assert path.name == "2025-07-11-ya-gde-zmei-17.ru.md"
    text = path.read_text("utf-8")
    assert "Петров" not in text and text.count("Я …, где змеи?") == 3


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("Who sells kites here, please, at the gate?", "who-sells-kites-here"),
        ("哪里可以买风筝？", "na-li-ke-yi-mai-feng"),
        ("Где щука и ёж?", "gde-shchuka-i-ezh"),
        ("😀", ""),
    ],
)
def test_slugs(question, slug):
    assert drafts.slug_of(question).startswith(slug) and len(drafts.slug_of(question)) <= 24
