"""Questions: the answer, the choice or the honest handover, and the buttons under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from bot.conversation import entries, timetable
from bot.conversation.courtesies import courteous
from bot.conversation.reply import Button, Reply
from bot.conversation.scene import answer_ref
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from, number_from
from bot.domain.edition import Edition
from bot.domain.knowledge import Entry
from bot.domain.language import NATIVE_NAMES, Language, clean, has_words
from bot.domain.question import Answer, Clarification, Courtesy, Handover, HandoverReason, Hit, Outcome, ProgrammeAnswer
from bot.i18n import Translator, catalog
from bot.stores.database import exchanges
from bot.stores.database.exchanges import Exchange

if TYPE_CHECKING:
    from bot.conversation.desk import Escalated

LONGEST_KEPT = 1_000
"""Characters of a question that are stored."""
Rows = Sequence[tuple[Button, ...]]


async def answer(turn: Turn) -> list[Reply]:
    """The reply to the question of this turn, kept as an exchange; the rest of the list is for the desk."""
    question, outcome = turn.consideration.question, turn.consideration.outcome
    assert question is not None and outcome is not None
    outcome = still_told(outcome, turn.edition, turn.now)
    text = clean(question.text)[:LONGEST_KEPT]
    if isinstance(outcome, Courtesy):
        if has_words(text):
            await _record(turn, text, "courtesy", (), outcome)
        return [courteous(outcome.kind, turn.say)]
    named = {Clarification: "clarify", Handover: "handover"}.get(type(outcome), "answer")
    exchange = await _record(turn, text, named, _entries_of(outcome), outcome)
    cards: Sequence[Reply] = ()
    rows: Rows = []
    if isinstance(outcome, Answer):
        await _delivered(turn, outcome.entries)
    elif isinstance(outcome, ProgrammeAnswer):
        await _delivered(turn, timetable.told_ids(outcome, turn.edition.programme))
        rows = timetable.rows(outcome, turn.edition, turn.say)
    elif isinstance(outcome, Handover):
        escalated = await turn.desk.escalate(
            turn,
            text,
            turn.language,
            outcome.reason,
            nearest=[hit.entry_id for hit in outcome.hits[:3]],
            exchange=exchange,
            message=turn.incoming.message,
        )
        if escalated.waits_already:
            return [_note(turn, escalated, outcome.reason, exchange, turn.say)]
        cards = escalated.cards
    reply = compose(outcome, turn.edition, turn.say, turn.now, staffed=turn.desk.staffed)
    return [_with_buttons(reply, named, _entries_of(outcome), turn, turn.language, exchange, rows=rows), *cards]


def still_told(outcome: Outcome, edition: Edition, now: datetime) -> Outcome:
    """The outcome without entries that a newer edition no longer has or that have ended meanwhile."""
    if not isinstance(outcome, (Answer, Clarification)):
        return outcome
    ids = tuple(entry.id for entry in entries.shown_now(_entries_of(outcome), edition, now))
    if not ids:
        return Handover(HandoverReason.EXPIRED, outcome.confidence, outcome.hits)
    return replace(outcome, entries=ids) if isinstance(outcome, Answer) else replace(outcome, choices=ids)


def compose(outcome: Outcome, edition: Edition, say: Translator, now: datetime, *, staffed: bool) -> Reply:
    """What a delegate reads for an outcome, without buttons."""
    if isinstance(outcome, Courtesy):
        return courteous(outcome.kind, say)
    if isinstance(outcome, Answer):
        return entries.show([edition.entries[name] for name in outcome.entries], edition, say)
    if isinstance(outcome, ProgrammeAnswer):
        return timetable.show(outcome, edition, say, now)
    if isinstance(outcome, Clarification):
        return Reply(text=say.text("Which of these do you mean?"))
    return Reply(text=handed_over(outcome.reason, say, staffed=staffed))


def handed_over(reason: HandoverReason, say: Translator, *, staffed: bool) -> str:
    """Says honestly why a person must answer, and who will."""
    if reason is HandoverReason.EXPIRED:
        why = say.text("What I knew about this is no longer current.")
    elif reason is HandoverReason.ASKED:
        why = say.text("Of course.")
    elif reason is HandoverReason.DISLIKED:
        why = say.text("I am sorry that my answer did not help.")
    else:
        why = say.text("I have no approved answer to this, and I do not guess.")
    return f"{why}\n{will_answer(say, staffed=staffed)}"


def will_answer(say: Translator, *, staffed: bool) -> str:
    """What happens to a question that goes to people."""
    if staffed:
        return say.text(
            "I have passed your question on to the volunteers; one of them will answer you here. "
            "/status shows how it stands."
        )
    return say.text(
        "I have kept your question for the organizers. No volunteer is connected to me at the moment: if it is urgent, "
        "please ask the staff at the venue. /status shows how it stands."
    )


def _with_people(say: Translator) -> str:
    return say.text("Your question is with people already; /status shows how it stands.")


async def ask_a_person(turn: Turn, text: str) -> list[Reply]:
    """/person: the question goes to people at once, whatever the assistant knows."""
    text = clean(text)[:LONGEST_KEPT]
    if not has_words(text):
        return [await _which_question(turn)]
    exchange = await exchanges.record(
        turn.tx, turn.chat, text, turn.language, "handover", at=turn.now, message=turn.incoming.message,
        generation=str(turn.edition.version),
    )  # fmt: skip
    escalated = await turn.desk.escalate(
        turn, text, turn.language, HandoverReason.ASKED, exchange=exchange, message=turn.incoming.message
    )
    return [_note(turn, escalated, HandoverReason.ASKED, exchange, turn.say), *escalated.cards]


async def _which_question(turn: Turn) -> Reply:
    """/person alone may mean the last question; nothing is passed on before the person says so."""
    say = turn.say
    latest = await exchanges.latest(turn.tx, turn.chat)
    if latest is None or latest.outcome == "courtesy":
        return Reply(text=say.text("Please put your question after the command: /person and then your question."))
    another = say.text("To ask something else, put it after the command: /person and then your question.")
    if latest.outcome == "handover":
        return Reply(text=f"{_with_people(say)}\n{another}")
    offer = say.text("Shall I pass your last question on to a person? “{question}”", question=latest.question)
    button = Button(say.label("button", "🙋 Ask a person"), f"x:{latest.id}:pass:{turn.language}")
    return Reply(text=f"{offer}\n{another}", buttons=((button,),))


def _note(turn: Turn, escalated: Escalated, reason: HandoverReason, exchange: int, say: Translator) -> Reply:
    """What becomes of a question that goes to people; when the person put it before, a reply to this adds to it."""
    if escalated.waits_already:
        return Reply(text=_with_people(say), ref=answer_ref(escalated.number))
    return Reply(text=handed_over(reason, say, staffed=turn.desk.staffed), ref=f"exchange:{exchange}")


async def press(turn: Turn, data: str) -> list[Reply]:
    """A button under an answer: `<exchange>:<language>` or `<exchange>:<up|down|person>:<language shown>`.

    `pass` stands under the offer of /person alone, which shows no answer.
    """
    parts = data.split(":")
    exchange = await _own_exchange(turn, parts[0])
    if len(parts) == 2:
        language = language_from(parts[1])
        toast = catalog(language).text("Shown in {language}.", language=NATIVE_NAMES[language])
        return [replace(_shown_again(turn, exchange, language), toast=toast)]
    if len(parts) != 3:
        raise ButtonRefused(data)
    language, say = language_from(parts[2]), catalog(language_from(parts[2]))
    if parts[1] == "up":
        changed = await exchanges.rate(turn.tx, exchange.id, True)
        toast = say.text("Thank you! I am glad it helped.") if changed else say.text("Noted already, thank you.")
        return [replace(_shown_again(turn, replace(exchange, useful=True), language), toast=toast)]
    if parts[1] not in ("down", "person", "pass"):
        raise ButtonRefused(data)
    disliked = parts[1] == "down"
    if disliked:
        await exchanges.rate(turn.tx, exchange.id, False)
        exchange = replace(exchange, useful=False)
    if exchange.outcome == "handover":
        return [Reply(toast=_with_people(say))]
    reason = HandoverReason.DISLIKED if disliked else HandoverReason.ASKED
    given = exchange.entries[0] if exchange.outcome == "answer" and exchange.entries else None
    escalated = await turn.desk.escalate(
        turn,
        exchange.question,
        exchange.language,
        reason,
        nearest=exchange.nearest[:3],
        exchange=exchange.id,
        message=exchange.message,
        answer_given=given,
    )
    await exchanges.change_outcome(turn.tx, exchange.id, "handover")
    note = _note(turn, escalated, reason, exchange.id, say)
    if parts[1] == "pass" or (given is None and exchange.reading is None):
        return [replace(note, replaces=True), *escalated.cards]
    return [_shown_again(turn, replace(exchange, outcome="handover"), language), note, *escalated.cards]


async def choose(turn: Turn, data: str) -> list[Reply]:
    """One of the offered titles: `<exchange>:<entry>:<language shown>`."""
    number, _, rest = data.partition(":")
    key, _, shown_in = rest.rpartition(":")
    exchange, language = await _own_exchange(turn, number), language_from(shown_in)
    entry = entries.entry_named(key, turn.edition.entries)
    chosen = replace(exchange, outcome="answer", entries=(entry.id,))
    if (exchange.outcome != "clarify" and exchange != chosen) or not entry.is_valid_at(turn.now):
        raise ButtonRefused(data)
    await exchanges.change_outcome(turn.tx, exchange.id, "answer", [entry.id])
    await _delivered(turn, [entry.id])
    return [_shown_again(turn, chosen, language)]


async def _own_exchange(turn: Turn, number: str) -> Exchange:
    """The exchange a button speaks of, if it is this person's own."""
    exchange = await exchanges.get(turn.tx, number_from(number))
    if exchange is None or exchange.chat != turn.chat:
        raise ButtonRefused(number)
    return exchange


def _shown_again(turn: Turn, exchange: Exchange, language: Language) -> Reply:
    """The same exchange in this language, in place of the message with the button."""
    say = catalog(language)
    told = entries.shown_now(exchange.entries, turn.edition, turn.now)
    rows: Rows = []
    if exchange.reading is not None:
        answered = timetable.again(exchange, turn.edition)
        reply = timetable.show(answered, turn.edition, say, exchange.at)
        rows = timetable.rows(answered, turn.edition, say)
    elif exchange.outcome == "clarify" and told:
        reply = Reply(text=say.text("Which of these do you mean?"))
    elif exchange.entries and told:
        reply = entries.show(told, turn.edition, say)
    elif exchange.entries:
        reply = Reply(text=say.text("What I knew about this is no longer current."))
    else:
        reply = Reply(text=handed_over(HandoverReason.UNSURE, say, staffed=turn.desk.staffed))
    ids = [entry.id for entry in told]
    shown = _with_buttons(reply, exchange.outcome, ids, turn, language, exchange.id, exchange.useful, rows)
    return replace(shown, replaces=True)


def _with_buttons(
    reply: Reply,
    outcome: str,
    ids: Sequence[str],
    turn: Turn,
    language: Language,
    exchange: int,
    useful: bool | None = None,
    rows: Rows = (),
) -> Reply:
    """The buttons under an answer, a choice or a handover; `useful` is what the person said of it already.

    `rows` come first.
    """
    say = catalog(language)
    rows = list(rows)
    if outcome == "clarify":
        offered: list[Entry] = entries.shown_now(ids, turn.edition, turn.now)
        rows += [
            (Button(entries.title_of(entry, language), f"c:{exchange}:{entries.key_of(entry.id)}:{language}"),)
            for entry in offered
        ]
        person = say.label("button", "None of these: ask a person")
        rows.append((Button(person, f"x:{exchange}:person:{language}"),))
    elif outcome == "answer":
        if useful is None:
            rows.append(
                (
                    Button(say.label("button", "👍 Useful"), f"x:{exchange}:up:{language}"),
                    Button(say.label("button", "👎 Not useful"), f"x:{exchange}:down:{language}"),
                )
            )
        rows.append((Button(say.label("button", "🙋 Ask a person"), f"x:{exchange}:person:{language}"),))
    rows.append(entries.language_row(f"x:{exchange}:", language))
    return replace(reply, buttons=tuple(rows), ref=f"exchange:{exchange}")


def _entries_of(outcome: Outcome) -> tuple[str, ...]:
    if isinstance(outcome, Answer | ProgrammeAnswer):
        return outcome.entries
    return outcome.choices if isinstance(outcome, Clarification) else ()


async def _record(turn: Turn, text: str, named: str, ids: Sequence[str], outcome: Outcome) -> int:
    hits: tuple[Hit, ...] = outcome.hits
    return await exchanges.record(
        turn.tx,
        turn.chat,
        text,
        turn.language,
        named,
        entries=ids,
        nearest=[hit.entry_id for hit in hits],
        confidence=outcome.confidence,
        milliseconds=turn.consideration.milliseconds,
        generation=str(turn.edition.version),
        at=turn.now,
        message=turn.incoming.message,
        reading=timetable.kept(outcome.reading) if isinstance(outcome, ProgrammeAnswer) else None,
    )


async def _delivered(turn: Turn, ids: Sequence[str]) -> None:
    for entry_id in ids:
        await exchanges.record_delivery(turn.tx, turn.chat, entry_id, str(turn.edition.version), turn.now)


COMMANDS: dict[str, Handler] = {"person": ask_a_person}
BUTTONS: dict[str, Handler] = {"x": press, "c": choose}
