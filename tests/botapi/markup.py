"""Telegram's HTML: what it accepts, its error texts, and the plain text with entities that remains."""

from __future__ import annotations

import html
import re
from typing import Any

SIMPLE = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "blockquote": "blockquote", "tg-spoiler": "spoiler",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z0-9-]*)([^<>]*)>")
_ATTRIBUTE = re.compile(r"""\s*([a-zA-Z-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")


class MarkupError(ValueError):
    """What follows "Bad Request: can't parse entities: " in Telegram's answer."""


def units(text: str) -> int:
    """Length as Telegram counts it: UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2


def parse_html(text: str) -> tuple[str, list[dict[str, Any]]]:
    """The plain text and its entities; MarkupError with Telegram's words when it is not valid."""
    plain, entities, open_tags = "", [], []
    position = 0
    while position < len(text):
        start = text.find("<", position)
        if start < 0:
            plain += html.unescape(text[position:])
            break
        plain += html.unescape(text[position:start])
        offset = len(text[:start].encode())
        tag = _TAG.match(text, start)
        if tag is None:
            if ">" not in text[start:]:
                raise MarkupError(f"Unclosed start tag at byte offset {offset}")
            raise MarkupError(f'Unsupported start tag "" at byte offset {offset}')
        closing, name, rest = tag.group(1), tag.group(2).lower(), tag.group(3)
        if closing:
            if not open_tags:
                raise MarkupError(f"Unexpected end tag at byte offset {offset}")
            opened, entity, begin = open_tags.pop()
            if opened != name:
                raise MarkupError(
                    f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"'
                )
            length = units(plain) - begin
            if length and entity:
                entities.append({**entity, "offset": begin, "length": length})
        else:
            open_tags.append((name, _entity(name, rest, offset), units(plain)))
        position = tag.end()
    if open_tags:
        raise MarkupError(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return plain, sorted(entities, key=lambda entity: entity["offset"])


def _entity(name: str, rest: str, offset: int) -> dict[str, Any]:
    attributes = {key: value.strip("\"'") for key, value in _ATTRIBUTE.findall(rest)}
    if name in SIMPLE:
        return {"type": SIMPLE[name]}
    if name == "a":
        address = html.unescape(attributes.get("href", ""))
        return {"type": "text_link", "url": address} if re.match(r"(https?|tg|mailto|ton)[:/]", address) else {}
    if name == "span" and attributes.get("class") == "tg-spoiler":
        return {"type": "spoiler"}
    if name == "tg-emoji":
        return {"type": "custom_emoji", "custom_emoji_id": attributes.get("emoji-id", "")}
    raise MarkupError(f'Unsupported start tag "{name}" at byte offset {offset}')
