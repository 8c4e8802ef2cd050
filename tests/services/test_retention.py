"""How long personal data is kept: the promise made during the event, and what holds after it."""

from datetime import date, datetime, timedelta

import pytest

from bot.domain.programme import Programme
from bot.services import retention
from bot.settings import EVENT_ZONE

PROGRAMME = Programme(EVENT_ZONE, (date(2025, 7, 10), date(2025, 7, 11)))
DAY = timedelta(days=1)


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2025, month, day, hour, tzinfo=EVENT_ZONE)


@pytest.mark.parametrize(
    ("now", "promised", "before"),
    [
        (at(5, 1), date(2025, 8, 10), None),
        (at(8, 10, 23), date(2025, 8, 10), None),
        # The last day's conversations end in peace; a day later nothing of before is left.
        (at(8, 11, 1), None, at(8, 10, 1)),
        (at(8, 12), None, at(8, 11)),
        (at(8, 30, 5), None, at(8, 11)),
        (at(12, 1, 5), None, at(11, 1, 5)),
    ],
)
def test_all_is_kept_until_the_promised_day_and_nothing_of_before_afterwards(now, promised, before):
    assert retention.last_day(PROGRAMME, 30, now) == promised
    assert retention.deleted_before(PROGRAMME, 30, now) == before


def test_the_day_is_that_of_the_event_wherever_the_clock_is():
    assert retention.last_day(PROGRAMME, 30, datetime.fromisoformat("2025-08-10T17:00:00+00:00")) is None


@pytest.mark.parametrize("days", [0, 1])
def test_the_last_day_stays_even_when_nothing_is_to_be_kept(days):
    now = at(12, 1)
    assert retention.kept_for(days) == DAY
    assert retention.deleted_before(PROGRAMME, days, now) == now - DAY


def test_an_event_without_days_keeps_by_age():
    now = at(7, 11)
    assert retention.last_day(Programme(EVENT_ZONE, ()), 30, now) is None
    assert retention.deleted_before(Programme(EVENT_ZONE, ()), 30, now) == now - 30 * DAY
