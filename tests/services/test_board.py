"""The organizers' board on a real database: gaps, expired entries, dislikes, hours, waits, and no person in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from bot.domain.language import Language
from bot.domain.question import Answer, Handover, HandoverReason, Hit
from bot.services.board import Why, compose, gather
from bot.services.clustering import Clustering, likenesses_by
from bot.settings import EVENT_ZONE
from bot.stores.database import Database, agenda, escalations, exchanges
from tests.conversation.stand_ins import entries
from tests.doubles import HashEncoder

EN, RU = Language.EN, Language.RU
START = datetime(2025, 7, 11, 9, 0, tzinfo=EVENT_ZONE)
NOW = datetime(2025, 7, 11, 14, 0, tzinfo=EVENT_ZONE)


def decide(question):
    """Knows the bus while it is valid, and the badge now."""
    if "bus" in question.text:
        if question.now < datetime(2025, 7, 11, 12, 0, tzinfo=EVENT_ZONE):
            return Answer(("shuttle",), 0.9, (Hit("shuttle", 0.9),))
        return Handover(HandoverReason.UNSURE, 0.1, (Hit("parking", 0.1),))
    if "badge" in question.text:
        return Answer(("badge",), 0.9, (Hit("badge", 0.9),))
    return Handover(HandoverReason.UNSURE, 0.2, (Hit("wifi", 0.2),))


async def ask(tx, chat, text, outcome, minutes, entry=(), language=EN):
    return await exchanges.record(
        tx, chat, text, language, outcome, entry, ("wifi",), 0.2, 5.0, "7", START + timedelta(minutes=minutes), 3
    )


@pytest.fixture
async def database(tmp_path):
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'board.sqlite3'}")
    async with opened.writing() as tx:
        await ask(tx, 1, "What is the theme?", "answer", 0, ("theme",))
        one = await ask(tx, 1, "Is there a swimming pool?", "handover", 1)
        two = await ask(tx, 2, "is there a swimming pool", "handover", 130)
        await ask(tx, 3, "When does the bus leave?", "handover", 240)
        await ask(tx, 3, "Where do I get a badge?", "clarify", 5)
        await ask(tx, 4, "Открытие когда?", "answer", 6, ("opening",), RU)
        liked = await ask(tx, 5, "wifi", "answer", 7, ("wifi",))
        await exchanges.rate(tx, liked, False)
        await exchanges.record(tx, 6, "hello", EN, "courtesy", at=START)
        for chat, exchange in ((1, one), (2, two)):
            opening = await escalations.open(
                tx, chat=chat, language=EN, question="pool", reason=HandoverReason.UNSURE, at=START, exchange=exchange,
                cluster="pool",
            )  # fmt: skip
        await escalations.answer(tx, opening.escalation.id, 9, START + timedelta(minutes=8))
        await agenda.add(tx, 1, "opening")
    yield opened
    await opened.close()


@pytest.fixture
async def board(database):
    async with database.reading() as tx:
        records = await gather(tx, None, NOW)
    return compose(records, entries(), 7, decide, Clustering(partial(likenesses_by, HashEncoder())), NOW)


async def test_what_was_not_answered_stands_once_with_its_figures(board):
    assert [gap.count for gap in board.gaps] == [2, 1, 1]
    assert [gap.wordings[0].text for gap in board.gaps[1:]] == ["When does the bus leave?", "Where do I get a badge?"]
    pool = board.gaps[0]
    assert (pool.people, pool.answered_by_people, pool.nearest, pool.why) == (2, 2, "wifi", Why.UNSURE)
    assert (pool.first, pool.last) == (START + timedelta(minutes=1), START + timedelta(minutes=130))
    assert dict(pool.languages) == {EN: 2}
    badge = next(gap for gap in board.gaps if "badge" in gap.wordings[0].text)
    assert (badge.why, badge.answered_now) == (Why.CHOICE, "badge")


async def test_figures(board):
    assert dict(board.outcomes) == {"answer": 3, "handover": 3, "clarify": 1}
    assert board.asked == 7
    assert dict(board.by_language[RU]) == {"answer": 1}
    assert (board.median_wait, board.ninetieth_wait) == (timedelta(minutes=8), timedelta(minutes=8))
    assert (board.answered_by_people, board.still_open) == (1, 0)
    assert board.by_day is False
    assert [sum(counts.values()) for _, counts in board.buckets] == [5, 0, 1, 0, 1]
    assert board.buckets[0][0] == START


async def test_entries_that_need_care(board):
    assert [(one.entry_id, one.count) for one in board.expired] == [("shuttle", 1)]
    assert board.expiring == []
    assert [(one.entry_id, one.count, one.of) for one in board.disliked] == [("wifi", 1, 1)]
    assert set(board.never) == {"badge", "parking"}
    assert [(one.entry_id, one.count, one.of) for one in board.sessions] == [("opening", 1, 1)]


async def test_about_to_expire_and_since(database):
    early = datetime(2025, 7, 11, 9, 3, tzinfo=EVENT_ZONE)
    async with database.reading() as tx:
        records = await gather(tx, START + timedelta(minutes=1), early)
    board = compose(records, entries(), 7, decide, Clustering(partial(likenesses_by, HashEncoder())), early)
    assert [one.entry_id for one in board.expiring] == ["shuttle"]
    assert board.asked == 1


async def test_a_board_of_nothing(tmp_path):
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'empty.sqlite3'}")
    async with opened.reading() as tx:
        records = await gather(tx, None, NOW)
    await opened.close()
    board = compose(records, entries(), 7, decide, Clustering(partial(likenesses_by, HashEncoder())), NOW)
    assert (board.asked, board.gaps, board.buckets, board.median_wait) == (0, [], [], None)


async def test_the_reason_is_that_of_then_and_the_words_are_the_reader_s(tmp_path):
    opened = await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'then.sqlite3'}")
    async with opened.writing() as tx:
        await ask(tx, 1, "I'm John Smith, where is my badge?", "handover", 1)
        await ask(tx, 2, "I'm John Brown, where is my badge?", "handover", 2)
        await ask(tx, 3, "Бассейн есть?", "handover", 3, language=RU)
    async with opened.reading() as tx:
        records = await gather(tx, None, NOW)
    await opened.close()
    badge, pool = compose(records, entries(), 7, decide, Clustering(partial(likenesses_by, HashEncoder())), NOW).gaps
    assert (badge.nearest, badge.confidence, badge.answered_now) == ("wifi", 0.2, "badge")
    assert [(one.text, one.count) for one in badge.wordings] == [("I'm …, where is my badge?", 2)]
    assert (badge.wording_in(RU).language, pool.wording_in(RU).text) == (EN, "Бассейн есть?")
    both = replace(badge, wordings=(*badge.wordings, *pool.wordings))
    assert [both.wording_in(language).text for language in (EN, RU, Language.ZH)] == [
        "I'm …, where is my badge?", "Бассейн есть?", "I'm …, where is my badge?",
    ]  # fmt: skip
