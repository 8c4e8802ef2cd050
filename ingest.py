#!/usr/bin/env python3
"""The organizers' command: check the knowledge files and publish them, look at versions, go back.

Heavy libraries are imported only when they are needed, so that --help and --check answer at once.
"""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bot.channels.bar import Bar

if TYPE_CHECKING:
    from bot.services.ingestion import Ingestion
    from bot.services.restoring import Restored
    from bot.settings import Settings
    from bot.stores.knowledge_files import Knowledge

SETTLED_MILLISECONDS = 1_500
"""How long a watched folder must be quiet: editors and shared drives save a file in several steps."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    options = argparse.ArgumentParser(
        prog="ingest.py",
        description="Checks the knowledge files and publishes them to the assistant. "
        "With an error in the files nothing changes: the last published version stays, the exit status is 1.",
    )
    action = options.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="only check the files; takes a second or two")
    action.add_argument(
        "--preview",
        action="store_true",
        help="show what publishing would change, question by question",
    )
    action.add_argument("--versions", action="store_true", help="list what was published, by whom and when")
    action.add_argument(
        "--rollback", nargs="?", type=int, const=0, metavar="N",
        help="make version N current again (without N: the one before) and put its files back, without asking",
    )  # fmt: skip
    action.add_argument("--watch", action="store_true", help="publish whenever the files change and have no error")
    options.add_argument("--strict", action="store_true", help="refuse while an entry has the status sample")
    options.add_argument(
        "--rebuild", action="store_true", help="build from nothing and publish, even when nothing changed"
    )
    options.add_argument("--reason", default="", metavar="TEXT", help="a note that is kept with the version")
    options.add_argument(
        "--force", default="", metavar="REASON",
        help="publish although golden questions are answered worse by more than 2 points; the reason is kept",
    )  # fmt: skip
    options.add_argument("--page", type=Path, metavar="FILE", help="with --preview: write the whole of it as HTML")
    options.add_argument("--knowledge", type=Path, metavar="FOLDER", help="default: BOT_KNOWLEDGE_DIR or knowledge/")
    options.add_argument(
        "--announce", action="store_true",
        help="after publishing, write to those whom the changes in the programme concern (a preview comes first)",
    )  # fmt: skip
    options.add_argument(
        "--announce-entry", action="append", default=[], metavar="ID",
        help="after publishing, write to those who were told the former text of this entry",
    )  # fmt: skip
    options.add_argument("--yes", action="store_true", help="announce without asking; the preview is still shown")
    options.add_argument("--quiet", action="store_true", help="no progress bar and no warnings")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 when it did what was asked, else 1."""
    options = parser().parse_args(arguments)
    from bot.settings import Settings, WrongSettings

    try:
        settings = Settings()
    except WrongSettings as error:
        return _fail(str(error))
    ingestion = _ingestion(options, settings)
    try:
        if options.check:
            return check(ingestion, options)
        if options.preview:
            return preview(ingestion, options, settings)
        if options.versions:
            return show_versions(ingestion)
        if options.watch:
            return watch(ingestion, options)
        gc.disable()  # whatever one run reads stays to its end, so looking for garbage only takes time
        status = publish(ingestion, options) if options.rollback is None else roll_back(ingestion, options)
        if status == 0 and (options.announce or options.announce_entry):
            return announce(settings, options)
        return status
    except KeyboardInterrupt:
        return _fail("stopped; what was published before stays")
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return _fail(f"{what}; what was published before stays")
    except Exception as error:
        if type(error).__name__ in {"GenerationError", "ModelError", "DatabaseUnavailable", "SchemaTooNew"}:
            return _fail(str(error))
        raise
    finally:
        gc.enable()


def check(ingestion: Ingestion, options: argparse.Namespace) -> int:
    """Read everything, say what is wrong, change nothing."""
    knowledge = ingestion.read()
    _show_problems(knowledge, options)
    if not options.quiet:
        for draft in knowledge.drafts:
            print(f"{draft}: a draft that waits for an organizer; it is not served")
    print(_summary(knowledge))
    if options.strict and knowledge.samples and not knowledge.errors:
        return _fail(f"{len(knowledge.samples)} entries are samples and --strict refuses them")
    return 1 if knowledge.errors else 0


def publish(ingestion: Ingestion, options: argparse.Namespace) -> int:
    """Check, build, verify and publish, with a progress bar and a summary."""
    with Bar(options.quiet) as bar:
        outcome = ingestion.publish(
            seen=lambda knowledge: _show_problems(knowledge, options), strict=options.strict, rebuild=options.rebuild,
            reason=options.reason, force=options.force, progress=bar,
        )  # fmt: skip
    print(_summary(outcome.knowledge))
    if outcome.result == "refused":
        return _fail(f"not published: {outcome.refusal}; the last published version stays")
    assert outcome.version is not None
    number = outcome.version.number
    if outcome.result == "unchanged":
        print(f"Nothing changed: version {number} stays current ({outcome.seconds:.1f} s).")
    else:
        print(
            f"Published version {number} in {outcome.seconds:.1f} s: {outcome.version.changes}; "
            f"{outcome.version.passages} passages, {outcome.computed} of them new."
        )
        _show_changes(ingestion)
    return 0


def announce(settings: Settings, options: argparse.Namespace) -> int:
    """Write to those affected by what was published last: exactly once, also when it is run again."""
    import asyncio
    from datetime import UTC, datetime

    from bot.channels.notifying import announce_changes, announce_correction
    from bot.services.notices import Publications
    from bot.stores.database import Database

    def confirm(preview: str) -> bool:
        print(preview, flush=True)
        if options.yes or not sys.stdin.isatty():
            return True
        return input("Send? [y/N] ").strip().lower() in {"y", "yes"}

    async def write() -> None:
        database = await Database.open(settings.database)
        try:
            publications, now = Publications(settings.data_dir), datetime.now(UTC)
            if options.announce:
                print((await announce_changes(database, publications, now, confirm)).sentence)
            for entry_id in options.announce_entry:
                print((await announce_correction(database, publications, entry_id, now, confirm)).sentence)
        finally:
            await database.close()

    try:
        asyncio.run(write())
    except KeyError as error:
        return _fail(f"there is no entry {error} in what is published; nobody is written to about it")
    return 0


def _show_changes(ingestion: Ingestion) -> None:
    from bot.channels.notifying import latest_changes

    if changes := latest_changes(ingestion.data_dir):
        print(changes)


def preview(ingestion: Ingestion, options: argparse.Namespace, settings: Settings) -> int:
    """Show what publishing would change; 1 when it would be refused."""
    import asyncio

    from bot.services import preview as previewing
    from bot.services import preview_lines, real_questions

    knowledge = ingestion.read()
    _show_problems(knowledge, options)
    print(_summary(knowledge))
    if knowledge.errors:
        return _fail("there is no preview while there are errors")
    real, trouble = asyncio.run(real_questions.read_from(settings))
    if trouble:
        print(f"The questions of people cannot be read: {trouble}")
    with Bar(options.quiet) as bar:
        found = previewing.preview(ingestion, knowledge, real, progress=bar)
    for line in preview_lines.lines(found):
        print(line)
    if options.page:
        from bot.conversation import preview_page

        options.page.write_text(preview_page.english(found), "utf-8")
        print(f"Written to {options.page}")
    return 1 if found.falls and not options.force else 0


def roll_back(ingestion: Ingestion, options: argparse.Namespace) -> int:
    """Make an older version current again, with its files."""
    told: list[Restored] = []
    with Bar(options.quiet) as bar:
        version = ingestion.rollback(options.rollback or None, reason=options.reason, progress=bar, seen=told.append)
    print(f"Version {version.number} is current again ({version.entries} entries).")
    for restored in told:
        _show_files(restored, ingestion.knowledge_dir)
    _show_changes(ingestion)
    return 0


def _show_files(restored: Restored, folder: Path) -> None:
    for path in restored.files:
        print(f"{path}: put back")
    if restored.kept_in:
        print(f"What stood there is kept in {folder / restored.kept_in}")
    for path in restored.edited:
        print(f"{path}: changed since the last publication and left as it is; the next publication contains it")
    if restored.trouble:
        print(f"The files could not be put back; the next publication contains them as they are: {restored.trouble}")


def show_versions(ingestion: Ingestion) -> int:
    """List every publication and rollback, the newest last."""
    history, current = ingestion.versions(), ingestion.current()
    if not history:
        print("Nothing is published yet; run: python ingest.py")
    for version in history:
        mark = "*" if version.number == current and version is history[-1] else " "
        reason = f" - {version.reason}" if version.reason else ""
        reason += f" - forced: {version.forced}" if version.forced else ""
        what = version.changes if version.action == "published" else version.action
        print(
            f"{mark} {version.number:>4}  {version.when.replace('T', ' ')[:16]} UTC  {version.who:<12} "
            f"{version.entries:>4} entries  {version.digest[:8]}  {what}{reason}"
        )
    return 0


def watch(ingestion: Ingestion, options: argparse.Namespace) -> int:
    """Publish now and after every change, once the folder is quiet and has no error; ends with Ctrl-C."""
    from watchfiles import watch as changes

    if not ingestion.knowledge_dir.is_dir():
        folder = ingestion.knowledge_dir
        return _fail(f"the knowledge folder {folder} does not exist; mend --knowledge or BOT_KNOWLEDGE_DIR")
    again = False
    # An empty set comes when a second passed without a change. The first one starts the first publication, so
    # that what changes during it is noticed too.
    for number, changed in enumerate(changes(
        ingestion.knowledge_dir, debounce=30_000, step=SETTLED_MILLISECONDS, rust_timeout=1_000, yield_on_timeout=True,
        raise_interrupt=False,
    )):  # fmt: skip
        if changed or again or number == 0:
            again = not _watched(ingestion, options, again)
        if number == 0:
            print(f"Watching {ingestion.knowledge_dir}; Ctrl-C ends it.", flush=True)
    return 0


def _watched(ingestion: Ingestion, options: argparse.Namespace, again: bool) -> bool:
    """One round of watching; a failure is said, and the next change gets its chance.

    False while another process publishes: then it is tried again, and said only once.
    """
    from bot.stores.generations import Busy, GenerationError

    try:
        publish(ingestion, options)
    except Busy as error:
        if not again:
            _fail(str(error))
        return False
    except (GenerationError, OSError) as error:
        _fail(str(error))
    sys.stdout.flush()
    return True


def _ingestion(options: argparse.Namespace, settings: Settings) -> Ingestion:
    from bot.services.ingestion import Ingestion

    def encoder():  # type: ignore[no-untyped-def]
        from bot.stores.models import SentenceEncoder

        return SentenceEncoder(settings.embedding_model)

    return Ingestion(options.knowledge or settings.knowledge_dir, settings.data_dir, encoder, settings.chroma_url)


def _show_problems(knowledge: Knowledge, options: argparse.Namespace) -> None:
    for problem in knowledge.errors if options.quiet else knowledge.problems:
        print(problem)


def _summary(knowledge: Knowledge) -> str:
    programme = knowledge.programme
    parts = [
        _count(len(knowledge.entries), "entry", "entries"),
        _count(len(programme.sessions), "session"),
        _count(len(programme.venues), "venue"),
        _count(len(knowledge.samples), "sample"),
        _count(len(knowledge.drafts), "draft"),
        _count(len(knowledge.errors), "error"),
        _count(len(knowledge.warnings), "warning"),
    ]
    return ", ".join(parts) + "."


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _fail(message: str) -> int:
    print(f"ingest.py: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
