"""/announce in the staff group: three languages, a preview, one confirmation by the same organizer, a report."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.change_notices import silence
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused, number_from
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator, catalog
from bot.services.notices import languages_of
from bot.settings import Settings
from bot.stores.database import Transaction, announcements, delegates
from bot.stores.database.announcements import Announcement, Recipient
from bot.stores.database.delegates import Delegate

Render = Callable[[Reply], dict[str, Any]]
"""Makes of a reply what the outbox keeps; the channel's."""

LONGEST = 3_000
"""Characters in one language: with its heading one message of Telegram holds it."""
HELD_BACK = timedelta(seconds=10)
"""Time to take a confirmed announcement back before the first message leaves."""
VALID = timedelta(hours=12)
PREFIX = "n"
_PART = re.compile(r"^\s*(zh|ru|en)\s*[:：]\s*", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Announcing:
    """Announcements of one installation; `render` is None where nothing can be sent (the console)."""

    settings: Settings
    render: Render | None = None

    async def heard(self, incoming: Incoming, tx: Transaction, now: datetime) -> list[Reply] | None:
        """The replies to /announce and its buttons in the staff group; None when it is something else."""
        say = catalog(incoming.interface_language or Language.EN)
        name, _, data = incoming.button.partition(":")
        if incoming.command.lower() == "announce":
            return [await self._draft(incoming, tx, now, say)]
        if name != PREFIX:
            return None
        try:
            return [await self._pressed(incoming, data, tx, now, say)]
        except ButtonRefused:
            return [Reply(toast=say.text("This button no longer works."))]

    async def _draft(self, incoming: Incoming, tx: Transaction, now: datetime, say: Translator) -> Reply:
        if incoming.person not in self.settings.organizer_ids:
            return Reply(text=say.text("Only organizers can send announcements (BOT_ORGANIZERS)."))
        texts = parts_of(incoming.text)
        if set(texts) != set(Language):
            return Reply(
                text=say.text(
                    "Please write the message in three languages, each after its code at the beginning of a line:\n"
                    "/announce\nzh: …\nru: …\nen: …"
                )
            )
        if any(len(text) > LONGEST for text in texts.values()):
            return Reply(text=say.text("Please keep each language under {number} characters.", number=LONGEST))
        number = await announcements.create(tx, texts, incoming.person, at=now)
        people = await delegates.listening(tx)
        speaks = await languages_of(tx, [one.chat for one in people])
        silent = await delegates.count(tx) - len(people)
        shown = "\n\n".join(f"{NATIVE_NAMES[language]}\n{texts[language]}" for language in Language)
        send = say.plural("📣 Send to {number} person", "📣 Send to {number} people", len(people))
        return Reply(
            title=say.text("Announcement {number}: preview", number=number),
            text=f"{shown}\n\n{audience_text(people, speaks, silent, say)}",
            buttons=(
                (Button(send, f"{PREFIX}:go:{number}"),),
                (Button(say.label("button", "✖ Discard"), f"{PREFIX}:no:{number}"),),
            ),
            ref=f"announcement:{number}",
        )

    async def _pressed(self, incoming: Incoming, data: str, tx: Transaction, now: datetime, say: Translator) -> Reply:
        what, _, value = data.partition(":")
        announcement = await announcements.get(tx, number_from(value))
        if announcement is None:
            raise ButtonRefused(data)
        if incoming.person not in self.settings.organizer_ids:
            return Reply(toast=say.text("Only organizers can do this."))
        match what:
            case "how":
                return await self._state(announcement, tx, say)
            case "stop":
                stopped = await announcements.cancel(tx, announcement.id)
                toast = say.text("Stopped.") if stopped else say.text("It had ended already.")
                return await self._state(announcement, tx, say, toast)
            case "go" | "no" if incoming.person != announcement.author:
                return Reply(toast=say.text("Only the person who wrote it can confirm or discard it."))
            case "no":
                if announcement.state != "draft" or not await announcements.cancel(tx, announcement.id):
                    return await self._state(announcement, tx, say, say.text("It was confirmed already."))
                title = say.text("Announcement {number}: discarded, nobody got it.", number=announcement.id)
                return Reply(text=title, replaces=True)
            case "go":
                return await self._send(announcement, tx, now, say)
        raise ButtonRefused(data)

    async def _send(self, announcement: Announcement, tx: Transaction, now: datetime, say: Translator) -> Reply:
        if self.render is None:
            return Reply(toast=say.text("Nothing can be sent from here."))
        people = await delegates.listening(tx)
        speaks = await languages_of(tx, [one.chat for one in people])
        bodies = {language: self._body(announcement, language) for language in Language}
        recipients = [Recipient(one.chat, bodies[speaks[one.chat]], not one.unreachable) for one in people]
        started = await announcements.start(
            tx, announcement.id, recipients, due=now + HELD_BACK, valid_until=now + VALID
        )
        toast = say.text("On its way.") if started else say.text("It was confirmed already.")
        return await self._state(announcement, tx, say, toast)

    def _body(self, announcement: Announcement, language: Language) -> dict[str, Any]:
        say = catalog(language)
        title = say.text("📣 From the organizers")
        assert self.render is not None
        return self.render(Reply(title=title, text=announcement.texts[language.value], buttons=((silence(say),),)))

    async def _state(self, announcement: Announcement, tx: Transaction, say: Translator, toast: str = "") -> Reply:
        """The card of an announcement as it stands."""
        announcement = await announcements.get(tx, announcement.id) or announcement
        rows = ()
        if announcement.state == "running":
            rows = (
                (
                    Button(say.label("button", "⏹ Stop"), f"{PREFIX}:stop:{announcement.id}"),
                    Button(say.label("button", "🔄 How it stands"), f"{PREFIX}:how:{announcement.id}"),
                ),
            )
        text = await report_text(announcement, tx, say)
        return Reply(text=text, buttons=rows, replaces=True, toast=toast, ref=f"announcement:{announcement.id}")

    async def due(self, tx: Transaction, staff_chat: int | None) -> list[tuple[str, Reply]]:
        """A report for each announcement of which nothing is pending any more; it ends with that."""
        found = []
        say = catalog(Language.EN)
        for announcement in await announcements.running(tx):
            if await announcements.finish(tx, announcement.id) and staff_chat is not None:
                ended = await announcements.get(tx, announcement.id) or announcement
                reply = Reply(text=await report_text(ended, tx, say), chat=staff_chat)
                found.append((f"announcement-report:{announcement.id}", reply))
        return found


def parts_of(text: str) -> dict[Language, str]:
    """The text in each language: from its code at the beginning of a line to the next code."""
    pieces = _PART.split(text)
    found = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    return {Language(code.lower()): words.strip() for code, words in found.items() if words.strip()}


def audience_text(people: Sequence[Delegate], speaks: dict[int, Language], silent: int, say: Translator) -> str:
    """How many people in which language, and how many are not reached."""
    counted = Counter(speaks[one.chat] for one in people)
    each = say.list(f"{NATIVE_NAMES[language]} {counted[language]}" for language in Language)
    return say.text(
        "Recipients: {total} ({each}). Not reachable at the moment: {unreachable}. Switched off: {silent}.",
        total=len(people), each=each, unreachable=sum(one.unreachable for one in people), silent=silent,
    )  # fmt: skip


async def report_text(announcement: Announcement, tx: Transaction, say: Translator) -> str:
    """Where every single message is; the numbers add up."""
    report = await announcements.report(tx, announcement.id)
    number = announcement.id
    match announcement.state:
        case "running":
            title = say.text("Announcement {number}: being sent", number=number)
        case "cancelled":
            title = say.text("Announcement {number}: stopped", number=number)
        case "done":
            title = say.text("Announcement {number}: ended", number=number)
        case _:
            title = say.text("Announcement {number}: not confirmed", number=number)
    figures = say.text(
        "Sent: {sent} · unreachable: {unreachable} · pending: {pending} · taken back: {cancelled} · failed: {failed} · "
        "in all: {audience}",
        sent=report.sent, unreachable=report.unreachable, pending=report.pending, cancelled=report.cancelled,
        failed=report.failed, audience=report.audience,
    )  # fmt: skip
    return f"{title}\n{figures}"
