"""Delegates and volunteers: who they are to us (a running number, a language) and what they prefer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update

from bot.domain.language import Language
from bot.stores.database import tables
from bot.stores.database.engine import Transaction
from bot.stores.database.personal import Forgotten, forget

__all__ = [
    "Delegate", "Forgotten", "Volunteer", "count", "find", "find_all", "find_by_pseudonym", "find_volunteer",
    "forget", "listening", "meet", "meet_volunteer", "set_language", "set_preferences", "set_reachable",
    "set_volunteer_languages", "volunteers_speaking",
]  # fmt: skip

_DELEGATES = tables.delegates.c
_VOLUNTEERS = tables.volunteers.c
# Asked for every message: put together once, because that costs SQLAlchemy more than SQLite takes to answer.
_FIND = select(tables.delegates).where(_DELEGATES.chat == bindparam("chat"))


@dataclass(frozen=True)
class Delegate:
    """A person who wrote to the assistant; no name is kept."""

    chat: int
    pseudonym: int
    """Running number: "Delegate 17"; never given twice."""
    language: Language | None
    first_seen: datetime
    language_chosen: bool = False
    """Whether the person chose the language; else it is the one of their Telegram."""
    unreachable: bool = False
    announcements: bool = True
    reminder_minutes: int = 15
    """Minutes before a session of their agenda; 0: no reminders."""
    shares_name: bool = False


@dataclass(frozen=True)
class Volunteer:
    """A member of the staff group who has done something there; `number` stands for them in drafts."""

    person: int
    number: int
    name: str
    languages: tuple[Language, ...] = ()


async def meet(tx: Transaction, chat: int, interface_language: Language | None = None) -> tuple[Delegate, bool]:
    """The delegate of this chat, made on first contact; and whether this is the first contact.

    Somebody who writes can be reached again.
    """
    known = await find(tx, chat)
    if known is not None:
        if known.unreachable:
            await set_reachable(tx, chat, True)
            known = await find(tx, chat) or known
        return known, False
    values = {"chat": chat, "language": interface_language and interface_language.value, "first_seen": await tx.now()}
    insert = tx.insert(tables.delegates).on_conflict_do_nothing().returning(tables.delegates)
    if (made := (await tx.connection.execute(insert, values)).first()) is not None:
        return _delegate(made), True
    delegate = await find(tx, chat)
    assert delegate is not None
    return delegate, False


async def find(tx: Transaction, chat: int) -> Delegate | None:
    """The delegate of this chat, or None."""
    row = (await tx.connection.execute(_FIND, {"chat": chat})).first()
    return row and _delegate(row)


async def find_by_pseudonym(tx: Transaction, pseudonym: int) -> Delegate | None:
    """The delegate with this running number, or None."""
    row = (await tx.connection.execute(select(tables.delegates).where(_DELEGATES.pseudonym == pseudonym))).first()
    return row and _delegate(row)


async def find_all(tx: Transaction, chats: Iterable[int]) -> dict[int, Delegate]:
    """The delegates among these chats, by chat."""
    wanted = sorted(set(chats))
    found = {}
    for start in range(0, len(wanted), 500):
        part = select(tables.delegates).where(_DELEGATES.chat.in_(wanted[start : start + 500]))
        found.update({row.chat: _delegate(row) for row in await tx.connection.execute(part)})
    return found


async def listening(tx: Transaction) -> list[Delegate]:
    """Everybody who wants announcements, in the order of first contact; the unreachable too: a report counts them."""
    query = select(tables.delegates).where(_DELEGATES.announcements).order_by(_DELEGATES.pseudonym)
    return [_delegate(row) for row in await tx.connection.execute(query)]


async def count(tx: Transaction) -> int:
    """How many people are known."""
    return (await tx.connection.execute(select(func.count()).select_from(tables.delegates))).scalar_one()


async def set_language(tx: Transaction, chat: int, language: Language) -> None:
    """The person chose this language; it sticks."""
    await _change(tx, chat, language=language.value, language_chosen=True)


async def set_reachable(tx: Transaction, chat: int, reachable: bool) -> None:
    """Whether messages reach the person (false after they blocked the bot)."""
    await _change(tx, chat, unreachable=not reachable)


async def set_preferences(
    tx: Transaction,
    chat: int,
    *,
    announcements: bool | None = None,
    reminder_minutes: int | None = None,
    shares_name: bool | None = None,
) -> None:
    """Change the given preferences and leave the others."""
    values = {"announcements": announcements, "reminder_minutes": reminder_minutes, "shares_name": shares_name}
    if changes := {name: value for name, value in values.items() if value is not None}:
        await _change(tx, chat, **changes)


async def meet_volunteer(tx: Transaction, person: int, name: str) -> Volunteer:
    """The volunteer with this user id, made at their first act; the name is the one shown in the group now."""
    insert = tx.insert(tables.volunteers).values(person=person, name=name[:200], languages=[])
    insert = insert.on_conflict_do_update(index_elements=["person"], set_={"name": name[:200]})
    row = (await tx.connection.execute(insert.returning(tables.volunteers))).one()
    return _volunteer(row)


async def find_volunteer(tx: Transaction, person: int) -> Volunteer | None:
    """The volunteer with this user id, or None."""
    row = (await tx.connection.execute(select(tables.volunteers).where(_VOLUNTEERS.person == person))).first()
    return row and _volunteer(row)


async def set_volunteer_languages(tx: Transaction, person: int, name: str, languages: Sequence[Language]) -> Volunteer:
    """The languages this volunteer speaks."""
    await meet_volunteer(tx, person, name)
    spoken = [language.value for language in languages]
    await tx.connection.execute(update(tables.volunteers).where(_VOLUNTEERS.person == person).values(languages=spoken))
    volunteer = await find_volunteer(tx, person)
    assert volunteer is not None
    return volunteer


async def volunteers_speaking(tx: Transaction, language: Language) -> list[Volunteer]:
    """The volunteers who said that they speak this language, in the order they came."""
    rows = await tx.connection.execute(select(tables.volunteers).order_by(_VOLUNTEERS.number))
    return [volunteer for row in rows if language in (volunteer := _volunteer(row)).languages]


async def _change(tx: Transaction, chat: int, **values: Any) -> None:
    await tx.connection.execute(update(tables.delegates).where(_DELEGATES.chat == chat).values(**values))


def _delegate(row: Row[Any]) -> Delegate:
    return Delegate(
        chat=row.chat,
        pseudonym=row.pseudonym,
        language=Language(row.language) if row.language else None,
        first_seen=row.first_seen,
        language_chosen=row.language_chosen,
        unreachable=row.unreachable,
        announcements=row.announcements,
        reminder_minutes=row.reminder_minutes,
        shares_name=row.shares_name,
    )


def _volunteer(row: Row[Any]) -> Volunteer:
    return Volunteer(row.person, row.number, row.name, tuple(Language(code) for code in row.languages))
