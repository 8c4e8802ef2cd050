"""The paraphrase corpus: how people ask the same thing in many ways, on subjects wider than this event."""

from __future__ import annotations

from pathlib import Path

from bot.domain.knowledge import Problem
from bot.domain.language import Language
from bot.domain.sentence import Sentence

FOLDER = Path(__file__).parent / "paraphrases"


def read(folder: Path = FOLDER) -> tuple[list[dict[Language, tuple[str, ...]]], list[Problem]]:
    """Every group of the TSV files (columns zh, ru, en; texts separated by |), and what is wrong with them."""
    groups: list[dict[Language, tuple[str, ...]]] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if number == 1 or not line.strip():
                continue
            cells = line.split("\t")
            if len(cells) != 3:
                problem = Sentence("{count} columns instead of {wanted}", count=len(cells), wanted=3)
                problems.append(Problem(path.name, number, problem))
                continue
            group = {
                language: tuple(text.strip() for text in cell.split("|") if text.strip())
                for language, cell in zip(Language, cells, strict=True)
            }
            if not all(group.values()):
                problems.append(Problem(path.name, number, Sentence("empty cell")))
                continue
            groups.append(group)
    return groups, problems
