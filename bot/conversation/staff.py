"""What volunteers do with a question by button: take, send an entry, hand back, dismiss, close, reopen, keep."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from bot.conversation import cards, entries, telling
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Reply
from bot.conversation.scene import Matter, Scene, card_ref, draft_key, matter
from bot.conversation.turn import ButtonRefused, number_from
from bot.domain.escalation import EscalationState
from bot.i18n import Translator, catalog
from bot.services import drafts
from bot.services.helpdesk import read_state, write_state
from bot.settings import EVENT_ZONE
from bot.stores.database import delegates, escalations
from bot.stores.database.delegates import Volunteer
from bot.stores.database.messages import lookup
from bot.stores.database.threads import add_message
from bot.stores.database.values import set_value

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Act:
    """One press of one volunteer on one question."""

    scene: Scene
    incoming: Incoming
    volunteer: Volunteer
    about: Matter
    data: str

    @property
    def say(self) -> Translator:
        """The phrases for the line at the button: in the first language the volunteer named, else the group's."""
        return catalog(self.volunteer.languages[0]) if self.volunteer.languages else self.scene.say

    @property
    def number(self) -> int:
        """The question."""
        return self.about.number


async def press(scene: Scene, incoming: Incoming) -> list[Reply]:
    """A pressed button of the desk: `d:<act>:<number>[:<entry>]`; anything else does nothing."""
    prefix, _, rest = incoming.button.partition(":")
    name, _, rest = rest.partition(":")
    number, _, data = rest.partition(":")
    action = ACTS.get(name)
    try:
        if prefix != "d" or action is None or (data and name != "send"):
            raise ButtonRefused(incoming.button)
        about = await matter(scene, number_from(number))
    except ButtonRefused:
        return [Reply(toast=scene.say.text("This button does nothing."))]
    volunteer = await delegates.meet_volunteer(scene.tx, incoming.person, incoming.name)
    say = catalog(volunteer.languages[0]) if volunteer.languages else scene.say
    if about is None or not about.askers:
        return [Reply(toast=say.text("This question is not there any more."))]
    try:
        return await action(Act(scene, incoming, volunteer, about, data))
    except ButtonRefused:
        return [Reply(toast=say.text("This button does nothing."))]


async def take(act: Act) -> list[Reply]:
    """Exactly one gets it; everybody else is told who has it."""
    scene, escalation = act.scene, act.about.escalation
    mine = escalation.state is EscalationState.CLAIMED and escalation.claimed_by == act.volunteer.person
    if mine or not await escalations.claim(scene.tx, act.number, act.volunteer.person, scene.now):
        return [Reply(toast=await _who_has_it(act))]
    toast = act.say.text("It is yours. Please answer within 10 minutes, or hand it back.")
    about = await _again(act)
    return [*await shown(act, about, toast), *telling.taken(about)]


async def hand_back(act: Act) -> list[Reply]:
    """The volunteer who has it gives it back."""
    if not await escalations.hand_back(act.scene.tx, act.number, act.volunteer.person, act.scene.now):
        return [Reply(toast=await _who_has_it(act))]
    return await shown(act, await _again(act), act.say.text("Others can take it now."))


async def dismiss(act: Act) -> list[Reply]:
    """A kind word instead of an answer."""
    if not await escalations.dismiss(act.scene.tx, act.number, act.volunteer.person, act.scene.now):
        return [Reply(toast=await _who_has_it(act))]
    about = await _again(act)
    return [*await shown(act, about, act.say.text("Dismissed with a kind word.")), *telling.dismissed(about)]


async def send_entry(act: Act) -> list[Reply]:
    """One of the nearest entries, to everybody who asked, each in their own language."""
    scene = act.scene
    entry = entries.entry_named(act.data, scene.edition.entries)
    if entry.id not in act.about.escalation.nearest[:3]:
        raise ButtonRefused(act.data)
    if not entry.is_valid_at(scene.now):
        return [Reply(toast=act.say.text("This entry is no longer current."))]
    if not await escalations.answer(scene.tx, act.number, act.volunteer.person, scene.now):
        return [Reply(toast=await _who_has_it(act))]
    message = await add_message(
        scene.tx, act.number, author="volunteer", person=act.volunteer.person, at=scene.now,
        text=entries.title_of(entry, scene.say.language), message=act.incoming.message, body={"entry": entry.id},
    )  # fmt: skip
    about = await _again(act)
    answers = [await telling.entry_answer(scene, about, asker, entry, message) for asker in about.askers]
    return [*await shown(act, about, act.say.text("Sent.")), *answers]


async def close(act: Act) -> list[Reply]:
    """The talk is over."""
    if not await escalations.close(act.scene.tx, act.number, act.scene.now):
        return [Reply(toast=await _who_has_it(act))]
    about = await _again(act)
    return [*await shown(act, about, act.say.text("Closed.")), *telling.closed(about)]


async def reopen(act: Act) -> list[Reply]:
    """Wanted again."""
    if not await escalations.reopen(act.scene.tx, act.number, act.scene.now):
        return [Reply(toast=await _who_has_it(act))]
    about = await _again(act)
    return [*await shown(act, about, act.say.text("Open again.")), *telling.reopened(about)]


async def make_draft(act: Act) -> list[Reply]:
    """The answer as a draft for the organizers; never served before one of them moves it."""
    scene, about = act.scene, act.about
    answers = [item for item in about.written if item.text and not (item.body and "entry" in item.body)]
    if not answers or about.draft or about.escalation.state.waits:
        return [Reply(toast=act.say.text("There is nothing to keep here."))]
    author = await delegates.find_volunteer(scene.tx, answers[0].person)
    draft = drafts.Draft(
        number=about.number,
        questions=tuple((asker.question, asker.language) for asker in about.askers),
        asked_by=tuple(about.pseudonym(asker.chat) for asker in about.askers),
        answer="\n\n".join(item.text for item in answers),
        language=answers[0].language or about.escalation.language,
        answered_by=author.number if author is not None else 0,
        at=answers[0].at.astimezone(EVENT_ZONE),
    )
    try:
        path = await asyncio.to_thread(drafts.write, scene.settings.knowledge_dir, draft)
    except OSError as error:
        logger.error("a draft could not be written: %s", error.strerror)
        return [Reply(toast=act.say.text("The draft could not be written; please tell the organizers."))]
    await set_value(scene.tx, draft_key(about.number), path.name)
    toast = act.say.text("Kept as a draft. Delegates will not see it before an organizer has checked it.")
    return await shown(act, await _again(act), toast)


async def shown(act: Act, about: Matter, toast: str) -> list[Reply]:
    """The card as it is now: in place when its own button was pressed, else as a new message; others follow soon."""
    scene = act.scene
    pressed = await lookup(scene.tx, scene.staff_chat, act.incoming.message) if act.incoming.message else None
    state = await read_state(scene.tx, scene.now)
    in_place = pressed is None or pressed == card_ref(act.number)
    if in_place and state.room <= 0:
        # The group can carry no more this minute: the line at the button tells the one who pressed, the card follows.
        state.touch(act.number)
        await write_state(scene.tx, state)
        return [Reply(toast=toast)]
    state.wrote(scene.now)
    # Another message may show it too: the digest, an older card.
    if act.number in state.members or set(await scene.cards(act.number)) - {act.incoming.message}:
        state.touch(act.number)
    await write_state(scene.tx, state)
    made = await cards.card(scene, about)
    if in_place:
        return [replace(made, replaces=True, chat=None, toast=toast)]
    return [replace(made, toast=toast)]


async def _who_has_it(act: Act) -> str:
    """Why the press came too late, as things stand after it."""
    about = await _again(act)
    escalation, say, holder = about.escalation, act.say, about.holder or "–"
    if escalation.state is EscalationState.CLAIMED:
        assert escalation.claimed_at is not None
        if escalation.claimed_by == act.volunteer.person:
            return say.text("You have it already.")
        return say.text("{name} has it since {time}.", name=holder, time=say.time(escalation.claimed_at))
    if escalation.state is EscalationState.OPEN:
        return say.text("Nobody has taken it yet.")
    if escalation.state is EscalationState.DISMISSED:
        return say.text("{name} has dismissed it.", name=holder)
    return say.text("{name} has answered it.", name=holder)


async def _again(act: Act) -> Matter:
    about = await matter(act.scene, act.number)
    assert about is not None
    return about


ACTS: dict[str, Callable[[Act], Awaitable[list[Reply]]]] = {
    "take": take,
    "back": hand_back,
    "dismiss": dismiss,
    "send": send_entry,
    "close": close,
    "reopen": reopen,
    "draft": make_draft,
}
