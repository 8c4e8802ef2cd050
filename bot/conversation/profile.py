"""The person: welcome, language, help, what is stored, open questions, and being forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.conversation import entries, publishing
from bot.conversation.courtesies import languages, menu
from bot.conversation.reply import Button, Reply
from bot.conversation.turn import ButtonRefused, Handler, Turn, language_from
from bot.domain.escalation import Escalation, EscalationState
from bot.domain.knowledge import Status
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator, catalog
from bot.services import retention
from bot.stores.database import delegates, escalations
from bot.stores.database.statistics import usual_wait
from bot.stores.database.threads import Asker

_LONGEST_QUOTED = 120
FORGET = "f:yes"
"""The button that deletes everything about a person."""


def describe_commands(say: Translator) -> list[tuple[str, str]]:
    """The commands for delegates with their descriptions, in the order of the menu."""
    return [
        ("topics", say.label("command", "Browse what I know")),
        ("schedule", say.label("command", "Schedule")),
        ("venues", say.label("command", "Venues and rooms")),
        ("agenda", say.label("command", "My agenda")),
        ("reminders", say.label("command", "Reminders and announcements")),
        ("person", say.label("command", "Put a question to a person")),
        ("status", say.label("command", "My open questions")),
        ("language", say.label("command", "Language · 中文 · Русский · English")),
        ("help", say.label("command", "What I can do")),
        ("about", say.label("command", "About this assistant")),
        ("privacy", say.label("command", "What is stored about me")),
        ("forget", say.label("command", "Delete everything about me")),
    ]


def welcome(turn: Turn, language: Language) -> Reply:
    """One screen: who speaks, what it can do, what is stored."""
    say = catalog(language)
    text = "\n\n".join(
        [
            say.text(
                "Ask me about the forum in your own words, in Chinese, Russian or English: the programme, the halls, "
                "transport, meals, the city. I answer only with texts that the organizers have approved, and I name "
                "the source."
            ),
            say.text("What I do not know goes to the volunteers, and they answer you here.")
            if turn.desk.staffed
            else say.text("What I do not know I keep for the organizers."),
            stored(turn, say),
        ]
    )
    return Reply(
        title=say.text("Welcome to the 2025 SCO Digital Economy Forum!"),
        text=text,
        buttons=(entries.language_row("l:start:", language), *menu(say)),
    )


def stored(turn: Turn, say: Translator) -> str:
    """What is stored, for how long, and how to end it."""
    what = say.text(
        "🔒 I store your questions and my answers, your language and the number of this chat, but not your name."
    )
    days = turn.settings.retention_days
    if (last := retention.last_day(turn.edition.programme, days, turn.now)) is not None:
        until = say.text("All of it is deleted after {date}; with /forget you delete it at once.", date=say.date(last))
    else:
        until = say.plural(
            "I delete what is older than {number} day; with /forget you delete everything at once.",
            "I delete what is older than {number} days; with /forget you delete everything at once.",
            retention.kept_for(days).days,
        )
    return f"{what}\n{until}"


async def start(turn: Turn, _: str) -> list[Reply]:
    """/start."""
    return [welcome(turn, turn.language)]


async def choose_language(turn: Turn, _: str) -> list[Reply]:
    """/language."""
    return [languages(turn.say)]


async def set_language(turn: Turn, data: str) -> list[Reply]:
    """A language was chosen and sticks: `<start|set>:<language>`."""
    screen, _, value = data.partition(":")
    language = language_from(value)
    say = catalog(language)
    if screen not in ("start", "set"):
        raise ButtonRefused(data)
    await delegates.set_language(turn.tx, turn.chat, language)
    toast = say.text("Language: {language}", language=NATIVE_NAMES[language])
    if screen == "start":
        return [replace(welcome(turn, language), replaces=True, toast=toast)]
    # Translators: name your own language instead of English.
    text = say.text(
        "From now on I write to you in English. You may still ask in any of the three languages: I answer in the one "
        "in which you ask."
    )
    row = entries.language_row("l:set:", language)
    return [Reply(text=text, buttons=(row,), replaces=True, toast=toast)]


async def show_help(turn: Turn, _: str) -> list[Reply]:
    """/help."""
    say = turn.say
    lines = [say.text("Write your question as you would say it to a person. These commands help as well:"), ""]
    lines += _listed(describe_commands(say), say)
    if turn.incoming.person in turn.settings.organizer_ids:
        sending = say.text(
            "For you as an organizer: send me a file for the knowledge (Markdown, YAML, CSV or XLSX, or a zip of "
            "them). I check it, show you what it would change, and publish it when you press the button. These "
            "commands are for organizers only:"
        )
        lines += ["", sending, "", *_listed(publishing.describe(say), say)]
    return [Reply(title=say.label("heading", "Help"), text="\n".join(lines), buttons=menu(say))]


def _listed(commands: Iterable[tuple[str, str]], say: Translator) -> list[str]:
    return [say.text("/{command} – {description}", command=name, description=what) for name, what in commands]


async def about(turn: Turn, _: str) -> list[Reply]:
    """/about: what this is, and which knowledge is published."""
    say, edition = turn.say, turn.edition
    samples = sum(entry.status is Status.SAMPLE for entry in edition.entries.values())
    lines = [
        say.text(
            "I am a program that answers questions of the delegates. Every answer was written and approved by people; "
            "I only find the one that fits. I never make up or translate facts."
        ),
        say.plural(
            "Published knowledge: version {version}, {number} entry.",
            "Published knowledge: version {version}, {number} entries.",
            len(edition.entries),
            version=edition.version,
        ),
    ]
    if samples:
        lines.append(
            say.plural(
                "{number} of them is sample data of the demo event and says so.",
                "{number} of them are sample data of the demo event and say so.",
                samples,
            )
        )
    return [Reply(title=say.label("heading", "About this assistant"), text="\n\n".join(lines), buttons=menu(say))]


async def privacy(turn: Turn, _: str) -> list[Reply]:
    """/privacy: the same notice in full."""
    say = turn.say
    lines = [
        stored(turn, say),
        say.text(
            "The volunteers see your question and a number, such as “Delegate 17”, never your name. Nothing goes to "
            "other services, and nothing of it is used for advertising."
        ),
    ]
    erase = Button(say.label("button", "🗑 Delete everything about me"), "f:ask")
    return [Reply(title=say.label("heading", "What is stored"), text="\n\n".join(lines), buttons=((erase,),))]


def notice(turn: Turn) -> Reply:
    """The short notice for somebody whose first message was not /start."""
    return Reply(small_print=stored(turn, turn.say))


async def status(turn: Turn, _: str) -> list[Reply]:
    """/status: the person's open questions, and how long answers usually take."""
    say = turn.say
    waiting = await escalations.for_delegate(turn.tx, turn.chat)
    if not waiting:
        return [Reply(text=say.text("You have no open questions. Just write to me when you need something."))]
    lines = [say.plural("You have {number} open question:", "You have {number} open questions:", len(waiting))]
    for escalation in waiting:
        # In their own words: others may have joined with theirs, or asked first.
        asked = next(asker for asker in await escalations.askers(turn.tx, escalation.id) if asker.chat == turn.chat)
        lines.append(_open_question(escalation, asked, say))
    if turn.desk.staffed:
        usual = await usual_wait(turn.tx, turn.now - timedelta(hours=24))
        lines.append(
            say.text("Half of the answers of the last day came within {time}.", time=say.minutes(usual))
            if usual is not None
            else say.text("I cannot say yet how long an answer takes: nobody has been answered in the last day.")
        )
    else:
        lines.append(
            say.text("No volunteer is connected to me at the moment; the organizers read these questions later.")
        )
    return [Reply(title=say.label("heading", "My open questions"), text="\n\n".join(lines))]


def _open_question(escalation: Escalation, own: Asker, say: Translator) -> str:
    question = own.question
    if len(question) > _LONGEST_QUOTED:
        question = question[: _LONGEST_QUOTED - 1].rstrip() + "…"
    asked = say.moment(own.asked_at)
    if escalation.state is EscalationState.CLAIMED:
        return say.text("• {question}\nAsked: {moment}. A volunteer is working on it.", question=question, moment=asked)
    return say.text("• {question}\nAsked: {moment}. Nobody has taken it yet.", question=question, moment=asked)


async def forget(turn: Turn, _: str) -> list[Reply]:
    """/forget asks first."""
    return [_really(turn)]


def _really(turn: Turn) -> Reply:
    say = turn.say
    text = say.text(
        "Shall I delete everything I have stored about you: questions, answers, language, agenda and open questions to "
        "the volunteers? This cannot be undone."
    )
    yes = Button(say.label("button", "🗑 Yes, delete everything"), FORGET)
    no = Button(say.label("button", "No, keep it"), "f:no")
    return Reply(text=text, buttons=((yes,), (no,)))


async def confirm_forget(turn: Turn, data: str) -> list[Reply]:
    """The buttons of /forget: `ask`, `yes` or `no`."""
    say = turn.say
    if data == "ask":
        return [_really(turn)]
    if data == "no":
        return [Reply(text=say.text("Nothing was deleted."), replaces=True)]
    if data != "yes":
        raise ButtonRefused(data)
    gone = await delegates.forget(turn.tx, turn.chat)
    cards = await turn.desk.forgotten(gone, turn.tx)
    text = say.text("Everything I had stored about you is deleted. If you write to me again, we start anew.")
    return [Reply(text=text, replaces=True, ref="forgotten"), *cards]


COMMANDS: dict[str, Handler] = {
    "start": start,
    "language": choose_language,
    "help": show_help,
    "about": about,
    "privacy": privacy,
    "status": status,
    "forget": forget,
}
BUTTONS: dict[str, Handler] = {"l": set_language, "f": confirm_forget}
