"""/report for organizers: the board in a few lines, and the whole of it as a page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.conversation.board_page import board_page, outcome_names, wait_in_words
from bot.conversation.incoming import Incoming
from bot.conversation.reply import Attachment, Reply
from bot.conversation.turn import Handler, Turn
from bot.domain.edition import Publications
from bot.domain.knowledge import Entry
from bot.i18n import Translator
from bot.services.answering import Answers
from bot.services.board import OUTCOMES, Board, compose, gather
from bot.services.clustering import Clustering
from bot.settings import Settings
from bot.stores.database import Database

_SHOWN = 5
"""Unanswered questions in the message itself."""
_LONGEST = 160


@dataclass(frozen=True)
class Prepared:
    """A board with the entries it speaks of."""

    board: Board
    entries: Mapping[str, Entry]


async def drawn_up(
    database: Database, answering: Answers, published: Publications, now: datetime, since: datetime | None = None
) -> Prepared:
    """The board of everything kept since a moment; reads quickly, then works in a thread."""
    async with database.reading() as tx:
        records = await gather(tx, since, now)

    def work() -> Prepared:
        with published.acquire() as edition:
            clustering = Clustering(answering.likenesses)
            board = compose(records, edition.entries, edition.version, answering.answer, clustering, now)
            return Prepared(board, edition.entries)

    return await asyncio.to_thread(work)


async def prepare(
    incoming: Incoming, database: Database, answering: Answers, published: Publications, settings: Settings,
    now: datetime,
) -> Prepared | None:  # fmt: skip
    """Before the turn's transaction: the board takes seconds, and nobody must wait behind it."""
    if incoming.person not in settings.organizer_ids:
        return None
    return await drawn_up(database, answering, published, now)


async def report(turn: Turn, _: str) -> list[Reply]:
    """/report; for anybody else there is no such command."""
    say, prepared = turn.say, turn.consideration.prepared
    if turn.incoming.person not in turn.settings.organizer_ids or not isinstance(prepared, Prepared):
        return [Reply(text=say.text("I do not know this command. /help shows what I can do."))]
    content = board_page(prepared.board, prepared.entries, say).encode()
    return [
        Reply(title=say.label("heading", "What delegates ask"), text=summary(prepared.board, say)),
        Reply(attachment=Attachment(f"board-{turn.now:%Y%m%d-%H%M}.html", content)),
    ]


def summary(board: Board, say: Translator) -> str:
    """The board in a few lines."""
    names = outcome_names(say)
    counts = say.list(f"{names[outcome]} {board.outcomes.get(outcome, 0)}" for outcome in OUTCOMES)
    lines = [
        say.plural("{number} question: {counts}.", "{number} questions: {counts}.", board.asked, counts=counts)
        if board.asked
        else say.text("Nobody has asked anything in this time.")
    ]
    if board.median_wait is not None:
        lines.append(
            say.text(
                "Volunteers answered half of their questions within {median}, nine in ten within {ninetieth}.",
                median=wait_in_words(board.median_wait, say),
                ninetieth=wait_in_words(board.ninetieth_wait, say),
            )
        )
    if board.gaps:
        lines += ["", say.text("Asked most often and not answered:")]
        for gap in board.gaps[:_SHOWN]:
            text = gap.wording_in(say.language).text
            lines.append(f"{gap.count}× {text if len(text) <= _LONGEST else text[:_LONGEST] + '…'}")
    return "\n".join(lines)


COMMANDS: dict[str, Handler] = {"report": report}
PREPARATIONS = {"report": prepare}
"""What is done before the transaction of a command, by command."""
