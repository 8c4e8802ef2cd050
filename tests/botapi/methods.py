"""The methods of the Bot API that the assistant may call, with Telegram's checks and error texts."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

from tests.botapi.markup import MarkupError, parse_html, units
from tests.botapi.world import BOT, CALLBACK_LIFE, World

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
MEDIA = {"sendDocument": "document", "sendPhoto": "photo", "sendVoice": "voice", "sendVideo": "video",
         "sendAudio": "audio"}  # fmt: skip


class Refused(Exception):
    """An error answer: status, description, parameters."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


def bad(text: str) -> Refused:
    """400 with Telegram's prefix."""
    return Refused(400, f"Bad Request: {text}")


def number(parameters: dict[str, Any], name: str) -> int | None:
    """A number among the parameters, however it was written."""
    value = parameters.get(name)
    try:
        return None if value in (None, "") else int(value)
    except (TypeError, ValueError):
        return None


def decoded(value: Any) -> Any:
    """JSON-serialized parameters as objects."""
    return json.loads(value) if isinstance(value, str) and value[:1] in "{[" else value


class Methods:
    """One call in, one result out; raises Refused."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.table: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _: BOT, "sendMessage": self.send_message, "editMessageText": self.edit_text,
            "editMessageReplyMarkup": self.edit_markup, "answerCallbackQuery": self.answer_callback,
            "sendVenue": self.send_place, "sendLocation": self.send_place, "copyMessage": self.copy,
            "setMyCommands": self.set_commands, "getMyCommands": self.get_commands, "deleteMyCommands": self.drop,
            "getChat": lambda given: self.world._chat(self.chat(given)), "getChatMember": self.get_member,
            "getFile": self.get_file, "setWebhook": self.set_webhook, "deleteWebhook": self.set_webhook,
            "getWebhookInfo": lambda _: {**self.world.webhook, "has_custom_certificate": False,
                                         "pending_update_count": len(self.world.updates)},
            "deleteMessage": self.delete, "sendChatAction": lambda given: bool(self.chat(given)),
            "setMessageReaction": lambda given: bool(self.chat(given)), "leaveChat": lambda given: True,
            "setMyDescription": lambda _: True, "setMyShortDescription": lambda _: True, "setMyName": lambda _: True,
            "pinChatMessage": lambda given: bool(self.chat(given)), "createForumTopic": self.create_topic,
        }  # fmt: skip
        for name, kind in MEDIA.items():
            self.table[name] = lambda given, kind=kind: self.send_media(given, kind)

    def chat(self, given: dict[str, Any]) -> int:
        """The addressed chat, or Telegram's refusal."""
        chat = number(given, "chat_id")
        world = self.world
        if chat is None:
            raise bad("chat_id is empty")
        if chat in world.migrated:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat",
                          migrate_to_chat_id=world.migrated[chat])  # fmt: skip
        if chat in world.blocked:
            where = "was kicked from the group chat" if chat < 0 else "was blocked by the user"
            raise Refused(403, f"Forbidden: bot {where}")
        if chat not in world.chats:
            raise bad("chat not found")
        return chat

    def text(self, given: dict[str, Any], name: str, limit: int, empty: bool = False) -> tuple[str, list[Any]]:
        """The text after its markup is parsed; checked as Telegram checks it."""
        raw = str(given.get(name) or "")
        entities: list[Any] = []
        if given.get("parse_mode") == "HTML":
            try:
                raw, entities = parse_html(raw)
            except MarkupError as error:
                raise bad(f"can't parse entities: {error}") from error
        plain = raw.strip()
        if not plain and not empty:
            raise bad("message text is empty")
        if units(plain) > limit:
            raise bad("message is too long" if name == "text" else "message caption is too long")
        if "\ud800" <= max(plain, default="") <= "\udfff":
            raise bad("strings must be encoded in UTF-8")
        return plain, entities

    def markup(self, given: dict[str, Any]) -> Any:
        """The keyboard, checked."""
        keyboard = decoded(given.get("reply_markup"))
        if not keyboard:
            return None
        rows = keyboard.get("inline_keyboard", [])
        if sum(len(row) for row in rows) > 100:
            raise bad("reply markup is too long")
        for button in (button for row in rows for button in row):
            if not button.get("text"):
                raise bad("text buttons are unallowed in the inline keyboard")
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
            if "url" in button and not re.match(r"(https?|tg)://", button["url"]):
                raise bad("BUTTON_URL_INVALID")
        return keyboard

    def message(self, given: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        """A new message of the bot in the addressed chat."""
        chat = self.chat(given)
        quote = decoded(given.get("reply_parameters")) or {}
        message = {"message_id": 0, "from": BOT, "chat": self.world._chat(chat), "date": int(time.time()), **content}
        if (target := number(quote, "message_id")) is not None:
            found = self.world.messages[chat].get(target)
            if found is not None:
                message["reply_to_message"] = {**found, "reply_to_message": None}
                message["reply_to_message"].pop("reply_to_message")
            elif not quote.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
        if (thread := number(given, "message_thread_id")) is not None:
            if thread not in self.world.messages[chat]:
                raise bad("message thread not found")
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if keyboard := self.markup(given):
            message["reply_markup"] = keyboard
        message["message_id"] = self.world._number(chat)
        self.world._keep(chat, message)
        return message

    def send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        """Text."""
        self.chat(given)
        text, entities = self.text(given, "text", TEXT_LIMIT)
        return self.message(given, {"text": text} | ({"entities": entities} if entities else {}))

    def send_media(self, given: dict[str, Any], kind: str) -> dict[str, Any]:
        """A file by upload or by id."""
        self.chat(given)
        caption, entities = self.text(given, "caption", CAPTION_LIMIT, empty=True)
        source = given.get(kind)
        if isinstance(source, dict):
            file_id = f"file-{len(self.world.files) + 1}-{kind}"
            self.world.files[file_id] = {"name": source["name"], "content": source["content"], "kind": kind}
        else:
            file_id = str(source)
            if file_id not in self.world.files:
                raise bad("wrong file identifier/HTTP URL specified")
        stored = self.world.files[file_id]
        described: Any = {"file_id": file_id, "file_unique_id": file_id[-10:], "file_size": len(stored["content"])}
        if kind == "photo":
            described = [described | {"width": 90, "height": 60}]
        elif kind == "document":
            described["file_name"] = stored["name"]
        else:
            described["duration"] = 1
            if kind == "video":
                described |= {"width": 90, "height": 60}
        content = {kind: described}
        if caption:
            content |= {"caption": caption} | ({"caption_entities": entities} if entities else {})
        return self.message(given, content)

    def send_place(self, given: dict[str, Any]) -> dict[str, Any]:
        """A venue or a bare location."""
        place = {"latitude": float(given["latitude"]), "longitude": float(given["longitude"])}
        if not (-90 <= place["latitude"] <= 90 and -180 <= place["longitude"] <= 180):
            raise bad("wrong location coordinates")
        if "title" not in given:
            return self.message(given, {"location": place})
        venue = {"location": place, "title": given["title"], "address": given["address"]}
        return self.message(given, {"venue": venue, "location": place})

    def copy(self, given: dict[str, Any]) -> dict[str, Any]:
        """copyMessage: the content of another chat's message."""
        source = self.world.messages[number(given, "from_chat_id") or 0].get(number(given, "message_id") or 0)
        if source is None:
            raise bad("message to copy not found")
        copied = ("text", "caption", "photo", "document", "voice", "venue", "location", "entities")
        kept = {key: value for key, value in source.items() if key in copied}
        return {"message_id": self.message(given, kept)["message_id"]}

    def edited(self, given: dict[str, Any]) -> dict[str, Any]:
        """The bot's message that is to be edited."""
        chat = self.chat(given)
        message = self.world.messages[chat].get(number(given, "message_id") or 0)
        if message is None:
            raise bad("message to edit not found")
        if message["from"]["id"] != BOT["id"]:
            raise bad("message can't be edited")
        return message

    def edit_text(self, given: dict[str, Any]) -> dict[str, Any]:
        """editMessageText."""
        message = self.edited(given)
        text, entities = self.text(given, "text", TEXT_LIMIT)
        keyboard = self.markup(given)
        if "text" not in message:
            raise bad("there is no text in the message to edit")
        same = (message.get("text"), message.get("entities", []), message.get("reply_markup")) == (
            text, entities, keyboard)  # fmt: skip
        if same:
            raise bad("message is not modified: specified new message content and reply markup are exactly the same "
                      "as a current content and reply markup of the message")  # fmt: skip
        for name, value in (("text", text), ("entities", entities), ("reply_markup", keyboard)):
            if value:
                message[name] = value
            else:
                message.pop(name, None)
        message["edit_date"] = int(time.time())
        return message

    def edit_markup(self, given: dict[str, Any]) -> dict[str, Any]:
        """editMessageReplyMarkup."""
        message = self.edited(given)
        keyboard = self.markup(given)
        if message.get("reply_markup") == keyboard:
            raise bad("message is not modified: specified new message content and reply markup are exactly the same "
                      "as a current content and reply markup of the message")  # fmt: skip
        message.pop("reply_markup", None)
        if keyboard:
            message["reply_markup"] = keyboard
        return message

    def delete(self, given: dict[str, Any]) -> bool:
        """deleteMessage."""
        if self.world.messages[self.chat(given)].pop(number(given, "message_id") or 0, None) is None:
            raise bad("message to delete not found")
        return True

    def answer_callback(self, given: dict[str, Any]) -> bool:
        """answerCallbackQuery."""
        callback = self.world.callbacks.get(str(given.get("callback_query_id")))
        if callback is None or time.time() - callback["at"] > CALLBACK_LIFE:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        if units(str(given.get("text") or "")) > 200:
            raise bad("MESSAGE_TOO_LONG")
        callback["answered"] += 1
        callback["text"] = given.get("text") or callback["text"]
        return True

    def _scope(self, given: dict[str, Any]) -> str:
        scope = decoded(given.get("scope")) or {"type": "default"}
        language = given.get("language_code") or ""
        if language and not re.fullmatch("[a-z]{2}", language):
            raise bad("invalid language code specified")
        return f"{scope['type']}:{scope.get('chat_id', '')}:{language}"

    def set_commands(self, given: dict[str, Any]) -> bool:
        """setMyCommands, kept per scope and language."""
        commands = decoded(given.get("commands")) or []
        for command in commands:
            if not re.fullmatch("[a-z0-9_]{1,32}", command["command"]):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= units(command["description"]) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        scope = decoded(given.get("scope")) or {}
        if "chat_id" in scope:
            self.chat({"chat_id": scope["chat_id"]})
        self.world.commands[self._scope(given)] = commands
        return True

    def get_commands(self, given: dict[str, Any]) -> list[dict[str, str]]:
        """getMyCommands."""
        return self.world.commands.get(self._scope(given), [])

    def drop(self, given: dict[str, Any]) -> bool:
        """deleteMyCommands."""
        self.world.commands.pop(self._scope(given), None)
        return True

    def get_member(self, given: dict[str, Any]) -> dict[str, Any]:
        """getChatMember."""
        chat, person = self.chat(given), number(given, "user_id") or 0
        status = self.world.members[chat].get(person)
        if status is None:
            raise bad("PARTICIPANT_ID_INVALID")
        user = {"id": person, "is_bot": False, "first_name": "Ann"}
        extra: dict[str, Any] = {"is_anonymous": False} if status == "creator" else {}
        if status == "administrator":
            extra = dict.fromkeys(
                ("can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
                 "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
                 "can_post_stories", "can_edit_stories", "can_delete_stories"), False)  # fmt: skip
        if status == "kicked":
            extra = {"until_date": 0}
        return {"status": status, "user": user, **extra}

    def get_file(self, given: dict[str, Any]) -> dict[str, Any]:
        """getFile."""
        stored = self.world.files.get(str(given.get("file_id")))
        if stored is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        return {"file_id": given["file_id"], "file_unique_id": "u", "file_path": f"files/{given['file_id']}"}

    def set_webhook(self, given: dict[str, Any]) -> bool:
        """setWebhook; an empty address removes it."""
        allowed = decoded(given.get("allowed_updates"))
        self.world.webhook = {"url": given.get("url") or "", "secret": given.get("secret_token"),
                              "max_connections": number(given, "max_connections") or 40,
                              "allowed_updates": allowed}  # fmt: skip
        if allowed is not None:
            self.world.allowed_updates = allowed
        return True

    def create_topic(self, given: dict[str, Any]) -> dict[str, Any]:
        """createForumTopic."""
        thread = self.world.topic(self.chat(given), given["name"])
        return {"message_thread_id": thread, "name": given["name"], "icon_color": 0}
