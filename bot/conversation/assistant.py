"""The assistant: takes what any channel hears and gives back what any channel can show."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

from bot.conversation import agenda, asking, board, browsing, profile, reminders, schedule, talking, venues
from bot.conversation.announcing import Announcing
from bot.conversation.courtesies import only_text
from bot.conversation.desk import Desk
from bot.conversation.incoming import Incoming
from bot.conversation.publishing import Publishing, Received, describe
from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused, Consideration, Handler, Turn, number_from
from bot.domain.edition import Publications, published_now
from bot.domain.language import Language, answer_language
from bot.domain.question import Courtesy, CourtesyKind, Handover, HandoverReason, Outcome, Question
from bot.i18n import catalog
from bot.services import retention
from bot.services.answering import Answers
from bot.settings import Settings
from bot.stores.database import Database, DatabaseUnavailable, Transaction, delegates, exchanges, personal

logger = logging.getLogger(__name__)

Preparation = Callable[..., Awaitable[object]]
"""The slow part of a command, done before its transaction."""

REMEMBERED = timedelta(minutes=10)
"""For how long an earlier question helps to understand the next one."""

SEARCHES = 2
"""Searches side by side: the answering process works on one while the outcome of the other is on its way here. They
have threads of their own, so that a report being written holds up no question."""

ROOMS: tuple[ModuleType, ...] = (profile, browsing, asking, talking, schedule, venues, agenda, board)
"""Modules with COMMANDS and BUTTONS; a later one may take over a command of an earlier one."""


class Assistant:
    """Holds no state of its own: what must survive a turn is in the database."""

    def __init__(
        self,
        answering: Answers,
        published: Publications,
        database: Database,
        settings: Settings,
        clock: Callable[[], datetime] | None = None,
        *,
        desk: Desk | None = None,
        announcing: Announcing | None = None,
        publishing: Publishing | None = None,
        rooms: Iterable[ModuleType] = ROOMS,
    ) -> None:
        self._answering = answering
        self._published = published
        self._database = database
        self._settings = settings
        self._clock = clock or (lambda: datetime.now(UTC))
        self.desk = desk or Desk(settings, published)
        self.announcing = announcing or Announcing(settings)
        self.publishing = publishing or Publishing(settings)
        self._searches = ThreadPoolExecutor(SEARCHES, "search")
        self._commands: dict[str, Handler] = {}
        self._buttons: dict[str, Handler] = {"m": self._open_menu}
        self._preparations: dict[str, Preparation] = {}
        for room in rooms:
            self._commands.update(getattr(room, "COMMANDS", {}))
            self._buttons.update(getattr(room, "BUTTONS", {}))
            self._preparations.update(getattr(room, "PREPARATIONS", {}))
        self._commands.update(self.publishing.commands)
        self._buttons.update(self.publishing.buttons)

    @property
    def staff_chat(self) -> int | None:
        """The volunteers' group; set by the channel when the group gets a new id."""
        return self.desk.staff_chat

    @staff_chat.setter
    def staff_chat(self, chat: int) -> None:
        self.desk.staff_chat = chat

    async def respond(self, incoming: Incoming) -> list[Reply]:
        """Consider and reply in a transaction of its own; an error becomes a calm sentence with a reference."""
        try:
            consideration = await self.consider(incoming)
            async with self._database.writing() as tx:
                replies = await self.reply(incoming, consideration, tx)
            await self.afterwards(incoming)
            return replies
        except Exception as error:
            reference = secrets.token_hex(3).upper()
            # The kind and the place only: the message of an error may quote the person.
            logger.error("reference %s: %s at %s", reference, type(error).__name__, _place(error))
            return await self.failed(incoming, reference, None)

    async def consider(self, incoming: Incoming) -> Consideration:
        """The slow part of a turn, reading only: language, recent questions, search."""
        if incoming.chat < 0:
            return await self._consider_group(incoming)
        # Commands and presses carry no question, but "q" asks an earlier message again.
        text = "" if incoming.command or incoming.button else incoming.text
        async with self._database.reading() as tx:
            preferred = await _preferred(tx, incoming.chat, incoming.interface_language)
            previous = await exchanges.previous(tx, incoming.chat, self._clock() - REMEMBERED)
            if incoming.button.startswith("q:"):
                text = await self._asked_before(tx, incoming)
        if self.publishing.concerns(incoming):
            received = await self.publishing.receive(incoming, preferred or Language.EN, self._clock())
            return Consideration(preferred or Language.EN, published_now(self._published), prepared=received)
        written = incoming.text if incoming.command == "person" else text
        language = answer_language(written, preferred)
        wordless = incoming.attachment is not None or incoming.pin is not None or incoming.unreadable
        if not text and not incoming.command and not incoming.button and not wordless:
            return Consideration(language, published_now(self._published), outcome=Courtesy(CourtesyKind.EMPTY),
                                 question=Question("", language, self._clock()))  # fmt: skip
        if not text:
            prepare = self._preparations.get(incoming.command.lower())
            prepared = None
            if prepare is not None:
                prepared = await prepare(
                    incoming, self._database, self._answering, self._published, self._settings, self._clock()
                )
            return Consideration(language, published_now(self._published), prepared=prepared)
        question = Question(text, language, self._clock(), previous)
        started = time.perf_counter()
        outcome = await self._answered(question)
        spent = (time.perf_counter() - started) * 1000
        if isinstance(outcome, Handover):
            if outcome.reason is HandoverReason.ASKED and previous:
                question = replace(question, text=previous[-1])  # "a person, please" speaks of what was asked before
            await self.desk.prepare(question.text)
        return Consideration(language, published_now(self._published), question, outcome, spent)

    async def language_of(self, chat: int, interface_language: Language | None) -> Language:
        """In which language a person is addressed who has not just written something."""
        try:
            async with self._database.reading() as tx:
                return await _preferred(tx, chat, interface_language) or Language.EN
        except DatabaseUnavailable:
            return interface_language or Language.EN

    async def _answered(self, question: Question) -> Outcome:
        return await asyncio.get_running_loop().run_in_executor(self._searches, self._answering.answer, question)

    async def _consider_group(self, incoming: Incoming) -> Consideration:
        """In the staff group only an answer is looked up: an approved entry may say the same in other languages."""
        question = outcome = None
        if incoming.replies_to is not None and incoming.text and not incoming.command:
            question = Question(incoming.text, answer_language(incoming.text, None), self._clock())
            outcome = await self._answered(question)
        return Consideration(Language.EN, published_now(self._published), question, outcome)

    async def reply(self, incoming: Incoming, consideration: Consideration, tx: Transaction) -> list[Reply]:
        """The replies; everything that changes is written through `tx`."""
        if incoming.chat < 0:
            if incoming.chat == self.staff_chat:
                heard = await self.announcing.heard(incoming, tx, self._clock())
                if heard is not None:
                    return heard
            return await self.desk.heard_in_group(incoming, consideration, tx)
        delegate, is_new = await delegates.meet(tx, incoming.chat, incoming.interface_language)
        turn = Turn(incoming, consideration, delegate, tx, self._clock(), self._settings, self.desk)
        replies = await self._route(turn)
        # A link from a door opens a card, not the welcome that tells what is stored.
        welcomed = incoming.command in {"start", "privacy", "forget"} and not incoming.text
        if is_new and not welcomed and not incoming.button:
            replies.append(profile.notice(turn))
        return replies

    async def afterwards(self, incoming: Incoming) -> None:
        """Once the transaction of a turn is over: what /forget deleted is cleared from the files too."""
        if incoming.button != profile.FORGET:
            return
        try:
            await self._database.scrub()
        except DatabaseUnavailable as error:
            logger.error("what was forgotten is deleted, but the files are not rewritten yet: %s", error)

    async def _route(self, turn: Turn) -> list[Reply]:
        incoming, say = turn.incoming, turn.say
        if incoming.button:
            return await self._press(turn)
        if incoming.command:
            handler = self._commands.get(incoming.command.lower())
            if handler is None:
                return [Reply(text=say.text("I do not know this command. /help shows what I can do."))]
            return await handler(turn, incoming.text.strip())
        if isinstance(turn.consideration.prepared, Received):
            return await self.publishing.answer(turn)
        if (heard := await self.publishing.heard(turn)) is not None:
            return heard
        if (heard := await self.desk.heard_from_delegate(turn)) is not None:
            return heard
        if turn.consideration.outcome is None:
            return [only_text(say)]
        return await asking.answer(turn)

    async def _press(self, turn: Turn) -> list[Reply]:
        name, _, data = turn.incoming.button.partition(":")
        try:
            if name == "q" and turn.consideration.outcome is not None:
                return await asking.answer(turn)
            handler = self._buttons.get(name)
            if handler is None:
                raise ButtonRefused(name)
            return await handler(turn, data)
        except ButtonRefused:
            return [Reply(toast=turn.say.text("This button no longer works. Please write your question again."))]

    async def _open_menu(self, turn: Turn, command: str) -> list[Reply]:
        """A menu button: the same as the command, for those that change nothing."""
        if command not in {"topics", "schedule", "venues", "help", "agenda", "status"} & set(self._commands):
            raise ButtonRefused(command)
        return await self._commands[command](turn, "")

    async def late(self, incoming: Incoming, answered: bool, tx: Transaction) -> list[Reply]:
        """What is said about a message that waited while the assistant was away.

        With `answered` it stands before the usual replies; without, it asks whether the question is still open.
        """
        delegate, _ = await delegates.meet(tx, incoming.chat, incoming.interface_language)
        language = answer_language(incoming.text, delegate.language)
        say, sent = catalog(language), incoming.sent_at
        if answered:
            return [Reply(text=say.text("I am sorry for the delay: your message of {time} reaches me only now.",
                                        time=say.moment(sent)))]  # fmt: skip
        text = say.text(
            "You wrote to me ({time}) while I was out of service; I am sorry. Do you still need the answer?",
            time=say.moment(sent),
        )
        if not incoming.text or incoming.command or incoming.button:
            return [Reply(text=text)]
        # Kept as courtesy: it is neither answered nor counted as a question until the person wants it.
        kept = await exchanges.record(
            tx, incoming.chat, incoming.text[: asking.LONGEST_KEPT], language, "courtesy", at=self._clock(),
            message=incoming.message,
        )  # fmt: skip
        return [Reply(text=text, buttons=((Button(say.label("button", "Yes, please answer"), f"q:{kept}"),),))]

    async def failed(self, incoming: Incoming, reference: str, tx: Transaction | None) -> list[Reply]:
        """One calm sentence after an error, with a reference for the organizers; never fails itself."""
        language = incoming.interface_language
        try:
            if tx is not None and (known := await delegates.find(tx, incoming.chat)) is not None:
                language = known.language or language
        except DatabaseUnavailable:
            logger.warning("reference %s: the database is away too", reference)
        say = catalog(answer_language(incoming.text, language))
        text = say.text(
            "I am sorry, something went wrong on my side. Please try again in a minute; if it happens again, tell the "
            "organizers this reference: {reference}",
            reference=reference,
        )
        return [Reply(text=text)]

    def commands(self, language: Language, staff: bool = False, organizer: bool = False) -> list[tuple[str, str]]:
        """The commands and their descriptions for a menu: of a delegate, of the staff group, of an organizer."""
        say = catalog(language)
        if staff:
            announce = say.label("command", "Announcement to all delegates (organizers)")
            return [*self.desk.commands(language), ("announce", announce)]
        described = [*(describe(say) if organizer else ()), *profile.describe_commands(say)]
        return [pair for pair in described if pair[0] in self._commands]

    async def due(self, tx: Transaction) -> list[tuple[str, Reply]]:
        """What is to be said by now without anybody asking: each with its deduplication key."""
        timed = await self.desk.due(tx)
        timed += await reminders.due(tx, published_now(self._published), self._clock())
        timed += await self.publishing.due(self._clock())
        return timed + await self.announcing.due(tx, self.staff_chat)

    async def purge(self) -> int:
        """Delete a batch of what is kept no longer, in a transaction of its own; how much went, 0 in the end."""
        programme = published_now(self._published).programme
        before = retention.deleted_before(programme, self._settings.retention_days, self._clock())
        if before is None:
            return 0
        async with self._database.writing() as tx:
            return await personal.purge(tx, before)

    async def undelivered(self, reference: str, chat: int, why: str, tx: Transaction) -> list[Reply]:
        """A message could not be delivered for good; what the staff group is told."""
        return await self.desk.undelivered(reference, chat, why, tx)

    async def _asked_before(self, tx: Transaction, incoming: Incoming) -> str:
        """The text of a message that waited too long to be answered unasked."""
        try:
            exchange = await exchanges.get(tx, number_from(incoming.button.removeprefix("q:")))
        except ButtonRefused:
            return ""
        return exchange.question if exchange is not None and exchange.chat == incoming.chat else ""


async def _preferred(tx: Transaction, chat: int, interface_language: Language | None) -> Language | None:
    """The language a person chose, else the one they wrote in last, else that of their Telegram."""
    known = await delegates.find(tx, chat)
    if known is None:
        return interface_language
    if known.language_chosen:
        return known.language
    latest = await exchanges.latest(tx, chat)
    return latest.language if latest is not None else interface_language


def _place(error: BaseException) -> str:
    """Where an error arose: file and line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else "?"
