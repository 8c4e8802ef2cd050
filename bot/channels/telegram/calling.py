"""One row of the outbox as one call of the Bot API."""

from __future__ import annotations

from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot.channels.telegram import markup
from bot.channels.telegram.line import Line
from bot.channels.telegram.rendering import file_content, without_edit

_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UNCHANGED = "message is not modified"
_TOO_OLD = ("query is too old", "query_id_invalid", "query id is invalid")
_BAD_MARKUP = "can't parse entities"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message to edit",
                 "message_id_invalid")  # fmt: skip
_NO_TOPIC = ("message thread not found", "topic_closed", "topic_deleted")


async def call(line: Line, chat: int, body: dict[str, Any]) -> int | None:
    """Do what the row says; the id of the message, or None for what makes no message.

    What Telegram refuses for its form is mended here, once: markup it cannot parse goes as plain text, a message
    that cannot be edited goes as a new one, a topic that is gone is left out.
    """
    try:
        return await _call(line, chat, body, html=True)
    except BadRequest as error:
        words = str(error).casefold()
        if _UNCHANGED in words:
            return body.get("edits")
        if body["do"] == "toast" and any(part in words for part in _TOO_OLD):
            return None
        if body["do"] == "delete":
            return None
        if _BAD_MARKUP in words:
            return await _call(line, chat, body, html=False)
        if "edits" in body and any(part in words for part in _NOT_EDITABLE):
            return await call(line, chat, without_edit(body))
        if "thread" in body and any(part in words for part in _NO_TOPIC):
            return await call(line, chat, {name: value for name, value in body.items() if name != "thread"})
        raise


async def _call(line: Line, chat: int, body: dict[str, Any], html: bool) -> int | None:
    what = body["do"]
    if what == "toast":
        await line.answer_callback_query(body["callback"], text=body.get("text") or None)
        return None
    if what == "leave":
        await line.leave_chat(chat)
        return None
    if what == "delete":
        await line.delete_message(chat, body["message"])
        return None
    keyboard = _keyboard(body.get("buttons"))
    if what == "text" and "edits" in body:
        await line.edit_message_text(
            _written(body, html),
            chat_id=chat,
            message_id=body["edits"],
            parse_mode=ParseMode.HTML if html else None,
            reply_markup=keyboard,
            link_preview_options=_NO_PREVIEW,
        )
        return body["edits"]
    common: dict[str, Any] = {
        "chat_id": chat,
        "reply_markup": keyboard,
        "message_thread_id": body.get("thread"),
        "reply_parameters": _quote(body),
    }
    if what == "text":
        mode = ParseMode.HTML if html else None
        message = await line.send_message(
            text=_written(body, html), parse_mode=mode, link_preview_options=_NO_PREVIEW, **common
        )
    elif what == "place":
        message = await _send_place(line, body, common)
    else:
        message = await _send_file(line, body, common, html)
    return message.message_id


async def _send_place(line: Line, body: dict[str, Any], common: dict[str, Any]) -> Message:
    common |= {"latitude": body["latitude"], "longitude": body["longitude"]}
    if body["title"]:
        return await line.send_venue(title=body["title"], address=body["address"] or body["title"], **common)
    return await line.send_location(**common)


async def _send_file(line: Line, body: dict[str, Any], common: dict[str, Any], html: bool) -> Message:
    if caption := _written(body, html):
        common |= {"caption": caption, "parse_mode": ParseMode.HTML if html else None}
    content, kind = file_content(body), body["kind"]
    if isinstance(content, bytes):
        common["filename"] = body["name"]
    if kind == "photo":
        return await line.send_photo(photo=content, **common)
    if kind == "voice":
        return await line.send_voice(voice=content, **common)
    if kind == "video":
        return await line.send_video(video=content, **common)
    if kind == "audio":
        return await line.send_audio(audio=content, **common)
    return await line.send_document(document=content, **common)


def _written(body: dict[str, Any], html: bool) -> str:
    write = markup.html if html else markup.plain
    return write(body.get("title", ""), body.get("text", ""), body.get("small_print", ""))


def _keyboard(rows: list[list[dict[str, str]]] | None) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    shown = [
        [
            InlineKeyboardButton(button["label"], url=button["url"])
            if "url" in button
            else InlineKeyboardButton(button["label"], callback_data=button["data"])
            for button in row
        ]
        for row in rows
    ]
    return InlineKeyboardMarkup(shown)


def _quote(body: dict[str, Any]) -> ReplyParameters | None:
    if not body.get("quotes"):
        return None
    return ReplyParameters(body["quotes"], allow_sending_without_reply=True)
