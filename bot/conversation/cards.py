"""What the staff group sees of a question: its card, and the digest when there are too many."""

from __future__ import annotations

from collections.abc import Sequence

from bot.conversation import entries
from bot.conversation.reply import Button, Reply
from bot.conversation.scene import Matter, Scene, card_ref, mentioned
from bot.domain.escalation import Escalation, EscalationState
from bot.domain.knowledge import Entry
from bot.domain.language import Language
from bot.domain.question import HandoverReason
from bot.i18n import Translator
from bot.stores.database.threads import ThreadMessage

_LONGEST_QUESTION = 1_000
_LONGEST_LINE = 110
_WORDINGS = 4
"""So many other wordings of the same question stand on a card."""
_LAST_WORDS = 3
DIGEST_LINES = 20
MARKS = {
    EscalationState.OPEN: "🟡",
    EscalationState.CLAIMED: "🟢",
    EscalationState.ANSWERED: "✅",
    EscalationState.DISMISSED: "🚫",
    EscalationState.CLOSED: "☑️",
}


async def card(scene: Scene, about: Matter, *, edits: int | None = None, call: bool = False) -> Reply:
    """The card of an escalation as things stand; with `call` it mentions those who speak the language."""
    say, escalation = scene.say, about.escalation
    lines = [f"“{shorten(escalation.question, _LONGEST_QUESTION)}”", *_wordings(about, say), *_said(about, say)]
    small = [_why(scene, escalation), _state(about, say)]
    small += [say.text("Name: Delegate {number} is {name}.", number=about.pseudonym(chat), name=name)
              for chat, name in about.names.items() if name]  # fmt: skip
    small += _undelivered(about, say)
    if about.draft:
        small.append(say.text("📚 Draft for the organizers: {file}", file=about.draft))
    if call and escalation.state is EscalationState.OPEN:
        speakers = await mentioned(scene, [asker.language for asker in about.askers])
        if speakers:
            small.append(say.text("For: {names}", names=" ".join(speakers[:3])))
    if escalation.state.waits:
        small.append(say.text("To answer, reply to this message: words, a photo, a file, a voice message or a place."))
    return Reply(
        title=title(about, say),
        text="\n".join(lines),
        small_print="\n".join(small),
        buttons=tuple(_buttons(scene, about)),
        chat=scene.staff_chat,
        ref=card_ref(about.number),
        about=about.chats,
        edits=edits,
    )


def title(about: Matter, say: Translator) -> str:
    """Mark, number, who asks and in which language."""
    spoken = say.list(language_name(language, say) for language in dict.fromkeys(a.language for a in about.askers))
    mark = MARKS[about.escalation.state]
    if len(about.askers) == 1:
        who = delegate(about, about.askers[0].chat, say)
    else:
        who = say.plural("{number} delegate", "{number} delegates", len(about.askers))
    return " · ".join(part for part in (f"{mark} #{about.number}", who, spoken) if part)


def delegate(about: Matter, chat: int, say: Translator) -> str:
    """A delegate as the group knows them: "Delegate 17" in English."""
    return say.text("Delegate {number}", number=about.pseudonym(chat))


def language_name(language: Language, say: Translator) -> str:
    """The name of a language, in the language of the group."""
    if language is Language.ZH:
        return say.label("language", "Chinese")
    return say.label("language", "Russian") if language is Language.RU else say.label("language", "English")


def shorten(text: str, length: int) -> str:
    """One line of at most `length` characters."""
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def offered(scene: Scene, escalation: Escalation) -> list[Entry]:
    """The nearest entries that may be sent now."""
    return entries.shown_now(escalation.nearest[:3], scene.edition, scene.now)


def forgotten(scene: Scene, number: int, message: int, ref: str = "") -> Reply:
    """What remains of a message about somebody who had themselves forgotten."""
    text = scene.say.text("🗑 Deleted by the delegate.")
    return Reply(title=f"#{number}", text=text, chat=scene.staff_chat, edits=message, ref=ref)


def digest(
    scene: Scene, number: int, waiting: Sequence[tuple[Escalation, int]], about: Sequence[int], edits: int | None = None
) -> Reply:
    """Many questions in one message: the oldest with a button each; `waiting` pairs them with a pseudonym."""
    say = scene.say
    if not waiting:
        text = say.text("All questions of this list are taken care of.")
        return Reply(text=text, chat=scene.staff_chat, edits=edits, ref=f"digest:{number}")
    lines, buttons = [], []
    for escalation, pseudonym in waiting[:DIGEST_LINES]:
        lines.append(line(escalation, pseudonym, say))
        buttons.append(Button(f"✋ #{escalation.id}", f"d:take:{escalation.id}"))
    if len(waiting) > DIGEST_LINES:
        more = len(waiting) - DIGEST_LINES
        lines.append(say.plural("… and {number} more: /queue", "… and {number} more: /queue", more))
    return Reply(
        title=say.plural("{number} question waits", "{number} questions wait", len(waiting)),
        text="\n".join(lines),
        small_print=say.text("Many questions arrive at once, so they share this message. Take one to see its card."),
        buttons=tuple(tuple(buttons[start : start + 5]) for start in range(0, len(buttons), 5)),
        chat=scene.staff_chat,
        ref=f"digest:{number}",
        about=tuple(about),
        edits=edits,
    )


def line(escalation: Escalation, pseudonym: int, say: Translator) -> str:
    """An escalation in one line."""
    if escalation.askers > 1:
        who = say.plural("{number} delegate", "{number} delegates", escalation.askers)
    else:
        who = say.text("Delegate {number}", number=pseudonym)
    asked = say.time(escalation.opened_at)
    spoken = language_name(escalation.language, say)
    return f"#{escalation.id} · {asked} · {who} · {spoken}: {shorten(escalation.question, _LONGEST_LINE)}"


def _wordings(about: Matter, say: Translator) -> list[str]:
    """How the others put it."""
    seen = {about.escalation.question.casefold()}
    lines = []
    for asker in about.askers:
        if asker.question.casefold() in seen:
            continue
        seen.add(asker.question.casefold())
        lines.append(f"{delegate(about, asker.chat, say)}: “{shorten(asker.question, 200)}”")
    if len(lines) > _WORDINGS:
        more = len(lines) - _WORDINGS
        lines = [*lines[:_WORDINGS], say.plural("… and {number} wording more", "… and {number} wordings more", more)]
    return lines


def _said(about: Matter, say: Translator) -> list[str]:
    """What the delegates added."""
    words = [message for message in about.thread if message.author == "delegate"]
    return [f"💬 {delegate(about, message.chat or 0, say)}: {_words(message, say)}" for message in words[-_LAST_WORDS:]]


def _words(message: ThreadMessage, say: Translator) -> str:
    if message.text:
        return shorten(message.text, 300)
    is_place = bool(message.body and "place" in message.body)
    return say.label("message", "(a place)") if is_place else say.label("message", "(a file)")


def _why(scene: Scene, escalation: Escalation) -> str:
    """Why the assistant does not answer by itself."""
    say, reason = scene.say, escalation.reason
    given = scene.edition.entries.get(escalation.answer_given or "")
    if reason is HandoverReason.DISLIKED:
        why = say.text("The answer given did not help.")
    elif reason is HandoverReason.ASKED:
        why = say.text("The delegate asks for a person.")
    elif reason is HandoverReason.EXPIRED:
        why = say.text("What is published about this is no longer current.")
    elif reason is HandoverReason.UNREADABLE:
        why = say.text("The assistant could not read this message.")
    elif reason is HandoverReason.NOTHING_FOUND:
        why = say.text("Nothing published answers this.")
    else:
        why = say.text("Nothing published answers this with certainty.")
    if given is not None:
        why += " " + say.text("Answer given: “{title}”", title=entries.title_of(given, say.language))
    return why


def _state(about: Matter, say: Translator) -> str:
    escalation, holder = about.escalation, about.holder or "–"
    if escalation.state is EscalationState.OPEN:
        return say.text("Asked at {time}; nobody has taken it.", time=say.time(escalation.opened_at))
    if escalation.state is EscalationState.CLAIMED:
        assert escalation.claimed_at is not None
        return say.text("{name} has it since {time}.", name=holder, time=say.time(escalation.claimed_at))
    if escalation.state is EscalationState.ANSWERED:
        return say.text("Answered by {name}. The delegate can still write back.", name=holder)
    if escalation.state is EscalationState.CLOSED:
        return say.text("Answered by {name} and closed.", name=holder)
    return say.text("Dismissed by {name} with a kind word.", name=holder)


def _undelivered(about: Matter, say: Translator) -> list[str]:
    """What did not reach whom."""
    lines = []
    for message in about.thread:
        if message.author == "desk" and message.chat is not None:
            lines.append(f"⚠️ {undelivered(delegate(about, message.chat, say), message.text, say)}")
    return list(dict.fromkeys(lines))


def undelivered(who: str, why: str, say: Translator) -> str:
    """Why a message did not arrive; `why` is how the outbox names it."""
    if why == "unreachable":
        return say.text("Not delivered to {who}: the person has blocked the assistant or left Telegram.", who=who)
    if why == "expired":
        return say.text("Not delivered to {who}: Telegram could not be reached for hours.", who=who)
    if why == "unknown":
        return say.text("Perhaps not delivered to {who}: Telegram's answer was lost twice.", who=who)
    return say.text("Not delivered to {who}: Telegram refused the message.", who=who)


def _buttons(scene: Scene, about: Matter) -> list[tuple[Button, ...]]:
    say, escalation, number = scene.say, about.escalation, about.number
    rows: list[tuple[Button, ...]] = []
    dismiss = Button(say.label("button", "🚫 Dismiss kindly"), f"d:dismiss:{number}")
    if escalation.state is EscalationState.OPEN:
        rows.append((Button(say.label("button", "✋ Take"), f"d:take:{number}"), dismiss))
    elif escalation.state is EscalationState.CLAIMED:
        rows.append((Button(say.label("button", "↩ Hand back"), f"d:back:{number}"), dismiss))
    if escalation.state.waits:
        for entry in offered(scene, escalation):
            shown = entries.title_of(entry, say.language)
            rows.append((Button(f"📄 {shown}", f"d:send:{number}:{entries.key_of(entry.id)}"),))
        return rows
    reopen = Button(say.label("button", "🔁 Reopen"), f"d:reopen:{number}")
    if escalation.state is EscalationState.ANSWERED:
        rows.append((Button(say.label("button", "☑️ Close"), f"d:close:{number}"), reopen))
    else:
        rows.append((reopen,))
    if not about.draft and any(message.text for message in about.written if not _is_entry(message)):
        rows.append((Button(say.label("button", "📚 Make it knowledge"), f"d:draft:{number}"),))
    return rows


def _is_entry(message: ThreadMessage) -> bool:
    """Whether a volunteer's message was an approved entry."""
    return bool(message.body and "entry" in message.body)
