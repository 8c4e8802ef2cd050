"""Messages that people send although they are far from the event: what they are like is not answered, nor offered."""

from __future__ import annotations

from pathlib import Path

from bot.domain.language import Language

FOLDER = Path(__file__).parent / "elsewhere"


def read(folder: Path = FOLDER) -> dict[Language, tuple[str, ...]]:
    """The messages of each language, one a line of its file; a language without a file has none."""
    found = {}
    for language in Language:
        path = folder / f"{language}.txt"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        found[language] = tuple(dict.fromkeys(line.strip() for line in lines if line.strip()))
    return found
