"""The messages far from the event."""

from pathlib import Path

from bot.domain.language import Language, fold
from bot.encoder import elsewhere
from bot.settings import ROOT
from bot.stores import knowledge_files


def test_every_language_has_as_many():
    found = elsewhere.read()
    assert {language: len(texts) >= 500 for language, texts in found.items()} == dict.fromkeys(Language, True)


def test_none_of_them_is_a_question_of_an_entry():
    entries = knowledge_files.read(ROOT / "knowledge").entries
    answered = {
        fold(question)
        for entry in entries
        for rendering in entry.renderings.values()
        for question in (rendering.title, *rendering.questions)
    }
    assert not {fold(text) for texts in elsewhere.read().values() for text in texts} & answered


def test_a_language_without_a_file_has_none(tmp_path: Path):
    (tmp_path / "en.txt").write_text("Tell me a joke\n\n  Tell me a joke \nKnock knock\n", "utf-8")
    assert elsewhere.read(tmp_path) == {
        Language.ZH: (), Language.RU: (), Language.EN: ("Tell me a joke", "Knock knock"),
    }  # fmt: skip
