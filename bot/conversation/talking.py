"""The delegate's side of a question that people have: writing back, adding to it, closing it, sharing a name."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import entries, replying, telling
from bot.conversation.asking import LONGEST_KEPT
from bot.conversation.reply import Button, Reply
from bot.conversation.scene import Matter, Scene, answer_ref, matter, name_key, numbers_of
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.escalation import Escalation, EscalationState
from bot.domain.language import NATIVE_NAMES, clean
from bot.domain.question import Answer, Clarification, Courtesy, CourtesyKind, Handover
from bot.i18n import catalog
from bot.stores.database import delegates, escalations, exchanges
from bot.stores.database.messages import lookup
from bot.stores.database.threads import add_message
from bot.stores.database.values import set_value

_SMALL_TALK = (CourtesyKind.THANKS, CourtesyKind.FAREWELL, CourtesyKind.ACKNOWLEDGEMENT)


async def heard(turn: Turn, scene: Scene) -> list[Reply] | None:
    """What a delegate writes about a question that people have goes to them; None: it is for the assistant."""
    if turn.incoming.unreadable:
        return None
    number = await _replied_to(turn)
    if number is None:
        number = await _meant(turn)
    about = await matter(scene, number) if number is not None else None
    if about is None or turn.chat not in about.chats:
        return None
    return await _pass_on(turn, scene, about)


async def _replied_to(turn: Turn) -> int | None:
    """The question whose thread the message replies to."""
    if turn.incoming.replies_to is None:
        return None
    ref = await lookup(turn.tx, turn.chat, turn.incoming.replies_to) or ""
    if numbers := numbers_of(ref, "answer"):
        return numbers[0]
    if exchange := numbers_of(ref, "exchange"):
        for waiting in await escalations.for_delegate(turn.tx, turn.chat):
            mine = await _own(turn, waiting.id)
            if mine is not None and mine[1] == exchange[0]:
                return waiting.id
    return None


async def _meant(turn: Turn) -> int | None:
    """A question a volunteer works on now, when the message seems to belong to it: the assistant keeps out then."""
    waiting = await escalations.for_delegate(turn.tx, turn.chat)
    if not waiting or turn.incoming.button:
        return None
    held = [item for item in waiting if item.state is EscalationState.CLAIMED]
    latest = max(held or waiting, key=lambda item: item.claimed_at or item.opened_at)
    outcome = turn.consideration.outcome
    if outcome is None:
        # The assistant cannot read files: they are for the people who have the question.
        return latest.id if turn.incoming.attachment is not None or turn.incoming.pin is not None else None
    if not held:
        return None
    text = turn.incoming.text
    for item in held:
        mine = await _own(turn, item.id)
        if mine is not None and turn.desk.same(text, mine[0]):
            return item.id
    complains = isinstance(outcome, Courtesy) and outcome.kind is CourtesyKind.COMPLAINT
    return latest.id if complains or isinstance(outcome, Handover) else None


async def _own(turn: Turn, number: int) -> tuple[str, int | None] | None:
    """The person's own words for this question, and the exchange they came from."""
    for asker in await escalations.askers(turn.tx, number):
        if asker.chat == turn.chat:
            return asker.question, asker.exchange
    return None


async def _pass_on(turn: Turn, scene: Scene, about: Matter) -> list[Reply]:
    """Into the thread, and to the volunteers; an answered question opens again for the one who answered."""
    incoming, say, number = turn.incoming, turn.say, about.number
    text = clean(incoming.text)[:LONGEST_KEPT]
    await add_message(
        turn.tx, number, author="delegate", person=turn.chat, text=text, at=scene.now, chat=turn.chat,
        language=turn.language, message=incoming.message, body=replying.body_of(incoming),
    )  # fmt: skip
    state = about.escalation.state
    outcome = turn.consideration.outcome
    if isinstance(outcome, Courtesy) and outcome.kind in _SMALL_TALK and not state.waits:
        await scene.touch(number)
        return [Reply(text=say.text("Thank you, I have told the volunteers."))]
    holder = about.holder
    if not state.waits:
        await escalations.reopen(turn.tx, number, scene.now)
        if state is not EscalationState.DISMISSED and about.escalation.claimed_by is not None:
            await escalations.claim(turn.tx, number, about.escalation.claimed_by, scene.now)
    renewed = await matter(scene, number)
    assert renewed is not None
    await scene.touch(number)
    cards: list[Reply] = []
    # While nobody has it or the group is flooded, the card shows what was added, without another message.
    has_file = incoming.attachment is not None or incoming.pin is not None
    if has_file or (await scene.room() and (renewed.escalation.state is EscalationState.CLAIMED or not state.waits)):
        cards = [await replying.post_words(scene, renewed, incoming, text, holder if not state.waits else "")]
    kept = await _as_question(turn, text) if isinstance(outcome, (Answer, Clarification, Handover)) else None
    buttons = ((Button(say.label("button", "This is another question"), f"q:{kept}"),),) if kept else ()
    if renewed.escalation.state is EscalationState.CLAIMED:
        told = say.text("I have passed this on to the volunteer who is working on your question.")
    else:
        told = say.text("I have added this to your question; the volunteers will see it.")
    return [Reply(text=told, buttons=buttons, ref=answer_ref(number)), *cards]


async def _as_question(turn: Turn, text: str) -> int:
    """Kept, so that the person can have it answered as a question of its own."""
    return await exchanges.record(
        turn.tx, turn.chat, text, turn.language, "courtesy", at=turn.now, message=turn.incoming.message
    )


async def press(turn: Turn, data: str) -> list[Reply]:
    """The buttons under what volunteers send: `<act>:<number>[:<entry>:<language>]`."""
    parts = data.split(":")
    scene = turn.desk.scene_of(turn)
    if len(parts) < 2 or scene is None:
        raise ButtonRefused(data)
    about = await matter(scene, number_from(parts[1]))
    if about is None or turn.chat not in about.chats:
        raise ButtonRefused(data)
    if parts[0] == "solved" and len(parts) == 2:
        return await _solved(turn, scene, about)
    if parts[0] in ("name", "hide") and len(parts) == 2:
        return await _share(turn, scene, about, parts[0] == "name")
    if parts[0] in ("show", "also") and len(parts) == 4:
        entry, language = entries.entry_named(parts[2], scene.edition.entries), language_from(parts[3])
        if not entry.is_valid_at(scene.now):
            raise ButtonRefused(data)
        reply = telling.entry_again(scene, about.number, entry, language, answer_ref(about.number))
        if parts[0] == "also":
            return [replace(reply, replaces=False)]
        toast = catalog(language).text("Shown in {language}.", language=NATIVE_NAMES[language])
        return [replace(reply, toast=toast)]
    raise ButtonRefused(data)


async def _solved(turn: Turn, scene: Scene, about: Matter) -> list[Reply]:
    """The delegate needs nothing more: closed, when nobody else waits for it."""
    toast = turn.say.text("Thank you! I am glad it helped.")
    if len(about.askers) == 1 and await escalations.close(turn.tx, about.number, scene.now):
        await scene.touch(about.number)
    return [Reply(toast=toast)]


async def _share(turn: Turn, scene: Scene, about: Matter, shares: bool) -> list[Reply]:
    """The delegate lets the volunteers see the name in Telegram, or no more."""
    await delegates.set_preferences(turn.tx, turn.chat, shares_name=shares)
    await set_value(turn.tx, name_key(turn.chat), turn.incoming.name if shares else None)
    waiting: list[Escalation] = await escalations.for_delegate(turn.tx, turn.chat)
    await scene.touch(*{about.number, *(item.id for item in waiting)})
    say = turn.say
    if not shares:
        return [Reply(text=say.text("The volunteers no longer see your name."))]
    hide = Button(say.label("button", "Hide my name again"), f"h:hide:{about.number}")
    text = say.text("The volunteers now see your name: {name}", name=turn.incoming.name)
    return [Reply(text=text, buttons=((hide,),))]


BUTTONS: dict[str, Handler] = {"h": press}
