"""Who must be told of a change, and what they were told before: exactly those affected, each once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from bot.domain.changes import SessionChange, change_of, changes_between, still_matters
from bot.domain.edition import Snapshot
from bot.domain.knowledge import Entry
from bot.domain.language import Language
from bot.stores import generations, index_files, knowledge_files
from bot.stores.database import Transaction, delegates, exchanges
from bot.stores.database import agenda as agendas
from bot.stores.generations import GenerationError

TOLD_WITHIN = timedelta(days=3)
"""An answer older than this is no longer relied on; agendas are always."""


class Publications:
    """The published versions of one data directory, each read when it is asked for."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._read: dict[int, Snapshot | None] = {}

    def current(self) -> Snapshot:
        """What is published now; GenerationError when there is nothing."""
        return index_files.read_snapshot(generations.current(self._data_dir))

    def former(self) -> Snapshot | None:
        """What the last publication or rollback took the place of; None when it was the first."""
        history = generations.history(self._data_dir)
        return self.version(history[-2].number) if len(history) > 1 else None

    @property
    def publication(self) -> int:
        """The running number of the last publication or rollback."""
        return len(generations.history(self._data_dir))

    def version(self, number: int) -> Snapshot | None:
        """What the version with this number said; None when that cannot be known any more."""
        if number not in self._read:
            self._read[number] = self._find(number)
        return self._read[number]

    def _find(self, number: int) -> Snapshot | None:
        known = generations.versions(self._data_dir).get(number)
        if known is None:
            return None
        try:
            return index_files.read_snapshot(self._data_dir / "generations" / known.generation)
        except GenerationError:
            pass
        try:
            files, _ = generations.sources(self._data_dir, number)
        except GenerationError:
            return None
        knowledge = knowledge_files.read_files(files)
        return Snapshot({entry.id: entry for entry in knowledge.entries}, knowledge.programme, number)



@dataclass(frozen=True)
class Affected:
    """A person who must be told, and of what, compared with what they knew."""

    chat: int
    language: Language
    reachable: bool
    changes: tuple[SessionChange, ...] = ()
    planned: frozenset[str] = frozenset()
    """Those of the changed sessions that stand in their agenda."""
    entry: Entry | None = None
    """The corrected entry as they were told it."""


@dataclass(frozen=True)
class Audience:
    """All who must be told, and how many of those affected have switched announcements off."""

    people: tuple[Affected, ...] = ()
    opted_out: int = 0

    @property
    def languages(self) -> dict[Language, int]:
        """How many read which language."""
        counted = Counter(person.language for person in self.people)
        return {language: counted[language] for language in Language}

    @property
    def unreachable(self) -> int:
        """How many have blocked the assistant."""
        return sum(not person.reachable for person in self.people)


@dataclass
class _Known:
    """What one person knew of the changed sessions."""

    versions: dict[str, str] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)


async def affected_by_changes(
    tx: Transaction, publications: Publications, now: datetime
) -> tuple[tuple[SessionChange, ...], Audience]:
    """What the last publication changed in the programme, and who relies on what was before."""
    current, former = publications.current(), publications.former()
    if former is None:
        return (), Audience()
    found = tuple(
        change
        for change in changes_between(former.programme, current.programme)
        if still_matters(change, current.programme, now)
    )
    known: dict[int, _Known] = {}
    for change in found:
        for chat in await agendas.all_with(tx, change.session_id):
            known.setdefault(chat, _Known()).planned.add(change.session_id)
        for chat, version in await exchanges.recipients(tx, change.session_id, now - TOLD_WITHIN):
            known.setdefault(chat, _Known()).versions[change.session_id] = version
    people = {}
    for chat, one in known.items():
        theirs = tuple(told for change in found if (told := _as_known(change, one, publications, former, current)))
        if theirs:
            people[chat] = theirs, frozenset(one.planned)
    reached, opted_out = await _reached(tx, people)
    told = tuple(Affected(*who, *people[who[0]]) for who in reached)
    return found, Audience(told, opted_out)


def _as_known(
    change: SessionChange, known: _Known, publications: Publications, former: Snapshot, current: Snapshot
) -> SessionChange | None:
    """The change as this person sees it: from what they were told to what is so now."""
    name = change.session_id
    planned = name in known.planned
    if name not in known.versions:
        return change if planned else None
    number = known.versions[name]
    told = publications.version(int(number)) if number.isdecimal() else None
    told = told or former
    seen = change_of(
        name, told.programme.session(name), current.programme.session(name), told.programme, current.programme
    )
    # Who was told the new fact already is told again only for the sake of their agenda.
    return seen or (change if planned else None)


async def affected_by_correction(
    tx: Transaction, publications: Publications, entry_id: str, now: datetime
) -> tuple[Entry, Audience]:
    """The entry as it is now, and who was told another text of it; KeyError when there is no such entry."""
    current = publications.current()
    entry = current.entries[entry_id]
    people = {}
    for chat, number in await exchanges.recipients(tx, entry_id, now - TOLD_WITHIN):
        told = publications.version(int(number)) if number.isdecimal() else None
        before = told.entries.get(entry_id) if told else None
        if before is not None and words_of(before) != words_of(entry):
            people[chat] = before
    reached, opted_out = await _reached(tx, people)
    told = (Affected(*who, entry=people[who[0]]) for who in reached)
    return entry, Audience(tuple(one for one in told if _reads_otherwise(one, entry)), opted_out)


def _reads_otherwise(person: Affected, entry: Entry) -> bool:
    """Whether the text in the person's own language is another one now."""
    assert person.entry is not None
    before, now = (one.shown_in(person.language)[0] for one in (person.entry, entry))
    return (before.title, before.body) != (now.title, now.body)


def words_of(entry: Entry) -> dict[Language, tuple[str, str]]:
    """What a delegate reads of an entry."""
    return {language: (text.title, text.body) for language, text in entry.renderings.items()}


async def _reached(tx: Transaction, chats: Collection[int]) -> tuple[list[tuple[int, Language, bool]], int]:
    """Chat, language and reachability of those who want to hear of it, by first contact; and how many do not."""
    found = await delegates.find_all(tx, chats)
    wanted = sorted((one for one in found.values() if one.announcements), key=lambda one: one.pseudonym)
    speaks = await languages_of(tx, [one.chat for one in wanted])
    reached = [(one.chat, speaks[one.chat], not one.unreachable) for one in wanted]
    return reached, len(found) - len(wanted)


async def languages_of(tx: Transaction, chats: Collection[int]) -> dict[int, Language]:
    """In which language each person is written to unasked: the chosen one, else the one they wrote last."""
    if not chats:
        return {}
    found = await delegates.find_all(tx, chats)
    wrote = await exchanges.languages(tx)
    return {
        chat: (one.language if one.language_chosen else wrote.get(chat, one.language)) or Language.EN
        for chat, one in found.items()
    }
