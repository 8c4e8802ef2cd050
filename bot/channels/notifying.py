"""After a publication: word of what changed, written once to exactly those whom it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.telegram.rendering import bodies
from bot.conversation.change_notices import change_notice, correction_notice, described
from bot.conversation.reply import Reply
from bot.domain.changes import changes_between
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import catalog
from bot.services.notices import Affected, Audience, Publications, affected_by_changes, affected_by_correction
from bot.stores.database import Database, Transaction, announcements, exchanges, outbox
from bot.stores.database.announcements import Recipient
from bot.stores.database.values import get_value, set_value

VALID = timedelta(hours=24)
"""Word of a change that could not be delivered for so long would come too late."""

Confirm = Callable[[str], bool]
"""Shown the preview; whether the notices shall be written."""


@dataclass(frozen=True)
class Outcome:
    """What was done: how many people get word, and a sentence for the organizer."""

    people: int
    sentence: str


def latest_changes(data_dir: Path) -> str:
    """What the last publication changed in the programme, for the organizer's eyes; empty when nothing."""
    publications = Publications(data_dir)
    former = publications.former()
    changes = changes_between(former.programme, publications.current().programme) if former else ()
    if not changes:
        return ""
    heading = "Changes in the programme (python ingest.py --announce tells those affected):"
    return "\n".join((heading, *described(changes, catalog(Language.EN))))


async def announce_changes(database: Database, publications: Publications, now: datetime, confirm: Confirm) -> Outcome:
    """Write notices of what the last publication changed in the programme, after a preview; never twice."""
    edition, former = publications.current(), publications.former()
    async with database.reading() as tx:
        changes, audience = await affected_by_changes(tx, publications, now)
    if former is None or not changes:
        return Outcome(0, "Nothing that is still to come has changed in the programme: nobody is written to.")
    preview = "\n".join(("Changes in the programme:", *described(changes, catalog(Language.EN)), counted(audience)))
    replies = [change_notice(person, edition, former.programme, now) for person in audience.people]
    told = {person.chat: [change.session_id for change in person.changes] for person in audience.people}
    key = f"announced:{publications.publication}"
    return await _write(database, key, "change", audience, replies, told, edition.version, now, preview, confirm)


async def announce_correction(
    database: Database, publications: Publications, entry_id: str, now: datetime, confirm: Confirm
) -> Outcome:
    """Write notices of a corrected entry to those who were told another text of it; KeyError without such an entry."""
    edition = publications.current()
    async with database.reading() as tx:
        entry, audience = await affected_by_correction(tx, publications, entry_id, now)
    if not audience.people and not audience.opted_out:
        return Outcome(0, f"Nobody was told another text of {entry_id} lately: nobody is written to.")
    preview = f"Correction of {entry_id}.\n{counted(audience)}"
    replies = [correction_notice(person, entry, edition) for person in audience.people]
    told = {person.chat: [entry_id] for person in audience.people}
    key = f"announced:{publications.publication}:{entry_id}"
    return await _write(database, key, "correction", audience, replies, told, edition.version, now, preview, confirm)


def counted(audience: Audience) -> str:
    """How many people in which language."""
    each = ", ".join(f"{NATIVE_NAMES[language]} {number}" for language, number in audience.languages.items())
    total = len(audience.people)
    return (
        f"To be told: {total} {'person' if total == 1 else 'people'} ({each}); {audience.unreachable} of them cannot "
        f"be reached. {audience.opted_out} more are affected but have switched announcements off."
    )


async def _write(
    database: Database, key: str, kind: str, audience: Audience, replies: Iterable[Reply],
    told: dict[int, list[str]], version: int, now: datetime, preview: str, confirm: Confirm,
) -> Outcome:  # fmt: skip
    """All of it in one transaction: a kill leaves either nothing or everything."""
    async with database.reading() as tx:
        if await get_value(tx, key):
            return Outcome(0, f"{preview}\nThis was announced already: nobody is written to again.")
    if not confirm(preview):
        return Outcome(0, "Nothing was sent.")
    if not audience.people:
        return Outcome(0, "Nobody is to be told.")
    pairs = list(zip(audience.people, ([*bodies(replace(reply, chat=None))] for reply in replies), strict=True))
    async with database.writing() as tx:
        await tx.serialize("notices")
        if await get_value(tx, key):
            return Outcome(0, "This was announced already: nobody is written to again.")
        number = await announcements.create(tx, {}, None, kind, now)
        recipients = [Recipient(person.chat, parts[0], person.reachable) for person, parts in pairs]
        await announcements.start(tx, number, recipients, valid_until=now + VALID)
        for person, parts in pairs:
            if person.reachable:
                await _further(tx, number, person, parts[1:], now)
        pairs_told = [(chat, entry_id) for chat, ids in told.items() for entry_id in ids]
        await exchanges.record_deliveries(tx, pairs_told, str(version), now)
        await set_value(tx, key, {"announcement": number, "people": len(pairs)})
    count = f"{len(pairs)} {'notice' if len(pairs) == 1 else 'notices'}"
    return Outcome(len(pairs), f"Announcement {number}: {count} written to the outbox; the running bot sends them.")


async def _further(tx: Transaction, number: int, person: Affected, parts: Iterable[dict], now: datetime) -> None:
    """What does not fit into the first message: the rest of a long text, the calendar file."""
    for place, body in enumerate(parts, start=1):
        dedup = f"announcement:{number}:{person.chat}:{place}"
        await outbox.put(tx, dedup, person.chat, "broadcast", body, valid_until=now + VALID)
