"""What any channel can show: a reply with text, buttons, a map pin or a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

BUTTON_DATA_BYTES = 64
"""Telegram's limit for callback data (Bot API: InlineKeyboardButton.callback_data, 1-64 bytes)."""


@dataclass(frozen=True)
class Button:
    """A button; pressing it returns `data` (at most 64 bytes: own short ids, no JSON) or opens `url`."""

    label: str
    data: str = ""
    url: str | None = None

    def __post_init__(self) -> None:
        if len(self.data.encode()) > BUTTON_DATA_BYTES:
            raise ValueError(f"button data over {BUTTON_DATA_BYTES} bytes: {self.data}")


@dataclass(frozen=True)
class Pin:
    """A place on the map; WGS 84 degrees."""

    title: str
    address: str
    latitude: float
    longitude: float


@dataclass(frozen=True)
class Attachment:
    """A file: bytes of our own, or the channel's id of a file somebody sent."""

    name: str
    content: bytes | None = None
    kind: str = "document"
    """document | photo | voice | video | audio"""
    file_id: str | None = None


@dataclass(frozen=True)
class Reply:
    """One message of the assistant; every channel escapes it for itself, so all parts are plain text."""

    text: str = ""
    title: str = ""
    small_print: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()
    pin: Pin | None = None
    attachment: Attachment | None = None
    replaces: bool = False
    """Shown in place of the message whose button was pressed."""
    toast: str = ""
    """A short line at the pressed button; at most 200 characters."""
    chat: int | None = None
    """Another chat than the one that wrote (staff card, answer to a delegate)."""
    quotes: int | None = None
    """Message id, in that chat, that this reply answers."""
    ref: str = ""
    """What the sent message stands for ("exchange:55", "escalation:17"); kept by the outbox, so that a
    reply to it, or a press on its buttons, is understood later."""
    edits: int | None = None
    """Id of an earlier message of the assistant, in that chat, which this one takes the place of."""
    deletes: int | None = None
    """Id of an earlier message of the assistant, in that chat, which is taken away; nothing else is shown then."""
    about: tuple[int, ...] = ()
    """Chats of the delegates of whom it speaks, so that forgetting them takes it back."""
    campaign: str | None = None
    """What it is counted with ("escalation:17")."""
    valid_until: datetime | None = None
    """After this moment it must not arrive any more: a reminder of what has begun."""
