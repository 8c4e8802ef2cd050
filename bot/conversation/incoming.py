"""What any channel can hear: a message, a command or a pressed button."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.conversation.reply import Attachment, Pin
from bot.domain.language import Language


@dataclass(frozen=True)
class Incoming:
    """One message, command or button press of one person."""

    chat: int
    """Where it was written, and where a reply goes by default."""
    person: int
    """Who wrote it: Telegram's user id; 0 in the console."""
    sent_at: datetime
    text: str = ""
    """The message, the caption of a file, or the arguments of a command."""
    command: str = ""
    """The command without its slash ("start"), or empty."""
    button: str = ""
    """The data of the pressed button, or empty."""
    message: int | None = None
    """Id of this message; for a press, of the message that carries the button."""
    replies_to: int | None = None
    """Id of the message this one replies to."""
    attachment: Attachment | None = None
    pin: Pin | None = None
    unreadable: bool = False
    """It came without words and is neither a file nor a place: a round video, a contact, a sticker."""
    interface_language: Language | None = None
    """Language of the person's Telegram, when it is one of ours."""
    name: str = ""
    """How a volunteer is called in the staff group; never kept for delegates."""
    update: int = 0
    """Id of the update: the stem of the outbox rows' deduplication keys."""
