"""Volunteers answer by replying in the group: what they write reaches the delegates, or they hear that it did not."""

from __future__ import annotations

from typing import Any

from bot.conversation import cards, entries, telling
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.conversation.scene import (
    NOTE_REF,
    QUEUE_REF,
    Matter,
    Scene,
    file_ref,
    matter,
    mentioned,
    numbers_of,
    talk_ref,
)
from bot.conversation.turn import Consideration
from bot.domain.escalation import EscalationState
from bot.domain.language import clean, has_words, written_language
from bot.domain.question import Answer
from bot.services.helpdesk import read_state, write_state
from bot.stores.database import delegates, escalations
from bot.stores.database.messages import lookup
from bot.stores.database.threads import Asker, add_message

_TOLD = (EscalationState.ANSWERED, EscalationState.CLOSED)


async def heard(scene: Scene, incoming: Incoming, consideration: Consideration) -> list[Reply]:
    """A message in the group: a reply to a card or to a delegate's words is an answer, everything else is talk."""
    if incoming.replies_to is None:
        return []
    ref = await lookup(scene.tx, scene.staff_chat, incoming.replies_to) or ""
    if ref.startswith("digest:") or ref in (QUEUE_REF, NOTE_REF):
        return [_not_sent(scene, incoming, scene.say.text("Not sent: take the question first and reply to its card."))]
    number, *people = numbers_of(ref, "escalation") or numbers_of(ref, "talk") or numbers_of(ref, "file") or (0,)
    if not number:
        return []
    about = await matter(scene, number)
    if about is None or not about.askers:
        return [_not_sent(scene, incoming, scene.say.text("Not sent: the delegate has deleted this question."))]
    addressed = about.askers
    if people and people[0]:
        addressed = tuple(asker for asker in about.askers if about.pseudonym(asker.chat) == people[0])
        if not addressed:
            return [_not_sent(scene, incoming, scene.say.text("Not sent: the delegate has deleted this question."))]
    if not has_words(incoming.text) and incoming.attachment is None and incoming.pin is None:
        return [
            _not_sent(
                scene, incoming,
                scene.say.text("Not sent: only words, photos, files, voice messages and places reach a delegate."),
                number,
            )
        ]  # fmt: skip
    return await _send(scene, incoming, consideration, about, addressed, whole=not people)


async def _send(
    scene: Scene,
    incoming: Incoming,
    consideration: Consideration,
    about: Matter,
    addressed: tuple[Asker, ...],
    whole: bool,
) -> list[Reply]:
    say, number = scene.say, about.number
    volunteer = await delegates.meet_volunteer(scene.tx, incoming.person, incoming.name)
    before = about.escalation.state
    if before.waits:
        if not await escalations.answer(scene.tx, number, volunteer.person, scene.now):
            now = await matter(scene, number) or about
            since = now.escalation.claimed_at or scene.now
            return [_not_sent(scene, incoming, say.text(
                "Not sent: {name} has #{number} since {time}.", name=now.holder or "–", number=number,
                time=say.time(since)), number)]  # fmt: skip
    elif before not in _TOLD:
        text = say.text("Not sent: #{number} is dismissed. Reopen it first.", number=number)
        return [_not_sent(scene, incoming, text, number)]
    text = clean(incoming.text)
    written = written_language(text) if has_words(text) else None
    message = await add_message(
        scene.tx, number, author="volunteer", person=volunteer.person, text=text, at=scene.now, language=written,
        chat=None if whole else addressed[0].chat, message=incoming.message, body=body_of(incoming),
    )  # fmt: skip
    known = _known_entry(scene, consideration)
    answers = [telling.answer(about, asker, incoming, text, written, message, known) for asker in addressed]
    if before.waits or before is EscalationState.CLOSED or not about.written:
        await scene.touch(number)
    shown = [] if not before.waits else await refreshed(scene, number)
    return [*answers, *shown]


async def refreshed(scene: Scene, number: int) -> list[Reply]:
    """The card as it is now, in place, when it stands in the group; otherwise the next round shows it."""
    state = await read_state(scene.tx, scene.now)
    messages = await scene.cards(number)
    about = await matter(scene, number)
    if about is None or not messages or state.room <= 0:
        state.touch(number)
        await write_state(scene.tx, state)
        return []
    if number in state.changed:
        state.changed.remove(number)
    state.wrote(scene.now, len(messages))
    await write_state(scene.tx, state)
    return [await cards.card(scene, about, edits=message) for message in messages]


async def undelivered(scene: Scene, reference: str, chat: int, why: str) -> list[Reply]:
    """A message could not be delivered for good: the volunteer who wrote it is told, and the card says so."""
    if chat < 0:
        number, *_ = numbers_of(reference, "escalation") or numbers_of(reference, "talk") or (0,)
        if number:
            await scene.touch(number)
        return []
    number, message, *_ = (*numbers_of(reference, "answer"), 0, 0)
    about = await matter(scene, number) if number else None
    if about is None or chat not in about.chats:
        return []
    written = next((item for item in about.thread if item.id == message), None)
    await add_message(scene.tx, number, author="desk", person=0, text=why, at=scene.now, chat=chat)
    await scene.touch(number)
    if written is None:
        return []
    who = cards.delegate(about, chat, scene.say)
    text = f"⚠️ #{number}: {cards.undelivered(who, why, scene.say)}"
    await scene.wrote()
    ref = talk_ref(number, about.pseudonym(chat))
    return [Reply(text=text, chat=scene.staff_chat, quotes=written.message, ref=ref)]


async def post_words(scene: Scene, about: Matter, incoming: Incoming, text: str, to: str = "") -> Reply:
    """A delegate's words in the group, under the card of their question."""
    pseudonym = about.pseudonym(incoming.chat)
    messages = await scene.cards(about.number)
    named = about.names.get(incoming.chat, "")
    who = cards.delegate(about, incoming.chat, scene.say) + (f" ({named})" if named else "")
    if not to and about.escalation.state.waits and about.holder:
        to = about.holder
    if not to:
        to = " ".join((await mentioned(scene, [asker.language for asker in about.askers]))[:3])
    await scene.wrote()
    return Reply(
        title=f"💬 #{about.number} · {who}",
        text=text,
        small_print=scene.say.text("{names}: reply to this message to write back to this delegate.", names=to)
        if to
        else scene.say.text("Reply to this message to write back to this delegate."),
        pin=incoming.pin,
        attachment=incoming.attachment,
        chat=scene.staff_chat,
        quotes=messages[-1] if messages else None,
        ref=(file_ref if incoming.attachment or incoming.pin else talk_ref)(about.number, pseudonym),
        about=(incoming.chat,),
    )


def _known_entry(scene: Scene, consideration: Consideration) -> str:
    """The approved entry that says what the volunteer wrote, when there is one for certain."""
    outcome = consideration.outcome
    if not isinstance(outcome, Answer):
        return ""
    found = entries.shown_now(outcome.entries[:1], scene.edition, scene.now)
    return entries.key_of(found[0].id) if found else ""


def _not_sent(scene: Scene, incoming: Incoming, text: str, number: int = 0) -> Reply:
    ref = talk_ref(number, 0) if number else NOTE_REF
    return Reply(text=f"⚠️ {text}", chat=scene.staff_chat, quotes=incoming.message, ref=ref)


def body_of(incoming: Incoming) -> dict[str, Any] | None:
    """A file or a place, as the thread keeps it."""
    if incoming.attachment is not None:
        return {"file": incoming.attachment.kind, "file_id": incoming.attachment.file_id}
    if incoming.pin is not None:
        return {"place": [incoming.pin.latitude, incoming.pin.longitude]}
    return None
