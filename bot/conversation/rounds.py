"""What the desk does by the clock: lapsed claims, reminders, and cards brought up to date as the group allows."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import cards
from bot.conversation.reply import Reply
from bot.conversation.scene import NOTE_REF, Scene, card_ref, matter, mentioned, talk_ref
from bot.domain.escalation import Escalation
from bot.i18n import Translator
from bot.services import helpdesk
from bot.services.helpdesk import DeskState, Show
from bot.stores.database import delegates, escalations
from bot.stores.database.messages import standing_for
from bot.stores.database.outbox_reports import is_waiting

_NAMED_AT_ONCE = 15
"""So many numbers stand in one reminder."""
_CARDS_A_ROUND = 6


async def due(scene: Scene) -> list[tuple[str, Reply]]:
    """Everything that is to be done by now, each with its deduplication key."""
    state = await helpdesk.read_state(scene.tx, scene.now)
    before = dict(vars(state), changed=list(state.changed), members=list(state.members))
    if state.chat != scene.staff_chat:
        await _move_in(scene, state)
    replies = [*await _lapses(scene, state), *await _reminders(scene, state)]
    replies += await _digest(scene, state)
    replies += await _cards(scene, state)
    if replies:
        state.rounds += 1
    if dict(vars(state)) != before:
        await helpdesk.write_state(scene.tx, state)
    return [(f"desk:{state.rounds}:{place}", reply) for place, reply in enumerate(replies)]


async def announce(scene: Scene, state: DeskState, number: int) -> list[Reply]:
    """Show a question to the group: as a card, or as a line of the digest when the group can carry no more."""
    show = helpdesk.place(state, number, scene.now)
    if show is Show.DIGEST:
        return []
    if show is Show.NEW_DIGEST:
        return [await digest(scene, state)]
    about = await matter(scene, number)
    return [] if about is None else [await cards.card(scene, about, call=True)]


async def digest(scene: Scene, state: DeskState, edits: int | None = None) -> Reply:
    """The digest as things stand."""
    members = set(state.members)
    waiting = [item for item in await escalations.queue(scene.tx) if item.id in members and not item.claimed_by]
    rows: list[tuple[Escalation, int]] = []
    chats: list[int] = []
    for place, item in enumerate(waiting):
        if place >= cards.DIGEST_LINES:
            rows += [(item, 0) for item in waiting[place:]]
            break
        who = [asker.chat for asker in await escalations.askers(scene.tx, item.id)]
        people = await delegates.find_all(scene.tx, who[:1])
        chats += who
        rows.append((item, people[who[0]].pseudonym if who and who[0] in people else 0))
    return cards.digest(scene, state.digest, rows, tuple(dict.fromkeys(chats)), edits)


async def _move_in(scene: Scene, state: DeskState) -> None:
    """Another group than before, or the first one: what waits is shown there."""
    state.chat = scene.staff_chat
    state.digest, state.members, state.digest_changed = 0, [], False
    for item in await escalations.queue(scene.tx):
        state.touch(item.id)


async def _lapses(scene: Scene, state: DeskState) -> list[Reply]:
    """Claims that ran out: the question is everybody's again, visibly."""
    lapsed = await escalations.lapse(scene.tx, scene.now)
    if not lapsed:
        return []
    lines = []
    for item, person in lapsed:
        state.touch(item.id)
        volunteer = await delegates.find_volunteer(scene.tx, person)
        name = volunteer.name if volunteer is not None else "–"
        lines.append(scene.say.text("#{number} is free again: {name} has not answered within 10 minutes.",
                                    number=item.id, name=name))  # fmt: skip
    if len(lines) > _NAMED_AT_ONCE:
        lines = [*lines[:_NAMED_AT_ONCE], "…"]
    return [await _call(scene, state, "⏰", "\n".join(lines), [item for item, _ in lapsed])]


async def _reminders(scene: Scene, state: DeskState) -> list[Reply]:
    """After three minutes one reminder to those who speak the language, after ten one to the leads."""
    if not helpdesk.may_remind(state, scene.now):
        return []
    replies = []
    late = await escalations.due_leads(scene.tx, scene.now)
    if late:
        leads = " ".join(scene.settings.staff_leads.replace(",", " ").split())
        text = scene.say.plural(
            "{questions} has been waiting for 10 minutes and nobody has taken it. {leads}",
            "{questions} have been waiting for 10 minutes and nobody has taken them. {leads}",
            len(late), questions=_numbers(late, scene.say), leads=leads,
        )  # fmt: skip
        replies.append(await _call(scene, state, "🚨", text, late))
    unclaimed = await escalations.due_reminders(scene.tx, scene.now)
    unclaimed = [item for item in unclaimed if item.id not in {other.id for other in late}]
    if unclaimed:
        names = " ".join((await mentioned(scene, [item.language for item in unclaimed]))[:5])
        text = scene.say.plural(
            "{questions} has been waiting for 3 minutes. {names}",
            "{questions} have been waiting for 3 minutes. {names}",
            len(unclaimed), questions=_numbers(unclaimed, scene.say), names=names,
        )  # fmt: skip
        replies.append(await _call(scene, state, "⏳", text, unclaimed))
    if replies:
        state.reminded = scene.now.timestamp()
    return replies


def _numbers(about: Sequence[Escalation], say: Translator) -> str:
    """#17, #18, …"""
    named = say.list(f"#{item.id}" for item in about[:_NAMED_AT_ONCE])
    return named if len(about) <= _NAMED_AT_ONCE else f"{named} …"


async def _call(scene: Scene, state: DeskState, mark: str, text: str, about: Sequence[Escalation]) -> Reply:
    """A note to the group; about one question it hangs on its card and can be replied to like it."""
    state.wrote(scene.now)
    quotes, ref = None, NOTE_REF
    if len(about) == 1:
        messages = await scene.cards(about[0].id)
        quotes, ref = (messages[-1] if messages else None), talk_ref(about[0].id, 0)
    return Reply(text=f"{mark} {text.strip()}", chat=scene.staff_chat, quotes=quotes, ref=ref)


async def _digest(scene: Scene, state: DeskState) -> list[Reply]:
    """The digest in place, when it has changed and the group can take an edit."""
    if not state.digest or not helpdesk.may_edit_digest(state, scene.now):
        return []
    found = await standing_for(scene.tx, f"digest:{state.digest}", scene.staff_chat)
    if not found:
        if await is_waiting(scene.tx, f"digest:{state.digest}", scene.staff_chat):
            return []
        # It never arrived, or was taken back: a new one.
        message = None
    else:
        message = found[-1][1]
    reply = await digest(scene, state, message)
    state.digest_changed, state.digest_edited = False, scene.now.timestamp()
    state.wrote(scene.now)
    unclaimed = {item.id for item in await escalations.queue(scene.tx) if not item.claimed_by}
    helpdesk.leave_digest(state, unclaimed)
    return [reply]


async def _cards(scene: Scene, state: DeskState) -> list[Reply]:
    """Cards that no longer show how things stand, as many as the group can take."""
    replies: list[Reply] = []
    for number in list(state.changed):
        if state.room <= 0 or len(replies) >= _CARDS_A_ROUND:
            break
        messages = await scene.cards(number)
        about = await matter(scene, number)
        if messages and about is not None and about.askers:
            replies += [await cards.card(scene, about, edits=message) for message in messages[-2:]]
            state.wrote(scene.now, len(messages[-2:]))
        elif about is not None and about.escalation.state.waits and number not in state.members:
            if await is_waiting(scene.tx, card_ref(number), scene.staff_chat):
                continue
            replies += await announce(scene, state, number)
        state.changed.remove(number)
    return replies
