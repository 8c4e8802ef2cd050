"""The front door: python -m bot chat | ask | run | phrases | ..."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from bot.domain.language import Language

# Everything else is imported inside the functions: --help must be there at once.

Command = Callable[[argparse.Namespace], int]


def chat(options: argparse.Namespace) -> int:
    """A conversation in the terminal."""
    import asyncio
    import contextlib

    from bot.bootstrap import open_house
    from bot.channels.console import Console
    from bot.settings import Settings

    clock = _clock(options.now, running=True)

    async def converse() -> None:
        async with open_house(Settings(), clock) as house:
            if options.now is None:
                # Only what is old by the true clock is deleted for being old.
                while await house.assistant.purge():
                    pass
            await Console(house.assistant, clock, options.language).run()

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(converse())
    return 0


def ask(options: argparse.Namespace) -> int:
    """One JSON line an answer."""
    import json

    from bot.channels.lines import LineError, Lines
    from bot.services.answering import open_answering
    from bot.settings import Settings

    if (options.text is None) == (options.jsonl is None):
        print("ask: give either a question or --jsonl FILE (- for standard input)", file=sys.stderr)
        return 2
    settings = Settings()
    published, answering = open_answering(settings.data_dir, settings.embedding_model, settings.chroma_url)
    lines = Lines(answering, published, settings, _clock(options.now, running=False))
    try:
        if options.text is not None:
            try:
                answer = lines.answer({"question": options.text}, options.language)
            except LineError as error:
                print(f"ask: {error}", file=sys.stderr)
                return 2
            print(json.dumps(answer, ensure_ascii=False))
            return 0
        if options.jsonl == "-":
            return 1 if lines.answer_all(sys.stdin, sys.stdout, options.language) else 0
        with open(options.jsonl, encoding="utf-8-sig", errors="replace") as file:
            return 1 if lines.answer_all(file, sys.stdout, options.language) else 0
    finally:
        published.close()


def run(options: argparse.Namespace) -> int:
    """The Telegram bot."""
    from bot.settings import Settings

    settings = Settings()
    if settings.token is None or not settings.token.get_secret_value().strip():
        print(
            "No token: get one from @BotFather in Telegram, put BOT_TOKEN=… into .env, and start again "
            "(without a token: python -m bot chat).",
            file=sys.stderr,
        )
        return 2
    from bot.bootstrap import open_house
    from bot.channels.telegram import application

    return application.run(settings, open_house)


def health(options: argparse.Namespace) -> int:
    """Whether polls succeed and queues move."""
    from bot.channels.telegram import health as channel
    from bot.settings import Settings

    return channel.report(Settings().data_dir)


def evaluate(options: argparse.Namespace) -> int:
    """The golden questions."""
    from bot.channels import evaluating

    return evaluating.run(options)


def report(options: argparse.Namespace) -> int:
    """The organizers' board."""
    from bot.channels import reporting

    return reporting.run(options, _clock(options.now, running=False)())


def handbook(options: argparse.Namespace) -> int:
    """The printable handbook."""
    from bot.channels import handbook_pages

    return handbook_pages.run(options, _clock(options.now, running=False)())


def build_encoder(options: argparse.Namespace) -> int:
    """The embedded encoder, from the repository's data."""
    from bot.services.training import build_encoder, fit_shipped
    from bot.settings import Settings

    if options.fit_only:
        fit_shipped(Settings().knowledge_dir)
    else:
        build_encoder(Settings().knowledge_dir)
    return 0


def calendar(options: argparse.Namespace) -> int:
    """The programme as a calendar file."""
    from pathlib import Path

    from bot.channels.exports import write_calendar
    from bot.settings import Settings

    ids = [one for part in options.session for one in part.split(",") if one]
    number = write_calendar(
        Settings(), Path(options.output), ids, options.language or Language.EN, _clock(None, running=False)()
    )
    print(f"{options.output}: {number} {'session' if number == 1 else 'sessions'}")
    return 0


def door_sheets(options: argparse.Namespace) -> int:
    """Printable pages with QR codes for the doors."""
    from pathlib import Path

    from bot.channels.exports import write_door_sheets
    from bot.settings import Settings

    number = write_door_sheets(Settings(), Path(options.folder), options.bot)
    print(f"{options.folder}: {number} {'sheet' if number == 1 else 'sheets'}, and all of them in all.html")
    return 0


def phrases(options: argparse.Namespace) -> int:
    """Bring locales/ up to date with the code."""
    from bot.i18n import catalog_path, update_catalogs

    lacking = update_catalogs()
    for language, missing in lacking.items():
        print(f"{catalog_path(language)}: {missing} phrases to translate" if missing else f"{language}: complete")
    return 1 if any(lacking.values()) else 0


def _add_chat(parser: argparse.ArgumentParser) -> None:
    _add_language_and_now(parser)


def _add_ask(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", nargs="?", metavar="TEXT", help="the question")
    parser.add_argument("--jsonl", metavar="FILE", help='lines {"id", "question", ...}; - for standard input')
    _add_language_and_now(parser)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="*", metavar="FILE", help="golden questions; default tests/golden/*.yaml")
    parser.add_argument("--all", action="store_true", help="also the questions that were fitted on")
    parser.add_argument("--model", metavar="NAME", help="another sentence-transformers model, fitted and measured")
    parser.add_argument("--html", metavar="FILE", help="write one self-contained page")
    parser.add_argument("--now", type=_moment, metavar="ISO", help="the moment it is taken to be (event time zone)")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--html", metavar="FILE", help="write one self-contained page")
    parser.add_argument("--drafts", metavar="DIR", help="write a file to fill in for each unanswered question")
    parser.add_argument("--since", type=_moment, metavar="ISO", help="only from this moment on (event time zone)")
    parser.add_argument(
        "--cluster", metavar="FILE", help='cluster lines {"id", "question"} instead; - for standard input'
    )
    _add_language_and_now(parser)


def _add_handbook(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="where zh.html, ru.html and en.html are written")
    parser.add_argument("--now", type=_moment, metavar="ISO", help="the moment it is taken to be (event time zone)")


def _add_build_encoder(parser: argparse.ArgumentParser) -> None:
    kept = "keep the model, fit only the decision again (ten minutes: for that a second model is built)"
    parser.add_argument("--fit-only", action="store_true", help=kept)


def _add_calendar(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--output", required=True, metavar="FILE", help="the .ics file to write")
    parser.add_argument("--session", action="extend", nargs="+", default=[], metavar="ID", help="only these sessions")
    parser.add_argument("--language", type=_language, metavar="zh|ru|en", help="default: en")


def _add_door_sheets(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", metavar="DIR", help="where the pages go")
    parser.add_argument("--bot", metavar="NAME", help="the bot's user name; default: ask Telegram with BOT_TOKEN")


def _add_nothing(parser: argparse.ArgumentParser) -> None:
    pass


def _add_language_and_now(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", type=_language, metavar="zh|ru|en", help="the person's language")
    parser.add_argument("--now", type=_moment, metavar="ISO", help="the moment it is taken to be (event time zone)")


COMMANDS: dict[str, tuple[str, Callable[[argparse.ArgumentParser], None], Command]] = {
    "chat": ("talk to the assistant in this terminal", _add_chat, chat),
    "ask": ("answer a question, or a file of questions, as JSON lines", _add_ask, ask),
    "run": ("the Telegram bot", _add_nothing, run),
    "health": ("for supervisors: exit status 0 while polls succeed and queues move", _add_nothing, health),
    "evaluate": ("ask the golden questions and print how often right", _add_evaluate, evaluate),
    "report": ("what was asked and not answered, as text or as a page", _add_report, report),
    "handbook": ("write the published knowledge as printable pages", _add_handbook, handbook),
    "build-encoder": ("build the embedded encoder and fit its decision", _add_build_encoder, build_encoder),
    "calendar": ("write the programme as an .ics file", _add_calendar, calendar),
    "door-sheets": ("write printable pages with QR codes for the doors", _add_door_sheets, door_sheets),
    "phrases": ("update locales/ from the code", _add_nothing, phrases),
}
"""Every command: its help, its options, its function (which imports what it needs)."""


def _language(text: str) -> Language:
    try:
        return Language(text.lower())
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be zh, ru or en") from error


def _moment(text: str) -> datetime:
    from bot.channels.lines import moment_from

    try:
        return moment_from(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("must be a moment such as 2025-07-11T09:05") from error


def _clock(start: datetime | None, *, running: bool) -> Callable[[], datetime]:
    """The real clock, or one that shows `start` and (when running) goes on from there."""
    if start is None:
        return lambda: datetime.now(UTC)
    if not running:
        return lambda: start
    opened = datetime.now(UTC)
    return lambda: start + (datetime.now(UTC) - opened)


def main(arguments: list[str] | None = None) -> int:
    """Parse, run, and turn a known error into one line."""
    parser = argparse.ArgumentParser(prog="python -m bot", description="Delegate Assistant of the SCO forum.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (summary, add_options, command) in COMMANDS.items():
        subparser = commands.add_parser(name, help=summary, description=summary)
        add_options(subparser)
        subparser.set_defaults(function=command)
    options = parser.parse_args(arguments)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A terminal in another encoding must not end the conversation.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return options.function(options)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader left (| head); Python would complain once more while it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if (sentence := _sentence(error)) is None:
            raise
        print(sentence, file=sys.stderr)
        return 2 if type(error).__name__ == "WrongSettings" else 1


def _sentence(error: Any) -> str | None:
    """What a known error says to the person at the terminal, by its name: heavy modules are not loaded for this."""
    names = [kind.__name__ for kind in type(error).__mro__]
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}"
    known = {"WrongSettings", "GenerationError", "ModelError", "DatabaseUnavailable", "SchemaTooNew", "OSError"}
    return (str(error) or type(error).__name__) if known.intersection(names) else None


if __name__ == "__main__":
    sys.exit(main())
