"""The lexicon is complete, native in three scripts and free of doubles."""

import pytest

from bot.domain.knowledge import Severity
from bot.domain.language import Language
from bot.encoder import lexicon, paraphrases


def test_the_shipped_lexicon_is_large_and_clean():
    concepts, problems = lexicon.read()
    assert [str(problem) for problem in problems if problem.severity is Severity.ERROR] == []
    assert len(concepts) >= 2500


def test_the_paraphrase_corpus_is_clean():
    groups, problems = paraphrases.read()
    assert problems == []
    assert len(groups) >= 500


def test_the_check_finds_doubles_and_gaps(tmp_path):
    (tmp_path / "a.tsv").write_text(
        "concept\tzh\tru\ten\nhat\t帽子\tшляпа\that\nhat\t帽\tшапка\tcap\nbag\t\tсумка\tbag\nx\ty\n", "utf-8"
    )
    concepts, problems = lexicon.read(tmp_path)
    assert [concept.id for concept in concepts] == ["hat"]
    assert [problem.line for problem in problems] == [3, 4, 5]


@pytest.mark.parametrize(
    "text", ["where do I leave my wet umbrella", "Куда поставить мокрый зонт?", "雨伞湿了放哪里", "雨傘濕了放哪裡"]
)
def test_the_same_concepts_are_found_in_every_language(text):
    assert {"umbrella", "wet"} <= set(lexicon.concepts_in(text))


def test_every_concept_finds_itself_by_its_first_form():
    lost = [
        (concept.id, language.value, forms[0])
        for concept in lexicon.concepts()[::25]
        for language, forms in concept.forms.items()
        if concept.id not in lexicon.concepts_in(forms[0])
    ]
    # A few Chinese forms are cut by the segmenter into longer neighbours.
    assert len(lost) <= 0.02 * 3 * len(lexicon.concepts()[::25]), lost
    assert {language.value for language in Language} == {"zh", "ru", "en"}
