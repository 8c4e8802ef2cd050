"""From channel-neutral replies to the rows of the outbox: one row for each call of the Bot API."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.channels.telegram import markup
from bot.conversation.reply import Attachment, Button, Reply
from bot.stores.database import outbox
from bot.stores.database.engine import Transaction

TIME_TO_LIVE = {
    "toast": timedelta(minutes=2),
    "answer": timedelta(hours=6),
    "card": timedelta(hours=24),
    "notice": timedelta(hours=6),
    "broadcast": timedelta(hours=12),
}
"""After this time a message would only confuse; it ends as expired and is reported."""

FORGOTTEN = "forgotten"
"""Reply.ref of the confirmation that everything about a person was deleted."""


@dataclass(frozen=True)
class Occasion:
    """What the replies answer: where they go by default, and the button that was pressed, if one was."""

    chat: int
    person: int
    callback: str | None = None
    message: int | None = None
    """The message with the pressed button."""
    thread: int | None = None
    """The forum topic it was written in."""
    staff_chat: int | None = None


@dataclass(frozen=True)
class Row:
    """One future call of the Bot API."""

    chat: int
    kind: str
    body: dict[str, Any]
    ref: str = ""
    life: timedelta = TIME_TO_LIVE["answer"]
    campaign: str | None = None
    about: tuple[int, ...] = ()
    valid_until: datetime | None = None


async def post(
    tx: Transaction, replies: Iterable[Reply], occasion: Occasion, stem: str, kind: str | None = None
) -> int:
    """Queue replies; `stem` makes a second posting of the same ones a no-op. Returns how many rows are new."""
    added = 0
    now = await tx.now()
    for place, row in enumerate(rows(replies, occasion, kind)):
        added += await outbox.put(
            tx,
            f"{stem}:{place}",
            row.chat,
            row.kind,
            row.body,
            valid_until=min(now + row.life, row.valid_until or now + row.life),
            chat_class="group" if row.chat < 0 else "private",
            ref=row.ref,
            campaign=row.campaign,
            about=row.about,
        )
    return added


def rows(replies: Iterable[Reply], occasion: Occasion, kind: str | None = None) -> list[Row]:
    """All calls that the replies need, in order; a pressed button is answered first, in any case."""
    replies = list(replies)
    if any(reply.ref == FORGOTTEN for reply in replies):
        # The last word to somebody who was just forgotten: once sent, its rows name nobody.
        replies = [replace(reply, ref="") for reply in replies]
        return [replace(row, campaign=outbox.NAMELESS) for row in rows(replies, occasion, kind)]
    found: list[Row] = []
    if occasion.callback is not None:
        toast = next((reply.toast for reply in replies if reply.toast), "")
        body = {"do": "toast", "callback": occasion.callback, "text": markup.shorten(toast, markup.TOAST_LIMIT)}
        # Addressed to the person, so that a busy group cannot hold it up; owed to them even when they are forgotten.
        addressee = occasion.person or occasion.chat
        found.append(Row(addressee, "answer", body, life=TIME_TO_LIVE["toast"], campaign=outbox.NAMELESS))
    for reply in joined(replies):
        chat = occasion.chat if reply.chat is None else reply.chat
        row_kind = kind or ("card" if chat == occasion.staff_chat or chat < 0 else "answer")
        for body in bodies(reply, occasion):
            life = TIME_TO_LIVE[row_kind]
            found.append(Row(chat, row_kind, body, reply.ref, life, reply.campaign, reply.about, reply.valid_until))
    return found


def joined(replies: Iterable[Reply]) -> list[Reply]:
    """A line of small print by itself stands under the message before it: one call less for each newcomer."""
    found: list[Reply] = []
    for reply in replies:
        alone = bool(reply.small_print) and reply == Reply(small_print=reply.small_print, chat=reply.chat)
        before = found[-1] if found else None
        if alone and before is not None and before.chat == reply.chat and before.title + before.text:
            small_print = "\n\n".join(part for part in (before.small_print, reply.small_print) if part)
            both = replace(before, small_print=small_print)
            limit = markup.TEXT_LIMIT if before.attachment is None else markup.CAPTION_LIMIT
            if markup.units(plain_caption(both)) <= limit:
                found[-1] = both
                continue
        found.append(reply)
    return found


def bodies(reply: Reply, occasion: Occasion | None = None) -> Iterator[dict[str, Any]]:
    """The calls of one reply: text first, then the place, then the file; buttons on the last of the text."""
    if reply.deletes:
        yield {"do": "delete", "message": reply.deletes}
        return
    here = occasion is not None and reply.chat in (None, occasion.chat)
    common = {"thread": occasion.thread} if occasion is not None and here and occasion.thread else {}
    edits = reply.edits
    if reply.replaces and here and occasion is not None:
        edits = edits or occasion.message
    keyboard = [[_button(button) for button in row] for row in reply.buttons if row]
    quote = {"quotes": reply.quotes} if reply.quotes else {}
    has_text = bool((reply.title + reply.text + reply.small_print).strip())
    captioned = reply.attachment is not None and _fits_caption(reply)
    if has_text and not captioned:
        pieces = markup.parts(reply.title, reply.text, reply.small_print)
        for place, (title, text, small_print) in enumerate(pieces):
            body = {"do": "text", "title": title, "text": text, "small_print": small_print} | common
            if place == 0:
                body |= quote | ({"edits": edits} if edits else {})
            if place == len(pieces) - 1 and keyboard:
                body["buttons"] = keyboard
            yield body
        keyboard, quote = [], {}
    if reply.pin is not None:
        pin = reply.pin
        body = {"do": "place", "title": pin.title, "address": pin.address}
        body |= {"latitude": pin.latitude, "longitude": pin.longitude} | common | quote
        if keyboard and reply.attachment is None:
            body["buttons"] = keyboard
        yield body
        quote = {}
    if reply.attachment is not None:
        body = _file(reply.attachment) | common | quote
        if captioned:
            body |= {"title": reply.title, "text": reply.text, "small_print": reply.small_print}
        if keyboard:
            body["buttons"] = keyboard
        yield body


def leave(chat: int) -> Row:
    """Leaving a group that is not ours."""
    return Row(chat, "notice", {"do": "leave"}, life=timedelta(minutes=10))


def take_back(message_id: int) -> dict[str, Any]:
    """Removing a message of ours."""
    return {"do": "delete", "message": message_id}


def file_content(body: dict[str, Any]) -> bytes | str:
    """What to send for a file: its bytes, or the id Telegram knows it by."""
    return base64.b64decode(body["content"]) if "content" in body else body["file_id"]


def without_edit(body: dict[str, Any]) -> dict[str, Any]:
    """The same message as a new one."""
    return {name: value for name, value in body.items() if name != "edits"}


def plain_caption(reply: Reply) -> str:
    """What a caption would show."""
    return markup.plain(reply.title, reply.text, reply.small_print)


def _fits_caption(reply: Reply) -> bool:
    return markup.units(plain_caption(reply)) <= markup.CAPTION_LIMIT


def _button(button: Button) -> dict[str, str]:
    return {"label": button.label, "url": button.url} if button.url else {"label": button.label, "data": button.data}


def _file(attachment: Attachment) -> dict[str, Any]:
    body: dict[str, Any] = {"do": "file", "kind": attachment.kind, "name": attachment.name}
    if attachment.file_id:
        return body | {"file_id": attachment.file_id}
    return body | {"content": base64.b64encode(attachment.content or b"").decode()}


def addressed_to(replies: Iterable[Reply], old: int | None, new: int | None) -> list[Reply]:
    """The replies with the staff group's present id in place of the configured one."""
    if old is None or old == new:
        return list(replies)
    return [replace(reply, chat=new) if reply.chat == old else reply for reply in replies]
