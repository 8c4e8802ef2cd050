"""From Telegram's updates to `Incoming`: one ordered list of routes decides what is heard and what is not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from telegram import Message, Update, User
from telegram.ext import BaseHandler, CallbackQueryHandler, ChatMemberHandler, MessageHandler, filters

from bot.channels.telegram.rendering import Occasion
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Attachment, Pin
from bot.domain.language import Language

Heard = Callable[[Incoming, Occasion, str], Awaitable[None]]
EDIT_WINDOW = timedelta(seconds=60)
"""A message corrected within this time is answered once more; later corrections are not."""


class Hearing:
    """What to do with each kind of update; the worker gives the callbacks."""

    def __init__(
        self,
        heard: Heard,
        presence: Callable[[int, bool, bool], Awaitable[None]],
        migrated: Callable[[int, int], Awaitable[None]],
        staff_chat: Callable[[], int | None],
    ) -> None:
        self.heard, self.presence, self.migrated, self.staff_chat = heard, presence, migrated, staff_chat

    def routes(self) -> list[BaseHandler[Any, Any, Any]]:
        """Every route, in order; the first that fits takes the update, the rest is silence by rule."""
        messages = filters.UpdateType.MESSAGE
        return [
            MessageHandler(messages & filters.StatusUpdate.MIGRATE, self.on_migration),
            ChatMemberHandler(self.on_presence, ChatMemberHandler.MY_CHAT_MEMBER),
            CallbackQueryHandler(self.on_press),
            MessageHandler(filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE, self.on_edit),
            MessageHandler(messages & ~filters.StatusUpdate.ALL, self.on_message),
        ]

    async def on_message(self, update: Update, _context: Any) -> None:
        """A message or a command, in private or in the staff group."""
        message = update.effective_message
        assert message is not None
        if not self._is_for_us(message):
            return
        incoming = read_message(message, update.update_id, message.get_bot().username)
        if incoming is not None:
            await self.heard(incoming, self._occasion(message, incoming), str(update.update_id))

    async def on_edit(self, update: Update, _context: Any) -> None:
        """A correction soon after writing is answered once: all corrections of a message share one stem."""
        message = update.effective_message
        assert message is not None
        if message.edit_date is None or message.edit_date - message.date > EDIT_WINDOW or not self._is_for_us(message):
            return
        incoming = read_message(message, update.update_id, message.get_bot().username)
        if incoming is not None:
            stem = f"edit:{message.chat_id}:{message.message_id}"
            await self.heard(incoming, self._occasion(message, incoming), stem)

    async def on_press(self, update: Update, _context: Any) -> None:
        """A pressed button; the message it belongs to may be gone or too old to be shown."""
        query = update.callback_query
        assert query is not None
        chat = query.message.chat.id if query.message is not None else query.from_user.id
        message_id = query.message.message_id if query.message is not None else None
        incoming = Incoming(
            chat=chat,
            person=query.from_user.id,
            sent_at=datetime.now(UTC),
            button=query.data or "",
            message=message_id,
            interface_language=_language(query.from_user),
            name=_name(query.from_user),
            update=update.update_id,
        )
        thread = None
        if isinstance(query.message, Message) and query.message.is_topic_message:
            thread = query.message.message_thread_id
        occasion = Occasion(
            chat, incoming.person, query.id, message_id, thread=thread, staff_chat=self.staff_chat()
        )  # fmt: skip
        await self.heard(incoming, occasion, str(update.update_id))

    async def on_presence(self, update: Update, _context: Any) -> None:
        """The bot was blocked or welcomed back by a person, added to a group or removed from one."""
        change = update.my_chat_member
        assert change is not None
        present = change.new_chat_member.status not in ("left", "kicked")
        await self.presence(change.chat.id, change.chat.type == "private", present)

    async def on_migration(self, update: Update, _context: Any) -> None:
        """A group has become a supergroup: told in both, with the other's id."""
        message = update.effective_message
        assert message is not None
        if message.migrate_to_chat_id:
            await self.migrated(message.chat_id, message.migrate_to_chat_id)
        elif message.migrate_from_chat_id:
            await self.migrated(message.migrate_from_chat_id, message.chat_id)

    def _is_for_us(self, message: Message) -> bool:
        if message.from_user is None or message.from_user.is_bot or message.sender_chat is not None:
            # Channels and anonymous administrators: nobody knows who they are.
            return False
        if message.chat.type == "private":
            return True
        if message.chat_id != self.staff_chat():
            return False
        # Somebody else's words, passed on, order nothing here.
        return not (message.forward_origin is not None and _command_length(message))

    def _occasion(self, message: Message, incoming: Incoming) -> Occasion:
        thread = message.message_thread_id if message.is_topic_message else None
        return Occasion(incoming.chat, incoming.person, thread=thread, staff_chat=self.staff_chat())


def read_message(message: Message, update_id: int, username: str) -> Incoming | None:
    """A message as the assistant hears it; None when it is a command for another bot."""
    assert message.from_user is not None
    text, command = message.text or message.caption or "", ""
    length = _command_length(message)
    if length and message.forward_origin is None:
        word, _, addressee = text[1:length].partition("@")
        if addressee and addressee.casefold() != username.casefold():
            return None
        command, text = word.casefold(), text[length:].strip()
    attachment, pin = _attachment(message), _pin(message)
    return Incoming(
        chat=message.chat_id,
        person=message.from_user.id,
        sent_at=message.edit_date or message.date,
        text=text,
        command=command,
        message=message.message_id,
        replies_to=_replies_to(message),
        attachment=attachment,
        pin=pin,
        unreadable=not (text or command or attachment or pin),
        interface_language=_language(message.from_user),
        name=_name(message.from_user),
        update=update_id,
    )


def _command_length(message: Message) -> int:
    entity = next((entity for entity in message.entities if entity.type == "bot_command" and entity.offset == 0), None)
    return entity.length if entity is not None else 0


def _replies_to(message: Message) -> int | None:
    quoted = message.reply_to_message
    if quoted is None:
        return None
    # In a forum every plain message "replies" to the message that opened its topic.
    if message.is_topic_message and (
        quoted.message_id == message.message_thread_id or quoted.forum_topic_created is not None
    ):
        return None
    return quoted.message_id


def _attachment(message: Message) -> Attachment | None:
    if message.photo:
        return Attachment("photo.jpg", kind="photo", file_id=message.photo[-1].file_id)
    if message.voice is not None:
        return Attachment("voice.ogg", kind="voice", file_id=message.voice.file_id)
    if message.video is not None:
        return Attachment(message.video.file_name or "video.mp4", kind="video", file_id=message.video.file_id)
    if message.audio is not None:
        return Attachment(message.audio.file_name or "audio.mp3", kind="audio", file_id=message.audio.file_id)
    if message.document is not None:
        return Attachment(message.document.file_name or "file", kind="document", file_id=message.document.file_id)
    return None


def _pin(message: Message) -> Pin | None:
    if message.venue is not None:
        place = message.venue.location
        return Pin(message.venue.title, message.venue.address, place.latitude, place.longitude)
    if message.location is not None:
        return Pin("", "", message.location.latitude, message.location.longitude)
    return None


def _language(person: User) -> Language | None:
    code = (person.language_code or "")[:2].lower()
    return Language(code) if code in Language._value2member_map_ else None


def _name(person: User) -> str:
    return f"@{person.username}" if person.username else person.full_name


def chat_and_person(update: dict[str, Any]) -> tuple[int | None, int | None]:
    """Whose update it is, read from the raw JSON before anything else is done with it."""
    for kind in ("message", "edited_message", "my_chat_member"):
        if kind in update:
            return update[kind].get("chat", {}).get("id"), update[kind].get("from", {}).get("id")
    query = update.get("callback_query")
    if query is None:
        return None, None
    person = query.get("from", {}).get("id")
    return query.get("message", {}).get("chat", {}).get("id", person), person
