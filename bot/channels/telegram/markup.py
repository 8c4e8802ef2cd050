"""Text for Telegram: counted in UTF-16 units, cut on safe borders, escaped after cutting."""

from __future__ import annotations

import re
import unicodedata
from html import escape

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
TOAST_LIMIT = 200
_SENTENCE_END = re.compile(r"[.!?…]\s|[。！？；]")
_GAP = "\n\n"
_JOINERS = {"\u200d", "\ufe0f", "\ufe0e"}
# A border in the first part of the window would leave most of a message empty.
_EARLIEST = 0.4


def units(text: str) -> int:
    """Length as Telegram counts it."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int) -> tuple[str, str]:
    """The text up to a border within `limit` units, and the rest: paragraph, line, sentence, word, character."""
    if units(text) <= limit:
        return text, ""
    used = end = 0
    for character in text:
        used += 2 if character > "\uffff" else 1
        if used > limit:
            break
        end += 1
    window = text[:end]
    earliest = int(end * _EARLIEST)
    for border in (window.rfind(_GAP), window.rfind("\n")):
        if border > earliest:
            return text[:border].rstrip(), text[border:].lstrip()
    sentences = [match.end() for match in _SENTENCE_END.finditer(window)]
    if sentences and sentences[-1] > earliest:
        return text[: sentences[-1]].rstrip(), text[sentences[-1] :].lstrip()
    if (border := window.rfind(" ")) > earliest:
        return text[:border].rstrip(), text[border:].lstrip()
    return _cut_between_characters(text, end)


def _cut_between_characters(text: str, end: int) -> tuple[str, str]:
    """A border that tears no emoji family and no letter from its accent."""
    border = end
    while border > max(1, end - 40):
        after, before = text[border], text[border - 1]
        if after not in _JOINERS and before not in _JOINERS and not unicodedata.combining(after):
            return text[:border], text[border:]
        border -= 1
    return text[:end], text[end:]


def shorten(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis."""
    return text if units(text) <= limit else cut(text, limit - 1)[0] + "…"


def parts(title: str, text: str, small_print: str, limit: int = TEXT_LIMIT) -> list[tuple[str, str, str]]:
    """A message as one or several: the title on the first, the small print on the last."""
    if units(plain(title, text, small_print)) <= limit:
        return [(title, text, small_print)]
    if units(title) > limit // 4:
        title, text = "", f"{title}{_GAP}{text}"
    if units(small_print) > limit // 4:
        small_print, text = "", f"{text}{_GAP}{small_print}"
    room = limit - units(title) - units(small_print) - 2 * len(_GAP)
    pieces = []
    rest = text.strip()
    while True:
        piece, rest = cut(rest, room)
        pieces.append(piece)
        if not rest:
            break
    last = len(pieces) - 1
    return [
        (title if place == 0 else "", piece, small_print if place == last else "")
        for place, piece in enumerate(pieces)
    ]


def html(title: str, text: str, small_print: str) -> str:
    """One message in Telegram's HTML; everything in it is foreign and escaped."""
    shown = [f"<b>{escape(title, quote=False)}</b>" if title.strip() else ""]
    shown += [escape(text, quote=False) if text.strip() else ""]
    shown += [f"<i>{escape(small_print, quote=False)}</i>" if small_print.strip() else ""]
    return _GAP.join(part for part in shown if part)


def plain(title: str, text: str, small_print: str) -> str:
    """The same message without markup: what is sent when the markup was refused."""
    return _GAP.join(part for part in (title, text, small_print) if part.strip())
