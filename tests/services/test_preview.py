"""The preview on a real index of the small congress: what changes for those who ask, without publishing."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.conversation.preview_page import english
from bot.domain.golden import GoldenQuestion
from bot.domain.language import Language
from bot.services import preview_lines, quality, real_questions, replay
from bot.services.ingestion import Ingestion, Result
from bot.services.preview import Preview, preview
from bot.services.publication import GotWorse, refuse
from bot.services.quality import Fall
from bot.services.replay import Asked, Told
from bot.settings import EVENT_ZONE, ROOT
from bot.stores import generations
from bot.stores.database import Database, delegates, exchanges
from bot.stores.generations import GenerationError
from bot.stores.index import Index
from tests.conversation.small_house import PlainDecision
from tests.doubles import HashEncoder, in_this_process

NOW = datetime(2031, 5, 20, 9, 0, tzinfo=EVENT_ZONE)
EN = Language.EN


def ask(folders: Sequence[Path], asked: Sequence[Asked], progress=lambda done, total: None) -> list[list[Told]]:
    """Both generations asked here, with a decision that needs no fitting."""
    found = []
    for folder in folders:
        index = Index(folder, HashEncoder(), in_memory=True)
        try:
            index.calibration = PlainDecision()
            found.append(replay.ask_all(index, asked))
        finally:
            index.close()
    return found


@pytest.fixture
def installation(tmp_path: Path) -> Ingestion:
    knowledge = shutil.copytree(ROOT / "tests" / "congress", tmp_path / "knowledge")
    encoder = HashEncoder()
    return Ingestion(knowledge, tmp_path / "data", lambda: encoder, calibrate=lambda folder, model: None,
                     **in_this_process())  # fmt: skip


@pytest.fixture
def published(installation: Ingestion) -> Ingestion:
    assert installation.publish().result is Result.PUBLISHED
    return installation


def asked(*texts: str, language: Language = EN) -> list[Asked]:
    return [Asked(text, language, NOW) for text in texts]


def look(installation: Ingestion, *texts: str) -> Preview:
    return preview(installation, installation.read(), asked(*texts), ask)


def remove(installation: Ingestion, entry_id: str) -> None:
    for path in installation.knowledge_dir.rglob(f"{entry_id}.*.md"):
        path.unlink()


def edit(installation: Ingestion, pattern: str, old: str, new: str) -> None:
    for path in installation.knowledge_dir.rglob(pattern):
        path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def test_nothing_changes_and_nothing_is_published(published: Ingestion):
    found = look(published, "Where can I leave my umbrella?", "who is the king of France")
    assert (found.old_version, str(found.changes)) == (1, "no entry changed")
    assert (found.differences, found.real, found.compared) == ((), 2, True)
    assert generations.current_number(published.data_dir) == 1
    assert len(list((published.data_dir / "generations").iterdir())) == 1
    assert preview_lines.summary(found) == "No answer changes."


def test_an_entry_that_goes_takes_its_answers_along(published: Ingestion):
    remove(published, "umbrella")
    found = look(published, "Where can I leave my umbrella?", "Where can I leave my umbrella", "where is the lift")
    assert found.changes.removed == ("umbrella",)
    assert {(one.kind, one.before.entries) for one in found.differences} == {("lost", ("umbrella",))}
    assert "lose" in preview_lines.summary(found)


def test_other_words_of_the_same_entry(published: Ingestion):
    edit(published, "umbrella.*.md", "08:00", "08:30")
    found = look(published, "Where can I leave my umbrella?")
    assert [one.kind for one in found.differences] == ["reworded"]
    assert preview_lines.summary(found) == "1 question is answered in other words."
    before, after = found.differences[0].words
    assert "08:00" in before and before.replace("08:00", "08:30") == after
    told = [line.strip() for line in preview_lines.lines(found) if line.startswith("      ")]
    title = "Umbrella storage (umbrella)"
    assert told == [f"before: {title}: {before}", f"after:  {title}: {after}"]
    page = english(found)
    assert "<mark>00</mark>" in page and "<mark>30</mark>" in page
    assert [name in page for name in ('data-name="Before"', 'data-name="After"')] == [True, True]


def test_other_times_of_a_session_told_from_the_programme(published: Ingestion):
    edit(published, "2031-05-20.yaml", "10:30", "10:45")
    found = look(published, "What is on in the Oak Hall on 20 May?")
    assert [(one.kind, one.before.kind, one.words) for one in found.differences] == [
        ("reworded", "programme", ("Talk on lenses · 20.05 10:30–11:00 · Oak Hall (1)",
                                   "Talk on lenses · 20.05 10:45–11:00 · Oak Hall (1)"))
    ]  # fmt: skip


def test_a_new_entry_that_answers_what_another_answers_already(published: Ingestion):
    for language in Language:
        source = published.knowledge_dir / "practical" / f"umbrella.{language}.md"
        shutil.copy(source, source.with_name(f"brolly.{language}.md"))
    found = look(published)
    (collision, *_) = found.collisions
    assert (collision.entry_id, collision.other_id) == ("brolly", "umbrella")
    assert any("brolly and umbrella answer the same questions" in line for line in preview_lines.lines(found))


def test_a_session_that_moves_is_named(published: Ingestion):
    edit(published, "2031-05-20.yaml", "room: oak-hall", "room: glass-hall")
    knowledge = published.read()
    if knowledge.errors:  # the text still says the old hall
        knowledge = replace(knowledge, problems=())
    found = preview(published, knowledge, (), ask)
    assert any(change.old_room and change.new_room for change in found.sessions)
    assert any("moved to another room" in line for line in preview_lines.lines(found))


def test_the_page_is_whole_and_names_nobody_s_chat(published: Ingestion):
    remove(published, "umbrella")
    page = english(look(published, "Where can I leave my umbrella?", "<script>alert(1)</script> umbrella"))
    assert page.startswith("<!doctype html>")
    assert "Where can I leave my umbrella?" in page
    assert "<script>alert" not in page
    assert "http" not in page.replace("http-equiv", "")


def test_before_the_first_publication_there_is_nothing_to_compare(installation: Ingestion):
    found = look(installation, "Where can I leave my umbrella?")
    assert (found.old_version, found.compared, found.differences) == (None, False, ())
    assert found.changes.added


def test_errors_have_no_preview(published: Ingestion):
    edit(published, "2031-05-20.yaml", "room: oak-hall", "room: nowhere")
    with pytest.raises(GenerationError, match="error"):
        look(published)


async def test_real_questions_come_without_persons(tmp_path: Path):
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'assistant.sqlite3'}")
    try:
        async with database.writing() as tx:
            for chat, text, minutes, outcome in (
                (5, "Where is the lift?", 0, "answer"), (6, "Я Петров, тема?", 1, "handover"),
                (5, "and the stairs?", 4, "answer"), (5, "thanks", 5, "courtesy"),
                (5, "Is there a prayer room?", 40, "answer"),
            ):  # fmt: skip
                await delegates.meet(tx, chat)
                await exchanges.record(
                    tx, chat, text, EN, outcome, at=datetime.now(UTC) - timedelta(minutes=60 - minutes)
                )
        found = await real_questions.read(database, datetime.now(UTC))
    finally:
        await database.close()
    assert [(one.text, one.previous) for one in found] == [
        ("Where is the lift?", ()), ("Я …, тема?", ()), ("and the stairs?", ("Where is the lift?",)),
        ("Is there a prayer room?", ()),
    ]  # fmt: skip
    assert not any(hasattr(one, "chat") for one in found)


def golden(number: int, language: Language = EN, expected: tuple[str, ...] = ("a",)) -> GoldenQuestion:
    return GoldenQuestion(f"g{number}", f"topic-{number}", language, "direct", f"where is thing {number}", expected)


def test_a_fall_beyond_the_margin_is_told_per_language():
    questions = [golden(number) for number in range(100)]
    right = {question.id: "right" for question in questions}
    assert quality.falls(questions, right, right | {"g1": "silent", "g2": "silent"}) == ()
    (fall,) = quality.falls(questions, right, right | {f"g{number}": "silent" for number in range(3)})
    assert (fall.language, fall.verdict, round(fall.after, 2)) == (EN, "right", 0.97)
    worse = quality.falls(questions, right, right | {f"g{number}": "wrong" for number in range(3)})
    assert [fall.verdict for fall in worse] == ["right", "wrong"]


def test_a_bad_sample_is_confirmed_by_a_large_one(tmp_path: Path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir(), new.mkdir()
    questions = [golden(number, expected=("a" if number < 10 else "b",)) for number in range(3_000)]
    asked_of: list[int] = []

    def told(folder: Path, several: Sequence[Asked]) -> list[Told]:
        asked_of.append(len(several))
        lost = folder.name == "new"
        return [Told("handover") if lost and int(one.golden[1:]) < 10 else
                Told("answer", ("a",) if int(one.golden[1:]) < 10 else ("b",)) for one in several]  # fmt: skip

    assert quality.compare_folders(old, new, questions, {"a"}, told) == ()
    assert asked_of[:2] == [quality.SAMPLE + 10, quality.SAMPLE + 10]
    asked_of.clear()
    assert quality.compare_folders(old, new, questions, {"a"}, told) == ()
    assert asked_of == []  # what was found out is kept in the generations


def test_publication_refuses_what_makes_answers_worse_and_keeps_the_reason_of_force(published: Ingestion):
    edit(published, "umbrella.*.md", "08:00", "08:30")
    worse = replace(published, measure=lambda *details: (Fall(EN, "right", 0.9, 0.8),))
    outcome = worse.publish()
    assert (outcome.result, generations.current_number(published.data_dir)) == (Result.REFUSED, 1)
    assert "right answers in en: 90.0% before, 80.0% after" in outcome.refusal
    assert len(list((published.data_dir / "generations").iterdir())) == 1
    forced = worse.publish(force="the hall burned down")
    assert forced.result is Result.PUBLISHED
    assert published.versions()[-1].forced == "the hall burned down"


def test_refusing_needs_a_fall():
    refuse(())
    with pytest.raises(GotWorse, match="by more than 2%"):
        refuse((Fall(EN, "wrong", 0.1, 0.2),))


def test_golden_questions_of_another_event_are_not_asked(published: Ingestion):
    assert quality.golden_for({entry.id for entry in published.read().entries}, published.data_dir) == []
