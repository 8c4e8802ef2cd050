"""Where in the organizers' files a stretch of a text stands: path and line."""

from __future__ import annotations

from functools import lru_cache

from bot.domain.knowledge import Entry
from bot.domain.language import Language, fold
from bot.stores.knowledge_files import Knowledge

_CONTEXTS = (24, 12, 6)


class Places:
    """Finds texts again in the files they were read from; without luck, the place where the entry begins."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._files = knowledge.files
        self._lines = lru_cache(maxsize=None)(self._read)

    def of_text(self, entry: Entry, language: Language, text: str, start: int) -> tuple[str, int]:
        """Path and line of the character at `start` of a text of this entry."""
        rendering = entry.renderings.get(language) or next(iter(entry.renderings.values()))
        lines = self._lines(rendering.path)
        before = text.rfind("\n", 0, start) + 1
        after = text.find("\n", start)
        row = text[before : after if after >= 0 else len(text)]
        place = start - before
        for width in _CONTEXTS:
            stretch = row[max(place - width, 0) : place + width].strip()
            if not stretch:
                continue
            for number in range(rendering.line - 1, len(lines)):
                if stretch in lines[number]:
                    return rendering.path, number + 1
        return rendering.path, rendering.line

    def of_silence(self, entry: Entry, value: str) -> tuple[str, int]:
        """Path and line of a line under `parity:`."""
        for rendering in entry.renderings.values():
            for number, line in enumerate(self._lines(rendering.path), start=1):
                if fold(value) in fold(line) and line.lstrip().startswith("-"):
                    return rendering.path, number
        rendering = next(iter(entry.renderings.values()))
        return rendering.path, rendering.line

    def _read(self, path: str) -> list[str]:
        return self._files.get(path, b"").decode("utf-8", "replace").splitlines()
