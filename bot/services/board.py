"""The organizers' board: what was asked and nobody answered, which entries need care, and how it went hour by hour."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.knowledge import Entry, EntryKind
from bot.domain.language import Language
from bot.domain.question import Answer, HandoverReason, Outcome, ProgrammeAnswer, Question
from bot.domain.redaction import redacted
from bot.services.clustering import Clustering
from bot.settings import EVENT_ZONE
from bot.stores.database import Transaction, exchanges, reports
from bot.stores.database.exchanges import Exchange
from bot.stores.database.statistics import quantile

OUTCOMES = ("answer", "clarify", "handover")
"""What becomes of a question, as it is kept; courtesy is no question."""
SOON = timedelta(hours=24)
"""An entry that ends within this time is about to expire."""
MOST_BUCKETS = 96
"""Bars of the chart by hour; a longer stretch is shown by day."""
_WORDINGS_KEPT = 12

Decide = Callable[[Question], Outcome]
"""The answering on the published knowledge."""


class Why(StrEnum):
    """Why a question was not answered."""

    NOTHING = "nothing"
    UNSURE = "unsure"
    CHOICE = "choice"
    EXPIRED = "expired"
    ASKED = "asked"
    DISLIKED = "disliked"


_REASONS = {
    HandoverReason.EXPIRED: Why.EXPIRED,
    HandoverReason.ASKED: Why.ASKED,
    HandoverReason.DISLIKED: Why.DISLIKED,
    HandoverReason.NOTHING_FOUND: Why.NOTHING,
}


@dataclass(frozen=True)
class Records:
    """What the database holds of a stretch of time."""

    since: datetime
    until: datetime
    exchanges: Sequence[Exchange]
    escalated: Mapping[int, reports.Escalated]
    waits: Sequence[timedelta]
    still_open: int
    agendas: Mapping[str, int]


@dataclass(frozen=True)
class Wording:
    """One way in which a question was put, with what could tell who asked masked."""

    text: str
    language: Language
    count: int


@dataclass(frozen=True)
class Gap:
    """One question that was not answered, in all its wordings, the most frequent first."""

    wordings: tuple[Wording, ...]
    count: int
    people: int
    """How many different persons asked."""
    first: datetime
    last: datetime
    languages: Mapping[Language, int]
    why: Why
    nearest: str | None
    """The entry that came nearest when it was asked."""
    confidence: float
    """How sure that entry was to answer then, 0..1."""
    answered_by_people: int
    """How many of the askers a volunteer has answered."""
    answered_now: str | None
    """The entry that answers it in the knowledge as published now."""

    def wording_in(self, language: Language) -> Wording:
        """How it was most often put in a reader's language, or, when nobody put it so, in any."""
        return next((wording for wording in self.wordings if wording.language is language), self.wordings[0])


@dataclass(frozen=True)
class Counted:
    """An entry or session with a number: hits, dislikes, questions; and what the number is out of."""

    entry_id: str
    count: int
    of: int = 0


@dataclass(frozen=True)
class Ending:
    """An entry with an end; for one that has ended, how many unanswered questions it would have answered."""

    entry_id: str
    valid_until: datetime
    count: int = 0


@dataclass(frozen=True)
class Board:
    """Everything the organizers are shown; who asked does not appear, and what they wrote is masked."""

    since: datetime
    until: datetime
    version: int
    outcomes: Mapping[str, int]
    by_language: Mapping[Language, Mapping[str, int]]
    buckets: Sequence[tuple[datetime, Mapping[str, int]]]
    """Outcomes by hour, or by day when the stretch is long, without gaps."""
    by_day: bool
    gaps: Sequence[Gap]
    never: Sequence[str]
    disliked: Sequence[Counted]
    expiring: Sequence[Ending]
    expired: Sequence[Ending]
    sessions: Sequence[Counted]
    """`count`: questions answered from the session; `of`: agendas that hold it."""
    answered_by_people: int
    still_open: int
    median_wait: timedelta | None
    ninetieth_wait: timedelta | None

    @property
    def asked(self) -> int:
        """All questions; courtesy is none."""
        return sum(self.outcomes.values())


async def gather(tx: Transaction, since: datetime | None, until: datetime) -> Records:
    """Read what the board is made of; quick, so that it may be done beside the delegates' turns."""
    since = since or await reports.first_exchange(tx) or until
    escalated = await reports.escalated(tx, since, until)
    return Records(
        since=since,
        until=until,
        exchanges=[one for one in await exchanges.between(tx, since, until) if one.outcome in OUTCOMES],
        escalated={one.exchange: one for one in escalated},
        waits=await reports.waits(tx, since, until),
        still_open=await reports.still_open(tx),
        agendas=await reports.agenda_counts(tx),
    )


def compose(
    records: Records, entries: Mapping[str, Entry], version: int, decide: Decide, clustering: Clustering, now: datetime
) -> Board:
    """The board; slow (it clusters and asks the unanswered questions again), so outside any transaction."""
    asked = records.exchanges
    by_language: dict[Language, Counter[str]] = {language: Counter() for language in Language}
    for one in asked:
        by_language[one.language][one.outcome] += 1
    gaps = _gaps(records, decide, clustering, now)
    told = Counter(entry for one in asked if one.outcome == "answer" for entry in dict.fromkeys(one.entries))
    buckets, by_day = _buckets(asked)
    return Board(
        since=records.since,
        until=records.until,
        version=version,
        outcomes=Counter(one.outcome for one in asked),
        by_language=by_language,
        buckets=buckets,
        by_day=by_day,
        gaps=gaps,
        never=[name for name, entry in entries.items() if name not in told and entry.is_valid_at(now)],
        disliked=_disliked(asked),
        expiring=_ending(entries, lambda end: now < end <= now + SOON),
        expired=_mattered(_ending(entries, lambda end: end <= now), gaps, decide),
        sessions=_sessions(told, records.agendas, entries),
        answered_by_people=len(records.waits),
        still_open=records.still_open,
        median_wait=quantile(records.waits, 0.5),
        ninetieth_wait=quantile(records.waits, 0.9),
    )


def _gaps(records: Records, decide: Decide, clustering: Clustering, now: datetime) -> list[Gap]:
    unanswered = [one for one in records.exchanges if one.outcome != "answer"]
    clusters: dict[int, list[Exchange]] = defaultdict(list)
    for one, number in zip(unanswered, clustering.cluster([one.question for one in unanswered]), strict=True):
        clusters[number].append(one)
    gaps = [_gap(members, records, decide, now) for members in clusters.values()]
    return sorted(gaps, key=lambda gap: (-gap.count, -gap.last.timestamp(), gap.wordings[0].text))


def _gap(members: Sequence[Exchange], records: Records, decide: Decide, now: datetime) -> Gap:
    texts = Counter((redacted(one.question), one.language) for one in members)
    wordings = tuple(Wording(text, language, count) for (text, language), count in texts.most_common(_WORDINGS_KEPT))
    spoken = max(members, key=lambda one: (texts[redacted(one.question), one.language], one.at))
    again = decide(Question(spoken.question, spoken.language, now))
    escalated = [records.escalated[one.id] for one in members if one.id in records.escalated]
    reasons = Counter(_REASONS.get(one.reason, Why.UNSURE) for one in escalated)
    if any(one.outcome == "clarify" for one in members):
        reasons[Why.CHOICE] += sum(one.outcome == "clarify" for one in members)
    # Why it was not answered is told by what was known then, not by what the knowledge says now.
    near = Counter(one.nearest[0] for one in members if one.nearest)
    nearest = near.most_common(1)[0][0] if near else None
    why = reasons.most_common(1)[0][0] if reasons else Why.UNSURE
    answered = isinstance(again, Answer | ProgrammeAnswer) and bool(again.entries)
    return Gap(
        wordings=wordings,
        count=len(members),
        people=len({one.chat for one in members}),
        first=min(one.at for one in members),
        last=max(one.at for one in members),
        languages=Counter(one.language for one in members),
        why=Why.NOTHING if nearest is None and why is Why.UNSURE else why,
        nearest=nearest,
        confidence=max((one.confidence for one in members if one.nearest[:1] == (nearest,)), default=0.0),
        answered_by_people=sum(one.answered_at is not None for one in escalated),
        answered_now=again.entries[0] if answered else None,
    )


def _disliked(asked: Sequence[Exchange]) -> list[Counted]:
    # A disliked answer that went on to a person is kept as handed over.
    given = [one for one in asked if one.outcome == "answer" or one.useful is False]
    told = Counter(entry for one in given for entry in dict.fromkeys(one.entries))
    disliked = Counter(one.entries[0] for one in asked if one.useful is False and one.entries)
    return [Counted(name, count, told[name]) for name, count in sorted(disliked.items(), key=lambda pair: -pair[1])]


def _ending(entries: Mapping[str, Entry], when: Callable[[datetime], bool]) -> list[Ending]:
    found = [
        Ending(name, entry.valid_until)
        for name, entry in entries.items()
        if entry.valid_until is not None and when(entry.valid_until)
    ]
    return sorted(found, key=lambda ending: (ending.valid_until, ending.entry_id))


def _mattered(ended: Sequence[Ending], gaps: Sequence[Gap], decide: Decide) -> list[Ending]:
    """The ended entries that would have answered an unanswered question had they been valid still."""
    counts: Counter[str] = Counter()
    for end in {ending.valid_until for ending in ended}:
        names = {ending.entry_id for ending in ended if ending.valid_until == end}
        for gap in gaps:
            first = gap.wordings[0]
            outcome = decide(Question(first.text, first.language, end - timedelta(seconds=1)))
            if gap.last >= end and isinstance(outcome, Answer) and outcome.entries[0] in names:
                counts[outcome.entries[0]] += gap.count
    mattered = [Ending(one.entry_id, one.valid_until, counts[one.entry_id]) for one in ended if counts[one.entry_id]]
    return sorted(mattered, key=lambda ending: -ending.count)


def _sessions(told: Counter[str], agendas: Mapping[str, int], entries: Mapping[str, Entry]) -> list[Counted]:
    named = [name for name, entry in entries.items() if entry.kind is EntryKind.SESSION]
    found = [Counted(name, told[name], agendas.get(name, 0)) for name in named if told[name] or agendas.get(name)]
    return sorted(found, key=lambda one: (-one.count, -one.of, one.entry_id))


def _buckets(asked: Sequence[Exchange]) -> tuple[list[tuple[datetime, Counter[str]]], bool]:
    """Outcomes by hour of the event's clock, by day when there are too many hours; quiet hours between are kept."""
    if not asked:
        return [], False
    times = [one.at.astimezone(EVENT_ZONE) for one in asked]
    by_day = max(times) - min(times) > timedelta(hours=MOST_BUCKETS - 1)
    step = timedelta(days=1) if by_day else timedelta(hours=1)

    def floor(moment: datetime) -> datetime:
        moment = moment.replace(minute=0, second=0, microsecond=0)
        return moment.replace(hour=0) if by_day else moment

    counts: dict[datetime, Counter[str]] = defaultdict(Counter)
    for one, moment in zip(asked, times, strict=True):
        counts[floor(moment)][one.outcome] += 1
    start, end = floor(min(times)), floor(max(times))
    steps = min(int((end - start) / step), 400)
    return [(start + step * place, counts[start + step * place]) for place in range(steps + 1)], by_day
