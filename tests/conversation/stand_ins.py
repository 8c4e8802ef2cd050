"""A handful of entries and a scripted answering service, for tests in which finding is not the point."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from bot.conversation.assistant import Assistant
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.domain.knowledge import Entry, EntryKind, Rendering, Status
from bot.domain.language import Language, Localized, fold, has_words
from bot.domain.programme import Programme, Session, Slot
from bot.domain.question import (
    Answer,
    Clarification,
    Courtesy,
    CourtesyKind,
    Handover,
    HandoverReason,
    Hit,
    Outcome,
    Question,
)
from bot.services.courtesy import courtesy_of
from bot.settings import EVENT_ZONE, Settings
from bot.stores.database import Database

ZH, RU, EN = Language.ZH, Language.RU, Language.EN


def entry(name: str, section: str, texts: Mapping[Language, tuple[str, str, str]], **more: object) -> Entry:
    values = {"kind": EntryKind.PROSE, "status": Status.CONFIRMED, "checked": date(2025, 7, 9), **more}
    renderings = {language: Rendering(title, body, source) for language, (title, body, source) in texts.items()}
    return Entry(id=name, section=section, renderings=renderings, **values)


def entries() -> dict[str, Entry]:
    """Six entries: two plain ones, a sample, one that ends, one only in English, one session."""
    found = [
        entry("theme", "forum", {
            ZH: ("论坛主题", "主题是数字桥梁。", "新华社"),
            RU: ("Тема форума", "Тема — цифровые мосты.", "Синьхуа"),
            EN: ("Theme", "The theme is digital bridges.", "Xinhua"),
        }),
        entry("badge", "practical", {
            ZH: ("参会证", "凭护照领取参会证。", "组委会"),
            RU: ("Бейдж", "Бейдж выдают по паспорту.", "Оргкомитет"),
            EN: ("Badge", "Badges are issued against a passport.", "Organizing committee"),
        }),
        entry("wifi", "practical", {
            ZH: ("无线网络", "网络名：Congress。", "示例"),
            RU: ("Wi-Fi", "Сеть: Congress.", "образец"),
            EN: ("Wi-Fi", "The network is Congress.", "sample"),
        }, status=Status.SAMPLE),
        entry("shuttle", "practical", {
            ZH: ("班车", "班车08:00发车。", "组委会"),
            RU: ("Автобус", "Автобус отходит в 08:00.", "Оргкомитет"),
            EN: ("Shuttle bus", "The bus leaves at 08:00.", "Organizing committee"),
        }, valid_until=datetime(2025, 7, 11, 12, 0, tzinfo=EVENT_ZONE)),
        entry("parking", "venues", {EN: ("Parking", "There is no parking.", "Venue")}),
        entry("opening", "programme", {
            ZH: ("开幕式", "开幕式7月11日09:00举行。", "组委会"),
            RU: ("Открытие", "Открытие 11 июля в 09:00.", "Оргкомитет"),
            EN: ("Opening", "The opening is on 11 July at 09:00.", "Organizing committee"),
        }, kind=EntryKind.SESSION),
    ]  # fmt: skip
    return {item.id: item for item in found}


def programme() -> Programme:
    start = datetime(2025, 7, 11, 9, 0, tzinfo=EVENT_ZONE)
    title = Localized("开幕式", "Открытие", "Opening")
    opening = Session(
        "opening", "ceremony", (Slot(start, start + timedelta(hours=1)),), None, title, title, Status.CONFIRMED
    )
    return Programme(EVENT_ZONE, (date(2025, 7, 10), date(2025, 7, 11)), (opening,), version=3)


@dataclass
class StandInIndex:
    entries: dict[str, Entry] = field(default_factory=entries)
    programme: Programme = field(default_factory=programme)
    version: int = 3


class StandInPublished:
    """Hands out the same index always."""

    def __init__(self, index: StandInIndex | None = None) -> None:
        self.index = index or StandInIndex()

    @contextmanager
    def acquire(self) -> Iterator[StandInIndex]:
        yield self.index


class ScriptedAnswering:
    """Knows what it was told: a word of the question -> an entry id, or several ids to choose from."""

    def __init__(self, known: Mapping[str, str | tuple[str, ...]]) -> None:
        self.known = {fold(word): found for word, found in known.items()}
        self.asked: list[Question] = []

    def answer(self, question: Question) -> Outcome:
        self.asked.append(question)
        if len(question.text) > 4_000:
            return Courtesy(CourtesyKind.TOO_LONG)
        if not has_words(question.text):
            return Courtesy(CourtesyKind.EMPTY)
        if kind := courtesy_of(question.text):
            return Courtesy(kind)
        if "explode" in question.text:
            raise RuntimeError("as the test wants it")
        for word, found in self.known.items():
            if word in fold(question.text):
                ids = (found,) if isinstance(found, str) else found
                hits = tuple(Hit(name, 0.9 - place / 10) for place, name in enumerate(ids))
                return Answer(ids, 0.9, hits) if isinstance(found, str) else Clarification(ids, 0.5, hits)
        return Handover(HandoverReason.NOTHING_FOUND, 0.1, (Hit("theme", 0.1),))


KNOWN = {
    "wi-fi": "wifi", "wifi": "wifi", "вайфай": "wifi", "无线": "wifi",
    "theme": "theme", "тема": "theme", "主题": "theme",
    "parking": "parking", "парковк": "parking", "停车": "parking",
    "shuttle": "shuttle", "автобус": "shuttle", "班车": "shuttle",
    "papers": ("badge", "wifi"), "документ": ("badge", "wifi"), "证件": ("badge", "wifi"),
}  # fmt: skip


class Person:
    """Somebody who talks to the assistant; remembers the buttons of the last message."""

    def __init__(self, assistant: Assistant, clock: Clock, chat: int, interface: Language | None = None) -> None:
        self.assistant, self.clock, self.chat, self.interface = assistant, clock, chat, interface
        self.buttons: list[Button] = []
        self.messages = 0

    async def hear(self, **what: object) -> list[Reply]:
        self.messages += 1
        incoming = Incoming(
            self.chat, self.chat, self.clock(), message=self.messages, interface_language=self.interface, **what
        )
        replies = await self.assistant.respond(incoming)
        buttons = [button for reply in replies for row in reply.buttons for button in row]
        self.buttons = buttons or self.buttons
        return replies

    async def say(self, text: str) -> list[Reply]:
        if text.startswith("/"):
            command, _, rest = text[1:].partition(" ")
            return await self.hear(command=command, text=rest)
        return await self.hear(text=text)

    async def press(self, label: str) -> list[Reply]:
        """Press the first button whose label contains `label`."""
        button = next(button for button in self.buttons if label in button.label)
        return await self.hear(button=button.data)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Stage:
    """An assistant on a real database, with scripted answers."""

    assistant: Assistant
    database: Database
    answering: ScriptedAnswering
    published: StandInPublished
    clock: Clock
    settings: Settings

    def person(self, chat: int = 100, interface: Language | None = Language.EN) -> Person:
        return Person(self.assistant, self.clock, chat, interface)


@asynccontextmanager
async def open_stage(folder: Path, now: datetime, known: Mapping[str, str | tuple[str, ...]] = KNOWN, **settings):
    chosen = Settings(_env_file=None, data_dir=folder, **settings)
    clock = Clock(now)
    database = await Database.open(chosen.database, clock)
    answering, published = ScriptedAnswering(known), StandInPublished()
    assistant = Assistant(answering, published, database, chosen, clock)
    try:
        yield Stage(assistant, database, answering, published, clock, chosen)
    finally:
        await database.close()
