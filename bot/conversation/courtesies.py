"""Small talk and messages without a question: one courteous line and the menu."""

from __future__ import annotations

from bot.conversation.entries import language_row
from bot.conversation.reply import Button, Reply
from bot.domain.question import CourtesyKind
from bot.i18n import Translator


def courteous(kind: CourtesyKind, say: Translator) -> Reply:
    """The line for this courtesy, with the menu under it."""
    if kind is CourtesyKind.LANGUAGE:
        return languages(say)
    return Reply(text=_line(kind, say), buttons=menu(say))


def _line(kind: CourtesyKind, say: Translator) -> str:
    match kind:
        case CourtesyKind.GREETING:
            return say.text("Good day! Please ask me anything about the forum in your own words.")
        case CourtesyKind.THANKS:
            return say.text("You are welcome. If anything else comes up, just ask.")
        case CourtesyKind.FAREWELL:
            return say.text("Goodbye, and all the best for the forum!")
        case CourtesyKind.IDENTITY:
            return say.text(
                "I am the forum's Delegate Assistant, a program, not a person. I answer questions with texts that the "
                "organizers have approved; what I do not know goes to people."
            )
        case CourtesyKind.WELLBEING:
            return say.text("Thank you for asking, all is well here. How can I help you at the forum?")
        case CourtesyKind.ACKNOWLEDGEMENT:
            return say.text("I am here. You can ask me about the programme, the venues or anything else at the forum.")
        case CourtesyKind.COMPLAINT:
            return say.text(
                "I am sorry that I was not of more help. Please put your question in other words, or ask a person: "
                "write /person and then your question."
            )
        case CourtesyKind.TOO_LONG:
            return say.text("That is more than I can read at once. Please ask your question in a few sentences.")
        case CourtesyKind.EMPTY:
            return say.text("I did not find a question in this message. Please write it in a few words.")


def languages(say: Translator) -> Reply:
    """The languages to choose from."""
    text = say.text("In which language shall I write to you?")
    return Reply(text=text, buttons=(language_row("l:set:", say.language),))


def only_text(say: Translator) -> Reply:
    """The answer to whatever came without any words."""
    return Reply(
        text=say.text(
            "I can only read text, so I cannot use pictures, voice or video messages, files, places or contacts. "
            "Please write your question."
        ),
        buttons=menu(say),
    )


def menu(say: Translator) -> tuple[tuple[Button, ...], ...]:
    """Where one can go from anywhere."""
    return (
        (
            Button(say.label("button", "📅 Schedule"), "m:schedule"),
            Button(say.label("button", "📍 Venues"), "m:venues"),
        ),
        (Button(say.label("button", "📚 Topics"), "m:topics"), Button(say.label("button", "❓ Help"), "m:help")),
    )
