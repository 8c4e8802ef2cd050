"""The trilingual lexicon: concepts with the words people use for them, and how they are found in a text."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from bot.domain.knowledge import Problem, Severity
from bot.domain.language import Language, fold
from bot.domain.sentence import Sentence

FOLDER = Path(__file__).parent / "lexicon"
CONCEPT = "c:"
"""What marks a concept among words."""
_LONGEST = 6  # words of the longest form; measured: no form is longer


@dataclass(frozen=True)
class Concept:
    """One meaning with its forms in each language."""

    id: str
    forms: dict[Language, tuple[str, ...]]


def read(folder: Path = FOLDER) -> tuple[list[Concept], list[Problem]]:
    """Every concept of the TSV files, and what is wrong with them (columns, empty cells, duplicates)."""
    concepts: list[Concept] = []
    problems: list[Problem] = []
    places: dict[str, str] = {}
    holders: dict[tuple[Language, str], list[tuple[str, Path, int]]] = defaultdict(list)
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if number == 1 or not line.strip() or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 4:
                problem = Sentence("{count} columns instead of {wanted}", count=len(cells), wanted=4)
                problems.append(Problem(path.name, number, problem))
                continue
            concept_id = cells[0].strip()
            forms = {
                language: tuple(dict.fromkeys(form.strip() for form in cell.split("|") if form.strip()))
                for language, cell in zip(Language, cells[1:], strict=True)
            }
            if not all(forms.values()):
                problems.append(Problem(path.name, number, Sentence("empty cell in {id}", id=concept_id)))
                continue
            if concept_id in places:
                problem = Sentence("{id} stands in {place} already", id=concept_id, place=places[concept_id])
                problems.append(Problem(path.name, number, problem))
                continue
            places[concept_id] = f"{path.name}:{number}"
            for language, words in forms.items():
                for word in words:
                    holders[language, fold(word)].append((concept_id, path, number))
            concepts.append(Concept(concept_id, forms))
    for (language, word), found in holders.items():
        # Two concepts may share a word (bank of a river, bank for money); more is a lump.
        if len({concept for concept, _, _ in found}) > 2:
            _, path, number = found[-1]
            names = tuple(concept for concept, _, _ in found)
            problem = Sentence("{language}: {word} stands in {concepts}", language=language, word=word, concepts=names)
            problems.append(Problem(path.name, number, problem, Severity.WARNING))
    return concepts, sorted(problems)


@cache
def concepts() -> tuple[Concept, ...]:
    """The shipped lexicon; faulty rows are left out (a test keeps it free of them)."""
    return tuple(read()[0])


def chinese_forms() -> Iterator[str]:
    """Every Chinese form of two characters and more, for the word segmenter."""
    for concept in concepts():
        for form in concept.forms[Language.ZH]:
            if len(form) > 1 and form.isalpha():
                yield form


Table = dict[tuple[str, ...], tuple[str, ...]]
_known: Table = {}


def table() -> Table:
    """The concepts of every form, by the form's words."""
    if not _known:
        _known.update(_analysed())
    return _known


def is_analysed() -> bool:
    """Whether the table is at hand."""
    return bool(_known)


def know(analysed: Table) -> None:
    """Take a table that was analysed before: cutting 38,000 forms into words takes seconds."""
    if not _known:
        _known.update(analysed)


def _analysed() -> Table:
    from bot.encoder.analysis import words

    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for concept in concepts():
        for language, forms in concept.forms.items():
            for form in forms:
                if language is Language.ZH and any(character >= "㐀" for character in form):
                    key = (fold(form).replace(" ", ""),)
                else:
                    key = words(form)
                if key and concept.id not in found[key]:
                    found[key].append(concept.id)
    return {key: tuple(ids) for key, ids in found.items()}


@lru_cache(maxsize=65_536)
def concepts_in(text: str) -> tuple[str, ...]:
    """The concepts a text speaks of, by the longest forms found in it; a repeated concept counts again."""
    from bot.encoder.analysis import words

    forms = table()
    sequence = words(text)
    found: list[str] = []
    position = 0
    while position < len(sequence):
        for length in range(min(_LONGEST, len(sequence) - position), 0, -1):
            if ids := forms.get(sequence[position : position + length]):
                found.extend(ids)
                position += length
                break
        else:
            position += 1
    return tuple(found)
