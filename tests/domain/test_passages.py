"""Sentences and passages."""

import pytest

from bot.domain.knowledge import Entry, EntryKind, PassageKind, Rendering, Status
from bot.domain.language import Language
from bot.domain.passages import passages_of, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost 132.9 billion yuan. Up 12.2%.", ["It cost 132.9 billion yuan.", "Up 12.2%."]),
        ("Открытие 11 июля. «Дружба» — зал.", ["Открытие 11 июля.", "«Дружба» — зал."]),
        ("在主会场。十一点开始！请早到。", ["在主会场。", "十一点开始！", "请早到。"]),
        ("", []),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


def test_a_text_is_one_passage_only_once():
    rendering = Rendering("Wi-Fi", "It is free.", questions=("Wi-Fi", "password?"))
    entry = Entry("wifi", "practical", EntryKind.PROSE, Status.SAMPLE, {Language.EN: rendering})
    assert [(passage.kind, passage.text) for passage in passages_of(entry)] == [
        (PassageKind.TITLE, "Wi-Fi"),
        (PassageKind.QUESTION, "password?"),
        (PassageKind.SENTENCE, "It is free."),
    ]
