"""What the desk needs to act: the open transaction, the moment, what is published, and its group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.edition import Edition
from bot.domain.escalation import Escalation
from bot.domain.language import Language
from bot.i18n import Translator, catalog
from bot.services import helpdesk
from bot.settings import Settings
from bot.stores.database import Transaction, delegates, escalations
from bot.stores.database.delegates import Delegate
from bot.stores.database.messages import standing_for
from bot.stores.database.threads import Asker, ThreadMessage, askers, thread
from bot.stores.database.values import get_value

STAFF_LANGUAGE = Language.EN
"""Cards are read by the whole group; what a delegate wrote stands there as written."""


@dataclass(frozen=True)
class Scene:
    """Everything an act of the desk needs; all it changes goes through `tx`."""

    tx: Transaction
    now: datetime
    edition: Edition
    settings: Settings
    staff_chat: int

    @property
    def say(self) -> Translator:
        """The phrases of the staff group."""
        return catalog(STAFF_LANGUAGE)

    async def touch(self, *numbers: int) -> None:
        """The cards of these escalations must change soon."""
        await helpdesk.touch(self.tx, numbers, self.now)

    async def wrote(self) -> None:
        """A message of the desk goes into the group: it counts for what the group can carry."""
        state = await helpdesk.read_state(self.tx, self.now)
        state.wrote(self.now)
        await helpdesk.write_state(self.tx, state)

    async def room(self) -> bool:
        """Whether the group can carry another message of the desk this minute."""
        return (await helpdesk.read_state(self.tx, self.now)).room > 0

    async def cards(self, number: int) -> list[int]:
        """The messages in the group that show this escalation, oldest first."""
        found = await standing_for(self.tx, card_ref(number), self.staff_chat)
        return [message_id for _, message_id in found]


@dataclass(frozen=True)
class Matter:
    """One escalation with all that belongs to it."""

    escalation: Escalation
    askers: tuple[Asker, ...]
    people: dict[int, Delegate]
    names: dict[int, str]
    """What the delegates who share their name are called, by chat."""
    thread: tuple[ThreadMessage, ...]
    holder: str
    """The name of the volunteer who has or had it; empty when nobody did."""
    draft: str
    """File of the draft that was made of it; empty without one."""

    @property
    def number(self) -> int:
        """The number that volunteers see."""
        return self.escalation.id

    @property
    def chats(self) -> tuple[int, ...]:
        """The chats of those who wait."""
        return tuple(asker.chat for asker in self.askers)

    def pseudonym(self, chat: int) -> int:
        """The running number of a delegate; 0 for one who is not known any more."""
        return self.people[chat].pseudonym if chat in self.people else 0

    @property
    def written(self) -> list[ThreadMessage]:
        """What volunteers answered in their own words or files."""
        return [message for message in self.thread if message.author == "volunteer"]


async def matter(scene: Scene, number: int) -> Matter | None:
    """Read an escalation and what belongs to it; None when it is unknown."""
    escalation = await escalations.get(scene.tx, number)
    if escalation is None:
        return None
    who = tuple(await askers(scene.tx, number))
    people = await delegates.find_all(scene.tx, [asker.chat for asker in who])
    names = {}
    for chat, person in people.items():
        if person.shares_name:
            names[chat] = await get_value(scene.tx, name_key(chat)) or ""
    holder = ""
    if escalation.claimed_by is not None:
        volunteer = await delegates.find_volunteer(scene.tx, escalation.claimed_by)
        holder = volunteer.name if volunteer is not None else ""
    draft = await get_value(scene.tx, draft_key(number)) or ""
    return Matter(escalation, who, people, names, tuple(await thread(scene.tx, number)), holder, draft)


async def mentioned(scene: Scene, languages: Sequence[Language]) -> list[str]:
    """Names (@name) of volunteers who speak one of these languages."""
    found: dict[str, None] = {}
    for language in dict.fromkeys(languages):
        for volunteer in await delegates.volunteers_speaking(scene.tx, language):
            if volunteer.name.startswith("@"):
                found[volunteer.name] = None
    return list(found)


def card_ref(number: int) -> str:
    """What a card stands for."""
    return f"escalation:{number}"


def talk_ref(number: int, pseudonym: int) -> str:
    """What a delegate's words in the group stand for: a reply goes to this delegate alone."""
    return f"talk:{number}:{pseudonym}"


def file_ref(number: int, pseudonym: int) -> str:
    """The same for a delegate's file or place: it cannot be edited, only taken away."""
    return f"file:{number}:{pseudonym}"


def answer_ref(number: int, message: int = 0) -> str:
    """What a volunteer's words in a delegate's chat stand for; 0: a note of the desk."""
    return f"answer:{number}:{message}"


def campaign(number: int) -> str:
    """With what everything that is sent about an escalation is counted."""
    return f"escalation:{number}"


QUEUE_REF = "queue"
"""What the list of /queue stands for."""
NOTE_REF = "note"
"""What a note of the desk stands for that is about no single question: a reply to it cannot be sent to anybody."""


def name_key(chat: int) -> str:
    """Where the name stands that a delegate shares; /forget removes it with all keys of the chat."""
    return f"chat:{chat}:name"


def draft_key(number: int) -> str:
    """Where the name of the draft stands."""
    return f"desk:draft:{number}"


def numbers_of(ref: str, kind: str) -> tuple[int, ...]:
    """The numbers in a reference of this kind ("talk:17:3" -> 17, 3); empty for any other."""
    name, *parts = ref.split(":")
    if name != kind or not parts or not all(part.isdigit() for part in parts):
        return ()
    return tuple(int(part) for part in parts)
