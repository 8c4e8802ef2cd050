"""Commands of the staff group: what is open, figures, and which languages a volunteer speaks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.conversation import cards
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.conversation.scene import QUEUE_REF, Scene
from bot.domain.escalation import Escalation, EscalationState
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator
from bot.settings import EVENT_ZONE
from bot.stores.database import delegates, escalations
from bot.stores.database.statistics import Statistics, statistics

_LISTED = 30
_BUTTONS = 10
_NAMES = {name.casefold(): language for language, native in NATIVE_NAMES.items() for name in (native, language.value)}


def describe(say: Translator) -> list[tuple[str, str]]:
    """The commands of the group with their descriptions."""
    return [
        ("queue", say.label("command", "Open questions, oldest first")),
        ("stats", say.label("command", "Figures: today and in all")),
        ("languages", say.label("command", "The languages I speak: /languages zh ru")),
        ("help", say.label("command", "How the desk works")),
    ]


async def queue(scene: Scene, incoming: Incoming) -> list[Reply]:
    """/queue: what is open, by language, oldest first."""
    say = scene.say
    waiting = await escalations.queue(scene.tx)
    if not waiting:
        return [Reply(text=say.text("Nobody waits for an answer."))]
    lines: list[str] = []
    chats: list[int] = []
    shown = 0
    free: list[Escalation] = []
    for language in Language:
        ours = [item for item in waiting if item.language is language]
        if not ours:
            continue
        lines.append(f"{cards.language_name(language, say)} · {len(ours)}")
        for item in ours:
            if shown >= _LISTED:
                break
            shown += 1
            chats += await _add_line(scene, item, lines)
        lines.append("")
    free = [item for item in waiting if item.state is EscalationState.OPEN][:_BUTTONS]
    buttons = [Button(f"✋ #{item.id}", f"d:take:{item.id}") for item in free]
    if len(waiting) > shown:
        lines.append(say.plural("… and {number} more", "… and {number} more", len(waiting) - shown))
    return [
        Reply(
            title=say.plural("{number} question waits", "{number} questions wait", len(waiting)),
            text="\n".join(lines).strip(),
            buttons=tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5)),
            ref=QUEUE_REF,
            about=tuple(dict.fromkeys(chats)),
        )
    ]


async def _add_line(scene: Scene, item: Escalation, lines: list[str]) -> list[int]:
    """One question as a line; the chats of those it speaks of."""
    say = scene.say
    chats = [asker.chat for asker in await escalations.askers(scene.tx, item.id)]
    people = await delegates.find_all(scene.tx, chats[:1])
    pseudonym = people[chats[0]].pseudonym if chats and chats[0] in people else 0
    text = cards.line(item, pseudonym, say)
    if item.state is EscalationState.CLAIMED and item.claimed_by is not None:
        volunteer = await delegates.find_volunteer(scene.tx, item.claimed_by)
        text += f" — {volunteer.name if volunteer else '–'}"
    waited = scene.now - item.opened_at
    lines.append(f"{cards.MARKS[item.state]} {text} ({say.minutes(waited)})")
    return chats


async def stats(scene: Scene, incoming: Incoming) -> list[Reply]:
    """/stats: today and in all."""
    say = scene.say
    midnight = scene.now.astimezone(EVENT_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    today, whole = await statistics(scene.tx, midnight), await statistics(scene.tx)
    lines = [say.label("heading", "Today"), *_figures(today, say), "", say.label("heading", "In all")]
    lines += [*_figures(whole, say), "", say.text("Waiting now: {number}", number=whole.waiting)]
    return [Reply(title=say.label("heading", "Figures"), text="\n".join(lines))]


def _figures(found: Statistics, say: Translator) -> list[str]:
    return [
        say.text("Asked: {number}", number=found.asked),
        say.text("Answered by the assistant: {number}", number=found.answered),
        say.text("Clarified: {number}", number=found.clarified),
        say.text("Handed over: {number}", number=found.handed_over),
        say.text("Answered by people: {number}", number=found.answered_by_people),
        say.text("Dismissed: {number}", number=found.dismissed),
        say.text(
            "Time to a person's answer: half within {median}, nine of ten within {ninetieth}",
            median=_length(found.median_wait, say),
            ninetieth=_length(found.ninetieth_wait, say),
        ),
    ]


def _length(wait: timedelta | None, say: Translator) -> str:
    return say.minutes(wait) if wait is not None else say.label("time", "unknown")


async def languages(scene: Scene, incoming: Incoming) -> list[Reply]:
    """/languages zh ru: which languages this volunteer speaks; without any, what is known."""
    say = scene.say
    words = incoming.text.replace(",", " ").casefold().split()
    spoken = tuple(dict.fromkeys(_NAMES[word] for word in words if word in _NAMES))
    if words and not spoken:
        return [Reply(text=say.text("Please name your languages like this: /languages zh ru en"))]
    if spoken:
        volunteer = await delegates.set_volunteer_languages(scene.tx, incoming.person, incoming.name, spoken)
    else:
        volunteer = await delegates.meet_volunteer(scene.tx, incoming.person, incoming.name)
    if not volunteer.languages:
        return [Reply(text=say.text("Please name your languages like this: /languages zh ru en"))]
    names = " · ".join(NATIVE_NAMES[language] for language in volunteer.languages)
    return [
        Reply(
            text=say.text("{name}: {languages}. You are called for questions in these.",
                          name=incoming.name, languages=names),
            quotes=incoming.message,
        )
    ]  # fmt: skip


async def explain(scene: Scene, incoming: Incoming) -> list[Reply]:
    """/help in the group."""
    say = scene.say
    lines = [
        say.text(
            "Every question the assistant cannot answer comes here as a card. Take it, then reply to the card: what "
            "you write goes to the delegate as you wrote it, without your name."
        ),
        say.text("A claim ends after 10 minutes without an answer. One answer goes to everybody on the card."),
        *(
            say.text("/{command} – {description}", command=command, description=description)
            for command, description in describe(say)
        ),
    ]
    return [Reply(title=say.label("heading", "The volunteers' desk"), text="\n\n".join(lines))]


COMMANDS: dict[str, Callable[[Scene, Incoming], Awaitable[list[Reply]]]] = {
    "queue": queue,
    "stats": stats,
    "languages": languages,
    "help": explain,
}
