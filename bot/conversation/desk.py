"""The desk as the rest of the conversation sees it: questions go in; without a staff group they are kept."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation import cards, replying, rounds, staff, staff_commands, talking
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.conversation.scene import QUEUE_REF, Scene, draft_key, file_ref, matter, talk_ref
from bot.conversation.turn import Consideration, Turn
from bot.domain.edition import Edition, Publications, published_now
from bot.domain.language import Language, fold
from bot.domain.question import HandoverReason
from bot.i18n import catalog
from bot.services import drafts, helpdesk
from bot.services.clustering import Clustering
from bot.services.helpdesk import Helpdesk
from bot.settings import Settings
from bot.stores.database import Transaction
from bot.stores.database.delegates import Forgotten
from bot.stores.database.messages import standing_for
from bot.stores.database.values import get_value, set_value


@dataclass(frozen=True)
class Escalated:
    """What became of a question that people must answer."""

    number: int
    """Of the escalation."""
    waits_already: bool = False
    """The volunteers have this question from the same person: nothing new is shown to anybody."""
    cards: Sequence[Reply] = ()
    """What the staff group is shown."""


class Desk:
    """Keeps questions that people must answer as open escalations, and shows them to the volunteers."""

    def __init__(
        self, settings: Settings, published: Publications | None = None, clustering: Clustering | None = None
    ) -> None:
        self.settings = settings
        self.staff_chat = settings.staff_chat
        self._published = published
        self._clustering = clustering
        self._helpdesk = Helpdesk(clustering)

    @property
    def staffed(self) -> bool:
        """Whether volunteers see the questions as they come."""
        return self.staff_chat is not None

    async def prepare(self, question: str) -> None:
        """What takes time for `escalate`, outside the transaction."""
        await asyncio.to_thread(self._helpdesk.prepare, question)

    def same(self, one: str, other: str) -> bool:
        """Whether two questions are the same."""
        if fold(one) == fold(other):
            return True
        return self._clustering is not None and self._clustering.same_question(one, other)

    def scene_of(self, turn: Turn) -> Scene | None:
        """The scene of a delegate's turn; None without a staff group."""
        if self.staff_chat is None:
            return None
        return Scene(turn.tx, turn.now, turn.edition, self.settings, self.staff_chat)

    async def escalate(
        self,
        turn: Turn,
        question: str,
        language: Language,
        reason: HandoverReason,
        *,
        nearest: Sequence[str] = (),
        exchange: int | None = None,
        message: int | None = None,
        answer_given: str | None = None,
    ) -> Escalated:
        """Open or join an escalation in the turn's transaction."""
        opened = await self._helpdesk.receive(
            turn.tx,
            chat=turn.chat,
            language=language,
            question=question,
            reason=reason,
            nearest=nearest,
            exchange=exchange,
            message=message,
            answer_given=answer_given,
            at=turn.now,
        )
        scene, number = self.scene_of(turn), opened.escalation.id
        if scene is None:
            return Escalated(number)
        if opened.joined and not opened.new_asker:
            return Escalated(number, waits_already=True)
        state = await helpdesk.read_state(scene.tx, scene.now)
        state.chat = scene.staff_chat if state.chat is None else state.chat
        if opened.joined:
            state.touch(number)
            replies: list[Reply] = []
        else:
            replies = await rounds.announce(scene, state, number)
        await helpdesk.write_state(scene.tx, state)
        incoming = turn.incoming
        if incoming.attachment is not None or incoming.pin is not None:
            # The assistant reads the words only; people shall see what came with them.
            about = await matter(scene, number)
            assert about is not None
            replies.append(await replying.post_words(scene, about, incoming, ""))
        return Escalated(number, cards=replies)

    async def heard_in_group(self, incoming: Incoming, consideration: Consideration, tx: Transaction) -> list[Reply]:
        """A message, command or press in the staff group; the channel lets only its members through."""
        scene = await self._scene(tx, consideration.edition)
        if scene is None or incoming.chat != scene.staff_chat:
            return []
        if incoming.button:
            return await staff.press(scene, incoming)
        if incoming.command:
            command = staff_commands.COMMANDS.get(incoming.command.casefold())
            return await command(scene, incoming) if command is not None else []
        return await replying.heard(scene, incoming, consideration)

    async def heard_from_delegate(self, turn: Turn) -> list[Reply] | None:
        """A delegate's words about a question that people have; None when the message is for the assistant."""
        scene = self.scene_of(turn)
        return await talking.heard(turn, scene) if scene is not None else None

    async def forgotten(self, gone: Forgotten, tx: Transaction) -> list[Reply]:
        """A person was forgotten: the cards, lists and drafts about them change at once."""
        for number in (*gone.closed, *gone.changed):
            if name := await get_value(tx, draft_key(number)):
                kept = await asyncio.to_thread(drafts.forget_questions, self.settings.knowledge_dir, name, number)
                await set_value(tx, draft_key(number), kept if number in gone.changed else None)
        scene = await self._scene(tx)
        if scene is None:
            return []
        replies: list[Reply] = []
        for number in (*gone.closed, *gone.changed):
            about = await matter(scene, number)
            for message in await scene.cards(number):
                if about is None or not about.askers:
                    replies.append(cards.forgotten(scene, number, message))
                else:
                    replies.append(await cards.card(scene, about, edits=message))
            for _, message in await standing_for(tx, talk_ref(number, gone.pseudonym or 0), scene.staff_chat):
                replies.append(cards.forgotten(scene, number, message))
            for _, message in await standing_for(tx, file_ref(number, gone.pseudonym or 0), scene.staff_chat):
                replies.append(Reply(chat=scene.staff_chat, deletes=message))
        if not gone.closed and not gone.changed:
            return []
        for _, message in (await standing_for(tx, QUEUE_REF, scene.staff_chat))[-5:]:
            text = scene.say.text("This list is out of date; /queue shows how things stand.")
            replies.append(Reply(text=text, chat=scene.staff_chat, edits=message))
        return [*replies, *await self._digest_without(scene, gone)]

    async def _digest_without(self, scene: Scene, gone: Forgotten) -> list[Reply]:
        state = await helpdesk.read_state(scene.tx, scene.now)
        replies = []
        if state.digest:
            found = await standing_for(scene.tx, f"digest:{state.digest}", scene.staff_chat)
            replies = [await rounds.digest(scene, state, message) for _, message in found]
            state.digest_changed = True
        for number in gone.changed:
            state.touch(number)
        await helpdesk.write_state(scene.tx, state)
        return replies

    def commands(self, language: Language) -> list[tuple[str, str]]:
        """The commands of the staff group with their descriptions."""
        return staff_commands.describe(catalog(language))

    async def due(self, tx: Transaction) -> list[tuple[str, Reply]]:
        """What is to be said by now without anybody asking, each with its deduplication key."""
        scene = await self._scene(tx)
        return await rounds.due(scene) if scene is not None else []

    async def undelivered(self, reference: str, chat: int, why: str, tx: Transaction) -> list[Reply]:
        """A message with this reference could not be delivered for good."""
        scene = await self._scene(tx)
        return await replying.undelivered(scene, reference, chat, why) if scene is not None else []

    async def _scene(self, tx: Transaction, edition: Edition | None = None) -> Scene | None:
        if self.staff_chat is None:
            return None
        if edition is None:
            if self._published is None:
                return None
            edition = published_now(self._published)
        return Scene(tx, await tx.now(), edition, self.settings, self.staff_chat)
