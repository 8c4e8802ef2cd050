"""Reads the generic corpus: plain paragraphs far from the forum with questions, from tests/generic/*.yaml."""

from __future__ import annotations

from bot.domain.golden import GoldenQuestion
from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language
from bot.settings import ROOT
from bot.stores.golden_files import load_rows

FOLDER = ROOT / "tests" / "generic"


def read(language: Language, fitting: bool) -> tuple[list[Entry], list[GoldenQuestion]]:
    """Every second paragraph of a language with its questions: those for fitting, or those only measured."""
    path = FOLDER / f"{language}.yaml"
    rows = load_rows(path)[0 if fitting else 1 :: 2] if path.exists() else []
    entries = [
        Entry(row["id"], "generic", EntryKind.PROSE, Status.CONFIRMED, {language: Rendering(row["title"], row["text"])})
        for row in rows
    ]
    questions = [
        GoldenQuestion(f"{row['id']}-{number}", row["id"], language, "direct", str(question), (row["id"],))
        for row in rows
        for number, question in enumerate(row["questions"])
    ]
    return entries, questions
