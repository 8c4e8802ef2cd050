"""The congress with its programme, answered by the grammar alone: no index, a real database, a clock that is moved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from bot.channels.telegram.rendering import bodies
from bot.conversation.announcing import Announcing
from bot.conversation.assistant import Assistant
from bot.domain.programme import Programme, Session
from bot.domain.question import Handover, HandoverReason, Outcome, ProgrammeAnswer, Question
from bot.domain.reading import lookup, read
from bot.settings import EVENT_ZONE, Settings
from bot.stores import knowledge_files
from bot.stores.database import Database
from tests.conversation.stand_ins import Clock, Person, Stage, StandInIndex, StandInPublished

CONGRESS = Path(__file__).parent.parent / "congress"
STAFF = -1001
ORGANIZER, VOLUNTEER = 9001, 9002


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EVENT_ZONE)


def congress() -> StandInIndex:
    knowledge = knowledge_files.read(CONGRESS)
    assert not knowledge.errors
    return StandInIndex({entry.id: entry for entry in knowledge.entries}, knowledge.programme, 7)


def with_session(programme: Programme, session_id: str, **changes: object) -> Programme:
    """The programme with one session changed."""
    changed = [replace(one, **changes) if one.id == session_id else one for one in programme.sessions]
    assert any(one.id == session_id for one in changed)
    return replace(programme, sessions=tuple(changed))


def session(programme: Programme, session_id: str) -> Session:
    found = programme.session(session_id)
    assert found is not None
    return found


class Grammar:
    """Answers what the grammar understands wholly; everything else goes to people."""

    def __init__(self, published: StandInPublished) -> None:
        self.published = published

    def answer(self, question: Question) -> Outcome:
        programme = self.published.index.programme
        reading = read(question.text, programme, question.now)
        if reading is None:
            return Handover(HandoverReason.NOTHING_FOUND)
        findings = lookup(reading, programme, question.now)
        shown = findings.occurrences or findings.next
        return ProgrammeAnswer(reading, findings, tuple(dict.fromkeys(one.session.id for one in shown)))


@asynccontextmanager
async def open_timetable(folder: Path, now: str, **settings: object) -> AsyncIterator[Stage]:
    chosen = Settings(_env_file=None, data_dir=folder, **settings)
    clock = Clock(at(now))
    database = await Database.open(chosen.database, clock)
    published = StandInPublished(congress())
    announcing = Announcing(chosen, lambda reply: next(bodies(reply)))
    assistant = Assistant(Grammar(published), published, database, chosen, clock, announcing=announcing)
    try:
        yield Stage(assistant, database, None, published, clock, chosen)
    finally:
        await database.close()


def labels(reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


class Volunteer(Person):
    """Somebody who writes in the staff group."""

    def __init__(self, stage: Stage, person: int) -> None:
        super().__init__(stage.assistant, stage.clock, STAFF)
        self.person = person

    async def hear(self, **what: object):
        from bot.conversation.incoming import Incoming

        self.messages += 1
        incoming = Incoming(STAFF, self.person, self.clock(), message=self.messages, **what)
        replies = await self.assistant.respond(incoming)
        self.buttons = [button for reply in replies for row in reply.buttons for button in row] or self.buttons
        return replies
