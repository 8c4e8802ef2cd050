"""The organizers' board at the command line: as text, as a page, and its clustering on given questions."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from bot.channels.lines import LineError
from bot.conversation.board import Prepared, drawn_up, summary
from bot.conversation.board_page import MOST_GAPS, answered_today, board_page, draft_files, why_not
from bot.domain.language import NATIVE_NAMES, Language
from bot.i18n import Translator, catalog
from bot.services.answering import open_answering
from bot.services.clustering import Clustering, likenesses_by
from bot.settings import Settings
from bot.stores.database import Database
from bot.stores.models import SentenceEncoder


def run(options: argparse.Namespace, now: datetime) -> int:
    """Print the board, write the page or the drafts when asked for; or cluster the questions of a file."""
    settings = Settings()
    if options.cluster is not None:
        clustering = Clustering(partial(likenesses_by, SentenceEncoder(settings.embedding_model)))
        if options.cluster == "-":
            return 1 if cluster_lines(sys.stdin, sys.stdout, clustering) else 0
        with open(options.cluster, encoding="utf-8-sig", errors="replace") as file:
            return 1 if cluster_lines(file, sys.stdout, clustering) else 0
    say = catalog(options.language or Language.EN)
    prepared = asyncio.run(_drawn_up(settings, now, options.since))
    print(plain(prepared, say))
    if options.html:
        Path(options.html).write_text(board_page(prepared.board, prepared.entries, say), "utf-8")
        print(f"\n{options.html}")
    if options.drafts:
        write_drafts(prepared, Path(options.drafts))
        print(f"\n{options.drafts}")
    return 0


async def _drawn_up(settings: Settings, now: datetime, since: datetime | None) -> Prepared:
    published, answering = await asyncio.to_thread(
        open_answering, settings.data_dir, settings.embedding_model, settings.chroma_url
    )
    try:
        database = await Database.open(settings.database)
        try:
            return await drawn_up(database, answering, published, now, since)
        finally:
            await database.close()
    finally:
        published.close()


def cluster_lines(source: Iterable[str], target: TextIO, clustering: Clustering) -> int:
    """For each line {"id", "question"} one line {"id", "cluster"}, in order; how many could not be read.

    Equal questions carry the same cluster, a number from 1 on. A line that is no question has an "error" instead.
    """
    rows: list[tuple[Any, str | None, str]] = []
    for number, line in enumerate(source, start=1):
        line = line.strip().removeprefix("\ufeff")
        if not line:
            continue
        fields: Any = None
        try:
            fields = json.loads(line)
            if not isinstance(fields, dict) or not isinstance(fields.get("question"), str):
                raise LineError('not an object with a text "question"')
            rows.append((fields.get("id"), fields["question"], ""))
        except (LineError, json.JSONDecodeError, RecursionError) as error:
            known = fields.get("id") if isinstance(fields, dict) else None
            rows.append((known, None, f"line {number}: {error}"))
    numbers = iter(clustering.cluster([question for _, question, _ in rows if question is not None]))
    for known, question, error in rows:
        result = {"id": known, "cluster": next(numbers) + 1} if question is not None else {"id": known, "error": error}
        print(json.dumps(result, ensure_ascii=False), file=target)
    target.flush()
    return sum(question is None for _, question, _ in rows)


def plain(prepared: Prepared, say: Translator) -> str:
    """The board as text."""
    board, entries = prepared.board, prepared.entries
    lines = [say.label("heading", "What delegates ask"), "", summary(board, say)]
    for gap in board.gaps[:MOST_GAPS]:
        languages = say.list(f"{NATIVE_NAMES[language]} {number}" for language, number in gap.languages.items())
        first = gap.wording_in(say.language)
        lines += ["", f"{gap.count}× {first.text}", f"   {languages}", f"   {why_not(gap, entries, say)}"]
        if told := answered_today(gap, entries, say):
            lines.append(f"   {told}")
        lines += [f"   – {wording.text}" for wording in gap.wordings if wording is not first]
    return "\n".join(lines)


def write_drafts(prepared: Prepared, folder: Path) -> None:
    """The files to fill for each question that the knowledge does not answer now; existing files stay."""
    folder.mkdir(parents=True, exist_ok=True)
    for gap in prepared.board.gaps:
        if gap.answered_now is None:
            for file in draft_files(gap, prepared.board.until):
                path = folder / file.name
                if not path.exists():
                    path.write_text(file.text, "utf-8")
