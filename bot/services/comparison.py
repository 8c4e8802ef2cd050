"""What differs between two states of the knowledge."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.domain.knowledge import Entry
from bot.domain.programme import Programme


@dataclass(frozen=True)
class Changes:
    """Ids of entries added, changed and removed between two states of the knowledge."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [("added", self.added), ("changed", self.changed), ("removed", self.removed)]
        return ", ".join(f"{len(ids)} {name}" for name, ids in parts if ids) or "no entry changed"


def compare(old: tuple[tuple[Entry, ...], Programme], new: tuple[tuple[Entry, ...], Programme]) -> Changes:
    """Which entries differ in anything that a delegate or the search could notice."""
    before, after = (_comparable(*state) for state in (old, new))
    return Changes(
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
        tuple(sorted(before.keys() - after.keys())),
    )


def _comparable(entries: tuple[Entry, ...], programme: Programme) -> dict[str, tuple[object, ...]]:
    things = {thing.id: thing for thing in (*programme.sessions, *programme.venues)}
    return {
        entry.id: (
            replace(entry, renderings={
                language: replace(rendering, path="", line=1) for language, rendering in entry.renderings.items()
            }),
            things.get(entry.id),
        )
        for entry in entries
    }  # fmt: skip
