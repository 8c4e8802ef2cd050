"""What delegates are told about their question, step by step: a person is on it, the answer, closed, open again."""

from __future__ import annotations

from bot.conversation import entries
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Button, Reply
from bot.conversation.scene import Matter, Scene, answer_ref, campaign
from bot.domain.knowledge import Entry
from bot.domain.language import Language
from bot.i18n import Translator, catalog
from bot.stores.database import exchanges
from bot.stores.database.threads import Asker


def taken(about: Matter) -> list[Reply]:
    """A person is on it."""
    replies = []
    for asker in about.askers:
        say = catalog(asker.language)
        text = say.text("A volunteer is working on your question now. The answer will come here.")
        shared = bool(about.people.get(asker.chat) and about.people[asker.chat].shares_name)
        row = () if shared else (share_name(about.number, say),)
        replies.append(_note(about, asker, text, (row,) if row else ()))
    return replies


def dismissed(about: Matter) -> list[Reply]:
    """A kind word instead of an answer."""
    return [
        _note(
            about,
            asker,
            catalog(asker.language).text(
                "Thank you for your question. I am sorry: the volunteers have no answer to it that they could give you "
                "here. If it matters for your visit, please speak to the staff at the venue, or write again with more "
                "details."
            ),
        )
        for asker in about.askers
    ]


def closed(about: Matter, without: int | None = None) -> list[Reply]:
    """The talk is over, and how to go on all the same."""
    return [
        _note(
            about,
            asker,
            catalog(asker.language).text(
                "The volunteers have closed this question. If you need more, simply reply to this message."
            ),
        )
        for asker in about.askers
        if asker.chat != without
    ]


def reopened(about: Matter) -> list[Reply]:
    """It is looked at again."""
    return [
        _note(
            about,
            asker,
            catalog(asker.language).text("Your question is open again: the volunteers are looking at it once more."),
        )
        for asker in about.askers
    ]


def answer(
    about: Matter, asker: Asker, incoming: Incoming, text: str, written: Language | None, message: int, known: str = ""
) -> Reply:
    """A volunteer's own words or file, as written; `known` is an approved entry that says the same."""
    say = catalog(asker.language)
    small = []
    buttons: list[tuple[Button, ...]] = []
    if written is not None and written is not asker.language:
        small.append(_written_in(written, say))
        if known:
            small.append(say.text("An approved text on this exists in three languages:"))
            buttons.append(entries.language_row(f"h:also:{about.number}:{known}:", None))
    small.append(say.text("To write back to the volunteers, reply to this message."))
    buttons.append((Button(say.label("button", "✅ That helps, thank you"), f"h:solved:{about.number}"),))
    return Reply(
        title=say.text("🙋 A volunteer answers"),
        text=text,
        small_print="\n".join(small),
        buttons=tuple(buttons),
        pin=incoming.pin,
        attachment=incoming.attachment,
        chat=asker.chat,
        quotes=asker.message,
        ref=answer_ref(about.number, message),
        campaign=campaign(about.number),
    )


async def entry_answer(scene: Scene, about: Matter, asker: Asker, entry: Entry, message: int) -> Reply:
    """An approved entry that a volunteer chose, in the delegate's language."""
    await exchanges.record_delivery(scene.tx, asker.chat, entry.id, str(scene.edition.version), scene.now)
    return Reply(
        **_shown(scene, about.number, entry, asker.language),
        chat=asker.chat,
        quotes=asker.message,
        ref=answer_ref(about.number, message),
        campaign=campaign(about.number),
    )


def entry_again(scene: Scene, number: int, entry: Entry, language: Language, message: str) -> Reply:
    """The same entry in another language, in place."""
    return Reply(**_shown(scene, number, entry, language), replaces=True, ref=message)


def share_name(number: int, say: Translator) -> Button:
    """The button with which a delegate shows the volunteers their name."""
    return Button(say.label("button", "🪪 Tell the volunteers my name"), f"h:name:{number}")


def _shown(scene: Scene, number: int, entry: Entry, language: Language) -> dict:
    say = catalog(language)
    shown = entries.show([entry], scene.edition, say)
    small = say.text("A volunteer chose this answer for you. To write back, reply to this message.")
    rows = (
        (Button(say.label("button", "✅ That helps, thank you"), f"h:solved:{number}"),),
        entries.language_row(f"h:show:{number}:{entries.key_of(entry.id)}:", language),
    )
    return {"title": shown.title, "text": shown.text, "small_print": f"{small}\n{shown.small_print}", "buttons": rows}


def _note(about: Matter, asker: Asker, text: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> Reply:
    return Reply(
        text=text,
        buttons=buttons,
        chat=asker.chat,
        quotes=asker.message,
        ref=answer_ref(about.number),
        campaign=campaign(about.number),
    )


def _written_in(language: Language, say: Translator) -> str:
    if language is Language.ZH:
        return say.text("🌐 The volunteer wrote in Chinese; this is shown as written.")
    if language is Language.RU:
        return say.text("🌐 The volunteer wrote in Russian; this is shown as written.")
    return say.text("🌐 The volunteer wrote in English; this is shown as written.")
