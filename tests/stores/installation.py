"""A data directory into which tests publish versions of one entry."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language
from bot.domain.programme import Programme
from bot.settings import EVENT_ZONE
from bot.stores import generations, index
from bot.stores.generations import Version
from tests.doubles import HashEncoder

NOW = datetime(2031, 5, 20, 9, 0, tzinfo=EVENT_ZONE)
ENCODER = HashEncoder()


class Installation:
    """A data directory into which versions are published."""

    def __init__(self, data: Path) -> None:
        self.data = data
        generations.prepare(data)

    def publish(self, number: int, encoder: Any = ENCODER, damaged: str | None = None) -> Path:
        """Publish a version whose one entry names its number; `damaged` is a file that is then torn off."""
        folder = generations.new_folder(self.data, number, f"{number:08x}ff")
        text = f"The boat of version {number} leaves from the pier."
        rendering = Rendering("Boat", text, questions=("When does the boat leave?",))
        entry = Entry("boat", "practical", EntryKind.PROSE, Status.CONFIRMED, {Language.EN: rendering})
        index.build(folder, [entry], Programme(EVENT_ZONE, ()), encoder, version=number, created=NOW, digest="d" * 64)
        if damaged:
            (folder / damaged).unlink()
        when = datetime.now(UTC).isoformat()
        version = Version(number, folder.name, "d" * 64, encoder.identity, "anna", when)
        generations.publish(self.data, version)
        return folder
