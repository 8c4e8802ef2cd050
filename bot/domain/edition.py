"""An edition: what is published at a moment, as a conversation reads it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from bot.domain.knowledge import Entry
from bot.domain.programme import Programme


class Edition(Protocol):
    """What is published: the part of an index that a conversation reads."""

    @property
    def entries(self) -> Mapping[str, Entry]:
        """Every entry by its id."""
        ...

    @property
    def programme(self) -> Programme:
        """The programme."""
        ...

    @property
    def version(self) -> int:
        """The number under which it was published."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """An edition by itself, without the index that was built from it."""

    entries: Mapping[str, Entry]
    programme: Programme
    version: int


class Publications(Protocol):
    """Where what is published is looked up."""

    def acquire(self) -> AbstractContextManager[Edition]:
        """The published edition, for as long as the block lasts."""
        ...


def published_now(publications: Publications) -> Snapshot:
    """What is published, to be kept for longer than its index."""
    with publications.acquire() as edition:
        return Snapshot(edition.entries, edition.programme, edition.version)
